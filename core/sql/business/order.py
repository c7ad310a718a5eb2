"""In which order the rows of a business question come, and how many: superlatives, 'top five', 'highest first'."""

from __future__ import annotations

import re
from dataclasses import replace

from core.sql.business.aggregates import aggregate_of
from core.sql.business.conditions import asks_sides
from core.sql.business.money import is_buying, is_flow
from core.sql.business.plan import BusinessPlan
from core.sql.business.time import falls
from core.sql.data.schema import Schema
from core.sql.language.periods import find_grain
from core.sql.language.words import stem
from core.sql.linking.link import Links, ValueMention
from core.sql.linking.ordering import HIGH, LOW, find_sorting, superlatives


def add_order(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """Descending for 'most', ascending for 'least'; a number beside 'top' or a superlative is how many."""
    tokens, covered = links.tokens, set(plan.covered)
    roots = [stem(token.word) for token in tokens]
    around = {plan.measure.span[0] - 1, plan.measure.span[1]} if plan.measure.columns else set()
    covered |= {p for p in around if 0 <= p < len(tokens) and (is_flow(tokens[p]) or is_buying(tokens[p]))}
    plan = replace(plan, covered=frozenset(covered))
    agg, at = aggregate_of(links)
    own = range(plan.measure.span[0] - 1, plan.measure.span[1]) if plan.measure.agg in ("max", "min") else ()
    spoken = [p for p in superlatives(links) if not ((agg in ("max", "min") and p == at) or p in own)]
    high, low = any(roots[p] in HIGH for p in spoken), any(roots[p] in LOW for p in spoken)
    sorting = find_sorting(links)
    if sorting:
        return replace(plan, descending=sorting[0], covered=plan.covered | sorting[1])
    if not (high or low) or not (plan.dimensions or plan.grain) or _is_limited(plan):
        return plan
    count = next((m for m in links.values if _is_count(m, covered)), None)
    if count:
        covered |= set(range(count.start, count.end))
    elif asks_sides(links) and not any(token.word in _ASKING for token in tokens[:2]):
        return plan  # 'are men paid more? the salary of men and of women': both are shown
    limit = count.value if count else (None if _plural_ask(links) else 1)
    window = plan.window
    if count and window == "share" and not plan.grain and _shares_of(links, count.start):
        plan = replace(plan, op="+")
    if plan.grain and plan.dimensions and not window and _each_unit(links):
        window, limit = "rank", limit or 1  # 'the best seller of each month'
    upward = (high or not low) != (window == "growth" and falls(links))
    return replace(plan, window=window, descending=upward, limit=limit, covered=frozenset(covered))


def _shares_of(links: Links, place: int) -> bool:
    """'the share of the top ten' is what they make together; 'the top ten and their share' is a list."""
    words = [token.word for token in links.tokens[:place]]
    return any(word.startswith(("share", "percent", "proportion", "%")) for word in words)


def _each_unit(links: Links) -> bool:
    """'for each year', 'in every quarter': the order is one of each unit of time."""
    grain = find_grain(links.tokens)
    return grain is not None and links.tokens[grain.start].word in ("each", "every")


_ASKING = frozenset("which what who".split())


def _is_limited(plan: BusinessPlan) -> bool:
    """A condition on the measure itself leaves as many groups as meet it; one on their size still ranks them."""
    return plan.threshold is not None and not plan.threshold.of_rows


def _is_count(mention: ValueMention, covered: set[int]) -> bool:
    whole = mention.kind == "number" and isinstance(mention.value, int) and 0 < mention.value <= 100
    return whole and not set(range(mention.start, mention.end)) & covered


def _plural_ask(links: Links) -> bool:
    """'cuáles son los productos', 'which products': more than one is asked for."""
    return bool(_PLURAL.search(links.question.lower()))


_PLURAL = re.compile(  # 'mes', 'país', 'gas' are one
    r"\b(cu[aá]les|qu[eé] (?!(?:mes|pais|gas|bus|virus|\w+[áéíóú]s|\w+[ií]sis)\b)\w+s"
    r"|which (?!(?:was|is|has|does|us)\b)\w+s|what are|top)\b"
    r"|^(?:the |our |my )?(?:best|worst|bottom) \w+s\b|^(?:l[oa]s |(?:nuestr|mi)[oa]?s )?(?:mejores|peores)\b"
    r"|^(?:l[oa]s |the )?(?!mes\b|pa[ií]s\b)\w+s (?:que|that|which)\b"
)
