"""Writes a business plan as DuckDB SQL: grouped measures, windows over them, lists with comparisons and absences.

The join path comes from the join graph. It chooses nothing and runs nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from core.i18n import translate
from core.sql.business_plan import Absence, BusinessPlan, Filter, Measure, repeats_rows
from core.sql.calendar import OPEN_END, OPEN_START, Period
from core.sql.dimensions import name_columns
from core.sql.lexicon import fold
from core.sql.properties import yes_value
from core.sql.render import literal, quote
from core.sql.schema import ColumnEntry, Schema
from core.sql.spread import range_width

_AS_DATE = {
    "date": "{0}", "day_text": "TRY_CAST({0} AS DATE)", "month_text": "TRY_CAST({0} || '-01' AS DATE)",
    "year": "MAKE_DATE({0}, 1, 1)",
}  # fmt: skip


_UNIT = re.compile(r"[€$£%]")


def write_business(plan: BusinessPlan, schema: Schema) -> str | None:
    """The SQL of a plan, or None where its tables cannot be joined."""
    if plan.setop:
        return _write_sets(plan, schema)
    source = _source(plan, schema)
    if source is None:
        return None
    text, alias = source
    wheres = _wheres(_of_the_whole(plan), schema, alias)
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    if plan.measure is None and not plan.dimensions:
        return _list(plan, schema, alias, text, where)
    if plan.contrast and plan.dimensions and plan.measure is None:
        return _contrasted_groups(plan, schema, alias, text, where)
    if plan.measure and plan.measure.agg == "first_last":
        column = _column(plan.measure.columns[0], schema, alias)
        name = _plain(schema.columns[plan.measure.columns[0]].key[1])
        first, last = (quote(_name(key, plan.lang, of=name)) for key in ("first", "last"))
        ends = f"MIN({column}) AS {first}, MAX({column}) AS {last}"
        return f"SELECT {ends} FROM {text}{where}"
    return _by_range(plan, schema, alias, text, where) or _grouped(plan, schema, alias, text, where)


def _write_sets(plan: BusinessPlan, schema: Schema) -> str | None:
    """Two lists of the same columns and what joins them; counted where their number is asked for."""
    alone = replace(plan, setop="", right=(), measure=None)
    sides = [write_business(side, schema) for side in (alone, replace(alone, filters=plan.right))]
    if None in sides:
        return None
    text = f" {plan.setop} ".join(sides)
    return f"SELECT COUNT(*) AS {quote(_name('count', plan.lang))} FROM ({text}) AS things" if plan.measure else text


def _of_the_whole(plan: BusinessPlan) -> BusinessPlan:
    """A share needs all groups: a condition on the groups themselves ('the share of the north') waits until then."""
    if plan.window != "share":
        return plan
    return replace(plan, filters=tuple(f for f in plan.filters if f.column not in plan.dimensions))


def write_pair_count(plan: BusinessPlan, schema: Schema) -> str | None:
    """The coefficient of a correlation and the number of pairs behind it, whatever their number."""
    source = _source(plan, schema)
    if source is None or plan.measure is None or plan.measure.agg != "corr":
        return None
    text, alias = source
    first, second = (_column(n, schema, alias) for n in plan.measure.columns)
    wheres = _wheres(plan, schema, alias)
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    return f"SELECT CORR({first}, {second}) AS r, REGR_COUNT({second}, {first}) AS n FROM {text}{where}"


def write_pairs(plan: BusinessPlan, schema: Schema, rows: int) -> str | None:
    """The pairs behind a correlation, with their date where they have one: what its interval is computed from."""
    source = _source(plan, schema)
    if source is None or plan.measure is None or plan.measure.agg != "corr" or plan.dimensions or plan.grain:
        return None
    text, alias = source
    first, second = plan.measure.columns
    dated = [n for n in schema.tables[plan.fact].columns if schema.columns[n].time == "date"][:1]
    shown = [*dated, first, second]
    wheres = [*_wheres(plan, schema, alias), *(f"{_column(n, schema, alias)} IS NOT NULL" for n in (first, second))]
    select = ", ".join(f"{_column(n, schema, alias)} AS {quote(_label(n, tuple(shown), schema))}" for n in shown)
    order = f" ORDER BY {_column(dated[0], schema, alias)}" if dated else ""
    return f"SELECT {select} FROM {text} WHERE {' AND '.join(wheres)}{order} LIMIT {rows}"


# ---------------------------------------------------------------- grouped measures


def _grouped(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str | None:
    time = _time_expression(plan, schema, alias)
    dims = [(_column(n, schema, alias), _label(n, plan.dimensions, schema)) for n in plan.dimensions]
    groups = ([(time, _unit_name(plan))] if time else []) + dims
    repeated = repeats_rows(plan, schema)
    measures = [_measure(m, schema, alias, plan.lang, repeated) for m in (plan.measure, *plan.more)]
    measure, name = measures[0]
    select = [f"{expression} AS {quote(label)}" for expression, label in (*groups, *measures)]
    sql = f"SELECT {', '.join(select)} FROM {text}{where}"
    if groups:
        keys = [_column(n, schema, alias) for n in plan.keys]
        sql += f" GROUP BY {', '.join([*(expression for expression, _ in groups), *keys])}"
    if plan.threshold:
        sql += f" HAVING {measure} {plan.threshold.op} {literal(plan.threshold.value)}"
    labels = [label for _, label in groups]
    if plan.window:
        windowed = _windowed(plan, sql, labels, name, schema)
        if windowed:
            return windowed
    counted = len(labels) == 1 and plan.dimensions and _is_amount(schema.columns[plan.dimensions[0]])
    return sql + _order(plan, labels, name, in_order=bool(plan.grain or plan.window == "spread" or counted))


def _is_amount(entry: ColumnEntry) -> bool:
    """Groups that are numbers are read along them: 'churn by tenure'."""
    return entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign)


def _by_range(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str | None:
    """How many rows fall into each range of a number, in order; '10 – 20' is from the first to below the second."""
    width = range_width(schema.columns[plan.dimensions[0]]) if plan.window == "spread" else None
    if width is None:
        return None
    column, name = _column(plan.dimensions[0], schema, alias), _plain(_label(plan.dimensions[0], (), schema))
    place = f"FLOOR({column} / {width})"
    kind = f"DECIMAL(18, {max(0, -math.floor(math.log10(width)))})"
    edges = [f"CAST({at} * {width} AS {kind})" for at in (place, f"({place} + 1)")]
    counted = f"COUNT(*) AS {quote(_name('count', plan.lang))}"
    known = f"{where} AND" if where else " WHERE"
    return (
        f"SELECT CONCAT({edges[0]}, ' – ', {edges[1]}) AS {quote(name)}, {counted} FROM {text}"
        f"{known} {column} IS NOT NULL GROUP BY {place} ORDER BY {place}"
    )


def _windowed(plan: BusinessPlan, inner: str, labels: list[str], name: str, schema: Schema) -> str | None:
    value = quote(name)
    dims = [quote(label) for label in labels if label != _unit_name(plan)]
    part = f"PARTITION BY {', '.join(dims)} " if dims else ""
    listed = ", ".join([*(quote(label) for label in labels), value])
    if plan.window == "growth" and plan.grain:
        unit = quote(_unit_name(plan))
        before = f"LAG({value}) OVER ({part}ORDER BY {unit})"
        names = (quote(_name("change", plan.lang)), quote(_name("change_pct", plan.lang)))
        step = f"{value} - {before}"
        change = f"{step} AS {names[0]}, ROUND(100.0 * ({step}) / NULLIF({before}, 0), 2) AS {names[1]}"
        order = ", ".join([*dims, unit])
        return f"WITH base AS ({inner}) SELECT {listed}, {change} FROM base ORDER BY {order}"
    if plan.window == "running" and plan.grain:
        unit = quote(_unit_name(plan))
        order = ", ".join([*dims, unit])
        running = f"SUM({value}) OVER ({part}ORDER BY {unit}) AS {quote(_name('running', plan.lang))}"
        return f"WITH base AS ({inner}) SELECT {listed}, {running} FROM base ORDER BY {order}"
    if plan.window == "share" and labels:
        over = f"PARTITION BY {quote(_unit_name(plan))}" if plan.grain else ""
        part = f"ROUND(100.0 * {value} / NULLIF(SUM({value}) OVER ({over}), 0), 2)"
        share = f"{part} AS {quote(_name('share', plan.lang))}"
        order = f"{quote(_unit_name(plan))}, {value} DESC" if plan.grain else f"{value} DESC"
        limit = f" LIMIT {plan.limit}" if plan.limit else ""
        kept = [f for f in plan.filters if f.column in plan.dimensions]
        if kept:
            named = {n: quote(_label(n, plan.dimensions, schema)) for n in plan.dimensions}
            where = " AND ".join(_said(f, named[f.column]) for f in kept)
            shares = f"shares AS (SELECT {listed}, {share} FROM base)"
            return f"WITH base AS ({inner}), {shares} SELECT * FROM shares WHERE {where} ORDER BY {order}{limit}"
        return f"WITH base AS ({inner}) SELECT {listed}, {share} FROM base ORDER BY {order}{limit}"
    if plan.window == "rank" and len(labels) > 1:
        outer = quote(_label(plan.within, plan.dimensions, schema) if plan.within is not None else labels[-1])
        place = f"RANK() OVER (PARTITION BY {outer} ORDER BY {value}{'' if plan.descending is False else ' DESC'})"
        rank = quote(_name("rank", plan.lang))
        keep = f" WHERE {rank} <= {plan.limit}" if plan.limit else ""
        ranked = f"SELECT {listed}, {place} AS {rank} FROM base"
        return f"WITH base AS ({inner}) SELECT * FROM ({ranked}) AS ranked{keep} ORDER BY {outer}, {rank}"
    return None


def _order(plan: BusinessPlan, labels: list[str], name: str, in_order: bool) -> str:
    if not labels:
        return ""
    if plan.descending is not None:
        order = f"{quote(name)}{' DESC' if plan.descending else ''}"
    elif in_order:
        order = ", ".join(quote(label) for label in labels)
    else:
        order = f"{quote(name)} DESC"
    return f" ORDER BY {order}" + (f" LIMIT {plan.limit}" if plan.limit else "")


def _measure(
    measure: Measure, schema: Schema, alias: dict[str, str], lang: str, repeated: bool = False
) -> tuple[str, str]:
    """(expression, its name in the result); rows that a join repeats are counted once."""
    if measure.metric:
        return f"({measure.metric.expression})", measure.metric.name
    if measure.agg == "count" or not measure.columns:
        table = schema.tables[measure.table].table
        once = repeated and len(table.primary_key) == 1
        return (f"COUNT(DISTINCT {alias[table.name]}{quote(table.primary_key[0])})" if once else "COUNT(*)"), _name(
            "count", lang
        )
    columns = [_column(n, schema, alias) for n in measure.columns]
    first = _plain(schema.columns[measure.columns[0]].key[1])
    if measure.agg == "rate":
        if measure.yes is None:
            test = measure.expression.format(*columns)
            return f"ROUND(100.0 * AVG(CASE WHEN {test} THEN 1 ELSE 0 END), 2)", _name("share", lang)
        of_column = yes_value(schema.columns[measure.columns[0]]) == measure.yes  # else of one of its values
        return (
            f"ROUND(100.0 * AVG(CASE WHEN {columns[0]} = {literal(measure.yes)} THEN 1 ELSE 0 END), 2)",
            _name("rate", lang, of=first if of_column else _plain(str(measure.yes))),
        )
    if measure.agg == "distinct":
        return f"COUNT(DISTINCT {columns[0]})", _name("distinct", lang, of=first)
    if measure.agg == "part_of":
        return f"ROUND({measure.expression.format(*columns)}, 2)", _name("share", lang)
    if measure.agg == "share_of":
        return f"ROUND({measure.expression.format(*columns)}, 2)", _name("margin", lang)
    if measure.agg == "over_plan":
        return f"ROUND({measure.expression.format(*columns)}, 2)", _name("deviation", lang)
    if measure.agg == "ratio":
        below = _plain(schema.columns[measure.columns[1]].key[1])
        return measure.expression.format(*columns), _name("ratio", lang, of=first, per=below)
    if measure.agg == "corr":
        return f"CORR({measure.expression.format(*columns)})", _name("corr", lang)
    if measure.agg == "per":
        return measure.expression.format(*columns), _name("avg", lang, of=_name("amount", lang))
    name = first if len(columns) == 1 else _name("amount", lang)
    said = name if measure.agg == "sum" and name.startswith("total_") else _name(measure.agg, lang, of=name)
    label = f"{said}{_unit(measure, schema)}"
    return f"{measure.agg.upper()}({measure.expression.format(*columns)})", label


def _name(key: str, lang: str, **params: str) -> str:
    """The name of a computed column, in the question's language: results, charts and sentences show it."""
    return translate(f"sql.column.{key}", lang, **params)


