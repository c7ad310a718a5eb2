"""Is B better than A, and what has it lost? Paired scores of the same cases, with an interval, a test and a verdict.

Pure functions of scores: what was scored, and how, is not known here. `live.py` compares two variants on different
questions, as they come in.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from core.i18n import format_number, plural, translate

MARGIN = 0.05  # of a share: a fall that must not be possible, unless chance explains it
BY_CHANCE = 0.1  # one-sided; a fall that chance makes less often is taken for one
_PROVEN = 0.05  # the same over all measures together (Bonferroni): then the fall counts however small it is
_CLEAR = 0.1  # of a share: a fall on few cases that counts whatever chance does
_CLEAR_CASES = 2
_DRAWS = 4_000
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A over `cases` paired cases. `low`, `high` bound the mean difference B - A at `level`; `p_value` is
    that of no difference; `worse` and `better` are the cases' ids; `needed` is how many cases would show, with a chance
    of .8, a difference as large as the one found (0 where none was found)."""

    cases: int
    mean_a: float
    mean_b: float
    low: float
    high: float
    level: float
    p_value: float
    winner: Literal["a", "b"] | None
    better: tuple[str, ...]
    worse: tuple[str, ...]
    needed: int

    @property
    def difference(self) -> float:
        return self.mean_b - self.mean_a

    @property
    def fall_chance(self) -> float:
        """How often chance alone makes B fall at least this far (one-sided); 1 where it did not fall."""
        return self.p_value / 2 if self.difference < 0 else 1.0


def compare(a: Mapping[str, float], b: Mapping[str, float], *, level: float = 0.95, seed: int = 0) -> Comparison:
    """Compare the scores (any scale) of the cases that both have, by their ids.

    There is a winner where the test of no difference says so at `level`: McNemar's with the mid-p value (Fagerland,
    Lydersen & Laake 2013) where all scores are 0 or 1, else a permutation of signs. The interval is a paired
    bootstrap's (Efron & Tibshirani 1993), widened to hold 0 where the test finds no difference, so that both agree."""
    ids = sorted(set(a) & set(b))
    differences = [b[name] - a[name] for name in ids]
    draw = random.Random(seed)
    p_value = _no_difference(differences, all(score in (0, 1) for name in ids for score in (a[name], b[name])), draw)
    mean_a, mean_b = _mean([a[name] for name in ids]), _mean([b[name] for name in ids])
    low, high = _bootstrap(differences, level, draw)
    winner = None
    if ids and p_value < 1 - level and mean_a != mean_b:
        winner = "b" if mean_b > mean_a else "a"
        low, high = (max(low, 0.0), high) if winner == "b" else (low, min(high, 0.0))
    else:
        low, high = min(low, 0.0), max(high, 0.0)
    return Comparison(
        cases=len(ids),
        mean_a=mean_a,
        mean_b=mean_b,
        low=low,
        high=high,
        level=level,
        p_value=p_value,
        winner=winner,
        better=tuple(name for name, step in zip(ids, differences, strict=True) if step > 0),
        worse=tuple(name for name, step in zip(ids, differences, strict=True) if step < 0),
        needed=needed_cases(differences),
    )


def may_have_lost(found: Comparison, margin: float = MARGIN, chance: float = BY_CHANCE) -> bool:
    """Whether B fell further than chance explains and its interval reaches a fall of `margin`: no proof of harm, but
    non-inferiority (Piaggio et al. 2012) is not shown either. Few cases alone refuse nothing."""
    return found.fall_chance < chance and found.low < -margin


def find_losses(measures: Mapping[str, Comparison], chance: float = BY_CHANCE) -> list[str]:
    """Which measures (shares, 0 to 1) B is worse in. One is where the fall may be of `MARGIN` and is more than chance
    explains (`may_have_lost`), where it is proven for all measures tested at once, or where it is of ten points and two
    cases or more, which few cases could not prove. With 200 cases of which chance moves 1 in 40, one measure finds a
    neutral B worse 5 times in 100, and one that is truly 5 points worse 92 times."""
    tested = {(found.better, found.worse) for found in measures.values()}
    return [
        name
        for name, found in measures.items()
        if may_have_lost(found, chance=chance) or found.fall_chance < _PROVEN / len(tested) or _is_clear(found)
    ]


