"""Which things rose or fell between two periods: 'which countries grew in 2025', 'products that sold less in 2025 than
in 2024'.

It finds the words that ask for it; the growth itself is written as any other (`render.py`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.sql.language.lexicon import read_cues
from core.sql.language.periods import find_periods
from core.sql.language.words import stem
from core.sql.linking.link import Links
from core.sql.linking.ordering import has_superlative

_CUES = read_cues()["measures"]
_FALLEN = frozenset(stem(word) for word in _CUES["fallen"].split())
_RISEN = frozenset(stem(word) for word in ("grow", "grew", "grown", "rise", "rose", "risen", "increase", "climbed"))
_MORE, _LESS = frozenset(("more", "most")), frozenset(("less", "fewer", "least"))
_ASKED, _JOINED = frozenset(("which", "what")), frozenset(("which", "that", "whose", "with"))


@dataclass(frozen=True, slots=True)
class Movers:
    """Things whose change is `op` zero; `span` are the tokens that say so."""

    op: str
    span: tuple[int, int]


def find_movers(links: Links) -> Movers | None:
    """None where no things that moved are asked for, or where the one that moved most is."""
    words = [token.word for token in links.tokens]
    if not (set(words[:1]) & _ASKED or set(words[1:3]) & _JOINED):
        return None
    periods = find_periods(links.tokens, datetime.date.today())
    if len(periods) == 2 and {"than", "which"} & set(words[periods[0].end : periods[1].start]):
        place = next((p for p in range(1, periods[0].start) if words[p] in _MORE | _LESS), None)
        if place is not None:
            return Movers("<" if words[place] in _LESS else ">", (place, place + 1))
    moved = next((p for p, word in enumerate(words) if stem(word) in _RISEN | _FALLEN), None)
    if moved is None or not periods or has_superlative(links):
        return None
    return Movers("<" if stem(words[moved]) in _FALLEN else ">", (moved, moved + 1))
