"""Tables without ruling lines: runs of rows whose cells align become a table that keeps labels and figures together.

Made for financial statements, where ruled lines are rare: currency signs join their figures, a wrapped label joins
the row it belongs to, header rows are merged column by column ('Three Months Ended June 25, 2022'). Geometry and
cell text only; nothing here reads a PDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from core.documents.parse.pdf_layout import Row, Segment

_MARKER = re.compile(r"[•·▪▫◦●○■□➢‣⁃*\-–—oo§]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?")
_CURRENCY = re.compile(r"[(\[]?[$€£¥][(\[]?|US\$|EUR|USD", re.IGNORECASE)
_CLOSER = re.compile(r"[)\]%]+|€|%\)|pts?\.?")
_FIGURE = re.compile(
    r"[(\[$€£¥+\-–—~<>]*\s*\d[\d.,\s]*(?:[)\]%€]|pts|bps|x|[KMB])*\s*|[$€£]?\s*[—–-]+\s*%?|N/?[AM]", re.I
)
_YEAR = re.compile(r"(?:[A-Z][a-z]{2,9}\.? \d{1,2},? ?)?(?:19|20)\d\d(?:/\d\d)?(?:\s*\([A-Za-z0-9]+\))?")
_MAX_SINGLES = 4
_WIDE_GAP = 12.0


@dataclass(slots=True)
class Cell:
    text: str
    x0: float
    x1: float


@dataclass(slots=True)
class TableRow:
    """The cells of one rendered row; `lines` counts the page rows it was put together from."""

    cells: list[Cell]
    box: tuple[float, float, float, float]
    bold: bool = False


@dataclass(slots=True)
class TableBlock:
    """`grid[0]` is the header (empty cells where none was found); `rows` are the rows as rendered in the text."""

    rows: list[TableRow]
    grid: list[list[str]] = field(default_factory=list)


def split_tables(rows: list[Row]) -> list[list[Row] | TableBlock]:
    """A region's rows as runs of plain rows and tables, in order."""
    cells = [merge_cells(row) for row in rows]
    out: list[list[Row] | TableBlock] = []
    done = 0
    for first, last in _find_runs(rows, cells):
        if first > done:
            out.append(rows[done:first])
        out.append(_build(rows[first:last], cells[first:last]))
        done = last
    if done < len(rows):
        out.append(rows[done:])
    return out


def merge_cells(row: Row) -> list[Cell]:
    """A row's cells: a bullet or number joins its text, '$' the figure after it, ')' and '%' the one before."""
    cells: list[Cell] = []
    pending: Segment | None = None
    for segment in row.segments:
        text = segment.text
        if pending is not None:
            cells.append(_cell(f"{pending.text} {text}", pending, segment))
            pending = None
        elif cells and _CLOSER.fullmatch(text) and _FIGURE.fullmatch(cells[-1].text):
            cells[-1] = Cell(f"{cells[-1].text} {text}", cells[-1].x0, max(cells[-1].x1, segment.x1))
        elif _CURRENCY.fullmatch(text) or (not cells and _is_marker(text, row)):
            pending = segment
        else:
            cells.append(_cell(text, segment, segment))
    if pending is not None:
        cells.append(_cell(pending.text, pending, pending))
    return cells


def _is_marker(text: str, row: Row) -> bool:
    """Whether a row's first segment marks the text behind it: a bullet, a list's number, a numbered line."""
    if _MARKER.fullmatch(text):
        return True
    return len(row.segments) == 2 and text.isdigit() and len(text) < 3 and " " in row.segments[1].text


def _cell(text: str, first: Segment, last: Segment) -> Cell:
    return Cell(text, min(first.x0, last.x0), max(first.x1, last.x1))


def is_figure(text: str) -> bool:
    """A number, an amount, a share: no year, no date, no lone dash."""
    text = text.strip()
    return bool(_FIGURE.fullmatch(text)) and not _YEAR.fullmatch(text) and _has_digit(text)


def _find_runs(rows: list[Row], cells: list[list[Cell]]) -> list[tuple[int, int]]:
    """(first, after last) of every run of rows that is a table."""
    runs: list[tuple[int, int]] = []
    index = 0
    while index < len(rows):
        if len(cells[index]) < 2:
            index += 1
            continue
        last = _change_of_columns(cells, index, _run_end(rows, cells, index))
        if _is_table(cells[index:last]):
            first = _with_header_above(rows, cells, index, last, runs[-1][1] if runs else 0)
            runs.append((first, last))
        index = last
    return runs