def _is_clear(found: Comparison) -> bool:
    fall = round(-found.difference, 9)
    return fall >= _CLEAR and fall * found.cases >= _CLEAR_CASES


def interval(scores: Sequence[float], level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """The bootstrap interval of the mean of one run's scores; Wilson's where all are 0 or 1; (0, 0) for none."""
    if not scores:
        return 0.0, 0.0
    if any(score not in (0, 1) for score in scores):
        return _bootstrap(scores, level, random.Random(seed))
    n, share, z = len(scores), _mean(scores), _NORMAL.inv_cdf((1 + level) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def mcnemar(better: int, worse: int) -> float:
    """Two-sided mid-p value of `better` against `worse` discordant pairs; 1 where there are none."""
    n, k = better + worse, min(better, worse)
    if n == 0:
        return 1.0
    logs = [_log_choose(n, i) - n * math.log(2) for i in range(k + 1)]
    below, at = sum(math.exp(log) for log in logs[:-1]), math.exp(logs[-1])
    return 1.0 if better == worse else min(1.0, 2 * below + at)


def needed_cases(differences: Sequence[float], power: float = 0.8, level: float = 0.95) -> int:
    """How many paired cases show a mean difference as large as this one with chance `power` (normal approximation)."""
    mean = _mean(differences)
    if mean == 0 or len(differences) < 2:
        return 0
    variance = sum((step - mean) ** 2 for step in differences) / (len(differences) - 1)
    reach = _NORMAL.inv_cdf((1 + level) / 2) + _NORMAL.inv_cdf(power)
    return max(2, math.ceil(reach**2 * variance / mean**2))


def verdict(found: Comparison, lang: str, *, percent: bool = True) -> str:
    """The comparison in one sentence of `lang`; `percent` where the scores are shares, told in points."""
    scale = 100 if percent else 1
    said = {
        "points": format_number(abs(found.difference) * scale, lang, decimals=1),
        "low": format_number(min(abs(found.low), abs(found.high)) * scale, lang, decimals=1),
        "high": format_number(max(abs(found.low), abs(found.high)) * scale, lang, decimals=1),
        "level": format_number(found.level * 100, lang, decimals=0),
    }
    if found.cases == 0:
        return translate("compare.no_cases", lang)
    if found.winner is None:
        said["low"] = format_number(found.low * scale, lang, decimals=1)
        said["high"] = format_number(found.high * scale, lang, decimals=1)
        text = translate("compare.same", lang, cases=found.cases, **said)
        more = found.needed - found.cases
        return f"{text} {plural('compare.more', found.needed, lang)}" if more > 0 else text
    lost = found.worse if found.winner == "b" else found.better
    text = translate("compare.better", lang, winner=found.winner.upper(), **said)
    return f"{text} {plural('compare.got_worse', len(lost), lang)}"


def _no_difference(differences: Sequence[float], binary: bool, draw: random.Random) -> float:
    moved = [step for step in differences if step]
    if not moved:
        return 1.0
    if binary:
        return mcnemar(sum(step > 0 for step in moved), sum(step < 0 for step in moved))
    import numpy as np

    steps = np.asarray(moved)
    signs = np.random.default_rng(draw.getrandbits(32)).choice((-1.0, 1.0), size=(_DRAWS, len(moved)))
    as_far = np.abs(signs @ steps) >= abs(steps.sum()) - 1e-12
    return float((1 + as_far.sum()) / (_DRAWS + 1))


def _bootstrap(differences: Sequence[float], level: float, draw: random.Random) -> tuple[float, float]:
    """Percentile interval of the mean of resampled differences."""
    if not differences:
        return 0.0, 0.0
    import numpy as np

    steps, counts = np.unique(np.asarray(differences, float), return_counts=True)
    n = len(differences)
    drawn = np.random.default_rng(draw.getrandbits(32)).multinomial(n, counts / n, size=_DRAWS)
    means = drawn @ steps / n  # drawing with replacement, counted by value
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
