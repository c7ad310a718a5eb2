"""A result's chart as a still picture in SVG, for a page that may run nothing: bars or lines of its first figures.

What these cannot show (scatter, histogram, heat map) is left to the rows. It chooses no chart.
"""

from __future__ import annotations

import html
import math
from typing import Any

from core.export.rows import cell_text
from core.records import SqlAnswer

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 300, 8, 74
_NAME_MAX, _LETTER = 18, 5.6  # letters of a name, units of width of each
_TURNED = 56  # room at the left for the end of a turned name
_MARKS_MAX = 40


def draw_chart(data: SqlAnswer, lang: str) -> str:
    """An SVG of the chart that was chosen; empty where it is none of bars and lines."""
    points = _points(data, lang)
    if len(points) < 2:
        return ""
    low, high = min(0.0, *(v for _, v in points)), max(0.0, *(v for _, v in points))
    if high == low:
        return ""
    step = (_WIDTH - 2 * _LEFT) / len(points)
    scale = (_HEIGHT - _BOTTOM - 16) / (high - low)
    marks = _line(points, step, low, scale) if data.chart.kind == "line" else _bars(points, step, low, scale)
    base = f'<path d="M0 {_at(0.0, low, scale):.1f}H{_WIDTH}" stroke="currentColor" stroke-opacity="0.25"/>'
    return (
        f'<svg viewBox="{-_TURNED} 0 {_WIDTH + _TURNED} {_HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'fill="currentColor">'
        f"<title>{html.escape(data.chart.title or data.question)}</title>{base}{marks}{_labels(points, step)}</svg>"
    )


def _points(data: SqlAnswer, lang: str) -> list[tuple[str, float]]:
    chart, result = data.chart, data.result
    if chart is None or result is None or chart.kind not in ("bar", "grouped_bar", "stacked_bar", "line"):
        return []
    if chart.x not in result.columns or not chart.y or chart.y[0] not in result.columns:
        return []
    x, y = result.columns.index(chart.x), result.columns.index(chart.y[0])
    found = [(cell_text(row[x], lang), _number(row[y])) for row in result.rows[:_MARKS_MAX]]
    return [(label, value) for label, value in found if value is not None]


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or not math.isfinite(cell):
        return None
    return float(cell)


def _at(value: float, low: float, scale: float) -> float:
    return _HEIGHT - _BOTTOM - (value - low) * scale


def _bars(points: list[tuple[str, float]], step: float, low: float, scale: float) -> str:
    zero, bars = _at(0.0, low, scale), []
    for n, (_, value) in enumerate(points):
        top = _at(value, low, scale)
        x, y, height = _LEFT + n * step + 0.12 * step, min(top, zero), max(abs(zero - top), 0.5)
        bars.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{0.76 * step:.1f}" height="{height:.1f}" fill="#1f8a83"/>')
    return "".join(bars)


def _line(points: list[tuple[str, float]], step: float, low: float, scale: float) -> str:
    places = " ".join(
        f"{_LEFT + (n + 0.5) * step:.1f},{_at(value, low, scale):.1f}" for n, (_, value) in enumerate(points)
    )
    return f'<polyline points="{places}" fill="none" stroke="#1f8a83" stroke-width="2"/>'


def _labels(points: list[tuple[str, float]], step: float) -> str:
    """Names below the marks, turned where they are longer than a mark is wide; of many marks some."""
    every = max(1, round(len(points) / 12))
    longest = max(len(label[:_NAME_MAX]) for label, _ in points)
    turned = longest * _LETTER > step * every
    texts = []
    for n, (label, _) in enumerate(points):
        if n % every:
            continue
        x, y = _LEFT + (n + 0.5) * step, _HEIGHT - _BOTTOM + 16
        way = f'text-anchor="end" transform="rotate(-32 {x:.1f} {y})"' if turned else 'text-anchor="middle"'
        texts.append(f'<text x="{x:.1f}" y="{y}" font-size="11" {way}>{html.escape(label[:_NAME_MAX])}</text>')
    return "".join(texts)
