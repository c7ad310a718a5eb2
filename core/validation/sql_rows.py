"""Rows that mislead: a tie that LIMIT cuts, and no row because a condition matches nothing, with the nearest value.

It compares the statement's conditions with the catalog's values; it runs nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from core.records import Check
from core.validation.measures import fold
from core.validation.sql_asked import NAME, Asked, doubt, is_time, words_of

_EQUALS = re.compile(
    rf"((?:{NAME}\s*\.\s*)?{NAME})\s*\)?\s*(?:=|ilike|like|in)\s*\(?\s*(?:lower\()?'((?:[^']|'')*)'", re.I
)
_ALIKE = 0.6  # a slip of the pen, not another name
_BETWEEN = re.compile(r"\bbetween\s+(?:date\s*)?'(\d{4}-\d\d-\d\d)[^']*'\s+and\s+(?:date\s*)?'(\d{4}-\d\d-\d\d)", re.I)
_LIMIT = re.compile(r"\blimit\s+(\d+)\s*;?\s*$", re.I)


def check_tie(asked: Asked) -> Iterator[Check]:
    """Rows that LIMIT may have cut though they are equal to the last one shown."""
    match = _LIMIT.search(asked.sql.text)
    rows = asked.result.rows
    if match is None or not asked.sql.ordered or len(rows) < 2 or len(rows) != int(match[1]):
        return
    for c in range(len(asked.result.columns)):
        last, before = rows[-1][c], rows[-2][c]
        if isinstance(last, (int, float)) and not isinstance(last, bool) and last == before and _orders(asked, c):
            yield doubt(asked.sql.text, "partly", "tie", n=len(rows), value=last)
            return


def _orders(asked: Asked, c: int) -> bool:
    """Whether the rows are in the order of a column."""
    values = [row[c] for row in asked.result.rows]
    if any(not isinstance(value, (int, float)) for value in values):
        return False
    return values in (sorted(values), sorted(values, reverse=True)) and len(set(values)) > 1


def check_empty(asked: Asked) -> Iterator[Check]:
    """No row, because a condition asks for what no row has: the nearest value, or how far the column reaches."""
    rows = asked.result.rows
    nothing = not rows or (len(rows) == 1 and all(cell is None or cell == 0 for cell in rows[0]))
    if not nothing:
        return
    for condition in asked.sql.filters:
        for written, literal in _EQUALS.findall(condition):
            found = asked.column(re.sub(r"^(?:lower|upper|trim)\s*\(", "", written, flags=re.I).strip())
            if found is None:
                continue
            column, value = found[1], literal.replace("''", "'").strip("%")
            if not column.values or any(words_of(value) in words_of(known) for known in column.values):
                continue
            near = difflib.get_close_matches(fold(value), [fold(v) for v in column.values], n=1, cutoff=_ALIKE)
            nearest = next((v for v in column.values if near and fold(v) == near[0]), "")
            reason, extra = ("empty_near", {"instead": nearest}) if nearest else ("empty", {})
            yield doubt(condition, "partly", reason, what=value, column=column.name, **extra)
        yield from _out_of_range(condition, asked)


def _out_of_range(condition: str, asked: Asked) -> Iterator[Check]:
    """A condition on a date that lies outside what the column holds."""
    yield from _year_out_of_range(condition, asked)
    match = re.search(rf"({NAME}(?:\s*\.\s*{NAME})?)\D*?((?:19|20)\d\d-\d\d-\d\d)", condition)
    found = asked.column(match[1]) if match else None
    if found is None or not is_time(found[1]) or found[1].minimum is None or found[1].maximum is None:
        return
    low, high = str(found[1].minimum)[:10], str(found[1].maximum)[:10]
    above = re.search(r">=?\s*(?:date\s*)?'", condition, re.I) and match[2] > high
    below = re.search(r"<=?\s*(?:date\s*)?'", condition, re.I) and match[2] <= low
    between = _BETWEEN.search(condition)
    outside = between is not None and (between[1] > high or between[2] < low)
    if above or below or outside:
        yield doubt(condition, "partly", "range", column=found[1].name, low=low, high=high)


def _year_out_of_range(condition: str, asked: Asked) -> Iterator[Check]:
    """A year, taken of a date, that the column does not reach."""
    match = re.search(rf"\byear\s*(?:\(|from)\s*({NAME}(?:\s*\.\s*{NAME})?)\s*\)\s*=\s*(\d{{4}})", condition, re.I)
    found = asked.column(match[1]) if match else None
    if match is None or found is None or found[1].minimum is None or found[1].maximum is None:
        return
    low, high = str(found[1].minimum)[:10], str(found[1].maximum)[:10]
    if not low[:4] <= match[2] <= high[:4]:
        yield doubt(condition, "partly", "range", column=found[1].name, low=low, high=high)
