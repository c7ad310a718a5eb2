"""Which rows a business question keeps: stored values, compared numbers, columns against columns or averages, absence.

Conditions are records with column numbers; `render.py` writes them. Nothing is measured or grouped here.
"""

from __future__ import annotations

from core.sql.business.blanks import filled_or_empty
from core.sql.business.money import is_money, number_columns, table_money
from core.sql.business.plan import Filter
from core.sql.business.properties import yes_or_no, yes_value
from core.sql.data.entities import distance, joined
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.calendar import GRAINS
from core.sql.language.lexicon import fold
from core.sql.language.operators import BOUNDS, MONEY_UNITS, counts_money, is_amount, operator_beside, prices
from core.sql.language.spanish import meanings_of
from core.sql.language.words import stem
from core.sql.linking.link import Links, Mention, ValueMention, is_content
from core.sql.linking.stored_form import range_fit
from core.sql.linking.value_mentions import has_object

# ---------------------------------------------------------------- stored values and numbers


def find_filters(links: Links, schema: Schema, fact: int, covered: set[int]) -> list[Filter]:
    """Stored values and compared numbers of the fact's table or one that joins to it."""
    found: list[Filter] = []
    used = set(covered)
    for mention in links.values:
        places = set(range(mention.start, mention.end))
        if places & used or not _means_value(mention, links) or _within_name(mention, links):
            continue
        made = _text_filter(mention, links, schema, fact) or _number_filter(mention, links, schema, fact, used)
        if made:
            found.append(made)
            used |= places
    found += _ordinals(links, schema, fact, used)
    used |= {place for made in found for place in made.span}
    said = [] if asks_sides(links) else yes_or_no(links, schema, fact, used)
    used |= {place for made in said for place in made.span}
    some = [] if asks_sides(links) else filled_or_empty(links, schema, fact, used)
    used |= {place for made in some for place in made.span}
    return _any_of([*found, *said, *some, *_deeds(links, schema, fact, used)])


def _within_name(value: ValueMention, links: Links) -> bool:
    """'salary in USD' where a column is called so, all of it: the currency is no condition."""
    names = (m for ms in links.columns.values() for m in ms if m.matched == m.of and m.score >= 0.95)
    return any(m.start < value.start and value.end <= m.end for m in names)


_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS, 1)}
_PLACES_MAX = 60  # different numbers of a column that numbers places: floors, grades, gates


def _ordinals(links: Links, schema: Schema, fact: int, used: set[int]) -> list[Filter]:
    """'on the second floor', 'en la tercera planta': a small whole number of the column that is named behind it."""
    for place, token in enumerate(links.tokens[:-1]):
        number = _ORDINALS.get(token.word)
        for column, mentions in links.columns.items() if number and place not in used else ():
            entry = schema.columns[column]
            whole = isinstance(entry.column.minimum, int) and (entry.column.distinct or 99) <= _PLACES_MAX
            near = joined(schema, fact, entry.table) and distance(schema, fact, entry.table) <= 1
            said = next((m for m in mentions if m.start == place + 1 and m.score >= 0.85), None)
            if said and whole and near and entry.kind == "number" and not entry.time and yes_value(entry) is None:
                return [Filter(column, "=", number, (place, *range(said.start, said.end)))]
    return []


def asks_sides(links: Links) -> bool:
    """'with and without', 'holidays vs non holidays', 'smokers and non smokers': both sides are asked for, nothing is
    left out."""
    words = [token.word for token in links.tokens]
    denied = [p + 1 for p, word in enumerate(words[:-1]) if word in ("non", "not", "no")]
    twice = any(_said_again(words, place) for place in denied)
    named = {"vs", "versus", "compare", "compared", "against"} & set(words)
    middles = {"average", "mean", "median"} & set(words)  # one of each is asked for: 'of the men and of the women'
    middles = middles or ({"total"} if "both" in words and "total" in words else set())
    again = any(words[p : p + 2] == ["and", "of"] and words[p + 2] in _ARTICLES for p in range(len(words) - 2))
    again = again or "both" in words
    return bool(named or (middles and again)) or twice or {"with", "without"} <= set(words)


_ARTICLES = ("the", "those", "that")


def _said_again(words: list[str], place: int) -> bool:
    """'smokers and non smokers', 'non members or members'; 'sales with no sales rep' are of one kind."""
    others = (p for p, word in enumerate(words) if word == words[place] and p != place)
    return any({"and", "or", "but", "than", ","} & set(words[min(p, place) : max(p, place)]) for p in others)


