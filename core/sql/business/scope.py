"""Whether a question is one for the business rules, or is better left to the learned parser.

It judges finished plans; it changes none.
"""

from __future__ import annotations

from core.sql.business.aggregates import aggregate_of
from core.sql.business.conditions import asks_sides
from core.sql.business.money import is_flow
from core.sql.business.plan import BusinessPlan
from core.sql.business.unread import TOLD, uncovered
from core.sql.data.schema import Schema
from core.sql.language.lexicon import read_cues
from core.sql.language.words import stem
from core.sql.linking.link import Links
from core.sql.linking.ordering import HIGH, LOW, has_superlative, is_ordering, takes_away

# these need no period and no group
_ALONE = ("rate", "corr", "share_of", "part_of", "over_plan", "per", "ratio", "first_last", "median")


def is_business(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """Whether time, a window, a named metric or 'flow by dimension' asks for more than the learned parser knows."""
    if (plan.grain and plan.date is not None) or plan.threshold:
        return True
    if plan.window in ("growth", "running"):
        return bool(plan.grain and plan.date is not None)
    if plan.window in ("share", "rank"):
        return bool(plan.dimensions)
    measure = plan.measure
    if not plan.dimensions and not plan.grain and asks_for_thing(plan, links, schema):
        return False
    if has_superlative(links) and not plan.dimensions and measure.agg not in ("max", "min") and not plan.grain:
        return False  # the most of something is asked for, and the rules do not see of what
    if measure.metric or measure.unit or measure.yes is not None or measure.agg in _ALONE:
        return True
    if plan.periods and plan.date is not None:
        return True
    # 'sales by region' also of a table that holds one row a region
    split = measure.columns and (_split_by(links) or measure.across)
    grouped = plan.dimensions and (split or all(_repeats(n, plan.fact, schema) for n in plan.dimensions))
    if grouped and (_split_by(links) or has_superlative(links) or asks_sides(links)):
        return True
    flow = any(is_flow(token) for token in links.tokens)
    if flow and measure.columns and (grouped or plan.filters):
        return True
    return not plan.dimensions and (measure.agg in ("count", "distinct", "avg", "sum", "max", "min"))


_ADJECTIVES = frozenset(  # words, not stems: 'expense' is no 'expensive'
    word for key in ("high", "low") for word in read_cues()["superlatives"][key].split() if stem(word) not in HIGH | LOW
)


def asks_for_thing(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """'the employee with the highest salary', 'heaviest product', 'invoice 000123': a row is meant, no figure."""
    measure = plan.measure
    first, after = measure.span
    superlative = not measure.unit and any(
        (links.tokens[p].word in _ADJECTIVES or stem(links.tokens[p].word) in HIGH | LOW) and not takes_away(links, p)
        for p in range(max(0, first - 1), after)
    )
    if measure.agg in ("max", "min"):
        left = uncovered(plan, links)
        own = any(m.start == after and m.score >= TOLD for m in links.tables.get(plan.fact, ()))
        if superlative and (own or (after in left and _names_thing(after, None, links, schema))):
            return True  # 'the biggest city', 'the lowest paid employee': the word behind is what is asked for
        owned = any(token.word in _WITH for token in links.tokens[:first])
        return any(p < first and _names_thing(p, None if owned else plan.fact, links, schema) for p in left)
    if superlative and measure.agg in ("avg", "sum"):
        return True  # 'the longest river' is no average of lengths
    adjective = any(token.word in _ADJECTIVES and place not in plan.covered for place, token in enumerate(links.tokens))
    if measure.agg in ("avg", "sum", "count") and aggregate_of(links)[0] != "count" and adjective:
        return True
    exact = any(f.op == "=" and schema.columns[f.column].unique >= 0.9 for f in plan.filters)
    return measure.agg == "count" and exact and aggregate_of(links)[0] != "count"


_WITH = frozenset("with whose con cuyo cuya".split())


def _names_thing(place: int, fact: int | None, links: Links, schema: Schema) -> bool:
    """Whether a word names the measured table or a text column of it; any table's where `fact` is None."""
    texts = (ms for n, ms in links.columns.items() if _is_text_of(schema, n, fact))
    tables = (ms for number, ms in links.tables.items() if fact is None or number == fact)
    return any(m.start <= place < m.end and m.score >= 0.4 for ms in (*texts, *tables) for m in ms)


def _is_text_of(schema: Schema, number: int, fact: int | None) -> bool:
    entry = schema.columns[number]
    return entry.kind == "text" and (fact is None or entry.table == fact)


def _repeats(number: int, fact: int, schema: Schema) -> bool:
    entry = schema.columns[number]
    return entry.table != fact or entry.unique < 0.9


def _split_by(links: Links) -> bool:
    """'by region', 'per agent', 'for each city' where no order is meant."""
    return any(
        token.word in ("by", "per", "each", "every", "across", "within") and not is_ordering(links.tokens, place)
        for place, token in enumerate(links.tokens)
    )
