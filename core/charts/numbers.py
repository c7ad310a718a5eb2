"""Numbers as each language writes them on charts and in sentences: units, compact forms, and the ticks of an axis.

Plain grouping is `core.i18n.format_number`. Units are those of `Field.unit`; a 'fraction' .25 is written 25 %."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.i18n import format_number

# Spanish counts 10^9 as 'mil M' (thousand million) and has no word of its own for it.
_COMPACT = {
    "en": ((1e12, "T"), (1e9, "B"), (1e6, "M")),
    "es": ((1e12, " B"), (1e9, " mil M"), (1e6, " M")),
}

_CURRENCIES = ("€", "$", "£")


def format_value(value: float, lang: str, unit: str = "", compact: bool = False, signed: bool = False) -> str:
    """`value` in words: 1,234.5 / 1234,5; 12.4M / 12,4 M (compact); 12.4% / 12,4 %; €12.40 / 12,40 €.

    Two decimals at most from 1 up, three significant digits below; `signed` puts a plus before what is positive."""
    if unit == "fraction":
        value, unit = value * 100, "percent"
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    text = _compact(size, lang) if compact and size >= 1e6 else _plain(size, lang, unit)
    if not any(digit in text for digit in "123456789"):
        sign = ""
    return sign + _with_unit(text, lang, unit)


def format_column(values: Sequence[float | None], lang: str, unit: str = "", compact: bool = False) -> list[str]:
    """Values that are read beside one another, with the same number of decimals; '' for None. Compact ones from a
    million up share one power of ten where the smallest still shows in it: 2.67M beside 0.76M."""
    known = [v for v in values if v is not None]
    scale = 100.0 if unit == "fraction" else 1.0
    largest = max((abs(v) * scale for v in known), default=0.0)
    if compact and largest >= 1e6:
        step, name = next((step, name) for step, name in _COMPACT.get(lang, _COMPACT["en"]) if largest >= step)
        least = min(abs(v) for v in known if v) / step
        if least >= 0.1:
            decimals = 1 if least >= 1 else 2
            shown = [None if v is None else format_number(abs(v) / step, lang, decimals) + name for v in values]
            return [
                "" if t is None else ("−" * (v < 0)) + _with_unit(t, lang, unit)
                for v, t in zip(values, shown, strict=True)
            ]
    if compact and unit in _CURRENCIES and largest >= 1e4:  # beside ten thousands nobody reads cents
        values = [None if v is None else float(round(v)) for v in values]
    if unit in _CURRENCIES or largest >= 1e6 or largest < 1 or all(float(v * scale).is_integer() for v in known):
        return ["" if v is None else format_value(v, lang, unit, compact) for v in values]
    decimals = 1 if largest < 1000 else 0
    shown = "percent" if unit == "fraction" else unit
    texts = [
        "" if v is None else _with_unit(format_number(abs(v) * scale, lang, decimals), lang, shown) for v in values
    ]
    return ["−" + t if v is not None and v < 0 else t for v, t in zip(values, texts, strict=True)]


def _plain(size: float, lang: str, unit: str) -> str:
    if unit in _CURRENCIES and not float(size).is_integer():
        return format_number(size, lang, 2)
    if unit == "percent":
        return _trimmed(size, lang, 1 if size >= 1 else 2)
    if size == 0 or size >= 1:
        return format_number(size, lang)
    decimals = min(12, 2 - math.floor(math.log10(size)))
    return _trimmed(size, lang, decimals)


def _trimmed(size: float, lang: str, decimals: int) -> str:
    text = format_number(size, lang, decimals)
    mark = "," if lang == "es" else "."
    return text.rstrip("0").rstrip(mark) if mark in text else text


def _compact(size: float, lang: str) -> str:
    for step, name in _COMPACT.get(lang, _COMPACT["en"]):
        if size >= step:
            return _trimmed(size / step, lang, 1 if size / step < 100 else 0) + name
    return format_number(size, lang)


def _with_unit(text: str, lang: str, unit: str) -> str:
    if unit == "percent":
        return f"{text} %" if lang == "es" else f"{text}%"
    if unit:
        return f"{text} {unit}" if lang == "es" else f"{unit}{text}"
    return text


def nice_step(span: float, count: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` parts."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    rough = span / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if rough <= m * power * 1.25)


def axis_ticks(low: float, high: float, lang: str, unit: str = "", count: int = 5) -> tuple[list[float], list[str]]:
    """Round positions from `low` to `high` with their labels, all with the same decimals and the same power of ten."""
    if low == high:
        low, high = (low - 1, high + 1) if low == 0 else (low - abs(low) * 0.1, high + abs(high) * 0.1)
    scale = 100.0 if unit == "fraction" else 1.0
    step = nice_step((high - low) * scale, count)
    first, last = math.ceil(low * scale / step - 1e-9), math.floor(high * scale / step + 1e-9)
    values = [i * step for i in range(first, last + 1)]
    shown_unit = "percent" if unit == "fraction" else unit
    labels = [_tick_label(v, step, max(map(abs, values), default=0), lang, shown_unit) for v in values]
    return [v / scale for v in values], labels


def _tick_label(value: float, step: float, largest: float, lang: str, unit: str) -> str:
    power, name = next((pair for pair in _COMPACT.get(lang, _COMPACT["en"]) if largest >= pair[0]), (1.0, ""))
    decimals = max(0, -math.floor(math.log10(step / power) + 1e-9))
    text = _grouped(abs(value) / power, lang, min(decimals, 12), largest / power >= 10000)
    text += name if value else ""
    return ("−" if value < 0 else "") + _with_unit(text, lang, unit)


def _grouped(size: float, lang: str, decimals: int, always: bool) -> str:
    """On one axis, 5000 beside 10.000 is written 5.000."""
    text = f"{size:,.{decimals}f}"
    if lang != "es":
        return text
    return (text if always else text.replace(",", "")).translate(str.maketrans(",.", ".,"))
