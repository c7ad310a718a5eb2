"""Question-SQL pairs: one a question and set of tables, found by the folded question, listed by their tables."""

import pytest

from core.records import Catalog, Table
from core.state import pairs
from core.state.database import Database

SQL = "SELECT count(*) FROM ventas"


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def add(db, question="¿Cuántas ventas?", sql=SQL, tables=None, verdict="accepted"):
    return pairs.add(db, question, sql, "es", tables or {"ventas": "a1"}, "parser", verdict)


def test_the_same_question_typed_otherwise_finds_its_pair(db):
    add(db)
    found = pairs.find(db, "  cuantas VENTAS ", ["clientes", "ventas"])
    assert (found.sql, found.tables, found.verdict) == (SQL, {"ventas": "a1"}, "accepted")
    assert pairs.find(db, "cuántas ventas hay", ["ventas"]) is None


def test_signs_and_numbers_are_part_of_a_question():
    assert pairs.fold_question("importe > 1.5") != pairs.fold_question("importe < 1.5")
    assert pairs.fold_question("top 15") != pairs.fold_question("top 1.5")


def test_a_pair_counts_only_where_all_its_tables_are(db):
    add(db, tables={"ventas": "a1", "clientes": "b2"})
    assert pairs.find(db, "¿Cuántas ventas?", ["ventas"]) is None
    assert pairs.list_pairs(db, tables=["ventas"]) == []
    assert len(pairs.list_pairs(db, tables=["ventas", "clientes", "x"])) == 1


def test_a_later_verdict_replaces_the_earlier_over_the_same_tables_only(db):
    add(db)
    add(db, tables={"pedidos": "c3"})
    add(db, sql="SELECT 2 FROM ventas", tables={"ventas": "new"}, verdict="corrected")
    held = pairs.list_pairs(db)
    assert [(pair.sql, list(pair.tables)) for pair in held] == [
        ("SELECT 2 FROM ventas", ["ventas"]),
        (SQL, ["pedidos"]),
    ]
    pairs.delete(db, held[0].id)
    assert len(pairs.list_pairs(db)) == 1
    assert pairs.list_pairs(db, limit=0) == []


def test_the_fingerprint_is_the_data_sets_hash():
    catalog = Catalog((Table("ventas", (), 1, "/w/datasets/abc.duckdb"), Table("otra", (), 1, "C:\\d\\def.duckdb")))
    assert pairs.hashes(catalog, ["otra", "ventas", "gone"]) == {"otra": "def", "ventas": "abc"}
