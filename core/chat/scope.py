"""Whether a candidate speaks of the period and of the names that are asked about: what it says itself, what its heading
says, and what its document says it is.

In a library of alike reports a sentence about the wrong year reads just like the right one. Nothing here reads
meaning: a text that names no period and no document is never at fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.chat.question import Understood
from core.chat.words import Vocabulary, Word
from core.index.identity import Periods, find_periods
from core.records import Hit, Page

_OTHER_PERIOD = 3.0  # it names another period, and nothing over it the one that is asked
_OVER_PERIOD = 1.5  # it names none, and what stands over it names others
_OWN_PERIOD = 1.0  # it names another period itself, its heading or document the right one
_OTHER_NAME = 2.0
_COMPARED = re.compile(
    r"\b(?:from|than|against|versus|vs|compar\w+ (?:with|to|con)|frente a|respecto (?:a|de)|desde|que en|de los)\b"
    r"(?:[^.;]|\.\d)*",
    re.I,
)
_HEAD_LINES = 4
_HEAD_LINE = 90  # characters; longer lines are prose, which tells of things, not what the document is


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document says it is: the periods and the words (by their keys) of its name and of its first page's top."""

    periods: Periods
    keys: frozenset[str]


def identify(hit: Hit, first: Page, lang: str, vocabulary: Vocabulary) -> Identity:
    """The identity of the document of `hit`; `first` is its first page."""
    text = f"{PurePosixPath(hit.file).stem.replace('_', ' ').replace('-', ' ')}\n{_top(first)}"
    keys = frozenset(key for word in vocabulary.words(text, lang) if word.weight > 0 for key in word.keys)
    return Identity(find_periods(text), keys)


def _top(page: Page) -> str:
    """The short lines at the head of a first page that goes on in prose; '' where there are none."""
    lines = [line.strip() for line in page.text[:1500].split("\n") if line.strip()]
    top: list[str] = []
    for line in lines[:_HEAD_LINES]:
        if len(line) > _HEAD_LINE or line.endswith((".", ";", "?")):
            break
        top.append(line)
    return "\n".join(top) if len(top) < len(lines) else ""


class Bearing:
    """How far candidates of several documents miss the period and the names of one question."""

    def __init__(
        self,
        understood: Understood,
        asked: dict[str, list[Word]],
        hits: Sequence[Hit],
        first_page: Callable[[int], Page],
        vocabulary: Vocabulary,
    ) -> None:
        self._asked = find_periods(understood.text)
        self._identities: dict[int, Identity] = {}
        self._names = _names(asked, vocabulary)
        if not self._asked:
            return
        for hit in hits:
            if hit.document_id not in self._identities:
                first = first_page(hit.document_id)
                self._identities[hit.document_id] = identify(hit, first, hit.lang or understood.lang, vocabulary)

    def period_loss(self, hit: Hit, heading: str, before: str, text: str) -> float:
        """0 or more, in the units of the ranker's scores. `before` is what its paragraph says before it, of
        which the years that it only compares with do not count."""
        identity = self._identities.get(hit.document_id)
        if not self._asked or identity is None:
            return 0.0
        own, over = find_periods(text), find_periods(f"{heading} | {_COMPARED.sub(' ', before)}")
        return max(
            _missed(self._asked.years, own.years, over.years | identity.periods.years),
            _missed(self._asked.quarters, own.quarters, over.quarters | identity.periods.quarters),
        )

    @property
    def meant(self) -> frozenset[int]:
        """The documents that all of the question's names mean; empty where no name means any."""
        bearers = [own for _, own in self._names]
        return frozenset.intersection(*bearers) if bearers else frozenset()

    def name_loss(self, hit: Hit, words: Sequence[Word], context: Sequence[Word]) -> float:
        """What a candidate loses where a name that is asked for means other documents, and nothing here says it."""
        missed = [keys for keys, bearers in self._names if hit.document_id not in bearers]
        if not missed:
            return 0.0
        held = {key for word in (*words, *context) for key in word.keys}
        return _OTHER_NAME * any(not keys & held for keys in missed)


def _names(asked: dict[str, list[Word]], vocabulary: Vocabulary) -> list[tuple[frozenset[str], frozenset[int]]]:
    """For each name of the question that means some documents: its keys in their languages, and which they are."""
    found: dict[str, tuple[frozenset[str], frozenset[int]]] = {}
    for word in (word for words in asked.values() for word in words):
        if word.named and not word.text[0].isdigit():
            keys, bearers = found.get(word.text, (frozenset(), frozenset()))
            found[word.text] = keys | word.keys, bearers | vocabulary.bearers(word)
    return [(keys, bearers) for keys, bearers in found.values() if bearers]


def _missed(asked: frozenset[int], own: frozenset[int], over: frozenset[int]) -> float:
    if not asked or asked & own or not own | over:
        return 0.0
    if asked & over:
        return _OWN_PERIOD if own else 0.0
    return _OTHER_PERIOD if own else _OVER_PERIOD
