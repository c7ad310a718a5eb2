"""Figures that follow from others: differences, percent changes, shares, sums, averages and ratios, recomputed.

A derived figure counts only where the statement speaks of one ('grew by', 'in total', 'on average'), and only from
figures that belong together: those the statement names, those of one row or sentence, those of one column.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from core.validation.match import close
from core.validation.quantities import Quantity, fold

_CHANGE = re.compile(
    r"\b(?:ris\w+|rose|grew|grow\w*|increas\w+|fell|fall\w*|drop\w*|declin\w+|decreas\w+|reduc\w+|gain\w*|chang\w+|"
    r"differ\w+|more|less|fewer|higher|lower|above|below|up|down|apart|gap|exceed\w*|improv\w+|jump\w*|climb\w*|"
    r"expand\w*|shr[aiu]nk\w*|sub\w+|crec\w+|aument\w+|increment\w+|baj\w+|cay\w+|cae\w*|caid\w+|disminu\w+|descen\w+|"
    r"diferenci\w+|mas|menos|mayor|menor|super\w+|variacion\w*|mejor\w+|retroced\w+|redu\w+|faster|slower|ahead|behind|"
    r"widen\w*|narrow\w*|ampli\w+|excess|exces\w+|por encima|por debajo|short\w*|save\w*|ahorr\w+|varied|vari\w+)\b"
)
_SUM = re.compile(
    r"\b(?:total\w*|sum\w*|together|"
    r"combined|altogether|overall|in all|conjunt\w+|juntos|juntas|sumad\w+|entre (?:los|las|ambos|ambas)|"
    r"both|ambos|ambas|aggregate)\b"
)
_MEAN = re.compile(
    r"\b(?:average\w*|mean|media|promedio\w*|de media|per (?:month|year|quarter|day)|al mes|al ano|mensual\w*)\b"
)
_SHARE = re.compile(
    r"\b(?:share|proportion|portion|part|account\w*|represent\w*|make up|makes up|made up|"
    r"of (?:the |all |its )?|"
    r"cuota|peso|proporcion|parte|"
    r"represent\w+|supon\w+|supus\w+|del? (?:total)?|equival\w+|ratio|per cent of|margin\w*|margen\w*|"
    r"percent\w*|porcentaje)\b|%"
)
_RATIO = re.compile(r"\b(?:times|twice|double\w*|triple\w*|fold|veces|doble|multiplic\w+|ratio|duplic\w+|triplic\w+)\b")


def follows(claim: Quantity, text: str, named: Sequence[float], together: Iterable[Sequence[float]]) -> bool:
    """Whether the figure can be computed. `named` are figures that the statement itself states and the sources hold,
    `together` groups of source figures that belong to what it names."""
    folded = fold(text)
    groups = [list(named), *map(list, together)]
    for values in groups:
        values = values[:40]
        if any(close(claim, value) for value in candidates(claim, folded, values)):
            return True
    return False


def candidates(claim: Quantity, folded: str, values: Sequence[float]) -> Iterable[float]:
    """What could be meant: by the kind of the figure and the cue words of the statement."""
    if len(values) < 2:
        return
    if claim.kind in ("percent", "points"):
        changes, shares = bool(_CHANGE.search(folded)), bool(_SHARE.search(folded))
        for first, second in itertools.permutations(values, 2):
            if changes:
                if first:
                    yield 100 * (second - first) / abs(first)
                yield second - first
            if shares and second:
                yield 100 * first / second
        if shares and len(values) > 2 and sum(values):
            yield from (100 * value / sum(values) for value in values)
        if _MEAN.search(folded):
            yield sum(values) / len(values)
        return
    if _CHANGE.search(folded):
        yield from (first - second for first, second in itertools.combinations(values, 2))
    if _SUM.search(folded):
        yield sum(values)
        yield from (first + second for first, second in itertools.combinations(values, 2))
    if _MEAN.search(folded):
        yield sum(values) / len(values)
        yield from ((first + second) / 2 for first, second in itertools.combinations(values, 2))
        yield from (value / count for value in values for count in (2, 3, 4, 6, 12))
    if _RATIO.search(folded):
        yield from (a / b for a, b in itertools.permutations(values, 2) if b)
