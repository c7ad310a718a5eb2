"""Bringing tables in: a file (CSV, workbook, Parquet, JSON, SQLite, DuckDB), or the tables found in a document.

Each file becomes an immutable data set in the workspace's `datasets` folder. It is read by a child process with
limits on memory and time (`import_pool.py`); here it is hashed, named and published. A file that is already
in, by content and options, is not read again. What was chosen for each column, and what was doubtful, is in the card
and in the preview; `options` change it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import AppError
from core.records import FoundTable
from core.sql.data.datasets import DataSet, find_card, free_name, publish, read_cards, remove_dataset, to_dataset, writing
from core.sql.data.import_pool import TIME_LIMIT_S, ImportPool, Watch
from core.sql.safety.quoting import quote

PREVIEW_BYTES = 1 << 20
PREVIEW_ROWS = 20
PREVIEW_TIME_LIMIT_S = 120
_KINDS = {
    "delimited": (".csv", ".tsv", ".tab", ".psv"),
    "workbook": (".xlsx", ".xlsm"),
    "parquet": (".parquet", ".pq"),
    "json": (".json", ".ndjson", ".jsonl"),
    "sqlite": (".sqlite", ".sqlite3", ".db", ".db3"),
    "duckdb": (".duckdb", ".ddb"),
}
_OPTIONS = ("columns", "delimiter", "encoding", "header", "keep_totals", "sheet", "skip", "tables")
_DOCUMENT_TABLES_VERSION = 1


@dataclass(frozen=True, slots=True)
class Preview:
    """One table as it would come in: for each column (name, type, format chosen, unit, doubt), and its first rows.

    `part` is what the file calls the table (a sheet, a key; empty where it has but one): the key of `tables` in the
    import's options."""

    table: str
    columns: tuple[dict[str, Any], ...]
    rows: tuple[tuple[Any, ...], ...]
    facts: dict[str, Any]
    notes: tuple[tuple[str, dict[str, Any]], ...]
    part: str = ""


def source_kind(name: str, path: Path | None = None) -> str | None:
    """Which reader takes a file of that name (and beginning), None where none does."""
    suffix = Path(name).suffix.lower()
    kind = next((kind for kind, suffixes in _KINDS.items() if suffix in suffixes), None)
    if kind in ("sqlite", "duckdb") and path is not None:
        with path.open("rb") as source:
            start = source.read(16)
        if start[8:12] == b"DUCK":
            return "duckdb"
        return "sqlite" if start.startswith(b"SQLite format 3\x00") else kind
    return kind


def import_source(
    path: Path | str,
    name: str,
    folder: Path | str,
    *,
    options: dict[str, Any] | None = None,
    replace: bool | Literal["alike"] = False,
    watch: Watch | None = None,
    pool: ImportPool | None = None,
) -> list[DataSet]:
    """Bring in the file at `path`, called `name` by its user, as a data set in `folder`.

    `options`: `delimiter`, `encoding`, `header` (bool), `skip` (records above the table), `sheet`, `keep_totals`,
    `columns` {header: format}, a format being text, integer, number, number_comma, number_point, date_dmy, date_mdy,
    date_iso, timestamp_dmy ..., time or boolean; and `tables` {part: options of that sheet or table alone}.
    `watch` carries limits, progress (share, step: read, convert, profile) and what cancels it. `replace` retires the
    data sets that came from the same name once the new one is in place; they then give their names to it; "alike"
    retires those alone that have the same tables and columns. Raises `sql.sources.*`; after any failure the folder is
    as it was."""
    path, folder, options = Path(path), Path(folder), _check_options(options)
    kind = source_kind(name, path)
    if kind is None:
        raise AppError("sql.sources.unknown_kind", name=name)
    sha256, hash_ = _hash_file(path, options)
    known = find_card(folder, hash_)
    if known is not None:
        return [to_dataset(known, known=True)]
    request = {"kind": kind, "path": str(path.absolute()), "stem": Path(name).stem, "options": options}
    card = {"hash": hash_, "source": name, "sha256": sha256, "origin": "file"}
    with _opened(pool) as opened:
        return [_build(opened, request, card, folder, watch or Watch(), replace)]


