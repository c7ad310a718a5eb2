"""Time in questions: years, quarters, months, relative periods, and the grain of a trend ('by month').

Reads English tokens (Spanish ones come translated) and gives half-open day ranges. 'Today' is the caller's. It knows
no catalog.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from core.sql.operators import is_amount
from core.sql.words import Token, stem

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
_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "half-yearly": "half",
    "biannual": "half",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_BEFORE_GRAIN = {"by", "each", "every", "per"}


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
    unit: str
    start: int
    end: int


def find_periods(tokens: list[Token], today: datetime.date) -> list[Period]:
    """Every period that the tokens name, left to right, none overlapping."""
    found: list[Period] = []
    place = 0
    while place < len(tokens):
        period = next((p for p in (read(tokens, place, today) for read in _READERS) if p), None)
        if period:
            found.append(period)
            place = period.end
        else:
            place += 1
    return _open_ends(_join_ranges(_share_year(found, tokens), tokens), tokens)


_OPENERS = {"between", "from", "since"}
_JOINED = {"and", "to", "until", "till", "through", "up", "-", "at", "most"}


def _join_ranges(found: list[Period], tokens: list[Token]) -> list[Period]:
    """'between March and May', 'from 2019 to 2021', 'from Q1 to Q3': one period from the first to the last."""
    out: list[Period] = []
    for period in found:
        before = out[-1] if out else None
        lead = {t.word for t in tokens[max(0, before.start - 2) : before.start]} if before else set()
        gap = [t.word for t in tokens[before.end : period.start]] if before else []
        joins = gap and set(gap) <= _JOINED | {"the", "of"}
        turned = bool(joins) and before.first >= period.after
        compared = turned or any(stem(t.word) == "compar" for t in tokens)  # 'compare 2024 to 2025'
        if joins and (lead & _OPENERS or not (compared or "and" in gap)):
            assumed = before.assumed and period.assumed
            first, last = (period, before) if turned else (before, period)
            span = (before.start, period.end)
            out[-1] = Period(first.first, last.after, *span, "span", assumed, ends=(first, last), turned=turned)
        else:
            out.append(period)
    return out


_SPANISH_LEADS = {"desde": "since", "hasta": "until", "a partir de": "since"}


def _open_ends(found: list[Period], tokens: list[Token]) -> list[Period]:
    """'since 2023', 'after May', 'before 2020', 'until March': the period with one side open."""
    out = []
    for period in found:
        before = [t for t in tokens[max(0, period.start - 3) : period.start] if t.word not in ("the", "of", "in")]
        lead = _SPANISH_LEADS.get(before[-1].source.lower(), before[-1].word) if before else ""
        first, after = period.first, period.after
        if period.unit == "span":
            pass
        elif lead == "since" or (lead == "from" and _word(tokens, period.end) in ("on", "onward", "onwards")):
            after = OPEN_END
        elif lead == "after":
            first, after = period.after, OPEN_END
        elif lead == "before":
            first, after = OPEN_START, period.first
        elif lead in ("until", "till"):
            first = OPEN_START
        whole = (first, after) == (period.first, period.after)
        out.append(period if whole else Period(first, after, period.start, period.end, "span"))
    return out


def find_grain(tokens: list[Token]) -> Grain | None:
    """'by month', 'for each year', 'monthly', 'month over month', 'day of the week'."""
    for place, token in enumerate(tokens):
        length = _weekday_length(tokens, place)
        if length:
            return Grain("weekday", place, place + length)
        hour = _hour_at(tokens, place)
        if hour:
            return hour
        if token.word in _ADVERBS:
            return Grain(_ADVERBS[token.word], place, place + 1)
        unit = GRAINS.get(stem(token.word)) or GRAINS.get(token.word)
        if not unit:
            continue
        before = [t.word for t in tokens[max(0, place - 2) : place]]
        after = [t.word for t in tokens[place + 1 : place + 3]]
        listed = before[-1:] == ["and"] and any(t.word in _BEFORE_GRAIN for t in tokens[max(0, place - 5) : place])
        if listed or (before[-1:] and before[-1] in _BEFORE_GRAIN):
            return Grain(unit, place - 1, place + 1)
        if after[:1] in (["over"], ["on"], ["by"], ["to"]) and stem(after[1] if after[1:] else "") == stem(token.word):
            return Grain(unit, place, place + 3)
    return None


_TRENDS = frozenset("trend evolution evolve evolved evolving trajectory".split())
_OVER = (("over", "time"), ("over", "the", "year"), ("over", "the", "years"), ("through", "time"), ("across", "time"))


def find_trend(tokens: list[Token]) -> tuple[int, int] | None:
    """Token places of 'trend', 'evolution', 'over time': a course of time is asked for, its unit is not said."""
    words = [token.word for token in tokens]
    for place, word in enumerate(words):
        length = next((len(run) for run in _OVER if tuple(words[place : place + len(run)]) == run), 0)
        if length or word in _TRENDS:
            return place, place + (length or 1)
    return None


def time_places(tokens: list[Token]) -> set[int]:
    """Token places that say a period, a unit to split by, or a course of time."""
    spans = [(p.start, p.end) for p in find_periods(tokens, datetime.date.today())]
    grain = find_grain(tokens)
    spans += [(grain.start, grain.end)] if grain else []
    return {place for span in (*spans, find_trend(tokens) or (0, 0)) for place in range(*span)}


def _weekday_length(tokens: list[Token], place: int) -> int:
    """How many tokens say 'weekday' or 'day of the week' at a place."""
    if tokens[place].word in ("weekday", "weekdays"):
        return 1
    said = [stem(token.word) for token in tokens[place : place + 4]]
    return next((n for n in (3, 4) if said[:2] == ["day", "of"] and said[n - 1 : n] == ["week"]), 0)


def _hour_at(tokens: list[Token], place: int) -> Grain | None:
    """'by hour', 'hour of the day'; 'per hour' is a rate."""
    if stem(tokens[place].word) != "hour":
        return None
    said = [token.word for token in tokens[place + 1 : place + 4]]
    whole = next((n for n in (2, 3) if said[:1] == ["of"] and said[n - 1 : n] == ["day"]), 0)
    led = _word(tokens, place - 1) in ("by", "each", "every")
    return Grain("hour", place - led, place + 1 + whole) if led or whole else None


def _word(tokens: list[Token], place: int) -> str:
    return tokens[place].word if 0 <= place < len(tokens) else ""


def _year_at(tokens: list[Token], place: int) -> int | None:
    if 0 <= place < len(tokens) and tokens[place].kind == "number" and isinstance(tokens[place].value, int):
        value = tokens[place].value
        return value if 1900 <= value <= 2100 and len(tokens[place].source) == 4 else None
    return None


def _skip(tokens: list[Token], place: int, words: tuple[str, ...]) -> int:
    while _word(tokens, place) in words:
        place += 1
    return place


def _read_month(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    number = MONTHS.get(_word(tokens, place))
    if not number or tokens[place].kind != "word":
        return None
    year_place = _skip(tokens, place + 1, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    if (
        year is None
        and _word(tokens, place) == "may"
        and _word(tokens, place - 1) not in ("in", "of", "since", "from", "and")
    ):
        return None
    end = year_place + 1 if year else place + 1
    return _month_period(year or 0, number, place, end, today)


def _month_period(year: int, month: int, start: int, end: int, today: datetime.date) -> Period:
    known = year or (today.year if month <= today.month else today.year - 1)
    first = datetime.date(known, month, 1)
    return Period(first, _add_months(first, 1), start, end, "month" if year else "month?")


def _read_quarter(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    word = _word(tokens, place)
    number, end = None, place + 1
    if len(word) == 2 and word[0] in "qt" and word[1] in "1234":
        number = int(word[1])
    elif len(word) == 2 and word[1] in "qt" and word[0] in "1234":
        number = int(word[0])
    elif word in _ORDINALS and (shared := _unit_behind(tokens, place, ("quarter",))):
        number, end = _ORDINALS[word], shared
    if number is None:
        return None
    year_place = _skip(tokens, end, ("of", "the", "in", ","))
    year = _year_at(tokens, year_place)
    end = year_place + 1 if year else end
    known = year or (today.year if number <= (today.month + 2) // 3 else today.year - 1)
    first = datetime.date(known, 3 * number - 2, 1)
    return Period(first, _add_months(first, 3), place, end, "quarter" if year else "quarter?")


def _unit_behind(tokens: list[Token], place: int, units: tuple[str, ...]) -> int:
    """The place behind an ordinal and its unit, 0 where none follows; of 'the first and the second half' the first
    ordinal ends by itself."""
    if _word(tokens, place + 1) in units:
        return place + 2
    other = _skip(tokens, place + 1, ("and", "to", "or", "the", ","))
    shares = other > place + 1 and _word(tokens, other) in _ORDINALS and _unit_behind(tokens, other, units)
    return place + 1 if shares else 0


def _read_half(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    word = _word(tokens, place)
    behind = _unit_behind(tokens, place, ("half", "semester")) if word in ("first", "second") else 0
    if not behind:
        return None
    year_place = _skip(tokens, behind, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    first = datetime.date(year or today.year, 1 if word == "first" else 7, 1)
    end, unit = (year_place + 1, "half") if year else (behind, "half?")
    return Period(first, _add_months(first, 6), place, end, unit)


def _read_year(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    year = _year_at(tokens, place)
    if year is None or is_amount(tokens, place):
        return None
    return Period(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1), place, place + 1, "year")


def _read_day(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """'2025-03-09', '9/3/2025', '9 March 2025', 'March 9th, 2025', '9 de marzo'."""
    if tokens[place].kind == "date":
        year, month, day = (int(part) for part in tokens[place].value.split("-"))
        return _day_period(year, month, day, (place, place + 1), today) if 1 <= month <= 12 and year < 9999 else None
    day_place = place if tokens[place].kind == "number" else _skip(tokens, place + 1, ("the",))
    after = _skip(tokens, day_place + 1, ("st", "nd", "rd", "th"))
    month_place = _skip(tokens, after, ("of", "the")) if day_place == place else place
    month, day = MONTHS.get(_word(tokens, month_place)), _day_at(tokens, day_place)
    if not month or not day:
        return None
    behind = max(after, month_place + 1)
    year_place = _skip(tokens, behind, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    if not year and (day_place > place or _word(tokens, month_place) == "may"):
        return None  # 'the March 5 figures' are rarer than '5 March'
    return _day_period(year or 0, month, day, (place, year_place + 1 if year else behind), today)


def _day_at(tokens: list[Token], place: int) -> int:
    value = tokens[place].value if 0 <= place < len(tokens) and tokens[place].kind == "number" else 0
    return value if isinstance(value, int) and 1 <= value <= 31 else 0


def _day_period(year: int, month: int, day: int, span: tuple[int, int], today: datetime.date) -> Period:
    """One day; of a day that the month does not have, no day at all."""
    known = year or (today.year if (month, day) <= (today.month, today.day) else today.year - 1)
    first, after = datetime.date(known, month, 1), _add_months(datetime.date(known, month, 1), 1)
    if not 1 <= day <= (after - first).days:
        return Period(after, after, *span, NO_DAY)
    first = first.replace(day=day)
    return Period(first, first + datetime.timedelta(days=1), *span, "day" if year else "day?")


def _read_relative(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """'last month', 'this year', 'the last 30 days', 'today', 'yesterday'."""
    word = _word(tokens, place)
    if word in ("today", "yesterday"):
        first = today - datetime.timedelta(days=word == "yesterday")
        return Period(first, first + datetime.timedelta(days=1), place, place + 1, "day")
    if word not in ("last", "past", "previous", "this", "current"):
        return None
    number_token = tokens[place + 1] if place + 1 < len(tokens) else None
    if number_token and number_token.kind in ("number", "number_word") and isinstance(number_token.value, int):
        unit = GRAINS.get(stem(_word(tokens, place + 2)))
        if unit and word in ("last", "past", "previous") and 0 < number_token.value < 1000:
            after = today + datetime.timedelta(days=1)
            return Period(go_back(after, number_token.value, unit), after, place, place + 3, "span")
        return None
    unit = GRAINS.get(stem(_word(tokens, place + 1)))
    if not unit:
        return None
    first = start_of(today, unit)
    if word in ("last", "past", "previous") and not _is_over(today, unit):
        first = go_back(first, 1, unit)
    return Period(first, next_start(first, unit), place, place + 2, unit)


def _is_over(today: datetime.date, unit: str) -> bool:
    """On the last day of a month or a longer unit, 'the last' one is the one that ends with it."""
    return unit in _MONTHS_OF and next_start(start_of(today, unit), unit) - today <= datetime.timedelta(1)


def _read_end_of_year(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """'the last quarter of 2025', 'the first month of 2024', 'the second half of 2023'."""
    unit = GRAINS.get(stem(_word(tokens, place + 1))) or GRAINS.get(_word(tokens, place + 1))
    year_place = _skip(tokens, place + 2, ("of", "the", "year", "in", ","))
    year, months = _year_at(tokens, year_place), _MONTHS_OF.get(unit)
    if _word(tokens, place) not in ("first", "last") or year is None or months in (None, 12):
        return None
    first = datetime.date(year, 1 if _word(tokens, place) == "first" else 13 - months, 1)
    return Period(first, _add_months(first, months), place, year_place + 1, unit)


_READERS = (_read_end_of_year, _read_relative, _read_half, _read_quarter, _read_day, _read_month, _read_year)


_TOGETHER = 3  # words between two times of one year: 'in January but not in February 2018'


def _share_year(found: list[Period], tokens: list[Token]) -> list[Period]:
    """'Q1 and Q2 2024', '3 March to 5 April 2024': what has no year takes that of the next one that has one."""
    shared = list(found)
    for place in range(len(found) - 2, -1, -1):
        this, after = shared[place], shared[place + 1]
        beside = after.start - this.end <= _TOGETHER and after.unit in ("month", "quarter", "half", "day")
        if this.unit.endswith("?") and beside:
            moved = 12 * (after.first.year - this.first.year)
            first, last = _add_months(this.first, moved), _add_months(this.after, moved)
            shared[place] = replace(this, first=first, after=last, unit=this.unit.rstrip("?"))
    named = [replace(p, unit=p.unit.rstrip("?"), assumed=p.unit.endswith("?")) for p in shared]
    return _agree(named)


def _agree(found: list[Period]) -> list[Period]:
    """'January and March', 'between Q1 and Q3' without a year: of one year, the latest in which each has begun."""
    months = [(p.first.month, p.after.month) for p in found]
    if not all(p.assumed for p in found) or months != sorted(months):
        return found
    year = min((p.first.year for p in found), default=0)
    back = [(p, 12 * (year - p.first.year)) for p in found]
    return [replace(p, first=_add_months(p.first, n), after=_add_months(p.after, n)) for p, n in back]


def months_of(period: Period) -> list[int]:
    """The numbers of the months that a period spans, in its order."""
    count = 12 * (period.after.year - period.first.year) + period.after.month - period.first.month
    return [(period.first.month - 1 + step) % 12 + 1 for step in range(count)]


def start_of(day: datetime.date, unit: str) -> datetime.date:
    if unit == "week":
        return day - datetime.timedelta(days=day.weekday())
    months = _MONTHS_OF.get(unit)
    return day.replace(month=(day.month - 1) // months * months + 1, day=1) if months else day


def next_start(first: datetime.date, unit: str) -> datetime.date:
    if unit in ("day", "week"):
        return first + datetime.timedelta(days=1 if unit == "day" else 7)
    return _add_months(first, _MONTHS_OF[unit])


def go_back(day: datetime.date, count: int, unit: str) -> datetime.date:
    if unit in ("day", "week"):
        return day - datetime.timedelta(days=count * (1 if unit == "day" else 7))
    return _add_months(day, -count * _MONTHS_OF[unit])


def _add_months(day: datetime.date, count: int) -> datetime.date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return datetime.date(year, month + 1, min(day.day, last[month]))
