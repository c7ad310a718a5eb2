"""What every kind of chart is drawn with: the canvas, the sketch that comes of it, axes and hover texts, as plain
dictionaries that test without Plotly.

A `Sketch` holds what one kind of chart needs; `draw.py` puts the frame around it. All text passes `escape`; hover text
is ready-made, never a template.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.charts.arrange import Grid, Series
from core.charts.escape import escape
from core.charts.fields import Field
from core.charts.numbers import axis_ticks, format_value
from core.charts.theme import Look, with_opacity
from core.charts.titles import humanise

LABEL_LIMIT = 28
PeriodTicks = Callable[[Sequence[int]], list[str]]  # places of bars to their labels, a line break in some
_APART = 2  # letters of room between two labels
MOST_UPRIGHT_CHARACTERS = 64  # letters of labels side by side below a chart of half a page
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


def label_axis(grid: Grid, horizontal: bool, title: str = "", periods: PeriodTicks | None = None) -> dict[str, Any]:
    """One label a bar; of many upright ones (periods) every second, third, ... so that none touches the next. With
    `periods`, what they have in common stands in a second line."""
    short = [escape(label, LABEL_LIMIT) for label in grid.labels]
    periods = None if horizontal else periods
    if periods:
        wide = sum(len(text.split("\n")[0]) + _APART for text in periods(range(len(short))))
    else:
        wide = len(short) * max(map(len, short), default=0)
    step = 1 if horizontal else max(1, math.ceil(wide / MOST_UPRIGHT_CHARACTERS))
    shown = range(0, len(short), step)
    texts = [text.replace("\n", "<br>") for text in periods(shown)] if periods else [short[place] for place in shown]
    out = axis(title, tickvals=list(shown), ticktext=texts, showgrid=False)
    out["range"] = [len(short) - 0.4, -0.6] if horizontal else [-0.6, len(short) - 0.4]
    return out


def hover_text(
    name: str, label: str, value: float | None, unit: str, canvas: Canvas, share: float | None = None
) -> str:
    """What stands beside a value under the pointer: its label, the measure's name, the value and its share of all."""
    if value is None:
        return ""
    part = f" ({format_value(share, canvas.lang, 'fraction')})" if share is not None else ""
    head = f"{escape(label)}<br>" if label else ""
    return f"{head}{escape(name)}: <b>{escape(format_value(value, canvas.lang, unit))}</b>{part}"


def name_series(series: tuple[Series, ...], lang: str) -> tuple[Series, ...]:
    """The series called as a reader would call them."""
    return tuple(Series(humanise(s.name, lang), s.y, s.rest) for s in series)


def shade(color: str) -> str:
    """The fill of an interval around a line of this colour."""
    return with_opacity(color, 0.18)
