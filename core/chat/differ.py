"""Where another document gives another figure for what is asked: the sentence that does, so that neither is quoted as
if it were alone.

Which figures exclude each other is told by `Amounts`, which the caller hands in. What speaks of another period, sort or
name is no other figure of the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Protocol

from core.chat.citations import key_span
from core.chat.extract import Evidence, Ranked
from core.chat.qualify import find_marks
from core.chat.question import Understood
from core.chat.tables import choose_cell
from core.chat.words import Vocabulary, Word
from core.index.identity import find_periods

FIGURES = frozenset(("money", "number", "percent", "duration", "date", "year", "time"))
_READ = 12  # candidates
_AS_MUCH = 0.6  # the share of what the best one holds of the question that the other must hold too
_ALIKE = 0.4  # and the least share of the shorter one's words, the question's own among them, that both hold


class Amounts(Protocol):
    def clash(self, one: str, other: str) -> bool:
        """Whether two short answers cannot both be true of one thing."""
        ...

    def lead(self, one: str, other: str, written: str, lang: str) -> tuple[bool, str] | None:
        """Whether the first of two figures in a language is the larger, and by how much as `lang` writes it."""
        ...


def find_other_figure(
    understood: Understood, ranked: Ranked, vocabulary: Vocabulary, amounts: Amounts
) -> Evidence | None:
    """The best sentence of another document that says what the best one says with another figure; None where none does,
    or where no figure is asked for."""
    best = ranked.evidence[0]
    if understood.kind != "fact" or understood.want not in FIGURES or _is_off(best):
        return None
    told = short_of(best, understood, ranked, vocabulary)
    for item in ranked.evidence[1:_READ]:
        if not told or item.hit.document_id == best.hit.document_id or _is_off(item):
            continue
        other = short_of(item, understood, ranked, vocabulary)
        if other and amounts.clash(told, other) and _of_same_thing(best, item, ranked, understood.want, vocabulary):
            return item
    return None


def short_of(item: Evidence, understood: Understood, ranked: Ranked, vocabulary: Vocabulary) -> str:
    """The figure, date or name in a sentence or row that answers; '' where it holds none."""
    asked, lang = ranked.asked_of(item), ranked.lang_of(item)
    if item.row is not None:
        column = choose_cell(item.row, asked, understood.text, lang, vocabulary, understood.want)
        return item.row.cells[column][0] if column is not None else ""
    key = key_span(understood, item.text, item.words, asked, lang)
    return item.text[key.start : key.end] if key else ""


def _is_off(item: Evidence) -> bool:
    return bool(item.off_period or item.off_name or item.off_sort)


def _of_same_thing(best: Evidence, other: Evidence, ranked: Ranked, want: str, vocabulary: Vocabulary) -> bool:
    """Whether two sentences hold the same of the question and much else in common, and neither names what tells them
    apart."""
    ours, theirs = _held(best, ranked), _held(other, ranked)
    weights = {word.text: word.weight for word in ranked.asked_of(best)}
    shared = sum(weights.get(text, 0.0) for text in ours & theirs)
    if len(ours & theirs) < 2 or shared < _AS_MUCH * sum(weights.get(text, 0.0) for text in ours):
        return False
    return _alike(best, other) >= _ALIKE and not _told_apart(best, other, want, vocabulary)


def _held(item: Evidence, ranked: Ranked) -> set[str]:
    """The question's words that a sentence holds itself."""
    keys = {key for word in item.words for key in word.keys}
    return {word.text for word in ranked.asked_of(item) if word.weight > 0 and word.keys & keys}


def _alike(one: Evidence, other: Evidence) -> float:
    first, second = _plain(one.words), _plain(other.words)
    smaller = min((first, second), key=len)
    larger = {key for word in max((first, second), key=len) for key in word.keys}
    return sum(bool(word.keys & larger) for word in smaller) / (len(smaller) or 1)


def _plain(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.weight > 0 and not word.text[0].isdigit()]


def _told_apart(one: Evidence, other: Evidence, want: str, vocabulary: Vocabulary) -> bool:
    """Whether each names something of its own (a firm, a year, 'per week') where the other names another."""
    if _names_own(one, other, vocabulary) and _names_own(other, one, vocabulary):
        return True
    if want not in ("date", "year"):
        over = (f"{e.text} {e.hit.heading} {PurePosixPath(e.hit.file).stem}" for e in (one, other))
        ours, theirs = (find_periods(text).years for text in over)
        if ours and theirs and not ours & theirs:
            return True
    first, second = ({(mark.respect, mark.sort) for mark in find_marks(e.text)} for e in (one, other))
    respects = {respect for respect, _ in first} & {respect for respect, _ in second}
    return any(respect not in {own for own, _ in first & second} for respect in respects)


def _names_own(one: Evidence, other: Evidence, vocabulary: Vocabulary) -> bool:
    """Whether a sentence has a name that nothing in the document of the other holds."""
    names = [word for word in one.words if word.named and not word.text[0].isdigit()]
    return any(other.hit.document_id not in vocabulary.holders(word) for word in names)
