"""Business questions that list things: by a comparison of columns, by what they lack, or by conditions alone.

It gives plans without a measure ('how many' of them counts). It writes no SQL.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from core.sql.business.aggregates import aggregate_of, named_columns
from core.sql.business.blanks import filled_or_empty
from core.sql.business.contrasts import find_absence, find_contrast
from core.sql.business.dimensions import LEADS, Dimension, dimension_at, names_one
from core.sql.business.plan import BusinessPlan, Contrast, Measure
from core.sql.business.set_lists import find_period_set, find_set_list
from core.sql.business.steps import add_filters
from core.sql.business.time import add_periods, asks_when
from core.sql.business.time_ends import TimeEnd, find_time_end
from core.sql.business.unread import uncovered
from core.sql.data.entities import name_columns
from core.sql.data.schema import Schema
from core.sql.language.calendar import Grain
from core.sql.language.lexicon import read_cues
from core.sql.language.operators import BOUNDS
from core.sql.language.words import stem
from core.sql.linking.link import Links
from core.sql.linking.ordering import LOW, has_superlative, is_ordering, superlatives


def find_lists(
    links: Links, schema: Schema, today: datetime.date, grain: Grain | None
) -> tuple[list[BusinessPlan], list[BusinessPlan]]:
    """(things that compare or lack something, things that only meet conditions): plans without a measure."""
    out: list[BusinessPlan] = []
    plain: list[BusinessPlan] = []
    contrast = find_contrast(links, schema)
    agg, at = aggregate_of(links)
    measured = agg in ("avg", "sum", "median", "max", "min") and contrast and at not in contrast.span
    if contrast and not measured:
        out.append(_contrasted(contrast, links, schema, today))
    subject = find_subject(links, schema)
    amount = [token.word for token in links.tokens[:2]] == ["how", "much"]
    joined = find_period_set(links, schema, subject, today)
    joined = joined or find_set_list(links, schema, subject[0] if subject else None)
    if joined:
        out.append(joined)
    elif subject is not None:
        table, span = subject
        empty = {p for f in filled_or_empty(links, schema, table, set()) for p in f.span}
        absence = find_absence(links, schema, table)
        absence = None if absence and set(absence.span) <= empty else absence  # 'properties not sold' say it themselves
        if absence:
            covered = frozenset([*range(*span), *absence.span])
            plan = BusinessPlan(None, lang=links.lang, subject=table, absence=absence, covered=covered)
            plan = add_periods(plan, links, schema, today, absence.table)
            out.append(_counted(add_filters(plan, links, schema), links))
        elif not contrast and not aggregate_of(links)[0] and not has_superlative(links) and not grain and not amount:
            plan = BusinessPlan(None, lang=links.lang, subject=table, covered=frozenset(range(*span)))
            plan = add_periods(plan, links, schema, today, table)
            plan = add_filters(plan, links, schema)
            told = plan.filters or (plan.periods and not uncovered(plan, links))
            if told and not _sorts_by_column(links):
                plain.append(plan)
    elif not (contrast or aggregate_of(links)[0] or has_superlative(links) or grain):
        plain += _values_asked(links, schema, today)
    ranked = None if contrast or grain or joined else _ranked_things(links, schema, subject, today)
    if ranked and ranked.within is not None:
        return [*out, ranked], plain
    return out, [*plain, ranked] if ranked else plain


def _values_asked(links: Links, schema: Schema, today: datetime.date) -> list[BusinessPlan]:
    """'which countries have a population above 5 million in 2007': the values of a column whose rows meet a bound."""
    if not links.tokens or links.tokens[0].word not in ("which", "what", "list", "show", "name"):
        return []
    for table in schema.tables:
        found = dimension_at(1, links, schema, table.number, set(), 1)
        own = found and schema.columns[found.columns[0]]
        if not own or own.table != table.number or own.kind != "text":
            continue
        covered = frozenset(range(*found.span))
        plan = BusinessPlan(None, lang=links.lang, subject=table.number, keys=found.columns, covered=covered)
        plan = add_filters(add_periods(plan, links, schema, today, table.number), links, schema)
        bound = next((f for f in plan.filters if f.op in BOUNDS), None)
        if bound and plan.periods and schema.columns[plan.date].time == "year":  # a row for each in a year
            return [replace(plan, ranked=bound.column, descending=bound.op.startswith(">"))]
        if bound:
            return [plan]
    return []


def _sorts_by_column(links: Links) -> bool:
    """'orders that were cancelled, sorted by their date': a list has no order of its own then."""
    words = [token.word for token in links.tokens]
    return any(words[p] in _SORTED and words[p + 1] == "by" for p in range(len(words) - 1))


_SORTED = frozenset("order ordered sort sorted arrange arranged rank ranked".split())
_HIGHEST, _LOWEST = (frozenset(read_cues()["superlatives"][name].split()) for name in ("high", "low"))
_ASKED = 0.85  # how well a column must be named to be shown
_BESIDE = 3  # words between a superlative and the column that it ranks by


def _ranked_things(
    links: Links, schema: Schema, subject: tuple[int, tuple[int, int]] | None, today: datetime.date
) -> BusinessPlan | None:
    """'the five claims with the highest amount', 'the newest customer', 'the heaviest animal of each species': things
    of a table by a column of their own."""
    if aggregate_of(links)[0]:
        return None
    end = _by_number(links, schema, *subject) if subject else None
    if end is None:
        subject = subject or _things_of_time(links, schema)
        end = find_time_end(links, schema, subject[0]) if subject else None
    if end is None:
        return None
    table, span = subject
    covered = frozenset([*range(*span), *end.places])
    group, split = _group_said(links, schema, table, set(covered))
    if split and group is None:
        return None
    count = next((m for m in links.values if m.kind == "number" and _is_few(m.value) and m.start <= span[0]), None)
    many = span[1] > span[0] and links.tokens[span[0]].source.endswith("s")
    limit = count.value if count else None if many else 1
    covered = covered | set(range(count.start, count.end)) if count else covered
    plan = BusinessPlan(
        None, lang=links.lang, subject=table, ranked=end.column, descending=end.descending, limit=limit, covered=covered
    )
    if group:
        covered = covered | set(range(*group.span))
        plan = replace(plan, within=group.columns[0], limit=limit or 1, covered=covered)
    plan = add_filters(add_periods(plan, links, schema, today, table), links, schema)
    return _with_asked(plan, links, schema) if schema.columns[end.column].time else plan


def _group_said(links: Links, schema: Schema, table: int, taken: set[int]) -> tuple[Dimension | None, bool]:
    """(what 'each' or 'per' splits the things by, whether anything does)."""
    places = [p for p, token in enumerate(links.tokens) if token.word in LEADS and not is_ordering(links.tokens, p)]
    places = [p for p in places if p not in taken and not names_one(links.tokens, p)]
    if len(places) != 1 or links.tokens[places[0]].word == "by":
        return None, bool(places)
    found = dimension_at(places[0] + 1, links, schema, table, taken, 3)
    return (found if found and len(found.columns) == 1 else None), True


def _with_asked(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'the salary of the newest employee': what is asked of the thing is shown beside its name."""
    asked: dict[int, set[int]] = {}
    for number in schema.tables[plan.fact].columns:
        for m in links.columns.get(number, ()):
            places = set(range(m.start, m.end))
            if m.score >= _ASKED and not places & plan.covered and number != plan.ranked:
                asked[number] = places
    if not asked:
        return plan
    keys = tuple(dict.fromkeys([*name_columns(plan.fact, schema), *asked]))
    return replace(plan, keys=keys, covered=plan.covered.union(*asked.values()))


