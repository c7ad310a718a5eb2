"""A figure of a statement, looked for in the rows of a result: a cell of the row that is spoken of, or what a column
adds up to. It computes nothing of its own (see derive).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.validation.evidence import Finding
from core.validation.match import close, in_unit, same_unit
from core.validation.measures import Quantity, fold, lexicon
from core.validation.order import other_time
from core.validation.places import CLAUSE_BEFORE, OWN, Place
from core.validation.rows import Computed, Rows
from core.validation.spoken import Spoken, WordContext, score, strength

MARGIN = 0.6
_CUES = {
    "mean": re.compile(r"\b(?:average\w*|mean|media|promedio\w*|medio)\b"),
    "median": re.compile(r"\b(?:median\w*|mitad|half)\b"),
    "quartile": re.compile(r"\b(?:quartil\w*|cuartil\w*|percentil\w*|quarter|cuarta parte|half|mitad)\b"),
    "range": re.compile(r"\b(?:range\w*|rango|spread|differ\w*|diferenc\w*|gap|apart|from|between|entre|desde)\b"),
}
_COUNTS = ("count", "distinct", "exceed")
_SEVERAL = re.compile(
    r"\b(?:top|first (?:two|three|four|five|\d)|primer[ao]s|together|combined|juntos|juntas|sum\w*|both|entre|"
    r"two|three|dos|tres|last)\b"
)


@dataclass(frozen=True, slots=True)
class InRows:
    """`place` is the cell that says it; `computed`, whether a column's total or the like does; `finding`: the fault."""

    place: Place | None = None
    computed: bool = False
    finding: Finding | None = None


def find_in_rows(spoken: Spoken, rows: Rows) -> InRows:
    """The cell or column that a figure comes from, and whether it belongs to another row than the one spoken of."""
    quantity = spoken.quantity
    if quantity.kind == "points":
        return InRows()
    counted = any(spoken.head & rows.columns[c].keys() for c in rows.numbers)
    if (
        quantity.spelled
        and not counted
        and any(c.value == quantity.readings[0][0] and c.name in _COUNTS for c in rows.computed)
    ):
        return InRows(computed=True)
    matches, rivals = [], []
    for r, c, value in rows.cells():
        value = in_unit(value, rows.units[c], quantity.unit)
        if quantity.scale != 1.0 or quantity.unit in lexicon()["currencies"].values():
            value *= rows.scales[c]  # '26 million dollars' of 26,068 thousand
        whole = 100 * value if quantity.kind == "percent" and abs(value) <= 1.5 else value
        (matches if close(quantity, value) or close(quantity, whole) else rivals).append((r, c))
    if matches:
        return _weigh_cells(spoken, rows, matches, rivals)
    sums = [found for found in rows.computed if _is_sum(quantity, found, rows) and _may_say(spoken, found)]
    if not sums:
        return InRows()
    units = [_other_unit(spoken, rows, found.column) for found in sums]
    if all(units):
        return InRows(finding=Finding("unit_differs", {"what": quantity.text, "instead": units[0]}))
    swapped = [_other_column(spoken.context, rows, found.column) for found in sums]
    if all(swapped):
        return InRows(finding=Finding("figure_swapped", {"what": quantity.text, "instead": swapped[0]}))
    held = next((found for found in sums if found.column is not None), None)
    place = rows.column_place(held.column, held.value) if held is not None and held.column is not None else None
    return InRows(place, computed=True)


def _is_sum(quantity: Quantity, found: Computed, rows: Rows) -> bool:
    """Whether a figure is that of a column, as it is written or in full ('660,000' of 660 thousand)."""
    scale = rows.scales[found.column] if found.column is not None and found.name in ("total", "mean") else 1.0
    return close(quantity, found.value) or (scale != 1.0 and close(quantity, found.value * scale))


def _weigh_cells(spoken: Spoken, rows: Rows, matches: Sequence, rivals: Sequence) -> InRows:
    what, context = spoken.quantity.text, _with_subject(spoken.context, rows)
    units = [_other_unit(spoken, rows, c) for _, c in matches]
    if all(units):
        return InRows(finding=Finding("unit_differs", {"what": what, "instead": units[0]}))
    rivals = [(r, c) for r, c in rivals if not any(close(q, rows.numbers[c][r] or 0.0) for q in spoken.siblings)]
    if spoken.quantity.unit in rows.units and spoken.quantity.unit in lexicon()["currencies"].values():
        named = [c for c in rows.numbers if rows.units[c] or spoken.head & rows.columns[c].keys()]
        rivals = [(r, c) for r, c in rivals if c in named]  # no count of loans takes the place of an amount
    places = [rows.places(r, c) for r, c in matches[:50]]
    best = max(places, key=lambda place: score(context, place))
    others = (rows.places(r, c) for r, c in rivals[:1500])
    top = max(others, key=lambda place: score(context, place), default=None)
    if spoken.older:
        return InRows(best)
    if top is not None and score(context, top) - score(context, best) >= MARGIN and owns_more(context, top, best):
        return InRows(best, finding=Finding("figure_swapped", {"what": what, "instead": _shown(top)}))
    return InRows(best, finding=other_time(spoken, places))


def _with_subject(context: WordContext, rows: Rows) -> WordContext:
    """The words of a statement with those of the one row that it names at full weight, wherever it names it."""
    named = [r for r, label in enumerate(rows.labels[:200]) if any(keys & label.keys() for keys, _ in context)]
    if len(named) != 1:
        return context
    label = rows.labels[named[0]]
    return [(keys, OWN if keys & label.keys() else weight) for keys, weight in context]


def owns_more(context: WordContext, rival: Place, match: Place) -> bool:
    """Whether a word of the figure's own clause belongs to the rival and not at all to the match."""
    return any(
        strength(keys, rival) >= 0.9 and strength(keys, match) <= CLAUSE_BEFORE for keys, w in context if w >= OWN
    )


def _shown(place: Place) -> str:
    return place.quantity.text.removesuffix(".0")


def _may_say(spoken: Spoken, found: Computed) -> bool:
    """A share of the first few rows only where the statement speaks of several."""
    if found.name == "top_share":
        return spoken.quantity.kind == "percent" and bool(_SEVERAL.search(fold(spoken.clause)))
    cue = _CUES.get(found.name)
    if cue is not None:
        return bool(cue.search(fold(spoken.clause)))
    return spoken.quantity.kind != "percent" or found.name == "compared"


def _other_unit(spoken: Spoken, rows: Rows, column: int | None) -> str:
    """The currency or unit that the column's name gives, where it is not the one said."""
    unit, named = spoken.quantity.unit, rows.units[column] if column is not None else ""
    if not unit or not named or same_unit(unit, named):
        return ""
    money = lexicon()["currencies"].values()
    if in_unit(1.0, named, unit) != 1.0:
        return ""  # 412 MWh of 412,000 kWh
    return named if (unit in money) == (named in money) else ""


def _other_column(context: WordContext, rows: Rows, column: int | None) -> str:
    """The column that the figure's own clause names, where the figure is another column's."""
    if column is None:
        return ""
    near = [keys for keys, weight in context if weight >= OWN]
    if any(keys & rows.columns[column].keys() for keys in near):
        return ""
    named = [c for c in rows.numbers if c != column and any(keys & rows.columns[c].keys() for keys in near)]
    return rows.result.columns[named[0]] if named else ""