def _deeds(links: Links, schema: Schema, fact: int, used: set[int]) -> list[Filter]:
    """'opened', 'cancelled': a word that shares its stem with a single-word value in a short list of values."""
    told = {
        p
        for ms in (*links.columns.values(), *links.tables.values())
        for m in ms
        if m.score >= 0.8
        for p in range(m.start, m.end)
    }
    out = []
    for number in schema.tables[fact].columns:
        entry = schema.columns[number]
        if entry.kind != "text" or entry.time or not 1 < len(entry.column.values) <= 12:
            continue
        for value in entry.column.values:
            roots = {stem(fold(value)), *meanings_of(fold(value), schema.lexicon)}
            for place, token in enumerate(links.tokens):
                if place in used or place in told or not is_content(token) or len(token.word) <= 3:
                    continue
                asked = {t.word for t in links.tokens[max(0, place - 2) : place]} & {"did", "does", "do"}
                if asked or has_object(links.tokens, place):
                    continue  # 'how many did each place'
                denied = token.word.removeprefix("un") if token.word.startswith("un") else ""
                if any(text in roots and weight >= 0.85 for text, weight in token.stems):
                    out.append(Filter(number, "=", value, (place,)))
                elif len(denied) > 3 and stem(denied) in roots:  # 'unpaid' where 'Pagada' is stored
                    out.append(Filter(number, "!=", value, (place,)))
    return out if len(out) == 1 else []


def _means_value(mention: ValueMention, links: Links) -> bool:
    """Short names for values ('id' for Idaho, 'no', 'or') are words of the question unless written in capitals; so is
    a single word that names a column as well and is stored only under another form."""
    tokens = links.tokens[mention.start : mention.end]
    if mention.kind != "text" or len(tokens) > 1:
        return True
    token, best = tokens[0], max((weight for _, _, weight in mention.hits), default=0.0)
    if token.kind == "number":  # '000123', stored as text
        return best >= 1 and len(token.source) > 3
    if len(token.source) <= 3:
        told = 0.8 if links.lang == "en" else 1  # 'men'; but Spanish 'usa' is a verb
        return token.source.isupper() or (best >= told and is_content(token) and len(token.source) == 3)
    named = any(m.score >= 0.8 and m.start <= mention.start < m.end for ms in links.columns.values() for m in ms)
    return is_content(token) and not (named and best < 1)


def _any_of(filters: list[Filter]) -> list[Filter]:
    """Several values of one column become one condition."""
    out: list[Filter] = []
    for made in filters:
        same = next(
            (
                f
                for f in out
                if (f.column, f.op) == (made.column, made.op)
                or (f.column == made.column and {f.op, made.op} in ({"in", "="}, {"not in", "!="}))
            ),
            None,
        )
        if same is None or made.op not in ("=", "!="):
            out.append(made)
            continue
        before = same.value if isinstance(same.value, tuple) else (same.value,)
        values = tuple(dict.fromkeys((*before, made.value)))
        span = (*same.span, *made.span)
        op = ("in" if made.op == "=" else "not in") if len(values) > 1 else same.op
        out[out.index(same)] = Filter(made.column, op, values if len(values) > 1 else values[0], span)
    return out


def find_filter(mention: ValueMention, links: Links, schema: Schema, fact: int) -> Filter | None:
    """The condition that one value of the question makes by itself."""
    if not _means_value(mention, links):
        return None
    return _text_filter(mention, links, schema, fact) or _number_filter(mention, links, schema, fact, set())


def _text_filter(mention: ValueMention, links: Links, schema: Schema, fact: int) -> Filter | None:
    best: tuple[float, Filter] | None = None
    for number, value, weight in mention.hits:
        entry = schema.columns[number]
        if (
            not joined(schema, fact, entry.table)
            or distance(schema, fact, entry.table) > 2
            or entry.kind != "text"
            or (entry.id_like and entry.unique > 0.5 and weight < 1)
        ):
            continue
        score = 2 * weight + 0.5 * (entry.table == fact) + 0.1 * max(links.scores["where"].get(number, -8.0), -6.0)
        beside = any(
            0 <= mention.start - m.end <= 1 or 0 <= m.start - mention.end <= 1 for m in links.columns.get(number, ())
        )
        score += 0.6 * beside
        score -= 0.1 * distance(schema, fact, entry.table)
        if best is None or score > best[0]:
            negated = operator_beside(links.tokens, mention.start, mention.end) == "!="
            best = (score, Filter(number, "!=" if negated else "=", value, tuple(range(mention.start, mention.end))))
    return best[1] if best else None


