"""One to three true sentences on a result: what leads, how it changed, what is odd, what is missing.

Each sentence is a template filled from a `Finding`, whose `figures` hold the unrounded numbers and the values of the
rows they belong to, so that a test can recompute them. Sentences are plain text and may hold words from the data: a
page must show them as text, not as markup. Correlation is never called cause, and nothing is said about rows that
were cut off by a limit as if they were all."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.charts.arrange import label_text
from core.charts.escape import plain_text
from core.charts.fields import Field, read_fields
from core.charts.marks_spread import quantile
from core.charts.numbers import format_value
from core.charts.periods import ordinal
from core.charts.titles import humanise, lower_first
from core.i18n import format_number, plural, translate
from core.records import ChartSpec, QueryResult
from core.sql.choose_chart import choose_chart
from core.sql.statistics import KPSS_5_PERCENT, Correlation, correlate, kpss, mann_kendall

MOST_SENTENCES = 3
MIN_TREND = 8
MAX_TREND = 400
MIN_PAIRS = 8
MIN_OUTLIERS = 12
MIN_CONCENTRATION = 8
SURE = 0.05
MAX_CHANGE = 100.0


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence with its `figures`: raw numbers, raw values of the rows, and the columns they come from."""

    kind: str
    text: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A result as its chart reads it: `label` names the rows (or groups them), `measures` are what is told about."""

    spec: ChartSpec
    fields: dict[str, Field]
    rows: int
    whole: bool
    lang: str

    @property
    def label(self) -> Field | None:
        return self.fields.get(self.spec.x or "")

    @property
    def measure(self) -> Field:
        name = self.spec.y[0] if self.spec.y else self.spec.x or ""
        return self.fields[name]

    def say(self, kind: str, figures: dict[str, Any], **words: Any) -> Finding:
        return Finding(kind, translate(f"insight.{kind}", self.lang, **words), figures)

    def number(self, value: float, of: Field | None = None, signed: bool = False) -> str:
        return format_value(value, self.lang, (of or self.measure).unit, signed=signed)

    def share(self, value: float, signed: bool = False) -> str:
        return format_value(value, self.lang, "fraction", signed=signed)

    def name(self, value: Any, of: Field | None = None) -> str:
        return plain_text(label_text(value, of or self.label, self.lang), 60)

    def words(self, of: Field | None = None) -> str:
        return plain_text(lower_first(humanise((of or self.measure).name, self.lang)), 60)


Finder = Callable[[View], Finding | None]


def describe(
    result: QueryResult, question: str = "", lang: str = "en", spec: ChartSpec | None = None
) -> tuple[str, ...]:
    """One to three true sentences on the rows, in `lang`; none where there is nothing to say."""
    return tuple(finding.text for finding in find(result, question, lang, spec))


def find(
    result: QueryResult, question: str = "", lang: str = "en", spec: ChartSpec | None = None
) -> tuple[Finding, ...]:
    """The sentences of `describe` with their figures."""
    spec = spec or choose_chart(result, question, lang)
    fields = {f.name: f for f in read_fields(result)}
    told = [fields[name] for name in (*spec.y, spec.x, spec.color) if name in fields]
    if not result.rows or result.error or len(fields) < len(result.columns) or any(f.role == "other" for f in told):
        return ()
    view = View(spec, fields, len(result.rows), not result.truncated, lang)
    wanted = {*spec.y, *filter(None, (spec.x, spec.color))}
    fits = wanted <= fields.keys() and wanted and view.measure.role == "measure"
    finders = _FINDERS.get(spec.kind, ()) if fits else ()
    found = [finding for finder in (*finders, _cut_off, _missing) if (finding := finder(view)) is not None]
    return tuple(_most_telling(found))


def _most_telling(found: list[Finding]) -> list[Finding]:
    """The first three, but never without what limits them: cut-off rows, too few of them, values that are missing."""
    limits = [f for f in found if f.kind in ("cut_off", "few_periods", "few_pairs")][:1]
    limits += [f for f in found if f.kind == "missing"][: 2 - len(limits)]
    others = [f for f in found if f not in limits][: MOST_SENTENCES - len(limits)]
    return [f for f in found if f in others or f in limits]


# ---------------------------------------------------------------- one row


def _value(view: View) -> Finding | None:
    if len(view.spec.y) != 1:
        return None
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


def _given_correlation(view: View) -> Finding | None:
    """A coefficient that the query computed: its pairs are not in the result, so no interval can be told."""
    found = {"corr", "correlation", "correlacion", "r2", "regr"}.isdisjoint(view.measure.tokens)
    return None if found else view.say("no_cause", {})


# ---------------------------------------------------------------- one quantity for each category


def _pairs(view: View) -> list[tuple[Any, float]]:
    """(label, value) of the rows that have a value; only where the label is not repeated."""
    if view.label is None or view.spec.color or len(set(view.label.values)) != view.rows:
        return []
    return [(k, v) for k, v in zip(view.label.values, view.measure.values, strict=True) if v is not None]


def _leader(view: View) -> Finding | None:
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
    return view.label is not None and view.label.role == "time" and not view.label.cyclic and not _is_top(view)


def _has_shares(view: View, pairs: Sequence[tuple[Any, float]]) -> bool:
    values = [value for _, value in pairs]
    fits = view.measure.additive and view.measure.unit not in ("percent", "fraction")
    total = sum(values)
    return view.whole and fits and not _is_top(view) and min(values) >= 0 and 0 < total < math.inf


def _is_top(view: View) -> bool:
    """A question for the first few: the rows are not all there are, so no share of a total can be told."""
    return view.spec.reason == "ranking"


def _concentration(view: View) -> Finding | None:
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


def _outliers(view: View) -> Finding | None:
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


# ---------------------------------------------------------------- over time


def _series(view: View, measure: Field | None = None) -> list[tuple[Any, float]]:
    """(period, value) in order of time, of the rows that have both."""
    measure = measure or view.measure
    if view.label is None or view.label.role != "time" or view.spec.color:
        return []
    rows = [(p, v) for p, v in zip(view.label.values, measure.values, strict=True) if p is not None and v is not None]
    periods = {p for p, _ in rows}
    return sorted(rows, key=lambda row: row[0]) if len(periods) == len(rows) else []


def _change(view: View) -> Finding | None:
    """From the first period to the last; in points where the measure is a percentage."""
    series = _series(view)
    if len(series) < 2 or view.label is None or view.label.cyclic or _is_top(view):
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


def _peak(view: View) -> Finding | None:
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


def _trend(view: View) -> Finding | None:
    """Mann-Kendall's test; a running total always rises, and cyclic periods have no direction."""
    series = _series(view)
    if not series or view.label is None or view.label.cyclic or _is_top(view) or _accumulates(view.measure):
        return None
    n = len(series)
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


