"""Of several keys between the same two tables, the one that the question names joins them."""

import duckdb
import pytest
from shop import profile, run_one, runner

from core.records import Catalog, CheckedSql, ForeignKey, Table
from core.sql.ask import ask
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.roles import lean_to_roles, untold_roles
from core.sql.parser.propose import builtin_parser, link_question

COLUMNS = {
    "warehouses": {"warehouse_id": "INTEGER", "name": "VARCHAR", "capacity": "INTEGER"},
    "shipments": {
        "shipment_id": "INTEGER", "origin_warehouse_id": "INTEGER", "destination_warehouse_id": "INTEGER",
        "weight": "DOUBLE",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def depots():
    con = duckdb.connect()
    for table, columns in COLUMNS.items():
        con.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    con.execute("INSERT INTO warehouses VALUES (1, 'Lugo', 50), (2, 'Soria', 80), (3, 'Elche', 20)")
    con.execute("INSERT INTO shipments SELECT i, 1 + i % 2, 2 + i % 2, i FROM range(1, 12) t(i)")
    tables = tuple(
        Table(table, tuple(profile(con, table, name, kind) for name, kind in columns.items()), 11, f"{table}.csv",
              primary_key=(next(iter(columns)),))
        for table, columns in COLUMNS.items()
    )  # fmt: skip
    keys = tuple(
        ForeignKey("shipments", (f"{role}_warehouse_id",), "warehouses", ("warehouse_id",))
        for role in ("origin", "destination")
    )
    return con, Catalog(tables, keys)


def first_join(question, catalog):
    schema = schema_of(catalog, builtin_lexicon())
    links = link_question(question, "en", schema, builtin_lexicon(), builtin_parser())
    (edge,) = lean_to_roles(links, schema).graph.connect(("shipments", "warehouses"))
    return edge.left_columns[0], untold_roles({"shipments", "warehouses"}, links, schema)


@pytest.mark.parametrize(
    ("question", "column", "untold"),
    [
        ("shipments by destination warehouse", "destination_warehouse_id", 0),
        ("shipments by origin warehouse", "origin_warehouse_id", 0),
        ("shipments by warehouse", "origin_warehouse_id", 1),  # the first that is declared
    ],
)
def test_the_key_that_is_named_joins(question, column, untold, depots):
    assert first_join(question, depots[1]) == (column, untold)


def test_a_schema_without_such_keys_stays_as_it_is(depots):
    catalog = Catalog(depots[1].tables, depots[1].foreign_keys[:1])
    schema = schema_of(catalog, builtin_lexicon())
    links = link_question("shipments by origin warehouse", "en", schema, builtin_lexicon(), builtin_parser())
    assert lean_to_roles(links, schema) is schema
    assert untold_roles({"shipments", "warehouses"}, links, schema) == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("total weight by name of the destination warehouse", {("Elche", 36.0), ("Soria", 30.0)}),
        ("total weight by name of the origin warehouse", {("Lugo", 30.0), ("Soria", 36.0)}),
        ("peso total por nombre del almacén de destino", {("Elche", 36.0), ("Soria", 30.0)}),
    ],
)
def test_answers_take_the_key_that_is_named(question, expected, depots):
    con, catalog = depots
    answer = ask(question, catalog, runner(con), check=lambda text, _: CheckedSql(text, ()))
    assert set(run_one(con, answer.sql.text).rows) == expected, answer.sql.text
