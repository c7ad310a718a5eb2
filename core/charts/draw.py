"""A `ChartSpec` and its result become a Plotly figure in one language and theme: the only place that imports Plotly.

On a page: `st.plotly_chart(draw(...), theme=None, config=CONFIG)`. Figures carry no images, no links, no templates and
no locale: every visible number, date and label is text made here and escaped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.charts.arrange import label_text
from core.charts.bars import draw_bar, draw_groups
from core.charts.escape import escape
from core.charts.fields import read_fields
from core.charts.heatmap import draw_heatmap
from core.charts.lines import draw_line
from core.charts.numbers import format_value
from core.charts.sketch import Canvas, Sketch, axis
from core.charts.spread import draw_box, draw_histogram, draw_scatter
from core.charts.theme import FONT, Look, look_of
from core.charts.titles import humanise
from core.i18n import translate
from core.records import ChartSpec, QueryResult

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

CONFIG = {
    "displaylogo": False,
    "displayModeBar": "hover",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom2d", "pan2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
    "scrollZoom": False,
}
TABLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A number of a one-row result in words, for a page that shows cards instead of a figure."""

    label: str
    value: str


def draw(spec: ChartSpec, result: QueryResult, lang: str = "en", theme: str = "light") -> Figure:
    """The figure of `spec` over `result`; `theme` is 'light' or 'dark'.

    A spec whose columns the result does not have, or that holds nothing to draw, becomes a table."""
    fields = {field.name: field for field in read_fields(result)}
    canvas = Canvas(fields, len(result.rows), not result.truncated, lang, look_of(theme))
    wanted = [*spec.y, *([spec.x] if spec.x else []), *([spec.color] if spec.color else [])]
    fits = result.rows and _complete(spec) and all(name in fields for name in wanted)
    fits = fits and all(fields[name].role == "measure" for name in _quantities(spec))
    sketch = _MARKS[spec.kind](spec, canvas) if fits and spec.kind in _MARKS else _table(result, canvas)
    return frame(sketch, spec.title, canvas.look)


def _complete(spec: ChartSpec) -> bool:
    """The fields that the kind cannot do without are named (a user may have cleared one)."""
    if spec.kind == "number":
        return bool(spec.y)
    return spec.x is not None and (spec.kind == "histogram" or bool(spec.y))


def _quantities(spec: ChartSpec) -> list[str]:
    """The columns that must hold numbers for this kind."""
    along = [spec.x] if spec.x and spec.kind in ("histogram", "scatter") else []
    return [*spec.y, *along]


def number_cards(spec: ChartSpec, result: QueryResult, lang: str) -> tuple[Card, ...]:
    """The measures of the first row as cards; the label names what they belong to, where the spec says so."""
    fields = {field.name: field for field in read_fields(result)}
    owner = ""
    if spec.x in fields and result.rows:
        owner = label_text(fields[spec.x].values[0], fields[spec.x], lang)
    cards = []
    for name in spec.y:
        value = fields[name].values[0] if name in fields and result.rows else None
        missing = value is None or not isinstance(value, (int, float))
        text = translate("charts.empty", lang) if missing else format_value(value, lang, fields[name].unit)
        cards.append(Card(f"{humanise(name, lang)} · {owner}" if owner else humanise(name, lang), text))
    return tuple(cards)


def _numbers(spec: ChartSpec, canvas: Canvas) -> Sketch:
    row = tuple(field.values[0] for field in canvas.fields.values())
    shown = number_cards(spec, QueryResult(tuple(canvas.fields), _types(canvas), (row,)), canvas.lang)
    notes = []
    for i, card in enumerate(shown):
        place = {"x": (i + 0.5) / len(shown), "showarrow": False, "xref": "paper", "yref": "paper"}
        big, small = {"size": 44, "color": canvas.look.text}, {"size": 14, "color": canvas.look.quiet}
        notes.append(place | {"y": 0.62, "text": escape(card.value), "font": big})
        notes.append(place | {"y": 0.2, "text": escape(card.label, 60), "font": small})
    hidden = {"visible": False, "range": [0, 1]}
    return Sketch([], {"annotations": notes, "xaxis": hidden, "yaxis": hidden, "title": {"text": ""}}, 180)


def _types(canvas: Canvas) -> tuple[str, ...]:
    types = {"measure": "DOUBLE", "time": "", "category": "VARCHAR"}
    return tuple(types.get(field.role, "VARCHAR") for field in canvas.fields.values())


