"""Superlatives over the rows of a result: 'the most', 'la más baja'. A row that is called the highest and is the lowest
of its column is a finding. It judges only cells that the statement states.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.validation.evidence import Finding
from core.validation.measures import fold
from core.validation.places import Place, Segment, cut_clauses
from core.validation.rows import Rows
from core.validation.spoken import Spoken

_SIZE = r"(?:alt[oa]s?|elevad[oa]s?|grandes?|numeros[oa]s?|car[oa]s?)"
_SMALL = r"(?:baj[oa]s?|pequen[oa]s?|escas[oa]s?|barat[oa]s?)"
_MOST = re.compile(
    rf"\b(?:most|highest|largest|biggest|maximum|mayor(?:es)?|"
    rf"mas {_SIZE}|menos {_SMALL}|least (?:low|small)|que mas|maxim[oa])\b"
)
_LEAST = re.compile(
    rf"\b(?:least(?! (?:low|small))|lowest|smallest|fewest|minimum|"
    rf"menor(?:es)?|mas {_SMALL}|menos {_SIZE}|que menos|minim[oa])\b"
)


def check_extremes(claim: Segment, named: Sequence[tuple[Spoken, Place]], rows: Rows | None) -> list[Finding]:
    """A stated cell that stands at the other end of its column than its own clause says."""
    if rows is None:
        return []
    clauses = cut_clauses(claim)
    for spoken, place in named:
        if place.column is None or place.line[2] != -1000:
            continue
        n = next((n for n, c in enumerate(clauses) if c[0] <= spoken.quantity.start < c[1]), 0)
        a = clauses[n - 1][0] if n and len(claim.text[slice(*clauses[n])].split()) < 4 else clauses[n][0]
        said = fold(_up_to(claim, spoken, a))
        most, least = bool(_MOST.search(said)), bool(_LEAST.search(said))
        values = [value for value in rows.numbers[place.column] if value is not None]
        if most == least or len(set(values)) < 2:
            continue
        value = rows.numbers[place.column][place.line[3]]
        if value == (min(values) if most else max(values)):
            word = (_MOST if most else _LEAST).search(said)
            other = max(values) if most else min(values)
            return [Finding("extreme", {"what": word.group() if word else "", "instead": f"{other:g}"})]
    return []


def _up_to(claim: Segment, spoken: Spoken, start: int) -> str:
    """The words before a figure, from the start of its clause or from the figure before; none where that one is part of
    the same ('147 of 980')."""
    before = max((q.end for q in claim.quantities if q.end <= spoken.quantity.start), default=0)
    words = claim.text[max(start, before) : spoken.quantity.start]
    return "" if before > start and len(words.split()) < 3 else words
