"""What makes two scores of every passage comparable: standardising over the corpus, filling in what is not known yet.

Pure functions over arrays. A passage without vectors gets the value that its keyword score lets expect, so a
half-embedded corpus favours neither half. The weights of the two sides come from `core.index.trust`.
"""

from __future__ import annotations

import numpy as np

_SMALL = 5  # a group of so many passages has a scale half its own, half that of all


def standardise(scores: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(score - mean) / standard deviation within each group (a number a score); zeros where all are equal.

    Groups are languages: a question's scores lie higher in its own, so that against one scale the best passage of
    another language would never be seen. Small groups borrow from the scale of all. Sums are of doubles, so that the
    order of the rows leaves no trace."""
    if not len(scores):
        return scores
    total = np.empty(len(scores), np.float32)
    mean, variance = float(scores.mean(dtype=np.float64)), float(scores.var(dtype=np.float64))
    for group in np.unique(groups):
        mine = groups == group
        own = scores[mine]
        share = len(own) ** 2 / (len(own) ** 2 + _SMALL**2) if len(own) < len(scores) else 1.0
        middle = share * float(own.mean(dtype=np.float64)) + (1 - share) * mean
        spread = (share * float(own.var(dtype=np.float64)) + (1 - share) * variance) ** 0.5
        total[mine] = (own - middle) / spread if spread > 1e-9 else 0.0
    return total


def expect(known: np.ndarray, given: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`target`, its unknown entries (where `known` is False) filled by the least-squares line over `given`."""
    if known.all():
        return target
    x, y = given[known].astype(np.float64), target[known].astype(np.float64)
    variance = float(x.var())
    slope = float(((x - x.mean()) * (y - y.mean())).mean()) / variance if variance > 1e-12 else 0.0
    return np.where(known, target, y.mean() + slope * (given - x.mean())).astype(np.float32)


def group_best(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """(count,) the largest of `values` in each group (a number a value, in any order), NaN where a group is empty."""
    best = np.full(count, -np.inf, np.float32)
    np.maximum.at(best, groups, values)
    best[best == -np.inf] = np.nan
    return best
