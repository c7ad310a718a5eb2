"""The third-quarter report 2025 (PDF, English)."""

from __future__ import annotations

from pathlib import Path

from . import company as c
from .figures import Figures, en, en_pct
from .layout import Footnote, Heading, PageBreak, Report, bar_chart, bullets, cards, columns, gap, grid, line_chart, p

Q3, NINE = (7, 8, 9), tuple(range(1, 10))
REGION = {"Nórdicos": "Nordics", "Centroeuropa": "Central Europe", "Iberia Sur": "Southern Iberia", "Iberia Norte": "Northern Iberia", "Francia": "France", "Italia": "Italy"}
FAMILY = {
    "Aislamiento térmico": "Thermal insulation",
    "Acústica": "Acoustics",
    "Suelos": "Flooring",
    "Proyectado y granulado": "Sprayed and granulated cork",
    "Tapones": "Stoppers",
    "Antivibración": "Anti-vibration",
}
AREA = {
    "Producción": "Production",
    "Logística": "Logistics",
    "Comercial": "Sales",
    "Administración": "Administration",
    "I+D": "Research and development",
    "Personas y sistemas": "People and systems",
}
CHANNEL = {"Directo": "Direct", "Distribuidor": "Distributors", "Web": "Web shop"}
TICKET = ("Delivery delay", "Damaged goods", "Invoice error", "Technical question", "Product defect", "Order change")


def _highlights(f: Figures) -> list:
    sales, before = f.sales(2025, Q3), f.sales(2024, Q3)
    spans = [(year, quarter) for year in (2024, 2025) for quarter in (1, 2, 3, 4)][:-1]
    labels = [f"Q{quarter} {year}" for year, quarter in spans]
    quarters = [f.sales(year, (3 * quarter - 2, 3 * quarter - 1, 3 * quarter)) / 1000 for year, quarter in spans]
    return [
        p("Third quarter 2025", "h2"),
        Heading("Report to investors and lenders"),
        p(f"Net sales rose {en_pct(sales / before - 1)} to €{en(sales)} in the quarter, in spite of the hailstorm that closed part of our Mérida warehouse until 18 August.", "lead"),
        cards(
            [
                (f"€{en(sales / 1e6, 2)}m", "Net sales", f"€{en(before / 1e6, 2)}m in Q3 2024"),
                (en_pct(f.margin(2025, Q3) / sales), "Gross margin", f"{en_pct(f.margin(2024, Q3) / before)} in Q3 2024"),
                (f"€{en(f.ebitda(2025, Q3))}", "EBITDA", f"-€{en(-f.ebitda(2024, Q3))} in Q3 2024"),
                (str(len(f.tickets(2025, Q3))), "Support tickets", f"{len(f.tickets(2024, Q3))} in Q3 2024"),
            ]
        ),
        gap(4),
        columns(
            [
                p("The quarter in brief", "h2"),
                p(
                    f"The Nordics remained our engine of growth: sales there reached €{en(f.sales(2025, Q3, Región='Nórdicos'))}, {en_pct(f.growth(2025, Q3, Región='Nórdicos'))} more than a year "
                    f"earlier. Northern Iberia was the only region that fell, by {en_pct(-f.growth(2025, Q3, **{'Región': 'Iberia Norte'}))}, because two large refurbishment projects in "
                    "the Basque Country were put off to the fourth quarter.",
                    "column",
                ),
                p(
                    f"Logistics cost €{en(f.spend('Real (€)', 2025, Q3, 'Logística') - f.spend('Presupuesto (€)', 2025, Q3, 'Logística'))} more than budgeted. The excess is rent for the "
                    "temporary warehouse in Montijo and express freight for late orders.",
                    "column",
                ),
                p("After the quarter", "h2"),
                p(
                    "On 3 October the insurer, Mutua Guadiana, paid €212,000 for the hail damage. The payment will be shown below EBITDA in the fourth quarter. "
                    "On 9 October the web shop opened in German.",
                    "column",
                ),
                p("Outlook", "h2"),
                p(
                    "We keep our forecast for the full year: net sales between €7.6m and €8.0m, and an EBITDA margin above 6%. The forecast assumes that cork "
                    "prices do not rise by more than 3% before December.",
                    "column",
                ),
            ]
        ),
        p("Maren Lindqvist became Sales Director on 1 September. She led the Nordic business for seven years and is based in Malmö. Her predecessor, Fermín Zabaleta, retired."),
        p("Net sales by quarter (EUR thousand)", "caption"),
        bar_chart(labels, {"Net sales": quarters}, 2500, 500, en, height=200, value_labels=True),
        p("Unaudited. Quarters of the calendar year.", "source"),
    ]


