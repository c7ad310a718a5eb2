"""By what a business question splits its measure: columns after 'by', 'for each', 'which', and the entities they name.

Nothing is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.sql.business.movers import find_movers
from core.sql.data.entities import distance, joined, key_beside, name_columns, repeats
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.calendar import Grain
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links, Mention
from core.sql.linking.ordering import HIGH, LOW, find_sorting, has_superlative, is_ordering

LEADS = ("by", "each", "per", "every", "across", "within")


@dataclass(frozen=True, slots=True)
class Dimension:
    """`columns` say it (two for a person's first and last name); `key` keeps apart things of one name; `lead` is the
    word that brought it in."""

    columns: tuple[int, ...]
    span: tuple[int, int]
    lead: str
    key: int | None = None


def find_dimensions(
    links: Links, schema: Schema, fact: int, covered: set[int], grain: Grain | None
) -> tuple[list[Dimension], set[int]]:
    """(dimensions in the order they are named, tokens they cover)."""
    tokens = links.tokens
    taken = set(covered) | (set(range(grain.start, grain.end)) if grain else set())
    taken |= (find_sorting(links) or (False, frozenset()))[1]
    found: list[Dimension] = []
    used: set[int] = set()
    moved = not has_superlative(links) and find_movers(links) is not None
    picked = moved or has_superlative(links)
    opening = _opening(links, schema, fact, taken) if picked else None
    if opening is None and moved and not _asks_one(tokens[0]):
        opening = dimension_at(0, links, schema, fact, taken, 2, "which")  # 'customers whose purchases fell'
    if opening:
        found, used = [opening], set(range(*opening.span))
    for place, token in enumerate(tokens):
        lead = token.word in LEADS and not is_ordering(tokens, place) and place not in taken
        lead = lead and not names_one(tokens, place) and [t.word for t in tokens[place + 1 : place + 2]] != ["how"]
        lead = lead and [t.word for t in tokens[place + 1 : place + 3]] != ["number", "of"]  # what is ranked by
        inside = any(t.word in LEADS for t in tokens[place + 1 : place + 4])  # 'by sales within each category'
        measured = token.word == "by" and place + 1 in covered and not inside
        lead = lead and not measured  # 'the top branches by premium on policies'
        after = {max(used) + 1} if used else set()
        after |= {grain.end} if grain else set()  # 'by month and region'
        lead = lead or (token.word in ("and", ",") and place in after and not _turns(tokens, place + 1))
        compared = bool(place) and tokens[place - 1].word == "than"  # 'more than 10 visits' asks for no ten
        asked = not found and not compared and _asks_one(token) and picked
        if not (lead or asked):
            continue
        reach = 3 if lead else 4
        dimension = dimension_at(place + 1, links, schema, fact, taken | used, reach, token.word)
        if dimension and token.word == "per" and _is_row(dimension, fact, schema):
            used |= {place, *range(*dimension.span)}  # 'average cost per job', where a row is a job
            continue
        if dimension and all(dimension.columns != other.columns for other in found):
            found.append(dimension)
            used |= set(range(*dimension.span)) | ({place} if token.kind not in ("number", "number_word") else set())
            if place and token.word == "by" and tokens[place - 1].word == tokens[place + 1].word:
                used.add(place - 1)  # 'region by region'
    return found, used


def _is_row(dimension: Dimension, fact: int, schema: Schema) -> bool:
    entry = schema.columns[dimension.columns[0]]
    return entry.table == fact and entry.primary


def _opening(links: Links, schema: Schema, fact: int, taken: set[int]) -> Dimension | None:
    """'county with most calls', 'products that grew': the first words name a column of the measured table whose values
    repeat."""
    tokens = links.tokens
    start = int(bool(tokens) and tokens[0].word == "the")
    mention = next(
        (m for n in schema.tables[fact].columns if schema.columns[n].kind == "text" and schema.columns[n].unique < 0.9
         for m in links.columns.get(n, ()) if m.start == start and m.score >= 0.85), None
    )  # fmt: skip
    if mention is None or mention.end >= len(tokens):
        return None
    ranked = stem(tokens[mention.end].word) in HIGH | LOW  # 'el producto más vendido'
    if not ranked and tokens[mention.end].word not in _WHOSE:
        return None
    return dimension_at(start, links, schema, fact, taken, 0)


_WHOSE = frozenset("with who that which whose".split())  # 'the tenants who owe most'


def _turns(tokens: list[Token], place: int) -> bool:
    """'by region, only the unpaid ones': a condition follows, no further split."""
    return any(t.word in _TURNING for t in tokens[place : place + 2])


_TURNING = frozenset("only just not but except without excluding if where with".split())


def names_one(tokens: list[Token], place: int) -> bool:
    """'by a woman', 'por un cliente', 'never rated by the customer': who did it, nothing is split."""
    if tokens[place].word != "by" or place + 2 >= len(tokens):
        return False
    first, thing, before = tokens[place + 1].word, tokens[place + 2].word, tokens[place - 1] if place else None
    done = before is not None and (before.word.endswith("ed") or before.source.lower().endswith(_DONE))
    return first in ("a", "an") or (first == "the" and done and not thing.endswith("s"))


_DONE = ("ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas")


def _asks_one(token: Token) -> bool:
    return token.word in ("which", "what", "top", "who", "bottom", "best", "worst", "most") or token.kind in (
        "number",
        "number_word",
    )


def dimension_at(
    place: int, links: Links, schema: Schema, fact: int, taken: set[int], reach: int, lead: str = ""
) -> Dimension | None:
    """The column or entity that is named near `place`, best first by how well and how near."""
    best: tuple[float, Dimension] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for mention in mentions:
            span = (mention.start, mention.end)
            start = max(mention.start, place) if mention.end > place else mention.start
            while start < mention.end and links.tokens[start].word in _SILENT:
                start += 1
            if not (place <= start <= place + reach) or set(range(start, mention.end)) & taken or start == mention.end:
                continue
            if not _groups(entry) or mention.score < 0.4 or not joined(schema, fact, entry.table):
                continue
            valued = (v for v in links.values if v.start <= start < v.end and any(h[0] == number for h in v.hits))
            if mention.score < 0.85 and any(valued):
                continue  # 'who spends more, men or women': a value of the column is no name for it
            if all(stem(token.word) in HIGH | LOW for token in links.tokens[start : mention.end]):
                continue  # 'largest' orders; it names no region by being a word for its size
            score = mention.score + 0.25 * max(links.scores["group"].get(number, -8.0), -4.0) / 4
            score += 0.35 * (entry.table == fact) + _nearness(links, place, start) - 0.5 * entry.id_like
            score -= 0.15 * (start > mention.start) + 0.5 * _is_modifier(links, schema, mention, fact)
            score += 0.15 * (mention.end - start) - 0.02 * distance(schema, fact, entry.table)
            score -= _REPEATED * repeats(schema, fact, entry.table)
            if best is None or score > best[0]:
                best = (score, Dimension((number,), span, lead, None))
    for number, mentions in links.tables.items():
        for mention in mentions:
            near = place <= mention.start <= place + reach and not set(range(mention.start, mention.end)) & taken
            if near and number != fact and mention.score >= 0.45 and joined(schema, fact, number):
                columns = name_columns(number, schema)
                score = mention.score + 0.05 + _nearness(links, place, mention.start)
                if columns and (best is None or score > best[0]):
                    span = (mention.start, mention.end)
                    best = (score, Dimension(columns, span, lead, key_beside(number, columns, schema)))
    return best[1] if best else None


_REPEATED = 0.3  # what a name loses where rows would be repeated on the way to it
_SILENT = ("the", "of", "different", "distinct", "number", "total", "count", "average", "for", "in")


def _is_modifier(links: Links, schema: Schema, mention: Mention, fact: int) -> bool:
    """'product' in 'product family': the next word names a column or table of its own."""
    follows = [
        n for n, ms in links.columns.items() for m in ms
        if m.start == mention.end and m.score >= 0.6 and _groups(schema.columns[n])
    ]  # fmt: skip
    return any(joined(schema, fact, schema.columns[n].table) for n in follows)


def _nearness(links: Links, place: int, start: int) -> float:
    """In 'family of product' the first noun is the head, in 'product family' the last one."""
    gap = [token.word for token in links.tokens[place:start]]
    if {"of", "in", "on", "from", "for", "to", "that", "with"} & set(gap):
        return -0.7
    nouns = [word for word in gap if word not in ("the", "a", "different", "our")]
    return 0.12 * len(nouns) if len(nouns) == 1 else -0.12 * len(nouns)


def _groups(entry: ColumnEntry) -> bool:
    """Whether splitting by a column says something: not a moment, not a measured number."""
    if entry.time in ("date", "day_text"):
        return False
    if entry.kind == "number" and not (entry.time or entry.date_like):
        return entry.unique <= 0.2 or (entry.column.distinct or 99) <= 12
    return entry.kind != "date"
