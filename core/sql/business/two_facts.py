"""Figures of two tables side by side: 'income and expenses by month', 'budget against actual', 'profit' of two tables.

Each figure is summed in its own table and the two are joined by what both are split by, so that no row is counted
twice. It finds the two measures and puts two finished plans together; nothing is written or run.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from core.sql.business.aggregates import named_columns
from core.sql.business.dimensions import LEADS
from core.sql.business.money import MARGIN, cue_roots, find_flows, is_additive, is_flow, is_money, way_of
from core.sql.business.plan import BusinessPlan, Measure
from core.sql.business.planned import says_result
from core.sql.business.ratios import find_ratio, numbers_after
from core.sql.data.entities import joined
from core.sql.data.schema import Schema
from core.sql.language.lexicon import fold
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links

_JOINING = frozenset("and vs versus against plus".split())
_COMPARING = frozenset("with to".split())
_PERCENT = frozenset(cue_roots("measures", "percent"))
_TAKING = frozenset("minus menos less".split())
_REACH = 4  # words between what joins and what is measured
_TABLE_NAMED = 0.8
_SUM, _LEVEL = 0.7, 0.4  # how well an amount must be named: 'sales' are not the 'planned sales'; and a salary


@dataclass(frozen=True, slots=True)
class Pair:
    """Two measures of different tables; `op` is '-' where their difference alone is asked for, '/' where what the one
    is for each of the other, '%' where that in percent. `span` joins them."""

    left: Measure
    right: Measure
    op: str
    span: tuple[int, ...]


def find_pair(links: Links, schema: Schema) -> Pair | None:
    """The two measures that a word joins, each of a table that lacks the other; None where one table holds both."""
    tokens = links.tokens
    compares = any(stem(token.word) == "compar" for token in tokens)
    for place, token in enumerate(tokens):
        formula = token.word == "by" and place > 0 and tokens[place - 1].word == "divided"
        divides = formula or _divides(tokens, place)
        op = "-" if token.word in _TAKING or fold(token.source) in _TAKING else "/" if divides else ""
        if not op and token.word not in (_JOINING | _COMPARING if compares else _JOINING):
            continue
        lefts = _measured(range(max(0, place - formula - _REACH), place - formula), links, schema)
        rights = _measured(range(place + 1, min(place + 1 + _REACH, len(tokens))), links, schema)
        if formula:
            lefts = lefts or _half_named(place - 2, links, schema)
            rights = rights or _half_named(place + 1, links, schema)
        shared = numbers_after(place, links, schema) if op == "/" else []
        rights = [Measure("sum", schema.columns[n].table, (n,), "{0}", (m.start, m.end)) for n, m in shared] or rights
        if not lefts or not rights or {m.table for m in lefts} & {m.table for m in rights}:
            continue
        left, right = min(  # the nearest to the word that joins, of tables that can be joined
            itertools.product(lefts, rights),
            key=lambda side: (not joined(schema, side[0].table, side[1].table), -side[0].span[1], side[1].span[0]),
        )
        gap = [t for t in tokens[left.span[1] : place] if t.kind != "mark"]
        gap += [t for t in tokens[place + 1 : right.span[0]] if t.kind != "mark"]
        counted = "count" in (left.agg, right.agg)
        told = bool(gap) or _refers(left.table, right, schema) or not _sums_up(right, schema)
        told = told or (right.agg == "count" and not _grouped(tokens, place))  # 'patients per dentist' are split
        if op == "/" and not formula and (told or find_ratio(links, schema)):  # one table tells
            continue
        op = "%" if formula and any(stem(t.word) in _PERCENT for t in tokens) else op
        if formula or len(gap) <= (0 if counted else 2):
            told = [p for p in range(left.span[0], min(right.span[1] + 2, len(tokens))) if says_result(tokens[p])]
            return Pair(left, right, op, (place - formula, place, *told))
    return _gain(links, schema)


def _half_named(place: int, links: Links, schema: Schema) -> list[Measure]:
    """What a formula means by a word of a name: 'premiums' where one amount alone is called so."""
    near = range(max(0, place - 2), place + _REACH)
    named = [(n, m) for n, m in named_columns(links, schema) if m.start in near and is_additive(schema.columns[n])]
    alone = len({n for n, _ in named}) == 1
    return [Measure("sum", schema.columns[n].table, (n,), "{0}", (m.start, m.end)) for n, m in named[:1] if alone]


def _divides(tokens: list[Token], place: int) -> bool:
    """'animals per volunteer in each shelter': 'per' divides where it alone splits nothing."""
    said = tokens[place].source.lower()
    return said == "per" or (said == "por" and _grouped(tokens, place))


def _grouped(tokens: list[Token], place: int) -> bool:
    return any(later.word in LEADS for later in tokens[place + 2 :])


def _refers(table: int, right: Measure, schema: Schema) -> bool:
    """Whether each row of a table names one of the things that are counted: these are told by its own column."""
    names = schema.tables[table].table.name, schema.tables[right.table].table.name
    return not right.columns and names in {(key.table, key.ref_table) for key in schema.catalog.foreign_keys}


def _sums_up(measure: Measure, schema: Schema) -> bool:
    """A count, or whole numbers that a sum says something of."""
    return measure.agg == "count" or (measure.agg == "sum" and is_additive(schema.columns[measure.columns[0]]))


def _measured(places: range, links: Links, schema: Schema) -> list[Measure]:
    """What the words at these places measure: named amounts (added up, or in the mean where a sum says nothing: salary
    by employee), flows of money, else the rows of a named table."""
    totals = any(links.tokens[p].word == "total" for p in places)
    found = [
        Measure("sum" if totals or is_additive(schema.columns[n]) else "avg", schema.columns[n].table, (n,), "{0}",
                (m.start, m.end))
        for n, m in named_columns(links, schema)
        if m.start in places and m.end - 1 in places and m.score >= (_SUM if is_additive(schema.columns[n]) else _LEVEL)
    ]  # fmt: skip
    best = max((m.span[1] - m.span[0] for m in found), default=0)
    found = [m for m in found if m.span[1] - m.span[0] == best]
    if best > 1:
        return found
    flowing = next((p for p in places if is_flow(links.tokens[p])), None)
    if flowing is not None and stem(links.tokens[flowing].word) not in MARGIN:
        flows = [m for m in find_flows(links, schema, "sum", flowing) if _holds_money(m, schema)][:1]
        return [m for m in found if m.span[0] == flowing] or flows or found
    return found or [
        Measure("count", number, (), "*", (m.start, m.end))
        for number, mentions in links.tables.items()
        for m in mentions
        if m.start in places and m.score >= _TABLE_NAMED
    ]


def _holds_money(measure: Measure, schema: Schema) -> bool:
    return len(measure.columns) > 1 or is_money(schema.columns[measure.columns[0]])


def _gain(links: Links, schema: Schema) -> Pair | None:
    """'profit by month' where one table holds what came in, another what was spent, and none holds both."""
    place = next((p for p, t in enumerate(links.tokens) if stem(t.word) in MARGIN), None)
    if place is None:
        return None
    flows = [m for m in find_flows(links, schema, "sum", place) if _holds_money(m, schema)]
    if any(len(m.columns) > 1 or stem(links.tokens[place].word) in _names(m, schema) for m in flows):
        return None
    ways = [(way_of(m.table, m.columns, schema), m) for m in flows]
    came, went = ([m for way, m in ways if way == side] for side in (1, -1))
    return Pair(came[0], went[0], "-", (place,)) if came and went else None


def _names(measure: Measure, schema: Schema) -> set[str]:
    return {root for n in measure.columns for stems in schema.columns[n].words for root, _ in stems}


def put_beside(plan: BusinessPlan, other: BusinessPlan, pair: Pair, schema: Schema) -> BusinessPlan | None:
    """One plan of both, where both are split alike (or not at all)."""
    if plan.grain != other.grain or len(plan.dimensions) != len(other.dimensions) or plan.window or plan.threshold:
        return None
    split = plan.grain or plan.dimensions
    if "count" in (plan.measure.agg, other.measure.agg) and not split and pair.op not in ("/", "%"):
        return None
    alike = all(_same_thing(a, b, schema) for a, b in zip(plan.dimensions, other.dimensions, strict=True))
    if not alike:
        return None
    covered = plan.covered | other.covered | set(pair.span)
    return replace(plan, beside=replace(other, more=()), op=pair.op, covered=frozenset(covered), more=())


def _same_thing(a: int, b: int, schema: Schema) -> bool:
    """One column, or two that hold the same key."""
    if a == b:
        return True
    ends = {}
    for key in schema.catalog.foreign_keys:
        if len(key.columns) == 1:
            ends[key.table, key.columns[0]] = (key.ref_table, key.ref_columns[0])
    one, other = (ends.get(schema.columns[n].key, schema.columns[n].key) for n in (a, b))
    return one == other
