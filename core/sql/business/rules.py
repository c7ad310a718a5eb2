"""Business questions by rules: a measure over time and dimensions, growth, share, running total, rank in a group; and
lists of things by a comparison of columns, an average, a threshold, or what they lack.

The training pairs hold few such questions, so rules read them from the same links: measure, period, grain, dimensions,
conditions, order. `read_business` gives several readings, best first, or none; nothing is run and no SQL is written.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from core.sql.business.aggregates import aggregate_of
from core.sql.business.blanks import filled_or_empty
from core.sql.business.conditions import find_filter, find_filters
from core.sql.business.durations import rank_lasting
from core.sql.business.formulas import owed_places
from core.sql.business.having import add_threshold, limit_group_size
from core.sql.business.lists import find_lists, find_subject
from core.sql.business.measures import asks_rows, find_measures
from core.sql.business.money import is_buying, is_flow
from core.sql.business.movers import find_movers
from core.sql.business.order import add_order
from core.sql.business.plan import BusinessPlan, Measure, repeats_rows
from core.sql.business.planned import find_overrun
from core.sql.business.scope import asks_for_thing, is_business
from core.sql.business.shares import add_share_of_rows
from core.sql.business.spread import find_spread
from core.sql.business.steps import (
    add_contrast,
    add_dimensions,
    add_filters,
    add_more,
    count_things,
)
from core.sql.business.time import CHANGED, GAINED, add_time, names_column
from core.sql.business.two_facts import find_pair, put_beside
from core.sql.business.unread import uncovered
from core.sql.business.wide import sum_across
from core.sql.business.yearly import find_yearly, step_by_year
from core.sql.data.entities import joined
from core.sql.data.schema import Schema
from core.sql.language.calendar import Grain
from core.sql.language.operators import BOUNDS
from core.sql.language.periods import find_grain, find_periods, find_trend
from core.sql.language.words import stem
from core.sql.linking.known_words import WINDOWS
from core.sql.linking.link import Links, is_content
from core.sql.linking.ordering import superlatives

READINGS = 3


def read_business(links: Links, schema: Schema, today: datetime.date) -> list[BusinessPlan]:
    """Readings of a question about a measure or a compared list, best first; empty where it is neither."""
    links = _name_by_head(links)
    window, window_span = find_window(links)
    grain, yearly = find_grain(links.tokens), find_yearly(links.tokens)
    if yearly and window in ("", "growth"):
        window, (grain, window_span) = "growth", yearly
    movers = find_movers(links)
    if movers and window in ("", "growth"):
        window, window_span = "growth", movers.span
    overrun = find_overrun(links, schema)  # a figure is asked for, not the rows that exceed
    spread = find_spread(links, schema, window_span) if window == "spread" else None
    if spread:
        return [add_filters(spread, links, schema)]
    window, window_span = (window, window_span) if window != "spread" else ("", (0, 0))  # 'Nordkork Distribution'
    plans, plain = ([], []) if overrun else find_lists(links, schema, today, grain)
    window = "" if overrun and window == "share" else window
    if window == "share":  # a share is a figure
        plans, plain = [plan for plan in plans if plan.absence or plan.setop], []
    pair = None if overrun else find_pair(links, schema)
    if pair:
        said = [*range(*pair.left.span), *range(*pair.right.span)] if pair.op in ("/", "%") else []
        both = [(m, frozenset([*range(*m.span), *said])) for m in (pair.left, pair.right)]
        alone = [BusinessPlan(m, lang=links.lang, covered=covered) for m, covered in both]
        sides = [_complete(plan, links, schema, grain, today) for plan in alone]
        joined = put_beside(*sides, pair, schema)
        if joined:
            return [joined, *plain][:READINGS]
    over_time = bool(grain or find_trend(links.tokens))
    for measure in find_measures(links, schema, window_span, over_time):
        if _has_to_be_there(measure, links, schema, window):
            continue
        unit = None if grain and names_column(grain, links, schema, measure.table) else grain
        asked = "" if window == "share" and measure.agg in ("rate", "share_of", "part_of") else window
        said = frozenset([*range(*measure.span), *range(*window_span), *(overrun.places if overrun else ())])
        plan = BusinessPlan(measure, window=asked, lang=links.lang, covered=said)
        plan = _complete(plan, links, schema, unit, today)
        if yearly and plan.window == "growth" and plan.grain:
            plan = step_by_year(plan, yearly[1])
        if movers and plan.window == "growth" and plan.dimensions:
            said = plan.covered | set(range(*movers.span))
            plan = replace(plan, moved=movers.op, descending=None, limit=None, covered=said)
        if is_business(plan, links, schema):
            plans.append(plan)
        elif measure.agg in ("max", "min") and asks_for_thing(plan, links, schema):
            plans = [p for p in plans if p.measure.agg not in ("max", "min")]
            break
    listed = any(plan.keys and plan.filters for plan in plain)
    listed = listed or (_names_things(links, schema) and not any(plan.periods for plan in plain))
    plans = list(dict.fromkeys([*plain, *plans] if listed else [*plans, *plain]))
    return sorted(plans, key=lambda plan: len(uncovered(plan, links)) + repeats_rows(plan, schema))[:READINGS]


def _name_by_head(links: Links) -> Links:
    """'tickets' names the table 'support_tickets' where no other table or column is called so as well."""
    said = [m for ms in links.columns.values() for m in ms if m.score >= 0.95]
    taken = {p for m in said for p in range(m.start, m.end)}
    tables = {}
    for number, mentions in links.tables.items():
        others = [m for n, ms in links.tables.items() for m in ms if n != number]
        heads = [m for m in mentions if m.of > 1 == m.matched and m.score * m.of >= 0.9 and m.start not in taken]
        heads = [m for m in heads if links.tokens[m.start].source.endswith("s")]
        heads = [m for m in heads if not any(o.start <= m.start < o.end and o.score >= m.score for o in others)]
        tables[number] = sorted([replace(m, score=max(m.score, _HEAD)) if m in heads else m for m in mentions],
                                key=lambda m: (-m.score, m.start))  # fmt: skip
    return replace(links, tables=tables)


_HEAD = 0.8


def _complete(
    plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None, today: datetime.date
) -> BusinessPlan:
    """The plan of a measure with all else that the question says."""
    measure = _count_of_compared(plan, links, schema)
    if measure is not plan.measure:
        plan = replace(plan, covered=plan.covered - set(range(*plan.measure.span)))
    paid = any(is_buying(token) or token.word == "total" for token in links.tokens)
    grouped = measure is plan.measure and (measure.agg == "count" or paid)
    plan = rank_lasting(add_dimensions(replace(plan, measure=measure), links, schema, grain), links, schema)
    plan = add_time(plan, links, schema, grain, today)
    steps = (add_threshold, add_filters) if grouped else (add_filters, add_threshold)
    for step in (limit_group_size, *steps, count_things, add_contrast):
        plan = step(plan, links, schema)
    if plan.fact != measure.table and plan.date is None:  # 'properties with more than 5 repairs in 2024'
        plan = add_time(plan, links, schema, grain, today)
    plan = sum_across(plan, links, schema)
    for step in (add_share_of_rows, add_more, add_order):
        plan = step(plan, links, schema)
    return replace(plan, covered=plan.covered | _rows_said(plan.fact, links, schema) | _spelled_out(plan, links))


def _rows_said(table: int, links: Links, schema: Schema) -> set[int]:
    """Places that name a table's rows by its key: 'customers' where the key is `customerID`."""
    keys = (n for n in schema.tables[table].columns if schema.columns[n].primary)
    return {p for n in keys for m in links.columns.get(n, ()) if m.score >= 0.5 for p in range(m.start, m.end)}


