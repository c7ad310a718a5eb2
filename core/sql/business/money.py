"""The money of a table, or its pieces: which columns hold what 'sales', 'revenue' or 'units sold' speak of.

It looks at names and types; which aggregate is meant is told in `aggregates.py`.
"""

from __future__ import annotations

import re
from typing import Any

from core.sql.business.plan import Measure
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import fold, read_cues
from core.sql.language.units import same_unit
from core.sql.language.words import stem
from core.sql.linking.link import Links
from core.sql.linking.ordering import HIGH, LOW


def cue_roots(section: str, name: str) -> tuple[str, ...]:
    """The stems of a list of words of the cues."""
    return tuple(stem(word) for word in read_cues()[section][name].split())


_FLOW = frozenset(cue_roots("measures", "flow"))


_IN, _OUT = (frozenset(cue_roots("measures", name)) for name in ("earned", "spent"))


_BUYING, _BUYERS = (frozenset(cue_roots("measures", name)) for name in ("buying", "buyers"))


_MONEY = cue_roots("measures", "money")


PIECES = cue_roots("measures", "pieces")


_COUNTED, LEVELS = frozenset(PIECES), frozenset(cue_roots("measures", "levels"))


MARGIN = frozenset(stem(word) for word in ("margin", "profit"))


STOCK = cue_roots("measures", "stock")
_BOUNDS = frozenset(stem(word) for word in ("minimum", "maximum", "safety", "reorder", "point"))
_PLANNED = frozenset(stem(word) for word in read_cues()["planned"]["plan"].split())
_CURRENCY = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|euros?|dollars?)\b", re.IGNORECASE)


def is_additive(entry: ColumnEntry) -> bool:
    """Whether adding the column up over rows says something: amounts do, prices, rates, scores and ages do not."""
    own = {root for stems in entry.words for root, weight in stems if weight >= 0.9}
    if "%" in entry.column.name or "per" in own:
        return False
    margin = own & MARGIN and _CURRENCY.search(entry.column.name)  # in a currency it is an amount, no rate
    return bool(margin or own & _COUNTED) or not own & LEVELS


def is_money(entry: ColumnEntry) -> bool:
    """Whether a column's name speaks of money."""
    return any(root in _MONEY for stems in entry.words for root, _ in stems)


def find_flows(links: Links, schema: Schema, agg: str, place: int | None = None) -> list[Measure]:
    """'sales', 'revenue', 'most sold': the money (or the pieces) of the tables that hold them, the likeliest first;
    `place` is the word that asks for it (default: the first, and a table named anywhere is likelier)."""
    near = range(len(links.tokens)) if place is None else (place,)
    if place is None:
        place = next((p for p, t in enumerate(links.tokens) if is_flow(t)), None)
    if place is None:
        return []
    planned = any(root in _PLANNED for token in links.tokens for root, weight in token.stems if weight >= 0.85)
    tables = {n: max((m.score for m in ms if m.start in near), default=0.0) for n, ms in links.tables.items()}
    sold = _counts_pieces(links, place)
    margin = stem(links.tokens[place].word) in MARGIN
    buyers = any(stem(token.word) in _BUYERS or token.word == "us" for token in links.tokens) or _names_buyer(
        links, schema
    )
    direction = -1 if buyers and stem(links.tokens[place].word) in _OUT else 1  # what customers spend comes in
    found: list[tuple[bool, float, Measure]] = []
    for table in schema.tables:
        choice = table_money(table.number, schema, prefer_pieces=sold, margin=margin)
        if choice is None or (not planned and is_planned(schema.columns[choice[0][0]])):
            continue
        columns, expression = choice
        likely = max((links.scores["any"].get(c, -6.0) for c in columns), default=-6.0)
        score = 2 * tables.get(table.number, 0.0) + likely / 4 + (0.2 if table.table.rows > 50 else 0)
        score += 0.3 * any(schema.columns[c].time for c in table.columns) - 0.5 * _is_catalog(table.number, schema)
        way = direction * _direction(links.tokens[place], table.number, columns, schema)
        score += _DIRECTION * way
        score -= _BORROWED * any(schema.columns[c].table != table.number for c in columns)
        found.append((way < 0, score, Measure(agg or "sum", table.number, columns, expression, (place, place + 1))))
    against = all(row[0] for row in found)  # what goes the other way is meant only where nothing else is there
    return [m for other, _, m in sorted(found, key=lambda row: -row[1]) if against or not other][:6]