def _gaps(view: View) -> Finding | None:
    """Months, quarters or years between the first and the last that have no row."""
    if view.label is None or view.label.role != "time" or view.label.grain not in ("month", "quarter", "year"):
        return None
    step = {"quarter": 3}.get(view.label.grain, 1)
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


def _highest_cell(view: View) -> Finding | None:
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


def _leading_group(view: View) -> Finding | None:
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


def _fastest_group(view: View) -> Finding | None:
    """The group that changed most in share between the first and the last period that all rows span."""
    cells, color = _cells(view), view.fields.get(view.spec.color or "")
    if view.label is None or view.label.role != "time" or view.label.cyclic or color is None or not view.label.present:
        return None
    start, end = min(view.label.present), max(view.label.present)
    changes = {}
    for group in dict.fromkeys(color.values):
        first, last = cells.get((start, group)), cells.get((end, group))
        if first is not None and last is not None and first > 0 and 0 <= last <= MAX_CHANGE * first:
            changes[group] = last / first - 1
    if len(changes) < 2 or start == end or view.measure.unit in ("percent", "fraction"):
        return None
    group, share = max(changes.items(), key=lambda item: abs(item[1]))
    if [abs(v) for v in changes.values()].count(abs(share)) > 1:
        return None
    figures = {"column": view.measure.name, "label": group, "share": share, "start": start, "end": end}
    words = {"group": view.name(group, color), "share": view.share(share, signed=True)}
    return view.say("fastest", figures, start=view.name(start), end=view.name(end), measure=view.words(), **words)


