"""How long it is from one date, hour or age of the sources to another, and where a time ends that begins on a date.

It judges no figures that the sources state themselves (see figures), and knows no holidays or working days.
"""

from __future__ import annotations

import calendar
import datetime
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.validation.dates import Moment
from core.validation.evidence import Evidence
from core.validation.match import close, in_unit
from core.validation.measures import Quantity, fold, lexicon
from core.validation.places import Segment

_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_LONE_DAY = re.compile(r"\b(?:day|dia)\s+([0-3]?\d)\b(?!:)")
_SINCE = re.compile(r"\b(?:(?:since|from|at) (?:the )?age (?:of )?|(?:desde|a) los )(\d{1,2})\b")
_AGED = re.compile(
    r"\b(?:aged? (\d{1,2})\b|(?:de|con|tiene) (\d{1,2}) anos\b|"
    r"(\d{1,2})[\s-](?:year[\s-]old|years? old|anos de edad)\b)"
)
_YEAR_DAYS, _MONTH_DAYS, _SLACK = 365.25, 30.44, {"months": 0.16, "time": 0.0}
_NO_LEAP = 2001
_SPANS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "semester": 6, "year": 12, "decade": 120}
_POINTS_MAX = 12


@dataclass(frozen=True, slots=True)
class _Point:
    """A time as far as a source tells it: minutes from midnight, day, month, year. `end` is where it stands."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    minute: int | None = None


def has_elapsed(quantity: Quantity, evidence: Evidence) -> bool:
    """Whether a time of a statement lies between two times of the quoted sentences, or is a person's age less an
    earlier one."""
    worth = lexicon()["worth"].get(quantity.unit)
    if quantity.kind != "number" or worth is None or worth[0] not in _SLACK or not quantity.readings:
        return False
    segments = list({s.text: s for passage in evidence.passages for s in passage.quoted}.values())
    points = [point for segment in segments for point in _points(segment)][:_POINTS_MAX]
    values = [v for pair in itertools.combinations(points, 2) for v in _apart(*pair, quantity.unit)]
    if quantity.unit == "year":
        values += _ages(segments)
    said = quantity.readings[0][0]
    slack = _SLACK[worth[0]] / worth[1] if worth[0] == "months" else 0.0
    return any(close(quantity, value) or abs(value - said) <= slack for value in values if value > 0)


def ends_of(begun: Moment, count: float, unit: str) -> Iterator[Moment]:
    """The last day, and the one behind it, of so many days, weeks, months or years from a day."""
    if begun.year is None or begun.month is None or count != int(count):
        return
    if unit not in _MONTHS and not (unit in _SPANS and begun.day):
        return
    try:
        last_of_month = calendar.monthrange(begun.year, begun.month)[1]
        day = datetime.date(begun.year, begun.month, min(begun.day or 1, last_of_month))
        if unit in _MONTHS:
            behind = _later(day, int(count) * _MONTHS[unit])
        else:
            behind = day + datetime.timedelta(days=int(count) * _SPANS[unit])
    except (ValueError, OverflowError):  # beyond the calendar, or no day at all
        return
    last = behind - datetime.timedelta(days=1)
    yield Moment(last.year, None, last.month, last.day)
    if (begun.day and begun.day > 1) or unit in _SPANS:
        yield Moment(behind.year, None, behind.month, behind.day)


def begun_of(ended: Moment, count: float, unit: str) -> Moment | None:
    """The day so many days or weeks before a day, of its year where that is told."""
    if ended.month is None or ended.day is None or count != int(count) or unit not in _SPANS:
        return None
    try:
        day = datetime.date(ended.year or _NO_LEAP, ended.month, ended.day)
        day -= datetime.timedelta(days=int(count) * _SPANS[unit])
    except (ValueError, OverflowError):
        return None
    return Moment(day.year if ended.year else None, None, day.month, day.day)


def _later(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _points(segment: Segment) -> Iterable[_Point]:
    """The times of a sentence in order; an hour belongs to the day right before it."""
    folded = fold(segment.text)
    found = [_Point(d.start, d.end, m.year, m.month, m.day) for d in segment.dates for m in d.readings[:1]]
    taken = [(point.start, point.end) for point in found]
    for match in _LONE_DAY.finditer(folded):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            found.append(_Point(match.start(), match.end(), day=int(match[1])))
    days = [point for point in found if point.day]
    clocks = []
    for match in _CLOCK.finditer(folded):
        own = [point for point in days if point.end <= match.start()]
        base = max(own, key=lambda point: point.end, default=_Point(0, 0))
        clocks.append(replace(base, start=match.start(), end=match.end(), minute=60 * int(match[1]) + int(match[2])))
    used = {(p.year, p.month, p.day) for p in clocks}
    return sorted([*clocks, *(p for p in found if (p.year, p.month, p.day) not in used)], key=lambda p: p.start)


def _apart(first: _Point, second: _Point, unit: str) -> Iterator[float]:
    """How far two times are apart in a unit, where both tell enough for it."""
    dimension, factor = lexicon()["worth"][unit]
    clocks = first.minute is not None and second.minute is not None
    if not clocks and (first.day is None) != (second.day is None):
        first, second = replace(first, day=None), replace(second, day=None)
    one, other = _filled(first, second), _filled(second, first)
    if first.day is None and not clocks:
        if dimension == "months" and first.year and second.year:
            exact = first.month and second.month
            months = 12 * (other.year - one.year) + (other.month - one.month if exact else 0)
            yield from (abs(months) / factor,) if exact or unit == "year" else ()
        return
    days = abs((other - one).days)
    if clocks:
        minutes = 1440 * (other - one).days + (second.minute or 0) - (first.minute or 0)
        minutes += 1440 if minutes < 0 and one == other else 0  # over midnight
        days = abs(minutes) / 1440
    elif unit in ("minute", "hour"):
        return
    months = days / (_YEAR_DAYS if unit == "year" else _MONTH_DAYS * factor)
    yield months if dimension == "months" else in_unit(days, "day", unit)


def _filled(point: _Point, other: _Point) -> datetime.date:
    """The day of a time, what it leaves out taken from the other one."""
    year, month = point.year or other.year or 2001, point.month or other.month or 1
    day = point.day or other.day or 1
    return datetime.date(year, month, min(max(day, 1), calendar.monthrange(year, month)[1]))


def _ages(segments: Sequence[Segment]) -> Iterator[float]:
    """The years from each age that something began at to each age of a person."""
    texts = [fold(segment.text) for segment in segments]
    begun = [int(match[1]) for text in texts for match in _SINCE.finditer(text)]
    aged = [int(next(filter(None, match.groups()))) for text in texts for match in _AGED.finditer(text)]
    yield from (float(age - start) for age in aged for start in begun if age > start)
