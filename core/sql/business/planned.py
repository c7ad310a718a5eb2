"""Plan and result in one table ('Budget', 'Actual'): which columns they are, and whether a question asks what was
spent or how far over the plan that is. It writes no SQL; 'areas over budget' is a list (`conditions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import read_cues
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links


def _roots(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in read_cues()["planned"][name].split())


_PLAN, _RESULT, _SPENDING, _APART, _SHARE = (_roots(name) for name in ("plan", "result", "spending", "apart", "share"))
_LISTING = ("which", "who", "list", "show")


@dataclass(frozen=True, slots=True)
class Planned:
    """The columns of a table's plan and result, the tokens that name them, and the `places` of the others that ask;
    `share` where in percent."""

    table: int
    plan: int
    result: int
    span: tuple[int, int]
    share: bool = False
    places: tuple[int, ...] = ()


def find_overrun(links: Links, schema: Schema) -> Planned | None:
    """'by what percentage did Logistics exceed its budget', 'desviación del presupuesto de Ventas'."""
    apart = _place(links.tokens, _APART)
    share = _place(links.tokens, _SHARE)
    asks_how_much = share is not None or any(token.word == "much" for token in links.tokens)
    deviates = apart is not None and stem(links.tokens[apart].word) in ("deviat", "varianc", "overrun", "overspend")
    if apart is None or not (asks_how_much or deviates) or _lists(links.tokens):
        return None
    for table in schema.tables:
        pair = _pair(table.number, schema)
        said = pair and next((m for m in links.columns.get(pair[0], ()) if m.score >= 0.6), None)
        if pair and said:
            places = (apart,) if share is None else (apart, share)
            return Planned(table.number, *pair, (said.start, said.end), share is not None, places)
    return None


def find_spent(links: Links, schema: Schema) -> list[Planned]:
    """'what did Logistics spend in 2025' in every table that holds what was planned beside what came of it."""
    place = _place(links.tokens, _SPENDING)
    if place is None:
        return []
    pairs = [(table.number, _pair(table.number, schema)) for table in schema.tables]
    return [Planned(number, *pair, (place, place + 1)) for number, pair in pairs if pair]


def says_result(token: Token) -> bool:
    """'actual', 'real': what came of a plan, beside what was planned."""
    return token.kind != "mark" and _says(token, _RESULT)


def _place(tokens: list[Token], roots: frozenset[str]) -> int | None:
    """The first token that says one of the words."""
    return next((p for p, token in enumerate(tokens) if token.kind != "mark" and _says(token, roots)), None)


def _says(token: Token, roots: frozenset[str]) -> bool:
    return stem(token.word) in roots or any(root in roots and weight >= 0.95 for root, weight in token.stems)


def _lists(tokens: list[Token]) -> bool:
    """'which areas': rows are asked for; 'which percentage' asks for a figure."""
    return any(
        token.word in _LISTING and not (tokens[place + 1 : place + 2] and _says(tokens[place + 1], _SHARE))
        for place, token in enumerate(tokens)
    )


def _pair(table: int, schema: Schema) -> tuple[int, int] | None:
    """(plan, result): number columns, each the only one that is called so."""
    entries = [schema.columns[number] for number in schema.tables[table].columns]
    plans = [e.number for e in entries if _is_amount(e, _PLAN)]
    results = [e.number for e in entries if _is_amount(e, _RESULT) and e.number not in plans]
    return (plans[0], results[0]) if len(plans) == len(results) == 1 else None


def _is_amount(entry: ColumnEntry, roots: frozenset[str]) -> bool:
    plain = entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign or entry.time)
    told = {root for stems in entry.words for root, weight in stems if weight >= 0.9}
    return plain and "%" not in entry.column.name and bool(told & roots)