def _regions(f: Figures) -> list:
    names = list(f.by("Región", 2025, Q3))
    rows = [["Region", "Q3 2024", "Q3 2025", "Change", "Nine months 2025", "Share of Q3"]]
    for name in names:
        where = {"Región": name}
        rows.append([REGION[name], en(f.sales(2024, Q3, **where)), en(f.sales(2025, Q3, **where)), en_pct(f.growth(2025, Q3, **where), sign=True), en(f.sales(2025, NINE, **where)), en_pct(f.share(2025, Q3, **where))])
    rows.append(["Total", en(f.sales(2024, Q3)), en(f.sales(2025, Q3)), en_pct(f.growth(2025, Q3), sign=True), en(f.sales(2025, NINE)), "100.0%"])
    series = {f"Q3 {y}": [f.sales(y, Q3, Región=name) / 1000 for name in names] for y in (2024, 2025)}
    return [
        PageBreak(),
        Heading("Net sales by region"),
        p("Table 1. Net sales by sales region (EUR)", "caption"),
        grid(rows, (34, 24, 24, 20, 30, 24), total=True),
        p("Net of discounts and credit notes. Southern and Northern Iberia cover Spain and Portugal.", "source"),
        p("Figure 1. Net sales by region, third quarter (EUR thousand)", "caption"),
        bar_chart([REGION[name] for name in names], series, 700, 100, en, height=190),
        columns(
            [
                p("Nordics", "h2"),
                p(
                    f"Sweden contributed €{en(f.sales(2025, Q3, País='Suecia'))}, Denmark €{en(f.sales(2025, Q3, País='Dinamarca'))} and Finland €{en(f.sales(2025, Q3, País='Finlandia'))}. "
                    "School refurbishment is the main driver: the Swedish classroom-noise rule applies to every building renovated since January 2024.",
                    "column",
                ),
                p("Central Europe", "h2"),
                p(f"Growth of {en_pct(f.growth(2025, Q3, Región='Centroeuropa'))} came from Hamburg and Leipzig. A Dutch architect closed its account in September after the delays of July.", "column"),
                p("Southern Europe", "h2"),
                p(f"France grew by {en_pct(f.growth(2025, Q3, Región='Francia'))}, helped by refurbishments put off from spring. In Italy, anti-vibration sheets for wine cellars and workshops found new customers around Padua.", "column"),
            ]
        ),
    ]


def _products(f: Figures) -> list:
    rows = [["Product family", "Q3 2024", "Q3 2025", "Change", "Share of Q3"]]
    for name in f.by("Familia", 2025, Q3):
        where = {"Familia": name}
        rows.append([FAMILY[name], en(f.sales(2024, Q3, **where)), en(f.sales(2025, Q3, **where)), en_pct(f.growth(2025, Q3, **where), sign=True), en_pct(f.share(2025, Q3, **where))])
    rows.append(["Total", en(f.sales(2024, Q3)), en(f.sales(2025, Q3)), en_pct(f.growth(2025, Q3), sign=True), "100.0%"])
    channels = [["Channel", "Q3 2024", "Q3 2025", "Change"]]
    for name in f.by("Canal", 2025, Q3):
        channels.append([CHANNEL[name], en(f.sales(2024, Q3, Canal=name)), en(f.sales(2025, Q3, Canal=name)), en_pct(f.growth(2025, Q3, Canal=name), sign=True)])
    flor = [f.sales(year, Q3, **{"Id producto": "P-501"}) for year in (2024, 2025)]
    return [
        PageBreak(),
        Heading("Products and channels"),
        p("Table 2. Net sales by product family (EUR)", "caption"),
        grid(rows, (44, 26, 26, 22, 24), total=True),
        gap(3),
        p("Table 3. Net sales by channel (EUR)", "caption"),
        grid(channels, (44, 26, 26, 22)),
        gap(3),
        columns(
            [
                p("Flooring leads", "h2"),
                p(f"Flooring grew by {en_pct(f.growth(2025, Q3, Familia='Suelos'))}, helped by the floating floor Dehesa Flotante, which three Danish housing associations chose as their standard.", "column"),
                p("The end of an icon", "h2"),
                p(
                    f"Sales of the natural stopper Flor fell from €{en(flor[0])} to €{en(flor[1])}. Management will ask the Board in November to stop making it at the end of 2026. "
                    "Existing contracts would be honoured.",
                    "column",
                ),
                p("Web shop", "h2"),
                p(f"The web shop sold €{en(f.sales(2025, Q3, Canal='Web'))}, {en_pct(f.share(2025, Q3, Canal='Web'))} of the total. Two in three web orders came from outside Spain.", "column"),
                p("Prices", "h2"),
                p("List prices have not changed since 1 January 2025. The next list takes effect on 1 January 2026, with an average increase of 3%.", "column"),
            ]
        ),
    ]


