"""Two figures of a statement that have changed places: each fits what the source says of the other one better than what
it says of itself. It looks only at figures that were found in one sentence of a source, in one unit.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from core.validation.evidence import Finding
from core.validation.places import OWN, Place, Segment
from core.validation.spoken import Spoken, WordContext, score

_APART = 0.7


def check_crossed(claim: Segment, named: Sequence[tuple[Spoken, Place]]) -> list[Finding]:
    """The first pair of figures that fit better the other way round; '655 of 1,215' is one thing. Words that tell which
    way a figure goes do not count: they go with the figure."""
    moving = {key for word in claim.words if word.way for key in word.keys}
    for (one, place), (other, its) in itertools.combinations(named, 2):
        units = {place.quantity.unit, its.quantity.unit} - {""}  # '150 euros, and the grave ones 750'
        alike = one.quantity.kind == other.quantity.kind and len(units) < 2
        between = claim.text[one.quantity.end : other.quantity.start].split()
        if (
            not alike
            or len(between) < 2
            or place.line != its.line
            or place.column is not None
            or place is its
            or one.older
            or other.older
        ):
            continue
        first, second = _still(one.context, moving), _still(other.context, moving)
        straight = score(first, place) + score(second, its)
        if score(first, its) + score(second, place) - straight >= _APART:
            return [Finding("figure_swapped", {"what": one.quantity.text, "instead": other.quantity.text})]
    return []


def _still(context: WordContext, moving: set[str]) -> WordContext:
    """The words of the figure's own clause that tell no way."""
    return [(keys, weight) for keys, weight in context if weight >= OWN and not keys & moving]
