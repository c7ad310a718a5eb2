"""The time between two dates of a row: 'average days between order and delivery', 'plazo medio de entrega'.

Gives a measure over two date columns of one table; `business_groups.py` writes it. Dates compared with each other
('delivered late') are in `contrasts.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from core.sql.aggregates import aggregate_of
from core.sql.business_plan import Measure
from core.sql.calendar import find_trend
from core.sql.link import Links, is_content
from core.sql.schema import ColumnEntry, Schema
from core.sql.words import Token, stem

_UNITS = {"day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour"}
_LASTING = frozenset(stem(word) for word in "time term duration tarda tardan".split())
# in minutes, since DATE_DIFF counts the boundaries that are crossed: a year from New Year's Eve to New Year
_BETWEEN = "DATE_DIFF('minute', TRY_CAST({0} AS TIMESTAMP), TRY_CAST({1} AS TIMESTAMP))"
_PARTS = {
    "hour": " / 60.0", "day": " / 1440.0", "week": " / 10080.0", "month": " / 43830.0", "year": " / 525960.0",
}  # fmt: skip
_JOINTS = (("between", "and"), ("from", "to"), ("from", "until"), ("from", "most"), ("since", "until"))
_NEAR = 4  # tokens from a joint to the date that it leads to
_LEAST, _ALIKE, _WHOLE = 0.45, 0.6, 0.95
_SHARED_MIN = 5
_DATE_WORDS = frozenset(stem(word) for word in "date day time timestamp moment".split())


def find_duration(links: Links, schema: Schema) -> Measure | None:
    """Average (or another aggregate that is said) of the days, weeks, months, years or hours from one date of a row to
    another; None where no such time is asked for, or where a number column already holds it."""
    trend = find_trend(links.tokens) or (0, 0)
    places = [p for p in range(len(links.tokens)) if p not in range(*trend) and _asks_how_long(p, links)]
    if not places or _is_stored(places[0], links, schema):
        return None
    place, (agg, _) = places[0], aggregate_of(links)
    if agg in ("count", "distinct") and stem(links.tokens[place].word) not in _UNITS:
        return None  # 'how many orders came in time'
    pair = _joined_dates(links, schema) or _lead_time(place, links, schema)
    if pair is None:
        return None
    first, last, places = pair
    unit = _UNITS.get(stem(links.tokens[place].word), "day")
    span = (min(place, *places), max(place, *places) + 1)
    return Measure(agg if agg in ("max", "min", "median") else "avg", first.table, (first.number, last.number),
                   _BETWEEN + _PARTS[unit], span, unit=unit)  # fmt: skip


def _asks_how_long(place: int, links: Links) -> bool:
    root, before = stem(links.tokens[place].word), links.tokens[place - 1].word if place else ""
    return root in _UNITS or (root in _LASTING and before != "on") or (root == "long" and before == "how")


def _is_stored(place: int, links: Links, schema: Schema) -> bool:
    """'delivery days' where a number column is called that."""
    return any(
        m.start <= place < m.end and m.score >= _WHOLE and schema.columns[number].kind == "number"
        for number, mentions in links.columns.items() for m in mentions
    )  # fmt: skip


def _dates_of(schema: Schema) -> list[list[ColumnEntry]]:
    """The date columns of each table that has two or more."""
    tables = [[schema.columns[n] for n in table.columns] for table in schema.tables]
    dated = [[entry for entry in entries if entry.time in ("date", "day_text")] for entries in tables]
    return [entries for entries in dated if len(entries) > 1]


def _joined_dates(links: Links, schema: Schema) -> tuple[ColumnEntry, ColumnEntry, set[int]] | None:
    """'between X and Y', 'from X to Y': the best named pair of dates of one table."""
    tokens = links.tokens
    words = [token.word for token in tokens]
    best: tuple[float, ColumnEntry, ColumnEntry, set[int]] | None = None
    for lead, joint in _JOINTS:
        start = words.index(lead) if lead in words else len(words)
        middle = next((p for p in range(start + 2, len(words)) if words[p] == joint), None)
        if middle is None:
            continue
        end = min(len(words), middle + 1 + _NEAR)
        for left, right in (pair for dates in _dates_of(schema) for pair in itertools.permutations(dates, 2)):
            sides = _named(left, tokens[start + 1 : middle]), _named(right, tokens[middle + 1 : end])
            if min(sides) >= _LEAST and (best is None or sum(sides) > best[0]):
                best = (sum(sides), left, right, set(range(start, _end_of(right, tokens, middle + 1, end))))
    return best[1:] if best else None


def _end_of(entry: ColumnEntry, tokens: Sequence[Token], start: int, end: int) -> int:
    """The place after the last token that names a date column, its word for 'date' included."""
    last = max(p for p in range(start, end) if _named(entry, tokens[p : p + 1]) >= _LEAST)
    return last + 2 if last + 1 < end and stem(tokens[last + 1].word) in _DATE_WORDS else last + 1


def _lead_time(place: int, links: Links, schema: Schema) -> tuple[ColumnEntry, ColumnEntry, set[int]] | None:
    """'delivery time', 'how long does it take to ship': from the row's earliest date to the one that is named."""
    if stem(links.tokens[place].word) in _UNITS:
        return None  # 'orders per day'
    start, end = max(0, place - 2), place + _NEAR + 2
    found = []
    for dates in _dates_of(schema):
        first = min(dates, key=lambda entry: str(entry.column.minimum))
        found += [(_named(last, links.tokens[start:end]), -last.number, first, last) for last in dates if last != first]
    if not found:
        return None
    score, _, first, last = max(found, key=lambda row: row[:2])
    said = {p for p in range(start, min(end, len(links.tokens))) if _named(last, links.tokens[p : p + 1]) >= _LEAST}
    return (first, last, {place, *said}) if score >= _LEAST else None


def _named(entry: ColumnEntry, tokens: Sequence[Token]) -> float:
    """How well the tokens name a date column, its words for 'date' aside: 0..1."""
    telling = [dict(stems) for stems in entry.words if not {root for root, _ in stems} & _DATE_WORDS]
    exact = (w * stems[root] for t in tokens for root, w in t.stems for stems in telling if root in stems)
    roots = [stem(token.word) for token in tokens if is_content(token)]
    alike = (_ALIKE for stems in telling for root in stems for said in roots if _begin_alike(said, root))
    return max((*exact, *alike), default=0.0)


def _begin_alike(one: str, other: str) -> bool:
    """'resolution' and 'resolved', 'ship' and 'shipment'."""
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    return shared >= _SHARED_MIN or (shared == min(len(one), len(other)) >= _SHARED_MIN - 1)
