"""The example questions: what is asked, where the evidence stands, and what the tables answer.

Expected rows are computed here in plain Python; `sql` says the same for DuckDB, and a test holds one against the other.
Pages are written by hand, and a test looks every answer up on its page. The first three of a language and kind are featured.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from . import company as c
from .figures import Figures, en_pct, es, es_pct

ANNUAL, DRAFT, Q3, CONTRACT = "informe-anual-2025.pdf", "avance-resultados-2025-borrador.pdf", "q3-2025-report.pdf", "contrato-suministro-corcho.pdf"
STAFF, SECURITY, MINUTES = "politica-permisos-y-viajes.docx", "information-security-policy.docx", "acta-consejo-2025-11-27.docx"
DECK, CATALOGUE, FAQ, MAIL = "sales-strategy-2026.pptx", "catalogo-condiciones-2026.html", "support-faq.md", "retraso-pedido-nordkork.eml"

DOCUMENTS_ES = [
    ("¿Cuándo entrará en servicio la nueva línea de prensado de Valdehornos?", ANNUAL, 3, ["mayo de 2026"]),
    ("¿Cuántos días de vacaciones tiene cada persona al año?", STAFF, 1, ["24 días laborables"]),
    ("¿Cuál es el precio base del quintal de corcho en el contrato de suministro?", CONTRACT, 1, ["126,50 euros"]),
    ("¿Quién preside la Comisión de Auditoría?", ANNUAL, 13, ["Teresa Albizu Gorostiaga"]),
    ("¿Qué dividendo por acción se propondrá a la Junta General?", ANNUAL, 3, ["0,12 € por acción"]),
    ("¿Qué descuento se aplica si el proveedor entrega el corcho con retraso?", CONTRACT, 2, ["un 2 % del importe de la partida", "un máximo del 10 %"]),
    ("¿Cuánto se puede gastar como máximo en un hotel por noche en Copenhague?", STAFF, 1, ["165 € por noche"]),
    ("¿Por qué se abstuvo Marcel Vandeputte al votar el presupuesto de 2026?", MINUTES, 1, ["habría preferido aplazar la planta solar a 2027"]),
    ("¿A partir de qué importe son gratuitos los portes en la Península?", CATALOGUE, 1, ["a partir de 1.200 €"]),
    ("¿Qué día se entregará en Estocolmo el pedido retrasado de Nordkork?", MAIL, 1, ["lunes 21 de julio"]),
    ("¿Cómo ha cambiado la brecha salarial desde 2023?", ANNUAL, 11, ["2,3 %", "3,1 %"]),
    ("Enumera los objetivos ambientales de la empresa para 2030.", ANNUAL, 12, ["Reducir un 45 % las emisiones", "Comprar solo corcho certificado", "Cubrir el 60 % de la electricidad"]),
    ("Resume qué ocurrió en el almacén de Mérida el 14 de junio de 2025.", ANNUAL, 9, ["granizo de hasta seis centímetros", "3.800 m² de panel acústico Sonora"]),
]
DOCUMENTS_EN = [
    ("How long is an account locked after too many failed attempts?", SECURITY, 1, ["30 minutes after eight failed attempts"]),
    ("How much did the insurer pay for the hail damage, and when?", Q3, 1, ["€212,000", "3 October"]),
    ("How soon must damaged goods be reported?", FAQ, 1, ["within 48 hours"]),
    ("Who became Sales Director in September 2025?", Q3, 1, ["Maren Lindqvist"]),
    ("How quickly does a lost or stolen laptop have to be reported?", SECURITY, 1, ["within two hours"]),
    ("How long are server backups kept?", SECURITY, 1, ["35 days"]),
    ("What is the fixed price per classroom in the Nordic schools programme?", DECK, 4, ["€3,900"]),
    ("What does the tightest covenant require?", Q3, 6, ["net debt below 3.5 times EBITDA"]),
    ("Which discounts need the written approval of the Sales Director?", DECK, 6, ["Any discount above 15%"]),
    ("Can Dehesa Natural be used with underfloor heating?", FAQ, 1, ["Dehesa Natural does not"]),
    ("List the three priorities of the sales strategy for 2026.", DECK, 3, ["Schools programme in the Nordics", "Specifiers in Germany", "Win back wineries with floors and vibration"]),
    ("How did the average delivery time change in July 2025?", Q3, 5, ["from six days to seventeen in July"]),
    ("How many days off does an employee get for moving house?", STAFF, 1, ["1 día; 2 si cambia de provincia"]),
]
UNANSWERABLE = {
    "es": [
        "¿A qué precio cotiza en bolsa la acción de Alborcal?",
        "¿Cuántas personas trabajan en la fábrica de Marruecos?",
        "¿Qué agencia de publicidad lleva las redes sociales de la empresa?",
        "¿Qué menú se sirve los viernes en el comedor de la planta?",
    ],
    "en": [
        "What is the company's market share in Japan?",
        "Which cloud provider hosts the order system?",
        "How much did the company spend on television advertising in 2024?",
        "What is the wifi password for visitors?",
    ],
}


def _pairs(totals: dict) -> list[list]:
    return [[key, round(value, 2)] for key, value in totals.items()]


def _data_es(f: Figures) -> list[tuple]:
    reasons = Counter(row["Motivo de baja"] for row in f.tables["clientes"] if row["Estado"] == "Baja")
    months = {month: f.sales(2025, (month,)) for month in range(1, 13)}
    over = {area: f.spend("Real (€)", 2025, area=area) - f.spend("Presupuesto (€)", 2025, area=area) for area in c.AREAS}
    names = {row["Id producto"]: row["Producto"] for row in f.tables["catalogo"]}
    low = [row for row in f.tables["existencias"] if row["Almacén"] == "Girona" and row["Existencias"] < row["Punto de pedido"]]
    return [
        ("¿Cuáles fueron las ventas totales de 2025?", "SELECT sum(\"Importe (€)\") FROM ventas WHERE year(\"Fecha\") = 2025", [[round(f.sales(2025), 2)]]),
        (
            "¿Cuáles son los cinco productos con más ventas en 2024?",
            'SELECT "Producto", sum("Importe (€)") AS ventas FROM ventas WHERE year("Fecha") = 2024 GROUP BY 1 ORDER BY 2 DESC LIMIT 5',
            _pairs(f.by("Producto", 2024))[:5],
        ),
        (
            "Ventas por región en 2025, de mayor a menor",
            'SELECT "Región", sum("Importe (€)") AS ventas FROM ventas WHERE year("Fecha") = 2025 GROUP BY 1 ORDER BY 2 DESC',
            _pairs(f.by("Región", 2025)),
        ),
        (
            "¿Cuántos clientes se han dado de baja por cada motivo?",
            'SELECT "Motivo de baja", count(*) AS clientes FROM clientes WHERE "Estado" = \'Baja\' GROUP BY 1 ORDER BY 2 DESC, 1',
            [[key, value] for key, value in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))],
        ),
        (
            "¿Cuánto compró el cliente Nordkork Distribution en 2025?",
            'SELECT sum(v."Importe (€)") FROM ventas v JOIN clientes k USING ("Id cliente") WHERE k."Cliente" = \'Nordkork Distribution\' AND year(v."Fecha") = 2025',
            [[round(f.sales(2025, Cliente="Nordkork Distribution"), 2)]],
        ),
        (
            "¿En qué mes de 2025 se vendió menos?",
            'SELECT month("Fecha") AS mes, sum("Importe (€)") AS ventas FROM ventas WHERE year("Fecha") = 2025 GROUP BY 1 ORDER BY 2 LIMIT 1',
            [[month, round(value, 2)] for month, value in sorted(months.items(), key=lambda item: item[1])][:1],
        ),
        (
            "¿Qué áreas gastaron más de lo presupuestado en 2025?",
            'SELECT "Área", sum("Real (€)") - sum("Presupuesto (€)") AS exceso FROM presupuesto WHERE year("Mes") = 2025 GROUP BY 1 HAVING sum("Real (€)") > sum("Presupuesto (€)") ORDER BY 2 DESC',
            [[area, value] for area, value in sorted(over.items(), key=lambda item: -item[1]) if value > 0],
        ),
        (
            "¿Qué productos tienen existencias por debajo del punto de pedido en el almacén de Girona?",
            'SELECT c."Producto", e."Existencias", e."Punto de pedido" FROM existencias e JOIN catalogo c USING ("Id producto") '
            'WHERE e."Almacén" = \'Girona\' AND e."Existencias" < e."Punto de pedido" ORDER BY 1',
            sorted([names[row["Id producto"]], row["Existencias"], row["Punto de pedido"]] for row in low),
        ),
        (
            "Evolución mensual de las ventas en Suecia durante 2025",
            'SELECT month("Fecha") AS mes, sum("Importe (€)") AS ventas FROM ventas WHERE "País" = \'Suecia\' AND year("Fecha") = 2025 GROUP BY 1 ORDER BY 1',
            [[month, round(f.sales(2025, (month,), País="Suecia"), 2)] for month in range(1, 13)],
        ),
    ]


def _correlation(xs: list[float], ys: list[float]) -> float:
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    product = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return product / (sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys)) ** 0.5


def _data_en(f: Figures) -> list[tuple]:
    tickets = f.tables["support_tickets"]
    kinds = Counter(row["category"] for row in f.tickets(2025))
    scores = {agent: [row["satisfaction"] for row in tickets if row["agent"] == agent and row["satisfaction"]] for agent in sorted({row["agent"] for row in tickets})}
    urgent = [row["first_response_hours"] for row in tickets if row["priority"] == "urgent"]
    months = f.tables["indicadores_mensuales"]
    unhappy = Counter(f.customer[row["customer_id"]]["Cliente"] for row in f.tickets(2025))
    return [
        (
            "How many support tickets were opened in each category in 2025?",
            "SELECT category, count(*) AS tickets FROM support_tickets WHERE year(opened_at) = 2025 GROUP BY 1 ORDER BY 2 DESC, 1",
            [[key, value] for key, value in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))],
        ),
        (
            "What is the average satisfaction by agent?",
            "SELECT agent, avg(satisfaction) AS satisfaction FROM support_tickets GROUP BY 1 ORDER BY 1",
            [[agent, round(sum(values) / len(values), 4)] for agent, values in scores.items()],
        ),
        (
            "Total sales by year",
            'SELECT year("Fecha") AS year, sum("Importe (€)") AS sales FROM ventas GROUP BY 1 ORDER BY 1',
            [[year, round(f.sales(year), 2)] for year in (2023, 2024, 2025)],
        ),
        (
            "Which customer opened the most tickets in 2025?",
            'SELECT k."Cliente", count(*) AS tickets FROM support_tickets t JOIN clientes k ON k."Id cliente" = t.customer_id WHERE year(t.opened_at) = 2025 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1',
            [[key, value] for key, value in sorted(unhappy.items(), key=lambda item: (-item[1], item[0]))][:1],
        ),
        (
            "What is the average first response time in hours for urgent tickets?",
            "SELECT avg(first_response_hours) FROM support_tickets WHERE priority = 'urgent'",
            [[round(sum(urgent) / len(urgent), 4)]],
        ),
        ("How many tickets are still open?", "SELECT count(*) FROM support_tickets WHERE status = 'open'", [[sum(row["status"] == "open" for row in tickets)]]),
        (
            "Sales in Denmark by quarter in 2025",
            'SELECT quarter("Fecha") AS quarter, sum("Importe (€)") AS sales FROM ventas WHERE "País" = \'Dinamarca\' AND year("Fecha") = 2025 GROUP BY 1 ORDER BY 1',
            [[quarter, round(f.sales(2025, (3 * quarter - 2, 3 * quarter - 1, 3 * quarter), País="Dinamarca"), 2)] for quarter in (1, 2, 3, 4)],
        ),
        (
            "What quantity of Tapón natural Flor was sold each year?",
            'SELECT year("Fecha") AS year, sum("Cantidad") AS quantity FROM ventas WHERE "Producto" = \'Tapón natural Flor\' GROUP BY 1 ORDER BY 1',
            [[year, f.quantity(year, "P-501")] for year in (2023, 2024, 2025)],
        ),
        (
            "What is the correlation between LinkedIn followers and the price of cork?",
            'SELECT corr("Seguidores en LinkedIn", "Precio del corcho (€/quintal)") FROM indicadores_mensuales',
            [[round(_correlation([r["Seguidores en LinkedIn"] for r in months], [r["Precio del corcho (€/quintal)"] for r in months]), 4)]],
        ),
    ]


SALES_2025 = 'SELECT sum("Importe (€)") FROM ventas WHERE year("Fecha") = 2025'
NORDIC_GROWTH = (
    'SELECT 100 * (sum("Importe (€)") FILTER (year("Fecha") = 2025) / sum("Importe (€)") FILTER (year("Fecha") = 2024) - 1) '
    "FROM ventas WHERE \"Región\" = 'Nórdicos'"
)


def _both(f: Figures) -> dict[str, list[tuple]]:
    quarter = (7, 8, 9)
    total, nordic = [[round(f.sales(2025), 2)]], [[round(100 * f.growth(2025, Región="Nórdicos"), 4)]]
    early = f.sales(2025) - f.credit_notes(2025, (12,))
    late_nordic = sum(row["Importe (€)"] for row in f.lines(2025, (12,), Región="Nórdicos") if row["Pedido"].startswith("AB-"))
    deck = (f.sales(2025, Región="Nórdicos") - late_nordic) / f.sales(2024, Región="Nórdicos") - 1
    plan, real = f.spend("Presupuesto (€)", 2025, area="Logística"), f.spend("Real (€)", 2025, area="Logística")
    lost = sum(f.sales(2024, Cliente=row["Cliente"]) for row in f.lost(2025))
    return {
        "es": [
            ("¿Coinciden las ventas netas de 2025 del informe anual con las de la tabla de ventas?", ANNUAL, 5, [es(f.sales(2025)) + " €"], SALES_2025, total),
            ("¿Qué ventas de 2025 adelantaba el borrador de enero y qué da la tabla de ventas?", DRAFT, 1, [es(early) + " €"], SALES_2025, total),
            ("¿Cuánto creció la región Nórdicos en 2025 según el informe anual y según las ventas?", ANNUAL, 6, [es_pct(f.growth(2025, Región="Nórdicos"))], NORDIC_GROWTH, nordic),
            (
                "¿En qué porcentaje superó Logística su presupuesto de 2025 y por qué?",
                ANNUAL,
                9,
                [es_pct(real / plan - 1), "alquiler y los portes urgentes"],
                "SELECT 100 * (sum(\"Real (€)\") / sum(\"Presupuesto (€)\") - 1) FROM presupuesto WHERE \"Área\" = 'Logística' AND year(\"Mes\") = 2025",
                [[round(100 * (real / plan - 1), 4)]],
            ),
        ],
        "en": [
            (
                "Does the Q3 report agree with the sales table on net sales in the third quarter of 2025?",
                Q3,
                1,
                [f"€{f.sales(2025, quarter):,.0f}"],
                'SELECT sum("Importe (€)") FROM ventas WHERE year("Fecha") = 2025 AND quarter("Fecha") = 3',
                [[round(f.sales(2025, quarter), 2)]],
            ),
            (
                "How many delivery delay tickets were opened in the third quarter of 2025, and what had happened in Mérida?",
                Q3,
                5,
                ["hail of up to six centimetres"],
                "SELECT count(*) FROM support_tickets WHERE category = 'Delivery delay' AND year(opened_at) = 2025 AND quarter(opened_at) = 3",
                [[len(f.tickets(2025, quarter, "Delivery delay"))]],
            ),
            ("By how much did the Nordics grow in 2025 according to the sales strategy, and according to the sales data?", DECK, 2, [en_pct(deck)], NORDIC_GROWTH, nordic),
            (
                "How much had the customers that left in 2025 bought in 2024, and does the annual report say the same?",
                ANNUAL,
                8,
                [es(lost) + " €"],
                'SELECT sum(v."Importe (€)") FROM ventas v JOIN clientes k USING ("Id cliente") WHERE year(v."Fecha") = 2024 AND year(k."Fecha de baja") = 2025',
                [[round(lost, 2)]],
            ),
        ],
    }


def make_questions(f: Figures) -> list[dict]:
    found = []
    both = _both(f)
    for lang, documents, data in (("es", DOCUMENTS_ES, _data_es(f)), ("en", DOCUMENTS_EN, _data_en(f))):
        for kind, items in (("documents", documents), ("data", data), ("both", both[lang]), ("unanswerable", [(text,) for text in UNANSWERABLE[lang]])):
            for number, (question, *rest) in enumerate(items, start=1):
                record = {"id": f"{lang}-{kind}-{number:02d}", "question": question, "lang": lang, "kind": kind}
                if kind in ("documents", "both"):
                    record |= dict(zip(("file", "page", "answers"), rest[:3], strict=True))
                if kind in ("data", "both"):
                    record |= dict(zip(("sql", "rows"), rest[-2:], strict=True))
                found.append(record | {"featured": number <= 3})
    return found


def write_questions(path: Path, f: Figures) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in make_questions(f)), encoding="utf-8")
