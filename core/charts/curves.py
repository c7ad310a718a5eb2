"""Simple figures for pages that have no query result: learning curves, trends over traces, runs with their intervals.

`draw_lines` for curves with an optional band, `draw_estimates` for one value and interval a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.charts.arrange import Grid, time_ticks
from core.charts.draw import frame
from core.charts.escape import escape
from core.charts.fields import Field
from core.charts.numbers import format_value
from core.charts.periods import coarsest_grain, ordinal, period_label
from core.charts.sketch import BAR_HEIGHT, Sketch, axis, label_axis, shade, value_axis
from core.charts.theme import look_of, series_colors
from core.i18n import translate

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line. `x` are all numbers or all datetimes; `low` and `high`, of the same length, draw a band."""

    name: str
    x: Sequence[float] | Sequence[dt.datetime]
    y: Sequence[float | None]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    dashed: bool = False


def draw_lines(
    curves: Sequence[Curve],
    *,
    lang: str,
    theme: str = "light",
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    unit: str = "",
    from_zero: bool = False,
) -> Figure:
    """Curves over one x axis. `unit` as in `Field.unit`: '', 'percent', 'fraction', '€', '$', '£'."""
    look = look_of(theme)
    moments = [x for curve in curves for x in curve.x if isinstance(x, dt.datetime)]
    grain = coarsest_grain(moments) if moments else ""
    traces: list[dict[str, Any]] = []
    for curve, color in zip(curves, series_colors(look, len(curves)), strict=True):
        places = [ordinal(x, grain) if isinstance(x, dt.datetime) else float(x) for x in curve.x]
        if curve.low is not None and curve.high is not None:
            traces.append(_band(places, curve.low, curve.high, color))
        traces.append(_line(curve, places, color, unit, grain, lang))
    values = [v for c in curves for side in (c.y, c.low or (), c.high or ()) for v in side]
    yaxis = value_axis(values, unit, lang, from_zero, y_title)
    xaxis = (
        _moment_axis(moments, grain, lang) if moments else value_axis([x for c in curves for x in c.x], "", lang, False)
    )
    xaxis |= {"title": {"text": escape(x_title)}, "showgrid": False}
    note = "" if values else translate("charts.no_rows", lang)
    return frame(Sketch(traces, {"xaxis": xaxis, "yaxis": yaxis}, 360, len(curves) > 1, note), title, look)


def _moment_axis(moments: list[dt.datetime], grain: str, lang: str) -> dict[str, Any]:
    field = Field("", "time", tuple(moments), len(set(moments)), grain=grain)
    places, labels = time_ticks(field, moments, lang, most=8)
    span = ordinal(max(moments), grain) - ordinal(min(moments), grain)
    pad = max(0.02 * span, 0.01)
    ends = [ordinal(min(moments), grain) - pad, ordinal(max(moments), grain) + pad]
    return axis(tickvals=places, ticktext=[label.replace("\n", "<br>") for label in labels], range=ends)


def _band(places: list[float], low: Sequence[float], high: Sequence[float], color: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": places + places[::-1],
        "y": list(high) + list(low)[::-1],
        "fill": "toself",
        "fillcolor": shade(color),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "mode": "lines",
    }


def _line(curve: Curve, places: list[float], color: str, unit: str, grain: str, lang: str) -> dict[str, Any]:
    hover = []
    for x, y in zip(curve.x, curve.y, strict=True):
        where = period_label(x, grain, lang) if isinstance(x, dt.datetime) else format_value(float(x), lang)
        value = "" if y is None else format_value(y, lang, unit)
        hover.append(f"{escape(where)}<br>{escape(curve.name)}: <b>{escape(value)}</b>")
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(places) <= 40 else "lines",
        "x": places,
        "y": list(curve.y),
        "name": escape(curve.name, 28),
        "line": {"color": color, "width": 2.2, "dash": "dash" if curve.dashed else "solid"},
        "marker": {"color": color, "size": 6},
        "hovertext": hover,
        "hoverinfo": "text",
    }


@dataclass(frozen=True, slots=True)
class Estimate:
    name: str
    value: float
    low: float
    high: float


def draw_estimates(
    estimates: Sequence[Estimate],
    *,
    lang: str,
    theme: str = "light",
    title: str = "",
    unit: str = "",
    reference: float | None = None,
) -> Figure:
    """A dot with its interval for each row, first on top; `reference` draws a dashed line (the base, a threshold)."""
    look = look_of(theme)
    hover = []
    for e in estimates:
        value, low, high = (format_value(v, lang, unit) for v in (e.value, e.low, e.high))
        span = translate("charts.interval", lang, low=low, high=high)
        hover.append(f"{escape(e.name)}<br><b>{escape(value)}</b> ({escape(span)})")
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [e.value for e in estimates],
        "y": list(range(len(estimates))),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [e.high - e.value for e in estimates],
            "arrayminus": [e.value - e.low for e in estimates],
            "color": look.accent,
            "thickness": 2,
            "width": 5,
        },
        "marker": {"color": look.accent, "size": 10},
        "hovertext": hover,
        "hoverinfo": "text",
    }
    values = [v for e in estimates for v in (e.low, e.high)] + ([] if reference is None else [reference])
    labels = label_axis(Grid((), tuple(e.name for e in estimates), ()), horizontal=True)
    layout: dict[str, Any] = {"xaxis": value_axis(values, unit, lang, False), "yaxis": labels}
    if reference is not None:
        line = {"color": look.quiet, "width": 1, "dash": "dash"}
        layout["shapes"] = [
            {"type": "line", "x0": reference, "x1": reference, "yref": "paper", "y0": 0, "y1": 1, "line": line}
        ]
    return frame(Sketch([trace], layout, max(200, 110 + BAR_HEIGHT * len(estimates))), title, look)