def _names_buyer(links: Links, schema: Schema) -> bool:
    """'how much did Acme buy', where Acme is one of the customers."""
    columns = {column for m in links.values for column, _, weight in m.hits if weight >= 1}
    words = [(schema.columns[n].words, schema.tables[schema.columns[n].table].words) for n in columns]
    return any(root in _BUYERS and w >= 0.85 for both in words for name in both for stems in name for root, w in stems)


_DIRECTION = 2.0  # as much as a table that is named
_BORROWED = 1.0  # a price that stands in another table: a support ticket names a product too, and sells none


def _direction(token: Any, table: int, columns: tuple[int, ...], schema: Schema) -> int:
    """1 where a table's money goes the way of the question's, -1 where it goes the other ('income' is not what a table
    of expenses holds), 0 where names do not say."""
    root = stem(token.word)
    return way_of(table, columns, schema) * ((root in _IN) - (root in _OUT))


def way_of(table: int, columns: tuple[int, ...], schema: Schema) -> int:
    """1 where names say that a table's money came in, -1 where it was spent, 0 where they do not say."""
    names = (schema.tables[table].words, *(schema.columns[c].words for c in columns))
    told = {root for words in names for stems in words for root, weight in stems if weight >= 0.85}
    return bool(told & _IN) - bool(told & _OUT)


def runs_against(token: Any, entry: ColumnEntry) -> bool:
    """Whether a word for money that came in stands beside a column of money that was spent, or the other way round:
    'revenue' is never 'Coste', however near the two are in meaning."""
    heads = [{root for root, weight in stems if weight >= 0.85} for stems in entry.words]
    told = next((head for head in heads if head & (_IN | _OUT)), set())  # 'cost of goods sold' is a cost
    root = stem(token.word)
    ways = ((_IN, _OUT), (_OUT, _IN))
    return any(root in said and root not in told and told & other and not told & said for said, other in ways)


def _counts_pieces(links: Links, place: int) -> bool:
    """'the most sold product', 'how many were sold' count pieces; 'who sold most', 'la que más vende' mean money."""
    said = fold(links.tokens[place].source)
    active = said.startswith("vend") and not said.startswith("vendid") and f"se {said}" not in fold(links.question)
    if links.tokens[place].word not in ("sold", "selling") or active:
        return False
    roots = [stem(token.word) for token in links.tokens]
    before = roots[max(0, place - 1) : place]
    return any(root in HIGH | LOW for root in before) or "mani" in roots or bool(set(PIECES) & set(roots))


def _is_catalog(table: int, schema: Schema) -> bool:
    """A table that others refer to and that has no dates: things that are sold, not sales."""
    name = schema.tables[table].table.name
    referred = any(key.ref_table == name for key in schema.catalog.foreign_keys)
    return referred and not any(schema.columns[c].time for c in schema.tables[table].columns)


def is_flow(token: Any) -> bool:
    """Whether a word speaks of money that comes in or goes out: 'sales', 'facturado'."""
    return (
        token.kind in ("word", "cue")
        and token.word != "expensive"
        and (stem(token.word) in _FLOW or any(s in _FLOW for s, w in token.stems if w >= 0.85))
    )


def is_buying(token: Any) -> bool:
    """'bought', 'ordered', 'purchased': deeds that a table of orders or sales records."""
    return token.kind in ("word", "cue") and (
        stem(token.word) in _BUYING or any(s in _BUYING for s, w in token.stems if w >= 0.85)
    )


def number_columns(table: int, schema: Schema) -> list[ColumnEntry]:
    """The columns of a table that hold figures: no keys, no times."""
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    return [e for e in entries if e.kind == "number" and not (e.id_like or e.primary or e.foreign or e.time)]


