"""The annual report 2025 (PDF, Spanish), its early draft, and the summary profit and loss account they share."""

from __future__ import annotations

from pathlib import Path

from . import company as c
from .figures import Figures, es, es_pct
from .layout import Footnote, Heading, PageBreak, Report, bar_chart, bullets, cards, columns, contents, gap, grid, line_chart, p

DEPRECIATION = {2024: 198000, 2025: 214500}
INSURANCE = {2024: 0, 2025: 212000}
INTEREST = {2024: 46200, 2025: 41300}
HECTARES, FSC_SHARE = {2023: 5200, 2024: 5650, 2025: 6100}, {2023: 68, 2024: 74, 2025: 82}
CO2 = {2023: 1184, 2024: 1121, 2025: 1046}
WATER = {2023: 9870, 2024: 9410, 2025: 8925}
WASTE = {2023: 91.2, 2024: 92.8, 2025: 94.1}


def account(f: Figures, year: int) -> dict[str, float]:
    """Profit and loss of a year, EUR; positive is income."""
    rows = {
        "Importe neto de la cifra de negocios": f.sales(year),
        "Coste de las ventas": f.margin(year) - f.sales(year),
        "Margen bruto": f.margin(year),
        "Gastos de explotación": -f.spend("Real (€)", year),
        "EBITDA": f.ebitda(year),
        "Amortizaciones": -DEPRECIATION[year],
        "Indemnización del seguro": INSURANCE[year],
        "Gastos financieros": -INTEREST[year],
    }
    before = rows["EBITDA"] + rows["Amortizaciones"] + rows["Indemnización del seguro"] + rows["Gastos financieros"]
    rows["Resultado antes de impuestos"] = before
    rows["Impuesto sobre beneficios"] = -0.25 * before if before > 0 else 0.0
    rows["Resultado del ejercicio"] = before + rows["Impuesto sobre beneficios"]
    return rows


def _million(value: float) -> str:
    return es(value / 1e6, 2) + " millones de euros"


def _summary(f: Figures) -> list:
    return [
        Heading("Principales cifras"),
        p(
            f"Alborcal cerró 2025 con unas ventas netas de {es(f.sales(2025))} €, un {es_pct(f.growth(2025))} más que en 2024, y volvió a "
            f"beneficios después de un 2024 en pérdidas.",
            "lead",
        ),
        cards(
            [
                (es(f.sales(2025) / 1e6, 2) + " M€", "Ventas netas", es_pct(f.growth(2025), sign=True) + " sobre 2024"),
                (es_pct(f.margin(2025) / f.sales(2025)), "Margen bruto", es_pct(f.margin(2024) / f.sales(2024)) + " en 2024"),
                (es(f.ebitda(2025)) + " €", "EBITDA", es(f.ebitda(2024)) + " € en 2024"),
                (str(f.active(2025)), "Clientes con compras", f"{f.active(2024)} en 2024"),
            ]
        ),
        gap(3),
        cards(
            [
                (es_pct(f.share(2025, Región="Nórdicos")), "Peso de los países nórdicos", es_pct(f.share(2024, Región="Nórdicos")) + " en 2024"),
                (str(f.indicator("Plantilla", 2025, 12)), "Personas en plantilla", f"{f.indicator('Plantilla', 2024, 12)} a cierre de 2024"),
                (f"{FSC_SHARE[2025]} %", "Corcho certificado", f"{FSC_SHARE[2024]} % en 2024"),
                (es(f.satisfaction(2025), 2) + " / 5", "Satisfacción del cliente", es(f.satisfaction(2024), 2) + " en 2024"),
            ]
        ),
        gap(6),
        p("Índice", "h2"),
        contents(),
    ]


