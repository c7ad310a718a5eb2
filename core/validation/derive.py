"""Figures that follow from others: differences, percent changes, shares, sums, averages and ratios, recomputed.

A derived figure counts only where the statement speaks of one ('grew by', 'in total', 'on average'), and only from
figures that belong together: those the statement names, those of one row or sentence, those of one column.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from core.validation.match import close
from core.validation.measures import Quantity, fold

_CHANGE = re.compile(
    r"\b(?:ris\w+|rose|grew|grow\w*|increas\w+|fell|fall\w*|drop\w*|declin\w+|decreas\w+|reduc\w+|gain\w*|chang\w+|"
    r"differ\w+|more|less|fewer|higher|lower|above|below|up|down|apart|gap|exceed\w*|improv\w+|jump\w*|climb\w*|"
    r"expand\w*|shr[aiu]nk\w*|sub\w+|crec\w+|aument\w+|increment\w+|baj\w+|cay\w+|cae\w*|caid\w+|disminu\w+|descen\w+|"
    r"diferenci\w+|mas|menos|mayor|menor|super\w+|variacion\w*|mejor\w+|retroced\w+|redu\w+|faster|slower|ahead|behind|"
    r"widen\w*|narrow\w*|ampli\w+|excess|exces\w+|por encima|por debajo|short\w*|"
    r"over\w+|under\w+|deviat\w+|desvi\w+|save\w*|ahorr\w+|varied|vari\w+)\b"
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


class Spoken(Protocol):
    """What is needed of a statement's figure (`core.validation.spoken.Spoken` is one)."""

    @property
    def quantity(self) -> Quantity: ...

    @property
    def clause(self) -> str: ...

    @property
    def way(self) -> int: ...


def follows(
    spoken: Spoken,
    named: Sequence[float],
    together: Iterable[Sequence[float]],
    scales: Iterable[float] = (1.0,),
    base: bool = False,
) -> bool:
    """Whether the figure can be computed. `named` are figures that the statement itself states and the sources hold,
    `together` groups of source figures that belong to what it names. Its own clause must say that it is computed, and
    a change must go the way that it says. `scales` are those that the source declares for bare figures;
    `base` says that the figure stated is what the change is counted from."""
    folded = fold(spoken.clause)
    factors = sorted(scales) if spoken.quantity.scale != 1.0 else [1.0]
    groups = [
        [_sized(group, value) * factor for value in group] for group in (list(named), *together) for factor in factors
    ]
    for n, values in enumerate(groups):
        changes = n < len(factors) or not (named and spoken.way)  # from what the statement itself states, else as told
        for value in _candidates(spoken.quantity.kind, folded, values, spoken.way, changes):
            if close(spoken.quantity, value):
                return True
    if named:
        first = abs(groups[0][0])
        pairs = [[first, value] for group in groups[1:] for value in group[:8]]
        if any(close(spoken.quantity, v) for p in pairs for v in _candidates(spoken.quantity.kind, folded, p, 0)):
            return _goes(spoken, first, groups[1:], folded, -1 if base else 1)
    return False


def _sized(group: Sequence[float], value: float) -> float:
    """Costs in brackets are compared by their size."""
    return abs(value) if all(other <= 0 for other in group) else value


def _goes(spoken: Spoken, first: float, groups: Sequence[Sequence[float]], folded: str, turn: int) -> bool:
    """Whether the change that gives the figure goes the way that is said: from the other figure to the one stated."""
    if not spoken.way or not _CHANGE.search(folded):
        return True
    for group in groups:
        for other in group[:8]:
            share = 100 * (first - other) / abs(other) if other else 0.0
            made = share if spoken.quantity.kind in ("percent", "points") else first - other
            if close(spoken.quantity, made) and turn * made * spoken.way > 0:
                return True
            if spoken.quantity.kind == "points" and close(spoken.quantity, first - other):
                return turn * (first - other) * spoken.way > 0
    return False


def _candidates(kind: str, folded: str, values: Sequence[float], way: int, changes: bool = True) -> Iterable[float]:
    """What could be meant: by the kind of the figure and the cue words of its clause. In a group the later figure is
    taken for the newer one."""
    values = values[:8]
    if len(values) < 2:
        return
    pairs = list(itertools.combinations(values, 2))
    if changes and _CHANGE.search(folded):
        for first, second in pairs:
            change = second - first
            if way and change * way < 0:
                continue
            if kind == "percent" and first:
                yield 100 * change / abs(first)
            if kind == "points" or kind == "number":
                yield change
        if not way or kind == "number":
            yield from (100 * (a - b) / abs(b) for a, b in pairs if b and kind == "percent")
    if kind == "percent":
        if _SHARE.search(folded):
            yield from (100 * min(abs(a), abs(b)) / max(abs(a), abs(b)) for a, b in pairs if a and b)
        if _MEAN.search(folded):
            yield sum(values) / len(values)
        return
    if _SUM.search(folded):
        yield sum(values)
        yield from (first + second for first, second in pairs)
    if _MEAN.search(folded):
        yield sum(values) / len(values)
        yield from ((first + second) / 2 for first, second in pairs)
        yield from (value / count for value in values for count in (3, 4, 12))
    if _SHARE.search(folded):
        yield from (a / b for a, b in itertools.permutations(values, 2) if b)
    if _RATIO.search(folded):
        yield from (max(a, b) / min(a, b) for a, b in pairs if min(a, b) > 0)
