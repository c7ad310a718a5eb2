"""Parquet, JSON and NDJSON: files that know their own types. Structs become columns `a_b`; lists stay lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers.stage import COLUMNS_MAX, Staged, unique_names

OBJECT_MAX = 64 << 20
WHOLE_MAX = 256 << 20


def read_parquet(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage the one table of a Parquet file."""
    return [_stage_relation(con, stem, "rows_0", f"read_parquet({literal(str(path))})", progress)]


def read_json(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage a list of objects, one object a line, or an object that holds lists of objects (a table for each)."""
    parts = _split_wrapper(path, work)
    single = len(parts) == 1
    staged = []
    for number, (name, part) in enumerate(parts.items()):
        wanted = stem if single else name
        staged.append(_stage_relation(con, wanted, f"rows_{number}", _json_relation(part), progress))
        staged[-1].part = "" if single else name
    return staged


def _json_relation(path: Path) -> str:
    return f"read_json({literal(str(path))}, format = 'auto', maximum_object_size = {OBJECT_MAX}, sample_size = -1)"


def _split_wrapper(path: Path, work: Path) -> dict[str, Path]:
    """The lists of objects inside one wrapping object, each as a file of its own; else the file as it is."""
    with path.open("rb") as source:
        start = source.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{") or path.stat().st_size > WHOLE_MAX:
        return {"": path}
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return {"": path}  # One object a line: not one JSON value.
    lists = {key: value for key, value in whole.items() if _is_rows(value)}
    if not lists:
        if whole and all(isinstance(value, dict) for value in whole.values()) and len(whole) > 1:
            lists = {"": [{"key": key, **value} for key, value in whole.items()]}
        else:
            return {"": path}
    parts = {}
    for number, (key, rows) in enumerate(lists.items()):
        parts[key] = work / f"part_{number}.ndjson"
        parts[key].write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return parts


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _stage_relation(con: Any, wanted: str, place: str, relation: str, progress: Callable[[float], None]) -> Staged:
    con.execute(f"CREATE OR REPLACE TABLE stage.flat_{place} AS SELECT * FROM {relation}")
    columns = _flatten(con, f"stage.flat_{place}")
    if len(columns) > COLUMNS_MAX:
        raise AppError("sql.sources.too_many_columns", columns=len(columns), maximum=COLUMNS_MAX)
    names = unique_names([name for name, _ in columns])
    parts = ", ".join(f"{sql} AS {quote(name)}" for name, (_, sql) in zip(names, columns, strict=True))
    con.execute(f"CREATE OR REPLACE TABLE stage.{place} AS SELECT {parts} FROM stage.flat_{place}")
    con.execute(f"DROP TABLE stage.flat_{place}")
    progress(1.0)
    text = con.execute(f"SELECT column_name FROM (DESCRIBE stage.{place}) WHERE column_type = 'VARCHAR'").fetchall()
    # Parquet and JSON say what is a number; text stays text, but dates have no type of their own in JSON.
    typed = set(names) - {row[0] for row in text} if "read_json" in relation else set(names)
    return Staged(wanted, f"stage.{place}", names, typed=typed)


def _flatten(con: Any, place: str, depth: int = 3) -> list[tuple[str, str]]:
    """(name, SQL) of every leaf column: structs opened to `depth` levels."""
    described = con.execute(f"DESCRIBE {place}").fetchall()
    leaves: list[tuple[str, str]] = []

    def open_column(name: str, sql: str, kind: str, level: int) -> None:
        if kind.startswith("STRUCT(") and kind.endswith(")") and level:
            keys = con.execute(
                f"SELECT column_name, column_type FROM (DESCRIBE SELECT unnest({sql}) FROM {place})"
            ).fetchall()
            for key, inner in keys:
                open_column(f"{name}_{key}", f"struct_extract({sql}, {literal(key)})", inner, level - 1)
        else:
            leaves.append((name, sql))

    for row in described:
        open_column(row[0], quote(row[0]), row[1], depth)
    return leaves
