"""What of a question found nothing: words that name nothing here, names that nothing stores, splits that split nothing.

It names them and lowers the confidence; it answers nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.records import SqlAnswer
from core.sql.business.movers import find_movers
from core.sql.business.yearly import yearly_places
from core.sql.data.schema import Schema
from core.sql.language.calendar import MONTHS
from core.sql.language.periods import time_places
from core.sql.language.words import stem
from core.sql.linking.known_words import is_known_word, says_little
from core.sql.linking.link import Links, cue_rows, is_content
from core.sql.linking.ordering import is_ordering
from core.sql.linking.spelling import suggest_names
from core.sql.parser.propose import Parser

IGNORED = 0.6  # and for each name that nothing stores


UNSPLIT = 0.4  # where a word of 'by word' split nothing


NEAREST = 4


def with_unused_names(answer: SqlAnswer, links: Links) -> SqlAnswer:
    """Names in the question that nothing stores and that the statement leaves out found nothing either."""
    if answer.sql is None:
        return answer
    text = answer.sql.text.lower()
    timed = time_places(links.tokens)  # 'Q4' is applied, not stored
    unstored = (m for m in links.values if m.kind == "name" and not m.hits and m.start not in timed)
    names = [m.value for m in unstored if m.value.lower() not in text]
    if not names:
        return answer
    unknown = tuple(dict.fromkeys((*answer.unknown, *names)))
    return replace(answer, unknown=unknown, confidence=round(answer.confidence * IGNORED ** len(names), 4))


def with_unsplit(answer: SqlAnswer, links: Links, schema: Schema) -> SqlAnswer:
    """'sales by planet' where nothing is a planet: an answer that splits nothing must not look sure."""
    if answer.sql is None or re.search(r"\b(GROUP BY|ORDER BY|OVER)\b", answer.sql.text):
        return answer
    lost: list[str] = []
    for place, token in enumerate(links.tokens[:-1]):
        word = links.tokens[place + 1]
        value = any(m.hits and m.start <= place + 1 < m.end for m in links.values)
        named = any(m.start <= place < m.end for ms in links.columns.values() for m in ms if m.score >= 0.8)
        split = token.word in ("by", "per", "each") and token.kind in ("word", "cue")
        if split and not value and not named and is_content(word) and not is_ordering(links.tokens, place):
            lost.append(word.source)
    if not lost:
        return answer
    unknown = tuple(dict.fromkeys((*answer.unknown, *lost)))
    return replace(answer, unknown=unknown, confidence=round(answer.confidence * UNSPLIT, 4))


def any_link(links: Links) -> bool:
    """Whether any word names a table, a column or a stored value well enough to go on."""
    named = any(m.score >= 0.45 for ms in (*links.columns.values(), *links.tables.values()) for m in ms)
    return named or any(mention.hits for mention in links.values)


def unknown_words(links: Links, schema: Schema, parser: Parser) -> tuple[str, ...]:
    """Content words, as written, that name nothing here and say nothing about the kind of query."""
    return tuple(dict.fromkeys(links.tokens[place].source for place in unknown_places(links, schema, parser)))


def unknown_places(links: Links, schema: Schema, parser: Parser) -> list[int]:
    """The places of those words."""
    movers = find_movers(links)
    covered = time_places(links.tokens) | yearly_places(links.tokens) | set(range(*movers.span) if movers else ())
    for mentions in (*links.columns.values(), *links.tables.values(), links.values):
        for mention in mentions:
            if getattr(mention, "score", 1.0) >= 0.3:
                covered.update(range(mention.start, mention.end))
    cues = cue_rows(links.tokens)
    found = []
    for place, token in enumerate(links.tokens):
        told = (
            place in covered
            or not is_content(token)
            or token.word in MONTHS
            or is_known_word(stem(token.word))
            or (links.lang == "es" and says_little(token))
            or cues[place].any()
            or f"w:{stem(token.word)}" in parser.shapes.vocabulary
        )
        if not told:
            found.append(place)
    return found


def nothing_linked(unknown: tuple[str, ...], question: str, schema: Schema) -> tuple[str, dict[str, Any]]:
    """What found nothing, and the names here that look most like it."""
    names = list(dict.fromkeys(name for word in unknown for name in suggest_names(word, schema)))[:NEAREST]
    params = {"words": ", ".join(unknown) or question}
    if not names:
        return "sql.ask.nothing_linked", params
    return "sql.ask.nothing_linked_nearest", {**params, "names": ", ".join(f"“{name}”" for name in names)}
