"""Pages of the annual report about the company itself: operations, service, people, environment, risks."""

from __future__ import annotations

from . import company as c
from .figures import Figures, es, es_pct
from .layout import Footnote, Heading, PageBreak, bar_chart, bullets, columns, gap, grid, line_chart, p

HECTARES, FSC_SHARE = {2023: 5200, 2024: 5650, 2025: 6100}, {2023: 68, 2024: 74, 2025: 82}
CO2 = {2023: 1184, 2024: 1121, 2025: 1046}
WATER = {2023: 9870, 2024: 9410, 2025: 8925}
WASTE = {2023: 91.2, 2024: 92.8, 2025: 94.1}


def operations_pages(f: Figures) -> list:
    price = [f.indicator("Precio del corcho (€/quintal)", year, 12) for year in (2023, 2024, 2025)]
    monthly = {str(year): [f.indicator("Precio del corcho (€/quintal)", year, month) for month in range(1, 13)] for year in (2023, 2024, 2025)}
    rows = [["Indicador", "2023", "2024", "2025"]]
    rows.append(["Corcho en bruto comprado (quintales)", "21.400", "22.900", "26.300"])
    rows.append(["Precio medio pagado en diciembre (€/quintal)", *[es(v, 2) for v in price]])
    rows.append(["Capacidad utilizada", "64 %", "69 %", "78 %"])
    rows.append(["Pedidos entregados en plazo", "93,4 %", "94,1 %", "88,7 %"])
    rows.append(["Merma de proceso", "7,9 %", "7,6 %", "7,1 %"])
    logistics = f.spend("Real (€)", 2025, area="Logística") / f.spend("Presupuesto (€)", 2025, area="Logística") - 1
    return [
        PageBreak(),
        Heading("Operaciones y suministro"),
        p("Tabla 8. Indicadores de operaciones", "caption"),
        grid(rows, (60, 26, 26, 26)),
        gap(3),
        columns(
            [
                p("La granizada del 14 de junio", "h2"),
                p(
                    "A las 18:40 cayó sobre Mérida granizo de hasta seis centímetros. La cubierta de la nave 2 cedió en 900 m² y el agua alcanzó la mercancía. "
                    "Se perdieron 3.800 m² de panel acústico Sonora, valorados a coste en 98.000 €.",
                    "column",
                ),
                p(
                    "Entre el 17 de junio y el 14 de agosto se trabajó desde una nave alquilada en Montijo. El plazo medio de entrega pasó de seis a diecisiete "
                    "días en julio y 214 pedidos salieron con retraso. La nave 2 se reabrió el 18 de agosto con cubierta nueva.",
                    "column",
                ),
                p(
                    f"El gasto de Logística superó el presupuesto del año en un {es_pct(logistics)}, casi todo en junio, julio y agosto, por el "
                    "alquiler y los portes urgentes.",
                    "column",
                ),
                p("El precio del corcho", "h2"),
                p(
                    f"El quintal de corcho se pagó en diciembre a {es(price[2], 2)} €, frente a {es(price[1], 2)} € un año antes. Para asegurar el suministro se firmó "
                    "el 12 de mayo de 2025 un contrato de tres años con Fincas Reunidas de Monfragüe, S.L., por un mínimo de 6.000 quintales anuales.",
                    "column",
                ),
                p("Nueva línea de prensado", "h2"),
                p(
                    "La línea costará 1.350.000 €, de los que el 40 % se pagó en 2025. Añadirá 9.000 m³ de capacidad anual y reducirá un 15 % el consumo eléctrico "
                    "por metro cúbico. El proveedor es Officine Brentani, de Bérgamo.",
                    "column",
                ),
            ]
        ),
        p("Gráfico 3. Precio del corcho pagado cada mes (€/quintal)", "caption"),
        line_chart([m[:3] for m in c.MONTHS_ES], monthly, 160, 40, es, height=140),
        p("Fuente: registro de compras. Incluye el porte hasta Valdehornos.", "source"),
    ]


