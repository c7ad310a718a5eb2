"""The time between two dates of a row: 'average days between order and delivery', 'plazo medio de entrega', 'the
longest stay', 'visits that lasted more than 10 days'.

Gives a measure over two date columns of one table, or a condition on their distance; `where.py` writes both.
Dates that are only compared with each other ('delivered late') are in `contrasts.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from core.sql.business.aggregates import aggregate_of
from core.sql.business.plan import BusinessPlan, Contrast, Measure
from core.sql.business.where import time_between
from core.sql.data.entities import key_beside, name_columns
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import fold
from core.sql.language.operators import BOUNDS, operator_beside
from core.sql.language.periods import find_trend
from core.sql.language.words import Token, stem
from core.sql.linking.known_words import AGGREGATES
from core.sql.linking.link import Links, ValueMention, is_content

_UNITS = {"day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour"}
_LASTING = frozenset(stem(word) for word in "time term duration tarda tardan".split())
_JOINTS = (("between", "and"), ("from", "to"), ("from", "until"), ("from", "most"), ("since", "until"))
_NEAR = 4  # tokens from a joint to the date that it leads to
_LEAST, _ALIKE, _WHOLE, _BY_SYNONYMS = 0.45, 0.6, 0.95, 0.8
_SHARED_MIN = 5
_DATE_WORDS = frozenset(stem(word) for word in "date day time timestamp moment".split())
_LONG = {"longest": "max", "slowest": "max", "shortest": "min", "quickest": "min"}
_LASTED = frozenset("lasted lasts lasting duration stay stays stayed".split())
_TAKING = frozenset("take takes took taken".split())
_TIMED = frozenset((*_UNITS, "long", "time"))
_MEASURED_TIME = frozenset(stem(w) for w in "second minute hour day week month year duration length time".split())


def find_duration(links: Links, schema: Schema) -> Measure | None:
    """Average (or another aggregate that is said) of the days, weeks, months, years or hours from one date of a row to
    another; None where no such time is asked for, or where a number column already holds it."""
    trend = find_trend(links.tokens) or (0, 0)
    places = [p for p in range(len(links.tokens)) if p not in range(*trend) and _asks_how_long(p, links)]
    if not places or _is_stored(places[0], links, schema) or _counted_time(links):
        return None
    place, (agg, _) = places[0], aggregate_of(links)
    if agg in ("count", "distinct") and not any(stem(links.tokens[p].word) in _UNITS for p in places):
        return None  # 'how many orders came in time'
    pair = _joined_dates(links, schema) or _lead_time(place, links, schema)
    if pair is None and any(_says_lasting(p, links) for p in places):
        pair = _whole_span(places, links, schema)
    if pair is None:
        return None
    first, last, said = pair
    unit = next((_UNITS[root] for p in places if (root := stem(links.tokens[p].word)) in _UNITS), "day")
    span = (min(place, *said), max(place, *said) + 1)
    extreme = next((_LONG[token.word] for token in links.tokens if token.word in _LONG), "")
    averaged = any(AGGREGATES.get(stem(token.word)) in ("avg", "median") for token in links.tokens)
    agg = extreme if extreme and not averaged else agg if agg in ("max", "min", "median") else "avg"
    return Measure(agg, first.table, (first.number, last.number), time_between(unit), span, unit=unit)


def find_longer(links: Links, schema: Schema) -> Contrast | None:
    """'visits that lasted more than 10 days', 'shipped more than 3 days after the order': a condition on the time
    between two dates of a row; None where none is set."""
    counted = _counted_time(links)
    if counted is None:
        return None
    op, unit = operator_beside(links.tokens, counted.start, counted.end), stem(links.tokens[counted.end].word)
    words = [token.word for token in links.tokens]
    lasting = [p for p in range(len(words)) if _says_lasting(p, links)]
    lasting += [p for p in range(len(words) - 2) if words[p : p + 3] == ["of", "more", "than"]]  # 'visitas de más de …'
    lasting += [p for p in range(len(words) - 1) if words[p] in ("longer", "shorter") and words[p + 1] == "than"]
    pair = _after(counted, links, schema) or _joined_dates(links, schema) or _done_in(counted, links, schema)
    pair = pair or (_whole_span(lasting, links, schema) if lasting else None)
    if pair is None or op not in BOUNDS or not isinstance(counted.value, (int, float)):
        return None
    first, last, said = pair
    first_said = min(counted.start, *said, *lasting)
    return Contrast(last.number, op, first.number, tuple(range(first_said, max(counted.end, *said) + 1)),
                    by=counted.value, unit=_UNITS[unit])  # fmt: skip


def _counted_time(links: Links) -> ValueMention | None:
    """'more than 10 days': the number of a unit of time that is compared."""
    for m in links.values:
        unit = stem(links.tokens[m.end].word) if m.kind == "number" and m.end < len(links.tokens) else ""
        if unit in _UNITS and operator_beside(links.tokens, m.start, m.end) in BOUNDS:
            return m
    return None


def _after(counted: ValueMention, links: Links, schema: Schema) -> tuple[ColumnEntry, ColumnEntry, set[int]] | None:
    """'held more than 10 days after being booked': one date before the number, the other behind 'after' or 'before'."""
    tokens = links.tokens
    near = range(counted.end + 1, min(counted.end + 3, len(tokens)))
    turn = next((p for p in near if tokens[p].word in ("after", "before", "from", "since")), None)
    if turn is None:
        return None
    best: tuple[float, ColumnEntry, ColumnEntry] | None = None
    end = min(len(tokens), turn + 2 + _NEAR)
    for one, other in (pair for dates in _dates_of(schema) for pair in itertools.permutations(dates, 2)):
        sides = _named(one, tokens[: counted.start]), _named(other, tokens[turn + 1 : end])
        if min(sides) >= _LEAST and (best is None or sum(sides) > best[0]):
            first, last = (one, other) if tokens[turn].word == "before" else (other, one)
            best = (sum(sides), first, last)
    if best is None:
        return None
    _, first, last = best
    dated = (first, last) if tokens[turn].word == "before" else (last, first)
    said = {p for p in range(counted.start) if _named(dated[0], tokens[p : p + 1]) >= _LEAST}
    return first, last, said | set(range(turn, _end_of(dated[1], tokens, turn + 1, end)))


def _done_in(counted: ValueMention, links: Links, schema: Schema) -> tuple[ColumnEntry, ColumnEntry, set[int]] | None:
    """'closed in less than 48 hours', 'took more than 10 days to ship': from the row's earliest date to the deed's."""
    words = [token.word for token in links.tokens]
    before, behind = range(max(0, counted.start - 5), counted.start), range(counted.end + 1, counted.end + 5)
    joints = [p for p in before if words[p] in ("in", "within")]
    joints += [p for p in behind if p < len(words) and words[p] in ("in", "to") and p == behind[0]]
    if not joints:
        return None
    places = [p for p in (before if joints[0] in before else behind) if p < len(words)]
    found = []
    for dates in _dates_of(schema):
        first = min(dates, key=lambda entry: str(entry.column.minimum))
        for last in (entry for entry in dates if entry != first):
            said = [p for p in places if _named(last, links.tokens[p : p + 1]) >= _LEAST]
            if said:
                near = min(said, key=lambda p: abs(p - counted.start))  # 'envíos entregados en': delivered, not sent
                row = (-abs(near - counted.start), _named(last, [links.tokens[near]]), -last.number)
                found.append((*row, first, last, said))
    if not found:
        return None
    *_, first, last, said = max(found, key=lambda row: row[:3])
    took = {p for p in before if words[p] in _TAKING or words[p] == "time"}
    return first, last, {*said, *took, joints[0]}


def _whole_span(
    places: Sequence[int], links: Links, schema: Schema
) -> tuple[ColumnEntry, ColumnEntry, set[int]] | None:
    """'the longest visit', 'how long does a contract last': from the first to the last date of the thing that is named,
    or that alone has two of them. None where it holds its length as a number."""
    found = []
    for dates in _dates_of(schema):
        table = dates[0].table
        numbers = [e for n in schema.tables[table].columns if (e := schema.columns[n]).kind == "number"]
        held = any(root in _MEASURED_TIME for e in numbers if not e.time for stems in e.words for root, _ in stems)
        if len(dates) == 2 and not held:
            said = [m for m in links.tables.get(table, ()) if m.score >= _ALIKE]
            keys = [e.number for n in schema.tables[table].columns if (e := schema.columns[n]).primary]
            said += [m for n in keys for m in links.columns.get(n, ()) if m.score >= _ALIKE]
            first, last = sorted(dates, key=lambda entry: (str(entry.column.minimum), str(entry.column.maximum)))
            found.append((max((m.score for m in said), default=0.0), first, last))
    if not found or (len(found) > 1 and not any(row[0] for row in found)):
        return None
    _, first, last = max(found, key=lambda row: row[0])
    return first, last, set(places)


def _says_lasting(place: int, links: Links) -> bool:
    """'lasted', 'how long', 'the longest', 'do contracts last', 'how many days do repairs take'."""
    word, before = links.tokens[place].word, [token.word for token in links.tokens[:place]]
    lasts = word == "last" and bool({"do", "does", "did"} & set(before))
    taken = word in _TAKING and "how" in before and bool(_TIMED & {stem(token.word) for token in links.tokens})
    return word in _LASTED or word in _LONG or lasts or taken or (word == "long" and before[-1:] == ["how"])


def rank_lasting(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'which visit lasted the longest', 'the longest contract': the thing with its time, not the time alone."""
    extreme = next((p for p, token in enumerate(links.tokens) if token.word in _LONG), None)
    if extreme is None or not plan.measure or not plan.measure.unit or plan.dimensions or plan.grain:
        return plan
    table = plan.measure.table
    names = name_columns(table, schema)
    key = schema.tables[table].table.primary_key
    unique = any(schema.columns[n].unique >= 0.999 for n in names)
    if not unique and len(key) == 1:
        names = (schema.column_of[schema.tables[table].table.name, key[0]].number,)
    keys = [schema.columns[n].number for n in (*schema.tables[table].columns,) if schema.columns[n].primary]
    said = [m for m in links.tables.get(table, ()) if m.score >= _ALIKE]
    said += [m for n in keys for m in links.columns.get(n, ()) if m.score >= _ALIKE]
    if not said or not names:
        return plan
    beside = key_beside(table, names, schema)
    covered = {extreme, *(p for m in said for p in range(m.start, m.end))}
    return replace(plan, dimensions=names, keys=() if beside is None else (beside,), limit=1,
                   descending=_LONG[links.tokens[extreme].word] == "max", covered=plan.covered | covered)  # fmt: skip


