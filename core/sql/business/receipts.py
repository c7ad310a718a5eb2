"""Figures for each document: 'average order value', 'ticket medio', 'units per receipt', 'how many receipts'.

A document (an order, a receipt) may have a table of its own, or only a number that its lines repeat. Each reader gives
a `Measure` with the tokens it used, or None. Nothing is run.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.aggregates import aggregate_of, named_columns
from core.sql.business.dimensions import LEADS
from core.sql.business.money import cue_roots, find_flows, is_additive, is_flow, is_money, table_money
from core.sql.business.plan import Measure
from core.sql.data.schema import Schema
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links, is_content

_DOCUMENTS = frozenset(cue_roots("measures", "documents"))
_SALES = frozenset(cue_roots("measures", "receipts"))  # what a customer pays at once: 'ticket' alone means its value
_VALUES = frozenset(stem(word) for word in ("value", "amount", "size", "total"))


def find_per_document(links: Links, schema: Schema) -> Measure | None:
    """'average order value', 'ticket medio': the money for each order; 'units per receipt': a number for each."""
    if aggregate_of(links)[0] != "avg":
        return _number_per_document(links, schema)
    roots = [stem(token.word) for token in links.tokens]
    for place, root in enumerate(roots):
        after = [r for p, r in enumerate(roots[place + 1 : place + 3], place + 1) if links.tokens[p].kind != "mark"]
        timed = any(is_content(t) for t in links.tokens[place + 2 : place + 3])  # 'average ticket resolution time'
        one = bool(set(after[:1]) & _SALES) and not timed
        valued = bool(set(after[:1]) & _DOCUMENTS) and bool(set(after[1:]) & _VALUES)
        if root == "averag" and (one or valued):
            span = (place, min(place + (3 if valued else 2), len(roots)))
            return _money_per_document(span, schema) or (_money_per_row(span, links, schema) if one else None)
    return _number_per_document(links, schema)


def _money_per_document(span: tuple[int, int], schema: Schema) -> Measure | None:
    for table in schema.tables:
        money = table_money(table.number, schema, prefer_pieces=False, margin=False)
        key = document_key(table.number, schema)
        if money and key is not None and not _only_pieces(money[0], schema):
            return _per(table.number, *money, key, span)
    return None


def _only_pieces(columns: tuple[int, ...], schema: Schema) -> bool:
    return len(columns) == 1 and not is_money(schema.columns[columns[0]])


def _money_per_row(span: tuple[int, int], links: Links, schema: Schema) -> Measure | None:
    """Where no number tells documents apart, each row is one."""
    found = [m for m in find_flows(links, schema, "avg", span[1] - 1) if not _only_pieces(m.columns, schema)]
    return Measure("avg", found[0].table, found[0].columns, found[0].expression, span) if found else None


def _number_per_document(links: Links, schema: Schema) -> Measure | None:
    """'units per receipt', 'average spending per order': what adds up, for each of the documents."""
    for place, token in enumerate(links.tokens[:-1]):
        if token.word not in ("per", "by", "each") or not is_document(links.tokens[place + 1]):
            continue
        if token.word != "per" and aggregate_of(links)[0] != "avg":
            continue
        for number, mention in named_columns(links, schema):
            entry = schema.columns[number]
            key = document_key(entry.table, schema)
            if mention.end <= place and key is not None and is_additive(entry):
                return _per(entry.table, (number,), "{0}", key, (mention.start, place + 2))
        flow = next((p for p in range(max(0, place - 2), place) if is_flow(links.tokens[p])), None)
        for made in find_flows(links, schema, "sum", flow) if flow is not None else ():
            key = document_key(made.table, schema)
            if key is not None:
                return _per(made.table, made.columns, made.expression, key, (flow, place + 2))
    return _number_per_thing(links, schema)


def _number_per_thing(links: Links, schema: Schema) -> Measure | None:
    """'boxes per shipment by country': what adds up for each row of its own table, or, where a group is named besides
    ('revenue per customer by region', 'calls per agent in each office'), for each different thing of a group."""
    for place, token in enumerate(links.tokens[:-1]):
        grouped = any(later.word in LEADS for later in links.tokens[place + 2 :])
        if not (token.source.lower() == "per" or (token.source.lower() == "por" and grouped)):
            continue
        things = [n for n, ms in links.tables.items() if any(m.start == place + 1 and m.score >= 0.8 for m in ms)]
        for made in _added_up(place, links, schema):
            if made.table in things and made.columns:
                return replace(made, agg="avg", span=(made.span[0], place + 2))
            key = _key_to(things, made.table, schema) if grouped else None
            key = _one_each(place + 1, made.table, links, schema) if grouped and key is None else key
            if key is not None:
                return _share_out(made, key, place)
    return None


def _share_out(made: Measure, key: int, place: int) -> Measure:
    span = (made.span[0], place + 2)
    if made.agg == "distinct":
        text = "1.0 * COUNT(DISTINCT {0}) / NULLIF(COUNT(DISTINCT {1}), 0)"
        return Measure("per", made.table, (*made.columns, key), text, span)
    return _per(made.table, made.columns, made.expression, key, span)


def _added_up(place: int, links: Links, schema: Schema) -> list[Measure]:
    """What may be shared out that is named right before a place: an amount, a flow's money, the rows of a table."""
    named = [(n, m) for n, m in named_columns(links, schema, _SAID) if m.end == place and m.score >= _SAID]
    named = [(n, m) for n, m in named if is_additive(schema.columns[n])]
    found = [Measure("sum", schema.columns[n].table, (n,), "{0}", (m.start, m.end)) for n, m in named]
    if not found and is_flow(links.tokens[place - 1]):
        found = find_flows(links, schema, "sum", place - 1)
    rows = [(n, m) for n, ms in links.tables.items() for m in ms if m.end == place and m.score >= 0.5]
    found = found or [Measure("count", n, (), "*", (m.start, m.end)) for n, m in rows]
    documents = count_documents(links, schema, place - 1) if not found else None
    return [documents] if documents and documents.span[1] == place else found


