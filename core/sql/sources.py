"""Bringing tables in: a file (CSV, workbook, Parquet, JSON, SQLite, DuckDB) or a table found in a document.

Each becomes an immutable data set in the workspace's `datasets` folder. The file is read by a child process with
limits on memory and time (`import_child.py`); here it is hashed, watched, named and published. A file that is already
in, by content and options, is not read again. What was chosen for each column, and what was doubtful, is in the card
and in the preview; `options` change it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.children import PlainChild
from core.sql.datasets import DataSet, find_card, free_name, publish, read_cards, remove_dataset, to_dataset, writing

MEMORY_MB = 1400
TIME_LIMIT_S = 1800
PREVIEW_BYTES = 1 << 20
PREVIEW_ROWS = 20
_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from core.sql.import_child import main; main()"
_KINDS = {
    "delimited": (".csv", ".tsv", ".tab", ".psv"),
    "workbook": (".xlsx", ".xlsm"),
    "parquet": (".parquet", ".pq"),
    "json": (".json", ".ndjson", ".jsonl"),
    "sqlite": (".sqlite", ".sqlite3", ".db", ".db3"),
    "duckdb": (".duckdb", ".ddb"),
}
_OPTIONS = ("columns", "delimiter", "encoding", "header", "keep_totals", "sheet", "skip")

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """One table as it would come in: for each column (name, type, format chosen, unit, doubt), and its first rows."""

    table: str
    columns: tuple[dict[str, Any], ...]
    rows: tuple[tuple[Any, ...], ...]
    facts: dict[str, Any]
    notes: tuple[tuple[str, dict[str, Any]], ...]


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
    progress: Progress | None = None,
    replace: bool = False,
    cancel: threading.Event | None = None,
    memory_mb: int = MEMORY_MB,
    time_limit_s: int = TIME_LIMIT_S,
) -> list[DataSet]:
    """Bring in the file at `path`, called `name` by its user, as a data set in `folder`.

    `options`: `delimiter`, `encoding`, `header` (bool), `skip` (records above the table), `sheet`, `keep_totals`, and
    `columns` {header: format}, a format being text, integer, number, number_comma, number_point, date_dmy, date_mdy,
    date_iso, timestamp_dmy ..., time or boolean. `progress(share, step)` is called on the way (step: read, convert,
    profile). `replace` retires the data sets that came from the same name once the new one is in place. Raises
    `sql.sources.*`; after any failure the folder is as it was."""
    path, folder, options = Path(path), Path(folder), _check_options(options)
    kind = source_kind(name, path)
    if kind is None:
        raise AppError("sql.sources.unknown_kind", name=name)
    hash_ = _hash_file(path, options)
    known = find_card(folder, hash_)
    if known is not None:
        return [to_dataset(known, known=True)]
    request = {"kind": kind, "path": str(path.absolute()), "stem": Path(name).stem, "options": options}
    watch = _Watch(progress, cancel, memory_mb, time_limit_s)
    return [_build(request, name, hash_, folder, watch, replace)]


def import_table(
    rows: Sequence[Sequence[str]],
    name: str,
    folder: Path | str,
    *,
    title: str = "",
    options: dict[str, Any] | None = None,
) -> list[DataSet]:
    """Bring in a table found in a document: rows of cells, the first the header. `name` is the document's, `title` the
    table's, which names it where there is one."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([[str(cell).replace("\x00", "") for cell in row] for row in rows])
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "table.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        options = {"delimiter": ",", "encoding": "utf-8", "skip": 0, **_check_options(options)}
        hash_ = _hash_file(path, options)
        known = find_card(Path(folder), hash_)
        if known is not None:
            return [to_dataset(known, known=True)]
        stem = title[:60] or Path(name).stem
        request = {"kind": "delimited", "path": str(path), "stem": stem, "options": options}
        return [_build(request, name, hash_, Path(folder), _Watch(None, None, MEMORY_MB, TIME_LIMIT_S), False)]


def preview_source(path: Path | str, name: str, *, options: dict[str, Any] | None = None) -> list[Preview]:
    """What `import_source` would choose: types, units and doubts of every column, and the first rows of every table.

    Delimited text is judged on its first megabyte, other files whole."""
    import duckdb

    path, options = Path(path), _check_options(options)
    kind = source_kind(name, path)
    if kind is None:
        raise AppError("sql.sources.unknown_kind", name=name)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        sample = _cut(path, work / "sample") if kind == "delimited" and path.stat().st_size > PREVIEW_BYTES else path
        request = {"kind": kind, "path": str(sample.absolute()), "stem": Path(name).stem, "options": options}
        made = _run_child(request, work / "out.duckdb", work, _Watch(None, None, MEMORY_MB, 120))
        with duckdb.connect(str(work / "out.duckdb"), read_only=True) as con:
            return [_preview_of(con, table) for table in made["tables"]]


