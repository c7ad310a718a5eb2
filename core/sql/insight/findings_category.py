"""Findings on quantities of categories and on raw values: what leads, how much it holds, how values spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.charts.spread import quantile
from core.charts.titles import humanise
from core.i18n import plural
from core.sql.insight.finding import Finding, View

MIN_OUTLIERS = 12
MIN_CONCENTRATION = 8


# ---------------------------------------------------------------- one row


def find_value(view: View) -> Finding | None:
    """The figure of a result of one row, or its figures."""
    if len(view.spec.y) != 1:
        return _find_values(view)
    value = view.measure.values[0]
    if value is None:
        return view.say("no_value", {"column": view.measure.name}, measure=humanise(view.measure.name, view.lang))
    figures = {"column": view.measure.name, "value": value}
    if view.label is None:
        return view.say("value", figures, measure=humanise(view.measure.name, view.lang), value=view.number(value))
    figures |= {"label_column": view.label.name, "label": view.label.values[0]}
    return view.say(
        "value_of", figures, label=view.name(view.label.values[0]), measure=view.words(), value=view.number(value)
    )


def _find_values(view: View) -> Finding | None:
    """All numbers of a row that has a name: 'North: 1,200 (sales), 34% (share)'."""
    fields = [view.fields[name] for name in view.spec.y]
    if view.label is None or any(field.values[0] is None for field in fields):
        return None
    figures = {"label_column": view.label.name, "label": view.label.values[0]}
    figures |= {"columns": view.spec.y, "values": tuple(field.values[0] for field in fields)}
    values = ", ".join(f"{view.number(field.values[0], field)} ({view.words(field)})" for field in fields)
    return view.say("values_of", figures, label=view.name(view.label.values[0]), values=values)


def find_given_correlation(view: View) -> Finding | None:
    """A coefficient that the query computed: its pairs are not in the result, so no interval can be told."""
    found = {"corr", "correlation", "correlacion", "r2", "regr"}.isdisjoint(view.measure.tokens)
    return None if found else view.say("no_cause", {})


# ---------------------------------------------------------------- one quantity for each category


def _pairs(view: View) -> list[tuple[Any, float]]:
    """(label, value) of the rows that have a value; only where the label is not repeated."""
    if view.label is None or view.spec.color or len(set(view.label.values)) != view.rows:
        return []
    return [(k, v) for k, v in zip(view.label.values, view.measure.values, strict=True) if v is not None]


def find_leader(view: View) -> Finding | None:
    """Which category has most, how much of all it holds, and which has least."""
    pairs = _pairs(view)
    if len(pairs) < 2 or _in_time(view):
        return None
    ordered = sorted(pairs, key=lambda pair: -pair[1])
    (leader, most), (last, least) = ordered[0], ordered[-1]
    if most == least:
        return view.say(
            "all_equal",
            {"column": view.measure.name, "value": most, "n": len(pairs)},
            n=len(pairs),
            measure=view.words(),
            value=view.number(most),
        )
    figures = {"column": view.measure.name, "label_column": view.label.name, "value": most, "label": leader}
    words = {"measure": view.words(), "value": view.number(most)}
    tied = [label for label, value in ordered if value == most]
    if len(tied) > 1:
        figures |= {"tied": len(tied)}
        return view.say("tied", figures, n=len(tied), **words)
    words["leader"] = view.name(leader)
    if _has_shares(view, pairs):
        share = most / sum(value for _, value in pairs)
        return view.say("leader_share", figures | {"share": share}, share=view.share(share), **words)
    figures |= {"least": least, "last": last}
    if [value for _, value in ordered].count(least) > 1:
        return view.say("leader", figures, **words)
    return view.say("range", figures, last=view.name(last), least=view.number(least), **words)


def _in_time(view: View) -> bool:
    """Bars along time are told as a change, unless the question ranks them."""
    return view.label is not None and view.label.role == "time" and not view.label.cyclic and not view.is_top


def _has_shares(view: View, pairs: Sequence[tuple[Any, float]]) -> bool:
    values = [value for _, value in pairs]
    fits = view.measure.additive and view.measure.unit not in ("percent", "fraction")
    total = sum(values)
    return view.whole and fits and not view.is_top and min(values) >= 0 and 0 < total < math.inf


def find_concentration(view: View) -> Finding | None:
    """How much of the total the first three hold, where that is half or more."""
    pairs = _pairs(view)
    if len(pairs) < MIN_CONCENTRATION or _in_time(view) or not _has_shares(view, pairs):
        return None
    values = sorted((value for _, value in pairs), reverse=True)
    share = sum(values[:3]) / sum(values)
    if share < 0.5:
        return None
    figures = {"column": view.measure.name, "top": 3, "n": len(values), "share": share}
    return view.say("concentration", figures, top=3, n=len(values), share=view.share(share), measure=view.words())


def _fences(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    q1, q3 = quantile(ordered, 0.25), quantile(ordered, 0.75)
    return q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)


def find_outliers(view: View) -> Finding | None:
    """Values beyond Tukey's fences (1.5 interquartile ranges from the quartiles), the farthest one named."""
    values = view.measure.present
    if len(values) < MIN_OUTLIERS or view.spec.color:
        return None
    below, above = _fences(values)
    beyond = [v for v in values if v < below or v > above]
    if not beyond or len(beyond) > 0.1 * len(values) or below == above:
        return None
    farthest = max(beyond, key=lambda v: max(below - v, v - above))
    low, high = (end(v for v in values if below <= v <= above) for end in (min, max))
    figures = {"column": view.measure.name, "count": len(beyond), "n": len(values), "value": farthest}
    words = {"low": view.number(low), "high": view.number(high), "total": len(values)}
    figures |= {"low": low, "high": high}
    text = plural(
        "insight.outliers", len(beyond), view.lang, value=view.number(farthest), measure=view.words(), **words
    )
    return Finding("outliers", text, figures)


# ---------------------------------------------------------------- raw values


def find_spread(view: View) -> Finding | None:
    """The middle half of raw values."""
    values = sorted(view.measure.present)
    if len(values) < 5:
        return None
    q1, median, q3 = (quantile(values, share) for share in (0.25, 0.5, 0.75))
    figures = {"column": view.measure.name, "q1": q1, "median": median, "q3": q3, "n": len(values)}
    words = {name: view.number(figures[name]) for name in ("q1", "median", "q3")}
    return view.say("spread", figures, measure=view.words(), n=len(values), **words)


def find_medians(view: View) -> Finding | None:
    """The groups with the highest and the lowest median; their sizes are said."""
    if view.label is None:
        return None
    groups: dict[Any, list[float]] = {}
    for key, value in zip(view.label.values, view.measure.values, strict=True):
        if value is not None:
            groups.setdefault(key, []).append(value)
    medians = {key: quantile(sorted(values), 0.5) for key, values in groups.items()}
    ordered = sorted(medians.items(), key=lambda item: -item[1])
    values = list(medians.values())
    if len(ordered) < 2 or values.count(ordered[0][1]) > 1 or values.count(ordered[-1][1]) > 1:
        return None
    (top, most), (bottom, least) = ordered[0], ordered[-1]
    figures = {"column": view.measure.name, "top": top, "most": most, "bottom": bottom, "least": least}
    figures |= {"top_n": len(groups[top]), "bottom_n": len(groups[bottom])}
    words = {"top": view.name(top), "most": view.number(most), "bottom": view.name(bottom), "least": view.number(least)}
    counts = {"top_n": len(groups[top]), "bottom_n": len(groups[bottom])}
    return view.say("medians", figures, measure=view.words(), **words, **counts)
