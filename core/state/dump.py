"""Every row of the tables that hold a user's work, for an export. Blobs and what can be made again are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core.state import files
from core.state.database import Database
from core.state.schema import metadata

_MADE_AGAIN = (
    "pages", "passages", "pieces", "sentences", "vectors", "deletions", "meta", "events", "jobs", "run_stages",
)  # fmt: skip


def tables() -> list[str]:
    return sorted(set(metadata.tables) - set(_MADE_AGAIN))


def rows(db: Database, table: str) -> Iterator[dict[str, Any]]:
    """Each row as a dict, oldest first."""
    with db.read() as connection:
        for row in connection.execute(select(metadata.tables[table])).mappings():
            yield {key: value for key, value in row.items() if not isinstance(value, bytes)}


def stored_files(db: Database) -> list[tuple[str, str]]:
    """(the name it was added under, sha256) of every file that was taken in."""
    return [(row.name, row.sha256) for row in files.list_files(db) if row.status == "added" and row.sha256]
