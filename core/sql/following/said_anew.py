"""What a follow-up says anew: stored values, a period, a unit of time, a grouping, a figure, how many, a year beside
it, as `Said`.

A fragment with a word that is none of these is a question of its own. Where its parts go is `splice.py`'s.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from core.i18n import NUMBER_WORDS
from core.sql.business.time import reach_of
from core.sql.data.schema import Schema
from core.sql.language.calendar import Grain
from core.sql.language.lexicon import fold
from core.sql.language.periods import find_grain, find_periods
from core.sql.language.words import stem
from core.sql.linking.link import Links, ValueMention, is_content

_WORDS_MAX = 9
_LAST_YEAR = re.compile(
    r"\b(?:compar\w*|versus|vs\.?|against|frente|respecto)\b.*\b(?:last|previous|prior|the year before|"
    r"(?:a[nñ]o|ejercicio) "
    r"(?:pasado|anterior))\b|\bthan (?:last|the previous) year\b",
    re.I,
)
_COMPARE_YEAR = re.compile(
    r"\b(?:compar\w*|versus|vs\.?|against|frente a|respecto a)\b\D*(?P<year>(?:19|20)\d{2})\b", re.I
)
_NUMBERS = NUMBER_WORDS["es"] | NUMBER_WORDS["en"]
_NUMBERS.pop("once")  # said alone it is English too: one time
_TOP = re.compile(
    rf"^(?:the )?(?:top|first|best|los|las)?\s*(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)})?\s*(?:primer[oa]s|"
    r"top|best|mejores|first|ones)?$",
    re.I,
)
_NAMED = 0.6  # a link this strong calls a column by its name
_LEFT_OUT = re.compile(
    r"(?:not|without|except(?: for)?|excluding|exclude|remove|drop|leave out|leaving out|take out|no|sin(?: contar)?|"
    r"excepto|menos|salvo|quita(?:ndo)?|excluye(?:ndo)?|descarta(?:ndo)?|deja(?:ndo)? fuera)\b",
    re.I,
)
_SPARE = frozenset(
    stem(word)
    for word in (
        "only just also too split break broken down group grouped view see chart same again one ones without except "
        "excluding not but"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a fragment says: stored values (column, as said, as stored), a period, a unit of time, a grouping, how many,
    a year, a column of figures."""

    values: tuple[tuple[int, str, Any], ...] = ()
    period: str = ""
    grain: str = ""
    dimension: str = ""
    limit: int | None = None
    compare: str = ""
    negated: bool = False
    measure: str = ""
    article: str = ""


def read_said(text: str, lang: str, schema: Schema, links: Links, today: datetime.date) -> Said | None:
    """The parts of a fragment; None where a word of it is none of these: then it is a question of its own."""
    if len(text.split()) > _WORDS_MAX:
        return None
    folded = fold(text)
    year = _COMPARE_YEAR.search(folded)
    if year or _LAST_YEAR.search(folded):
        return Said(compare=year["year"] if year else "last")
    top = _TOP.match(folded)
    if top and top["n"]:
        return Said(limit=int(_NUMBERS.get(top["n"].lower(), 0) or top["n"]))
    tokens, covered = links.tokens, set()
    out = _LEFT_OUT.match(text)
    covered |= {place for place, token in enumerate(tokens) if out is not None and token.start < out.end()}
    grouping = grouping_of(text, links, covered, schema) or (0, 0)
    mentions = _values_said(links, grouping)
    values = [(m.hits[0][0], text_of(text, tokens, m.start, m.end), m.hits[0][1]) for m in mentions]
    covered |= {place for m in mentions for place in range(m.start, m.end)}
    covered |= {place for m in mentions for place in _kind_beside(m, links)}
    grain = grain_of(links, covered, schema)
    if grain:
        covered |= set(range(grain.start, grain.end))
    periods = [
        p
        for p in find_periods(tokens, reach_of(any_date(schema), schema, today))
        if not set(range(p.start, p.end)) & covered
    ]
    for period in periods:
        covered |= set(range(period.start, period.end))
    dimension = grouping_of(text, links, covered, schema)
    if dimension:
        covered |= set(range(*dimension))
    measure = None if values or dimension else figures_of(links, covered, schema)
    if measure:
        covered |= set(range(*measure))
    left = [
        token
        for place, token in enumerate(tokens)
        if place not in covered and (is_content(token) or token.kind == "number")
    ]
    left = [token for token in left if stem(token.word) not in _SPARE]
    if left or not (values or grain or periods or dimension or measure):
        return None
    return Said(
        tuple(values),
        text_of(text, tokens, periods[0].start, periods[-1].end) if periods else "",
        grain.unit if grain else "",
        text_of(text, tokens, *dimension) if dimension else "",
        negated=out is not None,
        measure=text_of(text, tokens, *measure) if measure else "",
        article=found.group(1) if (found := re.match(r"(el|la|los|las)\s", text, re.I)) else "",
    )


