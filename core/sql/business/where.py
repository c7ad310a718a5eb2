"""FROM and WHERE of a business plan as DuckDB SQL: the join path, conditions, periods, comparisons, absences.

What is selected and grouped is written in `render.py`.
"""

from __future__ import annotations

import re

from core.sql.business.plan import Absence, BusinessPlan, Filter
from core.sql.data.schema import Schema
from core.sql.language.calendar import OPEN_END, OPEN_START, Period, months_of
from core.sql.language.lexicon import fold
from core.sql.safety.quoting import literal, quote

AS_DATE = {
    "date": "{0}", "day_text": "TRY_CAST({0} AS DATE)", "month_text": "TRY_CAST({0} || '-01' AS DATE)",
    "year": "MAKE_DATE({0}, 1, 1)",
}  # fmt: skip


# in minutes, since DATE_DIFF counts the boundaries that are crossed: a year from New Year's Eve to New Year
_BETWEEN = "DATE_DIFF('minute', TRY_CAST({0} AS TIMESTAMP), TRY_CAST({1} AS TIMESTAMP))"
_MINUTES = {"hour": 60, "day": 1440, "week": 10080, "month": 43830, "year": 525960}


def time_between(unit: str) -> str:
    """The time from date {0} to date {1} in a unit, as an expression."""
    return f"{_BETWEEN} / {_MINUTES[unit]}.0"


def find_source(plan: BusinessPlan, schema: Schema) -> tuple[str, dict[str, str]] | None:
    """(FROM with its joins, the alias before each table's columns); None where the tables cannot be joined."""
    measured = [n for m in (plan.measure, *plan.more) if m for n in (*m.columns, *(f.column for f in m.told))]
    measured += [plan.within] if plan.within is not None else []
    numbers = [*measured, *plan.dimensions, *plan.keys, *(f.column for f in plan.filters)]
    if plan.date is not None and not plan.absence and (plan.grain or plan.periods):
        numbers.append(plan.date)
    fact = schema.tables[plan.fact].table.name
    tables = tuple(dict.fromkeys([fact, *(schema.columns[n].key[0] for n in numbers)]))
    edges = schema.graph.connect(tables)
    if edges is None:
        return None
    if not edges:
        return quote(fact), {fact: ""}
    alias = {name: f"t{place}." for place, name in enumerate(dict.fromkeys([fact, *(e.right for e in edges)]), 1)}
    text = f"{quote(fact)} AS {alias[fact][:-1]}"
    for edge in edges:
        on = " AND ".join(
            f"{alias[edge.left]}{quote(a)} = {alias[edge.right]}{quote(b)}"
            for a, b in zip(edge.left_columns, edge.right_columns, strict=True)
        )
        text += f" JOIN {quote(edge.right)} AS {alias[edge.right][:-1]} ON {on}"
    return text, alias


def column_text(number: int, schema: Schema, alias: dict[str, str]) -> str:
    """A column as the statement names it."""
    table, column = schema.columns[number].key
    return f"{alias[table]}{quote(column)}"


def label_of(number: int, beside: tuple[int, ...], schema: Schema) -> str:
    """The column's own name; with its table's where another one shown has the same."""
    table, name = schema.columns[number].key
    same = [n for n in beside if n != number and schema.columns[n].key[1] == name]
    return f"{table} {name}" if same else name


def plain_name(name: str) -> str:
    """A name for a result's column, of plain lower-case words."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)  # 'TotalCharges' is read as 'total charges'
    return re.sub(r"\W+", "_", fold(apart)).strip("_") or "value"


def conditions_of(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> list[str]:
    """What stands in WHERE: conditions, periods, contrasts, absences."""
    parts = [condition_text(f, schema, alias) for f in plan.filters]
    if plan.periods and plan.date is not None and not plan.absence:
        parts.append(_spans(plan.periods, plan.date, schema, alias))
    if plan.contrast and (plan.measure or not plan.dimensions):
        parts.append(_contrast(plan, schema, alias))
    if plan.absence:
        parts.append(_absence(plan.absence, plan, schema, alias))
    parts += _told(plan, schema, alias)
    return parts


def _told(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> list[str]:
    """A reason that most rows do not have ('reason for leaving') splits only the rows that have one; what has no name
    is none of 'the top five categories'."""
    counted = plan.measure and plan.measure.agg in ("count", "distinct")
    least = 0.0 if plan.limit else 0.5 if counted else 1.0
    rows = {n: schema.tables[schema.columns[n].table].table.rows for n in plan.dimensions}
    sparse = [n for n in plan.dimensions if rows[n] and schema.columns[n].column.nulls > least * rows[n]]
    return [f"{column_text(n, schema, alias)} IS NOT NULL" for n in sparse]


def _contrast(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str:
    contrast = plan.contrast
    left = column_text(contrast.left, schema, alias)
    if contrast.unit:
        first = column_text(contrast.right, schema, alias)
        return f"{time_between(contrast.unit).format(first, left)} {contrast.op} {literal(contrast.by)}"
    if contrast.right is not None:
        return f"{left} {contrast.op} {column_text(contrast.right, schema, alias)}"
    table, column = schema.columns[contrast.left].key
    return f"{left} {contrast.op} (SELECT AVG({quote(column)}) FROM {quote(table)})"


def _absence(absence: Absence, plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str:
    table, key = schema.columns[absence.key].key
    inner = f"SELECT {quote(key)} FROM {quote(table)} WHERE {quote(key)} IS NOT NULL"
    if plan.periods and plan.date is not None:
        inner += f" AND {_spans(plan.periods, plan.date, schema, {table: ''})}"
    return f"{column_text(absence.own, schema, alias)} NOT IN ({inner})"


def _spans(periods: tuple[Period, ...], date: int, schema: Schema, alias: dict[str, str]) -> str:
    entry = schema.columns[date]
    column = column_text(date, schema, alias)
    parts = []
    for period in periods:
        if period.every:
            parts.append(_months(period, AS_DATE[entry.time].format(column)))
            continue
        if entry.time == "year":
            low, high = literal(period.first.year), literal(period.after.year)
            sides = [f"{column} >= {low}"] * (period.first != OPEN_START)
            sides += [f"{column} < {high}"] * (period.after != OPEN_END)
            if period.unit != "year" and period.after != OPEN_END and period.after.month > 1:
                sides = [f"{column} = {low}"]
        else:
            value = AS_DATE[entry.time].format(column)
            sides = [f"{value} >= {literal(period.first)}"] * (period.first != OPEN_START)
            sides += [f"{value} < {literal(period.after)}"] * (period.after != OPEN_END)
        parts.append(" AND ".join(sides))
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(f"({part})" for part in parts) + ")"


def _months(period: Period, value: str) -> str:
    """The months of a period, whatever the year."""
    months = months_of(period)
    return f"MONTH({value}) = {months[0]}" if len(months) == 1 else f"MONTH({value}) IN ({', '.join(map(str, months))})"


def condition_text(f: Filter, schema: Schema, alias: dict[str, str]) -> str:
    """A condition on a stored column."""
    return filter_text(f, column_text(f.column, schema, alias))


def filter_text(f: Filter, column: str) -> str:
    """A condition on `column`, which may be any expression."""
    if f.op in ("is null", "is not null"):
        return f"{column} {f.op.upper()}"
    if f.op == "is none":
        return f"COALESCE({column}, 0) = 0"
    if f.op in ("in", "not in"):
        return f"{column} {f.op.upper()} ({', '.join(literal(v) for v in f.value)})"
    return f"{column} {f.op} {literal(f.value)}"
