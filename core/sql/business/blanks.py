"""Cells that are filled or empty, zero or more: 'employees without a manager', 'members with no email', 'loans not yet
returned', 'items with stock'.

What only has to be there is told by the words before its name. Other conditions are in `conditions.py`; rows that no
row of another table refers to are in `contrasts.py`.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.plan import Filter
from core.sql.business.properties import yes_value
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.periods import time_places
from core.sql.language.words import stem
from core.sql.linking.known_words import is_known_word
from core.sql.linking.link import Links, Mention, is_content

_NAMED = 0.85  # how well a column must be named to be empty where none of its cells is
_HINTED = 0.5  # and where some are
_REACH = 5  # words between the denial and the name of what is lacking
_ARTICLES = frozenset("a an the any valid known yet still registered recorded assigned given".split())
_DAYS = frozenset("date day of on".split())
_OWNING = frozenset("his her its their your".split())  # 'with their email' asks to see it
_HAVING = frozenset("with have has had having".split())
_LACKING = frozenset("without lack lacks lacking missing".split())
_DENYING = frozenset("not no never don't doesn't didn't haven't hasn't hadn't isn't aren't".split())
_DOING = frozenset("do does did is are was were been be".split())
_COMPARING = frozenset(
    "than above below over under between equal greater higher lower less more like contain containing starting ending "
    "named called = is are".split()
)


def filled_or_empty(links: Links, schema: Schema, fact: int, used: set[int]) -> list[Filter]:
    """The conditions on what is there or lacking in the table's own columns, the best named one at each place."""
    found: list[tuple[tuple, Filter]] = []
    for number in schema.tables[fact].columns:
        entry = schema.columns[number]
        if entry.primary or yes_value(entry) is not None:
            continue
        for m in (*links.columns.get(number, ()), *_referred(entry, links, schema)):
            op, span = _said_of(m, entry, links)
            if op and not set(span) & used:
                op, value = _amount(op, entry) if _holds_zero(entry) else (op, None)
                score = (bool(entry.column.nulls), m.end - m.start, m.score)
                found.append((score, Filter(number, op, value, span)))
    kept: list[Filter] = []
    for _, made in sorted(found, key=lambda row: row[0], reverse=True):
        if not any(set(made.span) & set(other.span) for other in kept):
            kept.append(made)
    return kept


def _amount(op: str, entry: ColumnEntry) -> tuple[str, int]:
    """'with stock' is more than nothing, 'without debt' none: an empty cell too."""
    return (">", 0) if op == "is not null" else ("is none" if entry.column.nulls else "=", 0)


def _holds_zero(entry: ColumnEntry) -> bool:
    lowest = entry.column.minimum
    plain = entry.kind == "number" and not (entry.id_like or entry.foreign or entry.time)
    return plain and isinstance(lowest, (int, float)) and lowest <= 0


def _referred(entry: ColumnEntry, links: Links, schema: Schema) -> list[Mention]:
    """'properties without an agent': the table that a column refers to names it too."""
    keys = [k for k in schema.catalog.foreign_keys if (k.table, *k.columns) == entry.key]
    return [m for key in keys for m in links.tables.get(schema.table_of[key.ref_table].number, ())]


def _said_of(m: Mention, entry: ColumnEntry, links: Links) -> tuple[str, tuple[int, ...]]:
    """('is null' or 'is not null', the places that say so), no operator where neither is said."""
    some = bool(entry.column.nulls) or _holds_zero(entry)
    words = [token.word for token in links.tokens]
    if words[m.start] == "no" and m.end - m.start > 1:  # 'no clinic' is no clinic's number
        m = replace(m, start=m.start + 1)
    named = m.score >= (_HINTED if some else _NAMED) or (some and _is_deed(m, entry, words))
    if not named or not _nothing_follows(links, m.end):
        return "", ()
    silent = _ARTICLES | _OWNING | (_DAYS if entry.time else frozenset())
    place = m.start - 1
    while place >= 0 and words[place] in silent:
        place -= 1
    lacked = place > 0 and words[place - 1] in _LACKING | {"no"}  # 'no sales rep', whatever else sales are
    if lacked or (_is_modifier(place, links) and words[place - 1] in _ARTICLES | _HAVING):
        place -= 1  # 'an energy certificate'
        while place >= 0 and words[place] in _ARTICLES:
            place -= 1
    before = words[place] if place >= 0 else ""
    denied = next((p for p in range(place, max(-1, place - 3), -1) if words[p] in _DENYING), None)
    span = tuple(range(m.start, m.end))
    if before in _LACKING or before == "no":
        return "is null", (place, *span)
    if before == "of" and words[place - 1] == "out":
        return "is null", (place - 1, place, *span)
    if denied is not None and set(words[denied + 1 : place + 1]) <= _HAVING | _DOING | _ARTICLES:
        verb = denied < place or entry.time or (denied and words[denied - 1] in _DOING and _holds_zero(entry))
        return ("is null", (*range(denied, place + 1), *span)) if verb else ("", ())
    shown = bool(_OWNING & set(words[place : m.start])) or words[m.end : m.end + 1] in (["and"], [","])
    if before in _HAVING and some and not shown:
        return "is not null", (place, *span)
    return _done(m, entry, links)


def _is_deed(m: Mention, entry: ColumnEntry, words: list[str]) -> bool:
    """'sold' says all of the header 'Fecha venta' but that it is a day."""
    days = sum(bool({root for root, weight in stems if weight >= 0.9} & _DAYS) for stems in entry.words)
    return bool(entry.time) and 0 < m.of - days <= m.matched and words[m.start] not in _DAYS


def _is_modifier(place: int, links: Links) -> bool:
    """A word of its own that names nothing here."""
    if place < 1 or not is_content(links.tokens[place]):
        return False
    named = (*links.columns.values(), *links.tables.values(), links.values)
    known = is_known_word(stem(links.tokens[place].word))  # 'has grown' is a deed
    return not known and not any(m.start <= place < m.end for ms in named for m in ms)


def _done(m: Mention, entry: ColumnEntry, links: Links) -> tuple[str, tuple[int, ...]]:
    """'sold properties', 'returned loans': of a date that only some rows have, the deed alone says that it is there."""
    token = links.tokens[m.start]
    deed = m.end - m.start == 1 and (token.word.endswith("ed") or stem(token.word) in _IRREGULAR)
    if not (deed and entry.time and entry.column.nulls):
        return "", ()
    before = links.tokens[m.start - 1].word if m.start else ""
    return ("", ()) if before in ("when", "last", "first", "latest") else ("is not null", (m.start,))


_IRREGULAR = frozenset(stem(word) for word in "sold sent paid left begun done withdrawn".split())


def _nothing_follows(links: Links, place: int) -> bool:
    """No comparison, number, day or stored value behind a column's name."""
    timed = time_places(links.tokens)
    after = [t for p, t in enumerate(links.tokens[place : place + 4], place) if t.kind != "mark" and p not in timed]
    valued = any(m.start == place for m in links.values)
    return not valued and not any(t.kind in ("number", "number_word", "date") or t.word in _COMPARING for t in after)
