"""Findings over time and over two naming columns: change, trend, peaks, gaps, the group that moved most."""

from __future__ import annotations

import math
from typing import Any

from core.charts.fields import Field
from core.charts.numbers import format_value
from core.charts.periods import ordinal
from core.charts.titles import humanise
from core.i18n import format_number, plural
from core.sql.insight.finding import Finding, View
from core.sql.insight.statistics import mann_kendall

MIN_TREND = 8
MAX_TREND = 400
SURE = 0.05
MAX_CHANGE = 100.0


# ---------------------------------------------------------------- over time


def _series(view: View, measure: Field | None = None) -> list[tuple[Any, float]]:
    """(period, value) in order of time, of the rows that have both."""
    measure = measure or view.measure
    if view.label is None or view.label.role != "time" or view.spec.color:
        return []
    rows = [(p, v) for p, v in zip(view.label.values, measure.values, strict=True) if p is not None and v is not None]
    periods = {p for p, _ in rows}
    return sorted(rows, key=lambda row: row[0]) if len(periods) == len(rows) else []


def find_change(view: View) -> Finding | None:
    """From the first period to the last; in points where the measure is a percentage."""
    series = _series(view)
    if len(series) < 2 or view.label is None or view.label.cyclic or view.is_top:
        return None
    (start, first), (end, last) = series[0], series[-1]
    figures = {"column": view.measure.name, "label_column": view.label.name, "start": start, "end": end}
    figures |= {"first": first, "last": last}
    words = {"measure": humanise(view.measure.name, view.lang), "start": view.name(start), "end": view.name(end)}
    words |= {"first": view.number(first), "last": view.number(last)}
    if first == last:
        return view.say("no_change", figures, **words)
    if view.measure.unit in ("percent", "fraction"):
        points = (last - first) * (100 if view.measure.unit == "fraction" else 1)
        return view.say(
            "change_points", figures | {"points": points}, points=format_value(points, view.lang, signed=True), **words
        )
    share = last / first - 1 if first > 0 and last >= 0 else math.inf
    if share > MAX_CHANGE:
        return view.say("change_plain", figures, **words)
    return view.say("change", figures | {"share": share}, share=view.share(share, signed=True), **words)


def find_peak(view: View) -> Finding | None:
    """When a course of time was highest and when lowest."""
    series = _series(view)
    if len(series) < 3:
        return None
    (top, most), (bottom, least) = max(series, key=lambda r: r[1]), min(series, key=lambda r: r[1])
    values = [value for _, value in series]
    if values.count(most) > 1 or values.count(least) > 1:
        return None
    figures = {"column": view.measure.name, "top": top, "most": most, "bottom": bottom, "least": least}
    words = {"top": view.name(top), "most": view.number(most), "bottom": view.name(bottom), "least": view.number(least)}
    return view.say("peak", figures, measure=view.words(), **words)


def find_trend(view: View) -> Finding | None:
    """Mann-Kendall's test; a running total always rises, and cyclic periods have no direction."""
    series = _series(view)
    if not series or view.label is None or view.label.cyclic or view.is_top or _accumulates(view.measure):
        return None
    n = len(series)
    if n < 3:
        return None
    if n < MIN_TREND:
        return view.say("few_periods", {"n": n, "least": MIN_TREND}, n=n, least=MIN_TREND)
    if n > MAX_TREND:
        return None
    trend = mann_kendall([v for _, v in series], [ordinal(p, view.label.grain) for p, _ in series])
    kind = "no_trend" if trend.p >= SURE else "rising" if trend.s > 0 else "falling"
    figures = {"column": view.measure.name, "n": n, "p": trend.p, "s": trend.s}
    return view.say(kind, figures, measure=view.words(), n=n, p=p_text(trend.p, view.lang))


def _accumulates(measure: Field) -> bool:
    words = {"cumulative", "running", "acumulado", "acumulada", "acumulados", "acumuladas", "cum", "cumsum"}
    return not words.isdisjoint(measure.tokens)


def p_text(p: float, lang: str) -> str:
    """'p < 0.001' or 'p = 0.034', in the language's digits."""
    return f"p < {format_number(0.001, lang, 3)}" if p < 0.001 else f"p = {format_number(p, lang, 3)}"


