"""Rows of a file by the names of its columns, each with its line: JSON lines, CSV and Excel sheets.

It reads the files that pairs and conversations to learn from come in; what a row means is its caller's.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
ENDINGS = (".jsonl", ".csv", ".xlsx")
_CELL_MOST = 1_000_000  # characters
_SHEET_MOST = 400 * 2**20  # bytes of an Excel file when it is unpacked
_ROWS_MOST = 200_000


class Unreadable(Exception):
    """A line that is no row."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.line, self.detail = line, detail[:200]


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """(line, row) of every row that is not empty. Raises KeyError for another ending, `Unreadable`, OSError."""
    return {".jsonl": _read_jsonl, ".csv": _read_csv, ".xlsx": _read_xlsx}[path.suffix.lower()](path)


def _read_jsonl(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise Unreadable(number, str(error)) from None


def _read_csv(path: Path) -> Iterator[tuple[int, Row]]:
    text = path.read_text(encoding="utf-8-sig")
    head = text.partition("\n")[0]
    mark = max(",;\t|", key=head.count)
    before = csv.field_size_limit(_CELL_MOST)
    try:
        reader = csv.DictReader(text.splitlines(keepends=True), delimiter=mark)
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable(reader.line_num, str(error)) from None
    finally:
        csv.field_size_limit(before)


def _read_xlsx(path: Path) -> Iterator[tuple[int, Row]]:
    """The first sheet; its first row names the columns."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _SHEET_MOST:
                raise Unreadable(1, "too large")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Unreadable(1, str(error)) from None
    try:
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=_ROWS_MOST)
        names = [str(name).strip() if name is not None else None for name in next(rows, ())]
        for number, cells in enumerate(rows, 2):
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell not in (None, "")}
            if row:
                yield number, row
    finally:
        book.close()
