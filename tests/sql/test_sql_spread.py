"""Distributions and correlations of a table with more rows than a result may hold."""

import random

import pytest

from core import settings
from core.records import Column
from core.sql.business.spread import range_width
from core.sql.data.sources import import_source
from core.sql.insight.statistics import correlate
from core.sql.tables import Tables

ROWS = 3000  # three times what a result holds


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """(tables, rows): gym members with their visits, what they paid, and whether they left."""
    rng = random.Random(11)
    rows = []
    for n in range(ROWS):
        visits = rng.randint(0, 71)
        rows.append(
            (f"M-{n:05d}", visits, round(20 * visits + rng.uniform(0, 400), 2), rng.choice(["Yes", "No", "No"]))
        )
    folder = tmp_path_factory.mktemp("members")
    lines = "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)
    (folder / "members.csv").write_text(f"memberID,Visits,TotalPaid,Cancelled\n{lines}")
    opened = Tables(settings.load(folder / "workspace"))
    import_source(folder / "members.csv", "members.csv", opened.folder)
    yield opened, rows
    opened.close()


@pytest.mark.parametrize(
    ("low", "high", "distinct", "width"),
    [
        (0, 72, 73, 5),
        (0, 20, 21, None),
        (18, 119, 60, 10),
        (0.0, 1.0, 300, 0.05),
        (18.8, 8684.8, 6000, 500),
        (-40, 60, 90, 5),
        (3, 3, 1, None),
        (None, None, None, None),
    ],
)
def test_ranges_are_round_and_few(low, high, distinct, width):
    entry = type("Entry", (), {"column": Column("x", "DOUBLE", distinct=distinct, minimum=low, maximum=high)})
    assert range_width(entry) == (pytest.approx(width) if width else None)


@pytest.mark.parametrize(("question", "lang"), [("distribution of visits", "en"), ("distribución de visits", "es")])
def test_a_distribution_counts_every_row_by_ranges_in_their_order(members, question, lang):
    tables, rows = members
    answer = tables.ask(question, lang)
    assert [label for label, _ in answer.result.rows][:3] == ["0 – 5", "5 – 10", "10 – 15"]
    assert [n for _, n in answer.result.rows] == [
        sum(low <= m < low + 5 for _, m, *_ in rows) for low in range(0, 72, 5)
    ]
    assert answer.chart.kind == "bar"


def test_a_distribution_of_nothing_is_a_word_of_a_name(members):
    tables, rows = members
    answer = tables.ask("total TotalPaid of the distribution members", "en")
    assert answer.result.rows == ((pytest.approx(sum(paid for _, _, paid, _ in rows)),),)


def test_a_condition_narrows_a_distribution(members):
    tables, rows = members
    answer = tables.ask("histogram of visits where cancelled is Yes", "en")
    assert sum(n for _, n in answer.result.rows) == sum(left == "Yes" for *_, left in rows)


def test_a_correlation_is_told_of_all_rows_though_a_result_holds_fewer(members):
    tables, rows = members
    answer = tables.ask("correlation between visits and total paid", "en")
    expected = correlate([row[1] for row in rows], [row[2] for row in rows])
    (said,) = answer.insight
    assert f"n = {ROWS:,}" in said
    assert f"r = {expected.r:.2f}" in said
    assert "no proof of cause" in said


@pytest.mark.parametrize("question", ["😀😀", "¿?", "..."])
def test_what_has_no_word_has_no_answer(members, question):
    answer = members[0].ask(question, "en")
    assert answer.result is None
    assert answer.error[0] == "sql.ask.nothing_linked"


@pytest.mark.parametrize(
    ("question", "stored"),
    [
        ("¿Cuántos pagan con cheque electrónico?", "Electronic check"),
        ("¿Cuántos pagan con transferencia bancaria?", "Bank transfer (automatic)"),
        ("¿Cuántos pagan con tarjeta de crédito?", "Credit card (automatic)"),
    ],
)
def test_a_stored_english_phrase_is_found_by_its_spanish_words(payments, question, stored):
    tables, rows = payments
    assert tables.ask(question, "es").result.rows == ((sum(method == stored for method in rows),),)


@pytest.fixture(scope="module")
def payments(tmp_path_factory):
    methods = ["Electronic check"] * 7 + ["Bank transfer (automatic)"] * 5 + ["Credit card (automatic)"] * 3 + ["Cash"]
    folder = tmp_path_factory.mktemp("payments")
    lines = "".join(f"P{n:03d},{method},{n % 4 + 1}\n" for n, method in enumerate(methods))
    (folder / "payments.csv").write_text(f"number,PaymentMethod,items\n{lines}")
    opened = Tables(settings.load(folder / "workspace"))
    import_source(folder / "payments.csv", "payments.csv", opened.folder)
    yield opened, methods
    opened.close()


def test_groups_that_are_numbers_come_in_their_order(payments):
    answer = payments[0].ask("number of payments by items", "en")
    assert [row[0] for row in answer.result.rows] == [1, 2, 3, 4]


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory):
    """Money in and money out, each in a table of its own; a last row that only says 'Total'."""
    folder = tmp_path_factory.mktemp("both_ways")
    days = [f"{day:02d}/03/2025" for day in range(1, 29)]
    (folder / "gastos.csv").write_text(
        "Fecha;Proveedor;Importe\n" + "".join(f"{day};Luz;{900 + n},5\n" for n, day in enumerate(days)) + "Total;;\n"
    )
    (folder / "visitas.csv").write_text(
        "Fecha;Centro;Importe\n" + "".join(f"{day};Norte;{40 + n},5\n" for n, day in enumerate(days))
    )
    opened = Tables(settings.load(folder / "workspace"))
    for name in ("gastos.csv", "visitas.csv"):
        import_source(folder / name, name, opened.folder)
    yield opened
    opened.close()


@pytest.mark.parametrize(("question", "table"), [("ingresos totales de 2025", "visitas"), ("gasto de 2025", "gastos")])
def test_income_is_not_looked_for_among_expenses(both_ways, question, table):
    assert f'"{table}"' in both_ways.ask(question, "es").sql.text


def test_a_last_row_that_only_says_total_is_no_row(both_ways):
    assert both_ways.run("SELECT count(*) FROM gastos").result.rows == ((28,),)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Sales by the day and, apart, revenue and cost by the year."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "ventas.csv").write_text(
        "Fecha;Cliente;Importe (€)\n"
        + "".join(f"{day:02d}/{month:02d}/2023;C{day};{100 * day},50\n" for month in (1, 2, 3) for day in range(1, 29))
    )
    (folder / "revenue.csv").write_text(
        "Year,Product,Revenue,Cost\n2022,Tea,400,150\n2023,Tea,500,210\n2023,Oil,90,40\n"
    )
    opened = Tables(settings.load(folder / "workspace"))
    for name in ("ventas.csv", "revenue.csv"):
        import_source(folder / name, name, opened.folder)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "lang", "rows"),
    [
        ("ventas de febrero de 2023", "es", ((sum(100 * day + 0.5 for day in range(1, 29)),),)),
        ("total profit", "en", ((590,),)),
        ("revenue by product", "en", (("Tea", 900), ("Oil", 90))),
    ],
)
def test_a_year_holds_no_month_and_profit_is_what_remains(shop, question, lang, rows):
    assert shop.ask(question, lang).result.rows == rows


def test_a_number_after_more_than_is_no_year(shop):
    sql = shop.ask("ventas con importe mayor que 2000", "es").sql.text
    assert "> 2000" in sql and "DATE" not in sql
