"""A question's value in the form in which a column stores it: years against dates, numbers against texts.

It looks at one column and one value; which belong together is chosen in `parser/compose.py`.
"""

from __future__ import annotations

from typing import Any

from core.sql.data.schema import ColumnEntry
from core.sql.linking.link import ValueMention


def is_comparable(entry: ColumnEntry) -> bool:
    """Whether greater and less mean something in a column."""
    return entry.kind in ("number", "date") or entry.date_like


def is_year(value: Any) -> bool:
    """Whether a whole number may be a year."""
    return isinstance(value, int) and 1500 <= value <= 2100


def holds_numbers(entry: ColumnEntry, mention: ValueMention) -> bool:
    """Whether a column that is no number can hold a number or date of the question."""
    if mention.kind == "date":
        return entry.date_like
    if entry.column.values:
        return str(mention.value) in entry.column.values or (is_year(mention.value) and entry.date_like)
    return entry.id_like or entry.date_like


def range_fit(value: Any, entry: ColumnEntry) -> float:
    """How well a value lies in a column's range: 0 inside, below 0 outside."""
    low, high = entry.column.minimum, entry.column.maximum
    if entry.kind == "number" and isinstance(value, (int, float)) and low is not None and high is not None:
        span = float(high) - float(low)
        outside = max(float(low) - value, value - float(high), 0)
        if outside:
            return -0.5 if outside <= span else -1.5
    if entry.kind == "text":
        return -0.5
    return 0.0


def adapt_value(value: Any, entry: ColumnEntry, op: str) -> Any:
    """The value as the column stores it; a year against dates becomes its first or last day, or a span for '='."""
    if entry.kind == "number":
        return value if isinstance(value, (int, float)) else None
    if entry.kind == "date" or (entry.date_like and _iso_text(entry)):
        if isinstance(value, str):
            return value
        if op == "=":
            return ("span", (date_edge(value, entry, False), date_edge(value, entry, True)))
        return date_edge(value, entry, op in (">", "<=")) if op in ("<", ">", "<=", ">=") else None
    return str(value)


def _iso_text(entry: ColumnEntry) -> bool:
    low = str(entry.column.minimum or "")
    return len(low) >= 10 and low[4:5] == "-" and low[:4].isdigit()


def period_value(period: tuple[str | None, str | None], entry: ColumnEntry) -> Any:
    """A period as conditions on dates take it: a span of days, or its one end."""
    first, last = period
    last = last and last + _late(entry)
    return ("span", (first, last)) if first and last else first or last


def _late(entry: ColumnEntry) -> str:
    timed = entry.column.type.upper().startswith("TIMESTAMP") or len(str(entry.column.minimum)) > 10
    return " 23:59:59" if timed else ""


def date_edge(value: Any, entry: ColumnEntry, last: bool) -> Any:
    """The first or last moment of a year, for a column of dates; other values stay as they are."""
    if not is_year(value) or not (entry.kind == "date" or (entry.date_like and _iso_text(entry))):
        return value
    return f"{value}-12-31{_late(entry)}" if last else f"{value}-01-01"