def service_pages(f: Figures) -> list:
    words = {
        "Delivery delay": "Retraso en la entrega",
        "Damaged goods": "Mercancía dañada",
        "Invoice error": "Error en factura",
        "Technical question": "Consulta técnica",
        "Product defect": "Defecto de producto",
        "Order change": "Cambio de pedido",
    }
    rows = [["Tipo de incidencia", "2024", "2025", "Variación"]]
    for key, name in words.items():
        old, new = len(f.tickets(2024, None, key)), len(f.tickets(2025, None, key))
        rows.append([name, str(old), str(new), f"{new - old:+d}"])
    rows.append(["Total", str(len(f.tickets(2024))), str(len(f.tickets(2025))), f"{len(f.tickets(2025)) - len(f.tickets(2024)):+d}"])
    quarters = {str(y): [len(f.tickets(y, (q, q + 1, q + 2))) for q in (1, 4, 7, 10)] for y in (2024, 2025)}
    return [
        PageBreak(),
        Heading("Servicio al cliente"),
        p(
            f"El servicio de atención recibió {len(f.tickets(2025))} incidencias, frente a {len(f.tickets(2024))} en 2024. Los retrasos en la entrega pasaron de "
            f"{len(f.tickets(2024, None, 'Delivery delay'))} a {len(f.tickets(2025, None, 'Delivery delay'))}, y el aumento se concentró entre mediados de junio y primeros de agosto."
        ),
        p("Tabla 9. Incidencias por tipo", "caption"),
        grid(rows, (60, 26, 26, 26), total=True),
        p("Fuente: herramienta de soporte. Se cuenta la fecha de apertura.", "source"),
        p("Gráfico 4. Incidencias por trimestre", "caption"),
        bar_chart(["1.er trimestre", "2.º trimestre", "3.er trimestre", "4.º trimestre"], quarters, 120, 20, es, height=160, value_labels=True),
        p(
            f"La primera respuesta tardó de media {es(f.first_response(2025), 1)} horas ({es(f.first_response(2024), 1)} en 2024). La satisfacción media fue de "
            f"{es(f.satisfaction(2025), 2)} sobre 5 ({es(f.satisfaction(2024), 2)} en 2024) (4)."
        ),
        Footnote("4", "Encuesta voluntaria al cerrar cada incidencia; contesta algo más de tres cuartas partes de los clientes."),
        p("Compromisos para 2026", "h2"),
        *bullets(
            [
                "Avisar al cliente en menos de 24 horas cuando un pedido vaya a retrasarse más de dos días.",
                "Compensar con un 5 % del importe los pedidos que lleguen con más de diez días de retraso por causa nuestra.",
                "Responder en menos de cuatro horas laborables a las incidencias urgentes.",
            ]
        ),
    ]


def people_pages(f: Figures) -> list:
    head = [f.indicator("Plantilla", year, 12) for year in (2023, 2024, 2025)]
    rows = [
        ["Indicador", "2023", "2024", "2025"],
        ["Plantilla a 31 de diciembre", *map(str, head)],
        ["Mujeres en plantilla", "36 %", "38 %", "41 %"],
        ["Edad media (años)", "44,6", "44,1", "43,2"],
        ["Rotación voluntaria", "6,1 %", "7,4 %", "5,2 %"],
        ["Horas de formación por persona", "18", "21", "27"],
        ["Accidentes con baja", *[str(f.accidents(year)) for year in (2023, 2024, 2025)]],
    ]
    return [
        PageBreak(),
        Heading("Personas"),
        p(f"A 31 de diciembre de 2025 trabajaban en Alborcal {head[2]} personas, {head[2] - head[1]} más que un año antes."),
        p("Tabla 10. Indicadores de personas", "caption"),
        grid(rows, (60, 26, 26, 26)),
        gap(3),
        columns(
            [
                p("Convenio y jornada", "h2"),
                p(
                    "El convenio de empresa firmado el 20 de febrero de 2025 estará vigente hasta el 31 de diciembre de 2027. Prevé subidas del 3,5 %, el 3 % y el 2,5 % y "
                    "reduce la jornada anual a 1.736 horas. El teletrabajo, de hasta dos días por semana, se ha extendido a todos los puestos de oficina.",
                    "column",
                ),
                p("Escuela de sacadores", "h2"),
                p(
                    "La saca del corcho se hace a mano y los buenos sacadores escasean. La escuela que abrimos en 2022 con el ayuntamiento de Valdehornos ha formado "
                    "a 46 personas; 31 trabajan hoy en cuadrillas de la comarca.",
                    "column",
                ),
                p("Seguridad y salud", "h2"),
                p(
                    f"Hubo {f.accidents(2025)} accidentes con baja, ninguno grave. En marzo se renovó el sistema de aspiración de polvo de la sala de trituración, con una "
                    "inversión de 87.000 €.",
                    "column",
                ),
                p("Igualdad", "h2"),
                p("El segundo plan de igualdad se registró en octubre. La brecha salarial ajustada por puesto es del 2,3 %, frente al 3,1 % de 2023.", "column"),
            ]
        ),
    ]


