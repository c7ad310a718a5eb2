"""Conditions on groups: on what is measured ('customers who spent more than 1000'), on how many rows a group has."""

from __future__ import annotations

from dataclasses import replace

from core.sql.business_plan import BusinessPlan, Measure, Threshold
from core.sql.dimensions import Dimension, dimension_at, joined, key_beside, name_columns
from core.sql.link import Links, ValueMention, is_content
from core.sql.money import is_buying, is_flow
from core.sql.operators import BOUNDS, operator_beside
from core.sql.schema import Schema
from core.sql.units import unit_of


def add_threshold(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'customers who spent more than 1000', 'products with more than 5 orders': a condition on a group's measure."""
    if plan.threshold:
        return plan
    plan = _count_followers(plan, links, schema)
    measure = plan.measure
    for mention in links.values:
        places = set(range(mention.start, mention.end))
        if mention.kind != "number" or places & plan.covered or not isinstance(mention.value, (int, float)):
            continue
        op = operator_beside(links.tokens, mention.start, mention.end)
        if op not in BOUNDS:
            continue
        place = measure.span[0]
        if not (0 <= mention.start - place <= 6 or 0 <= place - mention.end <= 2):
            continue
        dimensions, keys, covered = plan.dimensions, plan.keys, plan.covered | places
        if not dimensions:
            found = _first_thing(links, schema, plan, mention)
            if found is None:
                continue
            dimensions, keys = found.columns, (found.key,) if found.key is not None else ()
            covered |= set(range(*found.span))
        threshold = Threshold(op, mention.value, tuple(places))
        return replace(plan, dimensions=dimensions, keys=keys, threshold=threshold, covered=covered)
    return plan


def _count_followers(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'patients with more than 10 visits': visits are counted, for each patient."""
    if plan.measure.agg != "count" or plan.dimensions:
        return plan
    for mention in links.values:
        if mention.kind != "number" or operator_beside(links.tokens, mention.start, mention.end) not in BOUNDS:
            continue
        for number, mentions in links.tables.items():
            beside = next((m for m in mentions if m.start == mention.end and m.score >= 0.7), None)
            if beside is None or number == plan.fact or not joined(schema, number, plan.fact):
                continue
            names = name_columns(plan.fact, schema)
            key = key_beside(plan.fact, names, schema) if names else None
            counted = Measure("count", number, (), "*", (beside.start, beside.end))
            covered = plan.covered | set(range(beside.start, beside.end))
            covered |= {p for p, token in enumerate(links.tokens) if is_buying(token)}  # 'have placed'
            keys = (key,) if key is not None else ()
            return replace(plan, measure=counted, dimensions=names, keys=keys, covered=covered) if names else plan
    return plan


def _first_thing(links: Links, schema: Schema, plan: BusinessPlan, before: ValueMention) -> Dimension | None:
    for place in range(min(4, before.start)):
        found = dimension_at(place, links, schema, plan.fact, set(plan.covered), 0)
        if found:
            return found
    return None


_HOLDING = frozenset("with have has having only at least hold count".split())


def limit_group_size(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'average price by make, only makes with more than 10 cars': how many rows a group has, where the number stands
    before the name of a thing that is no quantity of the rows."""
    if not plan.dimensions or plan.measure.agg == "count":
        return plan
    for mention in links.values:
        after = links.tokens[mention.end] if mention.end < len(links.tokens) else None
        op = operator_beside(links.tokens, mention.start, mention.end)
        whole = mention.kind == "number" and isinstance(mention.value, int)
        if not whole or op not in BOUNDS or after is None or not is_content(after) or unit_of(after.word):
            continue
        before = {token.word for token in links.tokens[max(0, mention.start - 6) : mention.start]}
        places = {*range(mention.start, mention.end), mention.end}
        if before & _HOLDING and not places & plan.covered and not _is_quantity(mention.end, links, schema):
            threshold = Threshold(op, mention.value, tuple(places), of_rows=True)
            return replace(plan, threshold=threshold, covered=plan.covered | places)
    return plan


def _is_quantity(place: int, links: Links, schema: Schema) -> bool:
    """Whether the word names a number column or a flow: 'more than 10 calls' of a column of calls."""
    named = ((schema.columns[n], m) for n, ms in links.columns.items() for m in ms if m.start <= place < m.end)
    quantity = any(
        e.kind == "number" and not (e.id_like or e.primary or e.foreign) and m.score >= 0.5 for e, m in named
    )
    return quantity or is_flow(links.tokens[place])
