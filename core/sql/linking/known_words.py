"""Words that say something of their own in a question, beside those that only tell how to count, order or look back.

Spare words, aggregates, ends of an order and windows are known to the rules by these lists; no plan is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.sql.language.lexicon import fold, read_cues
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links, is_content
from core.sql.linking.ordering import HIGH, LOW

AGGREGATES = {
    "averag": "avg", "mean": "avg", "maximum": "max", "minimum": "min", "median": "median", "max": "max", "min": "min",
    "mediana": "median",
}  # fmt: skip
WINDOWS = {name: tuple(phrases) for name, phrases in read_cues()["windows"].items()}
_WINDOW_WORDS = frozenset(stem(word) for phrases in WINDOWS.values() for phrase in phrases for word in phrase.split())
_SPARE = frozenset(stem(word) for word in read_cues()["measures"]["spare"].split())
_SAID = " ".join((*read_cues()["time_ends"].values(), read_cues()["comparing"]["late"]))
_OWN_WORDS = _SPARE | HIGH | LOW | _WINDOW_WORDS | frozenset(stem(word) for word in _SAID.split())


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
