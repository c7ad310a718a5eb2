"""Pages of the annual report about sales: three years, regions, products, customers."""

from __future__ import annotations

from . import company as c
from .figures import Figures, es, es_pct
from .layout import Footnote, Heading, PageBreak, bar_chart, columns, gap, grid, line_chart, p


def three_years_pages(f: Figures) -> list:
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


def regions_pages(f: Figures) -> list:
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


def products_pages(f: Figures) -> list:
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


def customers_pages(f: Figures) -> list:
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
