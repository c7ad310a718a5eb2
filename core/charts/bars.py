"""Bars: beside each other, in groups, in stacks, in panels where scales differ. Plain traces and axes, no Plotly."""

from __future__ import annotations

from typing import Any

from core.charts.arrange import Grid, Series, arrange_bars, arrange_groups, bar_ticks
from core.charts.escape import escape
from core.charts.fields import Field
from core.charts.numbers import format_column
from core.charts.sketch import (
    BAR_HEIGHT,
    LABEL_LIMIT,
    MOST_UPRIGHT_CHARACTERS,
    Canvas,
    Sketch,
    hover_text,
    label_axis,
    name_series,
    value_axis,
)
from core.charts.theme import ordered_colors, series_colors
from core.charts.titles import humanise
from core.records import ChartSpec

MOST_VALUE_LABELS = 16


def _shares(series: Series, measure: Field, canvas: Canvas) -> list[float | None]:
    """Parts of the total, where the rows are all there are and summing them makes sense."""
    known = [v for v in series.y if v is not None]
    total = sum(known)
    if not canvas.whole or not measure.additive or measure.unit == "percent" or total <= 0 or min(known) < 0:
        return [None] * len(series.y)
    return [None if v is None else v / total for v in series.y]


def draw_bar(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """One bar a category; several measures that share no scale become panels side by side."""
    label = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    grid = arrange_bars(label, measures, canvas.lang, canvas.whole)
    horizontal = len(measures) > 1 or _lies_down(grid, label)
    if len(measures) > 1:
        return _bar_panels(grid, measures, label, canvas)
    trace = _bar_trace(grid, grid.series[0], measures[0], canvas, horizontal, canvas.look.accent)
    values = value_axis(grid.series[0].y, measures[0].unit, canvas.lang, zero=True)
    if "text" not in trace:
        values |= {"title": {"text": escape(humanise(measures[0].name, canvas.lang))}}
    else:
        values |= {"showticklabels": False, "showgrid": False, "ticks": ""}
        low, high = values["range"]
        values["range"] = [low - (0.08 * (high - low) if low < 0 else 0), high + 0.08 * (high - low)]
    labels = label_axis(grid, horizontal, humanise(label.name, canvas.lang), bar_ticks(label, grid, canvas.lang))
    xaxis, yaxis = (values, labels) if horizontal else (labels, values)
    height = 120 + BAR_HEIGHT * len(grid.labels) if horizontal else 400
    return Sketch([trace], {"xaxis": xaxis, "yaxis": yaxis, "bargap": 0.35}, max(260, height), note=grid.note)


def _lies_down(grid: Grid, label: Field) -> bool:
    if label.role == "time":
        return False
    longest = max((len(text) for text in grid.labels), default=0)
    # Lying bars keep every label; upright ones would leave some out, which only periods can bear.
    return len(grid.labels) > 12 or longest * len(grid.labels) > MOST_UPRIGHT_CHARACTERS or longest > 20


def _bar_trace(
    grid: Grid, series: Series, measure: Field, canvas: Canvas, horizontal: bool, color: str
) -> dict[str, Any]:
    places = list(range(len(grid.labels)))
    colors = [canvas.look.rest if i == grid.rest else color for i in places]
    shares = _shares(series, measure, canvas)
    hover = [
        hover_text(humanise(measure.name, canvas.lang), label, value, measure.unit, canvas, share)
        for label, value, share in zip(grid.labels, series.y, shares, strict=True)
    ]
    along, across = ("y", "x") if horizontal else ("x", "y")
    trace: dict[str, Any] = {
        "type": "bar",
        along: places,
        across: list(series.y),
        "orientation": "h" if horizontal else "v",
    }
    trace |= {"marker": {"color": colors, "line": {"width": 0}}, "hovertext": hover, "hoverinfo": "text"}
    shown = [escape(text) for text in format_column(series.y, canvas.lang, measure.unit, compact=True)]
    room = horizontal or len(shown) * max(map(len, shown), default=0) <= MOST_UPRIGHT_CHARACTERS
    if len(places) <= MOST_VALUE_LABELS and room:  # Plotly would shrink what has no room until nobody can read it
        trace |= {"text": shown, "textposition": "outside", "cliponaxis": False, "textangle": 0}
    return trace


def _bar_panels(grid: Grid, measures: list[Field], label: Field, canvas: Canvas) -> Sketch:
    """Each measure on an axis of its own, the categories shared down the left."""
    traces, layout = [], {"yaxis": label_axis(grid, True, ""), "bargap": 0.35}
    width = 1 / len(measures)
    for i, (series, measure) in enumerate(zip(grid.series, measures, strict=True)):
        suffix = "" if i == 0 else str(i + 1)
        trace = _bar_trace(grid, series, measure, canvas, True, canvas.look.accent)
        traces.append(trace | {"xaxis": f"x{suffix}", "yaxis": "y"})
        values = value_axis(series.y, measure.unit, canvas.lang, True, humanise(measure.name, canvas.lang))
        low, high = values["range"]
        values |= {
            "domain": [i * width, (i + 1) * width - 0.04],
            "showticklabels": "text" not in trace,
            "showgrid": False,
        }
        layout[f"xaxis{suffix}"] = values | {"range": [low, high + 0.18 * (high - low)], "anchor": "y"}
    return Sketch(traces, layout, max(260, 120 + BAR_HEIGHT * len(grid.labels)), note=grid.note)


def draw_groups(spec: ChartSpec, canvas: Canvas, stacked: bool = False) -> Sketch:
    """Bars side by side or stacked: a colour for each value of `color`, or for each measure."""
    x = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    if spec.color:
        grid = arrange_groups(x, canvas.fields[spec.color], measures[0], canvas.lang)
        units = [measures[0].unit] * len(grid.series)
    else:
        grid = arrange_bars(x, measures, canvas.lang, canvas.whole)
        grid = Grid(grid.positions, grid.labels, name_series(grid.series, canvas.lang), False, grid.note, grid.rest)
        units = [m.unit for m in measures]
    horizontal = _lies_down(grid, x)
    palette = ordered_colors if grid.ordered else series_colors
    colors = palette(canvas.look, len(grid.series))
    places = list(range(len(grid.labels)))
    along, across = ("y", "x") if horizontal else ("x", "y")
    traces = []
    for series, color, unit in zip(grid.series, colors, units, strict=True):
        hover = [hover_text(series.name, t, v, unit, canvas) for t, v in zip(grid.labels, series.y, strict=True)]
        trace = {"type": "bar", along: places, across: list(series.y), "name": escape(series.name, LABEL_LIMIT)}
        trace |= {"orientation": "h" if horizontal else "v", "hovertext": hover, "hoverinfo": "text"}
        traces.append(trace | {"marker": {"color": canvas.look.rest if series.rest else color, "line": {"width": 0}}})
    totals = _stack_ends(grid) if stacked else [v for s in grid.series for v in s.y]
    title = humanise(measures[0].name, canvas.lang) if spec.color else ""
    values = value_axis(totals, units[0], canvas.lang, True, title)
    labels = label_axis(grid, horizontal, humanise(x.name, canvas.lang), bar_ticks(x, grid, canvas.lang))
    xaxis, yaxis = (values, labels) if horizontal else (labels, values)
    layout = {"xaxis": xaxis, "yaxis": yaxis, "barmode": "relative" if stacked else "group", "bargap": 0.3}
    if horizontal:
        layout["legend"] = {"traceorder": "normal"}
    thick = BAR_HEIGHT if stacked else max(BAR_HEIGHT, 13 * len(grid.series) + 8)
    return Sketch(traces, layout, max(320, 150 + thick * len(places)) if horizontal else 420, True, grid.note)


def _stack_ends(grid: Grid) -> list[float]:
    columns = list(zip(*(s.y for s in grid.series), strict=True))
    above = [sum(v for v in column if v is not None and v > 0) for column in columns]
    below = [sum(v for v in column if v is not None and v < 0) for column in columns]
    return above + below
