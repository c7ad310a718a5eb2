"""The time of a business question: its date column, the periods it names, the unit it is split by, and what 'today' is.

It completes plans; the words of time themselves are read in `language/periods.py`.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from core.sql.business.money import cue_roots, records_deeds
from core.sql.business.plan import BusinessPlan
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.calendar import GRAINS, OPEN_END, OPEN_START, Grain, Period, go_back
from core.sql.language.operators import is_amount, prices
from core.sql.language.periods import find_grain, find_periods, find_trend
from core.sql.language.words import stem
from core.sql.linking.link import Links, Mention
from core.sql.linking.ordering import has_superlative


def reach_of(date: int | None, schema: Schema, today: datetime.date) -> datetime.date:
    """The day that 'today' stands for: today where the column's data reach it, else its newest day."""
    newest = _as_date(schema.columns[date].column.maximum) if date is not None else None
    return min(today, newest) if newest else today


def _as_date(value: Any) -> datetime.date | None:
    """The day of a catalog's bound: a year's last, a month's first; None for what is no time."""
    if isinstance(value, int) and 1700 < value < 2200:
        return datetime.date(value, 12, 31)
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value[:10] if len(value) >= 10 else f"{value[:7]}-01")
        except ValueError:
            return None
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else None


def add_time(
    plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None, today: datetime.date
) -> BusinessPlan:
    """The date column of the measure's table, the periods asked for, and the unit of time."""
    plan = add_periods(plan, links, schema, today, plan.fact)
    if (grain and grain.unit == "hour") or asks_when(links) == "hour":
        return _add_hours(plan, links, schema, grain)
    if plan.date is None:
        return plan
    unit, covered = "", set(plan.covered)
    named = grain and any(set(range(grain.start, grain.end)) & _named(n, links) for n in plan.dimensions)
    measured = plan.measure.columns if plan.measure else ()
    named = named or (grain and any(grain.end - 1 in _named(n, links) for n in measured))  # 'prima anual' by that name
    if grain and not named:
        unit = grain.unit
        covered |= set(range(grain.start, grain.end))
    alike = len(plan.periods) == 2 and plan.periods[0].unit == plan.periods[1].unit
    if not unit and alike and (plan.window == "growth" or _compares(links)):
        unit = plan.periods[0].unit  # 'growth in 2025 against 2024' is from one year to the other
    if not unit and plan.window in ("growth", "running"):
        unit = "month"
    plan = replace(plan, change=tell_change(links) if plan.window == "growth" else "")
    if not unit and asks_when(links) and not plan.dimensions:
        unit = asks_when(links)
        covered |= {p for p, token in enumerate(links.tokens) if token.word.removesuffix("s") == unit}
    trend = find_trend(links.tokens)
    if not unit and trend:
        unit = _natural_unit(schema.columns[plan.date], schema)
        covered |= set(range(*trend))
    if schema.columns[plan.date].time == "year" and unit:
        unit = "year"
    date = plan.date if unit or plan.periods else None
    return replace(plan, grain=unit, date=date, covered=frozenset(covered))


def _add_hours(plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None) -> BusinessPlan:
    """Split by the hour of the day, where the table holds times of day."""
    entries = [schema.columns[n] for n in schema.tables[plan.fact].columns]
    clock = next((e.number for e in entries if e.column.type.upper().startswith("TIME")), None)
    if clock is None:
        return plan
    said = range(grain.start, grain.end) if grain else (p for p, t in enumerate(links.tokens) if stem(t.word) == "hour")
    date = clock if plan.date is None else plan.date
    return replace(plan, grain="hour", clock=clock, date=date, covered=plan.covered | set(said))


_DAYS_MAX = 62
_MONTHS_MAX = 72


