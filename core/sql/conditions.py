"""Which rows a business question keeps: stored values, compared numbers, columns against columns or averages, absence.

Conditions are records with column numbers; `business_sql.py` writes them. Nothing is measured or grouped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.sql.calendar import Period
from core.sql.dimensions import distance, joined
from core.sql.lexicon import fold, read_cues
from core.sql.link import Links, Mention, ValueMention, is_content
from core.sql.measures import is_buying, yes_value
from core.sql.schema import ColumnEntry, Schema
from core.sql.understand import operator_beside
from core.sql.words import spanish_stem, split_name, stem


@dataclass(frozen=True, slots=True)
class Filter:
    """`column op value`; for `in` and `not in` the value is a tuple, for `between` a pair."""

    column: int
    op: str
    value: Any
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contrast:
    """`left op right`, two columns of one table; `right` None stands for the average of `left`."""

    left: int
    op: str
    right: int | None
    span: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Rows of one table that no row of `table` refers to (through `key`, which holds `own`), in `periods` if given."""

    table: int
    key: int
    own: int
    span: tuple[int, ...]


_PAIRS = [
    (frozenset(stem(w) for w in pair["limit"].split()), frozenset(stem(w) for w in pair["level"].split()))
    for pair in read_cues()["pairs"]
]
_OVER = frozenset(stem(w) for w in read_cues()["comparing"]["more"].split())
_UNDER = frozenset(stem(w) for w in read_cues()["comparing"]["less"].split())
_NEVER = frozenset(("never", "without", "no", "not"))


# ---------------------------------------------------------------- stored values and numbers


def find_filters(links: Links, schema: Schema, fact: int, covered: set[int]) -> list[Filter]:
    """Stored values and compared numbers of the fact's table or one that joins to it."""
    found: list[Filter] = []
    used = set(covered)
    for mention in links.values:
        places = set(range(mention.start, mention.end))
        if places & used or not _means_value(mention, links):
            continue
        made = _text_filter(mention, links, schema, fact) or _number_filter(mention, links, schema, fact, used)
        if made:
            found.append(made)
            used |= places
    said = [] if asks_sides(links) else _yes_or_no(links, schema, fact, used)
    used |= {place for made in said for place in made.span}
    return _any_of([*found, *said, *_deeds(links, schema, fact, used)])


def asks_sides(links: Links) -> bool:
    """'with and without', 'holidays vs non holidays': both sides are asked for, nothing is left out."""
    words = {token.word for token in links.tokens}
    return bool(words & {"vs", "versus", "compare", "compared", "against"}) or {"with", "without"} <= words


_FLAG_WORDS = frozenset(("is", "has", "have", "es", "esta", "tiene", "flag", "was", "are"))
_DENYING = ("un", "im", "in", "des", "non")
_NOT_NEAR = 3


def _yes_or_no(links: Links, schema: Schema, fact: int, used: set[int]) -> list[Filter]:
    """'paid invoices', 'facturas no pagadas', 'impagadas', 'vip customers': a yes/no column named as a property."""
    out: list[Filter] = []
    for number in schema.tables[fact].columns:
        entry = schema.columns[number]
        yes = yes_value(entry)
        no = _no_value(entry, yes)
        if yes is None or no is None:
            continue
        places, denied = _property_places(links, entry)
        if places and not places & used and not _split_before(links, min(places)):
            start = min(places)
            denied = denied or bool({t.word for t in links.tokens[max(0, start - _NOT_NEAR) : start]} & _NEVER)
            out.append(Filter(number, "=", no if denied else yes, tuple(sorted(places))))
            used = used | places
    return out


def named_property(links: Links, schema: Schema, fact: int) -> tuple[int, set[int]] | None:
    """(a yes/no column that the question names, the places of its words)."""
    for number in schema.tables[fact].columns:
        entry = schema.columns[number]
        if yes_value(entry) is None:
            continue
        places, _ = _property_places(links, entry)
        if places:
            said = {links.tokens[p].word for p in places}
            return number, {p for p, token in enumerate(links.tokens) if token.word in said}
    return None


def _no_value(entry: ColumnEntry, yes: Any) -> Any:
    if yes is True:
        return False
    if isinstance(yes, str):
        return next((value for value in entry.column.values if value != yes), None)
    return 0 if yes == 1 else None