def _run_end(rows: list[Row], cells: list[list[Cell]], first: int) -> int:
    """After the last row of cells that follows `first` with at most two short single rows between."""
    last, singles = first + 1, 0
    left, right = rows[first].x0, rows[first].x1
    for index in range(first + 1, len(rows)):
        gap = rows[index].y0 - rows[index - 1].y1
        if gap > 4 * (rows[index].y1 - rows[index].y0):
            break
        if len(cells[index]) >= 2:
            last, singles = index + 1, 0
            left, right = min(left, rows[index].x0), max(right, rows[index].x1)
            continue
        singles += 1
        if singles > _MAX_SINGLES or rows[index].x1 - rows[index].x0 > 0.8 * (right - left):
            break
    return last


def _change_of_columns(cells: list[list[Cell]], first: int, last: int) -> int:
    """Where, at a row of one cell, another table begins: with a header row of its own, or with other columns under
    the same labels; `last` where none does."""
    for index in range(first + 2, last - 1):
        if len(cells[index]) > 1:
            continue
        above = [row for row in cells[first:index] if len(row) > 1]
        below = [row for row in cells[index + 1 : index + 4] if len(row) > 1]
        if not below or not any(abs(row[0].x0 - below[0][0].x0) < _WIDE_GAP for row in above):
            continue
        has_figures = any(is_figure(cell.text) for row in above for cell in row[1:])
        own_header = len(below[0]) > 2 and all(cell.text[:1].isalpha() or cell.text[:1] == "#" for cell in below[0])
        if (has_figures and own_header) or not _share_columns(above, below):
            return index
    return last


