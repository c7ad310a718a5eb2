"""Which expressions are metrics: one aggregate over one table's columns, and nothing that reaches further."""

import pytest

from core.errors import AppError
from core.records import Column, Metric, Table
from core.sql.data.named_metrics import check_metric, metric_sql

TABLE = Table(
    "ventas", (Column("precio", "DOUBLE"), Column("cantidad", "BIGINT"), Column("año fiscal", "BIGINT")), 3, "x"
)
GOOD = (
    "sum(precio * cantidad)",
    "SUM(precio) / count(*)",
    "count(DISTINCT cantidad)",
    "sum(precio) FILTER (WHERE cantidad > 2)",
    "round(100.0 * avg(CASE WHEN cantidad > 1 THEN 1 ELSE 0 END), 2)",
    'max("año fiscal") - min("año fiscal")',
    "quantile_cont(precio, 0.9)",
)
BAD = {
    "precio * cantidad": "bare_column",
    "sum(precio) + cantidad": "bare_column",
    "1 + 1": "no_aggregate",
    "": "expression",
    "sum(precio": "syntax",
    "sum(precio), sum(cantidad)": "one_expression",
    "sum(precio) AS x": "one_expression",
    "sum(precio) FROM ventas": "one_expression",
    "sum(precio) -- note": "one_expression",
    "sum(precio); DROP TABLE ventas": "one_expression",
    "(SELECT sum(precio) FROM ventas)": "one_expression",
    "sum(precio) OVER ()": "one_expression",
    "sum(precio) / cout(*)": "sql.guard",
    "sum(otra)": "unknown_column",
    "sum(clientes.precio)": "unknown_column",
    "sum(read_text('/etc/passwd'))": "sql.guard",
}


@pytest.mark.parametrize("expression", GOOD)
def test_an_aggregate_over_the_tables_columns_is_a_metric(expression):
    found = check_metric(Metric("  la  métrica ", f" {expression} ", "ventas", ("m",)), TABLE)
    assert found == Metric("la métrica", expression, "ventas", ("m",))
    assert metric_sql(found) == f'SELECT ({expression}) AS "la métrica" FROM "ventas"'


@pytest.mark.parametrize("expression", BAD)
def test_anything_else_is_refused_with_its_reason(expression):
    with pytest.raises(AppError) as caught:
        check_metric(Metric("m", expression, "ventas"), TABLE)
    assert BAD[expression] in caught.value.key


def test_a_metric_needs_a_name():
    with pytest.raises(AppError, match=r"metrics\.name"):
        check_metric(Metric("  ", "sum(precio)", "ventas"), TABLE)
