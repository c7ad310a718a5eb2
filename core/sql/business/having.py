"""Conditions on groups: on what is measured ('customers who spent more than 1000'), on how many rows a group has."""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.dimensions import Dimension, dimension_at
from core.sql.business.money import cue_roots, is_buying, is_flow
from core.sql.business.plan import BusinessPlan, Measure, Threshold
from core.sql.business.time import date_column
from core.sql.data.entities import joined, key_beside, name_columns
from core.sql.data.schema import Schema
from core.sql.language.operators import BOUNDS, behind_number, operator_beside
from core.sql.language.units import unit_of
from core.sql.linking.link import Links, ValueMention, is_content


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
            covered |= set(range(*found.span)) | _deeds_before(mention, links)
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
            after = behind_number(links.tokens, mention.end)
            beside = next((m for m in mentions if m.start == after and m.score >= 0.7), None)
            if beside is None or number == plan.fact or not joined(schema, number, plan.fact):
                continue
            names = name_columns(plan.fact, schema)
            key = key_beside(plan.fact, names, schema) if names else None
            counted = Measure("count", number, (), "*", (beside.start, beside.end))
            covered = plan.covered | set(range(beside.start, beside.end))
            covered |= _deeds_before(mention, links)
            keys = (key,) if key is not None else ()
            plan = _date_of_followers(plan, number, links, schema)
            covered |= plan.covered
            return replace(plan, measure=counted, dimensions=names, keys=keys, covered=covered) if names else plan
    return plan


def _date_of_followers(plan: BusinessPlan, table: int, links: Links, schema: Schema) -> BusinessPlan:
    """'customers who opened seven tickets in 2025': the year is that of the tickets, unless a date of the customers is
    named better."""
    date = date_column(table, links, schema)
    if plan.date is None or date is None or not plan.periods:
        return plan
    own, other = (max((m.score for m in links.columns.get(n, ())), default=0.0) for n in (plan.date, date))
    if own > other:
        return plan
    said = {p for m in links.columns.get(date, ())[:1] if m.score >= 0.5 for p in range(m.start, m.end)}
    said |= {p for period in plan.periods for p in range(period.start, period.end)}  # years of birth hold no March
    return replace(plan, date=date, covered=plan.covered | said)


def _deeds_before(mention: ValueMention, links: Links) -> set[int]:
    """'agents who placed more than 10 policies': what the things did, in words that name nothing else."""
    words = [token.word for token in links.tokens[: mention.start]]
    start = max((p for p, word in enumerate(words) if word in ("who", "that", "which")), default=mention.start)
    mentions = (m for ms in (*links.columns.values(), *links.tables.values()) for m in ms if m.score >= 0.45)
    named = {p for m in mentions for p in range(m.start, m.end)}
    return {p for p in range(start, mention.start) if p not in named or is_buying(links.tokens[p])}


def _first_thing(links: Links, schema: Schema, plan: BusinessPlan, before: ValueMention) -> Dimension | None:
    asked = next((p for p in range(min(2, before.start)) if links.tokens[p].word == "who"), None)
    people = None if asked is None else _people(asked, plan.fact, schema)
    if people:
        return people
    for place in range(min(4, before.start)):
        found = dimension_at(place, links, schema, plan.fact, set(plan.covered), 0)
        if found:
            return found
    return None


def _people(place: int, fact: int, schema: Schema) -> Dimension | None:
    """'who placed three orders': the only people that the rows of a table refer to."""
    name = schema.tables[fact].table.name
    tables = {schema.table_of[key.ref_table] for key in schema.catalog.foreign_keys if key.table == name}
    people = [t.number for t in tables if any(root in _PEOPLE for stems in t.words for root, w in stems if w >= 0.85)]
    columns = name_columns(people[0], schema) if len(people) == 1 else ()
    return Dimension(columns, (place, place + 1), "", key_beside(people[0], columns, schema)) if columns else None


_PEOPLE = frozenset(cue_roots("measures", "people"))


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
