"""Charts of raw values: scatter plots, histograms and box plots, with their intervals and quartiles computed here.

Computing them here, not in the browser, keeps hover texts in the reader's language and the figure small."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from core.charts.arrange import Grid, label_text, order_names
from core.charts.escape import escape
from core.charts.fields import Field
from core.charts.numbers import axis_ticks, format_value, nice_step
from core.charts.sketch import Canvas, Sketch, axis, label_axis, value_axis
from core.charts.theme import series_colors, with_opacity
from core.charts.titles import humanise
from core.i18n import translate
from core.records import ChartSpec

MOST_POINTS = 5000


def draw_scatter(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """A point a row; at most `MOST_POINTS`, evenly thinned and said so."""
    x, y = canvas.fields[spec.x or ""], canvas.fields[spec.y[0]]
    color = canvas.fields[spec.color] if spec.color else None
    rows = [i for i in range(canvas.rows) if x.values[i] is not None and y.values[i] is not None]
    total, note = len(rows), ""
    if total > MOST_POINTS:
        rows = rows[:: -(-total // MOST_POINTS)]
        note = translate("charts.points_of", canvas.lang, shown=len(rows), total=total)
    groups: dict[Any, list[int]] = {}
    for i in rows:
        groups.setdefault(color.values[i] if color else None, []).append(i)
    colors = series_colors(canvas.look, len(groups))
    names = [f for f in canvas.fields.values() if f.role in ("category", "time", "id") and f is not color]
    traces = []
    for (group, members), shade in zip(groups.items(), colors, strict=True):
        traces.append(_points(members, x, y, shade, names[:1], canvas) | {"name": _group_name(group, color, canvas)})
    layout = {
        "xaxis": _number_axis(x, rows, canvas),
        "yaxis": _number_axis(y, rows, canvas),
    }
    return Sketch(traces, layout, 440, len(groups) > 1, note)


def _group_name(group: Any, color: Field | None, canvas: Canvas) -> str:
    return escape(label_text(group, color, canvas.lang), 28) if color else ""


def _number_axis(field: Field, rows: Sequence[int], canvas: Canvas) -> dict[str, Any]:
    if field.role != "measure":
        return axis(humanise(field.name, canvas.lang))
    values = [field.values[i] for i in rows]
    near_zero = bool(values) and 0 <= min(values) < 0.3 * max(values)
    return value_axis(values, field.unit, canvas.lang, near_zero, humanise(field.name, canvas.lang))


def _points(rows: list[int], x: Field, y: Field, color: str, names: list[Field], canvas: Canvas) -> dict[str, Any]:
    hover = []
    for i in rows:
        head = [f"<b>{escape(label_text(f.values[i], f, canvas.lang))}</b>" for f in names]
        pairs = [
            f"{escape(humanise(f.name, canvas.lang))}: {escape(format_value(f.values[i], canvas.lang, f.unit))}"
            for f in (x, y)
        ]
        hover.append("<br>".join(head + pairs))
    return {
        "type": "scattergl" if len(rows) > 2000 else "scatter",
        "mode": "markers",
        "x": [x.values[i] for i in rows],
        "y": [y.values[i] for i in rows],
        "marker": {"color": with_opacity(color, 0.65), "size": 8 if len(rows) < 300 else 5, "line": {"width": 0}},
        "hovertext": hover,
        "hoverinfo": "text",
    }


def histogram_bins(values: Sequence[float]) -> tuple[list[float], list[int]]:
    """(edges, counts): the width of Freedman and Diaconis (1981), rounded to 1, 2 or 5 times a power of ten, between
    5 and 40 intervals; each interval holds its lower edge, the last one both."""
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    if low == high:
        return [low - 0.5, low + 0.5], [len(ordered)]
    spread = quantile(ordered, 0.75) - quantile(ordered, 0.25)
    width = 2 * spread / len(ordered) ** (1 / 3) if spread > 0 else (high - low) / 10
    width = min(max(width, (high - low) / 40), (high - low) / 5)
    step = nice_step(width, 1)
    if all(float(v).is_integer() for v in (low, high)) and all(float(v).is_integer() for v in ordered):
        step = max(1.0, step)
    first = math.floor(low / step + 1e-9)
    count = max(1, math.floor(high / step + 1e-9) - first + (0 if high / step == math.floor(high / step) else 1))
    edges = [(first + i) * step for i in range(count + 1)]
    if high >= edges[-1] and step == 1:
        edges.append(edges[-1] + 1)
    counts = [0] * (len(edges) - 1)
    for value in ordered:
        counts[min(len(counts) - 1, max(0, math.floor(value / step + 1e-9) - first))] += 1
    return edges, counts


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values by linear interpolation (Hyndman and Fan's type 7)."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def draw_histogram(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """How many rows fall in each interval of one measure."""
    measure = canvas.fields[spec.x or ""]
    if not measure.present:
        return Sketch([], note=translate("charts.no_rows", canvas.lang))
    edges, counts = histogram_bins(measure.present)
    centers = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    ends = [escape(format_value(e, canvas.lang, measure.unit)) for e in edges]
    spans = [translate("charts.interval", canvas.lang, low=a, high=b) for a, b in itertools.pairwise(ends)]
    hover = [f"{span}<br><b>{format_value(n, canvas.lang)}</b>" for span, n in zip(spans, counts, strict=True)]
    trace = {
        "type": "bar",
        "x": centers,
        "y": counts,
        "width": [0.94 * (b - a) for a, b in itertools.pairwise(edges)],
        "marker": {"color": canvas.look.accent, "line": {"width": 0}},
        "hovertext": hover,
        "hoverinfo": "text",
    }
    places, labels = axis_ticks(edges[0], edges[-1], canvas.lang, measure.unit, 8)
    pad = 0.02 * (edges[-1] - edges[0])
    xaxis = axis(humanise(measure.name, canvas.lang), tickvals=places, ticktext=labels, showgrid=False)
    xaxis["range"] = [edges[0] - pad, edges[-1] + pad]
    yaxis = value_axis(counts, "", canvas.lang, True, translate("charts.density", canvas.lang))
    return Sketch([trace], {"xaxis": xaxis, "yaxis": yaxis}, 400)


def box_summary(values: Sequence[float]) -> dict[str, Any]:
    """Quartiles, whiskers at the last value within 1.5 interquartile ranges (Tukey), and what lies beyond."""
    ordered = sorted(values)
    q1, median, q3 = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    reach = 1.5 * (q3 - q1)
    inside = [v for v in ordered if q1 - reach <= v <= q3 + reach]
    beyond = [v for v in ordered if not q1 - reach <= v <= q3 + reach]
    return {
        "q1": q1,
        "median": median,
        "q3": q3,
        "low": inside[0],
        "high": inside[-1],
        "beyond": beyond,
        "n": len(ordered),
    }


def draw_box(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """A box for each category, by median where the categories have no order of their own."""
    label, measure = canvas.fields[spec.x or ""], canvas.fields[spec.y[0]]
    groups: dict[Any, list[float]] = {}
    for key, value in zip(label.values, measure.values, strict=True):
        if value is not None:
            groups.setdefault(key, []).append(value)
    boxes = {key: box_summary(values) for key, values in groups.items()}
    names, _ = order_names(label, {key: box["median"] for key, box in boxes.items()})
    shown = [boxes[name] for name in names]
    grid = Grid((), tuple(label_text(name, label, canvas.lang) for name in names), ())
    color = canvas.look.accent
    trace = {
        "type": "box",
        "x": list(range(len(names))),
        "q1": [b["q1"] for b in shown],
        "median": [b["median"] for b in shown],
        "q3": [b["q3"] for b in shown],
        "lowerfence": [b["low"] for b in shown],
        "upperfence": [b["high"] for b in shown],
        "line": {"color": color, "width": 1.6},
        "fillcolor": with_opacity(color, 0.25),
        "width": 0.5,
        "hoverinfo": "skip",
    }
    traces = [trace, _box_hover(shown, grid, measure, canvas), _beyond(shown, grid, measure, canvas)]
    yaxis = value_axis(measure.present, measure.unit, canvas.lang, False, humanise(measure.name, canvas.lang))
    return Sketch(traces, {"xaxis": label_axis(grid, False, humanise(label.name, canvas.lang)), "yaxis": yaxis}, 440)


def _box_hover(boxes: list[dict[str, Any]], grid: Grid, measure: Field, canvas: Canvas) -> dict[str, Any]:
    """An invisible point on each median that carries the box's numbers in words."""
    hover = []
    for box, name in zip(boxes, grid.labels, strict=True):
        figures = {k: format_value(box[k], canvas.lang, measure.unit) for k in ("low", "q1", "median", "q3", "high")}
        hover.append(f"<b>{escape(name)}</b><br>" + translate("charts.box", canvas.lang, count=box["n"], **figures))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(range(len(boxes))),
        "y": [b["median"] for b in boxes],
        "marker": {"size": 26, "opacity": 0},
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _beyond(boxes: list[dict[str, Any]], grid: Grid, measure: Field, canvas: Canvas) -> dict[str, Any]:
    points = [(i, v) for i, box in enumerate(boxes) for v in box["beyond"][:200]]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [i for i, _ in points],
        "y": [v for _, v in points],
        "marker": {"size": 5, "color": with_opacity(canvas.look.accent, 0.6)},
        "hovertext": [
            f"{escape(grid.labels[i])}<br>{escape(format_value(v, canvas.lang, measure.unit))}" for i, v in points
        ],
        "hoverinfo": "text",
    }