def _by_number(links: Links, schema: Schema, table: int, span: tuple[int, int]) -> TimeEnd | None:
    """'the highest amount', 'the heaviest': a number of the table's own, named beside a superlative or by it."""
    adjectives = {p for p, token in enumerate(links.tokens) if token.word in _HIGHEST | _LOWEST}
    places = sorted({*superlatives(links), *adjectives})
    for number, mention in named_columns(links, schema) if places else ():
        said = range(mention.start, mention.end)
        near = [p for p in places if p in said or 0 < said.start - p <= _BESIDE or 0 <= p - said.stop <= _BESIDE]
        own = schema.columns[number].table == table
        if near and own and not set(range(*span)) >= set(said):
            word = links.tokens[near[0]].word
            return TimeEnd(number, word not in _LOWEST and stem(word) not in LOW, (*said, *places))
    return None


def _things_of_time(links: Links, schema: Schema) -> tuple[int, tuple[int, int]] | None:
    """'who was hired last', 'the youngest in IT': no thing is named, and one table has the time that tells: the only
    one, or the one that is named, or that holds births or the values that are named."""
    valued = {schema.columns[column].table for m in links.values for column, _, _ in m.hits}
    found = []
    for table in schema.tables:
        end = find_time_end(links, schema, table.number)
        if end is not None:
            found.append((2 * end.named + (table.number in valued) + end.of_life, table.number))
    best = [number for score, number in found if score == max(found)[0]]
    return (best[0], (0, 0)) if len(best) == 1 else None


