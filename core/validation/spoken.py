"""A statement's figures, each with the words and dates that it belongs to there, and how well those fit a figure of a
source. It looks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.lexicon.bounds import bound_of
from core.validation.measures import Quantity, fold
from core.validation.older import is_older
from core.validation.places import (
    CLAUSE_BEFORE,
    OWN,
    SENTENCE,
    Place,
    Segment,
    cut_clauses,
    head_of,
    period_of,
    way_of,
    weigh_dates,
)

_RESPECTIVELY = re.compile(r"\brespectively\b|\brespectivamente\b", re.I)
WordContext = list[tuple[frozenset[str], float]]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A figure of a statement: the words and dates it belongs to there, its clause, and which way it is said to go."""

    quantity: Quantity
    context: WordContext
    clause: str
    way: int
    years: frozenset[str]
    all_years: frozenset[str] = frozenset()
    siblings: tuple[Quantity, ...] = ()
    head: frozenset[str] = frozenset()
    period: str = ""
    bound: str = ""
    sentence: str = ""
    others: tuple[Quantity, ...] = ()
    older: bool = False


_BEFORE_BRACKET = 3
_FILLERS = frozenset("decir sea equivalent equivale equivalente equals namely".split())
_COMPARED = re.compile(r"\b(?:than|de lo|que lo)\s+(?:\w+\s+)?$")


def contexts(claim: Segment) -> list[Spoken]:
    """Each figure of a statement with the words of its clause, those of the rest of the sentence less."""
    clauses = cut_clauses(claim)
    figures = [q for q in claim.quantities if q.kind != "code"]
    others = _lists_apart(claim, figures)
    all_years = frozenset(f"@year{m.year}" for d in claim.dates for m in d.readings if m.year is not None)
    found = []
    for n, quantity in enumerate(figures):
        own = next((i for i, (a, b) in enumerate(clauses) if a <= quantity.start < b), 0)
        start, end = _reach(claim, quantity, clauses, own)
        foreign = others.get(n, ())
        bracketed = own > 0 and claim.text[: quantity.start].rstrip(" €$£").endswith("(")
        context: WordContext = []
        before = [w.start for w in claim.words if w.end <= quantity.start and not w.stop]
        close_by = before[-_BEFORE_BRACKET:][0] if bracketed and before else quantity.start
        for word in claim.words:
            if word.stop or any(a <= word.start < b for a, b in foreign):
                continue
            clause = next((i for i, (a, b) in enumerate(clauses) if a <= word.start < b), 0)
            weight = OWN if clause == own or clauses[own][1] <= word.start < end else SENTENCE
            weight = CLAUSE_BEFORE if clause == own - 1 else weight
            if bracketed:  # '... Family (8 %)' is what stands right before it
                weight = OWN if close_by <= word.start < quantity.start else min(weight, CLAUSE_BEFORE)
            compared = _COMPARED.search(fold(claim.text[max(0, word.start - 14) : word.start]))
            context.append((word.keys, SENTENCE if compared and not bracketed else weight))
        years: set[str] = set()
        for date, weight in weigh_dates(quantity, claim, clauses):
            if any(a <= date.start < b for a, b in foreign):
                continue
            for name in ("year", "quarter", "month"):
                keys = {f"@{name}{getattr(m, name)}" for m in date.readings if getattr(m, name) is not None}
                if keys:
                    context.append((frozenset(keys), weight))
                    years |= keys if weight >= OWN else set()
        siblings = tuple(q for q in figures if start <= q.start < end and q is not quantity)
        way = way_of(quantity, [w for w in claim.words if start <= w.start < end])
        bound = bound_of(
            claim.text[max(0, quantity.start - 64) : quantity.start], claim.text[quantity.end : quantity.end + 32]
        )
        own_words = (head_of(quantity, claim), period_of(quantity, claim), bound, claim.text)
        older = is_older(
            claim.text[max(0, quantity.start - 32) : quantity.start], claim.text[quantity.end : quantity.end + 48]
        )
        own_words += (tuple(q for q in figures if q is not quantity), older)
        said = claim.text[start:end]
        found.append(Spoken(quantity, context, said, way, frozenset(years), all_years, siblings, *own_words))
    return found


def _reach(claim: Segment, quantity: Quantity, clauses: Sequence[tuple[int, int]], own: int) -> tuple[int, int]:
    """The clause of a figure, with the one before where it says nothing itself (', or 12 euros'), and the one behind
    where it opens the sentence ('With 12 euros, A ...')."""
    start, end = clauses[own]
    said = [w for w in claim.words if start <= w.start < end and not quantity.start <= w.start < quantity.end]
    telling = sum(not w.stop and fold(w.text) not in _FILLERS for w in said)
    if own and telling < 2:
        return clauses[own - 1][0], end
    if own == 0 and not telling and len(clauses) > 1:
        return start, clauses[1][1]
    return start, end


def _lists_apart(claim: Segment, figures: Sequence[Quantity]) -> dict[int, list[tuple[int, int]]]:
    """'A and B had 1 and 2 respectively': for each figure, the spans that belong to the others."""
    if len(figures) < 2 or not _RESPECTIVELY.search(claim.text):
        return {}
    names = [word for word in claim.words if word.text[:1].isupper() and word.start > 0]
    for items in ([(d.start, d.end) for d in claim.dates], [(w.start, w.end) for w in names]):
        if len(items) == len(figures):
            return {n: [span for m, span in enumerate(items) if m != n] for n in range(len(figures))}
    return {}


def score(context: WordContext, place: Place) -> float:
    """How much of what a figure belongs to in the statement it belongs to in the source."""
    return sum(weight * strength(keys, place) for keys, weight in context)


def strength(keys: frozenset[str], place: Place) -> float:
    return max((place.context.get(key, 0.0) for key in keys), default=0.0)
