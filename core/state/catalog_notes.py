"""What users say about their tables: descriptions, other names, names of values, metrics, how a file is to be read.

Kept by the names of table, column and file, so that they outlive a new version of the file. Nothing here knows which
tables there are: who writes a metric has had it checked (`core.sql.data.named_metrics`), who reads leaves out what
is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from core.records import Metric
from core.state.database import Database
from core.state.schema import import_choices, meta, metrics, table_notes

_REVISION = "catalog_notes"


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a table, or of one of its columns. `value_names`: (said, stored) pairs."""

    description: str = ""
    synonyms: tuple[str, ...] = ()
    value_names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """`said[table, column]`, the column empty for the table itself."""

    said: dict[tuple[str, str], Note] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()

    def of(self, table: str, column: str = "") -> Note:
        return self.said.get((table, column), Note())


def read(db: Database) -> Notes:
    with db.read() as connection:
        notes = connection.execute(select(table_notes)).all()
        named = connection.execute(select(metrics).order_by(metrics.c.id)).all()
    said = {
        (row.table_name, row.column_name): Note(
            row.description, tuple(json.loads(row.synonyms)), tuple(map(tuple, json.loads(row.value_names)))
        )
        for row in notes
    }
    found = tuple(Metric(r.name, r.expression, r.table_name, tuple(json.loads(r.synonyms))) for r in named)
    return Notes(said, found)


def revision(db: Database) -> int:
    """Rises with every change, so that a catalog that was read can be told from one that must be read again."""
    with db.read() as connection:
        return _revision(connection)


def describe(db: Database, table: str, column: str, note: Note) -> None:
    """Keep what is said of a table (`column` empty) or a column; an empty note is dropped."""
    with db.write() as connection:
        place = (table_notes.c.table_name == table) & (table_notes.c.column_name == column)
        connection.execute(delete(table_notes).where(place))
        if note != Note():
            row = {
                "table_name": table,
                "column_name": column,
                "description": note.description,
                "synonyms": json.dumps(note.synonyms),
                "value_names": json.dumps(note.value_names),
            }
            connection.execute(insert(table_notes).values(row))
        _touch(connection)


def save_metric(db: Database, metric: Metric) -> None:
    """Keep a metric; one of the same name over the same table is replaced."""
    with db.write() as connection:
        connection.execute(delete(metrics).where(_is_metric(metric.table, metric.name)))
        row = {"table_name": metric.table, "name": metric.name, "expression": metric.expression}
        connection.execute(insert(metrics).values({**row, "synonyms": json.dumps(metric.synonyms)}))
        _touch(connection)


def delete_metric(db: Database, table: str, name: str) -> None:
    with db.write() as connection:
        connection.execute(delete(metrics).where(_is_metric(table, name)))
        _touch(connection)


def has_any(db: Database, tables: Collection[str]) -> bool:
    """Whether anything is said of one of these tables."""
    notes = read(db)
    return any(table in tables for table, _ in notes.said) or any(metric.table in tables for metric in notes.metrics)


def forget(db: Database, tables: Collection[str], source: str = "") -> None:
    """Drop all that was said of these tables, and how the file called `source` was to be read."""
    with db.write() as connection:
        connection.execute(delete(table_notes).where(table_notes.c.table_name.in_(list(tables))))
        connection.execute(delete(metrics).where(metrics.c.table_name.in_(list(tables))))
        connection.execute(delete(import_choices).where(import_choices.c.source == source))
        _touch(connection)


# ---------------------------------------------------------------- how a file is read


def import_options(db: Database, source: str) -> dict[str, Any]:
    """The options chosen for the file of that name (`core.sql.data.sources`); empty where all is detected."""
    with db.read() as connection:
        found = connection.execute(select(import_choices.c.options).where(import_choices.c.source == source)).scalar()
    return json.loads(found) if found else {}


def save_import_options(db: Database, source: str, options: dict[str, Any]) -> None:
    """Keep them for this file and its next versions."""
    with db.write() as connection:
        connection.execute(delete(import_choices).where(import_choices.c.source == source))
        if options:
            connection.execute(insert(import_choices).values(source=source, options=json.dumps(options)))


# ---------------------------------------------------------------- inside


def _is_metric(table: str, name: str) -> Any:
    return (metrics.c.table_name == table) & (metrics.c.name == name)


def _revision(connection: Connection) -> int:
    query = "SELECT value FROM meta WHERE key = ?"  # asked several times in every answer
    return int(connection.exec_driver_sql(query, (_REVISION,)).scalar() or 0)


def _touch(connection: Connection) -> None:
    value = _revision(connection) + 1
    connection.execute(delete(meta).where(meta.c.key == _REVISION))
    connection.execute(insert(meta).values(key=_REVISION, value=str(value)))
