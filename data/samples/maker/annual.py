"""The annual report 2025 (PDF, Spanish), its early draft, and the summary profit and loss account they share."""

from __future__ import annotations

from pathlib import Path

from . import company as c
from .annual_company import FSC_SHARE, operations_pages, people_pages, risks_pages, service_pages, sustainability_pages
from .annual_sales import customers_pages, products_pages, regions_pages, three_years_pages
from .figures import Figures, es, es_pct
from .layout import Footnote, Heading, PageBreak, Report, bullets, cards, columns, contents, gap, grid, p

DEPRECIATION = {2024: 198000, 2025: 214500}
INSURANCE = {2024: 0, 2025: 212000}
INTEREST = {2024: 46200, 2025: 41300}


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
            "Solo Logística y Comercial gastaron más de lo presupuestado. I+D gastó menos por el retraso del banco de ensayos acústicos, que se instalará en febrero de 2026. La deuda "
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
    parts = (_summary, _letter, _business, three_years_pages, regions_pages, products_pages, customers_pages, operations_pages, service_pages, people_pages, sustainability_pages, risks_pages, _accounts, _outlook)
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
