"""Which span of a passage a claim rests on: the sentence, row or pair of sentences that holds most of its words and
figures. It judges no claim; `core.validation` does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.chat.citations import QUOTE_MAX
from core.chat.gather import Pages, passage_units
from core.chat.words import Vocabulary, Word
from core.records import Hit

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_FIGURE_WEIGHT = 2.0
_COSINE_WEIGHT = 0.15  # breaks ties, and tells across languages where no word is shared
_PAIR_GAIN = 0.12


@dataclass(frozen=True, slots=True)
class Support:
    """A span of a hit's page. `coverage` (0..1) is the weighted share of the claim's words and figures that it holds,
    `figures` says whether it holds all of its figures."""

    hit: Hit
    page: int
    start: int
    end: int
    coverage: float
    figures: bool
    score: float


@dataclass(frozen=True, slots=True)
class _Unit:
    hit: Hit
    page: int
    start: int
    end: int
    keys: frozenset[str]
    cosine: float
    joins: bool  # whether it may be joined to the unit before it


class Passages:
    """The passages of one answer, cut into units that can be quoted, each read once."""

    def __init__(self, hits: Sequence[Hit], vocabulary: Vocabulary, pages: Pages, lang: str) -> None:
        self._hits = hits
        self._vocabulary = vocabulary
        self._pages = pages
        self._lang = lang
        self._units: dict[int, list[_Unit]] = {}

    def __len__(self) -> int:
        return len(self._hits)

    def best(self, claim: str, number: int) -> Support | None:
        """The span of passage `number` (from 1) that supports `claim` best; None where the passage has no text."""
        words, figures = self._read_claim(claim)
        units = self._units_of(number)
        options = [self._weigh([unit], words, figures) for unit in units]
        single = max(options, key=lambda option: option.score, default=None)
        if single is None:
            return None
        pairs = [
            self._weigh([first, second], words, figures)
            for first, second in itertools.pairwise(units)
            if second.joins and second.end - first.start <= QUOTE_MAX
        ]
        pair = max(pairs, key=lambda option: option.score, default=None)
        return pair if pair is not None and pair.score > single.score + _PAIR_GAIN else single

    def best_of_all(self, claim: str) -> tuple[int, Support] | None:
        """The passage whose best span supports `claim` most, and that span."""
        found = [(n, support) for n in range(1, len(self._hits) + 1) if (support := self.best(claim, n))]
        return max(found, key=lambda pair: pair[1].score, default=None)

    def _read_claim(self, claim: str) -> tuple[list[Word], frozenset[str]]:
        """Its words that are no figures, and its figures."""
        words = self._vocabulary.question_words(claim, self._lang)
        return [word for word in words if not _FIGURE.fullmatch(word.text)], _figures(claim)

    def _weigh(self, units: Sequence[_Unit], words: Sequence[Word], figures: frozenset[str]) -> Support:
        first, last = units[0], units[-1]
        keys = frozenset().union(*(unit.keys for unit in units))
        held: frozenset[str] = frozenset()
        if figures:
            held = _figures(self._pages(first.hit.document_id, first.page).text[first.start : last.end])
        total = sum(word.weight for word in words) + _FIGURE_WEIGHT * len(figures)
        found = sum(word.weight for word in words if word.keys & keys) + _FIGURE_WEIGHT * len(figures & held)
        coverage = found / total if total else 0.0
        score = coverage + _COSINE_WEIGHT * max(unit.cosine for unit in units)
        return Support(first.hit, first.page, first.start, last.end, coverage, figures <= held, score)

    def _units_of(self, number: int) -> list[_Unit]:
        if number not in self._units:
            self._units[number] = list(self._cut(self._hits[number - 1]))
        return self._units[number]

    def _cut(self, hit: Hit):
        """Sentences and table rows; a row is known by its table's headings too, though the quote holds it alone."""
        before: tuple[int, int] | None = None
        langs = {hit.lang or self._lang, self._lang}
        for sentence, row in passage_units(hit, self._pages):
            named = sentence.text if row is None else " ".join((sentence.text, row.title, *row.headings, row.periods))
            keys = frozenset().union(*(self._vocabulary.all_keys(named, lang) for lang in langs))
            joins = (
                row is None and before is not None and before[:1] == (sentence.page,) and sentence.start >= before[1]
            )
            yield _Unit(hit, sentence.page, sentence.start, sentence.end, keys, sentence.cosine, joins)
            before = (sentence.page, sentence.end) if row is None else None


def _figures(text: str) -> frozenset[str]:
    """Figures without their separators, so that 1,234.5 and 1.234,5 are one; years and small numbers included."""
    return frozenset(re.sub(r"[.,]", "", found).lstrip("0") or "0" for found in _FIGURE.findall(text))
