"""Lines over time or numbers, in panels where the scales differ. Plain traces and axes, no Plotly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts.arrange import Grid, Series, arrange_groups, arrange_line, time_ticks, with_gaps
from core.charts.escape import escape
from core.charts.fields import Field, same_scale
from core.charts.sketch import LABEL_LIMIT, Canvas, Sketch, axis, hover_text, name_series, value_axis
from core.charts.theme import ordered_colors, series_colors
from core.charts.titles import humanise
from core.records import ChartSpec


def draw_line(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """Lines over time; measures that share no scale get a panel each, one above the other."""
    x = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    if spec.color:
        grid = arrange_groups(x, canvas.fields[spec.color], measures[0], canvas.lang)
        panels = [(grid.series, measures[0].unit, humanise(measures[0].name, canvas.lang))]
    else:
        grid = arrange_line(x, measures, canvas.lang)
        named = name_series(grid.series, canvas.lang)
        if len(measures) == 1 or same_scale(measures):
            panels = [(named, measures[0].unit, named[0].name if len(named) == 1 else "")]
        else:
            panels = [((s,), m.unit, s.name) for s, m in zip(named, measures, strict=True)]
    return _line_panels(grid, panels, x, canvas)


def _line_panels(grid: Grid, panels: list[tuple[tuple[Series, ...], str, str]], x: Field, canvas: Canvas) -> Sketch:
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"xaxis": _time_axis(grid, x, canvas)}
    height = 1 / len(panels)
    for i, (series, unit, title) in enumerate(panels):
        suffix = "" if i == 0 else str(i + 1)
        years = grid.ordered and len(series) > 1 and len(panels) == 1 and series[0].name.isdigit()
        colors = (ordered_colors if years else series_colors)(canvas.look, len(series))
        if len(panels) > 1:
            colors = [canvas.look.accent]
        for line, color in zip(series, colors, strict=True):
            shown = canvas.look.rest if line.rest else color
            traces.append(_line_trace(grid, line, unit, shown, x, canvas) | {"yaxis": f"y{suffix}"})
        values = value_axis([v for s in series for v in s.y], unit, canvas.lang, _from_zero(series), title)
        top = 1 - i * height
        layout[f"yaxis{suffix}"] = values | {"domain": [top - height + (0.06 if len(panels) > 1 else 0), top]}
    if len(panels) > 1:
        layout["xaxis"]["anchor"] = "free"
        layout["xaxis"]["position"] = 0
    several = any(len(series) > 1 for series, _, _ in panels)
    return Sketch(traces, layout, 260 + 140 * len(panels), several, grid.note)


def _from_zero(series: Sequence[Series]) -> bool:
    """A line may start above zero, but not when zero is near: then the cut would exaggerate for nothing."""
    known = [v for s in series for v in s.y if v is not None]
    return bool(known) and min(known) >= 0 and min(known) < 0.5 * max(known)


def _time_axis(grid: Grid, x: Field, canvas: Canvas) -> dict[str, Any]:
    if x.role == "time":
        places, labels = time_ticks(x, x.present, canvas.lang)
    else:
        step = -(-len(grid.labels) // 12)
        places, labels = list(grid.positions[::step]), list(grid.labels[::step])
    shown = ["<br>".join(escape(part, LABEL_LIMIT) for part in label.split("\n")) for label in labels]
    width = max(grid.positions, default=0) - min(grid.positions, default=0)
    pad = 0.02 * width if width < 1 else max(0.3, 0.02 * width)  # minutes are small parts of a day, the unit here
    pad = pad or 0.3
    span = [min(grid.positions, default=0) - pad, max(grid.positions, default=1) + pad]
    return axis(humanise(x.name, canvas.lang), tickvals=places, ticktext=shown, showgrid=False, range=span)


def _line_trace(grid: Grid, line: Series, unit: str, color: str, x: Field, canvas: Canvas) -> dict[str, Any]:
    xs, ys = with_gaps(grid.positions, line.y, x.grain if x.role == "time" else "")
    words = dict(zip(grid.positions, grid.labels, strict=True))
    hover = [
        hover_text(line.name, words.get(place, ""), value, unit, canvas) for place, value in zip(xs, ys, strict=True)
    ]
    dots = len(grid.positions) <= 40
    return {
        "type": "scatter",
        "mode": "lines+markers" if dots else "lines",
        "x": xs,
        "y": ys,
        "name": escape(line.name, LABEL_LIMIT),
        "line": {"color": color, "width": 2.2},
        "marker": {"color": color, "size": 6},
        "hovertext": hover,
        "hoverinfo": "text",
        "connectgaps": False,
    }