def table_money(table: int, schema: Schema, prefer_pieces: bool, margin: bool) -> tuple[tuple[int, ...], str] | None:
    """The columns and expression of a table's money, or of its pieces where those are asked for."""
    numbers = number_columns(table, schema)
    pieces = first_with([e for e in numbers if not (_is_price(e) or is_stock(e))], PIECES)
    if prefer_pieces and pieces:
        return (pieces.number,), "{0}"
    money = money_of([e for e in numbers if e is not pieces])
    cost = first_with(numbers, (stem("cost"),))
    if margin and money and cost and money is not cost:
        gain = first_with(numbers, (stem("margin"), stem("profit")))
        return ((gain.number,), "{0}") if gain else ((money.number, cost.number), "{0} - {1}")
    if money:
        return (money.number,), "{0}"
    price = first_with(numbers, (stem("price"),))
    if price and pieces:
        discount = first_with(numbers, (stem("discount"),))
        if discount and _is_share(discount):
            return (price.number, pieces.number, discount.number), "{0} * {1} * (1 - {2})"
        return (price.number, pieces.number), "{0} * {1}"
    if price and not pieces and records_deeds(table, schema):
        return (price.number,), "{0}"
    if not price and records_deeds(table, schema):
        priced = _priced_elsewhere(table, pieces, margin, schema)
        if priced:
            return priced
    return ((pieces.number,), "{0}") if pieces else None


def _priced_elsewhere(
    table: int, pieces: ColumnEntry | None, margin: bool, schema: Schema
) -> tuple[tuple[int, ...], str] | None:
    """Deeds whose price stands in a table that they refer to: a sale's dish on the menu, a trip's tariff per km, a
    subscription's plan. Each deed has one such row, so that nothing is counted twice."""
    name = schema.tables[table].table.name
    for key in (key for key in schema.catalog.foreign_keys if key.table == name and key.ref_table in schema.table_of):
        prices = number_columns(schema.table_of[key.ref_table].number, schema)
        price = first_with(prices, (stem("price"),))
        if price is None:
            continue
        cost = first_with([e for e in prices if e is not price], (stem("cost"),))
        one = "({0} - {1})" if margin and cost else "{0}"
        columns = (price.number, cost.number) if margin and cost else (price.number,)
        by = pieces or next((e for e in number_columns(table, schema) if same_unit(price.key[1], e.key[1])), None)
        if by is None:
            return columns, one
        return (*columns, by.number), f"{one} * {{{len(columns)}}}"
    return None


def is_planned(entry: ColumnEntry) -> bool:
    """'Ventas previstas', 'sales target': what was meant to come, not what came."""
    return any(root in _PLANNED for stems in entry.words for root, weight in stems if weight >= 0.85)


def records_deeds(table: int, schema: Schema) -> bool:
    """A table with dates that refers to others: a row is something that happened, its price is what was taken."""
    name = schema.tables[table].table.name
    dated = any(schema.columns[c].time for c in schema.tables[table].columns)
    return dated and any(key.table == name for key in schema.catalog.foreign_keys)


def _is_share(entry: ColumnEntry) -> bool:
    low, high = entry.column.minimum, entry.column.maximum
    return isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= 0 and high <= 1


def money_of(numbers: list[ColumnEntry]) -> ColumnEntry | None:
    """The column that holds amounts of money, by a word of its name or by the currency in its header."""
    amounts = [e for e in numbers if not _is_price(e)]
    signed = [e for e in amounts if _CURRENCY.search(e.key[1]) and is_additive(e)]
    return first_with(amounts, _MONEY) or (signed[0] if len(signed) == 1 else None)


def _is_price(entry: ColumnEntry) -> bool:
    told = {root for stems in entry.words for root, weight in stems if weight >= 0.9}
    return bool(told & {stem("price"), stem("rate"), stem("tax"), "averag", "percentag"}) or "%" in entry.column.name


def is_stock(entry: ColumnEntry) -> bool:
    """Pieces in a warehouse or on order were not sold."""
    told = {root for stems in entry.words for root, weight in stems if weight >= 0.85}
    return bool(told & set(STOCK))


def names_bound(entry: ColumnEntry) -> bool:
    """'Stock mínimo', 'reorder level': a bound for the pieces in hand, not the pieces."""
    return bool({root for stems in entry.words for root, weight in stems if weight >= 0.85} & _BOUNDS)


def is_piece(entry: ColumnEntry) -> bool:
    """Pieces, units, quantities."""
    return bool({root for stems in entry.words for root, weight in stems if weight >= 0.85} & set(PIECES))


def first_with(entries: list[ColumnEntry], roots: tuple[str, ...]) -> ColumnEntry | None:
    """The entry whose name holds the earliest of the roots; shorter names first."""
    for root in roots:
        fits = [e for e in entries if any(text == root and w >= 0.85 for stems in e.words for text, w in stems)]
        if fits:
            return min(fits, key=lambda e: len(e.words))
    return None
