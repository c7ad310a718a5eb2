"""The catalog: profile, keys declared and inferred, what users add, and its speed with many tables."""

import datetime
import sqlite3
import time

import pytest

from core.records import ForeignKey, Metric
from core.sql.data.catalog import build_catalog, infer_relations
from core.sql.data.profile import SKETCH_SIZE, included
from core.sql.data.schema import Schema
from core.sql.data.sources import import_source
from core.sql.language.lexicon import builtin_lexicon
from core.state.catalog_notes import Note, Notes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("catalog")
    orders = "\n".join(f"{i},{i % 40},2024-01-{i % 28 + 1:02d},{'' if i % 10 == 0 else i / 2}" for i in range(200))
    (place / "orders.csv").write_text("id,customer_id,day,amount\n" + orders)
    customers = "\n".join(f"{i},name {i},{['north', 'south'][i % 2]}" for i in range(50))
    (place / "customers.csv").write_text("id,name,region\n" + customers)
    con = sqlite3.connect(place / "shop.sqlite")
    con.executescript(
        """CREATE TABLE Person (Id INTEGER PRIMARY KEY, boss INT REFERENCES person);
        CREATE TABLE Pet (id INT, person_id INT, FOREIGN KEY (person_id) REFERENCES PERSON (ID));
        INSERT INTO Person VALUES (1, NULL), (2, 1); INSERT INTO Pet VALUES (1, 2), (2, 2);"""
    )
    con.close()
    for name in ("orders.csv", "customers.csv", "shop.sqlite"):
        import_source(place / name, name, place / "sets")
    return place / "sets"


def test_the_profile_of_a_table(folder):
    orders = next(table for table in build_catalog(folder).tables if table.name == "orders")
    assert (orders.rows, orders.primary_key, orders.source) == (200, ("id",), "orders.csv")
    columns = {column.name: column for column in orders.columns}
    assert (columns["amount"].type, columns["amount"].nulls, columns["amount"].maximum) == ("DOUBLE", 20, 99.5)
    assert (columns["day"].minimum, columns["day"].maximum) == (datetime.date(2024, 1, 1), datetime.date(2024, 1, 28))
    assert columns["customer_id"].distinct == 40
    customers = next(table for table in build_catalog(folder).tables if table.name == "customers")
    assert set(customers.columns[2].values) == {"north", "south"}


def test_keys_declared_and_inferred(folder):
    assert set(build_catalog(folder).foreign_keys) == {
        ForeignKey("orders", ("customer_id",), "customers", ("id",), declared=False),
        ForeignKey("Person", ("boss",), "Person", ("Id",), declared=True),
        ForeignKey("Pet", ("person_id",), "Person", ("Id",), declared=True),
    }
    assert build_catalog(folder).foreign_keys == build_catalog(folder).foreign_keys


def test_what_users_add_is_in_the_catalog(folder):
    said = {
        ("orders", ""): Note("pedidos", ("ventas",)),
        ("orders", "amount"): Note("€", ("importe",)),
        ("customers", "region"): Note(value_names=(("norte", "north"),)),
        ("gone", ""): Note("nobody"),
    }
    named = (
        Metric("Facturación", "sum(amount)", "orders"),
        Metric("x", "sum(lost)", "orders"),
        Metric("y", "sum(a)", "gone"),
    )
    catalog = build_catalog(folder, Notes(said, named))
    orders = next(table for table in catalog.tables if table.name == "orders")
    assert (orders.description, orders.synonyms, orders.columns[3].synonyms) == ("pedidos", ("ventas",), ("importe",))
    assert [(metric.name, metric.synonyms) for metric in catalog.metrics] == [("Facturación", ("facturacion",))]
    schema = Schema(catalog, builtin_lexicon())
    assert "north" in {value for _, value in schema.values["norte"]}


def test_inclusion_is_told_from_sketches():
    small, all_hashes = [5, 9], list(range(0, 3000, 3))
    assert included(small, [1, 5, 9]) == 1.0 and included(small, [5]) == 0.5 and included([], [1]) is None
    parent = all_hashes[:SKETCH_SIZE]
    assert included([3, 6, 2999], parent) == 1.0  # 2999 lies beyond what the sketch of a large parent tells.
    assert included([2999], parent) is None


def test_a_catalog_of_a_thousand_tables_is_quick():
    columns = [{"name": n, "type": "BIGINT", "sketch": list(range(SKETCH_SIZE))} for n in ("id", "item_id", "other")]
    tables = [
        {"name": f"item_{i}", "rows": 9, "columns": columns, "primary_key": ["id"], "foreign_keys": []}
        for i in range(1000)
    ]
    begun = time.perf_counter()
    infer_relations([{"hash": str(i), "tables": [table]} for i, table in enumerate(tables)])
    assert time.perf_counter() - begun < 5
