"""What a workspace was told, beside its files: confirmed statements, the catalog's notes, words of the house, how files
are to be read. Its state in one short text, and a copy of it for a workspace of the same files. It explains none of it.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, insert, select

from core.state.database import Database
from core.state.schema import house_words, import_choices, meta, metrics, sql_pairs, table_notes

_TABLES = (sql_pairs, table_notes, metrics, house_words, import_choices)
_UNSAID = {"id", "at", "origins"}  # when and from what something was learned changes no answer


def state_of(db: Database) -> str:
    """The same text for the same knowledge, whenever and in whatever order it came."""
    digest = hashlib.sha256()
    with db.read() as connection:
        for table in _TABLES:
            columns = [column for column in table.columns if column.name not in _UNSAID]
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
            digest.update("\n".join([table.name, *rows, ""]).encode())
    return digest.hexdigest()[:16]


def copy(source: Database, target: Database) -> None:
    """Make `target` know what `source` knows, and nothing else."""
    with source.read() as connection:
        held = {table: connection.execute(select(table)).mappings().all() for table in _TABLES}
        marks = connection.execute(select(meta).where(meta.c.key == "catalog_notes")).mappings().all()
    with target.write() as connection:
        for table, rows in held.items():
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), [dict(row) for row in rows])
        connection.execute(delete(meta).where(meta.c.key == "catalog_notes"))
        if marks:
            connection.execute(insert(meta), [dict(row) for row in marks])
