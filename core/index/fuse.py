"""What makes two scores of every passage comparable: standardising over the corpus, filling in what is not known yet.

Pure functions over arrays. A passage without vectors gets the value that its keyword score lets expect, so a
half-embedded corpus favours neither half. The weights of the two sides come from `core.index.trust`.
"""

from __future__ import annotations

import numpy as np


def standardise(scores: np.ndarray) -> np.ndarray:
    """(score - mean) / standard deviation; zeros where all are equal."""
    spread = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def expect(known: np.ndarray, given: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`target`, its unknown entries (where `known` is False) filled by the least-squares line over `given`."""
    if known.all():
        return target
    x, y = given[known], target[known]
    variance = float(x.var())
    slope = float(((x - x.mean()) * (y - y.mean())).mean()) / variance if variance > 1e-12 else 0.0
    return np.where(known, target, y.mean() + slope * (given - x.mean())).astype(np.float32)


def group_best(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """(count,) the largest of `values` in each group (a number a value, in any order), NaN where a group is empty."""
    best = np.full(count, -np.inf, np.float32)
    np.maximum.at(best, groups, values)
    best[best == -np.inf] = np.nan
    return best
