"""Cases that a statement works out for itself from a rate of its source: 'of a course of 500 euros, 400' at 80 %.
Neither figure stands in the source, and one makes the other. It reads no texts.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from core.validation.evidence import Evidence
from core.validation.measures import Quantity
from core.validation.places import Segment

_EXACT = 0.005


def said_again(claim: Segment) -> set[int]:
    """Where a statement gives a figure once more as so many of another: '16 hours, two eight-hour shifts'."""
    figures = [q for q in claim.quantities if q.readings and q.kind == "number"]
    for count, each in itertools.pairwise(figures):
        made = count.readings[0][0] * each.readings[0][0]
        if count.unit or claim.text[count.end : each.start].strip():
            continue
        if any(q.unit == each.unit and abs(q.readings[0][0] - made) < _EXACT for q in figures):
            return {count.start, each.start}
    return set()


def worked_examples(figures: Sequence[Quantity], evidence: Evidence) -> set[int]:
    """Where a statement works out a case of its own from a quoted rate: 'of a course of 500 euros, 400' at 80 %, 'four
    days give 300 euros' at 75 a day. Two figures that the source lacks, one of which the rate makes of the other."""
    found: set[int] = set()
    rates = [p.quantity for p in evidence.places if p.quoted and p.column is None and p.quantity.readings]
    for taken, made in itertools.permutations([q for q in figures if q.readings], 2):
        if made.kind != "number" or taken.kind != "number" or made.approximate:
            continue
        of = taken.readings[0][0]
        for rate in rates:
            value = rate.readings[0][0]
            part = of * value / 100
            values = (part, of - part) if rate.kind == "percent" else (of * value, part)
            fits = made.unit in ("", taken.unit) if rate.kind == "percent" else taken.unit != made.unit
            if fits and any(abs(made.readings[0][0] - v) < _EXACT for v in values):
                found |= {taken.start, made.start}
    return found
