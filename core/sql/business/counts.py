"""What a business question counts: the rows of a table, the different values of a column, things of a stored kind.

Each reader gives a `Measure` with the tokens it used, or None. Sums and the rest are told in `measures`.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.money import (
    PIECES,
    find_flows,
    is_flow,
)
from core.sql.business.plan import Measure
from core.sql.data.entities import distance
from core.sql.data.schema import Schema
from core.sql.language.operators import BOUNDS, behind_number, operator_beside
from core.sql.language.words import stem
from core.sql.linking.link import Links, is_content

TOLD, KEYED = 0.6, 0.5  # how well a table, or its key, must be named to count as named


def count_followers(links: Links) -> Measure | None:
    """'who placed three orders or more': the rows of the table behind the number that is compared."""
    starts = {m.start: (n, m) for n, ms in links.tables.items() for m in ms if m.score >= TOLD}
    for value in links.values:
        compared = value.kind == "number" and operator_beside(links.tokens, value.start, value.end) in BOUNDS
        counted = behind_number(links.tokens, value.end)
        if compared and counted in starts:
            table, said = starts[counted]
            return Measure("count", table, (), "*", (said.start, said.end))
    return None


def counts_deeds(links: Links) -> bool:
    """'the most purchases', 'the most orders': deeds are counted; sales are money."""
    return any(
        token.word in ("purchases", "orders", "purchase", "transactions", "invoices")
        and links.tokens[place - 1].word in ("most", "more", "fewest", "least", "many")
        for place, token in enumerate(links.tokens) if place
    )  # fmt: skip


def asks_most(links: Links) -> bool:
    """'the most customers', 'the fewest orders'."""
    words = [token.word for token in links.tokens]
    return "most" in words or "fewest" in words


def count_most_different(links: Links, schema: Schema) -> Measure | None:
    """'the states with the most different hospitals', 'con más hospitales distintos': each is counted once."""
    words = [token.word for token in links.tokens]
    most = next((p for p, word in enumerate(words) if word in ("most", "fewest")), 0)
    told = next((p for p in range(most, min(most + 4, len(words))) if words[p] in _DIFFERENT), None)
    found = count_distinct(links, schema, most) if told is not None else None
    return found and replace(found, span=(min(told, found.span[0]), max(told + 1, found.span[1])))


_DIFFERENT = ("different", "distinct", "unique")


def count_distinct(links: Links, schema: Schema, at: int) -> Measure | None:
    """'how many different cities', 'number of distinct customers': the column or the table's key."""
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for mention in mentions:
            if not at < mention.start <= at + 6:
                continue
            full = mention.score - 0.1 * (mention.start - at) - 0.1 * entry.extra
            full += 0.2 * entry.id_like * (mention.score >= 0.4) + 0.1 * entry.name_like
            full += 0.3 * entry.foreign - 0.1 * _detour(entry.table, links, schema)
            if best is None or full > best[0]:
                best = (full, Measure("distinct", entry.table, (number,), "{0}", (mention.start, mention.end)))
    return best[1] if best else None


def _detour(table: int, links: Links, schema: Schema) -> int:
    """How many joins lie between a table and the others that the question names: 'how many trucks did each driver use'
    counts them in the trips, which know both."""
    named = [n for n, ms in links.tables.items() if ms[0].score >= TOLD]
    return sum(min(distance(schema, table, other), 4) for other in named)


def count_rows(links: Links, schema: Schema) -> Measure | None:
    """Counts the rows of the table that is named beside 'how many' or 'most', else of the only or the likeliest."""
    words = [token.word for token in links.tokens]
    cue = next((p for p, w in enumerate(words) if w in ("many", "number", "count", "most", "fewest")), 0)
    ranked = []
    for number, mentions in links.tables.items():
        for mention in mentions:
            distance = mention.start - cue if mention.start >= cue else 5 + cue - mention.start
            ranked.append((mention.score - 0.1 * distance, number, mention))
    if ranked and max(ranked, key=lambda row: row[0])[0] > 0:
        _, table, mention = max(ranked, key=lambda row: row[0])
        return Measure("count", table, (), "*", (mention.start, mention.end))
    things = _counted_column(links, schema, cue) or _counted_value(links, schema, cue)
    if things:
        return things
    if len(schema.tables) == 1:
        return Measure("count", 0, (), "*", (cue, cue + 2 * _is_noun(links, cue + 1)))
    flowing = next((p for p, token in enumerate(links.tokens) if is_flow(token)), None)
    if flowing is None:
        return None
    found = find_flows(links, schema, "")
    return Measure("count", found[0].table, (), "*", (flowing, flowing + 1)) if found else None


def _is_noun(links: Links, place: int) -> bool:
    """'how many cars' of the only table: a word behind 'many' that names nothing else names its rows."""
    mentions = [m for ms in links.columns.values() for m in ms if m.score >= KEYED]
    if place >= len(links.tokens) or links.tokens[place - 1].word != "many" or not is_content(links.tokens[place]):
        return False
    return not any(m.start <= place < m.end for m in (*mentions, *links.values))


def _counted_column(links: Links, schema: Schema, cue: int) -> Measure | None:
    """'how many guests' where no table but a text column holds them: each is counted once."""
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        beside = any(cue < m.start <= cue + 2 and m.score >= 0.85 and m.end - m.start == 1 for m in mentions)
        beside = beside and not any(stem(t.word) in PIECES for t in links.tokens[cue : cue + 3])
        if beside and entry.kind == "text" and not entry.time and "many" in {t.word for t in links.tokens}:
            return Measure("distinct", entry.table, (number,), "{0}", (mentions[0].start, mentions[0].end))
    return None


def _counted_value(links: Links, schema: Schema, cue: int) -> Measure | None:
    """'how many apprentices' where they are a stored kind of a table's things: the rows of that table."""
    for m in links.values:
        tables = {schema.columns[column].table for column, _, weight in m.hits if weight >= 0.75}
        if cue < m.start <= cue + 2 and m.kind == "text" and len(tables) == 1:
            return Measure("count", tables.pop(), (), "*", (cue, cue))
    return None