def _spelled_out(plan: BusinessPlan, links: Links) -> set[int]:
    """'rent per square metre (total rent over total area)', 'spending (price by quantity)', 'loss ratio: what was paid
    divided by the premiums': a formula says again what stands in brackets, and is what they or the colon explain."""
    words = [token.word for token in links.tokens]
    colon = words.index(":") if ":" in words else len(words)
    opened = words.index("(") if "(" in words else len(words)
    inside = range(opened, words.index(")", opened) if ")" in words[opened:] else len(words))
    if len(plan.measure.columns) < 2:
        return set()
    said = {p for n in plan.measure.columns for m in links.columns.get(n, ()) for p in range(m.start, m.end)}
    if set(owed_places(links)) & set(range(*plan.measure.span)):
        return said | set(owed_places(links))
    first = plan.measure.span[0]
    named = {p for ms in links.columns.values() for m in ms if m.score >= 0.45 for p in range(m.start, m.end)}
    explains = min(colon, opened) if first > min(colon, opened) else 0
    names = {p for p in range(explains) if p not in named or is_flow(links.tokens[p])}
    return (said & set(inside)) | names


def _has_to_be_there(measure: Measure, links: Links, schema: Schema, window: str) -> bool:
    """'vehicles that have no phone', 'loans with a fine': a column that is a condition is not measured; nor is a deed
    that was not done, or whose share is asked for ('percentage of properties sold')."""
    ranked = any(measure.span[0] - 1 <= p <= measure.span[1] for p in superlatives(links))  # 'which have lost most MWh'
    if not measure.columns or measure.unit or ranked:
        return False
    words, shared = set(range(*measure.span)), window == "share"
    near = [t.number for t in schema.tables if t.number == measure.table or joined(schema, measure.table, t.number)]
    said = [f for table in near for f in filled_or_empty(links, schema, table, set()) if set(f.span) & words]
    return any(f.column in measure.columns or shared or f.op in ("is null", "is none") for f in said)


