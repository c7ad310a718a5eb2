"""Which rows lie above or below a limit: 'only A and B are above 100', 'three had more than 10', 'A stayed below 50'.
The rows that do are counted, or compared with those that the statement names. It reads results, no prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.validation.evidence import Evidence, Finding, Found
from core.validation.grid import Grid, measured, named_rows, read_grids
from core.validation.measures import Quantity, fold
from core.validation.places import Segment

_ONLY = re.compile(r"\b(?:only|solo|solamente|unicamente|unic[oa]s)\b")
_LIMIT = re.compile(
    r"\b(?:above|over|exceed\w*|more than|at least|super\w+|mas de|por encima de|below|under|less than|"
    r"fewer than|menos de|por debajo de|inferior a)(?: los| las| el| the)? *$"
)
_TIMES = ("month", "year", "week", "quarter", "day")
_BELOW = re.compile(r"\b(?:below|under|less|fewer|menos|por debajo|inferior)\b")


@dataclass(frozen=True)
class _Limit:
    quantity: Quantity
    below: bool

    def allows(self, value: float) -> bool:
        bound = self.quantity.readings[0][0]
        return value < bound if self.below else value > bound


def check_limits(claim: Segment, evidence: Evidence) -> tuple[Found, list[tuple[int, int]]]:
    """What the statement says of rows and limits; and the spans of the figures that are settled by it."""
    found = Found()
    limits = _limits(claim)
    if evidence.rows is None or not limits:
        return found, []
    grid = next(read_grids(evidence))
    cells = {value for column in grid.numbers.values() for value in column}
    if any(limit.quantity.readings[0][0] in cells for limit in limits):
        return found, []  # a cell's own figure, said with 'more than'
    kept = [held for held in _kept(claim, grid, limits) if held is not None]
    settled = [(limit.quantity.start, limit.quantity.end) for limit in limits]
    first = limits[0].quantity.start
    said = {name.row for name in named_rows(claim.words, grid) if name.at < first}
    counts = [q for q in claim.quantities if q.end <= first and q.kind == "number" and not q.unit]
    only = _ONLY.search(fold(claim.text[:first])) is not None
    if said:
        holds = any(held == said if only else said <= held for held in kept)
        settled += [(q.start, q.end) for q in counts if q.readings[0][0] == len(said)]
    elif counts:
        holds = any(len(held) == counts[0].readings[0][0] for held in kept)
        settled.append((counts[0].start, counts[0].end))
    else:
        return found, []
    if not kept:
        return found, []
    found.total, found.proven, found.computed = 1, int(holds), holds
    found.findings += [] if holds else [Finding("way_differs", {"what": limits[0].quantity.text})]
    return found, settled


def _limits(claim: Segment) -> list[_Limit]:
    found = []
    for quantity in claim.quantities:
        match = _LIMIT.search(fold(claim.text[max(0, quantity.start - 28) : quantity.start]))
        if match and quantity.readings and not quantity.unit.endswith(_TIMES):  # 'over the six months'
            found.append(_Limit(quantity, _BELOW.search(match.group()) is not None))
    return found


def _kept(claim: Segment, grid: Grid, limits: Sequence[_Limit]) -> list[set[int] | None]:
    """The rows that keep all limits, for each column that the first of them may be of."""
    columns, told = measured(claim.words, claim, grid)
    if len(limits) == 1:
        return [_rows_within(grid, c, limits[0]) for c in columns if told or len(columns) == 1 or len(grid.numbers) < 6]
    held: set[int] | None = None
    for n, limit in enumerate(limits):
        stop = limits[n + 1].quantity.start if n + 1 < len(limits) else len(claim.text)
        near, is_told = measured([w for w in claim.words if limit.quantity.start <= w.start < stop], claim, grid)
        if not is_told:
            return []
        within = set().union(*(_rows_within(grid, c, limit) for c in near[:1]))
        held = within if held is None else held & within
    return [held]


def _rows_within(grid: Grid, c: int, limit: _Limit) -> set[int]:
    return {r for r, value in enumerate(grid.numbers[c]) if value is not None and limit.allows(value)}