def _letter(f: Figures) -> list:
    result = account(f, 2025)["Resultado del ejercicio"]
    return [
        PageBreak(),
        Heading("Carta de la presidenta"),
        p("«El corcho no se tala: se espera. Nueve años entre saca y saca enseñan a pensar a largo plazo.»", "quote"),
        columns(
            [
                p("Estimados accionistas:", "column"),
                p(
                    f"Cuando mi abuelo, Saturnino Montalbán, abrió en 1962 su primera caldera de cocer corcho en Valdehornos, vendía tapones a seis bodegas "
                    f"de la comarca. En 2025, los tapones han supuesto el {es_pct(f.share(2025, Familia='Tapones'))} de nuestras ventas. El aislamiento "
                    f"térmico y la acústica, que entonces no existían, aportan ya más de la mitad.",
                    "column",
                ),
                p(
                    f"Ha sido un buen año, aunque no un año fácil. Las ventas netas crecieron un {es_pct(f.growth(2025))}, hasta {es(f.sales(2025))} €, y el "
                    f"resultado del ejercicio fue de {es(result)} €, frente a las pérdidas de {es(-account(f, 2024)['Resultado del ejercicio'])} € de 2024. "
                    f"El crecimiento vino sobre todo del norte: los países nórdicos facturaron {_million(f.sales(2025, Región='Nórdicos'))}, un "
                    f"{es_pct(f.growth(2025, Región='Nórdicos'))} más.",
                    "column",
                ),
                p(
                    "El 14 de junio una granizada hundió parte de la cubierta del almacén de Mérida. No hubo heridos, pero se dañaron 3.800 m² de paneles "
                    "Sonora y durante ocho semanas servimos desde un almacén alquilado en Montijo. Pedimos disculpas a los clientes que recibieron tarde "
                    "su pedido; dos de ellos dejaron de comprarnos por ese motivo. El seguro abonó 212.000 € el 3 de octubre.",
                    "column",
                ),
                p(
                    "El Consejo ha tomado en este ejercicio dos decisiones que marcarán los siguientes. La primera, invertir 1.350.000 € en una nueva línea "
                    "de prensado en Valdehornos, que entrará en servicio en mayo de 2026. La segunda, dejar de fabricar el tapón natural Flor el 31 de "
                    "diciembre de 2026: es el producto con el que nació la casa, y su demanda se ha ido al tapón sintético y a la rosca.",
                    "column",
                ),
                p(
                    "Propondremos a la Junta General un dividendo de 0,12 € por acción, con cargo al resultado de 2025. Es prudente, y así queremos que sea.",
                    "column",
                ),
                p("Gracias a quienes trabajan en Alborcal, y a quienes confían en ella.", "column"),
                p("<b>Elvira Montalbán Rueda</b><br/>Presidenta del Consejo de Administración", "column"),
            ]
        ),
        gap(4),
        cards(
            [
                ("1962", "Año de fundación", "Valdehornos de la Sierra (Badajoz)"),
                ("3", "Almacenes", "Mérida, Girona y Malmö"),
                ("12", "Referencias en catálogo", "en seis familias"),
                ("0,12 €", "Dividendo por acción", "propuesto a la Junta General"),
            ]
        ),
    ]


