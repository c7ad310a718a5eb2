"""What a statement says about the order of its figures: 'rose from 12 to 10' contradicts itself, 'a year earlier' must
be of an earlier year. It looks nothing up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from core.validation.evidence import Finding
from core.validation.measures import fold
from core.validation.places import OWN, Place, Segment
from core.validation.spoken import Spoken


def not_earlier(spoken: Spoken, place: Place, named: Sequence[tuple[Spoken, Place]]) -> Finding | None:
    """'12, against 10 a year earlier': the figure of the year earlier must be of an earlier year."""
    if not _EARLIER.search(fold(spoken.clause)):
        return None
    own = years_of(place)
    for other, found in named:
        if years_of(found) and own and not _EARLIER.search(fold(other.clause)) and min(own) >= max(years_of(found)):
            return Finding("other_time", {"what": spoken.quantity.text})
    return None


def years_of(place: Place) -> list[int]:
    return [int(k[5:]) for k, weight in place.context.items() if k.startswith("@year") and weight >= OWN]


_EARLIER = re.compile(
    r"\b(?:un ano antes|ano anterior|ano pasado|year (?:earlier|before|ago)|"
    r"(?:previous|prior|last) year|ejercicio anterior)\b"
)
_BETWEEN = re.compile(r"\b(?:between|entre)\s+(?:el\s+|los\s+|the\s+)?$")
_TO_BEFORE = re.compile(r"\b(?:to|a|hasta)\s+(?:the\s+|los\s+|las\s+|el\s+)?$")
_FROM_TO = re.compile(r"\b(?:from|de|desde)\s+(?:the\s+|los\s+|las\s+)?$")
_TO = re.compile(r"^\s*(?:(?:in|en)\s+(?:\w+\s+)?\d{4}\s*)?(?:to|a|hasta)\s+(?:the\s+|los\s+|las\s+|un\s+)?$")


def check_order(claim: Segment) -> list[Finding]:
    """'rose from 12 to 10' contradicts itself."""
    figures = [q for q in claim.quantities if q.kind != "code"]
    for n, (first, second) in enumerate(itertools.pairwise(figures)):
        folded = fold(claim.text)
        between = fold(claim.text[first.end : second.start]).split()
        joined = _BETWEEN.search(folded[: first.start]) and between[-1:] in (["and"], ["y"], ["e"]) and len(between) < 3
        if joined and first.readings[0][0] > second.readings[0][0]:
            return [Finding("way_differs", {"what": second.text})]
        if _TO_BEFORE.search(folded[: first.start]) and between[-1:] in (["from"], ["desde"]):
            ways = {-w.way if w.negated else w.way for w in claim.words if w.way and w.start < first.start}
            change = first.readings[0][0] - second.readings[0][0]
            if len(ways) == 1 and first.kind == second.kind and change * ways.pop() < 0:
                return [Finding("way_differs", {"what": first.text})]
        if not _FROM_TO.search(folded[: first.start]) or not _TO.match(folded[first.end : second.start]):
            continue
        start = figures[n - 1].end if n else 0
        ways = {-w.way if w.negated else w.way for w in claim.words if w.way and start <= w.start < first.start}
        if len(ways) != 1 or first.kind != second.kind:
            continue
        change = second.readings[0][0] - first.readings[0][0]
        if change * ways.pop() < 0 and not first.negative and not second.negative:
            return [Finding("way_differs", {"what": second.text})]
    return []
