"""The four slips of SQLite-trained models, from a file of pairs; each mended statement runs on a real database."""

import json
from pathlib import Path

import duckdb
import pytest

from core.errors import AppError
from core.records import Catalog, Column, Table
from core.sql.repair import repair_sql
from core.sql.safety.guard import check_sql

PAIRS = [json.loads(line) for line in Path(__file__).with_name("repairs.jsonl").read_text("utf-8").splitlines()]
CATALOG = Catalog(
    (
        Table(
            "people",
            (
                Column("id", "INTEGER"),
                Column("name", "VARCHAR"),
                Column("city", "VARCHAR"),
                Column("age", "INTEGER"),
                Column("born", "DATE"),
            ),
            3,
            "a.duckdb",
        ),
        Table("staff", (Column("code", "VARCHAR"), Column("Full Name", "VARCHAR"), Column("hired", "VARCHAR")), 2, "a"),
    )
)


@pytest.fixture(scope="module")
def base():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id INTEGER, name VARCHAR, city VARCHAR, age INTEGER, born DATE)")
    connection.execute('CREATE TABLE staff (code VARCHAR, "Full Name" VARCHAR, hired VARCHAR)')
    connection.execute(
        "INSERT INTO people VALUES (1, 'Ana', 'Madrid', 40, '1980-01-02'), (2, 'Bea', 'Lugo', 30, '1990-05-06'),"
        " (3, 'Eva', 'Madrid', 50, '1970-07-08')"
    )
    connection.execute("INSERT INTO staff VALUES ('3', 'Ana A', '2020-01-01'), ('x', 'Bea B', 'soon')")
    yield connection
    connection.close()


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n}-{pair['slip']}" for n, pair in enumerate(PAIRS)])
def test_the_slip_is_mended_and_the_statement_runs(pair, base):
    mended = repair_sql(pair["sql"], CATALOG)
    assert mended == pair["mended"]
    if pair["slip"] != "none":
        check_sql(mended, CATALOG)
        base.execute(mended).fetchall()


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n}-{pair['slip']}" for n, pair in enumerate(PAIRS)])
def test_mending_twice_changes_nothing_more(pair):
    once = repair_sql(pair["sql"], CATALOG)
    assert repair_sql(once, CATALOG) == once


def test_a_bare_column_beside_the_only_maximum_is_of_that_row(base):
    sql = repair_sql("SELECT name, max(age) FROM people", CATALOG)
    assert base.execute(sql).fetchall() == [("Eva", 50)]


@pytest.mark.parametrize("sql", ["DROP TABLE people", "SELECT * FROM read_csv('x')", "COPY people TO 'x'"])
def test_mending_admits_nothing(sql):
    with pytest.raises(AppError, match=r"sql\.guard"):
        check_sql(repair_sql(sql, CATALOG), CATALOG)