def _business(f: Figures) -> list:
    return [
        PageBreak(),
        Heading("Quiénes somos"),
        p("Alborcal transforma corcho en productos de construcción, acústica y antivibración, y mantiene una línea histórica de tapones.", "lead"),
        columns(
            [
                p("Del monte al panel", "h2"),
                p(
                    "Compramos el corcho en bruto a propietarios de alcornocales de Badajoz, Cáceres, Huelva y el Alentejo. La corcha se apila al aire "
                    "libre seis meses, se cuece, se clasifica y se tritura en la planta de Valdehornos. El granulado se expande con vapor de agua a "
                    "380 °C sin adhesivos: la resina natural del corcho une los granos.",
                    "column",
                ),
                p(
                    "La planta trabaja a dos turnos, de lunes a viernes, y para tres semanas en agosto. Su capacidad instalada es de 31.000 m³ al año y en 2025 "
                    "se utilizó al 78 %.",
                    "column",
                ),
                p("Dónde vendemos", "h2"),
                p(
                    f"Organizamos las ventas en seis regiones comerciales y tres canales: venta directa a obra y a industria, distribuidores de materiales y "
                    f"tienda web. Desde el 4 de marzo de 2024 servimos a los países nórdicos desde un almacén propio de 1.200 m² en Malmö. La región más grande "
                    f"es Nórdicos, con el {es_pct(f.share(2025, Región='Nórdicos'))} de las ventas, y la sigue Centroeuropa, con el "
                    f"{es_pct(f.share(2025, Región='Centroeuropa'))}.",
                    "column",
                ),
                p("Quién nos dirige", "h2"),
                p(
                    "El equipo de dirección lo forman ocho personas. Gonzalo Trías Pedreño es consejero delegado desde 2019. Maren Lindqvist, que abrió el "
                    "mercado sueco, fue nombrada directora comercial el 1 de septiembre de 2025, en sustitución de Fermín Zabaleta, que se jubiló.",
                    "column",
                ),
            ]
        ),
        p("Tabla 1. Comité de dirección a 31 de diciembre de 2025", "caption"),
        grid(
            [
                ["Nombre", "Cargo", "En la empresa desde"],
                ["Gonzalo Trías Pedreño", "Consejero delegado", "2011"],
                ["Beatriz Corrales Nieto", "Directora financiera", "2016"],
                ["Anselmo Vivas Tejeda", "Director de operaciones", "2003"],
                ["Maren Lindqvist", "Directora comercial", "2018"],
                ["Joaquín Berrocal Luna", "Director de I+D", "2014"],
                ["Lucía Santamaría Pozo", "Directora de personas", "2020"],
                ["Daniel Okafor", "Responsable de sistemas y seguridad", "2021"],
                ["Rosa Ferreira Campos", "Directora de compras de corcho", "1999"],
            ],
            (40, 45, 25),
            left=2,
        ),
    ]


def _three_years(f: Figures) -> list:
    years = (2023, 2024, 2025)
    rows = [["(en euros)", "2023", "2024", "2025", "Var. 25/24"]]
    for name, values in (
        ("Ventas netas", [f.sales(y) for y in years]),
        ("Coste de las ventas", [f.sales(y) - f.margin(y) for y in years]),
        ("Margen bruto", [f.margin(y) for y in years]),
    ):
        rows.append([name, *[es(v) for v in values], es_pct(values[2] / values[1] - 1, sign=True)])
    rows.append(["Margen bruto sobre ventas", *[es_pct(f.margin(y) / f.sales(y)) for y in years], ""])
    rows.append(["Clientes con compras", *[str(f.active(y)) for y in years], ""])
    rows.append(["Abonos emitidos", *[es(f.credit_notes(y)) for y in years], ""])
    monthly = {str(year): [value / 1000 for value in f.monthly(year)] for year in years}
    best, worst = max(range(12), key=f.monthly(2025).__getitem__), min(range(12), key=f.monthly(2025).__getitem__)
    return [
        PageBreak(),
        Heading("Tres años de ventas"),
        p(
            f"Las ventas netas pasaron de {es(f.sales(2023))} € en 2023 a {es(f.sales(2024))} € en 2024 y a {es(f.sales(2025))} € en 2025. El margen bruto "
            f"alcanzó el {es_pct(f.margin(2025) / f.sales(2025))} de las ventas (1)."
        ),
        Footnote("1", "Ventas netas de descuentos y de abonos. El coste de las ventas incluye materia prima, energía de proceso y mano de obra directa."),
        p("Tabla 2. Evolución de las ventas y del margen bruto", "caption"),
        grid(rows, (44, 26, 26, 26, 22)),
        p("Fuente: contabilidad de la sociedad; los abonos ya están restados de las ventas netas.", "source"),
        p("Un negocio de temporada", "h2"),
        p(
            f"La construcción marca el ritmo: primavera y otoño concentran la demanda y agosto es siempre el mes más bajo. En 2025 el mejor mes fue "
            f"{c.MONTHS_ES[best]}, con {es(f.monthly(2025)[best])} €, y el peor, {c.MONTHS_ES[worst]}, con {es(f.monthly(2025)[worst])} €."
        ),
        p("Gráfico 1. Ventas netas mensuales (miles de euros)", "caption"),
        line_chart([m[:3] for m in c.MONTHS_ES], monthly, 900, 150, es),
        p("Fuente: registro de ventas.", "source"),
        p("El abono como señal", "h2"),
        p(
            f"En 2025 se emitieron abonos por {es(-f.credit_notes(2025))} €. De ellos, {es(-f.credit_notes(2025, (12,)))} € se registraron en diciembre y corresponden "
            f"a material devuelto de obras aplazadas. Por eso la cifra de ventas de este informe es inferior a la que se adelantó en el borrador de enero (2)."
        ),
        Footnote("2", "El avance de resultados del 15 de enero de 2026 se cerró antes de contabilizar los abonos de diciembre."),
    ]


