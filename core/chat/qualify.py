"""What a question says beside its subject and that other text may say otherwise: per month or per week, at least or at
most, gross or net, interns or employees (`qualifiers.toml`).

A text that is silent is never at fault; only one that names other sorts than the question, and not the question's.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.chat.words import fold

_FILE = Path(__file__).with_name("qualifiers.toml")
_OF_FIGURES = ("money", "number", "percent", "duration")
_LED = re.compile(r"\b(?:the|el|la|del|los|las)\s+$")
_NONE: frozenset[str] = frozenset()
_ONLY_OF_FIGURES = frozenset({"rate", "measure", "tax", "vat", "trade", "company"})  # respects that tell figures apart

# A clause that names one party may well be about the other, and 'with' says what comes with it in any sentence.
_WITHIN_SENTENCES = frozenset({"lease", "sale", "insurance", "company"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A sort named in a text, where it stands, and in which respect."""

    start: int
    end: int
    respect: str
    sort: str


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Respect -> one pattern with a named group for each of its sorts."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        respect: re.compile("|".join(rf"(?<!\w)(?P<{sort}>{pattern})(?!\w)" for sort, pattern in sorts.items()))
        for respect, sorts in read.items()
    }


@functools.lru_cache(maxsize=4096)
def find_marks(text: str) -> tuple[Mark, ...]:
    """Every sort that a text names, in order of respects and places."""
    folded = fold(text)
    return tuple(
        Mark(*match.span(), respect, str(match.lastgroup))
        for respect, pattern in _patterns().items()
        for match in pattern.finditer(folded)
    )


def asked_sorts(question: str, want: str) -> dict[str, frozenset[str]]:
    """Respect -> the sorts that a question names, in the respects that can matter for what it wants."""
    found: dict[str, frozenset[str]] = {}
    for mark in find_marks(question):
        if mark.respect == "place" and not _LED.search(fold(question[: mark.start])):
            continue  # 'who first said so'
        if want in _OF_FIGURES or mark.respect not in _ONLY_OF_FIGURES:
            found[mark.respect] = found.get(mark.respect, frozenset()) | {mark.sort}
    return found


def _named(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for mark in find_marks(text):
        found[mark.respect] = found.get(mark.respect, _NONE) | {mark.sort}
    return found


def compare_sorts(asked: Mapping[str, frozenset[str]], text: str, over: str) -> tuple[int, int]:
    """In how many respects a text names other sorts than those asked for, and neither it nor what stands `over` it
    names one of these; and in how many one of these is named."""
    if not asked:
        return 0, 0
    own, above = _named(text), _named(over)
    asked = {respect: sorts for respect, sorts in asked.items() if respect not in _WITHIN_SENTENCES}
    met = [respect for respect, sorts in asked.items() if sorts & (own.get(respect, _NONE) | above.get(respect, _NONE))]
    return sum(respect in own and respect not in met for respect in asked), len(met)
