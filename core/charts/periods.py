"""Points in time as people write them in results: read into one comparable form, and named in either language.

A period is a `datetime` (its first moment) with a grain of year, half, quarter, month, week, day or moment, or an
integer with a cyclic grain: quarter_of_year 1..4, month_of_year 1..12, weekday 1..7 (Monday first), hour 0..23.
Nothing here looks at more than one column, and nothing guesses between day/month and month/day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

Period = dt.datetime | int
CYCLIC = ("quarter_of_year", "month_of_year", "weekday", "hour")

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}
SHORT_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "es": "ene feb mar abr may jun jul ago sept oct nov dic".split(),
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "es": "lunes martes miércoles jueves viernes sábado domingo".split(),
}
SHORT_WEEKDAYS = {"en": "Mon Tue Wed Thu Fri Sat Sun".split(), "es": "lun mar mié jue vie sáb dom".split()}


def fold(text: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _numbers_of(*tables: dict[str, list[str]]) -> dict[str, int]:
    names = {}
    for table in tables:
        for words in table.values():
            names.update({fold(word): i for i, word in enumerate(words, 1)})
    return names


_MONTH_NUMBER = _numbers_of(MONTHS, SHORT_MONTHS) | {"set": 9, "sep": 9, "setiembre": 9}
_WEEKDAY_NUMBER = _numbers_of(WEEKDAYS, SHORT_WEEKDAYS) | {"tues": 2, "thur": 4, "thurs": 4, "weds": 3}

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?$"
)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
_YEAR_MONTH = re.compile(r"(\d{4})[-/. ]?[mM]?(0[1-9]|1[0-2]|(?<=[-/. ])[1-9])$")
_MONTH_YEAR = re.compile(r"(0?[1-9]|1[0-2])[-/](\d{4})$")
_YEAR_QUARTER = re.compile(r"(\d{4})[-/ ]?(?:[qt]([1-4])|([1-4])[qt])$")
_QUARTER_YEAR = re.compile(r"(?:[qt]([1-4])|([1-4])[qt])[-/ ]?(?:de )?(\d{4})$")
_QUARTER = re.compile(r"(?:[qt]([1-4])|([1-4])[qt])$")
_YEAR_WEEK = re.compile(r"(\d{4})[-/ ]?[ws](\d{1,2})$")
_YEAR = re.compile(r"(1[5-9]\d\d|20\d\d|2100)$")
_NAMED_MONTH = re.compile(r"([a-z]+)\.?(?:[-/ ]*(?:de |del )?(\d{4}|'?\d{2}))$|(\d{4})[-/ ]([a-z]+)\.?$")


def read_text(text: str) -> tuple[Period, str] | None:
    """(period, grain) of one written date, or None. `03/04/2024` is left to `read_slashed`."""
    text = fold(text.strip())
    for pattern, read in _READERS:
        found = pattern.match(text)
        if found:
            try:
                return read(found)
            except ValueError:
                return None
    if text.rstrip(".") in _MONTH_NUMBER:
        return _MONTH_NUMBER[text.rstrip(".")], "month_of_year"
    if text.rstrip(".") in _WEEKDAY_NUMBER:
        return _WEEKDAY_NUMBER[text.rstrip(".")], "weekday"
    return None


def _read_iso(found: re.Match[str]) -> tuple[Period, str]:
    year, month, day, hour, minute, second = (int(g or 0) for g in found.groups())
    return dt.datetime(year, month, day, hour, minute, second), "moment" if found[4] else "day"


def _read_quarter_of(year: str, quarter: str) -> tuple[Period, str]:
    return dt.datetime(int(year), 3 * int(quarter) - 2, 1), "quarter"


def _read_week(found: re.Match[str]) -> tuple[Period, str]:
    return dt.datetime.fromisocalendar(int(found[1]), int(found[2]), 1), "week"


def _read_named_month(found: re.Match[str]) -> tuple[Period, str] | None:
    name, year = (found[1], found[2]) if found[1] else (found[4], found[3])
    if name not in _MONTH_NUMBER:
        return None
    number = int(year.lstrip("'"))
    return dt.datetime(number + (2000 if number < 70 else 1900) * (number < 100), _MONTH_NUMBER[name], 1), "month"


_READERS = (
    (_ISO, _read_iso),
    (_YEAR, lambda f: (dt.datetime(int(f[1]), 1, 1), "year")),
    (_YEAR_MONTH, lambda f: (dt.datetime(int(f[1]), int(f[2]), 1), "month")),
    (_MONTH_YEAR, lambda f: (dt.datetime(int(f[2]), int(f[1]), 1), "month")),
    (_YEAR_QUARTER, lambda f: _read_quarter_of(f[1], f[2] or f[3])),
    (_QUARTER_YEAR, lambda f: _read_quarter_of(f[3], f[1] or f[2])),
    (_QUARTER, lambda f: (int(f[1] or f[2]), "quarter_of_year")),
    (_YEAR_WEEK, _read_week),
    (_NAMED_MONTH, _read_named_month),
)


def read_slashed(texts: Sequence[str]) -> list[dt.datetime] | None:
    """A column of `dd/mm/yyyy` or `mm/dd/yyyy`: read only where some value tells which of the two it is."""
    parts = [_SLASHED.match(text.strip()) for text in texts]
    if not parts or not all(parts):
        return None
    first = max(int(p[1]) for p in parts if p)
    second = max(int(p[2]) for p in parts if p)
    if (first > 12) == (second > 12):
        return None
    day, month = (1, 2) if first > 12 else (2, 1)
    try:
        return [dt.datetime(int(p[3]), int(p[month]), int(p[day])) for p in parts if p]
    except ValueError:
        return None


def read_moment(value: Any) -> dt.datetime | None:
    """A DATE or TIMESTAMP cell, as Python's own type or as ISO text; time zones are dropped as written."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    read = read_text(str(value))
    return read[0] if read and isinstance(read[0], dt.datetime) else None