def _is_few(value: object) -> bool:
    return isinstance(value, int) and 0 < value <= 100


def find_subject(links: Links, schema: Schema) -> tuple[int, tuple[int, int]] | None:
    """(table, span) of the thing that is listed: the first table that is named, the better named first; else the one
    whose rows a named column tells apart ('items' of a table of equipment with one row an item)."""
    named = [(m.start, -m.score, n, m) for n, ms in links.tables.items() for m in ms if m.score >= 0.7]
    if not named:
        keys = [entry for entry in schema.columns if entry.primary and entry.kind == "text"]
        said = ((e.table, m) for e in keys for m in links.columns.get(e.number, ()) if m.score >= 0.8)
        named = [(m.start, -m.score, table, m) for table, m in said]
    if not named:
        return None
    _, _, table, mention = min(named, key=lambda row: row[:3])
    return table, (mention.start, mention.end)


def _contrasted(contrast: Contrast, links: Links, schema: Schema, today: datetime.date) -> BusinessPlan:
    """Rows that compare; or, where what is asked for repeats ('which areas'), groups whose sums compare."""
    table = schema.columns[contrast.left].table
    covered = frozenset(contrast.span)
    plan = BusinessPlan(None, lang=links.lang, subject=table, contrast=contrast, covered=covered)
    asked = next((p for p, t in enumerate(links.tokens) if t.word in ("which", "what", "list", "show")), -1)
    found = dimension_at(asked + 1, links, schema, table, set(covered), 3)
    if not found and asked > 0:  # 'áreas que se pasaron de presupuesto'
        found = dimension_at(0, links, schema, table, set(covered), 0)
    words = [token.word for token in links.tokens]
    apart = any(words[p : p + 3] == ["by", "how", "much"] for p in range(len(words) - 2))
    plan = replace(plan, op="-" if apart else "")
    plan = add_periods(plan, links, schema, today, table)
    if asks_when(links) and plan.date is not None:
        plan = replace(plan, keys=(plan.date,))  # 'in which months did we spend more than budgeted'
    elif found:
        plan = replace(plan, covered=plan.covered | set(range(*found.span)))
        repeats = len(found.columns) == 1 and schema.columns[found.columns[0]].unique < 0.5
        own = all(schema.columns[c].table == table for c in found.columns)
        if repeats and own and contrast.right is not None and schema.columns[contrast.left].kind == "number":
            plan = replace(plan, dimensions=found.columns)
        elif not _named_table(table, found, links):
            plan = replace(plan, keys=found.columns)
    return _counted(add_filters(plan, links, schema), links)


def _named_table(table: int, found: Dimension, links: Links) -> bool:
    return any(m.start == found.span[0] for m in links.tables.get(table, ()))


def _counted(plan: BusinessPlan, links: Links) -> BusinessPlan:
    """A list becomes the number of its rows where 'how many' asks for it."""
    agg, _ = aggregate_of(links)
    if agg != "count" or plan.dimensions:
        return plan
    return replace(plan, measure=Measure("count", plan.subject, (), "*"))
