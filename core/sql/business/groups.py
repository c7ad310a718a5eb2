"""Writes the measures of a business plan by group as DuckDB SQL, of one table or of two beside each other.

Windows over them, lists and sets are written in `render.py`. It chooses nothing and runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from core.i18n import translate
from core.sql.business.money import is_money
from core.sql.business.plan import BusinessPlan, Filter, Measure, repeats_rows
from core.sql.business.properties import yes_value
from core.sql.business.where import (
    AS_DATE,
    column_text,
    condition_text,
    conditions_of,
    find_source,
    label_of,
    plain_name,
)
from core.sql.data.schema import Schema
from core.sql.safety.quoting import literal, quote

_UNIT = re.compile(r"[€$£%]")


def sum_by_group(
    plan: BusinessPlan, schema: Schema, alias: dict[str, str], text: str, where: str
) -> tuple[str, list[str], str]:
    """(the measures by group, the names of the groups, the name of the first measure)."""
    time = _time_expression(plan, schema, alias)
    dims = [(column_text(n, schema, alias), label_of(n, plan.dimensions, schema)) for n in plan.dimensions]
    groups = ([(time, unit_name(plan))] if time else []) + dims
    repeated = repeats_rows(plan, schema)
    measures = [_measure(m, schema, alias, plan.lang, repeated) for m in (plan.measure, *plan.more)]
    measure, name = measures[0]
    select = [f"{expression} AS {quote(label)}" for expression, label in (*groups, *measures)]
    sql = f"SELECT {', '.join(select)} FROM {text}{where}"
    if groups:
        keys = [column_text(n, schema, alias) for n in plan.keys]
        sql += f" GROUP BY {', '.join([*(expression for expression, _ in groups), *keys])}"
    if plan.threshold:
        held = "COUNT(*)" if plan.threshold.of_rows else measure
        sql += f" HAVING {held} {plan.threshold.op} {literal(plan.threshold.value)}"
    return sql, [label for _, label in groups], name


def write_beside(plan: BusinessPlan, schema: Schema) -> str | None:
    """Both sides summed in their own tables, then joined by what they are split by; a group of one side alone stays."""
    parts = []
    for side in (plan, plan.beside):
        source = find_source(side, schema)
        if source is None:
            return None
        wheres = conditions_of(side, schema, source[1])
        where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
        parts.append(sum_by_group(replace(side, beside=None), schema, source[1], source[0], where))
    (left, labels, one), (right, _, other) = parts
    if one == other:
        one, other = (f"{name}_{plain_name(schema.tables[side.fact].table.name)}" for name, side in
                      ((one, plan), (other, plan.beside)))  # fmt: skip
    groups = ", ".join(quote(label) for label in labels)
    names = [f"{name}({', '.join(map(quote, [*labels, value]))})" for name, value in (("one", one), ("other", other))]
    shown = [f"{quote(one)}, {quote(other)}"]
    zeros = [f"COALESCE({quote(value)}, 0)" for value in (one, other)]
    shared = f"{zeros[0]} / NULLIF({quote(other)}, 0)"
    made = {"-": f"{zeros[0]} - {zeros[1]}", "/": f"1.0 * {shared}", "%": f"100.0 * {shared}"}.get(plan.op)
    key = {"-": "difference", "%": "share"}.get(plan.op, "ratio")
    name = column_name(key, plan.lang, of=one, per=other)
    shown = [f"{made} AS {quote(name)}"] if made else shown
    joined = f"one FULL JOIN other USING ({groups})" if groups else "one CROSS JOIN other"
    select = ", ".join([groups, *shown] if groups else shown)
    order = order_by(plan, labels, name if made else one, in_order=bool(plan.grain))
    return f"WITH {names[0]} AS ({left}), {names[1]} AS ({right}) SELECT {select} FROM {joined}{order}"


def order_by(plan: BusinessPlan, labels: list[str], name: str, in_order: bool) -> str:
    """The ORDER BY of a grouped measure: as the question says, else by its labels; '' where there are none."""
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
        return (
            f"COUNT(DISTINCT {alias[table.name]}{quote(table.primary_key[0])})" if once else "COUNT(*)"
        ), column_name("count", lang)
    columns = [column_text(n, schema, alias) for n in measure.columns]
    first = plain_name(schema.columns[measure.columns[0]].key[1])
    if measure.agg == "rate":
        return _rate(measure, schema, alias, lang)
    if measure.agg == "distinct":
        return f"COUNT(DISTINCT {columns[0]})", column_name("distinct", lang, of=first)
    if measure.agg == "part_of":
        return measure.expression.format(*columns), column_name("share", lang)
    if measure.agg == "share_of":
        return measure.expression.format(*columns), column_name("margin", lang)
    if measure.agg == "over_plan":
        return measure.expression.format(*columns), column_name("deviation", lang)
    if measure.agg == "ratio":
        below = plain_name(schema.columns[measure.columns[1]].key[1])
        return measure.expression.format(*columns), column_name("ratio", lang, of=first, per=below)
    if measure.agg == "corr":
        return f"CORR({measure.expression.format(*columns)})", column_name("corr", lang)
    if measure.agg == "per" and "COUNT(" in measure.expression.split("/")[0]:
        names = {"of": column_name("count", lang), "per": plain_name(schema.columns[measure.columns[-1]].key[1])}
        return measure.expression.format(*columns), column_name("ratio", lang, **names)
    if measure.agg == "per":
        of = (
            first
            if len(columns) == 2 and not is_money(schema.columns[measure.columns[0]])
            else column_name("amount", lang)
        )
        return measure.expression.format(*columns), column_name("avg", lang, of=of)
    apart = measure.expression == "{0} - {1}"
    name = first if len(columns) == 1 else column_name("difference" if apart else "amount", lang)
    if measure.unit:
        name = column_name(f"{measure.unit}s", lang)
    if measure.across:
        name = plain_name(schema.tables[measure.table].table.name)
    said = name if measure.agg == "sum" and name.startswith("total_") else column_name(measure.agg, lang, of=name)
    label = f"{said}{_unit(measure, schema)}"
    return f"{measure.agg.upper()}({measure.expression.format(*columns)})", label


def _rate(measure: Measure, schema: Schema, alias: dict[str, str], lang: str) -> tuple[str, str]:
    """The share of rows that meet a condition, in percent; named by the value, or the yes/no column, that it is of."""
    told = measure.told
    if not told and measure.yes is not None:
        told = (Filter(measure.columns[0], "=", measure.yes, measure.span),)
    columns = [column_text(n, schema, alias) for n in measure.columns]
    tests = [condition_text(f, schema, alias) for f in told] or [measure.expression.format(*columns)]
    name = column_name("share", lang)
    entry = schema.columns[told[0].column] if len(told) == 1 and told[0].op == "=" else None
    yes = yes_value(entry) if entry else None
    if entry and yes in (None, told[0].value):
        name = column_name("rate", lang, of=plain_name(str(told[0].value) if yes is None else entry.key[1]))
    return f"100.0 * AVG(CASE WHEN {' AND '.join(tests)} THEN 1 ELSE 0 END)", name


def column_name(key: str, lang: str, **params: str) -> str:
    """The name of a computed column, in the question's language: results, charts and sentences show it."""
    return translate(f"sql.column.{key}", lang, **params)