def import_tables(
    tables: Sequence[FoundTable],
    name: str,
    sha256: str,
    folder: Path | str,
    *,
    lang: str = "en",
    pool: ImportPool | None = None,
) -> list[DataSet]:
    """Bring in the tables found in a document, called `name` and with that hash: one data set for all of them.

    Each table is named by its title, else the document, and its page (`ventas_por_zona_p12`), so that no table file
    has to give way to one."""
    folder = Path(folder)
    hash_ = hashlib.sha256(f"tables {_DOCUMENT_TABLES_VERSION} {sha256}".encode()).hexdigest()[:32]
    known = find_card(folder, hash_)
    if known is not None:
        return [to_dataset(known, known=True)]
    grids = [{"page": t.page, "last_page": t.last_page, "title": t.title, "rows": t.rows} for t in tables]
    with tempfile.TemporaryDirectory() as place, _opened(pool) as opened:
        path = Path(place) / "tables.json"
        path.write_text(json.dumps(grids), encoding="ascii")
        request = {"kind": "grids", "path": str(path), "stem": Path(name).stem, "options": {"lang": lang}}
        card = {"hash": hash_, "source": name, "sha256": sha256, "origin": "document"}
        return [_build(opened, request, card, folder, Watch(), False)]


def preview_source(
    path: Path | str, name: str, *, options: dict[str, Any] | None = None, pool: ImportPool | None = None
) -> list[Preview]:
    """What `import_source` would choose: types, units and doubts of every column, and the first rows of every table.

    Delimited text is judged on its first megabyte, other files whole."""
    import duckdb

    path, options = Path(path), _check_options(options)
    kind = source_kind(name, path)
    if kind is None:
        raise AppError("sql.sources.unknown_kind", name=name)
    with tempfile.TemporaryDirectory() as place, _opened(pool) as opened:
        work = Path(place)
        sample = _cut(path, work / "sample") if kind == "delimited" and path.stat().st_size > PREVIEW_BYTES else path
        request = {"kind": kind, "path": str(sample.absolute()), "stem": Path(name).stem, "options": options}
        made = _run(opened, request, work / "out.duckdb", work, Watch(time_limit_s=PREVIEW_TIME_LIMIT_S))
        with duckdb.connect(str(work / "out.duckdb"), read_only=True) as con:
            return [_preview_of(con, table) for table in made["tables"]]


def decided(folder: Path | str, table: str) -> Preview | None:
    """What was chosen when a table came in, without its rows; None where there is no such table."""
    for card in read_cards(Path(folder)):
        for held in card["tables"]:
            if held["name"] == table:
                return _preview(held, ())
    return None


def _preview_of(con: Any, table: dict[str, Any]) -> Preview:
    rows = con.execute(f"SELECT * FROM {quote(table['name'])} LIMIT {PREVIEW_ROWS}").fetchall()
    return _preview(table, tuple(rows))


def _preview(table: dict[str, Any], rows: tuple[tuple[Any, ...], ...]) -> Preview:
    kept = ("name", "type", "format", "unit", "doubt", "left_empty", "left_out", "nulls")
    columns = tuple({key: column[key] for key in kept if key in column} for column in table["columns"])
    notes = tuple((key, params) for key, params in table["notes"])
    return Preview(table["name"], columns, rows, table["facts"], notes, table.get("part", ""))


def _cut(path: Path, target: Path) -> Path:
    with path.open("rb") as source:
        start = source.read(PREVIEW_BYTES)
    target.write_bytes(start[: start.rfind(b"\n") + 1] or start)
    return target


def _check_options(options: dict[str, Any] | None) -> dict[str, Any]:
    for key in [*(options or {}), *(key for part in ((options or {}).get("tables") or {}).values() for key in part)]:
        if key not in _OPTIONS:
            raise AppError("sql.sources.unknown_option", name=key, allowed=", ".join(_OPTIONS))
    return dict(options or {})


def _hash_file(path: Path, options: dict[str, Any]) -> tuple[str, str]:
    """(SHA-256 of the content, the data set's name: 32 hex digits of it and of the options where there are any)."""
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256")
    except OSError as error:
        raise AppError("sql.sources.unreadable", detail=error.strerror or "") from None
    sha256 = digest.hexdigest()
    if options:
        digest.update(json.dumps(options, sort_keys=True).encode())
    return sha256, digest.hexdigest()[:32]


