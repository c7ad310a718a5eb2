"""One period at a place of a question: a year, a quarter, a month, a day, 'last month', 'the last 30 days'.

Reads English tokens (Spanish ones come translated). 'Today' is the caller's. What several periods mean together is told
by `periods`.
"""

from __future__ import annotations

import datetime

from core.sql.language.calendar import (
    GRAINS,
    MONTHS,
    MONTHS_OF,
    NO_DAY,
    Period,
    add_months,
    go_back,
    next_start,
    start_of,
)
from core.sql.language.operators import is_amount
from core.sql.language.words import Token, stem

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def word_at(tokens: list[Token], place: int) -> str:
    """The word at a place, '' outside the question."""
    return tokens[place].word if 0 <= place < len(tokens) else ""


def _year_at(tokens: list[Token], place: int) -> int | None:
    if 0 <= place < len(tokens) and tokens[place].kind == "number" and isinstance(tokens[place].value, int):
        value = tokens[place].value
        return value if 1900 <= value <= 2100 and len(tokens[place].source) == 4 else None
    return None


def _skip(tokens: list[Token], place: int, words: tuple[str, ...]) -> int:
    while word_at(tokens, place) in words:
        place += 1
    return place


def _read_month(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    number = MONTHS.get(word_at(tokens, place))
    if not number or tokens[place].kind != "word":
        return None
    year_place = _skip(tokens, place + 1, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    if (
        year is None
        and word_at(tokens, place) == "may"
        and word_at(tokens, place - 1) not in ("in", "of", "since", "from", "and")
    ):
        return None
    end = year_place + 1 if year else place + 1
    return _month_period(year or 0, number, place, end, today)


def _month_period(year: int, month: int, start: int, end: int, today: datetime.date) -> Period:
    known = year or (today.year if month <= today.month else today.year - 1)
    first = datetime.date(known, month, 1)
    return Period(first, add_months(first, 1), start, end, "month" if year else "month?")


def _read_quarter(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    word = word_at(tokens, place)
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
    return Period(first, add_months(first, 3), place, end, "quarter" if year else "quarter?")


def _unit_behind(tokens: list[Token], place: int, units: tuple[str, ...]) -> int:
    """The place behind an ordinal and its unit, 0 where none follows; of 'the first and the second half' the first
    ordinal ends by itself."""
    if word_at(tokens, place + 1) in units:
        return place + 2
    other = _skip(tokens, place + 1, ("and", "to", "or", "the", ","))
    shares = other > place + 1 and word_at(tokens, other) in _ORDINALS and _unit_behind(tokens, other, units)
    return place + 1 if shares else 0


def _read_half(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    word = word_at(tokens, place)
    behind = _unit_behind(tokens, place, ("half", "semester")) if word in ("first", "second") else 0
    if not behind:
        return None
    year_place = _skip(tokens, behind, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    first = datetime.date(year or today.year, 1 if word == "first" else 7, 1)
    end, unit = (year_place + 1, "half") if year else (behind, "half?")
    return Period(first, add_months(first, 6), place, end, unit)


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
    month, day = MONTHS.get(word_at(tokens, month_place)), _day_at(tokens, day_place)
    if not month or not day:
        return None
    behind = max(after, month_place + 1)
    year_place = _skip(tokens, behind, ("of", "the", ","))
    year = _year_at(tokens, year_place)
    if not year and (day_place > place or word_at(tokens, month_place) == "may"):
        return None  # 'the March 5 figures' are rarer than '5 March'
    return _day_period(year or 0, month, day, (place, year_place + 1 if year else behind), today)


def _day_at(tokens: list[Token], place: int) -> int:
    value = tokens[place].value if 0 <= place < len(tokens) and tokens[place].kind == "number" else 0
    return value if isinstance(value, int) and 1 <= value <= 31 else 0


def _day_period(year: int, month: int, day: int, span: tuple[int, int], today: datetime.date) -> Period:
    """One day; of a day that the month does not have, no day at all."""
    known = year or (today.year if (month, day) <= (today.month, today.day) else today.year - 1)
    first, after = datetime.date(known, month, 1), add_months(datetime.date(known, month, 1), 1)
    if not 1 <= day <= (after - first).days:
        return Period(after, after, *span, NO_DAY)
    first = first.replace(day=day)
    return Period(first, first + datetime.timedelta(days=1), *span, "day" if year else "day?")


def _read_relative(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """'last month', 'this year', 'the last 30 days', 'today', 'yesterday'."""
    word = word_at(tokens, place)
    if word in ("today", "yesterday"):
        first = today - datetime.timedelta(days=word == "yesterday")
        return Period(first, first + datetime.timedelta(days=1), place, place + 1, "day")
    if word not in ("last", "past", "previous", "this", "current"):
        return None
    number_token = tokens[place + 1] if place + 1 < len(tokens) else None
    if number_token and number_token.kind in ("number", "number_word") and isinstance(number_token.value, int):
        unit = GRAINS.get(stem(word_at(tokens, place + 2)))
        if unit and word in ("last", "past", "previous") and 0 < number_token.value < 1000:
            after = today + datetime.timedelta(days=1)
            return Period(go_back(after, number_token.value, unit), after, place, place + 3, "span")
        return None
    unit = GRAINS.get(stem(word_at(tokens, place + 1)))
    if not unit:
        return None
    first = start_of(today, unit)
    if word in ("last", "past", "previous") and not _is_over(today, unit):
        first = go_back(first, 1, unit)
    return Period(first, next_start(first, unit), place, place + 2, unit)


def _is_over(today: datetime.date, unit: str) -> bool:
    """On the last day of a month or a longer unit, 'the last' one is the one that ends with it."""
    return unit in MONTHS_OF and next_start(start_of(today, unit), unit) - today <= datetime.timedelta(1)


def _read_end_of_year(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """'the last quarter of 2025', 'the first month of 2024', 'the second half of 2023'."""
    unit = GRAINS.get(stem(word_at(tokens, place + 1))) or GRAINS.get(word_at(tokens, place + 1))
    year_place = _skip(tokens, place + 2, ("of", "the", "year", "in", ","))
    year, months = _year_at(tokens, year_place), MONTHS_OF.get(unit)
    if word_at(tokens, place) not in ("first", "last") or year is None or months in (None, 12):
        return None
    first = datetime.date(year, 1 if word_at(tokens, place) == "first" else 13 - months, 1)
    return Period(first, add_months(first, months), place, year_place + 1, unit)


def read_period(tokens: list[Token], place: int, today: datetime.date) -> Period | None:
    """The period that begins at a place, None where none does; a unit of '?' at its end has no year of its own."""
    return next((period for read in _READERS if (period := read(tokens, place, today))), None)


_READERS = (_read_end_of_year, _read_relative, _read_half, _read_quarter, _read_day, _read_month, _read_year)
