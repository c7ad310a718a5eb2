"""The calendar: units of time, periods of days, and counting them on and back.

A period is a half-open range of days. It reads no words of a question (`periods`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
GRAINS = {unit: unit for unit in ("day", "week", "month", "quarter", "half", "year")} | {"semester": "half"}
YEARS = range(1700, 2200)  # whole numbers that may well be years
MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
NO_DAY = "no day"
OPEN_START, OPEN_END = datetime.date.min, datetime.date.max


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to before `after` (OPEN_START and OPEN_END where one side is open); `start` and `end` are token
    places; `unit` is the size it was named by (NO_DAY of a day that no calendar has: it holds nothing). The year is
    `assumed` where none was said ('in February'); `every` means the same months of every year. A span keeps the periods
    that it was said by as its `ends`, and whether the later one was said first (`turned`)."""

    first: datetime.date
    after: datetime.date
    start: int
    end: int
    unit: str
    assumed: bool = False
    every: bool = False
    ends: tuple[Period, ...] = ()
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Grain:
    """A unit of time to split by (a key of GRAINS, 'weekday', 'hour'), and the token places that say it."""

    unit: str
    start: int
    end: int


def months_of(period: Period) -> list[int]:
    """The numbers of the months that a period spans, in its order."""
    count = 12 * (period.after.year - period.first.year) + period.after.month - period.first.month
    return [(period.first.month - 1 + step) % 12 + 1 for step in range(count)]


def start_of(day: datetime.date, unit: str) -> datetime.date:
    """The first day of the unit that a day lies in."""
    if unit == "week":
        return day - datetime.timedelta(days=day.weekday())
    months = MONTHS_OF.get(unit)
    return day.replace(month=(day.month - 1) // months * months + 1, day=1) if months else day


def next_start(first: datetime.date, unit: str) -> datetime.date:
    """The first day of the unit after the one that begins with `first`."""
    if unit in ("day", "week"):
        return first + datetime.timedelta(days=1 if unit == "day" else 7)
    return add_months(first, MONTHS_OF[unit])


def go_back(day: datetime.date, count: int, unit: str) -> datetime.date:
    """`count` units before a day."""
    if unit in ("day", "week"):
        return day - datetime.timedelta(days=count * (1 if unit == "day" else 7))
    return add_months(day, -count * MONTHS_OF[unit])


def add_months(day: datetime.date, count: int) -> datetime.date:
    """`count` months after a day; the last of the month where that one is too short."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return datetime.date(year, month + 1, min(day.day, last[month]))
