"""Doubts about a statement, from what the guard found in it: named where they are due, silent where all is well."""

import pytest

from core.records import Catalog, CheckedSql, Column, QueryResult, SqlAnswer, Table
from core.validation.check import explain
from core.validation.sql_checks import check_sql

ORDERS = Table(
    "orders",
    (
        Column("id", "BIGINT", distinct=100),
        Column("customer_id", "BIGINT", distinct=10),
        Column("amount", "DOUBLE", distinct=90),
        Column("price", "DOUBLE", distinct=50),
        Column("day", "DATE", distinct=80, minimum="2023-01-02", maximum="2025-12-30"),
    ),
    100,
    "d.duckdb",
    primary_key=("id",),
)
CUSTOMERS = Table(
    "customers",
    (
        Column("id", "BIGINT", distinct=10),
        Column("city", "VARCHAR", distinct=3, values=("Madrid", "Sevilla", "Valencia")),
        Column("credit", "DOUBLE", distinct=9),
    ),
    10,
    "d.duckdb",
    primary_key=("id",),
)
CALLS = Table(
    "calls", (Column("customer_id", "BIGINT", distinct=9), Column("topic", "VARCHAR", distinct=4)), 60, "d.duckdb"
)
STOCK = Table(
    "stock", (Column("day", "DATE", distinct=12), Column("existencias", "BIGINT", distinct=40)), 120, "d.duckdb"
)
CATALOG = Catalog((ORDERS, CUSTOMERS, STOCK, CALLS))
ROWS = (("Madrid", 12.0), ("Sevilla", 8.0))


def doubts(question, text, *, rows=ROWS, columns=("city", "n"), **found):
    sql = CheckedSql(text, tuple(t.name for t in CATALOG.tables if t.name in text), **found)
    data = SqlAnswer(question, "en", sql, QueryResult(columns, (), tuple(rows)))
    return check_sql(question, "en", data, CATALOG)


def reasons(*args, **kwargs):
    return [check.reason for check in doubts(*args, **kwargs)]


JOIN = "customers c JOIN orders o ON c.id = o.customer_id"


