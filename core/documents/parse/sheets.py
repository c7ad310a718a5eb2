"""CSV files and workbooks as pages that can be listed, previewed and found: sheet, columns, size, first rows.

All their values are for the data side, which reads the original file; nothing here infers types.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from core.documents.parse.flow import FlowWriter, squeeze
from core.errors import AppError
from core.i18n import detect_language, translate
from core.records import Page

PREVIEW_ROWS = 50
_COLUMNS_MAX = 2_000
_ROWS_MAX = 1_048_576
_CELLS_MAX = 5_000_000
_CELL_CHARS = 500
_DELIMITERS = (",", ";", "\t", "|")


def parse_csv(text: str, name: str) -> tuple[list[Page], str]:
    """(one page, no title)."""
    flow = FlowWriter()
    csv.field_size_limit(1_000_000)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=find_delimiter(text))
        _write_sheet(flow, Path(name).stem, rows)
    except csv.Error:
        raise AppError("documents.broken", kind="CSV") from None
    return flow.finish(), ""


def find_delimiter(text: str) -> str:
    """The delimiter that parts the first lines into most, and most even, columns; a comma where none does."""
    lines = [line for line in islice(io.StringIO(text), 50) if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (usual - 1) * widths.count(usual) / len(widths)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def parse_workbook(path: Path) -> tuple[list[Page], str]:
    """(a page for each sheet, title from the metadata). Raises documents.broken.

    The reader gets an open file: of a path it would ask for a suffix, which an upload is not stored with."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except (
            InvalidFileException,
            zipfile.BadZipFile,
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            OSError,
            IndexError,
        ):
            raise AppError("documents.broken", kind="XLSX") from None
        return _read_sheets(book)


def _read_sheets(book: Any) -> tuple[list[Page], str]:
    flow = FlowWriter()
    for name in book.sheetnames:
        try:
            _write_sheet(flow, name, _sheet_rows(book[name]))
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError):
            raise AppError("documents.broken", kind="XLSX") from None
        flow.page_break()
    return flow.finish(), str(book.properties.title or "")


def _sheet_rows(sheet: Any) -> Iterable[Sequence[Any]]:
    """The rows of a worksheet; a sheet that is a chart has none.

    The size that the file states is not believed: one far cell would pad a million rows to sixteen thousand cells."""
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    if not isinstance(sheet, ReadOnlyWorksheet):
        return ()
    sheet.reset_dimensions()
    return sheet.iter_rows(values_only=True)


def _write_sheet(flow: FlowWriter, name: str, rows: Iterable[Sequence[Any]]) -> None:
    """The sheet's name as heading, its columns and size as a sentence, its first rows as a table."""
    every = iter(rows)
    first = list(islice(_filled(every), PREVIEW_ROWS + 1))
    rest = _count_filled(every)
    flow.heading(name, 1)
    if not first:
        return
    start = min(next(index for index, cell in enumerate(row) if cell) for row in first)
    first = [row[start:] for row in first]
    header = next((row for row in first[:10] if sum(map(bool, row)) > 1), first[0])
    columns = [cell for cell in header if cell]
    count = len(first) - 1 - first.index(header) + rest
    language = detect_language(" ".join([name, *columns]))
    flow.paragraph(translate("documents.sheet_size", language, rows=count, columns=len(columns)))
    flow.paragraph(", ".join(columns))
    for row in first[: first.index(header)]:
        flow.paragraph(" ".join(cell for cell in row if cell))
    flow.table(first[first.index(header) :], title=name)


def _filled(rows: Iterator[Sequence[Any]]) -> Iterator[list[str]]:
    """Rows that hold something, as texts."""
    for row in islice(rows, _ROWS_MAX):
        texts = [_cell_text(value) for value in row[:_COLUMNS_MAX]]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield texts


def _count_filled(rows: Iterator[Sequence[Any]]) -> int:
    """How many more rows hold something, within the limits on rows and cells."""
    count = cells = 0
    for row in islice(rows, _ROWS_MAX):
        cells += len(row)
        if cells > _CELLS_MAX:
            break
        count += any(value not in (None, "") for value in row)
    return count


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < 1e15 else f"{value:g}"
    return squeeze(str(value))[:_CELL_CHARS]
