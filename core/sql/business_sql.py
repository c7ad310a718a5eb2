"""Writes a business plan as DuckDB SQL: grouped measures, windows over them, lists with comparisons and absences.

The join path comes from the join graph. It chooses nothing and runs nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from core.i18n import translate
from core.sql.business_plan import BusinessPlan, Measure, repeats_rows
from core.sql.business_where import AS_DATE, column_text, conditions_of, filter_text, find_source, label_of, plain_name
from core.sql.dimensions import name_columns
from core.sql.properties import yes_value
from core.sql.render import literal, quote
from core.sql.schema import ColumnEntry, Schema
from core.sql.spread import range_width
from core.sql.wide import is_across

_UNIT = re.compile(r"[€$£%]")


def write_business(plan: BusinessPlan, schema: Schema) -> str | None:
    """The SQL of a plan, or None where its tables cannot be joined."""
    if plan.setop:
        return _write_sets(plan, schema)
    source = find_source(plan, schema)
    if source is None:
        return None
    text, alias = source
    wheres = conditions_of(_of_the_whole(plan), schema, alias)
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    if plan.measure is None and not plan.dimensions:
        return _list(plan, schema, alias, text, where)
    if plan.contrast and plan.dimensions and plan.measure is None:
        return _contrasted_groups(plan, schema, alias, text, where)
    if plan.measure and plan.measure.agg == "first_last":
        column = column_text(plan.measure.columns[0], schema, alias)
        name = plain_name(schema.columns[plan.measure.columns[0]].key[1])
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
    source = find_source(plan, schema)
    if source is None or plan.measure is None or plan.measure.agg != "corr":
        return None
    text, alias = source
    first, second = (column_text(n, schema, alias) for n in plan.measure.columns)
    wheres = conditions_of(plan, schema, alias)
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    return f"SELECT CORR({first}, {second}) AS r, REGR_COUNT({second}, {first}) AS n FROM {text}{where}"


def write_pairs(plan: BusinessPlan, schema: Schema, rows: int) -> str | None:
    """The pairs behind a correlation, with their date where they have one: what its interval is computed from."""
    source = find_source(plan, schema)
    if source is None or plan.measure is None or plan.measure.agg != "corr" or plan.dimensions or plan.grain:
        return None
    text, alias = source
    first, second = plan.measure.columns
    dated = [n for n in schema.tables[plan.fact].columns if schema.columns[n].time == "date"][:1]
    shown = [*dated, first, second]
    wheres = [
        *conditions_of(plan, schema, alias),
        *(f"{column_text(n, schema, alias)} IS NOT NULL" for n in (first, second)),
    ]
    select = ", ".join(f"{column_text(n, schema, alias)} AS {quote(label_of(n, tuple(shown), schema))}" for n in shown)
    order = f" ORDER BY {column_text(dated[0], schema, alias)}" if dated else ""
    return f"SELECT {select} FROM {text} WHERE {' AND '.join(wheres)}{order} LIMIT {rows}"


# ---------------------------------------------------------------- grouped measures


def _grouped(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str | None:
    time = _time_expression(plan, schema, alias)
    dims = [(column_text(n, schema, alias), label_of(n, plan.dimensions, schema)) for n in plan.dimensions]
    groups = ([(time, _unit_name(plan))] if time else []) + dims
    repeated = repeats_rows(plan, schema)
    measures = [_measure(m, schema, alias, plan.lang, repeated) for m in (plan.measure, *plan.more)]
    measure, name = measures[0]
    select = [f"{expression} AS {quote(label)}" for expression, label in (*groups, *measures)]
    sql = f"SELECT {', '.join(select)} FROM {text}{where}"
    if groups:
        keys = [column_text(n, schema, alias) for n in plan.keys]
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
    column, name = column_text(plan.dimensions[0], schema, alias), plain_name(label_of(plan.dimensions[0], (), schema))
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
            named = {n: quote(label_of(n, plan.dimensions, schema)) for n in plan.dimensions}
            where = " AND ".join(filter_text(f, named[f.column]) for f in kept)
            shares = f"shares AS (SELECT {listed}, {share} FROM base)"
            return f"WITH base AS ({inner}), {shares} SELECT * FROM shares WHERE {where} ORDER BY {order}{limit}"
        return f"WITH base AS ({inner}) SELECT {listed}, {share} FROM base ORDER BY {order}{limit}"
    if plan.window == "rank" and len(labels) > 1:
        outer = quote(label_of(plan.within, plan.dimensions, schema) if plan.within is not None else labels[-1])
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
    columns = [column_text(n, schema, alias) for n in measure.columns]
    first = plain_name(schema.columns[measure.columns[0]].key[1])
    if measure.agg == "rate":
        if measure.yes is None:
            test = measure.expression.format(*columns)
            return f"ROUND(100.0 * AVG(CASE WHEN {test} THEN 1 ELSE 0 END), 2)", _name("share", lang)
        of_column = yes_value(schema.columns[measure.columns[0]]) == measure.yes  # else of one of its values
        return (
            f"ROUND(100.0 * AVG(CASE WHEN {columns[0]} = {literal(measure.yes)} THEN 1 ELSE 0 END), 2)",
            _name("rate", lang, of=first if of_column else plain_name(str(measure.yes))),
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
        below = plain_name(schema.columns[measure.columns[1]].key[1])
        return measure.expression.format(*columns), _name("ratio", lang, of=first, per=below)
    if measure.agg == "corr":
        return f"CORR({measure.expression.format(*columns)})", _name("corr", lang)
    if measure.agg == "per":
        return measure.expression.format(*columns), _name("avg", lang, of=_name("amount", lang))
    name = first if len(columns) == 1 else _name("amount", lang)
    if is_across(measure):
        name = plain_name(schema.tables[measure.table].table.name)
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
    column = column_text(plan.date, schema, alias)
    kind = schema.columns[plan.date].time
    if kind == "year":
        return column
    column = AS_DATE[kind].format(column)
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
    select = ", ".join(f"{column_text(n, schema, alias)} AS {quote(label_of(n, shown, schema))}" for n in shown)
    order = ""
    if plan.ranked is not None:
        column = column_text(plan.ranked, schema, alias)
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
    dims = [column_text(n, schema, alias) for n in plan.dimensions]
    left, right = (f"SUM({column_text(n, schema, alias)})" for n in (plan.contrast.left, plan.contrast.right))
    sides = (plain_name(schema.columns[n].key[1]) for n in (plan.contrast.left, plan.contrast.right))
    names = [quote(_name("sum", plan.lang, of=side)) for side in sides]
    listed = [
        f"{d} AS {quote(label_of(n, plan.dimensions, schema))}" for d, n in zip(dims, plan.dimensions, strict=True)
    ]
    select = ", ".join([*listed, f"{left} AS {names[0]}", f"{right} AS {names[1]}"])
    return (
        f"SELECT {select} FROM {text}{where} GROUP BY {', '.join(dims)} HAVING {left} {plan.contrast.op} {right}"
        f" ORDER BY {left} - {right}{' DESC' if plan.contrast.op == '>' else ''}"
    )
