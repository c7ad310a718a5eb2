"""Sentences of parallel clauses ('a dog's costs 140 and a cat's costs 85'): which clause a question is about.

Only clauses that say by themselves what their figure is of are parallel: 'EUR 140 for a dog and 85 for a cat' share
what stands before. Clauses are told by their joints; nothing is parsed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from core.chat.spans import Span, find_spans
from core.chat.words import Word

_JOINT = re.compile(  # not before what only goes on: ', with at most three'
    r"[;:]\s|,\s(?!(?:con|sin|de(?! l[ao]s (?:que|cuales))|en|hasta|with|without|for|at|in|up|plus)\b)|"
    r"\b(?:y|e|pero|mientras(?: que)?|and|but|while|whereas)\b",
    re.I,
)
_OF_THESE = re.compile(r"\b(?:of (?:which|whom|these|those)|de l[ao]s (?:que|cuales)|de ell[ao]s)\b", re.I)


def in_own_clause(options: Sequence[Span], words: Sequence[Word], asked: Sequence[Word], text: str) -> list[Span]:
    """Of the spans that may answer, those in the last clause that says something of the question which the others do
    not: what only the first says may be left out of a later one. All of them where the clauses are not parallel or the
    question tells none apart."""
    clauses = _parallel(sorted(options, key=lambda span: span.start), words, text)
    wanted = frozenset(key for word in asked if word.weight > 0 for key in word.keys)
    dates = [span for span in find_spans(text, "") if span.sort in ("date", "year")]  # told once for all clauses
    held = [w for w in words if w.keys & wanted and not any(d.start <= w.start < d.end for d in dates)]
    said = [[word.keys & wanted for word in held if start <= word.start < end] for start, end in clauses]
    for place in reversed(range(len(clauses))):
        others = _all_of(said[:place] + said[place + 1 :])
        later = _all_of(said[place + 1 :]) - _all_of(said[place : place + 1])
        if not later and any(not keys & others for keys in said[place]):
            start, end = clauses[place]
            return [option for option in options if start <= option.start < end]
    return list(options)


def _all_of(said: Sequence[Sequence[frozenset[str]]]) -> frozenset[str]:
    return frozenset(key for clause in said for keys in clause for key in keys)


def _parallel(options: Sequence[Span], words: Sequence[Word], text: str) -> list[tuple[int, int]]:
    """The clauses that hold one span each, with words of their own before it; none where some has not."""
    cuts = [0]
    for left, right in itertools.pairwise(options):
        joints = [joint.start() for joint in _JOINT.finditer(text, left.end, right.start)]
        if not joints:
            return []
        cuts.append(joints[-1])
    clauses = list(zip(cuts, [*cuts[1:], len(text)], strict=True))
    opened = (
        _OF_THESE.search(text, start, option.start) is not None
        or any(start <= word.start and word.end <= option.start and word.weight > 0 for word in words)
        for (start, _), option in zip(clauses, options, strict=True)
    )
    return clauses if len(clauses) > 1 and all(opened) else []