def _split_before(links: Links, place: int) -> bool:
    return bool(place) and links.tokens[place - 1].word in ("by", "each", "per", "which", "what")


def _property_places(links: Links, entry: ColumnEntry) -> tuple[set[int], bool]:
    """(places of the words that say the whole name of a column, whether a prefix denies it), none where one is missing.

    Words like 'is' and 'has' of a header need not be said."""
    names = [
        {root for root, weight in stems if weight >= 0.85}
        for stems, word in zip(entry.words, split_name(entry.column.name), strict=True)
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


def _told(token: Any, name: set[str]) -> bool:
    return any(root in name and weight >= 0.85 for root, weight in token.stems)


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
            root = stem(fold(value))
            for place, token in enumerate(links.tokens):
                meant = place not in used and place not in told and is_content(token) and len(token.word) > 3
                if meant and any(text == root and weight >= 0.85 for text, weight in token.stems):
                    out.append(Filter(number, "=", value, (place,)))
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
        return token.source.isupper() or (best >= 1 and is_content(token) and len(token.source) == 3)
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


def _text_filter(mention: ValueMention, links: Links, schema: Schema, fact: int) -> Filter | None:
    best: tuple[float, Filter] | None = None
    for number, value, weight in mention.hits:
        entry = schema.columns[number]
        if (
            not joined(schema, fact, entry.table)
            or distance(schema, fact, entry.table) > 2
            or entry.kind != "text"
            or (entry.id_like and weight < 1)
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
    near = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for m in mentions:
            gap = mention.start - m.end if m.end <= mention.start else m.start - mention.end
            numeric = entry.kind == "number" and m.score >= 0.45 and not entry.primary and not entry.foreign
            if numeric and joined(schema, fact, entry.table) and not set(range(m.start, m.end)) & used:
                near.append((gap - 3 * m.score - 2 * (entry.table == fact) - m.matched, gap, number, m))
    if not near:
        return None
    _, gap, column, named = min(near, key=lambda row: row[:3])
    span = (*range(mention.start, mention.end), *range(named.start, named.end))
    if op in (">", "<", ">=", "<=") and gap <= 6:
        return Filter(column, op, mention.value, span)
    straight = gap <= 1 and not (named.start >= mention.end and _counts_it(links, mention))
    return Filter(column, "=", mention.value, span) if straight and op == "=" else None


def _counts_it(links: Links, mention: ValueMention) -> bool:
    """'top 5 prices': a number before what it counts."""
    return mention.start == 0 or links.tokens[mention.start - 1].word in ("top", "the", "first", "last", "bottom")


# ---------------------------------------------------------------- a column against a column


def find_contrast(links: Links, schema: Schema) -> Contrast | None:
    """'below their reorder level', 'spent more than budgeted', 'delivered after the required date', 'above average'."""
    for place in range(len(links.tokens)):
        op, end = _comparison_at(links, place)
        if not op:
            continue
        if links.tokens[end : end + 1] and links.tokens[end].kind in ("number", "number_word", "date"):
            continue
        average = next(
            (
                p
                for p in range(end, min(end + 3, len(links.tokens)))
                if stem(links.tokens[p].word) in ("averag", "mean")
            ),
            None,
        )
        found = _above_average(links, schema, place, end, average, op) if average is not None else None
        found = found or (_two_columns(links, schema, place, end, op) if average is None else None)
        if found:
            return found
    return None


def _comparison_at(links: Links, place: int) -> tuple[str, int]:
    """(> or <, the token after the phrase), or no operator."""
    word = stem(links.tokens[place].word)
    after = [t.word for t in links.tokens[place + 1 : place + 4]]
    op = ">" if word in _OVER else "<" if word in _UNDER else ""
    if not op:
        return "", place
    end = place + 1
    if "than" in after[:2]:
        end = place + 2 + after.index("than")
    elif word in (
        "more",
        "less",
        "greater",
        "higher",
        "lower",
        "longer",
        "later",
        "earlier",
        "fewer",
        "larger",
        "smaller",
    ):
        return "", place
    while end < len(links.tokens) and links.tokens[end].word in (
        "the",
        "of",
        "its",
        "their",
        "his",
        "her",
        "a",
        "what",
        "was",
    ):
        end += 1
    return op, end


def _above_average(links: Links, schema: Schema, place: int, end: int, average: int, op: str) -> Contrast | None:
    """The number column named nearest: 'price above the average', 'above-average price'."""
    near = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for m in mentions:
            if entry.kind != "number" or entry.id_like or m.score < 0.45 or entry.primary:
                continue
            gap = place - m.end if m.end <= place else m.start - average
            if 0 <= gap <= 4 or (m.start <= average < m.end):
                near.append((gap - 3 * m.score - m.matched, number, m))
    if not near:
        return None
    _, column, named = min(near, key=lambda row: row[:2])
    return Contrast(column, op, None, (*range(place, average + 1), *range(named.start, named.end)))


def _two_columns(links: Links, schema: Schema, place: int, end: int, op: str) -> Contrast | None:
    best: tuple[float, Contrast] | None = None
    for number, mentions in links.columns.items():
        right = schema.columns[number]
        for m in mentions:
            behind = place < m.start <= end + 1 and m.end > end
            if not behind or m.score < 0.45 or not _measured(right):
                continue
            for left, span, score in _counterparts(links, schema, right, place, m):
                total = score + m.score + 0.3 * m.matched
                if best is None or total > best[0]:
                    best = (total, Contrast(left, op, number, (*range(place, m.end), *span)))
    return best[1] if best else None


def _measured(entry: ColumnEntry) -> bool:
    return (entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign)) or entry.time in (
        "date",
        "day_text",
    )


def _counterparts(
    links: Links, schema: Schema, right: ColumnEntry, place: int, said: Mention
) -> list[tuple[int, tuple[int, ...], float]]:
    """Columns of the same table that may stand left of the comparison: named before it, or the usual partner."""
    out = []
    told = {root for stems in right.words for root, weight in stems if weight >= 0.85}
    for number in schema.tables[right.table].columns:
        left = schema.columns[number]
        same = left.kind == right.kind or (left.time and right.time)
        if number == right.number or not same or not _measured(left):
            continue
        own = {root for stems in left.words for root, weight in stems if weight >= 0.85}
        partner = any(told & limit and own & level for limit, level in _PAIRS)
        mention = next(
            (m for m in links.columns.get(number, ()) if m.end <= place and m.score >= 0.45 and m.start != said.start),
            None,
        )
        if mention:
            out.append((number, tuple(range(mention.start, mention.end)), mention.score + 0.5 * partner))
        elif partner:
            out.append((number, _partner_words(links, place), 0.4))
    return out


def _partner_words(links: Links, place: int) -> tuple[int, ...]:
    """Words before the comparison that stand for the partner ('spent', 'stock', 'shipped')."""
    levels = {root for _, level in _PAIRS for root in level}
    return tuple(
        p
        for p in range(max(0, place - 3), place)
        if {root for root, w in links.tokens[p].stems if w >= 0.7} & levels or stem(links.tokens[p].word) in levels
    )


# ---------------------------------------------------------------- what is missing


def find_absence(links: Links, schema: Schema, subject: int) -> Absence | None:
    """'customers who never ordered', 'products without sales', 'artists that have no album'."""
    tokens = links.tokens
    never = next((p for p, t in enumerate(tokens) if t.word in _NEVER), None)
    if never is None:
        return None
    best: tuple[float, Absence] | None = None
    for key in schema.catalog.foreign_keys:
        ends = [
            schema.column_of.get(end)
            for end in zip((key.table, key.ref_table), (key.columns[0], key.ref_columns[0]), strict=True)
        ]
        if key.ref_table != schema.tables[subject].table.name or len(key.columns) != 1 or not all(ends):
            continue
        table = schema.table_of[key.table].number
        if table == subject:
            continue
        named = [m for m in links.tables.get(table, ()) if m.start > never and m.score >= 0.5]
        deeds = [p for p, t in enumerate(tokens) if p > never - 1 and is_buying(t)]
        dated = any(schema.columns[c].time for c in schema.tables[table].columns)
        if not named and not (deeds and dated):
            continue
        score = 2 * max((m.score for m in named), default=0.0) + dated + 0.01 * schema.tables[table].table.rows ** 0.2
        span = (never, *(p for m in named for p in range(m.start, m.end)), *deeds)
        made = Absence(table, ends[0].number, ends[1].number, span)
        if best is None or score > best[0]:
            best = (score, made)
    return best[1] if best else None


def inside(place: int, periods: tuple[Period, ...]) -> bool:
    return any(p.start <= place < p.end for p in periods)