def _share_columns(above: list[list[Cell]], below: list[list[Cell]]) -> bool:
    uppers = [cell for row in above for cell in row[1:]]
    lowers = [cell for row in below for cell in row[1:]]
    met = sum(any(cell.x0 < other.x1 and other.x0 < cell.x1 for other in uppers) for cell in lowers)
    return met >= 0.5 * len(lowers) and (len(below[0]) <= max(map(len, above)) + 1)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_table(cells: list[list[Cell]]) -> bool:
    """Two rows with figures beyond the label (or one under a header), or three rows of cells that stand well apart
    and under each other."""
    several = [row for row in cells if len(row) >= 2]
    figures = [sum(is_figure(cell.text) for cell in row[1:]) for row in several]
    if sum(map(bool, figures)) >= 2 or (len(several) > 1 and max(figures) >= 2):
        return True
    if len(several) == 2 and len(several[0]) == len(several[1]) > 3:
        return all(a.x0 < b.x1 and b.x0 < a.x1 for a, b in zip(*several, strict=True))
    if len(several) < 3:
        return False
    starts = [cell.x0 for row in several for cell in row[1:]]
    aligned = sum(sum(abs(start - other) < 3 for other in starts) >= 0.6 * len(several) for start in starts)
    gaps = [after.x0 - before.x1 for row in several for before, after in pairwise(row)]
    return aligned >= 0.6 * len(starts) and sorted(gaps)[len(gaps) // 2] > _WIDE_GAP


def _with_header_above(rows: list[Row], cells: list[list[Cell]], first: int, last: int, floor: int) -> int:
    """The start moved up over single rows that stand above the figures, not above the labels."""
    left, right = min(row.x0 for row in rows[first:last]), max(row.x1 for row in rows[first:last])
    while first > floor and len(cells[first - 1]) == 1:
        above = rows[first - 1]
        far = rows[first].y0 - above.y1 > 1.5 * (above.y1 - above.y0)
        if far or above.x1 > right + 20 or above.x0 < left + 0.25 * (right - left):
            break
        if (above.x0 + above.x1) / 2 < left + 0.4 * (right - left):
            break
        first -= 1
    return first


def _build(rows: list[Row], cells: list[list[Cell]]) -> TableBlock:
    columns = _find_columns(cells)
    header_end = _header_end(cells, columns)
    merged: list[TableRow] = []
    for index, (row, row_cells) in enumerate(zip(rows, cells, strict=True)):
        new = TableRow(row_cells, (row.x0, row.y0, row.x1, row.y1), _is_bold(row))
        if index > header_end and merged and _continues(merged[-1], new, rows[index - 1], row, columns):
            _join_rows(merged[-1], new)
        else:
            merged.append(new)
    header = _merge_header(cells[:header_end], columns)
    grid = [header, *(_spread(row.cells, columns) for row in merged[header_end:])]
    return TableBlock(merged, grid)


def _is_bold(row: Row) -> bool:
    return all(word.bold for segment in row.segments for word in segment.words)


def _find_columns(cells: list[list[Cell]]) -> list[tuple[float, float]]:
    """Column intervals, left to right, grown from the fullest row; cells over several columns do not count."""
    columns: list[list[float]] = []
    for row in sorted(cells, key=len, reverse=True):
        if len(row) < 2 and columns:
            break
        for cell in row:
            touched = [column for column in columns if column[0] < cell.x1 and cell.x0 < column[1]]
            if not touched:
                columns.append([cell.x0, cell.x1])
            elif len(touched) == 1:
                low, high = min(touched[0][0], cell.x0), max(touched[0][1], cell.x1)
                if not any(other is not touched[0] and other[0] < high and low < other[1] for other in columns):
                    touched[0][:] = [low, high]
    return [(low, high) for low, high in sorted(columns)]


def _column_of(cell: Cell, columns: list[tuple[float, float]]) -> int:
    overlaps = [min(high, cell.x1) - max(low, cell.x0) for low, high in columns]
    best = max(range(len(columns)), key=overlaps.__getitem__)
    if overlaps[best] > 0:
        return next(index for index, overlap in enumerate(overlaps) if overlap > 0.5 * overlaps[best])
    return best


def _header_end(cells: list[list[Cell]], columns: list[tuple[float, float]]) -> int:
    """How many rows at the top are header: the first without a figure, and those below it that leave the labels' column
    empty, up to a row with a figure (a year is none)."""
    for index, row in enumerate(cells[:8]):
        in_labels = _column_of(row[0], columns) == 0
        if any(is_figure(cell.text) for cell in row[in_labels:]) or (index and in_labels):
            return index
        if in_labels and len(row) == 1:
            return index
    return min(len(cells) - 1, 8)


def _merge_header(cells: list[list[Cell]], columns: list[tuple[float, float]]) -> list[str]:
    """One header cell a column; a cell that spans columns goes to each of them."""
    header: list[list[str]] = [[] for _ in columns]
    for row in cells:
        for index, (low, high) in enumerate(columns):
            cell = _nearest(row, low, high, is_label=index == 0)
            if cell is not None and cell.text not in header[index]:
                header[index].append(cell.text)
    return [" ".join(parts) for parts in header]


def _nearest(row: list[Cell], low: float, high: float, is_label: bool) -> Cell | None:
    if not row:
        return None
    cell = min(row, key=lambda item: max(item.x0 - high, low - item.x1, 0.0))
    distance = max(cell.x0 - high, low - cell.x1, 0.0)
    return cell if distance == 0 or (not is_label and distance < 0.6 * (cell.x1 - cell.x0)) else None


def _continues(last: TableRow, new: TableRow, above: Row, row: Row, columns: list[tuple[float, float]]) -> bool:
    """Whether a row carries on the label of the row above it (a label wrapped over two lines)."""
    if row.y0 - above.y1 > 0.6 * (row.y1 - row.y0) or not new.cells or not last.cells:
        return False
    if _column_of(new.cells[0], columns) or _column_of(last.cells[0], columns) or is_figure(new.cells[0].text):
        return False
    one_is_label = len(last.cells) == 1 or len(new.cells) == 1
    before, after = last.cells[0].text, new.cells[0].text
    wrapped = after[:1].islower() or before.endswith((",", " and", " of", " y", " de", "-", "—", "–"))
    return one_is_label and wrapped and not before.endswith(":")


def _join_rows(last: TableRow, new: TableRow) -> None:
    label = Cell(
        f"{last.cells[0].text} {new.cells[0].text}",
        min(last.cells[0].x0, new.cells[0].x0),
        max(last.cells[0].x1, new.cells[0].x1),
    )
    last.cells = [label, *last.cells[1:], *new.cells[1:]]
    last.box = (
        min(last.box[0], new.box[0]),
        last.box[1],
        max(last.box[2], new.box[2]),
        max(last.box[3], new.box[3]),
    )


def _spread(cells: list[Cell], columns: list[tuple[float, float]]) -> list[str]:
    """The cells' texts at their columns; two cells in one column are joined."""
    texts: list[list[str]] = [[] for _ in columns]
    for cell in cells:
        texts[_column_of(cell, columns)].append(cell.text)
    return [" ".join(parts) for parts in texts]