def _preview_of(con: Any, table: dict[str, Any]) -> Preview:
    name = table["name"].replace('"', '""')
    rows = con.execute(f'SELECT * FROM "{name}" LIMIT {PREVIEW_ROWS}').fetchall()
    kept = ("name", "type", "format", "unit", "doubt", "left_empty", "nulls")
    columns = tuple({key: column[key] for key in kept if key in column} for column in table["columns"])
    notes = tuple((key, params) for key, params in table["notes"])
    return Preview(table["name"], columns, tuple(rows), table["facts"], notes)


def _cut(path: Path, target: Path) -> Path:
    with path.open("rb") as source:
        start = source.read(PREVIEW_BYTES)
    target.write_bytes(start[: start.rfind(b"\n") + 1] or start)
    return target


def _check_options(options: dict[str, Any] | None) -> dict[str, Any]:
    for key in options or {}:
        if key not in _OPTIONS:
            raise AppError("sql.sources.unknown_option", name=key, allowed=", ".join(_OPTIONS))
    return dict(options or {})


def _hash_file(path: Path, options: dict[str, Any]) -> str:
    """32 hex digits of the content's SHA-256, and of the options where there are any."""
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256")
    except OSError as error:
        raise AppError("sql.sources.unreadable", detail=error.strerror or "") from None
    if options:
        digest.update(json.dumps(options, sort_keys=True).encode())
    return digest.hexdigest()[:32]


# ---------------------------------------------------------------- building


def _build(request: dict[str, Any], name: str, hash_: str, folder: Path, watch: _Watch, replace: bool) -> DataSet:
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=".import-", dir=folder))
    try:
        built = work / "out.duckdb"
        made = _run_child(request, built, work, watch)
        with writing(folder):
            known = find_card(folder, hash_)
            if known is not None:  # Another process was faster.
                return to_dataset(known, known=True)
            old = [card for card in read_cards(folder) if replace and card["source"] == name]
            _name_tables(made["tables"], folder, {card["hash"] for card in old}, built, work, watch)
            card = {
                "hash": hash_,
                "source": name,
                "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds"),
                "options": request["options"],
                "tables": made["tables"],
            }
            published = publish(folder, built, card)
            for card in old:
                remove_dataset(card["path"])
        watch.report(1.0, "profile")
        return to_dataset(published)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what a killed import left behind: work folders older than the longest import."""
    for left in folder.glob(".import-*"):
        if time.time() - left.stat().st_mtime > 2 * TIME_LIMIT_S:
            shutil.rmtree(left, ignore_errors=True)


def _name_tables(
    tables: list[dict[str, Any]], folder: Path, gone: set[str], built: Path, work: Path, watch: _Watch
) -> None:
    """Give the tables names that no other data set has, in the file and in what the card will say."""
    taken = {t["name"].lower() for card in read_cards(folder) if card["hash"] not in gone for t in card["tables"]}
    names = {}
    for table in tables:
        names[table["name"]] = free_name(table["name"], taken)
        taken.add(names[table["name"]].lower())
    changed = {old: new for old, new in names.items() if old != new}
    if changed:
        _talk({"task": "rename", "out": str(built), "work": str(work), "names": changed}, watch)
    for table in tables:
        table["name"] = names[table["name"]]
        for key in table["foreign_keys"]:
            key["ref_table"] = names[key["ref_table"]]


def _run_child(request: dict[str, Any], built: Path, work: Path, watch: _Watch) -> dict[str, Any]:
    keep = request["kind"] in ("sqlite", "duckdb")
    return _talk({"task": "build", "out": str(built), "work": str(work), "keep_names": keep, **request}, watch)["made"]


def _talk(request: dict[str, Any], watch: _Watch) -> dict[str, Any]:
    """Run the child on one request and return its last word, or raise what it or the watch says."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _CHILD, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=request["work"],
        env={} if sys.platform != "win32" else {"SYSTEMROOT": str(Path(sys.executable).anchor) + "Windows"},
    )
    child = PlainChild(process)
    try:
        child.write(json.dumps({**request, "memory_mb": watch.memory_mb}).encode() + b"\n")
        return watch.follow(child)
    finally:
        child.close()


@dataclass
class _Watch:
    """Keeps a child's limits and passes its progress on."""

    progress: Progress | None
    cancel: threading.Event | None
    memory_mb: int
    time_limit_s: int

    def report(self, share: float, step: str) -> None:
        if self.progress is not None:
            self.progress(share, step)

    def follow(self, child: PlainChild) -> dict[str, Any]:
        deadline, buffer = time.monotonic() + self.time_limit_s, b""
        while True:
            chunk = child.read(0.02)
            if chunk == b"":
                raise AppError("sql.sources.crashed", limit_mb=self.memory_mb)
            if chunk:
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    frame = json.loads(line)
                    if "progress" in frame:
                        self.report(frame["progress"], frame["step"])
                    elif "error" in frame:
                        raise AppError(frame["error"][0], **frame["error"][1])
                    else:
                        return frame
            if self.cancel is not None and self.cancel.is_set():
                raise AppError("sql.sources.cancelled")
            if child.resident_mb() > self.memory_mb:
                raise AppError("sql.sources.memory", limit_mb=self.memory_mb)
            if time.monotonic() > deadline:
                raise AppError("sql.sources.time", limit_s=self.time_limit_s)