# ---------------------------------------------------------------- raw values


def _spread(view: View) -> Finding | None:
    values = sorted(view.measure.present)
    if len(values) < 5:
        return None
    q1, median, q3 = (quantile(values, share) for share in (0.25, 0.5, 0.75))
    figures = {"column": view.measure.name, "q1": q1, "median": median, "q3": q3, "n": len(values)}
    words = {name: view.number(figures[name]) for name in ("q1", "median", "q3")}
    return view.say("spread", figures, measure=view.words(), n=len(values), **words)


def _medians(view: View) -> Finding | None:
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


# ---------------------------------------------------------------- two quantities


def _together(view: View) -> list[tuple[float, float, int]]:
    x = view.fields[view.spec.x or ""]
    if x.role != "measure":
        return []
    pairs = zip(x.values, view.measure.values, range(view.rows), strict=True)
    return [(a, b, i) for a, b, i in pairs if a is not None and b is not None]


def _correlation(view: View) -> Finding | None:
    pairs = _together(view)
    x = view.fields[view.spec.x or ""]
    if x.role != "measure":
        return None
    if len(pairs) < MIN_PAIRS:
        return view.say("few_pairs", {"n": len(pairs), "least": MIN_PAIRS}, n=len(pairs), least=MIN_PAIRS)
    found = correlate([a for a, _, _ in pairs], [b for _, b, _ in pairs])
    if found is None:
        return None
    kind = "uncorrelated" if found.low <= 0 <= found.high else "together" if found.r > 0 else "opposite"
    figures = {
        "x": x.name,
        "column": view.measure.name,
        "n": found.n,
        "r": found.r,
        "low": found.low,
        "high": found.high,
    }
    return view.say(kind, figures, x=view.words(x), y=view.words(), n=found.n, **_r_words(found, view.lang))


def _r_words(found: Correlation, lang: str) -> dict[str, str]:
    values = {"r": found.r, "low": found.low, "high": found.high}
    return {name: format_number(value, lang, 2).replace("-", "−") for name, value in values.items()}


def _shared_trend(view: View) -> Finding | None:
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


# ---------------------------------------------------------------- what limits all of this


def _cut_off(view: View) -> Finding | None:
    if view.whole:
        return None
    return view.say("cut_off", {"n": view.rows}, n=view.rows)


def _missing(view: View) -> Finding | None:
    """Rows without a value in a column that is told about; the one with most of them."""
    names = [name for name in (*view.spec.y, view.spec.x, view.spec.color) if name in view.fields]
    if view.rows < 2 or not names:
        return None
    counts = {name: sum(v is None for v in view.fields[name].values) for name in names}
    name = max(counts, key=lambda n: counts[n])
    if not counts[name]:
        return None
    figures = {"column": name, "count": counts[name], "n": view.rows}
    words = {"total": view.rows, "column": plain_text(lower_first(humanise(name, view.lang)), 60)}
    return Finding("missing", plural("insight.missing", counts[name], view.lang, **words), figures)


_FINDERS: dict[str, tuple[Finder, ...]] = {
    "number": (_value, _given_correlation),
    "bar": (_leader, _change, _trend, _concentration, _outliers),
    "line": (_change, _trend, _leading_group, _fastest_group, _peak, _gaps, _outliers),
    "grouped_bar": (_leading_group, _highest_cell, _leader),
    "stacked_bar": (_leading_group, _highest_cell),
    "heatmap": (_highest_cell, _leading_group),
    "histogram": (_spread, _outliers),
    "box": (_medians, _outliers),
    "scatter": (_correlation, _shared_trend),
}
