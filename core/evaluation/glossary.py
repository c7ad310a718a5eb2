"""Words of the house, proposed from approved corrections: what is said in questions, and what stands in their evidence.

A word that the right passage (or the right statement) does not hold is laid beside what the evidence of all its
questions shares and other evidence does not: the more corrections agree, the surer. What stands in the very sentence of
the right answer counts most, and the encoder has a say. A person approves (`core.state.house_words`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core.chat.words import Terms
from core.evaluation.glossary_evidence import Example, Key, Named, Place, from_passage, from_statement
from core.house_words import Stems, stems_of
from core.i18n import detect_language
from core.records import Catalog
from core.state.feedback import Feedback
from core.state.house_words import HouseWord

_OFFERED = 5
_AGREE = 0.6  # of the evidence of a word's corrections must hold what it may mean
_NEAR = {"en": 4.0}  # what a cosine of 1 of a word to its meaning is worth: the encoder knows no odd words of Spanish
_SPECIFIC = 0.5  # a stored value says more than its column, a column more than its table
_FAINT = 1e-6


class Index(Terms, Protocol):
    """What is needed of a search index: which words are rare, and vectors of words (none where it has no model)."""

    def encode(self, texts: Sequence[str]) -> Sequence[np.ndarray]: ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word may mean: text, and for tables its places (`HouseWord`). `score` compares the meanings of a word."""

    text: str
    places: tuple[Place, ...]
    score: float

    def words(self, said: str, lang: str, origins: tuple[int, ...]) -> list[HouseWord]:
        """What is kept once a person has approved it."""
        return [HouseWord(said, self.text, lang, place, origins) for place in self.places or (None,)]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word of questions with its possible meanings, best first, and the corrections (ids) that speak for it."""

    said: str
    lang: str
    meanings: tuple[Meaning, ...]
    origins: tuple[int, ...]


@dataclass
class _Said:
    """A run of words in questions: as first written, and the corrections that it stands in."""

    text: str
    examples: list[Example] = field(default_factory=list)


def propose(
    corrections: Sequence[Feedback], index: Index, catalog: Catalog, known: Iterable[HouseWord] = ()
) -> list[Proposal]:
    """Proposals from approved corrections of citations and statements, those with most corrections behind them first.

    `known` words, taken or left, are not proposed again (one that was left: with that meaning)."""
    found: list[Proposal] = []
    settled = list(known)
    for lang in ("en", "es"):
        mine = [one for one in corrections if _lang(one) == lang]
        cited = [from_passage(one, lang) for one in mine if one.kind == "citation" and one.value.get("quote")]
        asked = [from_statement(one, lang, catalog) for one in mine if one.kind == "sql"]
        found += _Weighing(lang, index, [word for word in settled if word.place is None]).propose(cited)
        found += _Weighing(lang, index, [word for word in settled if word.place is not None]).propose(asked)
    return sorted(found, key=lambda one: (-len(one.origins), -one.meanings[0].score, one.said))


def _lang(correction: Feedback) -> str:
    return correction.answer.lang if correction.answer else detect_language(correction.question)


class _Weighing:
    """What goes with what, over the corrections of one kind in one language."""

    def __init__(self, lang: str, index: Index, known: Sequence[HouseWord]) -> None:
        self._lang = lang
        self._index = index
        mine = [(stems_of(word.said, lang), word) for word in known if word.lang == lang]
        self._taken = {stems for stems, word in mine if word.state == "approved"}
        self._left = {(stems, word.meant.casefold()) for stems, word in mine if word.state == "rejected"}
        self._unseen = index.idf("\0")

    def propose(self, examples: Sequence[Example | None]) -> list[Proposal]:
        """One proposal a word; of overlapping runs of words the one that its best meaning fits best."""
        held = [example for example in examples if example is not None]
        said: dict[Stems, _Said] = {}
        for example in held:
            for stems, text in example.said.items():
                said.setdefault(stems, _Said(text)).examples.append(example)
        everywhere = Counter(key for example in held for key in example.meant)
        scored = []
        for stems, one in said.items():
            if self._is_taken(stems) or (len(one.examples) < 2 and not self._is_odd(stems, one.examples[0])):
                continue
            meanings = self._meanings(stems, one, everywhere, len(held))
            if meanings:
                scored.append((meanings[0].score, stems, one, tuple(meanings[:_OFFERED])))
        return list(self._apart(scored))

    def _is_taken(self, stems: Stems) -> bool:
        """Whether it is a word in use, or a part of one."""
        return any(_within(stems, taken) for taken in self._taken)

    def _is_odd(self, stems: Stems, example: Example) -> bool:
        """Whether no document and no dictionary holds any of the words: one correction is enough to ask about them."""
        return not example.ordinary & set(stems) and all(
            self._index.idf(stem) >= self._unseen - _FAINT for stem in stems
        )

    def _meanings(self, stems: Stems, one: _Said, everywhere: Counter, total: int) -> list[Meaning]:
        """What the evidence shares, by how much more often it does than other evidence, and how near it is."""
        held: Counter = Counter()
        named: dict[Key, tuple[str, tuple[Place, ...]]] = {}
        for weights in _by_evidence(one.examples):
            for key, found in weights.items():
                held[key] += found.weight
                named.setdefault(key, (found.text, found.places))
        n = len({example.evidence for example in one.examples})
        likely = [key for key, times in held.items() if times >= _AGREE * n]
        likely = [key for key in likely if n > 1 or named[key][1] or len(key) == 1]  # runs need to be seen twice
        likely = [key for key in likely if named[key][1] or not _stands_in_longer(key, likely, held)]
        likely = [key for key in likely if (stems, named[key][0].casefold()) not in self._left]
        near = self._nearness(one.text, [named[key][0] for key in likely])
        found = []
        for key, cosine in zip(likely, near, strict=True):
            times, (text, places) = min(held[key], n), named[key]
            elsewhere = max(everywhere[key] - times, 0) + 0.5
            surprise = math.log(times / n) - math.log(elsewhere / (total - n + 1))
            kind = _SPECIFIC * sum(map(bool, places[0])) if places else self._rarity(key)
            found.append((n**0.5 * (surprise + kind) + cosine, key, Meaning(text, places, 0.0)))
        found.sort(key=lambda row: (-row[0], -len(row[2].text)))
        return [Meaning(m.text, m.places, round(score, 3)) for score, _, m in _without_parts(found)]

    def _nearness(self, said: str, meanings: Sequence[str]) -> Sequence[float]:
        worth = _NEAR.get(self._lang, 0.0)
        vectors = self._index.encode([said, *meanings]) if meanings and worth else ()
        return [0.0] * len(meanings) if not len(vectors) else (worth * (np.stack(vectors[1:]) @ vectors[0])).tolist()

    def _rarity(self, key: Key) -> float:
        """How rare the rarest word of a run is in the documents, 0..1."""
        return max((self._index.idf(stem) for stem in key), default=0.0) / max(self._unseen, _FAINT)

    def _apart(self, scored: list) -> list[Proposal]:
        """The best proposals that share no word of the same correction. Of runs that tie the longer one is it:
        its words never stand apart."""
        taken: dict[int, set[str]] = defaultdict(set)
        found = []
        for _, stems, one, meanings in sorted(scored, key=lambda row: (-len(row[2].examples), -row[0], -len(row[1]))):
            origins = tuple(example.id for example in one.examples)
            if not any(taken[number] & set(stems) for number in origins):
                found.append(Proposal(one.text, self._lang, meanings, origins))
            for number in origins:
                taken[number] |= set(stems)
        return found


def _by_evidence(examples: Sequence[Example]) -> list[dict[Key, Named]]:
    """What each passage or statement names: one that two corrections give speaks once."""
    found: dict[str, dict[Key, Named]] = defaultdict(dict)
    for example in examples:
        held = found[example.evidence]
        for key, named in example.meant.items():
            held[key] = max(held.get(key, named), named, key=lambda one: one.weight)
    return list(found.values())


def _stands_in_longer(key: Key, keys: Sequence[Key], held: Counter) -> bool:
    """Whether a run of words never stands without a longer one: then the longer one is what is meant."""
    return any(len(other) > len(key) and held[other] >= held[key] and _within(key, other) for other in keys)


def _without_parts(found: list) -> list:
    """Leave out runs of words that lie within, or around, one that fits better."""
    kept: list = []
    for row in found:
        words = row[1]
        if row[2].places or not any(_within(words, other[1]) or _within(other[1], words) for other in kept):
            kept.append(row)
    return kept


def _within(part: tuple, whole: tuple) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))
