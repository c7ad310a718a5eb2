"""Measures of two columns or of a share: correlation, margin, plan against result, one number a unit.

Each reader gives a `Measure` with the tokens it used, or None. Nothing is run.
"""

from __future__ import annotations

from core.sql.business.aggregates import named_columns
from core.sql.business.money import (
    MARGIN,
    cue_roots,
    first_with,
    is_additive,
    is_flow,
    is_piece,
    money_of,
    number_columns,
)
from core.sql.business.plan import Measure
from core.sql.business.planned import find_overrun
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.units import same_unit, unit_at
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links, Mention

_RELATION = frozenset(cue_roots("measures", "relation"))


_PERCENT = frozenset(cue_roots("measures", "percent"))


def find_correlation(links: Links, schema: Schema) -> Measure | None:
    """'the correlation between a and b', 'is a related to b': two number columns of one table, each named by itself."""
    roots = [stem(token.word) for token in links.tokens]
    told = next((place for place, root in enumerate(roots) if root in _RELATION or root.startswith("correl")), None)
    if told is None:
        return None
    best: tuple[float, Measure] | None = None
    named = plain_numbers(links, schema)
    for place, (first, mention) in enumerate(named):
        for second, other in named[place + 1 :]:
            apart = mention.end <= other.start or other.end <= mention.start
            if not apart or first == second or schema.columns[first].table != schema.columns[second].table:
                continue
            pair = (first, second) if mention.start < other.start else (second, first)
            length = mention.end - mention.start + other.end - other.start
            score = mention.score + other.score + 0.2 * length
            if best is None or score > best[0]:
                span = (min(mention.start, other.start, told), max(mention.end, other.end, told + 1))
                best = (score, Measure("corr", schema.columns[first].table, pair, "{0}, {1}", span))
    return best[1] if best else None


def plain_numbers(links: Links, schema: Schema) -> list[tuple[int, Mention]]:
    """Number columns with each place that names them: what is correlated is named, even by 'total' or 'paid' alone."""
    found = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        plain = entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign or entry.time)
        found += [(number, m) for m in mentions if plain and m.score >= 0.4]
    return found


def find_margin_share(links: Links, schema: Schema) -> Measure | None:
    """'margin in percent': what remains of the money after its cost, as a share of the money (a ratio of sums)."""
    roots = [stem(token.word) for token in links.tokens]
    at = next((p for p, root in enumerate(roots) if root in MARGIN), None)
    told = [p for p, root in enumerate(roots) if root in _PERCENT]
    if at is None or not told:
        return None
    for table in schema.tables:
        numbers = number_columns(table.number, schema)
        money, cost = money_of(numbers), first_with(numbers, (stem("cost"),))
        if money and cost and money is not cost:
            expression = "100.0 * (SUM({0}) - SUM({1})) / NULLIF(SUM({0}), 0)"
            return Measure(
                "share_of", table.number, (money.number, cost.number), expression, (min(at, *told), max(at, *told) + 1)
            )
    return None


def measure_overrun(links: Links, schema: Schema) -> Measure | None:
    """'by what percentage did Logistics exceed its budget': what came of a plan against it, in percent or as it is."""
    found = find_overrun(links, schema)
    if found is None:
        return None
    columns = (found.result, found.plan)
    if not found.share:
        return Measure("sum", found.table, columns, "{0} - {1}", found.span)
    expression = "100.0 * (SUM({0}) - SUM({1})) / NULLIF(SUM({1}), 0)"
    return Measure("over_plan", found.table, columns, expression, found.span)


def find_ratio(links: Links, schema: Schema) -> Measure | None:
    """'cost per click', 'sales won for each call', 'rent per square metre', 'sales divided by calls': the sum of one
    number against the sum of another of the same table."""
    named = named_columns(links, schema, weakest=_HALF)
    for place, token in enumerate(links.tokens):
        before = _before_share(place, links)
        for below in numbers_after(place, links, schema) if before is not None else ():
            top, bottom = _shared_out(before, below[0], named, links, schema), schema.columns[below[0]]
            numbered = (bottom.column.distinct or 0) <= FEW and not (is_piece(bottom) or _is_crowd(bottom))
            split = token.word != "per" and links.tokens[place - 1].word != "divided" and numbered
            split = split and not _says_one(links.tokens[below[1].end - 1], bottom)
            if top is None or split or not (is_additive(bottom) or _is_crowd(bottom)):
                continue
            hundred = "100.0" if _PERCENT & {stem(t.word) for t in links.tokens} else "1.0"
            expression = f"{hundred} * SUM({{0}}) / NULLIF(SUM({{1}}), 0)"
            span = (top[1].start, below[1].end)
            return Measure("ratio", bottom.table, (top[0], bottom.number), expression, span)
    return None


def _shared_out(
    before: int, below: int, named: list[tuple[int, Mention]], links: Links, schema: Schema
) -> tuple[int, Mention] | None:
    """The amount of the table that is named right before a place; its money, or the only number so called."""
    table = schema.columns[below].table
    found = [(n, m) for n, m in named if m.end == before and schema.columns[n].table == table and n != below]
    found = [(n, m) for n, m in found if is_additive(schema.columns[n])]
    sure = [(n, m) for n, m in found if m.score >= 0.6]
    money = None if sure else _money_before(before, table, links, schema)
    money = money if money and money[0] != below else None
    return next(iter(sure), None) or money or (found[0] if len({n for n, _ in found}) == 1 else None)