def _values_said(links: Links, grouping: tuple[int, int]) -> list[ValueMention]:
    """The stored values named outside the grouping: 'by product' groups, even where a column stores that very word."""
    found = [m for m in links.values if m.hits and m.kind in ("text", "quoted")]
    return [m for m in found if not (grouping[0] <= m.start and m.end <= grouping[1])]


def _kind_beside(mention: ValueMention, links: Links) -> set[int]:
    """The token places beside a stored value that say what column it is of: 'the Web channel', 'el canal Web'."""
    columns = [m for column, _, _ in mention.hits for m in links.columns.get(column, ()) if m.score >= _NAMED]
    beside = [m for m in columns if m.end == mention.start or m.start == mention.end]
    return {place for m in beside for place in range(m.start, m.end)}


def grain_of(links: Links, taken: set[int], schema: Schema) -> Grain | None:
    """The unit of time that is said; 'monthly' in the name of a column of figures ('monthly charges') is none."""
    grain, figures = find_grain(links.tokens), figures_of(links, taken, schema)
    if grain and figures and figures[0] <= grain.start and grain.end <= figures[1] and figures[1] - figures[0] > 1:
        return None
    return grain


def is_table(text: str, mention: ValueMention, links: Links) -> bool:
    """Whether what reads as a stored value ('Booking') is rather the name of a table ('bookings')."""
    said = fold(text_of(text, links.tokens, mention.start, mention.end))
    spelt = any(said == fold(str(stored)) for _, stored, _ in mention.hits)
    return not spelt and any(
        m.start == mention.start and m.score >= _NAMED for mentions in links.tables.values() for m in mentions
    )


def figures_of(links: Links, taken: set[int], schema: Schema) -> tuple[int, int] | None:
    """Token places of a column of figures that is called by its name."""
    named = [
        mention
        for number, mentions in links.columns.items()
        for mention in mentions
        if schema.columns[number].kind == "number"
        and not (schema.columns[number].primary or schema.columns[number].foreign or schema.columns[number].id_like)
        and mention.score >= _NAMED
        and not set(range(mention.start, mention.end)) & taken
    ]
    best = max(named, key=lambda mention: (mention.score, mention.end - mention.start), default=None)
    return (best.start, best.end) if best else None


def any_date(schema: Schema) -> int | None:
    return next((entry.number for entry in schema.columns if entry.kind == "date"), None)


def grouping_of(text: str, links: Links, taken: set[int], schema: Schema) -> tuple[int, int] | None:
    """Token places of what stands after 'by' ('by region', 'por producto'): a column or table that is named there."""
    tokens = links.tokens
    for place, token in enumerate(tokens[:-1]):
        if token.word not in ("by", "per", "each", "every") or place in taken:
            continue
        named = [
            m
            for ms in (*links.columns.values(), *links.tables.values())
            for m in ms
            if m.start in (place + 1, place + 2)
        ]
        best = max(named, key=lambda m: (m.score, m.end - m.start), default=None)
        if best is not None and best.score >= 0.4:
            return place, best.end
    return None


def text_of(text: str, tokens: list, start: int, end: int) -> str:
    return text[tokens[start].start : tokens[end - 1].end]