def _natural_unit(entry: ColumnEntry, schema: Schema) -> str:
    """The unit in which a column's span is drawn well: its own where it holds years, months or one row a day."""
    if entry.time in ("year", "month_text"):
        return "year" if entry.time == "year" else "month"
    first, last = (_as_date(value) for value in (entry.column.minimum, entry.column.maximum))
    if first is None or last is None:
        return "month"
    days = (last - first).days
    if days <= _DAYS_MAX or (entry.unique >= 0.99 and schema.tables[entry.table].table.rows <= days):
        return "day"
    return "month" if days <= _MONTHS_MAX * 31 else "year"


def names_column(grain: Grain, links: Links, schema: Schema, table: int) -> bool:
    """'by day' where no column holds dates but one is called 'day' ('Sun', 'Mon')."""
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    if any(entry.time for entry in entries):
        return False
    said = {n for n, ms in links.columns.items() for m in ms if m.score >= 0.95 and m.end == grain.end}
    return any(entry.number in said for entry in entries)


def _named(number: int, links: Links) -> set[int]:
    return {place for m in links.columns.get(number, ())[:1] for place in range(m.start, m.end)}


def add_periods(plan: BusinessPlan, links: Links, schema: Schema, today: datetime.date, table: int) -> BusinessPlan:
    """The plan with its date column, its periods and the unit it is split by, where there is a date to speak of."""
    date = date_column(table, links, schema)
    if date is None and plan.measure:
        date = _date_above(table, links, schema)
    if date is None:
        return plan
    periods = find_periods(links.tokens, reach_of(date, schema, today))
    periods = [p for p in periods if not set(range(p.start, p.end)) & plan.covered]
    periods = [p for p in periods if not (_is_beyond(p, date, links, schema) or _is_price(p, links, table))]
    whole = [p for p in periods if schema.columns[date].time != "year" or _is_years(p)]  # a year holds no months
    covered = {place for p in whole for place in range(p.start, p.end)}
    if plan.window == "growth":  # 'against the previous month' says what is compared, not which rows are read
        before = [p for p in periods if {"previous", "prior"} & {t.word for t in links.tokens[p.start : p.end]}]
        periods = _ends_of([p for p in periods if p not in before], {p.unit for p in before}, links)
    said = {place for m in links.columns.get(date, ())[:1] if m.score >= 0.5 for place in range(m.start, m.end)}
    used = periods or find_grain(links.tokens)
    return replace(plan, periods=tuple(periods), date=date, covered=plan.covered | covered | (said if used else set()))


def _ends_of(periods: list[Period], steps: set[str], links: Links) -> list[Period]:
    """'how much did it grow between 1952 and 2007', 'from Q1 to Q3': from the one to the other, where no other step is
    named; 'growth in 2025' is from the year before."""
    grain = find_grain(links.tokens)
    steps = steps | ({grain.unit} if grain else set())
    if len(periods) != 1 or steps - {periods[0].unit}:
        return periods
    this = periods[0]
    if this.unit in _STEPS and not this.every:
        return [replace(this, first=go_back(this.first, 1, this.unit), after=this.first), this]
    alike = {period.unit for period in this.ends}
    return list(this.ends) if len(alike) == 1 and alike <= _STEPS else periods


_STEPS = frozenset(("month", "quarter", "half", "year"))


def tell_change(links: Links) -> str:
    """How growth is asked for: 'percent', 'absolute', or '' where either will do."""
    words = [token.word for token in links.tokens]
    if GAINED & {stem(word) for word in words}:
        return "absolute"  # 'gained most years of life'
    if any(stem(word) in _PERCENT for word in words):
        return "percent"
    counted = any(words[p : p + 3] == ["by", "how", "many"] for p in range(len(words) - 2))
    return "absolute" if counted or (_ABSOLUTE | DIFFERENCE) & set(words) else ""


def falls(links: Links) -> bool:
    """'which product dropped most': the largest change is the lowest one."""
    return any(stem(token.word) in _FALLEN for token in links.tokens)