def _one_each(place: int, table: int, links: Links, schema: Schema) -> int | None:
    """A text column of the table's own, named at a place, with a value of its own for every row or nearly."""
    for number in schema.tables[table].columns:
        entry = schema.columns[number]
        averaged = aggregate_of(links)[0] == "avg"
        told = any(m.start == place and m.score >= 0.85 for m in links.columns.get(number, ()))
        if told and entry.kind == "text" and not entry.time and (averaged or entry.unique >= _OWN):
            return number
    return None


_OWN, _SAID = 0.9, 0.6


def _key_to(things: list[int], table: int, schema: Schema) -> int | None:
    """The one column of a table that refers to one of the things."""
    names = {schema.tables[thing].table.name for thing in things}
    keys = [k for k in schema.catalog.foreign_keys if k.table == schema.tables[table].table.name]
    found = [k for k in keys if k.ref_table in names and len(k.columns) == 1]
    return schema.column_of[found[0].table, found[0].columns[0]].number if len(found) == 1 else None


def _per(table: int, columns: tuple[int, ...], expression: str, key: int, span: tuple[int, int]) -> Measure:
    above = f"SUM({expression})" if columns else "COUNT(*)"
    text = f"1.0 * {above} / NULLIF(COUNT(DISTINCT {{{len(columns)}}}), 0)"
    return Measure("per", table, (*columns, key), text, span)


def count_documents(links: Links, schema: Schema, at: int) -> Measure | None:
    """'how many receipts' where no table holds them but the lines of one repeat their number: each is counted once."""
    place = next((p for p in range(at, min(at + 3, len(links.tokens))) if is_document(links.tokens[p])), None)
    if place is None or any(m.start == place and m.score >= 0.5 for ms in links.tables.values() for m in ms):
        return None
    for table in schema.tables:
        key = document_key(table.number, schema)
        if key is not None:
            return Measure("distinct", table.number, (key,), "{0}", (place, place + 1))
    return None


def is_document(token: Token) -> bool:
    """Whether a word names a document: 'order', 'invoice', 'ticket'."""
    return token.kind != "mark" and (
        stem(token.word) in _DOCUMENTS or any(root in _DOCUMENTS and weight >= 0.85 for root, weight in token.stems)
    )


def _says_document(stems: tuple[tuple[str, float], ...]) -> bool:
    return any(root in _DOCUMENTS and weight >= 0.85 for root, weight in stems)


def _says_number(stems: tuple[tuple[str, float], ...]) -> bool:
    """A word that only says that the column numbers something: 'order_id' does, 'punto de pedido' does not."""
    return any(root in _NUMBERING for root, _ in stems)


_NUMBERING = frozenset(stem(word) for word in "number id code key ref reference".split())


def document_key(table: int, schema: Schema) -> int | None:
    """The column that numbers orders in a table of order lines."""
    for number in schema.tables[table].columns:
        entry = schema.columns[number]
        told = any(map(_says_document, entry.words)) and all(_says_document(s) or _says_number(s) for s in entry.words)
        if told and entry.unique == 1 and entry.primary:
            return None  # a row is an order already
        counted = entry.kind == "number" and not entry.column.type.upper().endswith("INT")
        if told and entry.kind != "date" and not (counted or is_money(entry)) and 0.05 < entry.unique < 1:
            return number
    return None