def _before_share(place: int, links: Links) -> int | None:
    """Behind what is shared out: 'revenue | per', 'sales | did we make for every', 'ventas | conseguidas por cada',
    'sales | divided by'; None where the word at a place shares nothing out."""
    words = [token.word for token in links.tokens[: place + 1]]
    shared = tuple(words[-2:]) in _SHARED_BY
    if not shared and words[-1] not in ("per", "by"):
        return None
    start, least = place - shared, place - shared - _DEED
    mentions = (m for ms in (*links.columns.values(), *links.tables.values()) for m in ms if m.score >= _HALF)
    named = {p for m in mentions for p in range(m.start, m.end)}
    while start - 1 > 0 and start > least and start - 1 not in named:
        token = links.tokens[start - 1]
        done = token.source.lower().endswith(_PARTICIPLES) or (shared and words[-1] != "by")
        if token.kind == "mark" or not done:
            break
        start -= 1
    return start


_DEED = 3  # words for the deed between an amount and what it is shared out by: 'did we make'
_HALF = 0.4  # how well the only column that a word may mean is named by a word of its name


def _is_crowd(entry: ColumnEntry) -> bool:
    """The heads of a row, which others are shared out among although they do not add up over time."""
    return any(root in _CROWDS and weight >= 0.85 for stems in entry.words for root, weight in stems)


_CROWDS = frozenset(stem(word) for word in "headcount staff employee population inhabitant".split())
_SHARED_BY = (("divided", "by"), ("for", "each"), ("for", "every"))
_PARTICIPLES = ("ed", "made", "won", "earned", "ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas")


def _says_one(token: Token, entry: ColumnEntry) -> bool:
    """'ventas por llamada' of a column of calls: of each one of them, no groups of the same number."""
    return entry.column.name.endswith("s") and not token.source.endswith("s")


def _money_before(place: int, table: int, links: Links, schema: Schema) -> tuple[int, Mention] | None:
    """'spending per click', 'cost per litre', 'price per kilo': the one column of the table that holds its money."""
    said = links.tokens[place - 1] if place else None
    money = money_of(number_columns(table, schema))
    if said is None or money is None or not (is_flow(said) or stem(said.word) in _COSTS):
        return None
    return money.number, Mention(place - 1, place, 1.0, 1, 1)


def find_unit_price(links: Links, schema: Schema) -> Measure | None:
    """'average price of a kilo' where no price is stored: the money against what it was paid for."""
    roots = [stem(token.word) for token in links.tokens]
    at = next((p for p, root in enumerate(roots) if root == stem("price")), None)
    if at is None:
        return None
    for place in range(at + 1, min(at + 5, len(roots))):
        unit, length = unit_at(links.tokens, place)
        for table in schema.tables if unit else ():
            numbers = number_columns(table.number, schema)
            counted = next((e for e in numbers if same_unit(unit, e.key[1])), None)
            money = money_of([e for e in numbers if e is not counted])
            if counted and money and first_with(numbers, (stem("price"),)) is None:
                expression = "1.0 * SUM({0}) / NULLIF(SUM({1}), 0)"
                return Measure("ratio", table.number, (money.number, counted.number), expression, (at, place + length))
    return None


_COSTS = frozenset(stem(word) for word in ("cost", "price"))
FEW = 24  # different numbers that may well be groups


def numbers_after(place: int, links: Links, schema: Schema) -> list[tuple[int, Mention]]:
    """Number columns named right behind a place, by their name or their unit, the best named first."""
    start = place + 1
    while start < len(links.tokens) and links.tokens[start].word in _EACH_OF:
        start += 1  # 'per head of staff', 'per unit of energy'
    found = [(n, m) for n, m in plain_numbers(links, schema) if m.start in (place + 1, start) and m.score >= 0.6]
    unit, length = unit_at(links.tokens, place + 1)
    if unit and not found:
        said = Mention(place + 1, place + 1 + length, 0.8, 1, 1)
        numbers = (e for table in schema.tables for e in number_columns(table.number, schema))
        found = [(e.number, said) for e in numbers if same_unit(unit, e.key[1])]
    return sorted(found, key=lambda pair: -pair[1].score)


_EACH_OF = frozenset("head member unit of the total each".split())


def find_part_share(links: Links, schema: Schema) -> Measure | None:
    """'percentage of defective pieces': a number against the one of its table that counts all of the same things
    ('Piezas defectuosas', 'Piezas producidas')."""
    roots = [stem(token.word) for token in links.tokens]
    told = next((p for p, root in enumerate(roots) if root in _PERCENT or root in ("share", "proport")), None)
    if told is None:
        return None
    for number, mention in named_columns(links, schema):
        part = schema.columns[number]
        if len(part.words) < 2 or not is_additive(part) or mention.score < 0.8:
            continue
        wholes = [e for e in number_columns(part.table, schema) if e is not part and _holds_all(e, part)]
        if len(wholes) == 1:
            expression = "100.0 * SUM({0}) / NULLIF(SUM({1}), 0)"
            span = (min(told, mention.start), max(told + 1, mention.end))
            return Measure("part_of", part.table, (number, wholes[0].number), expression, span)
    return None


def _holds_all(whole: ColumnEntry, part: ColumnEntry) -> bool:
    """Whole numbers of the same things (one word of the name in common), larger at their largest."""
    one, other = ({root for stems in e.words for root, weight in stems if weight >= 0.95} for e in (whole, part))
    sizes = (whole.column.maximum, part.column.maximum)
    return bool(one & other) and all(isinstance(size, int) for size in sizes) and sizes[0] > sizes[1]