@pytest.mark.parametrize(
    ("question", "text", "found", "expected"),
    [
        ("sales in 2024", "SELECT sum(amount) FROM orders WHERE year(day) = 2024", {}, []),
        ("sales in 2024", "SELECT sum(amount) FROM orders WHERE year(day) = 2023", {}, ["sql_period_instead"]),
        (
            "revenue in the last quarter of 2024",
            "SELECT sum(amount) FROM orders WHERE day >= DATE '2024-07-01' AND day < DATE '2024-10-01'",
            {},
            ["sql_period"],
        ),
        ("orders up to 2023", "SELECT count(*) FROM orders WHERE day >= '2023-01-01'", {}, ["sql_period_turned"]),
        (
            "todas las ciudades menos Sevilla",
            "SELECT city, count(*) FROM customers WHERE city IN ('Sevilla') GROUP BY city",
            {},
            ["sql_value_turned"],
        ),
        (
            "average amount",
            "SELECT sum(amount) FROM orders",
            {"aggregates": ("sum(amount)",)},
            ["sql_aggregate"],
        ),
        (
            "average amount",
            "SELECT sum(amount) / count(*) FROM orders",
            {"aggregates": ("sum(amount)", "count(*)")},
            [],
        ),
        (
            "customers of Cuenca",
            "SELECT * FROM customers WHERE lower(city) = 'cuenca'",
            {"rows": (), "filters": ("lower(city) = 'cuenca'",)},
            ["sql_empty"],
        ),
        (
            "pedidos de mayo de 2031",
            "SELECT sum(amount) FROM orders WHERE day BETWEEN '2031-05-01' AND '2031-05-31'",
            {"rows": ((None,),), "filters": ("day BETWEEN '2031-05-01' AND '2031-05-31'",)},
            ["sql_range"],
        ),
        ("ventas de 2024", "SELECT sum(amount) FROM orders", {}, ["sql_period"]),
        ("sales in May 2024", "SELECT sum(amount) FROM orders WHERE day >= '2024-05-01'", {}, []),
        ("sales in May 2024", "SELECT sum(amount) FROM orders WHERE year(day) = 2024", {}, ["sql_period"]),
        ("customers in Madrid", "SELECT count(*) FROM customers WHERE city = 'Madrid'", {}, []),
        ("customers in Madrid", "SELECT count(*) FROM customers WHERE city = 'Sevilla'", {}, ["sql_value_instead"]),
        ("customers in Madrid", "SELECT count(*) FROM customers", {}, ["sql_value"]),
        ("customers not in Madrid", "SELECT count(*) FROM customers WHERE city = 'Madrid'", {}, ["sql_value_turned"]),
        ("customers not in Madrid", "SELECT count(*) FROM customers WHERE city <> 'Madrid'", {}, []),
        ("clientes de Madrid", "SELECT count(*) FROM customers WHERE city <> 'Madrid'", {}, ["sql_value_turned"]),
        (
            "sales in Q2 2024",
            "SELECT sum(amount) FROM orders WHERE day >= '2024-01-01' AND day < '2024-04-01'",
            {},
            ["sql_period"],
        ),
        ("sales in H2 2024", "SELECT sum(amount) FROM orders WHERE day < '2024-07-01'", {}, ["sql_period"]),
        ("sales before 2024", "SELECT sum(amount) FROM orders WHERE day >= '2024-01-01'", {}, ["sql_period_turned"]),
        ("sales after 2023", "SELECT sum(amount) FROM orders WHERE day >= '2024-01-01'", {}, []),
        (
            "ventas entre 2023 y 2025",
            "SELECT year(day), sum(amount) FROM orders WHERE day >= '2023-01-01' AND day < '2026-01-01' GROUP BY 1",
            {},
            [],
        ),
        (
            "customers with orders",
            f"SELECT count(c.id) FROM {JOIN}",
            {"joins": ("c.id = o.customer_id",), "aggregates": ("count(c.id)",)},
            ["sql_double"],
        ),
        ("Madrid against the rest", "SELECT city, count(*) FROM customers GROUP BY city", {}, []),
        (
            "mean",
            "SELECT avg(m) FROM (SELECT avg(amount) AS m FROM orders GROUP BY customer_id)",
            {},
            ["sql_mean_of_means"],
        ),
        (
            "credit",
            f"SELECT sum(c.credit) FROM {JOIN}",
            {"joins": ("c.id = o.customer_id",), "aggregates": ("sum(c.credit)",)},
            ["sql_double"],
        ),
        (
            "amount",
            f"SELECT sum(o.amount) FROM {JOIN} JOIN calls AS k ON c.id = k.customer_id",
            {"joins": ("c.id = o.customer_id", "c.id = k.customer_id"), "aggregates": ("sum(o.amount)",)},
            ["sql_double"],
        ),
        (
            "amount",
            f"SELECT sum(o.amount) FROM {JOIN}",
            {"joins": ("c.id = o.customer_id",), "aggregates": ("sum(o.amount)",)},
            [],
        ),
        (
            "customers",
            f"SELECT count(DISTINCT c.id) FROM {JOIN}",
            {"joins": ("c.id = o.customer_id",), "aggregates": ("count(DISTINCT c.id)",)},
            [],
        ),
        ("prices", "SELECT sum(price) FROM orders", {"aggregates": ("sum(price)",)}, ["sql_rate"]),
        ("stock", "SELECT sum(existencias) FROM stock", {"aggregates": ("sum(existencias)",)}, ["sql_level"]),
        (
            "stock",
            "SELECT day, sum(existencias) FROM stock GROUP BY day",
            {"aggregates": ("sum(existencias)",)},
            [],
        ),
    ],
)
def test_a_question_its_statement_and_the_doubts(question, text, found, expected):
    assert reasons(question, text, **found) == expected


def test_no_row_names_the_condition_that_matches_nothing_and_the_nearest_value():
    text = "SELECT count(*) AS n FROM customers WHERE city = 'Sebilla'"
    found = doubts("how many in Sebilla", text, rows=[(0,)], columns=("n",), filters=("city = 'Sebilla'",))
    assert [check.reason for check in found] == ["sql_empty_near"]
    assert "“Sevilla”" in explain(found[0], "en")
    assert "«Sevilla»" in explain(found[0], "es")


def test_no_row_because_the_dates_do_not_reach():
    text = "SELECT sum(amount) AS s FROM orders WHERE day >= '2027-01-01'"
    found = reasons("since then", text, rows=[(None,)], columns=("s",), filters=("day >= '2027-01-01'",))
    assert found == ["sql_range"]


def test_a_limit_may_cut_a_tie():
    text = "SELECT city, n FROM customers ORDER BY n DESC LIMIT 3"
    tied = [("A", 9), ("B", 7), ("C", 7)]
    assert reasons("top", text, rows=tied, ordered=True) == ["sql_tie"]
    assert reasons("top", text, rows=[("A", 9), ("B", 8), ("C", 7)], ordered=True) == []