def _regions(f: Figures) -> list:
    names = list(f.by("Región", 2025))
    rows = [["Región", "2023", "2024", "2025", "Var. 25/24", "Peso 2025"]]
    for name in names:
        rows.append(
            [name, *[es(f.sales(y, Región=name)) for y in (2023, 2024, 2025)], es_pct(f.growth(2025, Región=name), sign=True), es_pct(f.share(2025, Región=name))]
        )
    rows.append(["Total", *[es(f.sales(y)) for y in (2023, 2024, 2025)], es_pct(f.growth(2025), sign=True), "100,0 %"])
    series = {str(y): [f.sales(y, Región=name) / 1000 for name in names] for y in (2023, 2024, 2025)}
    countries = f.by("País", 2025)
    top = list(countries.items())[:3]
    south = {"Región": "Iberia Sur"}
    without_corks = (f.sales(2025, **south) - f.sales(2025, Familia="Tapones", **south)) / (f.sales(2024, **south) - f.sales(2024, Familia="Tapones", **south))
    return [
        PageBreak(),
        Heading("Ventas por región"),
        p(
            f"Nórdicos creció un {es_pct(f.growth(2025, Región='Nórdicos'))} y aportó más de la mitad del aumento total de las ventas. Iberia Sur "
            f"({es_pct(f.growth(2025, **{'Región': 'Iberia Sur'}), sign=True)}) y Francia ({es_pct(f.growth(2025, Región='Francia'), sign=True)}) retrocedieron."
        ),
        p("Tabla 3. Ventas netas por región comercial (euros)", "caption"),
        grid(rows, (32, 24, 24, 24, 22, 20), total=True),
        p("Fuente: registro de ventas. España y Portugal se reparten entre Iberia Sur e Iberia Norte según la delegación.", "source"),
        p("Gráfico 2. Ventas netas por región (miles de euros)", "caption"),
        bar_chart(names, series, 3000, 500, es, height=70 * 2.8346),
        columns(
            [
                p("Nórdicos", "h2"),
                p(
                    f"Suecia es el mayor país de la región, con {es(f.sales(2025, País='Suecia'))} €. La norma sueca de ruido en aulas, en vigor desde enero de 2024, ha "
                    "multiplicado la demanda de paneles Sonora, y el almacén de Malmö permite entregar en 72 horas lo que antes tardaba nueve días.",
                    "column",
                ),
                p("Centroeuropa", "h2"),
                p(
                    f"Alemania, Austria y los Países Bajos sumaron {es(f.sales(2025, Región='Centroeuropa'))} €. Dämmstoff Hansen & Kolb, de Hamburgo, "
                    "renovó en abril su contrato de distribución por tres años.",
                    "column",
                ),
                p("Iberia y Francia", "h2"),
                p(
                    f"La caída de los tapones pesa más donde hay más bodegas. Sin contar los tapones, las ventas de Iberia Sur solo habrían bajado un {es_pct(1 - without_corks)}. En Francia, el cambio de "
                    "las ayudas a la rehabilitación aplazó obras al segundo semestre.",
                    "column",
                ),
                p("Por países", "h2"),
                p("Los tres primeros mercados fueron " + ", ".join(f"{name} ({es(value)} €)" for name, value in top[:2]) + f" y {top[2][0]} ({es(top[2][1])} €).", "column"),
            ]
        ),
    ]


