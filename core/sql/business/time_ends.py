"""'The youngest', 'the oldest invoice', 'el último pedido': the column of time that a superlative ranks things by, and
which end of it is meant.

Superlatives of numbers ('the heaviest product') are in `lists.py`; 'last month' is a period (`language/periods.py`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from core.sql.business.time import date_column
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.calendar import YEARS
from core.sql.language.lexicon import read_cues
from core.sql.language.periods import find_periods
from core.sql.language.words import stem
from core.sql.linking.link import Links


def _roots(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in read_cues()["time_ends"][name].split())


_LATE, _EARLY, _AGES, _BIRTH = (_roots(name) for name in ("late", "early", "ages", "birth"))


@dataclass(frozen=True, slots=True)
class TimeEnd:
    """Rows ranked by `column`, from its newest where `descending`; `places` are the tokens that say so. The column is
    `named`, or it tells ages, as the superlative does (`of_life`), or it is the table's usual one."""

    column: int
    descending: bool
    places: tuple[int, ...]
    named: bool = False
    of_life: bool = False


def find_time_end(links: Links, schema: Schema, table: int) -> TimeEnd | None:
    """The end of time that a superlative asks of a table's things, None where there is none or no column tells it."""
    place = next(iter(time_superlatives(links)), None)
    if place is None:
        return None
    root = stem(links.tokens[place].word)
    born, dates, ages = _columns(table, schema)
    late = root in _LATE
    most = {p for p in (place - 1,) if p >= 0 and links.tokens[p].word == "most"}
    if root in _AGES and (born or ages):
        column, descending = (born[0].number, late) if born else (ages[0].number, not late)
        return TimeEnd(column, descending, (*most, place), of_life=True)
    named = _named_beside(place, [*dates, *born], links)
    if named is not None:
        number, said = named
        return TimeEnd(number, late, (*most, place, *said), named=True)
    usual = date_column(table, links, schema)
    number = usual if usual in {e.number for e in dates} else next((e.number for e in dates), None)
    return None if number is None else TimeEnd(number, late, (*most, place))


def time_superlatives(links: Links) -> list[int]:
    """Places of superlatives of time that name nothing themselves and open no period ('last month', 'first name')."""
    spent = {p for period in find_periods(links.tokens, datetime.date.today()) for p in range(period.start, period.end)}
    for mentions in (*links.columns.values(), *links.tables.values(), links.values):
        for m in mentions:
            wide = m.end - m.start > 1 and getattr(m, "score", 1.0) >= 0.8
            spent |= set(range(m.start, m.end)) if wide or getattr(m, "hits", ()) else set()
    return [
        p
        for p, token in enumerate(links.tokens)
        if token.kind in ("word", "cue") and stem(token.word) in _LATE | _EARLY and p not in spent
    ]


def _columns(table: int, schema: Schema) -> tuple[list[ColumnEntry], list[ColumnEntry], list[ColumnEntry]]:
    """(days of birth, other columns of time, ages) of a table; years without a name that says so come last."""
    entries = [schema.columns[n] for n in schema.tables[table].columns]
    timed = [e for e in entries if e.time]
    born = [e for e in timed if _told(e) & _BIRTH]
    ages = [e for e in entries if e.kind == "number" and "age" in _told(e) and not e.id_like]
    years = [e for e in entries if not e.time and e not in ages and _holds_years(e)]
    return born, [e for e in timed if e not in born] or years, ages


def _told(entry: ColumnEntry) -> set[str]:
    return {root for stems in entry.words for root, weight in stems if weight >= 0.85}


def _holds_years(entry: ColumnEntry) -> bool:
    ends = (entry.column.minimum, entry.column.maximum)
    plain = entry.kind == "number" and not (entry.primary or entry.foreign or entry.id_like)
    return plain and all(isinstance(end, int) and end in YEARS for end in ends)


def _named_beside(place: int, entries: list[ColumnEntry], links: Links) -> tuple[int, tuple[int, ...]] | None:
    """The column of time that is named best near a superlative: 'hired last', 'the latest return'."""
    found = [
        (m.score - 0.1 * min(abs(m.start - place), abs(m.end - 1 - place)), e.number, tuple(range(m.start, m.end)))
        for e in entries
        for m in links.columns.get(e.number, ())
        if m.score >= 0.45 and not any(
            t.start <= m.start < t.end and t.score > m.score for ts in links.tables.values() for t in ts
        )
    ]  # fmt: skip
    return max(found)[1:] if found else None