def unit_name(plan: BusinessPlan) -> str:
    """What the column of the plan's unit of time is called, '' where it has none."""
    return column_name(plan.grain, plan.lang) if plan.grain else ""


def _unit(measure: Measure, schema: Schema) -> str:
    """' (€)' where the measured header says so, so that sentences and charts can say it too."""
    signs = (_UNIT.search(schema.columns[n].key[1]) for n in measure.columns)
    found = next((sign.group() for sign in signs if sign), "")
    return f" ({found})" if found else ""


def _time_expression(plan: BusinessPlan, schema: Schema, alias: dict[str, str]) -> str | None:
    """The unit of time as a number inside one year, else as its first day; a year is always its number."""
    if not plan.grain or plan.date is None:
        return None
    if plan.clock is not None:
        return f"HOUR({column_text(plan.clock, schema, alias)})"
    column = column_text(plan.date, schema, alias)
    kind = schema.columns[plan.date].time
    if kind == "year":
        return column
    column = AS_DATE[kind].format(column)
    if plan.grain == "year":
        return f"YEAR({column})"
    if plan.grain == "weekday":
        return f"ISODOW({column})"
    if plan.grain == "half":
        return f"MAKE_DATE(YEAR({column}), CASE WHEN MONTH({column}) <= 6 THEN 1 ELSE 7 END, 1)"
    one_year = len(plan.periods) == 1 and plan.periods[0].unit == "year"
    if one_year and plan.grain in ("month", "quarter") and not plan.window:
        return f"{plan.grain.upper()}({column})"
    return f"CAST(DATE_TRUNC('{plan.grain}', {column}) AS DATE)"
