"""What two short answers are worth beside each other: whether their figures or dates exclude each other, and by how
much one of them is more.

Figures are read as the checks read them, rounding, scales, units and both notations included. It knows no text around
the two, so it cannot tell whether they speak of one thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from core.i18n import format_number, translate
from core.validation.dates import Moment, read_dates
from core.validation.measures import Quantity, lexicon
from core.validation.quantities import read_quantities

_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])(?! ?[ap]\.?\s?m)", re.I)
_DIGITS = re.compile(r"\d(?:[\d.,]*\d)?")
_DATE_PARTS = ("year", "half", "quarter", "month", "day")


class Amounts:
    """Reads short answers. Silent where either side holds no figure, several, or an approximate one."""

    def clash(self, one: str, other: str) -> bool:
        """Whether they cannot both be true of one thing: '30 days' and '45 days', not '24 hours' and 'one day'."""
        ours, theirs = _clocks(one), _clocks(other)
        if ours and theirs:
            return len(ours) == len(theirs) and ours != theirs
        dates, others = read_dates(one), read_dates(other)
        if dates and others:
            pairs = list(zip(dates, others, strict=False))
            return len(dates) == len(others) and any(_exclude(a.readings, b.readings) for a, b in pairs)
        if dates or others:
            return False
        first, second = read_quantities(one), read_quantities(other)
        if not first or len(first) != len(second) or not all(map(_is_exact, (*first, *second))):
            return False
        return any(_differ(a, b) for a, b in zip(first, second, strict=True))

    def lead(self, one: str, other: str, written: str, lang: str) -> tuple[bool, str] | None:
        """Whether `one` is the larger of two single figures of one unit, and the difference as `lang` writes it; they
        are `written` in a language, which settles '6.300'."""
        mark = "," if written == "es" else "."
        first, second = (read_quantities(text, mark=mark, lang=written) for text in (one, other))
        if len(first) != 1 or len(second) != 1 or not all(map(_is_exact, (*first, *second))):
            return None
        a, b = first[0], second[0]
        if (a.kind, a.unit) != (b.kind, b.unit) or len(a.readings) > 1 or len(b.readings) > 1 or not _differ(a, b):
            return None
        more = a.readings[0][0] - b.readings[0][0]
        return more > 0, _write(abs(more), max((a, b), key=lambda q: (not q.spelled, q.scale)), _places(a, b), lang)


def _places(a: Quantity, b: Quantity) -> int:
    """The decimals of a difference in the scale of the larger one, as many as the finer of the two has there."""
    scale = max(a.scale, b.scale)
    steps = [2 * step / scale for q in (a, b) for _, step in q.readings if step]
    return max((round(-math.log10(step)) for step in steps if step < 0.9), default=0)


def _write(value: float, like: Quantity, places: int, lang: str) -> str:
    """A value in the scale and with the unit of a figure: 8500 like '6.300 euros' is '8500 euros'."""
    told = format_number(value / like.scale, lang, places)
    if like.kind == "percent":
        return f"{told} {translate('chat.answer.points', lang)}"
    if like.spelled:
        return " ".join((told, *like.text.split()[1:]))
    return _DIGITS.sub(told, like.text, count=1)


def _clocks(text: str) -> list[tuple[int, int]]:
    return [(int(hour), int(minute)) for hour, minute in _CLOCK.findall(text)]


def _exclude(one: Sequence[Moment], other: Sequence[Moment]) -> bool:
    """Whether in every reading the two say different things of one part of a date."""
    return all(
        any(None not in (pair := (getattr(a, part), getattr(b, part))) and pair[0] != pair[1] for part in _DATE_PARTS)
        for a in one
        for b in other
    )


def _is_exact(quantity: Quantity) -> bool:
    return bool(quantity.readings) and not quantity.approximate


def _measured(quantity: Quantity) -> tuple[str, float]:
    """(what it measures, what its unit is worth there)."""
    dimension, worth = lexicon()["worth"].get(quantity.unit, (f"{quantity.kind} {quantity.unit}", 1))
    return dimension, float(worth)


def _differ(a: Quantity, b: Quantity) -> bool:
    """Whether two figures of one dimension are apart in every reading, rounding allowed for."""
    (dimension, worth), (other, own) = _measured(a), _measured(b)
    return dimension == other and all(
        abs(x * worth - y * own) > max(step * worth, half * own) for x, step in a.readings for y, half in b.readings
    )
