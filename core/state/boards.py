"""The board of pinned charts: statement, chart, title and the rows that each was last drawn from. It runs no statement.

Rows are kept so that a board is there at once; they are read again when its user refreshes it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from core.records import ChartSpec, QueryResult
from core.state import codec
from core.state.database import Database, now
from core.state.schema import pins

ROWS_KEPT = 2000
Failure = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Pin:
    """One chart of the board. `result` is None once its rows were forgotten; `error` (message key, params) is why the
    last refresh failed: the rows before it stay. `tables`: name -> hash of its data set when the rows were read."""

    id: int
    title: str
    question: str
    sql: str
    lang: str
    chart: ChartSpec
    tables: dict[str, str]
    result: QueryResult | None
    error: Failure | None
    refreshed_at: str


def add_pin(
    db: Database,
    title: str,
    question: str,
    sql: str,
    lang: str,
    chart: ChartSpec,
    tables: Mapping[str, str],
    result: QueryResult,
) -> int:
    """Put a chart at the end of the board; its id."""
    row = {
        "title": title.strip(),
        "question": question,
        "sql": sql,
        "lang": lang,
        "chart": codec.dump(chart),
        "tables": json.dumps(dict(tables)),
        "result": codec.dump(_first_rows(result)),
        "refreshed_at": now(),
    }
    with db.write() as connection:
        last = connection.execute(select(func.coalesce(func.max(pins.c.position), 0))).scalar_one()
        return connection.execute(insert(pins).values(row | {"position": last + 1})).inserted_primary_key[0]


def list_pins(db: Database) -> list[Pin]:
    """In the order of the board."""
    with db.read() as connection:
        return [_to_pin(row) for row in connection.execute(select(pins).order_by(pins.c.position, pins.c.id))]


def count_pins(db: Database) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(pins)).scalar_one()


def read_pin(db: Database, pin_id: int) -> Pin | None:
    with db.read() as connection:
        row = connection.execute(select(pins).where(pins.c.id == pin_id)).first()
    return _to_pin(row) if row else None


def rename_pin(db: Database, pin_id: int, title: str) -> None:
    _change(db, pin_id, title=title.strip())


def keep_rows(db: Database, pin_id: int, result: QueryResult, tables: Mapping[str, str]) -> None:
    """The rows of a refresh that went well."""
    kept = codec.dump(_first_rows(result))
    _change(db, pin_id, result=kept, tables=json.dumps(dict(tables)), error=None, refreshed_at=now())


def keep_error(db: Database, pin_id: int, error: Failure) -> None:
    """Why a refresh failed; the rows of the last one that went well stay."""
    _change(db, pin_id, error=json.dumps(error, default=str))


def forget_rows(db: Database, pin_id: int) -> None:
    """Drop the rows: their table was removed, and what it held goes with it."""
    _change(db, pin_id, result=None)


def move_pin(db: Database, pin_id: int, steps: int) -> None:
    """Towards the start (negative) or the end of the board by so many places; it stops at either end."""
    with db.write() as connection:
        order = list(connection.execute(select(pins.c.id).order_by(pins.c.position, pins.c.id)).scalars())
        if pin_id not in order:
            return
        place = order.index(pin_id)
        order.insert(max(0, min(len(order) - 1, place + steps)), order.pop(place))
        for position, moved in enumerate(order, start=1):
            connection.execute(update(pins).where(pins.c.id == moved).values(position=position))


def remove_pin(db: Database, pin_id: int) -> None:
    with db.write() as connection:
        connection.execute(delete(pins).where(pins.c.id == pin_id))


def _change(db: Database, pin_id: int, **values: Any) -> None:
    with db.write() as connection:
        connection.execute(update(pins).where(pins.c.id == pin_id).values(**values))


def _first_rows(result: QueryResult) -> QueryResult:
    if len(result.rows) <= ROWS_KEPT:
        return result
    return dataclasses.replace(result, rows=result.rows[:ROWS_KEPT], truncated=True)


def _to_pin(row: Row) -> Pin:
    error = tuple(json.loads(row.error)) if row.error else None
    result = codec.load(QueryResult, row.result) if row.result else None
    chart = codec.load(ChartSpec, row.chart)
    return Pin(
        row.id, row.title, row.question, row.sql, row.lang, chart, json.loads(row.tables), result, error,
        row.refreshed_at,
    )  # fmt: skip