def _products(f: Figures) -> list:
    rows = [["Familia", "2024", "2025", "Var. 25/24", "Peso 2025"]]
    for name in f.by("Familia", 2025):
        rows.append([name, es(f.sales(2024, Familia=name)), es(f.sales(2025, Familia=name)), es_pct(f.growth(2025, Familia=name), sign=True), es_pct(f.share(2025, Familia=name))])
    rows.append(["Total", es(f.sales(2024)), es(f.sales(2025)), es_pct(f.growth(2025), sign=True), "100,0 %"])
    products = [["Referencia", "Producto", "2024", "2025", "Var."]]
    for name, value in f.by("Producto", 2025).items():
        code = next(item[0] for item in c.PRODUCTS if item[1] == name)
        products.append([code, name, es(f.sales(2024, Producto=name)), es(value), es_pct(f.growth(2025, Producto=name), sign=True)])
    flor = [f.quantity(year, "P-501") for year in (2023, 2024, 2025)]
    return [
        PageBreak(),
        Heading("Ventas por familia y producto"),
        p(
            f"El aislamiento térmico sigue siendo la primera familia, con {es(f.sales(2025, Familia='Aislamiento térmico'))} €. La acústica se le acerca: "
            f"{es(f.sales(2025, Familia='Acústica'))} €, un {es_pct(f.growth(2025, Familia='Acústica'))} más."
        ),
        p("Tabla 4. Ventas netas por familia (euros)", "caption"),
        grid(rows, (40, 26, 26, 24, 24), total=True),
        gap(3),
        p("Tabla 5. Ventas netas por producto (euros), de mayor a menor", "caption"),
        grid(products, (22, 50, 26, 26, 20), left=2),
        p("Fuente: registro de ventas.", "source"),
        p("La retirada del tapón natural Flor", "h2"),
        p(
            f"El tapón natural Flor pasó de {es(flor[0])} millares en 2023 a {es(flor[1])} en 2024 y {es(flor[2])} en 2025. A ese volumen, la línea de troquelado trabaja "
            "al 21 % de su capacidad y no cubre sus costes fijos. El Consejo acordó el 27 de noviembre de 2025 cesar su fabricación el 31 de diciembre de 2026; los "
            "contratos vigentes se atenderán hasta esa fecha. El tapón microgranulado Solera se mantiene en catálogo."
        ),
    ]


def _customers(f: Figures) -> list:
    rows = [["Cliente", "Región", "2024", "2025", "Peso 2025"]]
    top = list(f.by("Cliente", 2025).items())[:10]
    for name, value in top:
        region = next(row["Región"] for row in f.tables["clientes"] if row["Cliente"] == name)
        rows.append([name, region, es(f.sales(2024, Cliente=name)), es(value), es_pct(value / f.sales(2025))])
    lost = [["Cliente", "Fecha de baja", "Motivo", "Ventas 2024"]]
    for row in f.lost(2025):
        lost.append([row["Cliente"], row["Fecha de baja"].strftime("%d/%m/%Y"), row["Motivo de baja"], es(f.sales(2024, Cliente=row["Cliente"]))])
    channels = f.by("Canal", 2025)
    return [
        PageBreak(),
        Heading("Clientes y canales"),
        p(
            f"En 2025 compraron {f.active(2025)} clientes. Los diez primeros sumaron el {es_pct(sum(v for _, v in top) / f.sales(2025))} de las ventas; el mayor, "
            f"{top[0][0]}, el {es_pct(top[0][1] / f.sales(2025))}."
        ),
        p("Tabla 6. Los diez primeros clientes (euros)", "caption"),
        grid(rows, (46, 26, 24, 24, 20), left=2),
        gap(2),
        p("Bajas del ejercicio", "h2"),
        p(
            f"Se dieron de baja {len(f.lost(2025))} clientes, frente a {len(f.lost(2024))} en 2024. Tres eran bodegas; los otros dos se marcharon tras los retrasos del "
            f"verano. Entre todos habían comprado {es(sum(f.sales(2024, Cliente=row['Cliente']) for row in f.lost(2025)))} € en 2024 (3)."
        ),
        Footnote("3", "Se considera baja al cliente que lo comunica por escrito o que pasa doce meses sin comprar."),
        p("Tabla 7. Clientes perdidos en 2025", "caption"),
        grid(lost, (44, 24, 40, 22), left=3),
        gap(2),
        p("Canales", "h2"),
        p(
            f"La venta directa aportó {es(channels['Directo'])} €, los distribuidores {es(channels['Distribuidor'])} € y la tienda web {es(channels['Web'])} €. La web casi se ha "
            f"duplicado ({es_pct(f.growth(2025, Canal='Web'), sign=True)}) y ya supone el {es_pct(f.share(2025, Canal='Web'))} de las ventas."
        ),
    ]


