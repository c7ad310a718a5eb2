"""Reads a question as the documents would say it: the approved words of the house in place of those that people say.

A word of several words is read before its parts, and by stems, so that 'fletes' is known where 'flete' was learned.
It learns nothing and approves nothing (`core.evaluation.glossary`); tables find their own words in the catalog's notes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import translate
from core.index.lexical import analyzer, word_spans
from core.state import house_words
from core.state.database import Database
from core.state.house_words import HouseWord

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AsMeant:
    """The question in the documents' words, and which words were read otherwise, as (said, meant)."""

    text: str
    read: tuple[tuple[str, str], ...] = ()

    def note(self, lang: str) -> str:
        """'«fletes» was read as «portes»', or ''."""
        marks = "«{}»" if lang == "es" else "“{}”"
        pairs = ", ".join(f"{marks.format(said)} = {marks.format(meant)}" for said, meant in self.read)
        return translate("house_words.read", lang, words=pairs) if pairs else ""


class HouseWords:
    """The words of one workspace, read again when they change. Threads may share it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._revision: tuple[int, int] | None = None
        self._words: dict[str, dict[Stems, str]] = {}
        self._lock = threading.Lock()

    def read(self, question: str, lang: str) -> AsMeant:
        words = self._of(lang)
        return replace_words(question, lang, words) if words else AsMeant(question)

    def _of(self, lang: str) -> dict[Stems, str]:
        found = house_words.revision(self._db)
        with self._lock:
            if found != self._revision:
                self._words = _by_stems(house_words.list_words(self._db))
                self._revision = found
            return self._words.get(lang, {})


def _by_stems(words: Sequence[HouseWord]) -> dict[str, dict[Stems, str]]:
    found: dict[str, dict[Stems, str]] = {}
    for word in words:
        if word.place is None and (stems := stems_of(word.said, word.lang)):
            found.setdefault(word.lang, {}).setdefault(stems, word.meant)
    return found


def stems_of(text: str, lang: str) -> Stems:
    """What two forms of one word, or of one run of words, have in common."""
    return tuple(_stem(word, lang) for word, _, _ in word_spans(text))


def _stem(word: str, lang: str) -> str:
    return analyzer(lang)(word)[1]


def replace_words(question: str, lang: str, words: dict[Stems, str]) -> AsMeant:
    """The question with each run of `words` replaced, the longest first; what stands between them stays."""
    spans = word_spans(question)
    stems = [_stem(word, lang) for word, _, _ in spans]
    longest = max(map(len, words), default=0)
    parts, read, at, copied = [], [], 0, 0
    while at < len(spans):
        sizes = range(min(longest, len(spans) - at), 0, -1)
        size = next((n for n in sizes if tuple(stems[at : at + n]) in words), 0)
        if not size:
            at += 1
            continue
        start, end = spans[at][1], spans[at + size - 1][2]
        meant = words[tuple(stems[at : at + size])]
        parts += [question[copied:start], meant]
        read.append((question[start:end], meant))
        at, copied = at + size, end
    return AsMeant("".join([*parts, question[copied:]]), tuple(read))