DIFFERENCE = frozenset(("difference", "differences"))
GAINED = frozenset(stem(word) for word in ("gain", "win", "won", "lose", "lost"))
_FALLEN = frozenset(cue_roots("measures", "fallen"))
CHANGED = frozenset(cue_roots("measures", "changed")) | _FALLEN
_PERCENT = frozenset(cue_roots("measures", "percent"))
_ABSOLUTE = frozenset("absolute euros euro dollars dollar money".split())


def _is_beyond(period: Period, date: int, links: Links, schema: Schema) -> bool:
    """'sales over 2000': a number that is compared and that no day of the column comes near is no year."""
    if period.unit != "year" or not is_amount(links.tokens, period.start, loosely=True):
        return False
    ends = (str(schema.columns[date].column.minimum)[:4], str(schema.columns[date].column.maximum)[:4])
    return all(end.isdigit() for end in ends) and not int(ends[0]) <= period.first.year <= int(ends[1])


def _is_price(period: Period, links: Links, table: int) -> bool:
    """'how many visits cost 2023': a verb of price behind the things themselves has no year as its object."""
    return period.unit == "year" and prices(links.tokens, period.start) and any(
        m.end in (period.start - 1, period.start - 2) for m in links.tables.get(table, ())
    )  # fmt: skip


def _is_years(period: Period) -> bool:
    """Whether a period begins and ends with a year, or is open there."""
    ends = [day for day in (period.first, period.after) if day not in (OPEN_START, OPEN_END)]
    return all((day.month, day.day) == (1, 1) for day in ends)


def asks_when(links: Links) -> str:
    """'in which month did we sell least': the unit of time that is asked for."""
    words = [token.word for token in links.tokens if token.kind != "mark" and token.word not in ("the", "a")]
    if words[:1] and words[0] in GRAINS and words[1:2] in (["with"], ["of"]) and has_superlative(links):
        return words[0]  # 'mes con más ventas'
    for place, word in enumerate(words[:-1]):
        unit = words[place + 1].removesuffix("s")
        asked = word in ("which", "what") or word in _BEST
        if asked and unit in ("hour", "day", "week", "month", "quarter", "half", "year"):
            return unit
    return ""


_BEST = ("best", "worst", "busiest", "top", "strongest", "weakest", "slowest", "peak", "record")


def _compares(links: Links) -> bool:
    words = {token.word for token in links.tokens}
    return bool(
        words & {"vs", "versus", "compare", "compared", "against", "between", "than", "and", "frente", "contra"}
    )


def date_column(table: int, links: Links, schema: Schema) -> int | None:
    """The table's column of time: the one that is named, else the first; years only where there are no dates."""
    entries = [schema.columns[c] for c in schema.tables[table].columns if schema.columns[c].time]
    ranked = []
    for place, entry in enumerate(entries):
        told = [m for m in links.columns.get(entry.number, ()) if not _names_table(m, table, links)]
        mention = max((m.score for m in told), default=0.0)
        verb = 0.3 * (mention >= 0.3)  # 'opened', 'closed', 'shipped' choose among the dates of a table
        ranked.append((mention + verb - 0.1 * place - 0.5 * (entry.time == "year"), entry.number))
    return max(ranked)[1] if ranked else None


def _date_above(table: int, links: Links, schema: Schema) -> int | None:
    """Where a table has no time of its own, that of the deed that it refers to: the day of a payment's order."""
    name = schema.tables[table].table.name
    above = [schema.table_of[k.ref_table].number for k in schema.catalog.foreign_keys if k.table == name]
    dates = (date_column(number, links, schema) for number in above if records_deeds(number, schema))
    return next((date for date in dates if date is not None), None)


def _names_table(mention: Mention, table: int, links: Links) -> bool:
    """'shipments per month': the word names the table, not one of its dates."""
    return any(m.start <= mention.start < m.end and m.score > mention.score for m in links.tables.get(table, ()))
