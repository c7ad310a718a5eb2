"""The board's pins: their order, their rows as they were, failures beside the rows before, rows that are dropped."""

import datetime
import decimal

import pytest

from core.records import ChartSpec, QueryResult
from core.state import boards
from core.state.database import Database

SPEC = ChartSpec("bar", "region", ("total",), title="Total por región")
ROWS = QueryResult(("region", "total"), ("VARCHAR", "DECIMAL(9,2)"), (("Norte", decimal.Decimal("3.50")),))


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def pin(db, title="Ventas", result=ROWS):
    return boards.add_pin(db, title, "ventas por región", "SELECT 1", "es", SPEC, {"ventas": "a1"}, result)


def test_a_pin_comes_back_with_its_chart_and_rows(db):
    held = boards.read_pin(db, pin(db))
    assert (held.title, held.chart, held.tables) == ("Ventas", SPEC, {"ventas": "a1"})
    assert held.result.rows == (("Norte", "3.50"),)
    assert held.error is None


def test_pins_move_by_places_and_stop_at_the_ends(db):
    first, second, third = (pin(db, name) for name in "abc")
    boards.move_pin(db, third, -1)
    assert [held.title for held in boards.list_pins(db)] == ["a", "c", "b"]
    boards.move_pin(db, first, -1)
    boards.move_pin(db, first, 9)
    assert [held.title for held in boards.list_pins(db)] == ["c", "b", "a"]
    boards.remove_pin(db, second)
    assert [held.title for held in boards.list_pins(db)] == ["c", "a"]
    assert boards.count_pins(db) == 2


def test_a_failed_refresh_keeps_the_rows_and_a_good_one_clears_the_failure(db):
    key = pin(db)
    boards.keep_error(db, key, ("sql.limits.time", {"limit_ms": 3000}))
    assert boards.read_pin(db, key).error == ("sql.limits.time", {"limit_ms": 3000})
    assert boards.read_pin(db, key).result.rows
    day = QueryResult(("d",), ("DATE",), ((datetime.date(2026, 1, 2),),))
    boards.keep_rows(db, key, day, {"ventas": "b2"})
    held = boards.read_pin(db, key)
    assert (held.error, held.tables, held.result.rows) == (None, {"ventas": "b2"}, (("2026-01-02",),))
    boards.forget_rows(db, key)
    assert boards.read_pin(db, key).result is None


def test_a_name_changes_and_long_results_are_cut(db):
    key = pin(db, result=QueryResult(("n",), ("INTEGER",), tuple((n,) for n in range(boards.ROWS_KEPT + 5))))
    boards.rename_pin(db, key, " Otra ")
    held = boards.read_pin(db, key)
    assert held.title == "Otra"
    assert (len(held.result.rows), held.result.truncated) == (boards.ROWS_KEPT, True)