def _months(f: Figures) -> list:
    series = {str(year): [value / 1000 for value in f.monthly(year)[:9]] for year in (2023, 2024, 2025)}
    rows = [["Month", "2024", "2025", "Change"]]
    for month in NINE:
        rows.append([c.MONTHS_EN[month - 1], en(f.sales(2024, (month,))), en(f.sales(2025, (month,))), en_pct(f.growth(2025, (month,)), sign=True)])
    rows.append(["Nine months", en(f.sales(2024, NINE)), en(f.sales(2025, NINE)), en_pct(f.growth(2025, NINE), sign=True)])
    return [
        PageBreak(),
        Heading("Nine months to September"),
        p(f"Net sales of the first nine months were €{en(f.sales(2025, NINE))}, {en_pct(f.growth(2025, NINE))} above the same period of 2024 (1)."),
        Footnote("1", "Unaudited. Credit notes are booked in the month in which they are issued."),
        p("Table 4. Net sales by month (EUR)", "caption"),
        grid(rows, (40, 30, 30, 24), total=True),
        p("Figure 2. Net sales by month, January to September (EUR thousand)", "caption"),
        line_chart([m[:3] for m in c.MONTHS_EN[:9]], series, 900, 150, en, height=190),
        p("August is always our lowest month: the Valdehornos plant closes for three weeks, and so do most building sites in southern Europe."),
    ]


def _operations(f: Figures) -> list:
    rows = [["Ticket category", "Q3 2024", "Q3 2025", "Change"]]
    for name in TICKET:
        old, new = len(f.tickets(2024, Q3, name)), len(f.tickets(2025, Q3, name))
        rows.append([name, str(old), str(new), f"{new - old:+d}"])
    old, new = len(f.tickets(2024, Q3)), len(f.tickets(2025, Q3))
    rows.append(["Total", str(old), str(new), f"{new - old:+d}"])
    return [
        PageBreak(),
        Heading("Operations and service"),
        columns(
            [
                p("What happened in Mérida", "h2"),
                p(
                    "On 14 June hail of up to six centimetres broke 900 m² of the roof of hall 2. We lost 3,800 m² of Sonora acoustic panels, carried at a cost of €98,000. "
                    "Nobody was hurt. Shipments moved to a rented hall in Montijo on 17 June.",
                    "column",
                ),
                p("What it meant for customers", "h2"),
                p("Average delivery time went from six days to seventeen in July. In all, 214 orders left late. Two customers, one in Grenoble and one in Groningen, closed their accounts because of it.", "column"),
                p("What we changed", "h2"),
                p(
                    "Since 1 September every order is confirmed with a delivery window of two days, and the customer is told within 24 hours if it cannot be met. "
                    "Girona now mirrors the stock of the twenty fastest-moving lots.",
                    "column",
                ),
                p("New pressing line", "h2"),
                p("The contract with Officine Brentani of Bergamo was signed on 22 July. The line costs €1.35m and starts in May 2026. Of the price, 40% is due in 2025.", "column"),
            ]
        ),
        gap(3),
        p("Table 5. Support tickets opened in the quarter", "caption"),
        grid(rows, (60, 26, 26, 24), total=True),
        p("Source: support desk, by date of opening.", "source"),
        p(
            f"First response took {en(f.first_response(2025, Q3), 1)} hours on average ({en(f.first_response(2024, Q3), 1)} a year earlier). Customers rated closed tickets "
            f"{en(f.satisfaction(2025, Q3), 2)} out of 5, against {en(f.satisfaction(2024, Q3), 2)} in the third quarter of 2024."
        ),
    ]


