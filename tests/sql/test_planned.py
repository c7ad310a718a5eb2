"""What was spent and how far over its plan, where a table holds both."""

import datetime

import duckdb
import pytest
from shop import profile, run_one, runner

from core.records import Catalog, CheckedSql, Table
from core.sql.ask import ask

TODAY = datetime.date(2026, 11, 23)
COLUMNS = {"month": "DATE", "area": "VARCHAR", "budget": "DOUBLE", "actual": "DOUBLE"}


@pytest.fixture(scope="module")
def budget():
    con = duckdb.connect()
    con.execute("CREATE TABLE budgets (month DATE, area VARCHAR, budget DOUBLE, actual DOUBLE)")
    for month in range(1, 13):
        for area, planned, actual in (("Logistics", 1000, 1000 + 10 * month), ("Marketing", 700, 690)):
            con.execute(
                "INSERT INTO budgets VALUES (?, ?, ?, ?)", (datetime.date(2025, month, 1), area, planned, actual)
            )
    columns = tuple(profile(con, "budgets", name, kind) for name, kind in COLUMNS.items())
    return con, Catalog((Table("budgets", columns, 24, "budgets.csv"),), ())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Logistics spend in 2025?", [12780.0]),
        ("¿Cuánto gastó Marketing en 2025?", [8280.0]),
        ("By what percentage did Logistics exceed its budget in 2025?", [6.5]),
        ("¿En qué porcentaje superó Logistics su presupuesto en 2025?", [6.5]),
        ("By how much did Marketing exceed its budget in 2025?", [-120.0]),
        ("Which areas exceeded their budget in 2025?", ["Logistics"]),
    ],
)
def test_plan_and_result(question, expected, budget):
    con, catalog = budget
    answer = ask(question, catalog, runner(con), check=lambda text, _: CheckedSql(text, ("budgets",)), today=TODAY)
    assert [row[0] for row in run_one(con, answer.sql.text).rows] == expected, answer.sql.text