def _number_filter(mention: ValueMention, links: Links, schema: Schema, fact: int, used: set[int]) -> Filter | None:
    if mention.kind != "number" or not isinstance(mention.value, (int, float)):
        return None
    op = operator_beside(links.tokens, mention.start, mention.end)
    key = _key_filter(mention, links, schema, fact) if op == "=" else None
    if key:
        return key
    near = []
    timed, paid = _counts_time(mention, links), counts_money(links.tokens, mention.start)
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        other = paid and range_fit(mention.value, entry) < 0 and not (is_money(entry) or _is_priced(entry))
        if (timed and is_money(entry)) or other:
            continue  # 'within 30 days'; 'less than 10000 dollars and more than 100 horsepower'
        for m in mentions:
            gap = mention.start - m.end if m.end <= mention.start else m.start - mention.end
            counted = m.start == mention.end and _names_table(m, links)
            numeric = (
                entry.kind == "number" and not counted and m.score >= 0.45 and not entry.primary and not entry.foreign
            )
            if numeric and joined(schema, fact, entry.table) and not set(range(m.start, m.end)) & used:
                far = _OUTSIDE * (range_fit(mention.value, entry) < 0)
                near.append((gap - 3 * m.score - 2 * (entry.table == fact) - m.matched + far, gap, number, m))
    if not near:
        return _unnamed_amount(mention, op, links, schema, fact)
    _, gap, column, named = min(near, key=lambda row: row[:3])
    span = (*range(mention.start, mention.end), *range(named.start, named.end))
    if op in BOUNDS and gap <= 6:
        return Filter(column, op, mention.value, span)
    straight = gap <= 1 and not (named.start >= mention.end and _counts_it(links, mention))
    return Filter(column, "=", mention.value, span) if straight and op == "=" else None


def _key_filter(mention: ValueMention, links: Links, schema: Schema, fact: int) -> Filter | None:
    """'visit 12', 'order no. 10248': the row of the table that is named right before its number."""
    keys = [e for n in schema.tables[fact].columns if (e := schema.columns[n]).primary and e.kind == "number"]
    for entry in keys:
        low, high = entry.column.minimum, entry.column.maximum
        named = any(m.end == mention.start and m.score >= 0.8 for m in links.tables.get(fact, ()))
        if named and isinstance(mention.value, int) and isinstance(low, int) and low <= mention.value <= high:
            return Filter(entry.number, "=", mention.value, (mention.start,))
    return None


_OUTSIDE = 2  # words further away that a column counts as, where the number is none of its size


def _unnamed_amount(mention: ValueMention, op: str, links: Links, schema: Schema, fact: int) -> Filter | None:
    """'sales over 2000', 'repairs above 500 euros': the money of the things themselves, where the number has a currency
    or lies among what the column holds."""
    place, tokens = mention.start, links.tokens
    money = table_money(fact, schema, prefer_pieces=False, margin=False)
    prices_of = [e for e in number_columns(fact, schema) if _is_priced(e)]
    if (money is None or not is_money(schema.columns[money[0][0]])) and counts_money(tokens, place) and prices_of:
        money = (prices_of[0].number,), "{0}"
    counted = any(m.start in (mention.end, mention.end + 1) for ms in links.tables.values() for m in ms)
    priced = op == "=" and prices(tokens, place)
    if (
        (op not in BOUNDS and not priced)
        or money is None
        or len(money[0]) > 1
        or counted
        or _counts_time(mention, links)
    ):
        return None
    entry = schema.columns[money[0][0]]
    low, high = entry.column.minimum, entry.column.maximum
    within = isinstance(low, (int, float)) and isinstance(high, (int, float)) and low <= mention.value <= high
    currency = counts_money(tokens, place)
    if not (currency or (within and priced) or (within and is_amount(tokens, place, loosely=True))):
        return None
    units = [p for p in (place - 1, place + 1) if 0 <= p < len(tokens) and tokens[p].word in MONEY_UNITS]
    return Filter(entry.number, op, mention.value, (place, *units))


def _is_priced(entry: ColumnEntry) -> bool:
    """A price, a cost, a salary: a number of money that is no amount to add up."""
    return any(root in _PRICED and weight >= 0.85 for stems in entry.words for root, weight in stems)


_PRICED = frozenset(stem(word) for word in "price cost salary wage pay rent fee premium charge".split())


def _counts_time(mention: ValueMention, links: Links) -> bool:
    """'30 days': a number of units of time."""
    return mention.end < len(links.tokens) and stem(links.tokens[mention.end].word) in GRAINS


def _names_table(mention: Mention, links: Links) -> bool:
    """'more than 3 claims': the word names the table better than its column 'amount claimed'."""
    return any(m.start == mention.start and m.score > mention.score for ms in links.tables.values() for m in ms)


def _counts_it(links: Links, mention: ValueMention) -> bool:
    """'top 5 prices': a number before what it counts."""
    return mention.start == 0 or links.tokens[mention.start - 1].word in ("top", "the", "first", "last", "bottom")