def _asks_how_long(place: int, links: Links) -> bool:
    root, before = stem(links.tokens[place].word), links.tokens[place - 1].word if place else ""
    asked = root in _UNITS or (root in _LASTING and before != "on") or (root == "long" and before == "how")
    return asked or _says_lasting(place, links)


def _is_stored(place: int, links: Links, schema: Schema) -> bool:
    """'delivery days', 'hours to first reply' where a number column is called that, word for word or by synonyms."""
    return any(
        m.start <= place < m.end and schema.columns[number].kind == "number"
        and (m.score >= _WHOLE or (1 < m.of == m.matched and m.score >= _BY_SYNONYMS))
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
    """'delivery time', 'how long does it take to ship', 'average days to close a ticket': from the row's earliest date
    to the one that is named."""
    counted = stem(links.tokens[place].word) in _UNITS
    if counted and not _leads_to_deed(place, links):
        return None  # 'orders per day'
    start, end = (place + 1 if counted else max(0, place - 2)), place + _NEAR + (4 if counted else 2)
    found = []
    for dates in _dates_of(schema):
        first = min(dates, key=lambda entry: str(entry.column.minimum))
        found += [(_named(last, links.tokens[start:end]), -last.number, first, last) for last in dates if last != first]
    if not found:
        return None
    score, _, first, last = max(found, key=lambda row: row[:2])
    said = {p for p in range(start, min(end, len(links.tokens))) if _named(last, links.tokens[p : p + 1]) >= _LEAST}
    return (first, last, {place, *said}) if score >= _LEAST else None


def _leads_to_deed(place: int, links: Links) -> bool:
    """'average days to close', 'cuántos días de media … en cerrar'."""
    averaged = any(AGGREGATES.get(stem(token.word)) in ("avg", "median") for token in links.tokens)
    split = place > 0 and links.tokens[place - 1].word in ("per", "by", "each", "every", "of", "last")
    after = [token.word for token in links.tokens[place + 1 : place + _NEAR + 3]]
    return averaged and not split and bool({"to", "in", "until"} & set(after))


def _named(entry: ColumnEntry, tokens: Sequence[Token]) -> float:
    """How well the tokens name a date column, its words for 'date' aside: 0..1."""
    telling = [dict(stems) for stems in entry.words if not {root for root, _ in stems} & _DATE_WORDS]
    told = [token for token in tokens if is_content(token)]  # 'on average' does not name 'paid_on'
    exact = (w * stems[root] for t in told for root, w in t.stems for stems in telling if root in stems)
    roots = {text for t in told for text in (stem(t.word), fold(t.source))}  # 'ocurre', 'ocurrencia'
    alike = (_ALIKE for stems in telling for root in stems for said in roots if _begin_alike(said, root))
    return max((*exact, *alike), default=0.0)


def _begin_alike(one: str, other: str) -> bool:
    """'resolution' and 'resolved', 'ship' and 'shipment'."""
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    return shared >= _SHARED_MIN or (shared == min(len(one), len(other)) >= _SHARED_MIN - 1)