def sustainability_pages(f: Figures) -> list:
    years = (2023, 2024, 2025)
    rows = [
        ["Indicador", "2023", "2024", "2025"],
        ["Consumo eléctrico (MWh)", *[es(f.energy(y), 1) for y in years]],
        ["Emisiones de alcance 1 y 2 (t CO2 eq.)", *[es(CO2[y]) for y in years]],
        ["Agua consumida (m³)", *[es(WATER[y]) for y in years]],
        ["Residuos valorizados", *[es(WASTE[y], 1) + " %" for y in years]],
        ["Corcho certificado sobre el total comprado", *[f"{FSC_SHARE[y]} %" for y in years]],
        ["Alcornocal bajo contrato de gestión (ha)", *[es(HECTARES[y]) for y in years]],
    ]
    return [
        PageBreak(),
        Heading("Sostenibilidad"),
        p(
            f"En 2025 consumimos {es(f.energy(2025), 1)} MWh de electricidad y emitimos {es(CO2[2025])} toneladas de CO2 equivalente de alcance 1 y 2, un "
            f"{es_pct(1 - CO2[2025] / CO2[2024])} menos que en 2024, con un {es_pct(f.growth(2025))} más de ventas."
        ),
        p("Tabla 11. Indicadores ambientales", "caption"),
        grid(rows, (60, 26, 26, 26)),
        p("Fuente: verificación externa de Terrasur Certificación; alcance 3 no incluido.", "source"),
        p("Gráfico 5. Emisiones de alcance 1 y 2 (toneladas de CO2 equivalente)", "caption"),
        bar_chart([str(y) for y in years], {"Emisiones": [CO2[y] for y in years]}, 1400, 200, es, height=140, value_labels=True),
        p("Objetivos a 2030", "h2"),
        *bullets(
            [
                "Reducir un 45 % las emisiones de alcance 1 y 2 respecto a 2023.",
                "Comprar solo corcho certificado: el 100 % del total.",
                "Cubrir el 60 % de la electricidad con la planta solar de la cubierta de Valdehornos, cuya primera fase, de 480 kW, se instalará en otoño de 2026.",
            ]
        ),
    ]


def risks_pages(f: Figures) -> list:
    rows = [
        ["Riesgo", "Probabilidad", "Impacto", "Qué hacemos"],
        ["Subida del precio del corcho", "Alta", "Alto", "Contratos plurianuales y existencias de seis meses"],
        ["Dependencia del primer cliente", "Media", "Alto", "Límite interno del 10 % de las ventas por cliente desde 2027"],
        ["Fenómenos meteorológicos extremos", "Media", "Alto", "Segundo almacén espejo en Girona y revisión de cubiertas"],
        ["Ciberataque", "Media", "Medio", "Copias fuera de línea y simulacro anual en noviembre"],
        ["Falta de sacadores cualificados", "Alta", "Medio", "Escuela propia y convenios con cuadrillas"],
        ["Impago de clientes", "Baja", "Medio", "Seguro de crédito con franquicia de 5.000 €"],
    ]
    board = [
        ["Consejero", "Cargo", "Carácter", "Nombramiento"],
        ["Elvira Montalbán Rueda", "Presidenta", "Dominical", "2008"],
        ["Gonzalo Trías Pedreño", "Consejero delegado", "Ejecutivo", "2019"],
        ["Teresa Albizu Gorostiaga", "Vocal", "Independiente", "2021"],
        ["Marcel Vandeputte", "Vocal", "Independiente", "2023"],
        ["Ramón Montalbán Sáez", "Vocal", "Dominical", "2008"],
        ["Pilar Quesada Ortiz", "Secretaria no consejera", "-", "2017"],
    ]
    return [
        PageBreak(),
        Heading("Riesgos y gobierno"),
        p("El Consejo revisa el mapa de riesgos dos veces al año, en junio y en noviembre. Estos son los seis que considera principales."),
        p("Tabla 12. Mapa de riesgos", "caption"),
        grid(rows, (42, 22, 18, 66), left=4),
        gap(3),
        p("Consejo de Administración", "h2"),
        p("El Consejo se reunió siete veces en 2025. La retribución conjunta de los consejeros fue de 148.000 €. La Comisión de Auditoría la preside Teresa Albizu Gorostiaga."),
        p("Tabla 13. Composición del Consejo a 31 de diciembre de 2025", "caption"),
        grid(board, (48, 40, 30, 28), left=4),
        gap(3),
        p("Auditoría", "h2"),
        p("Las cuentas anuales las audita Arcos y Villalba Auditores, S.L.P., nombrada para los ejercicios 2024 a 2026. Sus honorarios de auditoría fueron de 38.500 €."),
    ]