def _operations(f: Figures) -> list:
    price = [f.indicator("Precio del corcho (€/quintal)", year, 12) for year in (2022 + 1, 2024, 2025)]
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
    ]


def _service(f: Figures) -> list:
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
        p("Gráfico 3. Incidencias por trimestre", "caption"),
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


def _people(f: Figures) -> list:
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


def _sustainability(f: Figures) -> list:
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
        p("Gráfico 4. Emisiones de alcance 1 y 2 (toneladas de CO2 equivalente)", "caption"),
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


def _risks(f: Figures) -> list:
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


def _accounts(f: Figures) -> list:
    old, new = account(f, 2024), account(f, 2025)
    rows = [["(en euros)", "2024", "2025"], *[[name, es(old[name]), es(new[name])] for name in new]]
    areas = [["Área", "Presupuesto 2025", "Real 2025", "Desviación"]]
    for name in c.AREAS:
        plan, real = f.spend("Presupuesto (€)", 2025, area=name), f.spend("Real (€)", 2025, area=name)
        areas.append([name, es(plan), es(real), es_pct(real / plan - 1, sign=True)])
    plan, real = f.spend("Presupuesto (€)", 2025), f.spend("Real (€)", 2025)
    areas.append(["Total", es(plan), es(real), es_pct(real / plan - 1, sign=True)])
    return [
        PageBreak(),
        Heading("Cuenta de resultados resumida"),
        p("Tabla 14. Cuenta de resultados (euros)", "caption"),
        grid(rows, (70, 30, 30), total=True),
        p("Los gastos aparecen con signo negativo.", "source"),
        p(
            f"El EBITDA pasó de {es(old['EBITDA'])} € a {es(new['EBITDA'])} € (5). El resultado incluye 212.000 € de la indemnización del seguro por la granizada de Mérida, que no se "
            "repetirá en 2026."
        ),
        Footnote("5", "EBITDA: margen bruto menos gastos de explotación, antes de amortizaciones, de la indemnización y de gastos financieros."),
        p("Tabla 15. Gastos de explotación por área: presupuesto y real (euros)", "caption"),
        grid(areas, (46, 32, 32, 26), total=True),
        p("Fuente: control presupuestario.", "source"),
        p(
            f"Solo Logística y Comercial gastaron más de lo presupuestado. I+D gastó menos por el retraso del banco de ensayos acústicos, que se instalará en febrero de 2026. La deuda "
            "financiera neta a cierre era de 1.120.000 €, y el plazo medio de pago a proveedores, de 43 días."
        ),
    ]


