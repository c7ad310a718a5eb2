"""The list of files that were offered to the workspace and what became of each. It reads no file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sqlalchemy import delete, func, insert, select, update

from core.state.database import Database, now
from core.state.schema import documents, files

OPEN = ("queued", "parsing")


@dataclass(frozen=True, slots=True)
class FileRow:
    """`reason` is (message key, params) or None. `path` is where its bytes were read, not where they are kept."""

    id: int
    name: str
    path: str
    sha256: str
    size: int
    status: str
    reason: tuple[str, dict[str, Any]] | None
    document_id: int | None
    tables: int
    ms: int
    at: str


def add_file(db: Database, name: str, path: str, size: int) -> int:
    """Queue a file; returns its id. A path need not be UTF-8: file systems hold older names too."""
    with db.write() as connection:
        row = {"name": name, "path": _to_text(path), "size": size, "at": now()}
        return connection.execute(insert(files).values(row)).inserted_primary_key[0]


def update_file(db: Database, file_id: int, **changes: Any) -> None:
    """Change columns of a row; `reason` is given as (key, params)."""
    if "reason" in changes:
        changes["reason"] = json.dumps(changes["reason"]) if changes["reason"] else ""
    with db.write() as connection:
        connection.execute(update(files).where(files.c.id == file_id).values(changes))


def read_file(db: Database, file_id: int) -> FileRow | None:
    with db.read() as connection:
        row = connection.execute(select(files).where(files.c.id == file_id)).first()
    return _to_row(row) if row else None


def list_files(db: Database, after_id: int = 0) -> list[FileRow]:
    with db.read() as connection:
        rows = connection.execute(select(files).where(files.c.id > after_id).order_by(files.c.id)).all()
    return [_to_row(row) for row in rows]


def count_open(db: Database) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).where(files.c.status.in_(OPEN))).scalar_one()


def settle_first(db: Database, document_id: int) -> None:
    """Of identical files the first offered names the document and counts as added; the others are known."""
    same = select(files.c.id, files.c.name).where(files.c.document_id == document_id).order_by(files.c.id)
    with db.write() as connection:
        first, *others = connection.execute(same).all()
        connection.execute(update(documents).where(documents.c.id == document_id).values(name=first.name))
        connection.execute(update(files).where(files.c.id == first.id).values(status="added"))
        if others:
            ids = [row.id for row in others]
            connection.execute(update(files).where(files.c.id.in_(ids)).values(status="known"))


def forget_files(db: Database, *, document_id: int | None = None, file_id: int | None = None) -> None:
    """Drop the rows of a deleted document, or one row."""
    condition = files.c.document_id == document_id if document_id is not None else files.c.id == file_id
    with db.write() as connection:
        connection.execute(delete(files).where(condition))


def _to_row(row) -> FileRow:
    reason = tuple(json.loads(row.reason)) if row.reason else None
    return FileRow(
        row.id,
        row.name,
        _to_path(row.path),
        row.sha256,
        row.size,
        row.status,
        reason,
        row.document_id,
        row.tables,
        row.ms,
        row.at,
    )


_ESCAPED = "bytes:"


def _to_text(path: str) -> str:
    """`path` as text that SQLite takes: itself, or its bytes escaped where they are no UTF-8."""
    raw = os.fsencode(path)
    return path if raw.decode("utf-8", "replace") == path else _ESCAPED + quote_from_bytes(raw)


def _to_path(text: str) -> str:
    return os.fsdecode(unquote_to_bytes(text.removeprefix(_ESCAPED))) if text.startswith(_ESCAPED) else text
