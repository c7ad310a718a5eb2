"""Rows put in order for drawing: categories sorted and long tails folded, periods in time, series told apart.

Pure: numbers and words only, no colours and no Plotly. What is folded or left out is said in `note`."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.fields import Field
from core.charts.periods import coarsest_grain, fold, ordinal, period_label
from core.i18n import translate

MOST_BARS = 20
KEPT_BARS = 15
MOST_SERIES = 8
MOST_ORDERED = 60

_RANGE = re.compile(
    r"^(?:[<>≤≥=€$£ ]*|(?:under|over|less than|more than|below|above|menos de|mas de|hasta|desde) )"
    r"(\d+(?:[.,]\d+)*)\s*(?:[-–—+]|a |to |y |or |o |años|years|$)",
    re.I,
)
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
_BELOW = re.compile(r"^(<|≤|under|less|below|menos|menor|hasta|bajo)", re.I)
_SCALES = (
    "xxs xs s m l xl xxl xxxl",
    "xxs|xs|s|m|l|xl|2xl|3xl|4xl",
    "small medium large",
    "pequeño mediano grande",
    "low medium high critical",
    "low|medium|high|very high",
    "bajo medio alto critico",
    "baja media alta critica",
    "baja|media|alta|muy alta",
    "bronze silver gold platinum",
    "bronce plata oro platino",
    "never rarely sometimes often always",
    "nunca raramente a_veces siempre",
)


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars. `y[i]` belongs to `positions[i]` of its `Grid`; None where there is no value."""

    name: str
    y: tuple[float | None, ...]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Series over shared positions. `labels` are in words; `ordered` tells that they have an order of their own."""

    positions: tuple[float, ...]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    ordered: bool = False
    note: str = ""
    rest: int | None = None


def label_text(value: Any, field: Field | None, lang: str, short: bool = False) -> str:
    """A value of a naming column in words."""
    if value is None:
        return translate("charts.empty", lang)
    if isinstance(value, bool):
        return translate("charts.yes" if value else "charts.no", lang)
    if field is not None and field.role == "time":
        return period_label(value, field.grain, lang, short)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if str(value).strip() else translate("charts.empty", lang)


def natural_order(values: Sequence[Any]) -> list[Any] | None:
    """The values in the order that they have by themselves (numbers, ranges, sizes), or None where they have none."""
    known = [v for v in values if v is not None]
    if not known:
        return None
    missing = [v for v in values if v is None]
    if all(isinstance(v, (int, float)) for v in known):
        return sorted(known) + missing
    texts = {v: fold(str(v)).strip() for v in known}
    for scale in _SCALES:
        steps = re.split(r"[ |]", scale) if "|" not in scale else scale.split("|")
        places = {fold(step.replace("_", " ")): i for i, step in enumerate(steps)}
        if len(known) > 1 and all(text in places for text in texts.values()):
            return sorted(known, key=lambda v: places[texts[v]]) + missing
    found = {v: _RANGE.match(text) for v, text in texts.items()}
    if len(known) > 1 and all(found.values()):
        return sorted(known, key=lambda v: (_bound(found[v][1]), not _BELOW.match(texts[v]))) + missing
    return None


def _bound(text: str) -> float:
    """'1.000' and '1,000' are a thousand, '1,5' is one and a half."""
    return float(".".join(re.split(r"[.,]", _THOUSANDS.sub("", text))[:2]))


def order_names(field: Field, totals: dict[Any, float]) -> tuple[list[Any], bool]:
    """(the distinct values of a naming column in drawing order, whether that order is their own).

    Without an order of their own they go by size, unless the rows already come sorted by size."""
    if field.role == "time":
        present = sorted(v for v in totals if v is not None)
        return present + [v for v in totals if v is None], True
    names = list(totals)
    if field.role != "id":
        own = natural_order(names)
        if own is not None:
            return own, True
    sizes = list(totals.values())
    if sizes == sorted(sizes) and len(set(sizes)) > 1:
        return names, False
    return sorted(names, key=lambda v: (v is None, -totals[v])), False


def _totals(keys: Sequence[Any], values: Sequence[float | None]) -> dict[Any, float]:
    totals: dict[Any, float] = {}
    for key, value in zip(keys, values, strict=True):
        totals[key] = totals.get(key, 0.0) + (value or 0.0)
    return totals


def arrange_bars(label: Field, measures: list[Field], lang: str, whole: bool = True) -> Grid:
    """Bars of one or more measures over a naming column. `whole`: the rows are all there are, so a tail may be summed
    into 'other'; it is only for measures that can be summed."""
    totals = _totals(label.values, measures[0].values)
    names, ordered = order_names(label, totals)
    row_of = {key: i for i, key in reversed(list(enumerate(label.values)))}
    note, rest, tail = "", None, []
    if len(names) > (MOST_ORDERED if ordered else MOST_BARS):
        may_fold = whole and all(m.additive and min(m.present, default=0) >= 0 for m in measures)
        sinking = totals[names[0]] >= totals[names[-1]]
        kept = KEPT_BARS if may_fold and sinking and not ordered else MOST_ORDERED if ordered else MOST_BARS
        names, tail = names[:kept], names[kept:] if may_fold and sinking and not ordered else []
        if not tail:
            note = translate("charts.first_rows", lang, shown=len(names), total=len(totals))
    series = []
    for measure in measures:
        y = [measure.values[row_of[name]] for name in names]
        y += [sum(measure.values[row_of[name]] or 0.0 for name in tail)] if tail else []
        series.append(Series(measure.name, tuple(y)))
    labels = [label_text(name, label, lang, short=True) for name in names]
    if tail:
        rest = len(labels)
        labels.append(translate("charts.other", lang, n=len(tail)))
    return Grid(tuple(map(float, range(len(labels)))), tuple(labels), tuple(series), ordered, note, rest)


def arrange_groups(x: Field, color: Field, measure: Field, lang: str, most: int = MOST_SERIES) -> Grid:
    """Bars, lines or cells of one measure over `x`, one series for each value of `color`; at most `most` series,
    the smaller ones summed into 'other' where that makes sense, else left out with a note."""
    cells: dict[Any, dict[Any, float | None]] = {}
    for key, group, value in zip(x.values, color.values, measure.values, strict=True):
        cells.setdefault(group, {})[key] = value
    names, _ordered = order_names(x, _totals(x.values, measure.values))
    groups, groups_ordered = order_names(color, _totals(color.values, measure.values))
    tail: list[Any] = []
    note = ""
    if len(groups) > most and not groups_ordered:
        groups, tail = groups[:most], groups[most:]
        if not measure.additive or min(measure.present, default=0) < 0:
            note = translate("charts.series_of", lang, shown=most, total=most + len(tail))
            tail = []
    series = [
        Series(label_text(group, color, lang), tuple(cells[group].get(name) for name in names)) for group in groups
    ]
    if tail:
        sums = [[cells[group].get(name) for group in tail] for name in names]
        y = tuple(sum(v for v in row if v is not None) if any(v is not None for v in row) else None for row in sums)
        series.append(Series(translate("charts.other", lang, n=len(tail)), y, rest=True))
    labels = tuple(label_text(name, x, lang, short=True) for name in names)
    return Grid(_positions(x, names), labels, tuple(series), groups_ordered, note)


def _positions(x: Field, names: list[Any]) -> tuple[float, ...]:
    if x.role == "time" and None not in names:
        return tuple(float(ordinal(name, x.grain)) for name in names)
    return tuple(map(float, range(len(names))))


def arrange_line(x: Field, measures: list[Field], lang: str) -> Grid:
    """One line a measure along time (or along a naming column, in its order); rows without a moment are left out."""
    rows = [i for i, key in enumerate(x.values) if key is not None]
    if x.role == "time":
        rows.sort(key=lambda i: x.values[i])
    names = [x.values[i] for i in rows]
    series = tuple(Series(m.name, tuple(m.values[i] for i in rows)) for m in measures)
    return Grid(_positions(x, names), tuple(label_text(n, x, lang) for n in names), series, True)


def with_gaps(positions: Sequence[float], y: Sequence[float | None], grain: str) -> tuple[list[float], list[Any]]:
    """A line broken where months, quarters or years are missing, so that it does not draw what is not there."""
    steps = [b - a for a, b in itertools.pairwise(positions)]
    if grain not in ("year", "half", "quarter", "month") or not steps:
        return list(positions), list(y)
    usual = sorted(steps)[len(steps) // 2]
    xs, ys = [positions[0]], [y[0]]
    for step, x, value in zip(steps, positions[1:], y[1:], strict=True):
        if step > usual:
            xs.append(x - step / 2)
            ys.append(None)
        xs.append(x)
        ys.append(value)
    return xs, ys


def time_ticks(x: Field, names: Sequence[Any], lang: str, most: int = 8) -> tuple[list[float], list[str]]:
    """Where to label a time axis, and how: every period while there is room, then Januaries, quarters, Mondays."""
    periods = sorted({n for n in names if n is not None})
    if periods and x.grain == "moment" and len(even := _round_moments(periods[0], periods[-1], most)) > 1:
        periods = even
    places = [ordinal(p, x.grain) for p in periods]
    if len(periods) > most:
        for keep in _TICK_RULES.get(x.grain, ()):
            chosen = [p for p in periods if keep(p)]
            if 3 <= len(chosen) <= most:
                return [ordinal(p, x.grain) for p in chosen], _ticks(chosen, x.grain, lang)
        step = -(-len(periods) // most)
        periods, places = periods[::step], places[::step]
    return places, _ticks(periods, x.grain, lang)


def _round_moments(first: dt.datetime, last: dt.datetime, most: int) -> list[dt.datetime]:
    """Round times from `first` to `last`, evenly apart: what happened may stand in clusters, labels may not."""
    span = (last - first).total_seconds()
    step = next((step for step in _STEPS_S if span < step * most), None)
    if step is None or not span:
        return []
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    before = math.ceil((first - midnight).total_seconds() / step)
    count = math.floor((last - midnight).total_seconds() / step) - before + 1
    return [midnight + dt.timedelta(seconds=(before + n) * step) for n in range(count)]


_STEPS_S = (60, 120, 300, 600, 900, 1800, *(3600 * n for n in (1, 2, 3, 6, 12, 24, 48, 96, 168)))
_TICK_RULES = {
    "month": (lambda p: p.month in (1, 4, 7, 10), lambda p: p.month in (1, 7), lambda p: p.month == 1),
    "half": (lambda p: p.month == 1,),
    "quarter": (lambda p: p.month in (1, 7), lambda p: p.month == 1),
    "day": (lambda p: p.weekday() == 0, lambda p: p.day == 1, lambda p: p.day == 1 and p.month in (1, 4, 7, 10)),
    "week": (lambda p: p.day <= 7, lambda p: p.day <= 7 and p.month in (1, 4, 7, 10)),
    "year": (lambda p: p.year % 2 == 0, lambda p: p.year % 5 == 0, lambda p: p.year % 10 == 0),
}


def bar_ticks(x: Field, grid: Grid, lang: str) -> Callable[[Sequence[int]], list[str]] | None:
    """The labels for some of the bars over periods, in the manner of `time_ticks`; None where `x` is no time."""
    periods = sorted({value for value in x.values if value is not None})
    if x.role != "time" or not periods or len(periods) != len(grid.labels):
        return None
    return lambda places: _ticks([periods[place] for place in places], x.grain, lang)


def _ticks(periods: Sequence[Any], grain: str, lang: str) -> list[str]:
    """Labels in two lines, the second one (the year, or the day) only where it changes."""
    labels, last = [], None
    for period in periods:
        first, _, second = _tick(period, grain, lang).partition("\n")
        labels.append(f"{first}\n{second}" if second and second != last else first)
        last = second
    return labels


def _tick(period: Any, grain: str, lang: str) -> str:
    if isinstance(period, int) or grain in ("year", "half", "quarter"):
        return period_label(period, grain, lang, short=True)
    if grain == "month":
        month = period_label(period, grain, lang, short=True)
        return month.replace(" ", "\n")
    words = period_label(period, "day", lang).rsplit(" ", 1)
    if grain == "moment" and coarsest_grain([period]) == "moment":
        return f"{period:%H:%M}\n{words[0]}"
    return "\n".join(words)
