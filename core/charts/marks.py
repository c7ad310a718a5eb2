"""Bars, lines and heat maps as Plotly traces and axes, as plain dictionaries that test without Plotly.

A `Sketch` holds what one kind of chart needs; `draw.py` puts the frame around it. All text passes `escape`; hover text
is ready-made, never a template."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.charts.arrange import Grid, Series, arrange_bars, arrange_groups, arrange_line, time_ticks, with_gaps
from core.charts.escape import escape
from core.charts.fields import Field, same_scale
from core.charts.numbers import axis_ticks, format_column, format_value
from core.charts.theme import Look, ordered_colors, series_colors, with_opacity
from core.charts.titles import humanise, lower_first
from core.i18n import translate
from core.records import ChartSpec

LABEL_LIMIT = 28
MOST_UPRIGHT_CHARACTERS = 64  # letters of labels side by side below a chart of half a page
MOST_VALUE_LABELS = 16
BAR_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class Canvas:
    """What every mark needs to know: the fields by name, whether the rows are all there are, language and look."""

    fields: dict[str, Field]
    rows: int
    whole: bool
    lang: str
    look: Look


@dataclass(slots=True)
class Sketch:
    """Traces, axes and frame of one chart; `height` in pixels, `note` is plain text under the title."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any] = field(default_factory=dict)
    height: int = 400
    legend: bool = False
    note: str = ""


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis with its title escaped; `more` overrides."""
    return {"title": {"text": escape(title)}, **more}


def value_axis(values: Sequence[float | None], unit: str, lang: str, zero: bool, title: str = "") -> dict[str, Any]:
    """An axis of quantities with round ticks in the reader's language; `zero` makes it start there."""
    known = [v for v in values if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    pad = (high - low or abs(high) or 1.0) * 0.06
    bottom = low if zero and low == 0 else low - pad
    top = high if zero and high == 0 and low < 0 else high + pad
    places, labels = axis_ticks(bottom, top, lang, unit)
    return axis(title, tickvals=places, ticktext=labels, range=[bottom, top], zeroline=zero)


def label_axis(grid: Grid, horizontal: bool, title: str = "") -> dict[str, Any]:
    """One label a bar; of many upright ones (periods) every second, third, ... so that none touches the next."""
    short = [escape(label, LABEL_LIMIT) for label in grid.labels]
    longest = max(map(len, short), default=0)
    step = 1 if horizontal else max(1, math.ceil(len(short) * longest / MOST_UPRIGHT_CHARACTERS))
    shown = range(0, len(short), step)
    out = axis(title, tickvals=list(shown), ticktext=[short[place] for place in shown], showgrid=False)
    out["range"] = [len(short) - 0.4, -0.6] if horizontal else [-0.6, len(short) - 0.4]
    return out


def _hover(name: str, label: str, value: float | None, unit: str, canvas: Canvas, share: float | None = None) -> str:
    if value is None:
        return ""
    part = f" ({format_value(share, canvas.lang, 'fraction')})" if share is not None else ""
    head = f"{escape(label)}<br>" if label else ""
    return f"{head}{escape(name)}: <b>{escape(format_value(value, canvas.lang, unit))}</b>{part}"


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
    labels = label_axis(grid, horizontal, humanise(label.name, canvas.lang))
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
        _hover(humanise(measure.name, canvas.lang), label, value, measure.unit, canvas, share)
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
    if len(places) <= MOST_VALUE_LABELS:
        shown = [escape(text) for text in format_column(series.y, canvas.lang, measure.unit, compact=True)]
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
        grid = Grid(grid.positions, grid.labels, _named(grid.series, canvas.lang), False, grid.note, grid.rest)
        units = [m.unit for m in measures]
    horizontal = _lies_down(grid, x)
    palette = ordered_colors if grid.ordered else series_colors
    colors = palette(canvas.look, len(grid.series))
    places = list(range(len(grid.labels)))
    along, across = ("y", "x") if horizontal else ("x", "y")
    traces = []
    for series, color, unit in zip(grid.series, colors, units, strict=True):
        hover = [_hover(series.name, t, v, unit, canvas) for t, v in zip(grid.labels, series.y, strict=True)]
        trace = {"type": "bar", along: places, across: list(series.y), "name": escape(series.name, LABEL_LIMIT)}
        trace |= {"orientation": "h" if horizontal else "v", "hovertext": hover, "hoverinfo": "text"}
        traces.append(trace | {"marker": {"color": canvas.look.rest if series.rest else color, "line": {"width": 0}}})
    totals = _stack_ends(grid) if stacked else [v for s in grid.series for v in s.y]
    title = humanise(measures[0].name, canvas.lang) if spec.color else ""
    values = value_axis(totals, units[0], canvas.lang, True, title)
    labels = label_axis(grid, horizontal, humanise(x.name, canvas.lang))
    xaxis, yaxis = (values, labels) if horizontal else (labels, values)
    layout = {"xaxis": xaxis, "yaxis": yaxis, "barmode": "relative" if stacked else "group", "bargap": 0.3}
    if horizontal:
        layout["legend"] = {"traceorder": "normal"}
    thick = BAR_HEIGHT if stacked else max(BAR_HEIGHT, 13 * len(grid.series) + 8)
    return Sketch(traces, layout, max(320, 150 + thick * len(places)) if horizontal else 420, True, grid.note)


def _named(series: tuple[Series, ...], lang: str) -> tuple[Series, ...]:
    return tuple(Series(humanise(s.name, lang), s.y, s.rest) for s in series)


def _stack_ends(grid: Grid) -> list[float]:
    columns = list(zip(*(s.y for s in grid.series), strict=True))
    above = [sum(v for v in column if v is not None and v > 0) for column in columns]
    below = [sum(v for v in column if v is not None and v < 0) for column in columns]
    return above + below


def draw_line(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """Lines over time; measures that share no scale get a panel each, one above the other."""
    x = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    if spec.color:
        grid = arrange_groups(x, canvas.fields[spec.color], measures[0], canvas.lang)
        panels = [(grid.series, measures[0].unit, humanise(measures[0].name, canvas.lang))]
    else:
        grid = arrange_line(x, measures, canvas.lang)
        named = _named(grid.series, canvas.lang)
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
    pad = max(0.3, 0.02 * (max(grid.positions, default=0) - min(grid.positions, default=0)))
    span = [min(grid.positions, default=0) - pad, max(grid.positions, default=1) + pad]
    return axis(humanise(x.name, canvas.lang), tickvals=places, ticktext=shown, showgrid=False, range=span)


def _line_trace(grid: Grid, line: Series, unit: str, color: str, x: Field, canvas: Canvas) -> dict[str, Any]:
    xs, ys = with_gaps(grid.positions, line.y, x.grain if x.role == "time" else "")
    words = dict(zip(grid.positions, grid.labels, strict=True))
    hover = [_hover(line.name, words.get(place, ""), value, unit, canvas) for place, value in zip(xs, ys, strict=True)]
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


def draw_heatmap(spec: ChartSpec, canvas: Canvas) -> Sketch:
    """Cells of one measure over two naming columns, or of several measures over one."""
    x = canvas.fields[spec.x or ""]
    measures = [canvas.fields[name] for name in spec.y]
    if spec.color:
        grid = arrange_groups(x, canvas.fields[spec.color], measures[0], canvas.lang, most=40)
    else:
        grid = arrange_bars(x, measures, canvas.lang, whole=False)
        grid = Grid(grid.positions, grid.labels, _named(grid.series, canvas.lang), True, grid.note)
    unit = measures[0].unit
    cells = [v for s in grid.series for v in s.y if v is not None]
    hover = [
        [_hover(s.name, label, v, unit, canvas) for label, v in zip(grid.labels, s.y, strict=True)] for s in grid.series
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


def shade(color: str) -> str:
    """The fill of an interval around a line of this colour."""
    return with_opacity(color, 0.18)


def empty_note(canvas: Canvas) -> str:
    return translate("charts.no_rows", canvas.lang)