def _outlook(f: Figures) -> list:
    return [
        PageBreak(),
        Heading("Perspectivas para 2026"),
        p("Esperamos unas ventas de entre 8,4 y 8,8 millones de euros y un margen EBITDA de al menos el 8 %.", "lead"),
        columns(
            [
                p("Ventas", "h2"),
                p(
                    "El crecimiento seguirá apoyándose en los países nórdicos, donde abriremos en septiembre una oficina comercial en Tampere. La tarifa 2026 sube un 3 % "
                    "de media desde el 1 de enero.",
                    "column",
                ),
                p("Producto", "h2"),
                p(
                    "En abril presentaremos Sonora Techo, un panel suspendido con un coeficiente de absorción de 0,85, desarrollado con la Universidad de Extremadura. Es el primer "
                    "lanzamiento desde 2021.",
                    "column",
                ),
                p("Inversiones", "h2"),
                p("El plan de inversiones de 2026 suma 1.240.000 €: 810.000 € de la línea de prensado, 290.000 € de la planta solar y 140.000 € de sistemas.", "column"),
                p("Incertidumbres", "h2"),
                p("La sequía en el suroeste puede adelantar o reducir la saca, y una subida del corcho superior al 8 % obligaría a revisar la tarifa en julio.", "column"),
            ]
        ),
        p("Calendario del accionista", "h2"),
        grid(
            [
                ["Fecha", "Acto"],
                ["27 de marzo de 2026", "Formulación de las cuentas anuales"],
                ["15 de mayo de 2026", "Resultados del primer trimestre"],
                ["12 de junio de 2026", "Junta General de Accionistas, en Valdehornos de la Sierra"],
                ["3 de julio de 2026", "Pago del dividendo"],
                ["24 de julio de 2026", "Resultados del primer semestre"],
            ],
            (40, 90),
            left=2,
        ),
        gap(5),
        p("Glosario", "h2"),
        *bullets(
            [
                "<b>Quintal castellano:</b> unidad de peso del corcho en bruto, equivalente a 46 kilogramos.",
                "<b>Saca:</b> extracción de la corteza del alcornoque, cada nueve años, entre junio y agosto.",
                "<b>Millar:</b> mil unidades; es la unidad de venta de los tapones.",
            ]
        ),
        gap(3),
        p("Documento ficticio preparado como ejemplo. Alborcal Corcho, S.A. no existe; cualquier parecido con una empresa o persona reales es casual.", "source"),
    ]


def write_annual_report(path: Path, f: Figures) -> None:
    cover = (c.NAME, "Informe anual", "Ejercicio 2025", "Aprobado por el Consejo de Administración el 27 de febrero de 2026")
    report = Report(path, "Informe anual 2025", "Informe anual 2025", "Página", "es", cover)
    parts = (_summary, _letter, _business, _three_years, _regions, _products, _customers, _operations, _service, _people, _sustainability, _risks, _accounts, _outlook)
    report.write([flowable for part in parts for flowable in part(f)])


def write_draft(path: Path, f: Figures) -> None:
    """The advance of 15 January 2026: sales before the December credit notes, so higher than in the final report."""
    early = f.sales(2025) - f.credit_notes(2025, (12,))
    names = list(f.by("Región", 2025))
    rows = [["Región", "Ventas 2025 (provisional)"]]
    for name in names:
        credit = sum(row["Importe (€)"] for row in f.lines(2025, (12,), Región=name) if row["Pedido"].startswith("AB-"))
        rows.append([name, es(f.sales(2025, Región=name) - credit)])
    rows.append(["Total", es(early)])
    report = Report(path, "Avance de resultados 2025 (borrador)", "BORRADOR - Avance de resultados 2025 - No difundir", "Página", "es")
    report.write(
        [
            Heading("Avance de resultados 2025"),
            p("Borrador de 15 de enero de 2026, pendiente de cierre contable", "lead"),
            p("Preparado por Beatriz Corrales Nieto, directora financiera, para el Comité de dirección."),
            p(
                f"Las ventas netas provisionales de 2025 ascienden a {es(early)} €, un {es_pct(early / f.sales(2024) - 1)} más que en 2024. Faltan por contabilizar los abonos de "
                "diciembre, de modo que la cifra definitiva será algo menor."
            ),
            p("Ventas provisionales por región (euros)", "caption"),
            grid(rows, (60, 40), total=True),
            gap(4),
            p("Qué falta por cerrar", "h2"),
            *bullets(
                [
                    "Abonos de diciembre por obras aplazadas en Suecia, Alemania y Francia.",
                    "Recuento físico del almacén de Girona, previsto para el 20 de enero.",
                    "Periodificación de los portes de la última semana del año.",
                ]
            ),
            p("La cifra definitiva se publicará en el informe anual, que el Consejo aprobará el 27 de febrero de 2026."),
        ]
    )
