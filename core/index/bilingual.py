"""A question read for text in the other language: what its words are called there, as the index can look for it.

The lexicon gives the words; where it has none, words of the same root that the index holds, and names as they stand. It
scores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.index.lexical import Meanings, analyzer
from core.lexicon.cognates import Cognates
from core.lexicon.translate import Bilingual, Phrase, Reading


@dataclass(frozen=True, slots=True)
class Across:
    """A word or phrase of a question, `start`..`end` in it, for text in another language.

    `meanings` are the phrases that it may be there; `slots` the same as words side by side, each a set of which any
    one will do: one slot for a word, as many as the likeliest phrase has words."""

    text: str
    start: int
    end: int
    meanings: tuple[Phrase, ...]
    slots: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The likeliest of what it is called."""
        return tuple(slot[0] for slot in self.slots)


def read_across(
    question: str, source: str, target: str, bilingual: Bilingual, held: Callable[[str], bool], cognates: Cognates
) -> list[Across]:
    """The question's words as text in `target` may hold them; `held` tells whether the index knows a word."""
    found = []
    for reading in bilingual.read(question, source, target):
        meanings = reading.meanings
        word = reading.text.lower()
        if not any(held(part) for meaning in meanings for part in meaning):
            meanings = (*meanings, *((other,) for other in cognates.find(word, held)))
        if _keeps_its_form(reading) or not meanings:
            meanings = ((word,), *meanings)
        meanings = tuple(dict.fromkeys(meanings))
        found.append(Across(reading.text, reading.start, reading.end, meanings, _slots(meanings)))
    return found


def to_meanings(across: Iterable[Across], target: str) -> list[Meanings]:
    """For BM25: each word or phrase with the terms of what it may be, of which the best one counts."""
    analyse = analyzer(target)
    return [
        tuple(tuple(term for word in meaning for term in analyse(word)) for meaning in one.meanings) for one in across
    ]


def gloss(across: Sequence[Across]) -> str:
    """The question word by word in the other language, for an encoder that reads that language better."""
    return " ".join(word for one in across for word in one.words)


def _keeps_its_form(reading: Reading) -> bool:
    """Names and figures stand in any language as they are."""
    return reading.text[0].isdigit() or (reading.text[0].isupper() and " " not in reading.text)


def _slots(meanings: Sequence[Phrase]) -> tuple[tuple[str, ...], ...]:
    first = max(meanings[:1], key=len)
    slots = [[word] for word in first]
    for meaning in meanings[1:]:
        if len(meaning) == 1:
            for slot in slots:
                slot.append(meaning[0])
        elif len(meaning) == len(first) and not set(meaning) & set(first):
            for slot, word in zip(slots, meaning, strict=True):
                slot.append(word)
    return tuple(tuple(dict.fromkeys(slot)) for slot in slots)
