"""Writes a business plan as DuckDB SQL: grouped measures, windows over them, lists with comparisons and absences.

The join path comes from the join graph. It chooses nothing and runs nothing.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import replace

from core.sql.business.groups import column_name, order_by, sum_by_group, unit_name, write_beside
from core.sql.business.plan import BusinessPlan, sides_of
from core.sql.business.spread import range_width
from core.sql.business.where import column_text, conditions_of, filter_text, find_source, label_of, plain_name
from core.sql.business.yearly import part_of_year
from core.sql.data.entities import name_columns
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.safety.quoting import quote


def write_business(plan: BusinessPlan, schema: Schema) -> str | None:
    """The SQL of a plan, or None where its tables cannot be joined."""
    if plan.setop:
        return _write_sets(plan, schema)
    if plan.beside:
        return write_beside(plan, schema)
    source = find_source(plan, schema)
    if source is None:
        return None
    text, alias = source
    wheres = conditions_of(_of_the_whole(plan), schema, alias)
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    if plan.measure is None and plan.contrast and plan.dimensions:
        return _contrasted_groups(plan, schema, alias, text, where)
    if plan.measure is None:
        return _list(plan, schema, alias, text, where) + _list_order(plan, schema, alias)
    if plan.measure and plan.measure.agg == "first_last":
        column = column_text(plan.measure.columns[0], schema, alias)
        name = plain_name(schema.columns[plan.measure.columns[0]].key[1])
        first, last = (quote(column_name(key, plan.lang, of=name)) for key in ("first", "last"))
        ends = f"MIN({column}) AS {first}, MAX({column}) AS {last}"
        return f"SELECT {ends} FROM {text}{where}"
    return _by_range(plan, schema, alias, text, where) or _grouped(plan, schema, alias, text, where)


def _write_sets(plan: BusinessPlan, schema: Schema) -> str | None:
    """Two lists of the same columns and what joins them; counted where their number is asked for."""
    sides = [_write_side(side, schema) for side in sides_of(plan)]
    if None in sides:
        return None
    text = f" {plan.setop} ".join(sides)
    if plan.measure:
        return f"SELECT COUNT(*) AS {quote(column_name('count', plan.lang))} FROM ({text}) AS things"
    return f"{text} ORDER BY 1"


def _write_side(plan: BusinessPlan, schema: Schema) -> str | None:
    source = find_source(plan, schema)
    if source is None:
        return None
    wheres = conditions_of(plan, schema, source[1])
    return _list(plan, schema, source[1], source[0], f" WHERE {' AND '.join(wheres)}" if wheres else "")


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
    sql, labels, name = sum_by_group(plan, schema, alias, text, where)
    if plan.window:
        windowed = _windowed(plan, sql, labels, name, schema)
        if windowed:
            return windowed
    in_row = len(labels) == 1 and plan.dimensions and _has_order(schema.columns[plan.dimensions[0]])
    return sql + order_by(plan, labels, name, in_order=bool(plan.grain or plan.window == "spread" or in_row))


def _has_order(entry: ColumnEntry) -> bool:
    """Groups that are numbers are read along them: 'churn by tenure'."""
    return entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign)


def _by_range(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str | None:
    """How many rows fall into each range of a number, in order; '10 – 20' is from the first to below the second."""
    width = range_width(schema.columns[plan.dimensions[0]]) if plan.window == "spread" else None
    if width is None:
        return None
    column, name = (
        column_text(plan.dimensions[0], schema, alias),
        plain_name(label_of(plan.dimensions[0], (), schema)),
    )
    place = f"FLOOR({column} / {width})"
    kind = f"DECIMAL(18, {max(0, -math.floor(math.log10(width)))})"
    edges = [f"CAST({at} * {width} AS {kind})" for at in (place, f"({place} + 1)")]
    counted = f"COUNT(*) AS {quote(column_name('count', plan.lang))}"
    known = f"{where} AND" if where else " WHERE"
    return (
        f"SELECT CONCAT({edges[0]}, ' – ', {edges[1]}) AS {quote(name)}, {counted} FROM {text}"
        f"{known} {column} IS NOT NULL GROUP BY {place} ORDER BY {place}"
    )


def _windowed(plan: BusinessPlan, inner: str, labels: list[str], name: str, schema: Schema) -> str | None:
    value = quote(name)
    dims = [quote(label) for label in labels if label != unit_name(plan)]
    part = f"PARTITION BY {', '.join(dims)} " if dims else ""
    listed = ", ".join([*(quote(label) for label in labels), value])
    if plan.window == "growth" and plan.grain:
        return _growth(plan, inner, dims, value)
    if plan.window == "running" and plan.grain:
        unit = quote(unit_name(plan))
        order = ", ".join([*dims, unit])
        running = f"SUM({value}) OVER ({part}ORDER BY {unit}) AS {quote(column_name('running', plan.lang))}"
        return f"WITH base AS ({inner}) SELECT {listed}, {running} FROM base ORDER BY {order}"
    if plan.window == "share" and labels:
        over = f"PARTITION BY {quote(unit_name(plan))}" if plan.grain else ""
        part = f"100.0 * {value} / NULLIF(SUM({value}) OVER ({over}), 0)"
        share = f"{part} AS {quote(column_name('share', plan.lang))}"
        order = f"{quote(unit_name(plan))}, {value} DESC" if plan.grain else f"{value} DESC"
        limit = f" LIMIT {plan.limit}" if plan.limit else ""
        kept = [f for f in plan.filters if f.column in plan.dimensions]
        if kept:
            named = {n: quote(label_of(n, plan.dimensions, schema)) for n in plan.dimensions}
            where = " AND ".join(filter_text(f, named[f.column]) for f in kept)
            shares = f"shares AS (SELECT {listed}, {share} FROM base)"
            one = len(kept) == len(labels) == 1 and kept[0].op == "="  # 'the share of the web' is one figure
            shown = quote(column_name("share", plan.lang)) if one else "*"
            return f"WITH base AS ({inner}), {shares} SELECT {shown} FROM shares WHERE {where} ORDER BY {order}{limit}"
        shares = f"SELECT {listed}, {share} FROM base ORDER BY {order}{limit}"
        if plan.op == "+":
            name = quote(column_name("share", plan.lang))
            return f"WITH base AS ({inner}), shares AS ({shares}) SELECT SUM({name}) AS {name} FROM shares"
        return f"WITH base AS ({inner}) {shares}"
    if plan.window == "rank" and len(labels) > 1:
        inside = unit_name(plan) or labels[-1]  # 'of each year'
        outer = quote(label_of(plan.within, plan.dimensions, schema) if plan.within is not None else inside)
        place = f"RANK() OVER (PARTITION BY {outer} ORDER BY {value}{'' if plan.descending is False else ' DESC'})"
        rank = quote(column_name("rank", plan.lang))
        keep = f" WHERE {rank} <= {plan.limit}" if plan.limit else ""
        ranked = f"SELECT {listed}, {place} AS {rank} FROM base"
        shown = listed if plan.limit == 1 else "*"  # all of them are the first
        return f"WITH base AS ({inner}) SELECT {shown} FROM ({ranked}) AS ranked{keep} ORDER BY {outer}, {rank}"
    return None


def _growth(plan: BusinessPlan, inner: str, dims: list[str], value: str) -> str:
    """Every step with its change; the ranked steps; or, of two named periods, one row from the one to the other."""
    unit = quote(unit_name(plan))
    place = [part_of_year(plan.grain, unit)] if plan.yearly else []
    part = f"PARTITION BY {', '.join([*dims, *place])} " if dims or place else ""
    before = f"LAG({value}) OVER ({part}ORDER BY {unit})"
    names = [quote(column_name(key, plan.lang)) for key in ("change", "change_pct")]
    change = f"{value} - {before} AS {names[0]}, 100.0 * ({value} - {before}) / NULLIF({before}, 0) AS {names[1]}"
    told = {"percent": names[1:], "absolute": names[:1]}.get(plan.change, names)
    step = "year" if plan.yearly else plan.grain
    two = len(plan.periods) == 2 and all(period.unit == step for period in plan.periods)
    base = f"WITH base AS ({inner})"
    if plan.descending is not None:
        steps = f"SELECT {', '.join([*dims, unit, change])} FROM base"
        groups = ", ".join(dims if dims and two and not place else [*dims, unit])
        order = f"{told[-1]}{' DESC' if plan.descending else ''}{f' LIMIT {plan.limit}' if plan.limit else ''}"
        ranked = f"SELECT {groups}, {told[-1]} FROM steps WHERE {told[-1]} IS NOT NULL ORDER BY {order}"
        return f"{base}, steps AS ({steps}) {ranked}"
    if not two:
        shown = ", ".join([unit, *dims, value, change])
        return f"{base} SELECT {shown} FROM base ORDER BY {', '.join([*dims, unit])}"
    ends = [quote(_name_period(day, step, plan.lang)) for day in sorted(period.first for period in plan.periods)]
    parts = [f"{at} AS {unit}" for at in place]
    steps = f"SELECT {', '.join([*dims, *parts, f'{before} AS {ends[0]}', f'{value} AS {ends[1]}', change])} FROM base"
    rows = [*dims, unit] if place else dims
    ranked = f"SELECT {', '.join([*rows, *ends, *told])} FROM steps WHERE {ends[0]} IS NOT NULL"
    order = ", ".join(rows) if place else f"{told[-1]}{'' if plan.moved == '<' else ' DESC'}"
    if plan.moved:
        ranked += f" AND {names[0]} {plan.moved} 0"
    return f"{base}, steps AS ({steps}) {ranked}{f' ORDER BY {order}' if rows else ''}"


def _name_period(first: datetime.date, unit: str, lang: str) -> str:
    """'2024', '2024-03', '2024 Q1', '2024 H2': the period of a unit that begins on a day."""
    months = {"quarter": 3, "half": 6}.get(unit)
    if months:
        number = (first.month - 1) // months + 1
        return column_name(f"one_{unit}", lang, year=str(first.year), number=str(number))
    return str(first)[: {"year": 4, "month": 7}.get(unit)]


# ---------------------------------------------------------------- lists


def _list(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str:
    shown = _shown(plan, schema)
    select = ", ".join(f"{column_text(n, schema, alias)} AS {quote(label_of(n, shown, schema))}" for n in shown)
    if plan.ranked is not None:
        known = f"{column_text(plan.ranked, schema, alias)} IS NOT NULL"
        where = f"{where} AND {known}" if where else f" WHERE {known}"
    if plan.within is not None:
        group, by = (column_text(n, schema, alias) for n in (plan.within, plan.ranked))
        down = " DESC" if plan.descending else ""
        where += f" QUALIFY RANK() OVER (PARTITION BY {group} ORDER BY {by}{down}) <= {plan.limit}"
    repeats = plan.keys and plan.ranked is None and all(schema.columns[n].unique < 1 for n in shown)
    return f"SELECT {'DISTINCT ' if repeats else ''}{select or '*'} FROM {text}{where}"


def _list_order(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str:
    """By what the things are ranked by, else by their names: the same question lists them alike each time."""
    if plan.within is not None:
        ranked = f"{column_text(plan.ranked, schema, alias)}{' DESC' if plan.descending else ''}"
        return f" ORDER BY {column_text(plan.within, schema, alias)}, {ranked}"
    if plan.ranked is not None:
        order = f" ORDER BY {column_text(plan.ranked, schema, alias)}{' DESC' if plan.descending else ''}"
        return order + (f" LIMIT {plan.limit}" if plan.limit else "")
    shown = _shown(plan, schema)
    return f" ORDER BY {column_text(shown[0], schema, alias)}" if shown else ""


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
    compared = (plan.within, *compared) if plan.within is not None else compared
    return tuple(dict.fromkeys([*names, *(c for c in compared if c is not None)]))


def _contrasted_groups(plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str) -> str:
    dims = [column_text(n, schema, alias) for n in plan.dimensions]
    left, right = (f"SUM({column_text(n, schema, alias)})" for n in (plan.contrast.left, plan.contrast.right))
    sides = (plain_name(schema.columns[n].key[1]) for n in (plan.contrast.left, plan.contrast.right))
    names = [quote(column_name("sum", plan.lang, of=side)) for side in sides]
    listed = [
        f"{d} AS {quote(label_of(n, plan.dimensions, schema))}" for d, n in zip(dims, plan.dimensions, strict=True)
    ]
    shown = [f"{left} AS {names[0]}", f"{right} AS {names[1]}"]
    if plan.op:
        apart = f"{left} - {right}" if plan.contrast.op == ">" else f"{right} - {left}"
        shown = [f"{apart} AS {quote(column_name('difference', plan.lang))}"]
    select = ", ".join([*listed, *shown])
    return (
        f"SELECT {select} FROM {text}{where} GROUP BY {', '.join(dims)} HAVING {left} {plan.contrast.op} {right}"
        f" ORDER BY {left} - {right}{' DESC' if plan.contrast.op == '>' else ''}"
    )
