"""What gold SQL says of dates, in the terms of plans: parts of a date, and bounds that make a period.

A part of `gold.py`, which reads the rest of a statement.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from core.sql.parser.plan import PARTS, Cond


class NotAPlan(Exception):
    """The statement uses something that plans do not express."""


def part_of(node: Any) -> tuple[str, Any]:
    """(the part of a date that an expression takes, the column it is taken of); ("", the node) for others."""
    from sqlglot import exp

    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    parts = {exp.Year: "year", exp.Month: "month_of_year", exp.DayOfWeekIso: "weekday", exp.Quarter: "quarter"}
    if isinstance(node, exp.Extract):
        found = {"YEAR": "year", "MONTH": "month_of_year", "QUARTER": "quarter", "HOUR": "hour"}
        part, inner = found.get(node.name.upper(), "?"), node.expression
    elif isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)):
        part, inner = str(node.args["unit"].name).lower(), node.this
    elif isinstance(node, exp.TimeToStr):
        part = {"%Y-%m": "month", "%Y": "year", "%m": "month_of_year"}.get(node.args["format"].name, "?")
        inner = node.this
    elif type(node) in parts:
        part, inner = parts[type(node)], node.this
    else:
        return "", node
    while isinstance(inner, (exp.Cast, exp.Paren, exp.TsOrDsToDate)):
        inner = inner.this
    if part not in PARTS:
        raise NotAPlan
    return part, inner


def year_condition(node: Any) -> tuple[Any, int] | None:
    """(column, year) of 'year(date) = 2024'."""
    from sqlglot import exp

    if not isinstance(node, exp.EQ) or not isinstance(node.expression, exp.Literal) or node.expression.is_string:
        return None
    try:
        part, inner = part_of(node.this)
    except NotAPlan:
        return None
    return (inner, int(node.expression.name)) if part == "year" else None


def whole_periods(where: tuple[Cond, ...]) -> tuple[Cond, ...]:
    """Conditions with two bounds of one column, both days, as one: the column `=` a period."""
    bounds = [c for c in where if c.op in (">=", "<", "<=") and _is_day(c.value)]
    out: list[Cond] = []
    for cond in where:
        twin = [c for c in bounds if c.item == cond.item and (c.op == ">=") != (cond.op == ">=")]
        if cond in bounds and len(twin) == 1:
            if cond.op == ">=":
                out.append(Cond(cond.item, "=", (cond.value, _last_day(twin[0]))))
        elif cond.op == "between" and all(_is_day(v) for v in cond.value):
            out.append(Cond(cond.item, "=", cond.value))
        else:
            out.append(cond)
    return tuple(out)


def _last_day(bound: Cond) -> str:
    """The last moment that an upper bound admits, to the second where it admits a whole day."""
    if bound.op == "<=":
        return bound.value
    day = datetime.date.fromisoformat(bound.value[:10]) - datetime.timedelta(days=1)
    return f"{day} 23:59:59"


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d.*", value) is not None
