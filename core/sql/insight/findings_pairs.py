"""Findings on two quantities of each row: correlation with its interval, and whether it is only a shared trend.

Correlation is never called cause: the sentence itself says that it is no proof."""

from __future__ import annotations

import itertools

from core.i18n import format_number, translate
from core.sql.insight.finding import Finding, View, column_words
from core.sql.insight.statistics import KPSS_5_PERCENT, Correlation, correlate, kpss

MIN_PAIRS = 8


# ---------------------------------------------------------------- two quantities


def _together(view: View) -> list[tuple[float, float, int]]:
    x = view.fields[view.spec.x or ""]
    if x.role != "measure":
        return []
    pairs = zip(x.values, view.measure.values, range(view.rows), strict=True)
    return [(a, b, i) for a, b, i in pairs if a is not None and b is not None]


def find_correlation(view: View) -> Finding | None:
    """How closely two figures go together, with its interval; or that there are too few pairs to say."""
    pairs = _together(view)
    x = view.fields[view.spec.x or ""]
    if x.role != "measure":
        return None
    if len(pairs) < MIN_PAIRS:
        return view.say("few_pairs", {"n": len(pairs), "least": MIN_PAIRS}, n=len(pairs), least=MIN_PAIRS)
    found = correlate([a for a, _, _ in pairs], [b for _, b, _ in pairs])
    if found is None:
        return None
    return say_correlation(x.name, view.measure.name, found, view.lang)


def say_correlation(x: str, y: str, found: Correlation, lang: str) -> Finding:
    """How two columns go together, with the interval and the number of pairs."""
    kind = "uncorrelated" if found.low <= 0 <= found.high else "together" if found.r > 0 else "opposite"
    figures = {"x": x, "column": y, "n": found.n, "r": found.r, "low": found.low, "high": found.high}
    words = {"x": column_words(x, lang), "y": column_words(y, lang), "n": found.n, **_r_words(found, lang)}
    return Finding(kind, translate(f"insight.{kind}", lang, **words), figures)


def _r_words(found: Correlation, lang: str) -> dict[str, str]:
    values = {"r": found.r, "low": found.low, "high": found.high}
    return {name: format_number(value, lang, 2).replace("-", "−") for name, value in values.items()}


def find_shared_trend(view: View) -> Finding | None:
    """Two series over time: KPSS asks whether each keeps its level; if not, the changes from one period to the next
    are correlated instead, which a trend that both share cannot fake."""
    time = next((f for f in view.fields.values() if f.role == "time" and not f.cyclic), None)
    pairs = _together(view)
    if time is None or len(pairs) < MIN_PAIRS or any(time.values[i] is None for _, _, i in pairs):
        return None
    if len({time.values[i] for _, _, i in pairs}) != len(pairs):
        return None
    pairs.sort(key=lambda pair: time.values[pair[2]])
    first, second = [a for a, _, _ in pairs], [b for _, b, _ in pairs]
    levels = kpss(first), kpss(second)
    if max(levels) <= KPSS_5_PERCENT:
        return None
    steps = [[b - a for a, b in itertools.pairwise(side)] for side in (first, second)]
    found = correlate(*steps)
    if found is None:
        return None
    kind = "only_trend" if found.low <= 0 <= found.high else "beyond_trend"
    figures = {
        "time": time.name,
        "x": view.spec.x,
        "column": view.measure.name,
        "kpss_x": levels[0],
        "kpss_y": levels[1],
    }
    figures |= {"n": found.n, "r": found.r, "low": found.low, "high": found.high}
    return view.say(kind, figures, n=found.n, **_r_words(found, view.lang))
