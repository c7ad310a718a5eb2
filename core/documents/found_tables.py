"""Which tables of a parsed document are worth having as data: a header, rows, columns with something in them.

Tables that go on over a page's end are joined; layout grids, forms and tiny tables are left out. It reads parsed pages
only; what the cells mean is decided where the data set is made (`core.sql.data.readers.grids`).
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable

from core.records import FoundTable, Page, PageTable

ROWS_MIN = 2
COLUMNS_MIN = 2
COLUMNS_MAX = 60
TABLES_MAX = 300
CELL_LENGTH_MAX = 60  # a median longer than this is prose set in columns
FILLED_MIN = 0.5
_TITLE_MAX = 160
_HEADING_NEAR = 400  # characters between a heading and the table it names
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"(?!(?:19|20)\d\d$)\W*\d[\d.,\s]*\W*|[-—–]")  # a year alone heads a column


def find_tables(pages: Iterable[Page]) -> list[FoundTable]:
    """The document's data tables in reading order, at most TABLES_MAX."""
    found: list[FoundTable] = []
    for page in pages:
        for place, table in enumerate(page.tables):
            rows = _clean(table.rows)
            if place == 0 and found and _goes_on(found[-1], rows, page.number):
                last = found[-1]
                body = rows[1:] if _same_header(last.rows[0], rows[0]) or not any(rows[0]) else rows
                found[-1] = FoundTable(last.rows + body, last.page, page.number, last.title)
            elif rows:
                found.append(FoundTable(rows, page.number, page.number, _title(page, table)))
    return [table for table in found if is_data(table.rows)][:TABLES_MAX]


def _clean(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Cells on one line; rows and columns without anything left out (the header row always stays)."""
    grid = [[" ".join(cell.split()) for cell in row] for row in rows]
    width = max((len(row) for row in grid), default=0)
    grid = [row + [""] * (width - len(row)) for row in grid]
    kept = [i for i in range(width) if any(row[i] for row in grid[1:])]
    body = [tuple(row[i] for i in kept) for row in grid[1:] if any(row[i] for i in kept)]
    return _join_header((tuple(grid[0][i] for i in kept), *body)) if grid and kept else ()


def _join_header(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """A header that runs over several lines as one: lines below it without a label or a figure are its."""
    header, *body = rows
    while len(body) > ROWS_MIN and not body[0][0] and not any(map(_FIGURE.fullmatch, body[0])):
        header = tuple(" ".join(filter(None, pair)) for pair in zip(header, body.pop(0), strict=True))
    return (header, *body)


def _goes_on(last: FoundTable, rows: tuple[tuple[str, ...], ...], page: int) -> bool:
    """Whether these rows, first on their page, are the rest of the table that was last on the page before."""
    if not rows or page != last.last_page + 1 or len(rows[0]) != len(last.rows[0]):
        return False
    return not any(rows[0]) or _same_header(last.rows[0], rows[0])


def _same_header(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(one) and [cell.casefold() for cell in one] == [cell.casefold() for cell in other]


def is_data(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a grid, its first row the header, is a table of data rather than a layout."""
    if len(rows) < ROWS_MIN + 1 or not COLUMNS_MIN <= len(rows[0]) <= COLUMNS_MAX:
        return False
    header, body = rows[0], rows[1:]
    named = [cell for cell in header if cell]
    # The corner above the row labels is often empty; the columns of values are not.
    if len(named) < max(1, len(header) - 1) and len(named) * 2 <= len(header):
        return False
    if len(set(map(str.casefold, named))) < len(named) / 2 or max(map(len, named)) > 2 * CELL_LENGTH_MAX:
        return False
    cells = [cell for row in body for cell in row if cell]
    if len(cells) < FILLED_MIN * len(body) * len(header) or statistics.median(map(len, cells)) > CELL_LENGTH_MAX:
        return False
    # Data repeat a kind down a column: figures somewhere, or short entries that are not all of one word.
    return any(map(_DIGIT.search, cells)) or len({cell.casefold() for cell in cells}) > len(header)


def _title(page: Page, table: PageTable) -> str:
    """The table's caption, else the heading right above it, else nothing."""
    if table.title.strip():
        return " ".join(table.title.split())[:_TITLE_MAX]
    above = [item for item in page.headings if item.end <= table.start and table.start - item.end < _HEADING_NEAR]
    return " ".join(above[-1].text.split())[:_TITLE_MAX] if above else ""
