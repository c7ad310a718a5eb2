"""Yes/no columns named as properties: 'paid invoices', 'facturas impagadas', 'vip customers'.

It tells the columns, their yes and no, and the words that say them. Other conditions are in `conditions.py`.
"""

from __future__ import annotations

from typing import Any

from core.sql.business.plan import Filter
from core.sql.data.entities import distance
from core.sql.data.names import spoken_words
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import fold
from core.sql.language.words import spanish_stem, stem
from core.sql.linking.link import Links, is_content

_YES = ("yes", "true", "y", "1", "si", "sí", "t", "churned", "baja")


_PLAIN = (("yes", "no"), ("sí", "no"), ("si", "no"))


def yes_value(entry: ColumnEntry) -> Any:
    """The value that says yes in a column of two, None where it is no yes/no column."""
    if entry.kind == "bool":
        return True
    if entry.kind == "text" and len(entry.column.values) == 2:
        said = {value.lower(): value for value in entry.column.values}
        yes = next((value for low, value in said.items() if low in _YES), None)
        return yes or (said["s"] if set(said) == {"s", "n"} else None)
    if entry.kind == "text" and len(entry.column.values) == 3:  # yes, no, and 'not known' or 'does not apply'
        said = {value.lower(): value for value in entry.column.values}
        return next((said[yes] for yes, no in _PLAIN if yes in said and no in said), None)
    if entry.kind == "number" and (entry.column.minimum, entry.column.maximum) == (0, 1) and entry.column.distinct == 2:
        return 1
    return None


NEVER = frozenset(("never", "without", "no", "not", "neither", "nor"))


_FLAG_WORDS = frozenset(("is", "has", "have", "es", "esta", "tiene", "flag", "was", "are"))


_DENYING = ("un", "im", "in", "des", "non")


_NOT_NEAR = 3


def yes_or_no(links: Links, schema: Schema, fact: int, used: set[int]) -> list[Filter]:
    """'paid invoices', 'facturas no pagadas', 'impagadas', 'vip customers': a yes/no column named as a property."""
    out: list[Filter] = []
    for number in _own_and_joined(links, schema, fact):
        entry = schema.columns[number]
        yes = yes_value(entry)
        no = _no_value(entry, yes)
        if yes is None or no is None:
            continue
        places, denied = _property_places(links, entry)
        places = places or _whole_mention(links, number)
        if places and not places <= used and not _split_before(links, min(places)):
            start = min(places)
            denied = denied or _denied_before(start, number, links)
            out.append(Filter(number, "=", no if denied else yes, tuple(sorted(places))))
            used = used | places
    return out


def taken_for_name(links: Links, schema: Schema, fact: int) -> set[int]:
    """The words of a yes/no column that were taken for a part of the table's name, though it is not written so: 'the
    customers who churned' of a table `customer_churn`."""
    called = {fold(word) for word in spoken_words(schema.tables[fact].table.name)}
    covered = {p for m in links.tables.get(fact, ()) for p in range(m.start, m.end)}
    flags = (schema.columns[n] for n in schema.tables[fact].columns)
    said = {p for flag in flags if yes_value(flag) is not None for p in _property_places(links, flag)[0]}
    return {p for p in said & covered if fold(links.tokens[p].source) not in called}


def _denied_before(start: int, number: int, links: Links) -> bool:
    """Whether a denial stands near before, and denies no other column on its way ('without dependents churned')."""
    never = [p for p in range(max(0, start - _NOT_NEAR), start) if links.tokens[p].word in NEVER]
    others = (ms for other, ms in links.columns.items() if other != number)
    between = {m.start for ms in others for m in ms if m.score >= _WHOLE and m.end <= start}
    return bool(never) and not any(max(never) < place for place in between)


def _own_and_joined(links: Links, schema: Schema, fact: int) -> list[int]:
    """The table's columns, then those of tables one join away that the question names ('students with a grant')."""
    near = [n for n, ms in links.tables.items() if n != fact and ms[0].score >= 0.7 and distance(schema, fact, n) == 1]
    return [*schema.tables[fact].columns, *(c for n in near for c in schema.tables[n].columns)]


def named_property(links: Links, schema: Schema, fact: int) -> tuple[int, set[int]] | None:
    """(a yes/no column that the question names, the places of its words)."""
    for number in schema.tables[fact].columns:
        entry = schema.columns[number]
        if yes_value(entry) is None:
            continue
        places, _ = _property_places(links, entry)
        meant = (m for m in links.columns.get(number, ())[:1] if m.score >= _MEANT)
        places = places or {p for m in meant for p in range(m.start, m.end)}
        if places:
            said = {links.tokens[p].word for p in places}
            return number, {p for p, token in enumerate(links.tokens) if token.word in said}
    return None


def _no_value(entry: ColumnEntry, yes: Any) -> Any:
    if yes is True:
        return False
    if isinstance(yes, str):
        others = [value for value in entry.column.values if value != yes]
        return next((value for value in others if value.lower() == "no"), others[0] if others else None)
    return 0 if yes == 1 else None


def _split_before(links: Links, place: int) -> bool:
    return bool(place) and links.tokens[place - 1].word in ("by", "each", "per", "which", "what")


def _property_places(links: Links, entry: ColumnEntry) -> tuple[set[int], bool]:
    """(places of the words that say the whole name of a column, whether a prefix denies it), none where one is missing.

    Words like 'is' and 'has' of a header need not be said."""
    names = [
        {root for root, weight in stems if weight >= 0.85}
        for stems, word in zip(entry.words, spoken_words(entry.column.name), strict=True)
        if word not in _FLAG_WORDS
    ]
    places: set[int] = set()
    for name in names:
        found = next((p for p, t in enumerate(links.tokens) if is_content(t) and _told(t, name)), None)
        if found is None:
            break
        places.add(found)
    else:
        return places, False
    if len(names) == 1:
        for place, token in enumerate(links.tokens):
            source = fold(token.source)
            rest = [source.removeprefix(prefix) for prefix in _DENYING if source.startswith(prefix)]
            if is_content(token) and any(len(r) > 3 and {stem(r), spanish_stem(r)} & names[0] for r in rest):
                return {place}, True
    return set(), False


def _whole_mention(links: Links, number: int) -> set[int]:
    """The places of a mention that says all of a column's name, if in words of other forms ('technical support')."""
    whole = (m for m in links.columns.get(number, ()) if m.score >= _WHOLE and m.matched == m.of > 1)
    mention = next(whole, None)
    return set(range(mention.start, mention.end)) if mention else set()


_WHOLE = 0.9
_MEANT = 0.7  # a word of the same meaning: 'the customers who left' of a column of churn


def _told(token: Any, name: set[str]) -> bool:
    return any(root in name and weight >= 0.85 for root, weight in token.stems)
