"""Writes a business plan as DuckDB SQL and says it in words: grouped measures, and window functions over them.

The join path comes from the join graph. It chooses nothing and runs nothing.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from core.i18n import translate
from core.sql.business import BusinessPlan, Filter
from core.sql.lexicon import fold
from core.sql.reading import _value as say_value
from core.sql.render import literal, quote
from core.sql.schema import Schema

_PREFIX = {"sum": "total", "avg": "avg", "max": "max", "min": "min", "median": "median", "corr": "corr"}
_WHOLE = {"year": "year", "quarter": "quarter", "month": "month"}


def write_business(plan: BusinessPlan, schema: Schema) -> str | None:
    """The SQL of a plan, or None where its tables cannot be joined."""
    source = _source(plan, schema)
    if source is None:
        return None
    text, alias = source
    time = _time_expression(plan, schema, alias)
    dims = [(_column(n, schema, alias), _label(schema.columns[n].key[1])) for n in plan.dimensions]
    groups = ([(time, plan.grain)] if time else []) + dims
    measure, name = _measure(plan, schema, alias)
    wheres = _wheres(plan, schema, alias)
    select = [f"{expression} AS {quote(label)}" for expression, label in groups] + [f"{measure} AS {quote(name)}"]
    sql = f"SELECT {', '.join(select)} FROM {text}"
    if wheres:
        sql += f" WHERE {' AND '.join(wheres)}"
    if groups:
        sql += f" GROUP BY {', '.join(expression for expression, _ in groups)}"
    labels = [label for _, label in groups]
    if plan.window:
        windowed = _windowed(plan, sql, labels, name)
        if windowed:
            return windowed
    return sql + _order(plan, labels, name)


def _windowed(plan: BusinessPlan, inner: str, labels: list[str], name: str) -> str | None:
    value = quote(name)
    dims = [quote(label) for label in labels if label != plan.grain]
    part = f"PARTITION BY {', '.join(dims)} " if dims else ""
    listed = ", ".join([*(quote(label) for label in labels), value])
    if plan.window == "growth" and plan.grain:
        unit = quote(plan.grain)
        before = f"LAG({value}) OVER ({part}ORDER BY {unit})"
        change = (
            f"{value} - {before} AS change, ROUND(100.0 * ({value} - {before}) / NULLIF({before}, 0), 2) AS change_pct"
        )
        order = ", ".join([*dims, unit])
        return f"WITH base AS ({inner}) SELECT {listed}, {change} FROM base ORDER BY {order}"
    if plan.window == "running" and plan.grain:
        unit = quote(plan.grain)
        order = ", ".join([*dims, unit])
        running = f"SUM({value}) OVER ({part}ORDER BY {unit}) AS running_total"
        return f"WITH base AS ({inner}) SELECT {listed}, {running} FROM base ORDER BY {order}"
    if plan.window == "share" and labels:
        over = f"PARTITION BY {quote(plan.grain)}" if plan.grain else ""
        share = f"ROUND(100.0 * {value} / NULLIF(SUM({value}) OVER ({over}), 0), 2) AS share_pct"
        order = f"{quote(plan.grain)}, {value} DESC" if plan.grain else f"{value} DESC"
        limit = f" LIMIT {plan.limit}" if plan.limit else ""
        return f"WITH base AS ({inner}) SELECT {listed}, {share} FROM base ORDER BY {order}{limit}"
    if plan.window == "rank" and len(labels) > 1:
        outer = quote(labels[-1])
        place = f"RANK() OVER (PARTITION BY {outer} ORDER BY {value}{'' if plan.descending is False else ' DESC'})"
        keep = f" WHERE place <= {plan.limit}" if plan.limit else ""
        ranked = f"SELECT {listed}, {place} AS place FROM base"
        return f"WITH base AS ({inner}) SELECT * FROM ({ranked}) AS ranked{keep} ORDER BY {outer}, place"
    return None


def _source(plan: BusinessPlan, schema: Schema) -> tuple[str, dict[str, str]] | None:
    numbers = [*plan.measure.columns, *plan.dimensions, *(f.column for f in plan.filters)]
    fact = schema.tables[plan.measure.table].table.name
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


def _column(number: int, schema: Schema, alias: dict[str, str]) -> str:
    table, column = schema.columns[number].key
    return f"{alias[table]}{quote(column)}"


def _label(name: str) -> str:
    return name


def _measure(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> tuple[str, str]:
    """(expression, its name in the result)."""
    measure = plan.measure
    if measure.metric:
        return f"({measure.metric.expression})", measure.metric.name
    if measure.agg == "count" or not measure.columns:
        return "COUNT(*)", "count"
    columns = [_column(n, schema, alias) for n in measure.columns]
    if measure.agg == "rate":
        name = f"{_plain(schema.columns[measure.columns[0]].key[1])}_pct"
        return f"ROUND(100.0 * AVG(CASE WHEN {columns[0]} = {literal(measure.yes)} THEN 1 ELSE 0 END), 2)", name
    name = _plain(schema.columns[measure.columns[0]].key[1]) if len(columns) == 1 else "amount"
    return f"{measure.agg.upper()}({measure.expression.format(*columns)})", f"{_PREFIX[measure.agg]}_{name}"


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", fold(name)).strip("_") or "value"


def _time_expression(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str | None:
    """The unit of time as a number inside one year, else as its first day; a year is always its number."""
    if not plan.grain or plan.date is None:
        return None
    column = _column(plan.date, schema, alias)
    if plan.grain == "year":
        return f"YEAR({column})"
    one_year = len(plan.periods) == 1 and plan.periods[0].unit == "year"
    if one_year and plan.grain in ("month", "quarter") and not plan.window:
        return f"{plan.grain.upper()}({column})"
    return f"CAST(DATE_TRUNC('{plan.grain}', {column}) AS DATE)"


def _wheres(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> list[str]:
    parts = [_condition(f, schema, alias) for f in plan.filters]
    if plan.date is not None and plan.periods:
        column = _column(plan.date, schema, alias)
        spans = [f"{column} >= {literal(p.first)} AND {column} < {literal(p.after)}" for p in plan.periods]
        parts.append(spans[0] if len(spans) == 1 else "(" + " OR ".join(f"({span})" for span in spans) + ")")
    return parts


def _condition(f: Filter, schema: Schema, alias: dict[str, str]) -> str:
    return f"{_column(f.column, schema, alias)} {f.op} {literal(f.value)}"


def _order(plan: BusinessPlan, labels: list[str], name: str) -> str:
    if not labels:
        return ""
    if plan.descending is not None:
        order = f"{quote(name)}{' DESC' if plan.descending else ''}"
    elif plan.grain:
        order = ", ".join(quote(label) for label in labels)
    else:
        order = f"{quote(name)} DESC"
    return f" ORDER BY {order}" + (f" LIMIT {plan.limit}" if plan.limit else "")


def read_business_plan(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    """The plan in words, in the language asked for."""
    parts = [_measure_words(plan, schema, lang)]
    if plan.dimensions:
        names = f" {_say('and', lang)} ".join(f"“{schema.columns[n].key[1]}”" for n in plan.dimensions)
        parts.append(_say("group", lang, columns=names))
    if plan.grain:
        parts.append(_say(f"by_{plan.grain}", lang))
    if plan.filters:
        conditions = [
            _say({"=": "is", "!=": "is_not", ">": "more", "<": "less", ">=": "at_least", "<=": "at_most"}[f.op], lang,
                 column=f"“{schema.columns[f.column].key[1]}”", value=say_value(f.value, lang))
            for f in plan.filters
        ]  # fmt: skip
        parts.append(_say("where", lang, conditions=f" {_say('and', lang)} ".join(conditions)))
    for period in plan.periods if plan.date is not None else ():
        last = period.after - datetime.timedelta(days=1)
        parts.append(_say("period", lang, first=_day(period.first, lang), last=_day(last, lang)))
    if plan.window in ("growth", "running", "share"):
        parts.append(_say(plan.window, lang))
    if plan.descending is not None and plan.dimensions:
        key = ("top" if plan.limit and plan.limit > 1 else "first" if plan.limit == 1 else "order") + "_"
        name = _measure_words(plan, schema, lang)
        parts.append(_say(key + ("desc" if plan.descending else "asc"), lang, column=name, **_count(plan)))
    return ", ".join(parts)


def _count(plan: BusinessPlan) -> dict[str, Any]:
    return {"count": plan.limit} if plan.limit and plan.limit > 1 else {}


def _measure_words(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    measure = plan.measure
    if measure.metric:
        return f"“{measure.metric.name}”"
    if not measure.columns:
        return f"{_say('count_rows', lang)} (“{schema.tables[measure.table].table.name}”)"
    names = " × ".join(f"“{schema.columns[n].key[1]}”" for n in measure.columns)
    if measure.agg == "rate":
        return _say("rate", lang, column=names)
    return _say(measure.agg, lang, column=names)


def _day(day: datetime.date, lang: str) -> str:
    return f"{day:%d/%m/%Y}" if lang == "es" else f"{day:%Y-%m-%d}"


def _say(key: str, lang: str, **params: Any) -> str:
    return translate(f"sql.reading.{key}", lang, **params)
