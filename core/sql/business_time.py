"""The time of a business question: its date column, the periods it names, the unit it is split by, and what 'today' is.

It completes plans; the words of time themselves are read in `calendar.py`.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from core.sql.business_plan import BusinessPlan
from core.sql.calendar import GRAINS, OPEN_END, OPEN_START, Grain, Period, find_grain, find_periods
from core.sql.dimensions import has_superlative
from core.sql.link import Links, Mention
from core.sql.schema import Schema


def reach_of(date: int | None, schema: Schema, today: datetime.date) -> datetime.date:
    """The day that 'today' stands for: today where the column's data reach it, else its newest day."""
    newest = schema.columns[date].column.maximum if date is not None else None
    if isinstance(newest, int) and 1700 < newest < 2200:
        newest = datetime.date(newest, 12, 31)
    if isinstance(newest, str):
        try:
            newest = datetime.date.fromisoformat(newest[:10] if len(newest) >= 10 else f"{newest[:7]}-01")
        except ValueError:
            return today
    if isinstance(newest, datetime.datetime):
        newest = newest.date()
    return min(today, newest) if isinstance(newest, datetime.date) else today


def add_time(
    plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None, today: datetime.date
) -> BusinessPlan:
    """The date column of the measure's table, the periods asked for, and the unit of time."""
    plan = add_periods(plan, links, schema, today, plan.fact)
    if plan.date is None:
        return plan
    unit, covered = "", set(plan.covered)
    named = grain and any(set(range(grain.start, grain.end)) & _named(n, links) for n in plan.dimensions)
    measured = plan.measure.columns if plan.measure else ()
    named = named or (grain and any(grain.end - 1 in _named(n, links) for n in measured))  # 'prima anual' by that name
    if grain and not named:
        unit = grain.unit
        covered |= set(range(grain.start, grain.end))
    if not unit and plan.window in ("growth", "running"):
        unit = "month"
    alike = len(plan.periods) == 2 and plan.periods[0].unit == plan.periods[1].unit
    if not unit and alike and _compares(links):
        unit = plan.periods[0].unit
    if not unit and _asks_when(links) and not plan.dimensions:
        unit = _asks_when(links)
    if schema.columns[plan.date].time == "year" and unit:
        unit = "year"
    date = plan.date if unit or plan.periods else None
    return replace(plan, grain=unit, date=date, covered=frozenset(covered))


def _named(number: int, links: Links) -> set[int]:
    return {place for m in links.columns.get(number, ())[:1] for place in range(m.start, m.end)}


def add_periods(plan: BusinessPlan, links: Links, schema: Schema, today: datetime.date, table: int) -> BusinessPlan:
    date = date_column(table, links, schema)
    if date is None:
        return plan
    periods = find_periods(links.tokens, reach_of(date, schema, today))
    periods = [p for p in periods if not set(range(p.start, p.end)) & plan.covered]
    whole = [p for p in periods if schema.columns[date].time != "year" or _is_years(p)]  # a year holds no months
    covered = {place for p in whole for place in range(p.start, p.end)}
    if plan.window == "growth":  # 'against the previous month' says what is compared, not which rows are read
        periods = [p for p in periods if not {"previous", "prior"} & {t.word for t in links.tokens[p.start : p.end]}]
    said = {place for m in links.columns.get(date, ())[:1] if m.score >= 0.5 for place in range(m.start, m.end)}
    used = periods or find_grain(links.tokens)
    return replace(plan, periods=tuple(periods), date=date, covered=plan.covered | covered | (said if used else set()))


def _is_years(period: Period) -> bool:
    """Whether a period begins and ends with a year, or is open there."""
    ends = [day for day in (period.first, period.after) if day not in (OPEN_START, OPEN_END)]
    return all((day.month, day.day) == (1, 1) for day in ends)


def _asks_when(links: Links) -> str:
    """'in which month did we sell least': the unit of time that is asked for."""
    words = [token.word for token in links.tokens if token.kind != "mark" and token.word not in ("the", "a")]
    if words[:1] and words[0] in GRAINS and words[1:2] in (["with"], ["of"]) and has_superlative(links):
        return words[0]  # 'mes con más ventas'
    for place, word in enumerate(words[:-1]):
        if word in ("which", "what") and words[place + 1] in ("day", "week", "month", "quarter", "year"):
            return words[place + 1]
    return ""


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


def _names_table(mention: Mention, table: int, links: Links) -> bool:
    """'shipments per month': the word names the table, not one of its dates."""
    return any(m.start <= mention.start < m.end and m.score > mention.score for m in links.tables.get(table, ()))
