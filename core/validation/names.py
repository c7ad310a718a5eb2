"""The proper names that a statement uses: runs of capitalised words, acronyms, and codes.

The first word of a sentence is a name only where another capitalised word follows, or where it is written so inside a
sentence of the sources. It knows no persons or places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.validation.dates import DateSpan
from core.validation.measures import Quantity, fold, lexicon
from core.validation.word_lists import is_ordinary
from core.validation.word_lists import lexicon as words_lexicon

_CAPITAL = re.compile(r"[^\W\d_a-zà-öø-ÿ](?:[^\W\d_]|['’&-](?=[^\W\d_]))*", re.UNICODE)
_START = re.compile(r"(?:^|[.!?:;“\"«(]\s*|\n\s*|[-*•]\s+|\*\*)$")


@dataclass(frozen=True, slots=True)
class Name:
    """One word of a name; `sure` where its capital is not that of a sentence's start."""

    start: int
    end: int
    text: str
    sure: bool


def read_names(text: str, dates: list[DateSpan], quantities: list[Quantity]) -> list[Name]:
    names: list[Name] = []
    taken = [(d.start, d.end) for d in dates] + [(q.start, q.end) for q in quantities]
    common, months = words_lexicon()["common_names"], lexicon()["months"]
    stop = words_lexicon()["stop"]
    for match in _CAPITAL.finditer(text):
        if match.start() and (text[match.start() - 1].isalnum()):
            continue
        word = fold(match.group()).removesuffix("'s").removesuffix("’s")
        if any(a < match.end() and match.start() < b for a, b in taken):
            continue
        if word in common or word in months or word in stop["en"] or word in stop["es"] or len(word) < 2:
            continue
        opens = _START.search(text[: match.start()]) is not None
        followed = _CAPITAL.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
        acronym = match.group().isupper() and len(word) > 1
        named = bool(followed) and fold(followed.group()) not in common and not is_ordinary(word)
        sure = not opens or acronym or named
        names.append(Name(match.start(), match.end(), match.group().removesuffix("'s").removesuffix("’s"), sure))
    return names