def find_gaps(view: View) -> Finding | None:
    """Months, quarters or years between the first and the last that have no row."""
    if view.label is None or view.label.role != "time" or view.label.grain not in ("month", "quarter", "half", "year"):
        return None
    step = {"quarter": 3, "half": 6}.get(view.label.grain, 1)
    places = sorted({int(ordinal(p, view.label.grain)) for p in view.label.present})
    missing = (places[-1] - places[0]) // step + 1 - len(places) if len(places) > 2 else 0
    if not 0 < missing <= len(places) / 2:
        return None
    text = plural(
        "insight.gaps",
        missing,
        view.lang,
        start=view.name(min(view.label.present)),
        end=view.name(max(view.label.present)),
    )
    return Finding("gaps", text, {"label_column": view.label.name, "missing": missing, "grain": view.label.grain})


# ---------------------------------------------------------------- two naming columns


def _cells(view: View) -> dict[tuple[Any, Any], float]:
    color = view.fields.get(view.spec.color or "")
    if view.label is None or color is None or len(view.spec.y) != 1:
        return {}
    keys = list(zip(view.label.values, color.values, strict=True))
    if len(set(keys)) != len(keys):
        return {}
    return {key: v for key, v in zip(keys, view.measure.values, strict=True) if v is not None}


def find_highest_cell(view: View) -> Finding | None:
    """The highest of the cells of two naming columns."""
    cells = _cells(view)
    color = view.fields.get(view.spec.color or "")
    if len(cells) < 2:
        return None
    (x, group), most = max(cells.items(), key=lambda item: item[1])
    if list(cells.values()).count(most) > 1:
        return None
    figures = {"column": view.measure.name, "x": x, "color": group, "value": most}
    words = {"x": view.name(x), "color": view.name(group, color), "value": view.number(most)}
    return view.say("highest_cell", figures, measure=view.words(), **words)


def find_leading_group(view: View) -> Finding | None:
    """The group with the largest sum, where sums make sense and the rows are all there are."""
    cells, color = _cells(view), view.fields.get(view.spec.color or "")
    group = color if view.label is not None and (view.label.role == "time" or color is None) else view.label
    if group is None or not cells or not view.whole or not view.measure.additive or min(cells.values()) < 0:
        return None
    if view.measure.unit in ("percent", "fraction"):
        return None
    totals: dict[Any, float] = {}
    for (x, other), value in cells.items():
        key = other if group is color else x
        totals[key] = totals.get(key, 0.0) + value
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    total = sum(totals.values())
    if len(ordered) < 2 or total <= 0 or ordered[0][1] == ordered[1][1]:
        return None
    share = ordered[0][1] / total
    figures = {"column": view.measure.name, "group_column": group.name, "label": ordered[0][0]}
    figures |= {"value": ordered[0][1], "share": share}
    words = {"leader": view.name(ordered[0][0], group), "value": view.number(ordered[0][1]), "share": view.share(share)}
    return view.say("leader_share", figures, measure=view.words(), **words)


def find_fastest_group(view: View) -> Finding | None:
    """The group that changed most in share between the first and the last period that all rows span."""
    cells, color = _cells(view), view.fields.get(view.spec.color or "")
    if view.label is None or view.label.role != "time" or view.label.cyclic or color is None or not view.label.present:
        return None
    start, end = min(view.label.present), max(view.label.present)
    changes = {}
    for group in dict.fromkeys(color.values):
        first, last = cells.get((start, group)), cells.get((end, group))
        if first is not None and last is not None and first > 0 and last >= 0:
            changes[group] = last / first - 1
    if len(changes) < 2 or start == end or view.measure.unit in ("percent", "fraction"):
        return None
    group, share = max(changes.items(), key=lambda item: abs(item[1]))
    if share > MAX_CHANGE or [abs(v) for v in changes.values()].count(abs(share)) > 1:
        return None
    figures = {"column": view.measure.name, "label": group, "share": share, "start": start, "end": end}
    words = {"group": view.name(group, color), "share": view.share(share, signed=True)}
    return view.say("fastest", figures, start=view.name(start), end=view.name(end), measure=view.words(), **words)