def _count_of_compared(plan: BusinessPlan, links: Links, schema: Schema) -> Measure:
    """'how many fines exceed 3 euros', 'what share of staff earns more than 60000': the rows whose number does are
    counted; the numbers are not added up."""
    measure = plan.measure
    counted = aggregate_of(links)[0] == "count" or plan.window == "share"
    if not counted or not measure.columns or measure.agg not in ("sum", "avg"):
        return measure
    told = (find_filter(m, links, schema, measure.table) for m in links.values if m.kind == "number")
    compared = any(f is not None and f.op in BOUNDS and f.column in measure.columns for f in told)
    return Measure("count", measure.table, (), "*") if compared else measure


def _names_things(links: Links, schema: Schema) -> bool:
    """'patients of Getafe that are not with Sanitas': the things are named and nothing else is asked, so they are
    listed, not counted."""
    subject = find_subject(links, schema)
    if subject is None or aggregate_of(links)[0]:
        return False
    table, (first, after) = subject
    amounts = (n for n in schema.tables[table].columns if schema.columns[n].kind == "number")
    told = any((m.start, m.end) == (first, after) and m.score >= 0.9 for n in amounts for m in links.columns.get(n, ()))
    flowing = is_flow(links.tokens[first]) and not asks_rows(links) and not _compares_amounts(links, schema, table)
    opening = not any(is_content(token) for token in links.tokens[:first])
    return opening and not (told or flowing)  # 'revenue' and 'sales' of tables so called are sums


def _compares_amounts(links: Links, schema: Schema, table: int) -> bool:
    """'sales over 2000': the sales are told apart, one by one."""
    return any(f.op in BOUNDS for f in find_filters(links, schema, table, set()))


# ---------------------------------------------------------------- window


def find_window(links: Links) -> tuple[str, tuple[int, int]]:
    """(growth, share, running, rank or '', the tokens that say so); the difference between 2024 and 2025 is growth."""
    words = [stem(token.word) for token in links.tokens]
    for name, phrases in WINDOWS.items():
        for phrase in phrases:
            roots = [stem(word) for word in phrase.split()]
            for start in range(len(words) - len(roots) + 1):
                if words[start : start + len(roots)] == roots and not _is_column(start, links):
                    return name, (start, start + len(roots))
    changed = next((p for p, root in enumerate(words) if root in CHANGED | GAINED), None)
    named = find_periods(links.tokens, datetime.date.today()) if changed is not None else []
    alone = named and words[changed] not in GAINED | {stem("difference")}
    told = named and (len(named) == 2 or named[0].ends or alone)
    return ("growth", (changed, changed + 1)) if told else ("", (0, 0))


def _is_column(place: int, links: Links) -> bool:
    """Whether the word at a place is the whole name of a column: 'weight' of parcels is no share."""
    return any(m.start <= place < m.end and m.score >= 0.95 for ms in links.columns.values() for m in ms)
