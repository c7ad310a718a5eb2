"""SQLite and DuckDB files, opened read-only and copied table by table with their keys; values as they are.

Views, triggers, functions and extensions of the file are never run: only base tables are read. SQLite has a type a
cell, not a column: a column becomes a number only where every cell is one, else text, and no text is interpreted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers.stage import Staged, unique_names

BATCH_ROWS = 20_000


def read_sqlite(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage every table of a SQLite file."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        source.execute("PRAGMA trusted_schema = OFF")
        source.execute("PRAGMA cell_size_check = ON")
        source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        tables, left = _sqlite_tables(source)
        if not tables:
            raise AppError("sql.sources.empty", name=stem)
        staged = []
        for number, table in enumerate(tables):
            staged.append(_copy_sqlite_table(con, source, table, f"rows_{number}"))
            progress((number + 1) / len(tables))
        if left:
            staged[0].notes.append(("sql.sources.not_copied", {"count": len(left), "names": ", ".join(left[:5])}))
        return staged
    except sqlite3.DatabaseError as error:
        raise AppError("sql.sources.unreadable", detail=str(error)[:200]) from None
    finally:
        source.close()


def _sqlite_tables(source: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """(base tables in the order they were made, names of views and virtual tables, whose code is not run).

    A virtual table's shadow tables, its index in rows, are no data and go unnamed."""
    order = {row[0]: row[1] or 0 for row in source.execute("SELECT name, rootpage FROM sqlite_master")}
    listed = source.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall()
    kept = [name for name, kind in listed if kind == "table" and not name.lower().startswith("sqlite_")]
    left = [name for name, kind in listed if kind in ("view", "virtual")]
    return sorted(kept, key=lambda name: order.get(name, 0)), sorted(left)


def _copy_sqlite_table(con: Any, source: sqlite3.Connection, table: str, place: str) -> Staged:
    import pyarrow as pa

    # The extended list has generated columns too (hidden 2 and 3); their values are calculated as they are read.
    listed = source.execute(f"PRAGMA table_xinfo({quote(table)})").fetchall()
    described = [row for row in listed if row[6] != 1]
    originals = [row[1] for row in described]
    names = unique_names(originals)
    kinds = _sqlite_kinds(source, table, described)
    columns = ", ".join(f"{quote(name)} {kind}" for name, kind in zip(names, kinds, strict=True))
    con.execute(f"CREATE OR REPLACE TABLE stage.{place} ({columns})")
    arrow = {"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string(), "BLOB": pa.binary()}
    for batch in _batches(source, table, originals):
        arrays = [pa.array([_as_kind(row[i], kind) for row in batch], arrow[kind]) for i, kind in enumerate(kinds)]
        con.register("batch", pa.table(arrays, names=[f"c{i}" for i in range(len(names))]))
        con.execute(f"INSERT INTO stage.{place} SELECT * FROM batch")
        con.unregister("batch")
    key = [row[1] for row in sorted(described, key=lambda row: row[5]) if row[5]]
    renamed = dict(zip(originals, names, strict=True))
    return Staged(
        table,
        f"stage.{place}",
        names,
        typed=set(names),
        primary_key=tuple(renamed[name] for name in key),
        foreign_keys=_sqlite_foreign_keys(source, table),
        part=table,
    )


def _sqlite_kinds(source: sqlite3.Connection, table: str, described: list[tuple]) -> list[str]:
    """One engine type a column, wide enough for every cell; an empty column follows its declaration."""
    counts = ", ".join(
        f"sum(typeof({q}) = 'integer'), sum(typeof({q}) = 'real'), sum(typeof({q}) = 'text'), sum(typeof({q}) = 'blob')"
        for q in (quote(row[1]) for row in described)
    )
    totals = source.execute(f"SELECT {counts} FROM {quote(table)}").fetchone()
    kinds = []
    for number, row in enumerate(described):
        whole, real, text, blob = (value or 0 for value in totals[4 * number : 4 * number + 4])
        if text or (blob and (whole or real)):
            kinds.append("VARCHAR")
        elif blob:
            kinds.append("BLOB")
        elif real:
            kinds.append("DOUBLE")
        elif whole:
            kinds.append("BIGINT")
        else:
            kinds.append(_declared_kind(row[2] or ""))
    return kinds


def _declared_kind(declared: str) -> str:
    """SQLite's rules of affinity, for a column without a single value."""
    declared = declared.upper()
    if "INT" in declared:
        return "BIGINT"
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT", "DATE", "TIME")):
        return "VARCHAR"
    if "BLOB" in declared:
        return "BLOB"
    return "DOUBLE" if any(word in declared for word in ("REAL", "FLOA", "DOUB", "NUM", "DEC")) else "VARCHAR"


def _as_kind(value: Any, kind: str) -> Any:
    if value is None or kind in ("BIGINT", "BLOB"):
        return value
    if kind == "DOUBLE":
        return float(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _batches(source: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[list[tuple]]:
    cursor = source.execute(f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)}")
    while batch := cursor.fetchmany(BATCH_ROWS):
        yield batch


def _sqlite_foreign_keys(source: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    keys: dict[int, dict[str, Any]] = {}
    for number, _, target, column, target_column, *_ in source.execute(f"PRAGMA foreign_key_list({quote(table)})"):
        key = keys.setdefault(number, {"columns": [], "ref_table": target, "ref_columns": []})
        key["columns"].append(column)
        key["ref_columns"].append(target_column)
    return list(keys.values())


def _attach(con: Any, path: Path) -> None:
    import duckdb

    try:
        con.execute(f"ATTACH {literal(str(path))} AS source (READ_ONLY)")
    except duckdb.Error as error:
        text = str(error).lower()
        if "version" in text and ("newer" in text or "storage" in text):
            raise AppError("sql.sources.newer_duckdb", version=duckdb.__version__) from None
        if "encrypt" in text:
            raise AppError("sql.sources.encrypted") from None
        raise


def read_duckdb(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage every base table of a DuckDB file."""
    _attach(con, path)
    con.execute("SET enable_external_access = false")
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' AND NOT internal "
        "ORDER BY table_oid"
    ).fetchall()
    if not tables:
        raise AppError("sql.sources.empty", name=stem)
    staged = []
    for number, (schema, table) in enumerate(tables):
        place = f"source.{quote(schema)}.{quote(table)}"
        names = [row[0] for row in con.execute(f"DESCRIBE {place}").fetchall()]
        keys = con.execute(
            "SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names "
            "FROM duckdb_constraints() WHERE database_name = 'source' AND schema_name = ? AND table_name = ?",
            [schema, table],
        ).fetchall()
        primary = next((tuple(columns) for kind, columns, _, _ in keys if kind == "PRIMARY KEY"), ())
        foreign = [
            {"columns": list(columns), "ref_table": target, "ref_columns": list(targets)}
            for kind, columns, target, targets in keys
            if kind == "FOREIGN KEY"
        ]
        keys = {"primary_key": primary, "foreign_keys": foreign}
        staged.append(Staged(table, place, names, typed=set(names), part=table, **keys))
        progress((number + 1) / len(tables))
    return staged
