"""Figures that need two tables: a price kept elsewhere, receipts without a table, two facts side by side."""

import datetime

import duckdb
import pytest
from shop import profile, run_one, runner

from core.records import Catalog, CheckedSql, ForeignKey, Table
from core.sql.ask import ask
from core.sql.language.units import same_unit, unit_of
from core.sql.parser.compare import same_answer

TODAY = datetime.date(2026, 11, 23)
TABLES = {
    "menu": {"dish": "VARCHAR", "section": "VARCHAR", "price": "DOUBLE"},
    "lines": {"receipt no": "BIGINT", "date": "DATE", "site": "VARCHAR", "dish": "VARCHAR", "units": "BIGINT"},
    "expenses": {"paid_on": "DATE", "site": "VARCHAR", "supplier": "VARCHAR", "kilos": "DOUBLE", "amount": "DOUBLE"},
    "sites": {"site": "VARCHAR", "city": "VARCHAR"},
}
KEYS = {"menu": ("dish",), "sites": ("site",)}
RECEIPTS = 'COUNT(DISTINCT "receipt no")'
SALES = "SUM(units * price) FROM lines JOIN menu USING (dish)"


@pytest.fixture(scope="module")
def diner():
    con = duckdb.connect()
    for name, columns in TABLES.items():
        described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        con.execute(f"CREATE TABLE {name} ({described})")
    con.executemany(
        "INSERT INTO menu VALUES (?, ?, ?)", [("soup", "starter", 5.5), ("cod", "main", 18), ("flan", "sweet", 4)]
    )
    con.executemany("INSERT INTO sites VALUES (?, ?)", [("N", "Bilbao"), ("S", "Cadiz"), ("W", "Vigo")])
    dishes = ("soup", "cod", "flan", "cod")
    for number in range(40):
        day = datetime.date(2025, 1 + number % 5, 1 + number % 27)
        for place in range(1 + number % 3):
            row = (100 + number, day, "NS"[number % 2], dishes[(number + place) % 4], 1 + number % 2)
            con.execute("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", row)
        bought = (day, "NW"[number % 2], ("Mar", "Vega")[number % 2], 3.5 + number, 20.0 + 3 * number)
        con.execute("INSERT INTO expenses VALUES (?, ?, ?, ?, ?)", bought)
    tables = []
    for name, columns in TABLES.items():
        rows = con.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
        profiled = tuple(profile(con, name, column, kind) for column, kind in columns.items())
        tables.append(Table(name, profiled, rows, f"{name}.csv", primary_key=KEYS.get(name, ())))
    keys = (
        ForeignKey("lines", ("dish",), "menu", ("dish",)), ForeignKey("lines", ("site",), "sites", ("site",)),
        ForeignKey("expenses", ("site",), "sites", ("site",)),
    )  # fmt: skip
    return con, Catalog(tuple(tables), keys)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("revenue by section", f"SELECT section, {SALES} GROUP BY section"),
        ("ventas por ciudad", f"SELECT city, {SALES} JOIN sites USING (site) GROUP BY city"),
        ("average ticket", f"SELECT SUM(units * price) / {RECEIPTS} FROM lines JOIN menu USING (dish)"),
        ("how many receipts in March 2025?", f"SELECT {RECEIPTS} FROM lines WHERE MONTH(date) = 3"),
        ("units per receipt", f"SELECT SUM(units) / {RECEIPTS} FROM lines"),
        ("cost per kilo by supplier", "SELECT supplier, SUM(amount) / SUM(kilos) FROM expenses GROUP BY supplier"),
        (
            "ventas y gastos por mes",
            f"SELECT * FROM (SELECT DATE_TRUNC('month', date)::DATE AS m, {SALES} GROUP BY m) FULL JOIN"
            " (SELECT DATE_TRUNC('month', paid_on)::DATE AS m, SUM(amount) FROM expenses GROUP BY m) USING (m)",
        ),
        (
            "sales minus expenses by city",
            "SELECT city, COALESCE(a, 0) - COALESCE(b, 0) FROM (SELECT city, SUM(units * price) AS a FROM lines JOIN"
            " menu USING (dish) JOIN sites USING (site) GROUP BY city) FULL JOIN (SELECT city, SUM(amount) AS b FROM"
            " expenses JOIN sites USING (site) GROUP BY city) USING (city)",
        ),
    ],
)  # fmt: skip
def test_each_figure_is_summed_where_its_rows_are(question, expected, diner):
    con, catalog = diner
    answer = ask(question, catalog, runner(con), check=lambda text, _: CheckedSql(text, ()), today=TODAY)
    assert same_answer(run_one(con, expected), answer.result), answer.sql.text


def test_a_site_that_only_spends_stays_in_the_comparison(diner):
    con, catalog = diner
    answer = ask("sales and expenses by city", catalog, runner(con), check=lambda text, _: CheckedSql(text, ()))
    assert {row[0] for row in answer.result.rows} == {"Bilbao", "Cadiz", "Vigo"}


@pytest.mark.parametrize(("word", "unit"), [("kilos", "kg"), ("Horas", "h"), ("km", "km"), ("precio", "")])
def test_a_unit_is_known_by_its_names_in_both_languages(word, unit):
    assert unit_of(word) == unit


def test_a_price_belongs_to_the_column_that_counts_its_unit():
    assert same_unit("Price per km", "Distance (km)")
    assert not same_unit("Price per km", "Load (t)")