def _table(result: QueryResult, canvas: Canvas) -> Sketch:
    """The first rows as a table; a page shows its own table, this one is for exports and boards."""
    look, lang = canvas.look, canvas.lang
    fields = read_fields(result)
    columns = []
    for field in fields:
        values = field.values[:TABLE_ROWS]
        if field.role == "measure":
            columns.append(["" if v is None else escape(format_value(v, lang, field.unit)) for v in values])
        else:
            columns.append(["" if v is None else escape(label_text(v, field, lang), 80) for v in values])
    trace = {
        "type": "table",
        "header": {
            "values": [escape(humanise(f.name, lang), 60) for f in fields],
            "align": ["right" if f.role == "measure" else "left" for f in fields],
            "fill": {"color": look.background},
            "line": {"color": look.grid},
            "font": {"color": look.quiet, "size": 13},
            "height": 30,
        },
        "cells": {
            "values": columns,
            "align": ["right" if f.role == "measure" else "left" for f in fields],
            "fill": {"color": look.background},
            "line": {"color": look.grid},
            "font": {"color": look.text, "size": 13},
            "height": 27,
        },
    }
    shown, total = min(TABLE_ROWS, len(result.rows)), len(result.rows)
    note = translate("charts.first_rows", lang, shown=shown, total=total) if total > shown else ""
    note = note or ("" if result.rows else translate("charts.no_rows", lang))
    return Sketch([trace] if fields else [], {}, min(640, 110 + 27 * max(1, shown)), note=note)


_MARKS: dict[str, Callable[[ChartSpec, Canvas], Sketch]] = {
    "number": _numbers,
    "line": draw_line,
    "bar": draw_bar,
    "grouped_bar": draw_groups,
    "stacked_bar": lambda spec, canvas: draw_groups(spec, canvas, stacked=True),
    "scatter": draw_scatter,
    "histogram": draw_histogram,
    "box": draw_box,
    "heatmap": draw_heatmap,
}


def frame(sketch: Sketch, title: str, look: Look) -> Figure:
    """The sketch with title, legend, fonts and calm axes around it, as a Plotly figure."""
    from plotly.graph_objects import Figure

    layout = _frame_layout(sketch, title, look)
    axes = {name: _calm(value, look) for name, value in sketch.layout.items() if name[1:5] == "axis"}
    own = {name: value for name, value in sketch.layout.items() if name not in axes}
    legend = layout["legend"] | own.pop("legend", {})
    _await_pandas()
    return Figure(data=sketch.traces, layout=layout | own | axes | {"legend": legend})


def _await_pandas() -> None:
    """Plotly asks of each value whether it is a pandas one where `sys.modules` has pandas: also while another thread is
    half through importing it, which fails. Importing waits for that thread, and loads nothing where there is none."""
    if "pandas" in sys.modules:
        import pandas  # noqa: F401


def _frame_layout(sketch: Sketch, title: str, look: Look) -> dict[str, Any]:
    text = escape(title, 110)
    if sketch.note:
        text += f"<br><span style='font-size:12px;color:{look.quiet}'>{escape(sketch.note)}</span>"
    lines = bool(title) + bool(sketch.note)
    return {
        "template": "none",
        "height": sketch.height + 18 * (lines - 1 if lines else 0) + (28 if sketch.legend else 0),
        "margin": {"l": 12, "r": 16, "t": 20 + 26 * lines, "b": 12},
        "title": {
            "text": text,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "pad": {"l": 12, "t": 14},
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "font": {"size": 16, "color": look.text},
        },
        "font": {"family": FONT, "size": 13, "color": look.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": sketch.legend,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",  # below the chart it may take the rows that a narrow screen needs
            "font": {"size": 12, "color": look.text},
        },
        "hoverlabel": {
            "bgcolor": look.background,
            "bordercolor": look.grid,
            "align": "left",
            "font": {"family": FONT, "size": 13, "color": look.text},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.quiet, "activecolor": look.text},
        "hovermode": "closest",
        "dragmode": False,
        "colorway": list(look.series),
    }


def _calm(settings: dict[str, Any], look: Look) -> dict[str, Any]:
    """Thin grid, no box, quiet labels, the title small and at rest; what the mark said wins."""
    title = settings.get("title", {})
    quiet = {"size": 12, "color": look.quiet}
    calm = axis() | {
        "automargin": True,
        "showline": False,
        "zeroline": False,
        "zerolinecolor": look.rest,
        "zerolinewidth": 1,
        "gridcolor": look.grid,
        "tickfont": quiet,
        "tickangle": 0,
        "ticks": "",
        "fixedrange": True,
    }
    return calm | settings | {"title": {**title, "font": quiet, "standoff": 14}}
