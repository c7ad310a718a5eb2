"""Measures as pure functions of what was found and what is right. Nothing here runs a search or reads a file."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence


def recall_at(found: Sequence[str], right: Collection[str], k: int) -> float:
    """1 where one of the first `k` found is right, else 0 (success at k, as reading a list of sources asks)."""
    return float(any(item in right for item in found[:k]))


def reciprocal_rank(found: Sequence[str], right: Collection[str]) -> float:
    """1 / place of the first right one; 0 where there is none."""
    return next((1.0 / place for place, item in enumerate(found, 1) if item in right), 0.0)


def ndcg_at(found: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen 2002), linear gains; 0 if none is graded."""
    gain = sum(grades.get(item, 0.0) / math.log2(place + 1) for place, item in enumerate(found[:k], 1))
    best = sum(grade / math.log2(place + 1) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:k], 1))
    return gain / best if best > 0 else 0.0


def balanced_accuracy(expected: Sequence[bool], given: Sequence[bool]) -> float:
    """Mean of the shares of right answers among the true and the false; of one kind where only it is there."""
    shares = []
    for kind in (True, False):
        outcomes = [answer == kind for truth, answer in zip(expected, given, strict=True) if truth == kind]
        if outcomes:
            shares.append(sum(outcomes) / len(outcomes))
    return mean(shares)


def mean(values: Sequence[float]) -> float:
    """0 for no values."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, by linear interpolation; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
