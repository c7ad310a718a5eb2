"""Sentences of parallel clauses ('a dog's costs 140 and a cat's costs 85', 'EUR 140 for a dog and 85 for a cat'): which
clause a question is about.

Where each clause says before its figure what it is of, a later one may leave out what the first says; where each says
it behind, they share what stands before. Clauses are told by their joints; nothing is parsed.
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
    ordered = sorted(options, key=lambda span: span.start)
    clauses = _clauses(ordered, text)
    wanted = frozenset(key for word in asked if word.weight > 0 for key in word.keys)
    dates = [span for span in find_spans(text, "") if span.sort in ("date", "year")]  # told once for all clauses
    held = [w for w in words if w.keys & wanted and not any(d.start <= w.start < d.end for d in dates)]
    if _are_opened(clauses, ordered, words, text):
        said = [[word.keys & wanted for word in held if start <= word.start < end] for start, end in clauses]
        place = _last_own(said)
    else:
        said = [
            [word.keys & wanted for word in held if option.end <= word.start < end]
            for (_, end), option in zip(clauses, ordered, strict=False)
        ]
        told = [place for place, keys in enumerate(said) if keys]
        place = told[0] if len(told) == 1 and _are_followed(clauses, ordered, words) else None
    if place is None:
        return list(options)
    start, end = clauses[place]
    return [option for option in options if start <= option.start < end]


def _last_own(said: Sequence[Sequence[frozenset[str]]]) -> int | None:
    """The last clause with a word of the question that the others lack, where none after it has one that it lacks."""
    for place in reversed(range(len(said))):
        others = _all_of([*said[:place], *said[place + 1 :]])
        later = _all_of(said[place + 1 :]) - _all_of(said[place : place + 1])
        if not later and any(not keys & others for keys in said[place]):
            return place
    return None


def _all_of(said: Sequence[Sequence[frozenset[str]]]) -> frozenset[str]:
    return frozenset(key for clause in said for keys in clause for key in keys)


def _clauses(options: Sequence[Span], text: str) -> list[tuple[int, int]]:
    """The clauses that hold one span each; none where two spans stand in one."""
    cuts = [0]
    for left, right in itertools.pairwise(options):
        joints = list(_JOINT.finditer(text, left.end, right.start))
        if not joints:
            return []
        strong = [joint for joint in joints if joint[0][0] in ";:"]
        cuts.append((strong or joints)[-1].start())
    clauses = list(zip(cuts, [*cuts[1:], len(text)], strict=True))
    return clauses if len(clauses) > 1 else []


def _are_opened(clauses: Sequence[tuple[int, int]], options: Sequence[Span], words: Sequence[Word], text: str) -> bool:
    """Whether each clause says something before its figure: 'a dog's costs 140 and a cat's costs 85'."""
    return bool(clauses) and all(
        _OF_THESE.search(text, start, option.start) is not None
        or any(start <= word.start and word.end <= option.start and word.weight > 0 for word in words)
        for (start, _), option in zip(clauses, options, strict=True)
    )


def _are_followed(clauses: Sequence[tuple[int, int]], options: Sequence[Span], words: Sequence[Word]) -> bool:
    """Whether each clause says something behind its figure: '15 days for assistants and 60 days for dentists'."""
    return bool(clauses) and all(
        any(option.end <= word.start < end and word.weight > 0 for word in words)
        for (_, end), option in zip(clauses, options, strict=True)
    )
