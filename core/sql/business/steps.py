"""The steps that complete a business plan: what it is split by, its conditions, its threshold, its order.

Each takes a plan and the question's links and gives the plan with more of the question covered. No SQL is written.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.aggregates import aggregate_of, named_columns
from core.sql.business.conditions import asks_sides, find_filters
from core.sql.business.contrasts import find_contrast
from core.sql.business.dimensions import LEADS, Dimension, find_dimensions
from core.sql.business.money import is_buying, is_flow, is_planned
from core.sql.business.plan import BusinessPlan, Filter, Measure
from core.sql.business.properties import named_property, taken_for_name, yes_value
from core.sql.business.receipts import count_documents
from core.sql.business.time import DIFFERENCE, date_column
from core.sql.business.unread import TOLD
from core.sql.data.schema import Schema
from core.sql.language.calendar import Grain
from core.sql.language.periods import find_trend
from core.sql.language.words import stem
from core.sql.linking.known_words import AGGREGATES
from core.sql.linking.link import Links, is_content
from core.sql.linking.ordering import has_superlative


def add_dimensions(plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None) -> BusinessPlan:
    """The plan with what it is split by."""
    found, used = find_dimensions(links, schema, plan.fact, set(plan.covered), grain)
    columns = tuple(dict.fromkeys(_own_key(c, plan.fact, schema) for d in found for c in d.columns))
    keys = tuple(d.key for d in found if d.key is not None and d.key not in columns)
    covered = plan.covered | used | _tables_said(columns, plan.fact, links, schema)
    plan = replace(plan, dimensions=columns, keys=keys, covered=covered)
    if len(found) > 1 and not plan.window and _ranked_within(links, found):
        inner = next(d for d in found[1:] if d.lead in (*LEADS_OF_GROUPS, "by"))
        plan = replace(plan, window="rank", within=inner.columns[0])
    elif plan.window == "rank" and len(found) > 1:
        plan = replace(plan, within=found[-1].columns[0])
    return plan


def _own_key(column: int, fact: int, schema: Schema) -> int:
    """'salary by vet' where the visits hold the vet too: the salaries' own key, which repeats no row."""
    for key in schema.catalog.foreign_keys:
        ends = [(key.table, *key.columns), (key.ref_table, *key.ref_columns)]
        if schema.columns[column].key == ends[0] and key.ref_table == schema.tables[fact].table.name:
            return schema.column_of[ends[1]].number
    return column


def _tables_said(columns: tuple[int, ...], fact: int, links: Links, schema: Schema) -> set[int]:
    """The places that name the columns' other tables, by their name or their key: 'type of room' says the rooms by
    their type, 'family of product' the products."""
    tables = {schema.columns[n].table for n in columns} - {fact}
    named = [m for n in tables for m in links.tables.get(n, ()) if m.score >= TOLD]
    keys = [c for n in tables for c in schema.tables[n].columns if schema.columns[c].primary]
    named += [m for c in keys for m in links.columns.get(c, ()) if m.score >= _KEYED]
    return {p for m in named for p in range(m.start, m.end)}


_KEYED = 0.5  # how well a table's key must be named to name its rows


def _ranked_within(links: Links, found: list[Dimension]) -> bool:
    """'the best seller of each region', 'top 3 products by category': a superlative inside every group."""
    first, others = found[0].lead, {d.lead for d in found[1:]}
    counted = first not in (*LEADS_OF_GROUPS, *LEADS, *_ONE_ASKED)  # 'which product sells most by region' is one of all
    grouped = bool(others & set(LEADS_OF_GROUPS)) and first not in LEADS_OF_GROUPS
    return has_superlative(links) and (grouped or (counted and "by" in others))


LEADS_OF_GROUPS = ("each", "every", "within", "per")
_ONE_ASKED = ("which", "what", "who")


