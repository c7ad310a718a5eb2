"""Who a contract calls what: 'Norvik Ltd (the Supplier)'. A statement may use either, and gives a duty to the wrong
party where it begins with one and its source's sentence with the other. It reads definitions in brackets alone.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.places import Segment
from core.validation.vocabulary import Word
from core.validation.word_lists import stems_of

_NAME = r"[A-ZÁÉÍÓÚÑ&][\w&.'’-]*(?:,? (?:[A-ZÁÉÍÓÚÑ&][\w&.'’-]*|de|del|la|y|of|and)){0,8}"
_DEFINED = re.compile(
    rf"(?<![\w&.'’-])({_NAME})(?: plc| gmbh)?,? \((?:hereinafter,? |en adelante,? )?[\"“«']?"
    r"(?:the|el|la|los|las) [\"“«']?([A-Z]\w+)[\"”»']?\)"
)
_SUFFIXES = frozenset("ltd plc inc llc gmbh sa sl sau slu co corp company group the and of de del la y".split())
_BREAK = re.compile(r"[,;:]\s")
Roles = dict[str, str]


def read_roles(evidence: Evidence) -> Roles:
    """The folded words of each name that a cited page gives a role to, each with that role; none that two share."""
    found: dict[str, set[str]] = {}
    for text in dict.fromkeys(passage.page_text for passage in evidence.passages):
        for name, role in _defined(text):
            for word in re.findall(r"[\w&-]+", fold(name)):
                if word not in _SUFFIXES and len(word) > 2:
                    found.setdefault(word, set()).add(fold(role))
    return {word: next(iter(roles)) for word, roles in found.items() if len(roles) == 1}


@functools.lru_cache(maxsize=256)
def _defined(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_DEFINED.findall(text))


def with_roles(claim: Segment, roles: Roles) -> Segment:
    """The statement whose names of parties say their roles too."""
    words = [
        replace(word, keys=word.keys | _keys(roles[name])) if (name := _bare(word)) in roles else word
        for word in claim.words
    ]
    return replace(claim, words=words) if roles else claim


def check_roles(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The party that a statement begins with, where its source's sentence begins with another one and goes on alike."""
    roles = read_roles(evidence)
    if len(set(roles.values())) < 2:
        return []
    said = _led_by(claim, roles)
    for segment in {s.text: s for passage in evidence.passages for s in passage.quoted}.values():
        told = None if _DEFINED.search(segment.text) else _led_by(segment, roles)
        if not said or not told or said[0] == told[0] or _passive(claim) != _passive(segment):
            continue
        keys = frozenset().union(*(word.keys for word in told[1]))
        if any(word.keys & keys for word in said[1]):
            return [Finding("figure_swapped", {"what": said[0].capitalize(), "instead": told[0].capitalize()})]
    return []


def _led_by(segment: Segment, roles: Roles) -> tuple[str, Sequence[Word]] | None:
    """The party that a sentence begins with, and the next words that say what it does."""
    known = set(roles.values())
    parties = [(word, roles.get(_bare(word), _bare(word))) for word in segment.words]
    named = [(word, role) for word, role in parties if role in known]
    if not named:
        return None
    first, role = named[0]
    opened = max((match.end() for match in _BREAK.finditer(segment.text, 0, first.start)), default=0)
    if any(opened <= w.start < first.start and not w.stop for w in segment.words):
        return None  # 'it costs the Buyer': another one acts
    others = [word.start for word, other in named if other != role]
    stop = min(others, default=len(segment.text))
    behind = [w for w in segment.words if first.end <= w.start < stop and not w.stop and _bare(w) not in roles]
    return role, list(itertools.islice(behind, 3))


def _passive(segment: Segment) -> bool:
    return bool(re.search(r"\b(?:by|por) (?:the |el |la )?[A-Z]", segment.text))


def _bare(word: Word) -> str:
    return fold(word.text).removesuffix("'s").removesuffix("’s")


def _keys(role: str) -> frozenset[str]:
    return frozenset({f"w:{role}"} | {f"{lang}:{stem}" for lang in ("en", "es") for stem in stems_of(role, lang)})