def _unit_name(plan: BusinessPlan) -> str:
    return _name(plan.grain, plan.lang) if plan.grain else ""


def _unit(measure: Measure, schema: Schema) -> str:
    """' (€)' where the measured header says so, so that sentences and charts can say it too."""
    signs = (_UNIT.search(schema.columns[n].key[1]) for n in measure.columns)
    found = next((sign.group() for sign in signs if sign), "")
    return f" ({found})" if found else ""


def _time_expression(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str | None:
    """The unit of time as a number inside one year, else as its first day; a year is always its number."""
    if not plan.grain or plan.date is None:
        return None
    column = _column(plan.date, schema, alias)
    kind = schema.columns[plan.date].time
    if kind == "year":
        return column
    column = _AS_DATE[kind].format(column)
    if plan.grain == "year":
        return f"YEAR({column})"
    if plan.grain == "weekday":
        return f"ISODOW({column})"
    one_year = len(plan.periods) == 1 and plan.periods[0].unit == "year"
    if one_year and plan.grain in ("month", "quarter") and not plan.window:
        return f"{plan.grain.upper()}({column})"
    return f"CAST(DATE_TRUNC('{plan.grain}', {column}) AS DATE)"


# ---------------------------------------------------------------- lists


def _list(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str:
    shown = _shown(plan, schema)
    select = ", ".join(f"{_column(n, schema, alias)} AS {quote(_label(n, shown, schema))}" for n in shown)
    order = ""
    if plan.ranked is not None:
        column = _column(plan.ranked, schema, alias)
        where = f"{where} AND {column} IS NOT NULL" if where else f" WHERE {column} IS NOT NULL"
        order = f" ORDER BY {column}{' DESC' if plan.descending else ''}"
        order += f" LIMIT {plan.limit}" if plan.limit else ""
    return f"SELECT {select or '*'} FROM {text}{where}{order}"


def _shown(plan: BusinessPlan, schema: Schema) -> tuple[int, ...]:
    """What a list shows: which things, and the columns that are compared."""
    names = plan.keys or name_columns(plan.fact, schema)
    compared = (plan.contrast.left, plan.contrast.right) if plan.contrast else ()
    key = schema.tables[plan.fact].table.primary_key
    if not names and len(key) == 1:
        names = (schema.column_of[(schema.tables[plan.fact].table.name, key[0])].number,)
    if plan.ranked is not None:
        compared = (plan.ranked,)
        if len(key) == 1 and not any(schema.columns[n].unique > 0.95 for n in names):
            names = (schema.column_of[(schema.tables[plan.fact].table.name, key[0])].number,)
    return tuple(dict.fromkeys([*names, *(c for c in compared if c is not None)]))


def _contrasted_groups(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str:
    dims = [_column(n, schema, alias) for n in plan.dimensions]
    left, right = (f"SUM({_column(n, schema, alias)})" for n in (plan.contrast.left, plan.contrast.right))
    sides = (_plain(schema.columns[n].key[1]) for n in (plan.contrast.left, plan.contrast.right))
    names = [quote(_name("sum", plan.lang, of=side)) for side in sides]
    listed = [f"{d} AS {quote(_label(n, plan.dimensions, schema))}" for d, n in zip(dims, plan.dimensions, strict=True)]
    select = ", ".join([*listed, f"{left} AS {names[0]}", f"{right} AS {names[1]}"])
    return (
        f"SELECT {select} FROM {text}{where} GROUP BY {', '.join(dims)} HAVING {left} {plan.contrast.op} {right}"
        f" ORDER BY {left} - {right}{' DESC' if plan.contrast.op == '>' else ''}"
    )


# ---------------------------------------------------------------- FROM and WHERE


def _source(plan: BusinessPlan, schema: Schema) -> tuple[str, dict[str, str]] | None:
    measured = [n for m in (plan.measure, *plan.more) if m for n in m.columns]
    numbers = [*measured, *plan.dimensions, *plan.keys, *(f.column for f in plan.filters)]
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


def _column(number: int, schema: Schema, alias: dict[str, str]) -> str:
    table, column = schema.columns[number].key
    return f"{alias[table]}{quote(column)}"


def _label(number: int, beside: tuple[int, ...], schema: Schema) -> str:
    """The column's own name; with its table's where another one shown has the same."""
    table, name = schema.columns[number].key
    same = [n for n in beside if n != number and schema.columns[n].key[1] == name]
    return f"{table} {name}" if same else name


def _plain(name: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)  # 'TotalCharges' is read as 'total charges'
    return re.sub(r"\W+", "_", fold(apart)).strip("_") or "value"


def _wheres(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> list[str]:
    parts = [_condition(f, schema, alias) for f in plan.filters]
    if plan.periods and plan.date is not None and not plan.absence:
        parts.append(_spans(plan.periods, plan.date, schema, alias))
    if plan.contrast and (plan.measure or not plan.dimensions):
        parts.append(_contrast(plan, schema, alias))
    if plan.absence:
        parts.append(_absence(plan.absence, plan, schema, alias))
    parts += _told(plan, schema, alias)
    return parts


def _told(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> list[str]:
    """A reason that most rows do not have ('reason for leaving') splits only the rows that have one."""
    if not plan.measure or plan.measure.agg not in ("count", "distinct"):
        return []
    rows = {n: schema.tables[schema.columns[n].table].table.rows for n in plan.dimensions}
    sparse = [n for n in plan.dimensions if rows[n] and schema.columns[n].column.nulls > 0.5 * rows[n]]
    return [f"{_column(n, schema, alias)} IS NOT NULL" for n in sparse]


def _contrast(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str:
    contrast = plan.contrast
    left = _column(contrast.left, schema, alias)
    if contrast.right is not None:
        return f"{left} {contrast.op} {_column(contrast.right, schema, alias)}"
    table, column = schema.columns[contrast.left].key
    return f"{left} {contrast.op} (SELECT AVG({quote(column)}) FROM {quote(table)})"


def _absence(absence: Absence, plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str:
    table, key = schema.columns[absence.key].key
    inner = f"SELECT {quote(key)} FROM {quote(table)} WHERE {quote(key)} IS NOT NULL"
    if plan.periods and plan.date is not None:
        inner += f" AND {_spans(plan.periods, plan.date, schema, {table: ''})}"
    return f"{_column(absence.own, schema, alias)} NOT IN ({inner})"


def _spans(periods: tuple[Period, ...], date: int, schema: Schema, alias: dict[str, str]) -> str:
    entry = schema.columns[date]
    column = _column(date, schema, alias)
    parts = []
    for period in periods:
        if entry.time == "year":
            low, high = literal(period.first.year), literal(period.after.year)
            sides = [f"{column} >= {low}"] * (period.first != OPEN_START)
            sides += [f"{column} < {high}"] * (period.after != OPEN_END)
            if period.unit != "year" and period.after != OPEN_END and period.after.month > 1:
                sides = [f"{column} = {low}"]
        else:
            value = _AS_DATE[entry.time].format(column)
            sides = [f"{value} >= {literal(period.first)}"] * (period.first != OPEN_START)
            sides += [f"{value} < {literal(period.after)}"] * (period.after != OPEN_END)
        parts.append(" AND ".join(sides))
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(f"({part})" for part in parts) + ")"


def _condition(f: Filter, schema: Schema, alias: dict[str, str]) -> str:
    return _said(f, _column(f.column, schema, alias))


def _said(f: Filter, column: str) -> str:
    if f.op in ("in", "not in"):
        return f"{column} {f.op.upper()} ({', '.join(literal(v) for v in f.value)})"
    return f"{column} {f.op} {literal(f.value)}"
