"""Time in questions: all periods that are named, joined and open ones too, and the grain of a trend ('by month').

Reads English tokens (Spanish ones come translated) and gives half-open day ranges. 'Today' is the caller's. It knows
no catalog.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from core.sql.language.calendar import GRAINS, OPEN_END, OPEN_START, Grain, Period, add_months
from core.sql.language.one_period import read_period, word_at
from core.sql.language.words import Token, stem

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


_BEFORE_GRAIN = {"by", "each", "every", "per"}


def find_periods(tokens: list[Token], today: datetime.date) -> list[Period]:
    """Every period that the tokens name, left to right, none overlapping."""
    found: list[Period] = []
    place = 0
    while place < len(tokens):
        period = read_period(tokens, place, today)
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
        elif lead == "since" or (lead == "from" and word_at(tokens, period.end) in ("on", "onward", "onwards")):
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
    led = word_at(tokens, place - 1) in ("by", "each", "every")
    return Grain("hour", place - led, place + 1 + whole) if led or whole else None


_TOGETHER = 3  # words between two times of one year: 'in January but not in February 2018'


def _share_year(found: list[Period], tokens: list[Token]) -> list[Period]:
    """'Q1 and Q2 2024', '3 March to 5 April 2024': what has no year takes that of the next one that has one."""
    shared = list(found)
    for place in range(len(found) - 2, -1, -1):
        this, after = shared[place], shared[place + 1]
        beside = after.start - this.end <= _TOGETHER and after.unit in ("month", "quarter", "half", "day")
        if this.unit.endswith("?") and beside:
            moved = 12 * (after.first.year - this.first.year)
            first, last = add_months(this.first, moved), add_months(this.after, moved)
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
    return [replace(p, first=add_months(p.first, n), after=add_months(p.after, n)) for p, n in back]