def _account(f: Figures) -> list:
    rows = [["(EUR)", "Q3 2024", "Q3 2025", "Nine months 2025"]]
    spans = [(2024, Q3), (2025, Q3), (2025, NINE)]
    rows.append(["Net sales", *[en(f.sales(*s)) for s in spans]])
    rows.append(["Cost of sales", *[en(f.margin(*s) - f.sales(*s)) for s in spans]])
    rows.append(["Gross margin", *[en(f.margin(*s)) for s in spans]])
    for name, english in AREA.items():
        rows.append([english, *[en(-f.spend("Real (€)", *s, name)) for s in spans]])
    rows.append(["EBITDA", *[en(f.ebitda(*s)) for s in spans]])
    budget = [["Area", "Budget Q3 2025", "Actual Q3 2025", "Deviation"]]
    for name, english in AREA.items():
        plan, real = f.spend("Presupuesto (€)", 2025, Q3, name), f.spend("Real (€)", 2025, Q3, name)
        budget.append([english, en(plan), en(real), en_pct(real / plan - 1, sign=True)])
    return [
        PageBreak(),
        Heading("Condensed income statement"),
        p("Table 6. Income statement to EBITDA (EUR, unaudited)", "caption"),
        grid(rows, (48, 28, 28, 32), total=True),
        p("Expenses are shown as negative figures.", "source"),
        p("Table 7. Operating expenses against budget (EUR)", "caption"),
        grid(budget, (48, 30, 30, 24)),
        gap(3),
        p("Research and development spent less than planned because the acoustic test bench arrives later than expected, in February 2026."),
        p(
            "Net financial debt stood at €1,310,000 on 30 September, down from €1,480,000 on 30 June. The credit line with Banco Ribera del Guadiana, of €900,000, was drawn to one third. "
            "All covenants were met; the tightest requires net debt below 3.5 times EBITDA of the last twelve months (2)."
        ),
        Footnote("2", "EBITDA for this purpose includes insurance payments received."),
    ]


def _notes(_f: Figures) -> list:
    return [
        PageBreak(),
        Heading("Notes and contacts"),
        p("Basis of preparation", "h2"),
        p("This report has been prepared from the management accounts and has not been audited. Figures in tables are rounded to the nearest euro, so totals may differ by one."),
        p("Definitions", "h2"),
        *bullets(
            [
                "<b>Net sales:</b> invoiced sales less discounts and credit notes, without VAT.",
                "<b>Gross margin:</b> net sales less raw material, process energy and direct labour.",
                "<b>EBITDA:</b> gross margin less operating expenses of the six areas, before depreciation.",
                "<b>On-time delivery:</b> orders that leave the warehouse on or before the confirmed date.",
            ]
        ),
        p("Seasonality", "h2"),
        p("The third quarter includes the August closure of the plant. It is usually the weakest or second-weakest quarter of the year and should not be multiplied by four."),
        p("Next dates", "h2"),
        grid(
            [
                ["Date", "Event"],
                ["27 November 2025", "Board meeting: budget for 2026"],
                ["27 February 2026", "Board approves the annual report"],
                ["15 May 2026", "Results of the first quarter of 2026"],
                ["12 June 2026", "General meeting of shareholders"],
            ],
            (40, 80),
            left=2,
        ),
        gap(3),
        p("Contact", "h2"),
        p("Beatriz Corrales Nieto, Chief Financial Officer. Investor line: +34 900 000 417. E-mail: inversores@alborcal.example"),
        gap(3),
        p("A fictitious document, prepared as an example. Alborcal Corcho, S.A. does not exist; any likeness to real companies or people is accidental.", "source"),
    ]


def write_quarterly_report(path: Path, f: Figures) -> None:
    report = Report(path, "Q3 2025 report", "Third-quarter report 2025", "Page", "en")
    report.write([flowable for part in (_highlights, _regions, _products, _months, _operations, _account, _notes) for flowable in part(f)])
