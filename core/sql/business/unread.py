"""Which words of a question a business plan leaves unread. It looks at words alone, never at results."""

from __future__ import annotations

from core.sql.business.plan import BusinessPlan
from core.sql.language.periods import find_grain
from core.sql.linking.known_words import content_of
from core.sql.linking.link import Links

TOLD = 0.6  # how well a mention must name the table that is read


def uncovered(plan: BusinessPlan, links: Links) -> list[int]:
    """Places of content words that the plan does not account for."""
    told = {p for m in links.tables.get(plan.fact, ()) if m.score >= TOLD for p in range(m.start, m.end)}
    left = [p for p in content_of(links) if p not in plan.covered and p not in told]
    left += [m.start for m in links.values if m.kind in ("number", "date") and m.start not in plan.covered]
    grain = find_grain(links.tokens)
    if grain and not plan.grain and not set(range(grain.start, grain.end)) & plan.covered:
        left.append(grain.start)
    return left
