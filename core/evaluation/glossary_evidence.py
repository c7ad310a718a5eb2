"""What one correction shows: the words of its question that its evidence does not hold, and what the evidence names
that the question does not. It weighs nothing (`glossary` does).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from core.chat.words import is_stop
from core.documents.sentences import split_sentences
from core.house_words import Stems, stems_of
from core.i18n import detect_language, fold_space
from core.index.lexical import word_spans
from core.records import Catalog
from core.sql.language.lexicon import builtin_lexicon, fold
from core.sql.language.periods import find_periods
from core.sql.language.question import tokenize
from core.sql.linking.link import cue_rows
from core.state.feedback import Feedback

_SAID_WORDS = 3
_MEANT_WORDS = 3
_BESIDE = 0.3  # what stands in the passage, but not in the sentence of the right answer
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NAME = re.compile(r'"([^"]+)"|\b([^\W\d]\w*)\b')
_LINE = re.compile(r"\n+")
Place = tuple[str, str, str]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Something that evidence names: its text, its places where it is of tables, how much it counts (0..1), whether it
    is a column of dates."""

    text: str
    places: tuple[Place, ...] = ()
    weight: float = 1.0
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A correction (its id): its `evidence` (the sentence or the statement), runs of words that only its question holds
    (`said`), what the evidence names (`meant`), and the stems of the question's `ordinary` words, in any dictionary."""

    id: int
    evidence: str
    said: dict[Stems, str]
    meant: dict[Key, Named]
    ordinary: frozenset[str] = frozenset()


def from_passage(correction: Feedback, lang: str) -> Example | None:
    """A corrected citation; None across languages, where every word differs, and where nothing is unsaid."""
    quote, right = correction.value["quote"], fold_space(correction.value.get("text", ""))
    if detect_language(quote, default=lang) != lang:
        return None
    asked, held = _stems(correction.question, lang), _stems(quote, lang)
    said = dict(_runs(correction.question, lang, _SAID_WORDS, held))
    meant: dict[Key, Named] = {}
    evidence = ""
    for sentence in _sentences(quote):
        weight = 1.0 if not right or right in fold_space(sentence) else _BESIDE
        evidence += sentence if weight == 1.0 else ""
        for stems, text in _runs(sentence, lang, _MEANT_WORDS, asked):
            if not any(char.isdigit() for char in text) and weight > getattr(meant.get(stems), "weight", 0.0):
                meant[stems] = Named(text, (), weight)
    return (
        Example(correction.id, evidence or quote, said, meant, _ordinary(correction.question, lang))
        if said and meant
        else None
    )


def from_statement(correction: Feedback, lang: str, catalog: Catalog) -> Example | None:
    """A corrected statement: the tables, columns and stored values that it names and the question does not."""
    places = _places(correction.value["sql"], catalog)
    asked = _stems(correction.question, lang)
    named = {stem for one in places.values() for stem in _stems(one.text, lang)}
    tokens = tokenize(correction.question, lang, builtin_lexicon())
    cues = " ".join(token.source for token, row in zip(tokens, cue_rows(tokens), strict=True) if row.any())
    said = dict(_runs(correction.question, lang, _SAID_WORDS, named | _stems(cues, lang)))
    meant = {key: one for key, one in places.items() if not _stems(one.text, lang) & asked}
    if find_periods(tokens, datetime.date.today()):
        meant = {key: one for key, one in meant.items() if not one.dated}  # the period is what the date is for
    sql, ordinary = correction.value["sql"], _ordinary(correction.question, lang)
    return Example(correction.id, sql, said, meant, ordinary) if said and meant else None


def _ordinary(question: str, lang: str) -> frozenset[str]:
    lexicon = builtin_lexicon()
    known = [
        t.source for t in tokenize(question, lang, lexicon) if t.word != fold(t.source) or t.word in lexicon.english
    ]
    return frozenset(_stems(" ".join(known), lang))


def _stems(text: str, lang: str) -> set[str]:
    return set(stems_of(text, lang))


def _sentences(text: str) -> Iterator[str]:
    for line in _LINE.split(text):
        yield from (line[start:end] for start, end in split_sentences(line))


def _runs(text: str, lang: str, longest: int, without: Collection[str]) -> Iterator[tuple[Stems, str]]:
    """Runs of at most so many content words, with what stands between them, none of them in `without`."""
    spans = word_spans(text)
    stems = [stems_of(word, lang)[0] for word, _, _ in spans]
    content = [not is_stop(word, lang) and len(word) > 2 for word, _, _ in spans]
    for first in range(len(spans)):
        words = 0
        for last in range(first, len(spans)):
            if last > first and not text[spans[last - 1][2] : spans[last][1]].isspace():
                break  # a run goes over no mark
            if content[last] and stems[last] in without:
                break
            words += content[last]
            if words > longest or not content[first]:
                break
            if content[last]:
                yield tuple(stems[first : last + 1]), text[spans[first][1] : spans[last][2]]


def _places(sql: str, catalog: Catalog) -> dict[Key, Named]:
    """What a statement names, as far as the catalog holds it; a value that two tables hold is named once."""
    literals = {text.replace("''", "'") for text in _LITERAL.findall(sql)}
    names = {(quoted or bare).casefold() for quoted, bare in _NAME.findall(_LITERAL.sub("''", sql))}
    found: dict[Key, Named] = {}
    for table in catalog.tables:
        if table.origin != "file":
            continue
        read = table.name.casefold() in names
        if read:
            found["table", table.name] = Named(table.name, ((table.name, "", ""),))
        for column in table.columns:
            if column.name.casefold() not in names:
                continue
            if read:
                dated = column.type.startswith(("DATE", "TIMESTAMP"))
                found["column", table.name, column.name] = Named(
                    column.name, ((table.name, column.name, ""),), dated=dated
                )
            for value in literals.intersection(column.values):
                key = ("value", column.name, value)
                before = found[key].places if key in found else ()
                found[key] = Named(value, (*before, (table.name, column.name, value)))
    return found
