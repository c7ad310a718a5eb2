"""The small workspace that the tests of the SQL part share: the user's two tables, and one that is not theirs."""

import json
from pathlib import Path

import duckdb

from core.records import Catalog, Column, Table

SAFETY = Path(__file__).parent / "safety"
SECRET = "TOPSECRET-7f3a"


def build_dataset(path, rows=20000):
    """A data set file with `sales`, `customers` and the hidden table, and the catalog that names the first two."""
    connection = duckdb.connect(str(path))
    connection.execute(
        f"""CREATE TABLE sales AS SELECT i AS id, 'c' || (i % 1000) AS customer, (i * 7919 % 10007) / 10.0 AS amount,
            DATE '2024-01-01' + (i % 365)::INTEGER AS day, 'note ' || i AS note FROM range({rows}) t(i)"""
    )
    connection.execute(
        "CREATE TABLE customers AS SELECT 'c' || i AS customer, ['north', 'south'][1 + i % 2] AS region "
        "FROM range(1000) t(i)"
    )
    connection.execute(f"CREATE TABLE hidden_table AS SELECT i AS k, '{SECRET}' AS s FROM range(10) t(i)")
    connection.close()
    path.chmod(0o444)
    return Catalog(tables=tuple(_table(name, columns, path) for name, columns in _COLUMNS.items()))


_COLUMNS = {
    "sales": {"id": "BIGINT", "customer": "VARCHAR", "amount": "DOUBLE", "day": "DATE", "note": "VARCHAR"},
    "customers": {"customer": "VARCHAR", "region": "VARCHAR"},
}


def _table(name, columns, path):
    return Table(name, tuple(Column(column, kind) for column, kind in columns.items()), 1, str(path))


def statements(name, **places):
    """The statements of a safety list, their placeholders filled."""
    cases = json.loads((SAFETY / name).read_text(encoding="utf-8"))
    for case in cases:
        for place, value in places.items():
            case["sql"] = case["sql"].replace("{%s}" % place, str(value))
    return cases
