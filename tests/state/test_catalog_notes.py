"""What users say about tables: kept by name, replaced, forgotten, and told apart from what was read before."""

import pytest

from core.records import Metric
from core.state import catalog_notes
from core.state.catalog_notes import Note
from core.state.database import Database

INCOME = Metric("ingresos", "sum(precio * cantidad)", "ventas", ("facturación",))


@pytest.fixture
def db(tmp_path):
    opened = Database(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def test_notes_come_back_as_they_were_written(db):
    note = Note("Ventas de la tienda", ("facturas", "sales"), (("España", "ES"),))
    catalog_notes.describe(db, "ventas", "", note)
    catalog_notes.describe(db, "ventas", "país", Note(synonyms=("country",)))
    catalog_notes.save_metric(db, INCOME)
    notes = catalog_notes.read(db)
    assert notes.of("ventas") == note and notes.of("ventas", "país").synonyms == ("country",)
    assert notes.of("ventas", "other") == Note() and notes.metrics == (INCOME,)


def test_an_empty_note_is_dropped_and_a_metric_of_the_same_name_replaced(db):
    catalog_notes.describe(db, "ventas", "", Note("x"))
    catalog_notes.describe(db, "ventas", "", Note())
    catalog_notes.save_metric(db, INCOME)
    catalog_notes.save_metric(db, Metric("ingresos", "sum(total)", "ventas"))
    notes = catalog_notes.read(db)
    assert not notes.said and [metric.expression for metric in notes.metrics] == ["sum(total)"]
    catalog_notes.delete_metric(db, "ventas", "ingresos")
    assert catalog_notes.read(db).metrics == ()


def test_every_change_raises_the_revision(db):
    seen = [catalog_notes.revision(db)]
    catalog_notes.describe(db, "ventas", "", Note("x"))
    seen.append(catalog_notes.revision(db))
    catalog_notes.save_metric(db, INCOME)
    seen.append(catalog_notes.revision(db))
    assert seen == sorted(set(seen))


def test_forgetting_takes_one_source_and_leaves_the_others(db):
    for table in ("ventas", "clientes"):
        catalog_notes.describe(db, table, "", Note(table))
    catalog_notes.save_metric(db, INCOME)
    catalog_notes.save_import_options(db, "ventas.csv", {"header": False})
    assert catalog_notes.has_any(db, {"ventas"}) and not catalog_notes.has_any(db, {"pedidos"})
    catalog_notes.forget(db, {"ventas"}, "ventas.csv")
    notes = catalog_notes.read(db)
    assert list(notes.said) == [("clientes", "")] and notes.metrics == ()
    assert catalog_notes.import_options(db, "ventas.csv") == {}


def test_import_options_are_kept_by_file(db):
    options = {"tables": {"": {"columns": {"fecha": "date_mdy"}, "skip": 2}}}
    catalog_notes.save_import_options(db, "a.csv", options)
    assert catalog_notes.import_options(db, "a.csv") == options
    catalog_notes.save_import_options(db, "a.csv", {})
    assert catalog_notes.import_options(db, "a.csv") == {}
