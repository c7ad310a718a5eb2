"""The rows that a statement may compare, of a result or of a table: their own words, their columns' words, their
figures; which rows a statement names, and which column it measures them by. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.validation.evidence import Evidence
from core.validation.places import OWN, Context, Place, Segment
from core.validation.rows import Rows
from core.validation.vocabulary import Word

_ROWS_MAX = 200
_SIGNS = 4  # characters that may stand before a cell's figure


@dataclass(frozen=True)
class Grid:
    """Rows that can be compared: `labels[r]` are the keys of row r that no other row has, `columns[c]` those of a
    column's header and `numbers[c][r]` its figures."""

    labels: Sequence[frozenset[str]]
    columns: dict[int, Context]
    numbers: dict[int, list[float | None]]


@dataclass(frozen=True)
class Named:
    """A row where the statement names it."""

    row: int
    at: int


def read_grids(evidence: Evidence, quoted: bool = False, year: int = 0) -> Iterator[Grid]:
    """The rows of the result, those of one `year` where it has several of each; else those of each table that is
    cited: all, or the `quoted` ones alone."""
    if evidence.rows is not None:
        if not quoted:
            yield _of_rows(evidence.rows, year)
        return
    tables: dict[tuple, list[Place]] = {}
    for place in evidence.places:
        if place.column is not None and (place.quoted or not quoted) and (place.line[3] > 0 or not quoted):
            tables.setdefault(place.line[:3], []).append(place)
    for places in tables.values():
        yield _of_table(places)


def _of_rows(rows: Rows, year: int = 0) -> Grid:
    kept = [r for r, label in enumerate(rows.labels[:_ROWS_MAX]) if f"@year{year}" in label]
    kept = kept if len(kept) > 1 else list(range(len(rows.labels[:_ROWS_MAX])))
    labels = [frozenset(rows.labels[r]) for r in kept]
    numbers = {c: [values[r] for r in kept] for c, values in rows.numbers.items()}
    return Grid(_distinct(labels), {c: rows.columns[c] for c in numbers}, numbers)


def _of_table(places: Sequence[Place]) -> Grid:
    lines = sorted({place.line[3] for place in places})[:_ROWS_MAX]
    order = {line: n for n, line in enumerate(lines)}
    contexts: list[set[str] | None] = [None] * len(lines)
    columns: dict[int, Context] = {}
    numbers: dict[int, list[float | None]] = {}
    for place in places:
        r = order.get(place.line[3])
        if r is None or place.column is None or not place.quantity.readings or place.quantity.start > _SIGNS:
            continue  # a figure behind words is part of a label: 'Panel 80'
        keys = {key for key, weight in place.context.items() if weight >= OWN}
        contexts[r] = keys if contexts[r] is None else contexts[r] & keys
        columns.setdefault(place.column, place.header)
        value = place.quantity.readings[0][0]
        cells = numbers.setdefault(place.column, [None] * len(lines))
        cells[r] = -value if place.quantity.negative else value
    for c, cells in numbers.items():
        if all(value <= 0 for value in cells if value is not None):  # costs in brackets are compared by their size
            numbers[c] = [None if value is None else abs(value) for value in cells]
    labels = [frozenset(keys or ()) for keys in contexts]
    for r in _totals(numbers):
        for cells in numbers.values():
            cells[r] = None
    return Grid(_distinct(labels), columns, numbers)


def _totals(numbers: dict[int, list[float | None]]) -> set[int]:
    """Rows that add up the others in some column: they are no rivals of theirs."""
    found: set[int] = set()
    for cells in numbers.values():
        whole = sum(abs(value) for value in cells if value is not None)
        near = [r for r, v in enumerate(cells) if v and abs(whole - 2 * abs(v)) <= 0.002 * whole]
        found.update(near if sum(v is not None for v in cells) > 2 else ())
    return found


def _distinct(labels: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    counts: dict[str, int] = {}
    for label in labels:
        for key in label:
            counts[key] = counts.get(key, 0) + 1
    return [frozenset(key for key in label if counts[key] == 1) for label in labels]


def named_rows(words: Sequence[Word], grid: Grid) -> list[Named]:
    found: list[Named] = []
    for word in words:
        if word.stop:
            continue
        rows = [r for r, label in enumerate(grid.labels) if word.keys & label]
        if len(rows) == 1 and not any(name.row == rows[0] and word.start - name.at < 40 for name in found):
            found.append(Named(rows[0], word.start))
    return found


def measured(words: Sequence[Word], claim: Segment, grid: Grid) -> tuple[list[int], bool]:
    """The columns that the words name best, and whether they name any: all columns where they name none."""
    years = {f"@year{m.year}" for d in claim.dates for m in d.readings if m.year}
    labels = frozenset().union(*grid.labels)
    said = [word.keys for word in words if not word.stop and not word.keys & labels]
    scores = {}
    for c, header in grid.columns.items():
        if len({value for value in grid.numbers[c] if value is not None}) < 2:
            continue
        timed = {key for key in header if key.startswith("@year")}
        if years and timed and not years & timed:
            continue
        scores[c] = sum(bool(keys & header.keys()) for keys in said)
    best = max(scores.values(), default=0)
    return [c for c, score in scores.items() if score == best], best > 0
