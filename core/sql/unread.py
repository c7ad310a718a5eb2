"""Which words of a question a business plan leaves unread, and which words the rules know as their own.

It looks at words alone, never at results.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.sql.aggregates import AGGREGATES
from core.sql.business_plan import BusinessPlan
from core.sql.lexicon import fold, read_cues
from core.sql.link import Links, is_content
from core.sql.ordering import HIGH, LOW
from core.sql.periods import find_grain
from core.sql.words import Token, stem

WINDOWS = {name: tuple(phrases) for name, phrases in read_cues()["windows"].items()}


_WINDOW_WORDS = frozenset(stem(word) for phrases in WINDOWS.values() for phrase in phrases for word in phrase.split())


TOLD = 0.6  # how well a mention must name the table that is read
_SPARE = frozenset(stem(word) for word in read_cues()["measures"]["spare"].split())
_SAID = " ".join((*read_cues()["time_ends"].values(), read_cues()["comparing"]["late"]))
_OWN_WORDS = _SPARE | HIGH | LOW | _WINDOW_WORDS | frozenset(stem(word) for word in _SAID.split())


def uncovered(plan: BusinessPlan, links: Links) -> list[int]:
    """Places of content words that the plan does not account for."""
    told = {p for m in links.tables.get(plan.fact, ()) if m.score >= TOLD for p in range(m.start, m.end)}
    left = [p for p in content_of(links) if p not in plan.covered and p not in told]
    left += [m.start for m in links.values if m.kind in ("number", "date") and m.start not in plan.covered]
    grain = find_grain(links.tokens)
    if grain and not plan.grain and not set(range(grain.start, grain.end)) & plan.covered:
        left.append(grain.start)
    return left


def is_known_word(root: str) -> bool:
    """Whether the rules know a stem as a word of their own: 'median', 'correlation', 'share', 'most'."""
    return root in _OWN_WORDS or root in AGGREGATES or root.startswith("correl")


def content_of(links: Links) -> Iterable[int]:
    """Places of words that say something of their own, beyond how to count and order."""
    for place, token in enumerate(links.tokens):
        root = stem(token.word)
        little = root in _SPARE | HIGH | LOW or root in AGGREGATES or (links.lang == "es" and says_little(token))
        if is_content(token) and not little:
            yield place


_MEANT = 0.8  # how surely an untranslated word must mean a spare one


def says_little(token: Token) -> bool:
    """Whether a Spanish word that no phrase translates means one that says nothing of its own ('consigue', 'logra')."""
    asis = token.kind == "word" and fold(token.source) == token.word
    return asis and any(root in _SPARE and weight >= _MEANT for root, weight in token.stems)