def coarsest_grain(moments: Sequence[dt.datetime]) -> str:
    """The grain that a column of moments was cut to: all first of January is years, all Mondays weeks."""
    if any(m.hour or m.minute or m.second for m in moments):
        return "moment"
    several = len(set(moments)) > 1
    if all(m.day == 1 for m in moments) and several:
        if all(m.month == 1 for m in moments):
            return "year"
        if len(set(moments)) > 2 and all(m.month in (1, 4, 7, 10) for m in moments):
            return "quarter"
        return "month"
    if len(set(moments)) > 2 and len({m.weekday() for m in moments}) == 1:
        return "week"
    return "day"


def ordinal(period: Period, grain: str) -> float:
    """A number that grows by the grain's own step: 1 a month for months, 7 a week for weeks, days for moments."""
    if isinstance(period, int):
        return period
    if grain == "year":
        return period.year
    if grain in ("half", "quarter", "month"):
        return period.year * 12 + period.month - 1
    return period.toordinal() + (period.hour * 3600 + period.minute * 60 + period.second) / 86400


def period_label(period: Period, grain: str, lang: str, short: bool = False) -> str:
    """The period in words: 'marzo de 2024', 'Mar 2024' (short), 'T1 2024', '3/4/2024' never: '3 abr 2024'."""
    if isinstance(period, int):
        return _cyclic_label(period, grain, lang, short)
    if grain == "year":
        return str(period.year)
    if grain == "half":
        return f"{'S' if lang == 'es' else 'H'}{1 if period.month < 7 else 2} {period.year}"
    if grain == "quarter":
        return f"{'T' if lang == 'es' else 'Q'}{(period.month + 2) // 3} {period.year}"
    if grain == "month":
        if short:
            return f"{SHORT_MONTHS[lang][period.month - 1]} {period.year}"
        return f"{MONTHS[lang][period.month - 1]}{' de ' if lang == 'es' else ' '}{period.year}"
    month = SHORT_MONTHS[lang][period.month - 1]
    day = f"{period.day} {month} {period.year}"
    return f"{day}, {period:%H:%M}" if grain == "moment" else day


def _cyclic_label(period: int, grain: str, lang: str, short: bool) -> str:
    if grain == "month_of_year":
        return (SHORT_MONTHS if short else MONTHS)[lang][period - 1]
    if grain == "weekday":
        return (SHORT_WEEKDAYS if short else WEEKDAYS)[lang][period - 1]
    if grain == "quarter_of_year":
        return f"{'T' if lang == 'es' else 'Q'}{period}"
    return f"{period}:00"
