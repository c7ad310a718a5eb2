"""The small statistics that sentences about a result rest on, in plain Python and numpy; no scipy.

Each function states its source and its assumptions. None of them knows about tables, languages or causes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

KPSS_5_PERCENT = 0.463
_EXACT_UP_TO = 40
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Trend:
    """Mann-Kendall's S and its two-sided p; `slope` is Sen's median slope, per step of `places`."""

    n: int
    s: int
    p: float
    slope: float


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's r of `n` pairs with Fisher's 95 % interval."""

    n: int
    r: float
    low: float
    high: float


def mann_kendall(values: Sequence[float], places: Sequence[float] | None = None) -> Trend:
    """Test for a monotone trend (Mann 1945, Kendall 1975), assuming independent observations.

    Exact without ties up to 40 values, else the normal approximation with corrections for ties and continuity.
    Needs at least 3 values, places ascending."""
    places = range(len(values)) if places is None else places
    n, s, slopes = len(values), 0, []
    for i in range(n):
        for j in range(i + 1, n):
            s += (values[j] > values[i]) - (values[j] < values[i])
            slopes.append((values[j] - values[i]) / (places[j] - places[i]))
    ties = [count for count in Counter(values).values() if count > 1]
    p = _exact_p(n, s) if not ties and n <= _EXACT_UP_TO else _normal_p(n, s, ties)
    return Trend(n, s, p, _median(slopes))


def _exact_p(n: int, s: int) -> float:
    """Share of the n! orders whose |S| is at least this one: counts of orders by number of inversions."""
    counts = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(counts) + size - 1)
        for inversions, ways in enumerate(counts):
            for more in range(size):
                longer[inversions + more] += ways
        counts = longer
    pairs = n * (n - 1) // 2
    extreme = sum(ways for inversions, ways in enumerate(counts) if abs(pairs - 2 * inversions) >= abs(s))
    return extreme / math.factorial(n)


def _normal_p(n: int, s: int, ties: Sequence[int]) -> float:
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if variance <= 0 or s == 0:
        return 1.0
    return math.erfc((abs(s) - 1) / math.sqrt(variance) / math.sqrt(2))


def correlate(first: Sequence[float], second: Sequence[float]) -> Correlation | None:
    """Pearson's r with the interval of Fisher (1921): tanh(atanh r ± 1.96 / sqrt(n - 3)).

    None for fewer than 4 pairs or where one side does not vary."""
    n = len(first)
    if n < 4:
        return None
    mean_a, mean_b = math.fsum(first) / n, math.fsum(second) / n
    a, b = [v - mean_a for v in first], [v - mean_b for v in second]
    scale = math.sqrt(math.fsum(v * v for v in a)) * math.sqrt(math.fsum(v * v for v in b))
    if not math.isfinite(scale) or scale <= 1e-12 * max(1e-300, abs(mean_a * mean_b)) * n:
        return None
    return with_interval(n, max(-1.0, min(1.0, math.fsum(x * y for x, y in zip(a, b, strict=True)) / scale)))


def with_interval(n: int, r: float) -> Correlation:
    """Pearson's r of at least 4 pairs with the interval of Fisher (1921)."""
    if abs(r) > 1 - 1e-12:
        return Correlation(n, round(r), round(r), round(r))
    centre, half = math.atanh(r), Z_95 / math.sqrt(n - 3)
    return Correlation(n, r, math.tanh(centre - half), math.tanh(centre + half))


def kpss(values: Sequence[float]) -> float:
    """The statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) for stationarity around a level, Bartlett
    weights over 4 (n/100)^(1/4) lags; above .463 it is rejected at 5 %. 0 where nothing varies."""
    n = len(values)
    mean = math.fsum(values) / n
    rest = [v - mean for v in values]
    lags = math.floor(4 * (n / 100) ** 0.25)
    long_run = math.fsum(v * v for v in rest) / n
    for lag in range(1, lags + 1):
        product = math.fsum(rest[i] * rest[i - lag] for i in range(lag, n)) / n
        long_run += 2 * (1 - lag / (lags + 1)) * product
    if long_run <= 0:
        return 0.0
    total, squares = 0.0, 0.0
    for value in rest:
        total += value
        squares += total * total
    return squares / (n * n * long_run)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
