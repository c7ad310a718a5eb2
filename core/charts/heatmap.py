"""Heat maps: cells of a measure over two naming columns. Plain traces and axes, no Plotly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts.arrange import Grid, arrange_bars, arrange_groups
from core.charts.escape import escape
from core.charts.numbers import axis_ticks, format_column
from core.charts.sketch import LABEL_LIMIT, Canvas, Sketch, hover_text, label_axis, name_series
from core.charts.theme import Look
from core.charts.titles import humanise, lower_first
from core.records import ChartSpec


def draw_heatmap(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """Cells of one measure over two naming columns, or of several measures over one."""
    x = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    if spec.color:
        grid = arrange_groups(x, canvas.fields[spec.color], measures[0], canvas.lang, most=40)
    else:
        grid = arrange_bars(x, measures, canvas.lang, whole=False)
        grid = Grid(grid.positions, grid.labels, name_series(grid.series, canvas.lang), True, grid.note)
    unit = measures[0].unit
    cells = [v for s in grid.series for v in s.y if v is not None]
    hover = [
        [hover_text(s.name, label, v, unit, canvas) for label, v in zip(grid.labels, s.y, strict=True)]
        for s in grid.series
    ]
    trace: dict[str, Any] = {
        "type": "heatmap",
        "z": [list(s.y) for s in grid.series],
        "x": list(range(len(grid.labels))),
        "y": list(range(len(grid.series))),
        "hovertext": hover,
        "hoverinfo": "text",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "colorscale": _ramp(canvas.look, cells),
        "colorbar": _color_bar(cells, unit, measures[0].name, canvas),
    }
    if cells and min(cells) < 0 < max(cells):
        trace["zmid"] = 0
    if len(grid.labels) <= 12 and len(cells) <= 120:
        texts = [format_column(s.y, canvas.lang, unit, compact=True) for s in grid.series]
        trace["text"] = [[escape(text) for text in row] for row in texts]
        trace["texttemplate"] = "%{text}"  # heat maps show text no other way; these are formatted numbers only
    rows = Grid(grid.positions, tuple(s.name for s in grid.series), ())
    yaxis = label_axis(rows, True, humanise(spec.color, canvas.lang) if spec.color else "")
    layout = {"xaxis": label_axis(grid, False, humanise(x.name, canvas.lang)), "yaxis": yaxis}
    return Sketch([trace], layout, max(320, 150 + 28 * len(grid.series)), note=grid.note)


def _ramp(look: Look, cells: Sequence[float]) -> list[list[Any]]:
    if cells and min(cells) < 0 < max(cells):
        return [[0, look.below], [0.5, look.ramp[0]], [1, look.accent]]
    colors = look.ramp[:4]
    return [[i / (len(colors) - 1), color] for i, color in enumerate(colors)]


def _color_bar(cells: Sequence[float], unit: str, name: str, canvas: Canvas) -> dict[str, Any]:
    low, high = (min(cells), max(cells)) if cells else (0.0, 1.0)
    places, labels = axis_ticks(low, high, canvas.lang, unit, 4)
    title = escape(lower_first(humanise(name, canvas.lang)), LABEL_LIMIT)
    return {
        "tickvals": places,
        "ticktext": labels,
        "thickness": 10,
        "outlinewidth": 0,
        "len": 0.8,
        "title": {"text": title, "side": "right", "font": {"size": 12, "color": canvas.look.quiet}},
        "tickfont": {"color": canvas.look.quiet},
    }
