"""Measures of two columns of a row: one taken from the other, one multiplied by the other, what is still owed, what the
stock is worth.

Each reader gives a `Measure` with the tokens it used, or None. Sums against sums are in `ratios.py`. Nothing is run.
"""

from __future__ import annotations

from core.sql.business.aggregates import aggregate_of
from core.sql.business.money import STOCK, cue_roots, first_with, is_flow, is_piece, names_bound, number_columns
from core.sql.business.plan import Measure
from core.sql.business.ratios import plain_numbers
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.words import stem
from core.sql.linking.link import Links
from core.sql.linking.ordering import has_superlative, takes_away

_SAID = 0.85


def find_difference(links: Links, schema: Schema) -> Measure | None:
    """'amount minus cost', 'importe menos coste': one number of a table taken from another, row by row."""
    place = next((p for p in range(len(links.tokens)) if takes_away(links, p)), None)
    if place is None:
        return None
    named = [(n, m) for n, m in plain_numbers(links, schema) if m.score >= _SAID]
    for above, first in (pair for pair in named if pair[1].end == place):
        for below, last in (pair for pair in named if pair[1].start == place + 1):
            table = schema.columns[above].table
            if above != below and table == schema.columns[below].table:
                return Measure("sum", table, (above, below), "{0} - {1}", (first.start, last.end))
    return None


def find_product(links: Links, schema: Schema) -> Measure | None:
    """'price times quantity', 'precio por cantidad': two numbers of a table multiplied row by row."""
    for place, token in enumerate(links.tokens):
        times = token.word in _TIMES or (token.word == "by" and links.tokens[place - 1].word == "multiplied")
        priced = place > 0 and token.word == "by" and stem(links.tokens[place - 1].word) == stem("price")
        start = place - (token.word == "by" and times)
        sides = (links.tokens[start - 1 : start], links.tokens[place + 1 : place + 2])
        if not (times or priced) or not all(sides):
            continue
        for table in schema.tables:
            numbers = number_columns(table.number, schema)
            found = [first_with(numbers, (stem(side[0].word),)) for side in sides]
            if all(found) and found[0] is not found[1] and (times or is_piece(found[1])):
                span = (start - 1, place + 2)
                return Measure("sum", table.number, tuple(e.number for e in found), "{0} * {1}", span)
    return None


_TIMES = frozenset("times x × *".split())


def find_outstanding(links: Links, schema: Schema) -> Measure | None:
    """'the amount outstanding', 'rent still unpaid', 'cuánto nos deben': what was billed less what was paid of it,
    where one row holds both and no column the rest."""
    places = owed_places(links)
    named = {p for _, m in plain_numbers(links, schema) for p in range(m.start, m.end)}
    much = any(token.word in _AMOUNTS or is_flow(token) for token in links.tokens) or named or has_superlative(links)
    if not places or not much or aggregate_of(links)[0] in ("count", "distinct"):
        return None
    found = []
    for table in schema.tables:
        numbers = number_columns(table.number, schema)
        paid = [e for e in numbers if _told(e) & _SETTLED]
        billed = first_with([e for e in numbers if e not in paid], _BILLED)
        if len(paid) == 1 and billed and not any(_told(e) & _OWED for e in numbers if e is not billed):
            likely = max(links.scores["any"].get(e.number, -9.0) for e in (billed, paid[0]))
            found.append((likely, billed, paid[0]))
    if not found:
        return None
    _, billed, paid = max(found, key=lambda row: row[0])
    named |= {p for m in links.tables.get(billed.table, ()) for p in range(m.start, m.end)}
    first, after = places[0], places[0] + 1
    while first and (first - 1 in named or is_flow(links.tokens[first - 1]) or links.tokens[first - 1].word in _STILL):
        first -= 1
    after += after in named
    return Measure("sum", billed.table, (billed.number, paid.number), "{0} - {1}", (first, after))


def owed_places(links: Links) -> list[int]:
    """Where a question says that something is still to be paid."""
    return [p for p, token in enumerate(links.tokens) if token.kind != "mark" and stem(token.word) in _OWED]


def _told(entry: ColumnEntry) -> set[str]:
    return {root for stems in entry.words for root, weight in stems if weight >= 0.85}


_OWED = frozenset(cue_roots("measures", "owed"))
_SETTLED, _BILLED = frozenset(cue_roots("measures", "settled")), cue_roots("measures", "billed")
_STILL = ("still", "is", "are", "yet", "remains")
_AMOUNTS = ("much", "amount", "total", "sum", "money", "balance")


def find_stock_value(links: Links, schema: Schema) -> Measure | None:
    """'inventory value', 'value of the stock': pieces in hand times what one costs, in the table that holds both."""
    roots = [stem(token.word) for token in links.tokens]
    for place, root in enumerate(roots):
        near = {stem(word) for word in ("stock", "inventory")} & set(roots[max(0, place - 1) : place + 4])
        if root != "valu" or not near:
            continue
        for table in schema.tables:
            numbers = number_columns(table.number, schema)
            stock = first_with([e for e in numbers if not names_bound(e)], STOCK)
            cost = first_with([e for e in numbers if e is not stock], (stem("cost"), stem("price")))
            if stock and cost:
                places = [p for p in range(max(0, place - 1), min(place + 4, len(roots))) if roots[p] in {root, *near}]
                span = (min(places), max(places) + 1)
                return Measure("sum", table.number, (stock.number, cost.number), "{0} * {1}", span)
    return None
