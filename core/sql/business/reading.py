"""Says a business plan in words, in the question's language. Column names are shown as they are stored."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from core.i18n import translate
from core.sql.business.plan import BusinessPlan, Filter, Measure, sides_of
from core.sql.data.schema import Schema
from core.sql.language.calendar import NO_DAY, OPEN_END, OPEN_START, Period, months_of
from core.sql.parser.reading import say_value

_OPERATORS = {"=": "is", "!=": "is_not", ">": "more", "<": "less", ">=": "at_least", "<=": "at_most",
              "is null": "null", "is not null": "not_null", "is none": "none"}  # fmt: skip


def read_business_plan(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    """One sentence without a full stop."""
    if plan.setop:
        sides = [read_business_plan(side, schema, lang) for side in sides_of(plan)]
        text = _say(plan.setop.lower(), lang, left=sides[0], right=sides[1])
        return f"{_say('count_rows', lang)}: {text}" if plan.measure else text
    measured = plan.measure is not None
    parts = [_measures(plan, schema, lang) if measured else _list(plan, schema, lang)]
    if plan.dimensions:
        parts.append(_say("group", lang, columns=_join([_name(n, schema) for n in plan.dimensions], lang)))
    if plan.grain:
        parts.append(_say(f"by_{plan.grain}", lang))
    conditions = [_filter(f, schema, lang) for f in plan.filters]
    if plan.contrast:
        conditions.append(_contrast(plan, schema, lang))
    if conditions:
        parts.append(_say("where", lang, conditions=f" {_say('and', lang)} ".join(conditions)))
    if plan.absence:
        parts.append(_say("without", lang, table=_quoted(schema.tables[plan.absence.table].table.name)))
    if plan.threshold and plan.measure:
        held = _say("count_rows", lang) if plan.threshold.of_rows else _measure(plan.measure, schema, lang)
        said = _say(_OPERATORS[plan.threshold.op], lang, column=held, value=say_value(plan.threshold.value, lang))
        parts.append(_say("having", lang, conditions=said))
    parts += [_period(p, lang) for p in plan.periods if p.unit != NO_DAY] if plan.date is not None else []
    if plan.window in ("growth", "running", "share"):
        parts.append(_say("growth_yearly" if plan.yearly else plan.window, lang))
    if plan.moved:
        parts.append(_say("rose" if plan.moved == ">" else "fell", lang))
    if plan.window == "rank" and plan.within is None and plan.grain:
        parts.append(_say("rank_within", lang, column=translate(f"sql.column.{plan.grain}", lang)))
    if plan.within is not None:
        parts.append(_say("rank_within", lang, column=_name(plan.within, schema)))
    if plan.ranked is not None:
        parts.append(_ranked(plan, schema, lang))
    if measured and plan.descending is not None and (plan.dimensions or plan.grain):
        parts.append(_order(plan, schema, lang))
    if plan.op == "+":
        parts.append(_say("together", lang))
    return ", ".join(parts)


def _measures(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    if plan.beside:
        sides = [_of_table(side, schema, lang) for side in (plan, plan.beside)]
        if plan.op == "%":
            return _say("part_of", lang, part=sides[0], whole=sides[1])
        key = {"-": "difference", "/": "one_each"}.get(plan.op)
        return _say(key, lang, left=sides[0], right=sides[1]) if key else _join(sides, lang)
    return _join([_measure(m, schema, lang) for m in (plan.measure, *plan.more) if m], lang)


def _of_table(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    """The measure with its table, which a count tells already."""
    text = _measure(plan.measure, schema, lang)
    table = _quoted(schema.tables[plan.fact].table.name)
    return _say("of_table", lang, measure=text, table=table) if plan.measure.columns else text


def _list(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    return _say("rows_of", lang, table=_quoted(schema.tables[plan.fact].table.name))


def _measure(measure: Measure, schema: Schema, lang: str) -> str:
    if measure.metric:
        return _quoted(measure.metric.name)
    if not measure.columns:
        return f"{_say('count_rows', lang)} ({_quoted(schema.tables[measure.table].table.name)})"
    names = [_name(n, schema) for n in measure.columns]
    if measure.agg == "ratio":
        return _say("ratio", lang, above=names[0], below=names[1])
    if measure.agg == "rate" and measure.told:
        said = f" {_say('and', lang)} ".join(_filter(f, schema, lang) for f in measure.told)
        return _say("rate_of_rows", lang, condition=said)
    if measure.agg == "rate" and measure.yes is None:
        return _say("rate_of_rows", lang, condition=measure.expression.format(*names))
    if measure.agg == "corr":
        return _say("corr", lang, column=f" {_say('and', lang)} ".join(names))
    if measure.agg == "part_of":
        return _say("part_of", lang, part=names[0], whole=names[1])
    if measure.agg == "share_of":
        return _say("margin_share", lang, money=names[0], cost=names[1])
    if measure.unit:
        unit = translate(f"sql.column.{measure.unit}s", lang)
        return _say(measure.agg, lang, column=_say("duration", lang, unit=unit, first=names[0], last=names[1]))
    if measure.agg == "over_plan":
        return _say("over_plan", lang, result=names[0], plan=names[1])
    if measure.agg == "per":
        return _say("per_document", lang, money=" × ".join(names[:-1]) or _say("count_rows", lang), document=names[-1])
    if measure.agg == "distinct":
        return _say("count_distinct", lang, column=names[0])
    text = measure.expression.replace("*", "×").replace("-", "−").format(*names)
    return _say(measure.agg, lang, column=text)


def _filter(f: Filter, schema: Schema, lang: str) -> str:
    if f.op in ("in", "not in"):
        value = _join([say_value(v, lang) for v in f.value], lang, "or")
        return _say("is" if f.op == "in" else "is_not", lang, column=_name(f.column, schema), value=value)
    return _say(_OPERATORS[f.op], lang, column=_name(f.column, schema), value=say_value(f.value, lang))


def _contrast(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    left = _name(plan.contrast.left, schema)
    if plan.contrast.unit:
        unit, first = translate(f"sql.column.{plan.contrast.unit}s", lang), _name(plan.contrast.right, schema)
        said = _say("duration", lang, unit=unit, first=first, last=left)
        return _say(_OPERATORS[plan.contrast.op], lang, column=said, value=say_value(plan.contrast.by, lang))
    if plan.contrast.right is None:
        right = _say("avg", lang, column=left)
    else:
        right = _name(plan.contrast.right, schema)
    if plan.dimensions:
        left, right = (_say("sum", lang, column=side) for side in (left, right))
    return _say(_OPERATORS[plan.contrast.op], lang, column=left, value=right)


def _order(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    key = ("top" if plan.limit and plan.limit > 1 else "first" if plan.limit == 1 else "order") + "_"
    count = {"count": plan.limit} if plan.limit and plan.limit > 1 else {}
    measure = plan.measure
    if measure.agg in ("max", "min") and plan.descending == (measure.agg == "max"):
        measure = replace(measure, agg="plain")  # 'the largest', not 'the largest largest'
    name = translate("sql.column.change", lang) if plan.window == "growth" else _measure(measure, schema, lang)
    return _say(key + ("desc" if plan.descending else "asc"), lang, column=name, **count)


def _ranked(plan: BusinessPlan, schema: Schema, lang: str) -> str:
    key = ("top" if plan.limit and plan.limit > 1 else "first" if plan.limit == 1 else "order") + "_"
    count = {"count": plan.limit} if plan.limit and plan.limit > 1 else {}
    return _say(key + ("desc" if plan.descending else "asc"), lang, column=_name(plan.ranked, schema), **count)


def _period(period: Period, lang: str) -> str:
    if period.every:
        months = [_say(f"month_{number}", lang) for number in months_of(period)]
        return _say("period_every", lang, months=_join(months, lang))
    last = period.after - datetime.timedelta(days=1) if period.after != OPEN_END else None
    if period.unit == "year":
        return _say("period_year", lang, year=str(period.first.year))
    if period.first == OPEN_START:
        return _say("period_until", lang, last=_day(last, lang))
    if last is None:
        return _say("period_since", lang, first=_day(period.first, lang))
    return _say("period", lang, first=_day(period.first, lang), last=_day(last, lang))


def _day(day: datetime.date, lang: str) -> str:
    return f"{day:%d/%m/%Y}" if lang == "es" else f"{day:%Y-%m-%d}"


def _name(number: int, schema: Schema) -> str:
    return _quoted(schema.columns[number].key[1])


def _quoted(name: str) -> str:
    return f"“{name}”"


def _join(parts: list[str], lang: str, word: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {_say(word, lang)} {parts[-1]}"


def _say(key: str, lang: str, **params: Any) -> str:
    return translate(f"sql.reading.{key}", lang, **params)
