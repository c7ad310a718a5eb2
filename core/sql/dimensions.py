"""By what a business question splits its measure: columns after 'by', 'for each', 'which', and the entities they name.

An entity (a table's thing: a customer, a track) is shown by its name columns. Nothing is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.sql.calendar import Grain
from core.sql.lexicon import read_cues
from core.sql.link import Links, Mention
from core.sql.schema import ColumnEntry, Schema
from core.sql.words import Token, stem

LEADS = ("by", "each", "per", "every", "across", "within")
_ORDERING = frozenset(stem(word) for word in read_cues()["measures"]["ordering"].split())
HIGH = frozenset(stem(w) for w in read_cues()["measures"]["high"].split())
LOW = frozenset(stem(w) for w in read_cues()["measures"]["low"].split())
_PERSON = (("first", "given", "forename"), ("last", "sur", "surname", "family"))


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
    opening = _opening(links, schema, fact, taken)
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
        asked = not found and not compared and _asks_one(token) and has_superlative(links)
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
    """'county with most calls': the first words name a column of the measured table whose values repeat."""
    tokens = links.tokens
    start = int(bool(tokens) and tokens[0].word == "the")
    mention = next(
        (m for n in schema.tables[fact].columns if schema.columns[n].kind == "text" and schema.columns[n].unique < 0.9
         for m in links.columns.get(n, ()) if m.start == start and m.score >= 0.85), None
    )  # fmt: skip
    if mention is None or not has_superlative(links) or mention.end >= len(tokens):
        return None
    ranked = stem(tokens[mention.end].word) in HIGH | LOW  # 'el producto más vendido'
    if not ranked and tokens[mention.end].word not in _WHOSE:
        return None
    return dimension_at(start, links, schema, fact, taken, 0)


_WHOSE = frozenset("with who that which".split())  # 'the tenants who owe most'


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
    return token.word in ("which", "what", "top", "who", "bottom", "best", "most") or token.kind in (
        "number",
        "number_word",
    )


def is_ordering(tokens: list[Token], place: int) -> bool:
    near = range(max(0, place - 2), place)
    return any(stem(tokens[p].word) in _ORDERING and not _names_orders(tokens[p], tokens[p - 1 : p]) for p in near)


def _names_orders(token: Token, before: list[Token]) -> bool:
    """'orders by region', 'pedidos por canal', 'revenue per order by region': the thing, not the sorting."""
    if before and before[0].word == "per":
        return True
    source = token.source.lower()
    return stem(token.word) == "order" and (source == "orders" or not source.startswith(("order", "orden")))


def has_superlative(links: Links) -> bool:
    return bool(superlatives(links))


def find_sorting(links: Links) -> tuple[bool, frozenset[int]] | None:
    """(largest first, the places that say so) of 'highest first', 'slowest first', 'from most to least', 'from the most
    generous to the least', 'descending': rows are put in order, none is left out."""
    roots = [stem(token.word) for token in links.tokens]
    for place, root in enumerate(roots):
        if root in ("descend", "ascend"):
            return root == "descend", frozenset((place,))
        ends = next((n for n in (2, 3) if place + n + 1 == len(roots) and roots[-1] == "first"), 1)
        if _ranks(links.tokens[place]) and roots[place + ends : place + ends + 1] == [
            "first"
        ]:  # ', largest total first'
            grows = roots[place + 1] == "grow"  # 'fastest-growing' is no shortest time
            return grows or links.tokens[place].word not in _LOW_FIRST, frozenset(range(place, place + ends + 1))
        if _ranks(links.tokens[place]) and place:
            end = _other_end(links.tokens, place)
            if end:
                return links.tokens[place].word not in _LOW_FIRST, frozenset(range(place, end))
    return None


def asked_order(links: Links) -> tuple[int, bool | None] | None:
    """(the place of the word that asks for rows in order, whether falling: None where that is not said); None where no
    order is asked for."""
    roots = [stem(token.word) for token in links.tokens]
    spoken = (p for p, token in enumerate(links.tokens) if roots[p] in _SORTS or _is_order(token))
    place, sorting = next(spoken, None), find_sorting(links)
    if place is None:
        return (min(sorting[1]), sorting[0]) if sorting else None
    if {"descend", "decreas", "revers"} & set(roots):
        return place, True
    return place, False if {"ascend", "increas", "alphabet", "lexicograph"} & set(roots) else None


_SORTS = frozenset(("sort", "alphabet", "lexicograph", "ascend", "descend"))


def _is_order(token: Token) -> bool:
    """'ordered by', 'in order of', 'in descending order': the sorting, which names no table of orders."""
    return token.kind == "cue" and token.word in ("order", "ordered")


SUPERLATIVES = {name: frozenset(words.split()) for name, words in read_cues()["superlatives"].items()}
_LOW_FIRST = (SUPERLATIVES["low"] | frozenset(read_cues()["measures"]["low"].split())) - {"slowest"} | {
    "fastest", "quickest",
}  # fmt: skip
_REACH = 4  # words from one end of an order to the other: 'from the most generous one to the least'