def add_filters(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """The plan with its conditions on stored values and numbers."""
    rated = plan.measure is not None and plan.measure.agg == "rate"  # its words are what it counts
    named = set() if rated else taken_for_name(links, schema, plan.fact)
    filters = find_filters(links, schema, plan.fact, set(plan.covered) - named)
    covered = plan.covered | {place for f in filters for place in f.span}
    covered |= _tables_said(tuple(f.column for f in filters), plan.fact, links, schema)
    for made in filters:  # a column named beside its value ('the city of Paris') is said by the condition
        for mention in links.columns.get(made.column, ()):
            if mention.score >= 0.45 and any(
                abs(mention.start - p) <= 4 or abs(p - mention.end) <= 3 for p in made.span
            ):
                covered |= set(range(mention.start, mention.end))
    either = any(token.word == "or" for token in links.tokens) and not has_superlative(links)  # 'do A or B sell more'
    every = [f for f in filters if not either and _names_all(f, schema)]  # 'men and women': both sides are shown
    filters = [f for f in filters if f not in every]
    dimensions = tuple(dict.fromkeys([*plan.dimensions, *(f.column for f in every)]))
    rivals = has_superlative(links) and not plan.grain and any(token.word == "or" for token in links.tokens)
    if not dimensions and (asks_sides(links) or rivals or (plan.grain and find_trend(links.tokens))):
        dimensions = tuple(f.column for f in filters if f.op == "in")[:1]  # 'France and Germany over time': a line each
    sides = named_property(links, schema, plan.fact) if asks_sides(links) else None
    if sides and sides[0] not in dimensions:
        dimensions, covered = (*dimensions, sides[0]), covered | sides[1]
    whole = plan.window == "share" and not dimensions and plan.measure.agg != "count"
    if whole and len(filters) == 1 and filters[0].op in ("=", "in"):
        dimensions = (filters[0].column,)  # 'the share of income paid by card': of all the ways to pay
    return replace(plan, filters=tuple(filters), dimensions=dimensions, covered=frozenset(covered))


def _names_all(f: Filter, schema: Schema) -> bool:
    """Whether a condition names every value that the column holds."""
    entry = schema.columns[f.column]
    return f.op == "in" and len(f.value) > 1 and set(entry.column.values) == set(f.value)


def add_contrast(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'average alcohol of wines with quality above the average': a comparison of another column picks the rows."""
    asked = aggregate_of(links)[0] or plan.dimensions or plan.window == "share"
    contrast = find_contrast(links, schema) if asked else None
    if contrast is None or schema.columns[contrast.left].table != plan.fact or contrast.left in plan.measure.columns:
        return plan
    if set(range(*plan.measure.span)) & set(contrast.span):
        return plan
    filters = tuple(f for f in plan.filters if not set(f.span) <= set(contrast.span))  # said by it
    bound = plan.threshold if plan.threshold and not set(plan.threshold.span) <= set(contrast.span) else None
    covered = plan.covered | set(contrast.span)
    return replace(plan, contrast=contrast, filters=filters, threshold=bound, covered=covered)


def count_things(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'how many customers bought in 2025' counts each customer once, in the table of what they bought."""
    measure = plan.measure
    if measure.agg != "count" or not any(is_buying(token) for token in links.tokens):
        return plan
    name = schema.tables[measure.table].table.name
    deeds = {p for p, token in enumerate(links.tokens) if is_buying(token)}
    own = [n for n in schema.tables[measure.table].columns if schema.columns[n].time]
    if any(m.start in deeds for n in own for m in links.columns.get(n, ())):
        return plan  # 'properties sold in 2024' where they have a day of sale
    for key in schema.catalog.foreign_keys:
        table = schema.table_of[key.table].number
        named = any(m.score >= 0.8 for m in links.tables.get(table, ()))
        date = date_column(table, links, schema)
        if key.ref_table != name or len(key.columns) != 1 or date is None or named:
            continue
        column = schema.column_of.get((key.table, key.columns[0]))
        if column is None:
            continue
        counted = Measure("distinct", table, (column.number,), "{0}", measure.span)
        return replace(
            plan, measure=counted, date=date if plan.periods or plan.grain else None, covered=plan.covered | deeds
        )
    return plan


def add_more(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'sales and cost by region', 'GOOG vs AAPL': further measured columns of the table, named beside the first."""
    measure = plan.measure
    if measure.agg == "count" and not plan.window:
        return _figures_beside_count(plan, links, schema)
    if measure.agg not in ("sum", "avg", "max", "min", "median") or plan.window:
        return plan
    if measure.expression == "{0} - {1}":
        return _both_sides(plan, links)
    said = [AGGREGATES[stem(t.word)] for p, t in enumerate(links.tokens) if stem(t.word) in AGGREGATES]
    others = tuple(dict.fromkeys(agg for agg in said if agg != measure.agg))
    if others and measure.agg in said and not plan.contrast and len(named_columns(links, schema)) == 1:
        return replace(plan, more=tuple(replace(measure, agg=agg) for agg in others))
    (first, last), covered, more = measure.span, set(plan.covered), []
    ahead = sorted(named_columns(links, schema), key=lambda named: named[1].start)
    for number, mention in [*ahead, *reversed(ahead)]:
        places = set(range(mention.start, mention.end))
        gap = range(last, mention.start) or range(mention.end, first)
        between = [links.tokens[p] for p in gap]
        near = len(gap) <= _APART and any(token.word in _JOINERS for token in between)
        told = len(gap) <= _ASIDE and any(token.word == "and" for token in between)
        beside = near or (told and _all_read(gap, covered, links))
        same = schema.columns[number].table == measure.table and number not in (*measure.columns, *plan.dimensions)
        same = same and yes_value(schema.columns[number]) is None
        if beside and same and mention.score >= 0.7 and not places & covered:
            agg = next((AGGREGATES[stem(t.word)] for t in between if stem(t.word) in AGGREGATES), measure.agg)
            more.append(Measure(agg, measure.table, (number,), "{0}", (mention.start, mention.end)))
            first, last = min(first, mention.start), max(last, mention.end)
            covered |= places
    apart = _difference_beside(measure, more, covered, links, schema)
    counted = apart or _count_beside(measure, last, links, schema) or _count_before(measure, first, links)
    if counted:
        more.append(counted)
        covered |= set(range(*counted.span))
    return replace(plan, more=tuple(more), covered=frozenset(covered))


def _difference_beside(
    measure: Measure, more: list[Measure], covered: set[int], links: Links, schema: Schema
) -> Measure | None:
    """'budget against actual, plus the gap': how far two amounts are apart, what came of a plan against the plan."""
    place = next((p for p, token in enumerate(links.tokens) if token.word in _APART_WORDS and p not in covered), None)
    if place is None or len(more) != 1 or {measure.agg, more[0].agg} != {"sum"} or len(measure.columns) > 1:
        return None
    sides = (measure.columns[0], more[0].columns[0])
    sides = sides if not is_planned(schema.columns[sides[0]]) else sides[::-1]
    return Measure("sum", measure.table, sides, "{0} - {1}", (place, place + 1))


_APART_WORDS = DIFFERENCE | {"gap", "variance", "deviation"}


def _all_read(places: range, covered: set[int], links: Links) -> bool:
    """Whether nothing stands at these places that is still to be read."""
    left = [links.tokens[p] for p in places if p not in covered]
    return not any((is_content(token) and not is_flow(token)) or token.kind == "number" for token in left)


def _both_sides(plan: BusinessPlan, links: Links) -> BusinessPlan:
    """'budget and actual, with the difference': both sides of a difference where both are named, joined by 'and'."""
    measure = plan.measure
    named = [next((m for m in links.columns.get(n, ()) if m.score >= 0.6), None) for n in measure.columns]
    if not all(named):
        return plan
    first, second = sorted(named, key=lambda mention: mention.start)
    between = links.tokens[first.end : second.start]
    if not 0 < len(between) <= _APART or not any(token.word in _JOINERS for token in between):
        return plan
    spans = [(mention.start, mention.end) for mention in named]
    more = [Measure("sum", measure.table, (n,), "{0}", s) for n, s in zip(measure.columns, spans, strict=True)]
    return replace(plan, more=tuple(more), covered=plan.covered.union(*(range(*span) for span in spans)))


def _count_beside(measure: Measure, last: int, links: Links, schema: Schema) -> Measure | None:
    """'average satisfaction and number of tickets': how many rows there are, behind the last figure."""
    words = [token.word for token in links.tokens]
    for place in range(last, min(last + _APART, len(words) - 2)):
        counts = words[place : place + 2] in (["number", "of"], ["how", "many"])
        if counts and any(word in _JOINERS for word in words[last:place]):
            own = (n for n in schema.tables[measure.table].columns if schema.columns[n].unique >= _EACH_ROW)
            named = (*links.tables.get(measure.table, ()), *(m for n in own for m in links.columns.get(n, ())))
            told = next((m for m in named if m.start <= place + 2 < m.end and m.score >= _NAMED), None)
            if told:
                return Measure("count", measure.table, (), "*", (place, told.end))
            documents = count_documents(links, schema, place + 2)
            own = documents if documents and documents.table == measure.table else None
            return own or _referred_beside(measure.table, place, links, schema)
    return None


def _referred_beside(table: int, place: int, links: Links, schema: Schema) -> Measure | None:
    """'amount collected and how many different orders': the different things of a table that the rows refer to."""
    at = place + 2 + (links.tokens[place + 2].word in ("different", "distinct"))
    for key in schema.catalog.foreign_keys:
        if key.table != schema.tables[table].table.name or len(key.columns) != 1:
            continue
        things = links.tables.get(schema.table_of[key.ref_table].number, ())
        told = next((m for m in things if m.start == at and m.score >= TOLD), None)
        if told:
            column = schema.column_of[key.table, key.columns[0]].number
            return Measure("distinct", table, (column,), "{0}", (place, told.end))
    return None


def _count_before(measure: Measure, first: int, links: Links) -> Measure | None:
    """'tickets by month in 2025 and average satisfaction': the question opens with the rows, which are counted."""
    if measure.agg != "avg" or not any(token.word == "and" for token in links.tokens[max(0, first - 2) : first]):
        return None
    opening = (
        m for m in links.tables.get(measure.table, ()) if m.start <= 1 and m.score >= _NAMED and m.end < first - 1
    )
    told = next(opening, None)
    split = told and any(token.word in LEADS for token in links.tokens[told.end : first])
    return Measure("count", measure.table, (), "*", (told.start, told.end)) if split else None


def _figures_beside_count(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'number of tickets and average satisfaction': figures behind a count, each with its own aggregate."""
    words, covered, more = [stem(token.word) for token in links.tokens], set(plan.covered), []
    for number, mention in sorted(named_columns(links, schema), key=lambda named: named[1].start):
        places = set(range(mention.start, mention.end))
        lead = words[max(0, mention.start - _APART) : mention.start]
        after = words[mention.end : mention.end + 1]  # 'importe medio'
        agg = next((AGGREGATES[word] for word in (*lead, *after) if word in AGGREGATES), "")
        joined_to = _joined_behind(mention.start, links) and mention.start >= plan.measure.span[1]
        own = schema.columns[number].table == plan.measure.table
        told = mention.score >= (_NAMED if words[mention.start - 1] in AGGREGATES else 0.7)  # 'average rating'
        if agg and joined_to and own and told and not places & covered:
            more.append(Measure(agg, plan.measure.table, (number,), "{0}", (mention.start, mention.end)))
            covered |= places
    return replace(plan, more=tuple(more), covered=frozenset(covered))


def _joined_behind(place: int, links: Links) -> bool:
    """Whether 'and' stands before a place with nothing but small words and an aggregate between: 'and what is their
    average tenure'."""
    while place > 0:
        token = links.tokens[place - 1]
        if token.word in _JOINERS:
            return True
        if is_content(token) and stem(token.word) not in AGGREGATES:
            return False
        place -= 1
    return False


_EACH_ROW = 0.999  # of a column's values differ where it tells each row apart: an invoice number
_NAMED = 0.3  # how well what is counted, or averaged, must be named beside a figure
_APART = 3  # words between two measures: 'and the total'
_ASIDE = 8  # and where all between them is read already: 'spend in 2025 and what was its budget'
_JOINERS = ("and", ",", "vs", "versus", "against")
