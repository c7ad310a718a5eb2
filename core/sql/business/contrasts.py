"""Columns against columns or averages ('below their reorder level'), and rows that nothing refers to ('never ordered').

It gives records; `render.py` writes them. Stored values and numbers are in `conditions.py`.
"""

from __future__ import annotations

from core.sql.business.durations import find_longer
from core.sql.business.money import is_buying
from core.sql.business.plan import Absence, Contrast
from core.sql.business.properties import NEVER
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import read_cues
from core.sql.language.periods import find_trend
from core.sql.language.words import stem
from core.sql.linking.link import Links, Mention

_PAIRS = [
    (frozenset(stem(w) for w in pair["limit"].split()), frozenset(stem(w) for w in pair["level"].split()))
    for pair in read_cues()["pairs"]
]


_OVER = frozenset(stem(w) for w in read_cues()["comparing"]["more"].split())


_UNDER = frozenset(stem(w) for w in read_cues()["comparing"]["less"].split())


def find_contrast(links: Links, schema: Schema) -> Contrast | None:
    """'below their reorder level', 'spent more than budgeted', 'delivered after the required date', 'above average'."""
    longer = find_longer(links, schema)
    if longer:
        return longer
    trend = find_trend(links.tokens) or (0, 0)
    for place in range(len(links.tokens)):
        op, end = _comparison_at(links, place)
        if not op or place in range(*trend):  # 'over time' compares nothing
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
    return _lateness(links, schema)


_LATE = frozenset(stem(w) for w in read_cues()["comparing"]["late"].split())
_DEEDS_BEFORE = 2


def _lateness(links: Links, schema: Schema) -> Contrast | None:
    """'delivered late', 'on time': the day that something came against the day it was due, in the table that is named
    best."""
    tokens = links.tokens
    late = next((p for p, t in enumerate(tokens) if t.kind != "mark" and stem(t.word) in _LATE), None)
    timely = next((p for p, t in enumerate(tokens[:-1]) if (t.word, tokens[p + 1].word) == ("on", "time")), None)
    if late is None and timely is None:
        return None
    place = timely if late is None else late
    span = [place, place + 1] if late is None else [place]
    found = []
    for table in schema.tables:
        dates = [schema.columns[n] for n in table.columns if schema.columns[n].time in ("date", "day_text")]
        for due in dates:
            for came in dates:
                if due is not came and any(_told(due) & a and _told(came) & b for a, b in _PAIRS):
                    named = max((m.score for m in links.tables.get(table.number, ())), default=0.0)
                    found.append((named, -due.number, -came.number, due, came))
    if not found:
        return None
    *_, due, came = max(found, key=lambda row: row[:3])
    deeds = range(max(0, place - _DEEDS_BEFORE), place)
    span += [p for p in deeds if _told(came) & {root for root, w in tokens[p].stems if w >= 0.7}]
    return Contrast(came.number, "<=" if late is None else ">", due.number, tuple(sorted(span)))


def _told(entry: ColumnEntry) -> set[str]:
    return {root for stems in entry.words for root, weight in stems if weight >= 0.85}


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
    """The number column named nearest: 'price above the average', 'above-average price', 'fewer calls than average'."""
    near = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for m in mentions:
            if entry.kind != "number" or entry.id_like or m.score < 0.45 or entry.primary:
                continue
            gap = place - m.end if m.end <= place else m.start - average
            if 0 <= gap <= 4 or m.start <= average < m.end or place < m.start < m.end < average:
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
    """Columns of the same table that may stand left of the comparison: named before it ('more gold than silver'
    too), or the usual partner."""
    out = []
    told = _told(right)
    for number in schema.tables[right.table].columns:
        left = schema.columns[number]
        same = left.kind == right.kind or (left.time and right.time)
        if number == right.number or not same or not _measured(left):
            continue
        own = _told(left)
        partner = any(told & limit and own & level for limit, level in _PAIRS)
        mention = next(
            (m for m in links.columns.get(number, ()) if m.end < said.start and m.score >= 0.45),
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


def find_absence(links: Links, schema: Schema, subject: int) -> Absence | None:
    """'customers who never ordered', 'products without sales', 'artists that have no album'."""
    tokens = links.tokens
    never = next((p for p, t in enumerate(tokens) if t.word in NEVER), None)
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