# ---------------------------------------------------------------- building


@contextlib.contextmanager
def _opened(pool: ImportPool | None) -> Iterator[ImportPool]:
    """The caller's pool, or one for this import alone."""
    if pool is not None:
        yield pool
        return
    with ImportPool() as own:
        yield own


def _build(
    pool: ImportPool,
    request: dict[str, Any],
    card: dict[str, Any],
    folder: Path,
    watch: Watch,
    replace: bool | Literal["alike"],
) -> DataSet:
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=".import-", dir=folder))
    try:
        built = work / "out.duckdb"
        made = _run(pool, request, built, work, watch)
        with writing(folder):
            known = find_card(folder, card["hash"])
            if known is not None:  # Another process was faster.
                return to_dataset(known, known=True)
            old = _retired(card, made["tables"], folder, replace)
            names = _free_names(made["tables"], folder, old)
            _rename(pool, made["tables"], names, {"out": str(built), "work": str(work)}, watch)
            made_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
            # A data set that takes another's place takes it in the order of the catalog too.
            created = min((held["created"] for held in old), default=made_at)
            complete = {**card, "created": created, "options": request["options"], "tables": made["tables"]}
            published = publish(folder, built, complete)
            for held in old:
                remove_dataset(held["path"])
        watch.report(1.0, "profile")
        said = [("sql.sources.replaced", {"name": card["source"]})] if replace == "alike" and old else []
        found = to_dataset(published)
        return dataclasses.replace(found, notes=(*said, *found.notes))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _retired(
    card: dict[str, Any], tables: list[dict[str, Any]], folder: Path, replace: bool | Literal["alike"]
) -> list[dict[str, Any]]:
    """The cards whose place the new data set takes."""

    def shape(tables: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
        return [(table["wanted"], [column["name"] for column in table["columns"]]) for table in tables]

    same = [held for held in read_cards(folder) if held["source"] == card["source"]]
    same = [held for held in same if held.get("origin", "file") == card["origin"]]
    if replace == "alike":
        return [held for held in same if shape(held["tables"]) == shape(tables)][-1:]
    return same if replace else []


def sweep(folder: Path) -> None:
    """Remove what a killed import left behind: work folders older than the longest import."""
    for left in folder.glob(".import-*"):
        if time.time() - left.stat().st_mtime > 2 * TIME_LIMIT_S:
            shutil.rmtree(left, ignore_errors=True)


def _free_names(tables: list[dict[str, Any]], folder: Path, old: list[dict[str, Any]]) -> dict[str, str]:
    """A name for each table that no other data set has. Where data sets are replaced, a table keeps the name of the
    one that the file called the same (`ventas_2` stays `ventas_2`: questions and notes refer to it)."""
    gone = {card["hash"] for card in old}
    taken = {t["name"].lower() for card in read_cards(folder) if card["hash"] not in gone for t in card["tables"]}
    before = {table["wanted"]: table["name"] for card in reversed(old) for table in card["tables"]}
    names: dict[str, str] = {}
    for table in tables:
        wanted = before.get(table["wanted"], table["name"])
        names[table["name"]] = free_name(wanted, taken)
        taken.add(names[table["name"]].lower())
    return names


def _rename(
    pool: ImportPool, tables: list[dict[str, Any]], names: dict[str, str], place: dict[str, str], watch: Watch
) -> None:
    """Give the tables their names, in the file and in what the card will say."""
    changed = {old: new for old, new in names.items() if old != new}
    if changed:
        pool.run({"task": "rename", **place, "names": changed}, watch)
    for table in tables:
        table["name"] = names[table["name"]]
        for key in table["foreign_keys"]:
            key["ref_table"] = names[key["ref_table"]]


def _run(pool: ImportPool, request: dict[str, Any], built: Path, work: Path, watch: Watch) -> dict[str, Any]:
    keep = request["kind"] in ("sqlite", "duckdb")
    request = {"task": "build", "out": str(built), "work": str(work), "keep_names": keep, **request}
    return pool.run(request, watch)["made"]
