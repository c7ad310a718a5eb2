"""A business plan read differently in one thing at a time: aggregate, column, date, scope, the things or their number.

What the question says outright is never varied. The variants are further readings to show, never the first answer;
nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.sql.business.aggregates import aggregate_of
from core.sql.business.money import is_additive, table_money
from core.sql.business.plan import BusinessPlan, Measure
from core.sql.data.entities import joined, name_columns
from core.sql.data.schema import Schema
from core.sql.linking.link import Links

VARIANTS = 4
_UNLIKELY = 0.8  # a stored value that is meant less surely than this may not be meant at all


def vary_plan(plan: BusinessPlan, links: Links, schema: Schema) -> list[tuple[BusinessPlan, str]]:
    """(plan, what is different: year, aggregate, amount, things, column, date or scope), the likeliest doubt first."""
    if plan.window == "spread" or plan.setop or plan.beside:
        return []
    said = bool(aggregate_of(links)[0])
    varied = [
        *_every_year(plan, schema),
        *_other_home(plan, links, schema),
        *_other_aggregate(plan, schema, said),
        *_things_or_number(plan, schema, said),
        *_other_column(plan, links, schema),
        *_other_date(plan, links, schema),
        *_wider_scope(plan, links),
        *_zero_alone(plan),
    ]
    return varied[:VARIANTS]


def _every_year(plan: BusinessPlan, schema: Schema) -> Iterator[tuple[BusinessPlan, str]]:
    """'sales in February' of data with several Februaries: that month of every year, year by year."""
    if plan.date is None or plan.grain or not plan.periods or not all(p.assumed for p in plan.periods):
        return
    entry = schema.columns[plan.date]
    oldest = min(p.after for p in plan.periods)
    if entry.time != "year" and str(entry.column.minimum) < str(oldest.replace(year=oldest.year - 1)):
        periods = tuple(replace(p, every=True) for p in plan.periods)
        yield replace(plan, periods=periods, grain="year" if plan.measure else ""), "year"


def _other_aggregate(plan: BusinessPlan, schema: Schema, said: bool) -> Iterator[tuple[BusinessPlan, str]]:
    """'hours by teacher': the sum or the average; 'purchases by region': how many, or the money."""
    measure = plan.measure
    if measure is None or said or plan.threshold:
        return
    if measure.agg in ("sum", "avg") and measure.columns:
        yield replace(plan, measure=replace(measure, agg="avg" if measure.agg == "sum" else "sum")), "aggregate"
    if measure.agg in ("sum", "avg") and (plan.dimensions or plan.grain):
        yield replace(plan, measure=Measure("count", measure.table, (), "*", measure.span)), "aggregate"
    if measure.agg == "count":
        money = table_money(measure.table, schema, prefer_pieces=False, margin=False)
        if money and (len(money[0]) > 1 or is_additive(schema.columns[money[0][0]])):
            yield replace(plan, measure=Measure("sum", measure.table, *money, measure.span)), "amount"


def _things_or_number(plan: BusinessPlan, schema: Schema, said: bool) -> Iterator[tuple[BusinessPlan, str]]:
    """A list of things or how many there are, where no word decides."""
    measure = plan.measure
    if measure is None and not plan.dimensions and plan.ranked is None:
        yield replace(plan, measure=Measure("count", plan.fact, (), "*")), "things"
    alone = measure is not None and measure.agg == "count" and not (plan.dimensions or plan.grain or plan.window)
    if alone and not said and (plan.filters or plan.contrast or plan.absence or plan.periods):
        yield replace(plan, measure=None, subject=measure.table), "things"


def _other_column(plan: BusinessPlan, links: Links, schema: Schema) -> Iterator[tuple[BusinessPlan, str]]:
    """The next best column for the last of the dimensions, named by the same words; or the thing's name for its key."""
    if not plan.dimensions:
        return
    last = plan.dimensions[-1]
    own = [m for m in links.columns.get(last, ()) if m.score >= 0.4]
    rivals = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for m in mentions:
            same = any(m.start < o.end and o.start < m.end for o in own)
            if same and number not in plan.dimensions and entry.kind == "text" and m.score >= 0.45:
                rivals.append((-m.score, number))
    for _, number in sorted(rivals)[:1]:
        yield replace(plan, dimensions=(*plan.dimensions[:-1], number), keys=()), "column"
    names = name_columns(schema.columns[last].table, schema) if schema.columns[last].primary else ()
    if names and last not in names:
        yield replace(plan, dimensions=(*plan.dimensions[:-1], *names), keys=()), "column"


def _other_date(plan: BusinessPlan, links: Links, schema: Schema) -> Iterator[tuple[BusinessPlan, str]]:
    """The next date of the table, where the question names none of them well."""
    if plan.date is None or not (plan.periods or plan.grain):
        return
    named = any(m.score >= 0.8 for m in links.columns.get(plan.date, ()))
    kind = schema.columns[plan.date].time
    others = [n for n in schema.tables[schema.columns[plan.date].table].columns if schema.columns[n].time == kind]
    for number in [n for n in others if n != plan.date][: 0 if named else 1]:
        yield replace(plan, date=number), "date"


def _wider_scope(plan: BusinessPlan, links: Links) -> Iterator[tuple[BusinessPlan, str]]:
    """Without a condition whose value was only guessed."""
    sure = {(c, v) for m in links.values for c, v, weight in m.hits if weight > _UNLIKELY}
    guessed = [f for f in plan.filters if isinstance(f.value, str) and (f.column, f.value) not in sure]
    if len(guessed) == 1 and len(plan.filters) > 1:
        yield replace(plan, filters=tuple(f for f in plan.filters if f is not guessed[0])), "scope"


def _zero_alone(plan: BusinessPlan) -> Iterator[tuple[BusinessPlan, str]]:
    """'without stock': where nothing is written, there may be some."""
    if any(f.op == "is none" for f in plan.filters):
        zero = tuple(replace(f, op="=") if f.op == "is none" else f for f in plan.filters)
        yield replace(plan, filters=zero), "scope"


def _other_home(plan: BusinessPlan, links: Links, schema: Schema) -> Iterator[tuple[BusinessPlan, str]]:
    """'visits of Baker': the owner of that name, or the vet whose name holds it."""
    for f in plan.filters:
        if f.op != "=" or not isinstance(f.value, str):
            continue
        said = links.question[links.tokens[f.span[0]].start : links.tokens[f.span[-1]].end]
        for column, value in schema.homes_of(said):
            entry, own = schema.columns[column], schema.columns[f.column]
            again = schema.graph.linked(entry.key, own.key) or entry.key[1].lower() == own.key[1].lower()
            if column != f.column and not again and joined(schema, plan.fact, entry.table):
                other = replace(f, column=column, value=value)
                yield replace(plan, filters=tuple(other if g is f else g for g in plan.filters)), "scope"
                return
