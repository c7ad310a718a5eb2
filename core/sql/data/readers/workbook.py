"""Workbooks (XLSX, XLSM): every sheet with rows, read in streaming, cell by cell, formulas by their stored value.

Finds where the table starts under titles, joins a two-row header, fills merged cells. Macros, links, pictures and
charts are never looked at. What text cells mean is `guess.py`'s work.
"""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.quoting import quote
from core.sql.data.readers.delimited import looks_like_header
from core.sql.data.readers.stage import COLUMNS_MAX, Staged, options_for, unique_names

BATCH_ROWS = 20_000
HEAD_ROWS = 40
CELLS_MAX = 60_000_000
UNPACKED_MAX_MB = 4000
BOMB_MB, BOMB_RATIO = 100, 200  # a sheet's XML packs to a tenth, of very even rows to a hundredth
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def read(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage one table a sheet that holds one; named by the sheet, or by the file where only one sheet does."""
    import openpyxl

    _check_archive(path)
    staged = []
    with path.open("rb") as file:  # of a path it would ask for a suffix, which an upload is not stored with
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if not options.get("sheet") or sheet.title == options["sheet"]]
        for number, sheet in enumerate(sheets):
            merged = _merged_ranges(path, sheet)
            table = _read_sheet(con, sheet, merged, number, options)
            if table is not None:
                staged.append(table)
            progress((number + 1) / len(sheets))
    if len(staged) == 1:
        staged[0].wanted = stem
    if not staged:
        raise AppError("sql.sources.empty", name=stem)
    return staged


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            packed = sum(entry.compress_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise AppError("sql.sources.broken", kind="XLSX") from None
    if size > BOMB_MB << 20 and size > BOMB_RATIO * packed:
        raise AppError("sql.sources.bomb", size_mb=size >> 20, ratio=size // max(packed, 1))
    if size > UNPACKED_MAX_MB << 20:
        raise AppError("sql.sources.too_large", size_mb=size >> 20, maximum_mb=UNPACKED_MAX_MB)


def _merged_ranges(path: Path, sheet: Any) -> list[tuple[int, int, int, int]]:
    """Merged ranges as (first row, first column, last row, last column), from 1. They stand after the rows in the
    sheet's XML, which the streaming reader never shows, so the part is read once more for them."""
    part = sheet._worksheet_path.lstrip("/")
    ranges = []
    with zipfile.ZipFile(path) as archive, archive.open(part) as source:
        tail = b""
        while chunk := source.read(1 << 20):
            text = tail + chunk
            if b"<mergeCell " in text:
                ranges += [(int(r1), _column(c1), int(r2), _column(c2)) for c1, r1, c2, r2 in _MERGED.findall(text)]
            tail = text[-80:] if b"<mergeCell " in text[-80:] else b""
    return sorted(set(ranges))[:100_000]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(
    sheet: Any, merged: list[tuple[int, int, int, int]], notes: list[tuple[str, dict[str, Any]]]
) -> Iterator[list[Any]]:
    """Rows without trailing empty cells, the cells of a merged range filled with its value."""
    sheet.reset_dimensions()
    starts: dict[int, list[tuple[int, int, int, int]]] = {}
    for area in merged:
        starts.setdefault(area[0], []).append(area)
    active: list[tuple[tuple[int, int, int, int], Any]] = []
    cells = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        row = list(values[:COLUMNS_MAX])
        active = [(area, value) for area, value in active if area[2] >= number]
        for area in starts.get(number, ()):
            active.append((area, row[area[1] - 1] if area[1] <= len(row) else None))
        for area, value in active:
            last = min(area[3], COLUMNS_MAX)
            row += [None] * (last - len(row))
            for place in range(area[1] - 1, last):
                row[place] = value
        while row and (row[-1] is None or row[-1] == ""):
            row.pop()
        if len(values) > COLUMNS_MAX and any(value is not None for value in values[COLUMNS_MAX:]):
            notes.append(("sql.sources.far_cells", {"maximum": COLUMNS_MAX}))
        cells += max(1, len(row))
        if cells > CELLS_MAX:
            raise AppError("sql.sources.too_many_cells", maximum=CELLS_MAX)
        yield row


def _read_sheet(
    con: Any, sheet: Any, merged: list[tuple[int, int, int, int]], number: int, options: dict[str, Any]
) -> Staged | None:
    notes: list[tuple[str, dict[str, Any]]] = []
    rows = _rows(sheet, merged, notes)
    head = [row for _, row in zip(range(HEAD_ROWS), rows, strict=False)]
    if not any(head):
        return None
    spans = {area[0] for area in merged if area[3] > area[1] and area[0] == area[2]}
    start, names, header = find_grid_header(head, spans, options_for(options, sheet.title))
    staged = stage_grid(con, sheet.title, f"rows_{number}", names, _chain(head[start:], rows), above=start)
    if staged is not None:
        staged.part = sheet.title
        staged.facts = {"title_lines": start - header, "header": header}
        staged.notes += notes[:1]
    return staged


def _chain(head: list[list[Any]], rest: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield from head
    yield from rest


def find_grid_header(head: list[list[Any]], spans: set[int], options: dict[str, Any]) -> tuple[int, list[str], bool]:
    """(index of the first data row, column names, whether a header gave them) of a grid whose table may stand below
    titles.

    `spans` are the rows (from 1) with cells merged across columns: one right above the header is its upper half."""
    top, first, upper = _place_of_header(head, spans)
    if "skip" in options:
        top = first = max(0, min(options["skip"], len(head) - 1))
        upper = False
    texts = [["" if cell is None else _text(cell) for cell in row] for row in head[first:]]
    header = (
        options["header"]
        if "header" in options
        else all(_is_name(c) for c in head[first]) or looks_like_header(texts[0], texts[1:])
    )
    width = max(len(row) for row in head[first:])
    if not header:
        return first, unique_names([""] * width), False
    names = texts[0] + [""] * (width - len(texts[0]))
    if upper:
        above = ["" if cell is None else _text(cell) for cell in head[top]] + [""] * width
        names = [
            name if not up or up == name else f"{up} {name}".strip() for up, name in zip(above, names, strict=False)
        ]
    return first + 1, unique_names(names), True


def _place_of_header(head: list[list[Any]], spans: set[int]) -> tuple[int, int, bool]:
    """(top row of the header, its last row, whether it has two) from 0: the first row as full as most."""
    counts = [_cells(row, number in spans) for number, row in enumerate(head, 1)]
    usual = sorted(count for count in counts if count)[len([c for c in counts if c]) // 2]
    first = next(i for i, count in enumerate(counts) if count > usual / 2 and (count > 1 or usual == 1))
    if first + 1 in spans and first + 1 < len(head) and all(_is_name(cell) for cell in head[first + 1]):
        return first, first + 1, True
    if first and first in spans and counts[first - 1] > 1:
        return first - 1, first, True
    return first, first, False


def _cells(row: list[Any], spanned: bool) -> int:
    """How many cells a row fills; a title merged across the sheet is one, however often it was filled in."""
    filled = [cell for cell in row if cell is not None and cell != ""]
    return 1 if spanned and len(set(map(str, filled))) == 1 else len(filled)


def _is_name(cell: Any) -> bool:
    """A cell that can stand in a header: nothing, or text that is no number."""
    return cell is None or (isinstance(cell, str) and not re.fullmatch(r"[\s\d.,%€$+-]*\d[\s\d.,%€$+-]*", cell))


def stage_grid(
    con: Any, wanted: str, place: str, names: list[str], rows: Iterator[list[Any]], above: int = 0
) -> Staged | None:
    """Stage rows of Python values: a column of one kind keeps it, a mixed one becomes text to be judged."""
    import pyarrow as pa

    names = list(names)
    staged = Staged(wanted, f"stage.{place}", names)
    kinds: list[set[str]] = [set() for _ in names]
    con.execute(f"CREATE OR REPLACE TABLE stage.raw_{place} ({', '.join(f'c{i} VARCHAR' for i in range(len(names)))})")
    batch: list[list[str | None]] = []

    def flush() -> None:
        columns = [
            pa.array([row[i] if i < len(row) else None for row in batch], pa.string()) for i in range(len(names))
        ]
        grid = pa.table(columns, names=[f"c{i}" for i in range(len(names))])
        con.register("grid", grid)
        con.execute(f"INSERT INTO stage.raw_{place} ({', '.join(grid.column_names)}) SELECT * FROM grid")
        con.unregister("grid")
        batch.clear()

    for row in rows:
        while len(row) > len(names):
            names.append(unique_names([*names, ""])[-1])
            kinds.append(set())
            con.execute(f"ALTER TABLE stage.raw_{place} ADD COLUMN c{len(names) - 1} VARCHAR")
        if not row:
            continue
        batch.append([_note_kind(cell, kinds[i]) for i, cell in enumerate(row)])
        if len(batch) >= BATCH_ROWS:
            flush()
    if batch:
        flush()
    if not any(kinds):
        return None
    _cast_grid(con, staged, place, kinds)
    if above > 1:
        staged.notes.append(("sql.sources.lines_above", {"count": above - 1}))
    return staged


def _note_kind(cell: Any, kinds: set[str]) -> str | None:
    if cell is None or cell == "":
        return None
    kinds.add("date" if isinstance(cell, datetime.datetime) and cell.time() == datetime.time() else type(cell).__name__)
    return _text(cell)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return str(cell).replace("\x00", "")


_CASTS = {
    frozenset({"int"}): "BIGINT",
    frozenset({"float"}): "DOUBLE",
    frozenset({"int", "float"}): "DOUBLE",
    frozenset({"bool"}): "BOOLEAN",
    frozenset({"date"}): "DATE",
    frozenset({"datetime"}): "TIMESTAMP",
    frozenset({"date", "datetime"}): "TIMESTAMP",
    frozenset({"time"}): "TIME",
}


def _cast_grid(con: Any, staged: Staged, place: str, kinds: list[set[str]]) -> None:
    parts = []
    for number, (name, kind) in enumerate(zip(staged.columns, kinds, strict=True)):
        cast = _CASTS.get(frozenset(kind))
        column = f"c{number}"
        if cast in ("BIGINT", "DOUBLE"):
            # A workbook stores 3 as 3.0: a column of whole numbers is whole.
            test = f"{column} NOT LIKE '%.%' AND {column} NOT LIKE '%e%' AND length({column}) < 19"
            whole = con.execute(f"SELECT bool_and({test}) FROM stage.raw_{place}").fetchone()[0]
            cast = "BIGINT" if whole else "DOUBLE"
        if cast:
            staged.typed.add(name)
        parts.append(f"{f'TRY_CAST({column} AS {cast})' if cast else column} AS {quote(name)}")
    con.execute(f"CREATE OR REPLACE TABLE {staged.place} AS SELECT {', '.join(parts)} FROM stage.raw_{place}")
    con.execute(f"DROP TABLE stage.raw_{place}")