def _ranks(token: Token) -> bool:
    """A word for one end of a row: 'highest', 'least', 'slowest', 'neediest'; no end of time."""
    known = stem(token.word) in HIGH | LOW or token.word in SUPERLATIVES["high"] | SUPERLATIVES["low"]
    return (known or (token.word.endswith("est") and len(token.word) > 5)) and token.word not in _TIMES


_TIMES = frozenset("first last recent newest latest oldest earliest youngest".split())


def _other_end(tokens: list[Token], place: int) -> int:
    """Behind the superlative at `place`, the place after the other end that 'to' leads to; 0 where there is none.
    'al menos' says 'at least' as well as 'to the least'."""
    for turn in range(place + 1, min(place + _REACH, len(tokens) - 1)):
        behind = turn + 1 + (tokens[turn + 1].word == "the" and turn + 2 < len(tokens))
        counts = behind + 1 < len(tokens) and tokens[behind + 1].kind in ("number", "number_word")
        if tokens[turn].word in ("to", "at") and _ranks(tokens[behind]) and not counts:
            named = tokens[behind].word in ("most", "least") and tokens[turn].word == "to"
            return min(behind + 1 + named, len(tokens))
    return 0


def takes_away(links: Links, place: int) -> bool:
    """'importe menos coste', 'sales minus cost': a column before the word and one behind it."""
    if links.tokens[place].word != "minus" and links.tokens[place].source.lower() not in ("menos", "less"):
        return False
    named = [m for ms in links.columns.values() for m in ms if m.score >= 0.85]
    return any(m.end == place for m in named) and any(m.start == place + 1 for m in named)


def superlatives(links: Links) -> list[int]:
    """Places of superlatives; 'more than', 'or more', 'at least' and 'highest first' are none."""
    found = []
    _, sorting = find_sorting(links) or (False, frozenset())
    for place, token in enumerate(links.tokens):
        compared = any(t.word == "than" for t in links.tokens[place + 1 : place + 3])
        compared = compared or (place > 0 and links.tokens[place - 1].word in ("or", "at"))
        if stem(token.word) in HIGH | LOW and not compared and place not in sorting and not takes_away(links, place):
            found.append(place)
    return found


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


def joined(schema: Schema, fact: int, other: int) -> bool:
    return fact == other or _edges(schema, fact, other) is not None


def distance(schema: Schema, fact: int, other: int) -> int:
    return 0 if fact == other else len(_edges(schema, fact, other) or ())


def repeats(schema: Schema, fact: int, other: int) -> bool:
    """Whether the way to a table leads through one that refers back, so that a row of `fact` meets several of its."""
    upward = {(key.table, key.ref_table) for key in schema.catalog.foreign_keys}
    edges = (_edges(schema, fact, other) or ()) if fact != other else ()
    return any((e.right, e.left) in upward and (e.left, e.right) not in upward for e in edges)


def _edges(schema: Schema, fact: int, other: int):
    return schema.graph.connect((schema.tables[fact].table.name, schema.tables[other].table.name))


def name_columns(table: int, schema: Schema) -> tuple[int, ...]:
    """The columns that say which thing a row of a table is: a name, a first and a last name, else the first text."""
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    texts = [e for e in entries if e.kind == "text" and not e.id_like and not e.time]
    parts = [next((e for e in texts if _has_word(e, words)), None) for words in _PERSON]
    if all(parts) and parts[0] is not parts[1]:
        return tuple(part.number for part in parts if part)
    own = {root for stems in schema.tables[table].words for root, weight in stems if weight >= 0.85}
    titled = [e for e in texts if any(root in own for stems in e.words for root, weight in stems if weight >= 0.85)]
    titled.sort(key=lambda e: (e.primary, len(e.words)))  # 'Agente' before 'Código de agente'
    named = [e for e in texts if e.name_like]
    key = schema.tables[table].table.primary_key
    if len(key) == 1 and named and not any(e in titled or e.unique > 0.5 for e in named):
        named, texts = [], [schema.column_of[(schema.tables[table].table.name, key[0])]]
    if len(key) == 1 and not any(e.unique > 0.5 for e in texts):
        texts = [schema.column_of[(schema.tables[table].table.name, key[0])]]  # what repeats names no row
    ranked = [e for e in named if e in titled] or named or [e for e in titled if e.unique > 0.5] or texts
    return (ranked[0].number,) if ranked else ()


def _has_word(entry: ColumnEntry, words: tuple[str, ...]) -> bool:
    name = entry.column.name.lower().replace("_", "").replace(" ", "")
    return entry.name_like and name.startswith(words) and name.endswith("name")


def key_beside(table: int, columns: tuple[int, ...], schema: Schema) -> int | None:
    """The table's key, where its names alone do not tell its rows apart."""
    if any(schema.columns[c].unique >= 0.999 for c in columns):
        return None
    key = schema.tables[table].table.primary_key
    entry = schema.column_of.get((schema.tables[table].table.name, key[0])) if len(key) == 1 else None
    return entry.number if entry else None
