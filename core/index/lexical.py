"""BM25 over pieces that come and go: exact global statistics after every addition and removal.

Analysis gives each word two terms, its surface form and its Snowball stem, accents folded, stop words kept.
Rows are positions: `add` appends, `remove` closes the gaps. It knows no document, no file and no vector.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import Stemmer

K1 = 0.9
B = 0.75

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:\d+[^\W_]*)?", re.UNICODE)
_SNOWBALL = {"en": "english", "es": "spanish"}


def words(text: str) -> list[str]:
    """The words of a text in lower case, numbers whole ('1.234,56' is one word)."""
    return _WORD.findall(_lower(text))


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """The words with where they stand. Only for text whose lower case has its length."""
    return [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).lower()


def fold(word: str) -> str:
    """Without accents: 'canción' as 'cancion'; ligatures and full-width forms as plain letters."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


class Analyzer:
    """Word -> (surface term, stem term) for one language, remembered. Threads may share it."""

    _REMEMBERED = 500_000

    def __init__(self, lang: str) -> None:
        self._stemmer = Stemmer.Stemmer(_SNOWBALL.get(lang, "english"))
        self._known: dict[str, tuple[str, str]] = {}

    def __call__(self, word: str) -> tuple[str, str]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= self._REMEMBERED:
                self._known.clear()
            found = self._known[word] = (_surface(word), "~" + fold(self._stemmer.stemWord(word)))
        return found


def _surface(word: str) -> str:
    """Digits without separators, so that '1,234' and '1.234' meet; else the folded word."""
    return word.replace(",", "").replace(".", "") if word[0].isdigit() else fold(word)


_ANALYZERS = {lang: Analyzer(lang) for lang in _SNOWBALL}


def analyzer(lang: str) -> Analyzer:
    return _ANALYZERS.get(lang, _ANALYZERS["en"])


def terms(text: str, lang: str) -> list[str]:
    """The terms of a text in reading order, two a word: surface form, then stem (marked with '~')."""
    analyse = analyzer(lang)
    return [term for word in words(text) for term in analyse(word)]


def question_terms(question: str, langs: Iterable[str]) -> list[str]:
    """Each term of the question once, analysed in every language of the passages."""
    return list(dict.fromkeys(term for lang in sorted(langs) for term in terms(question, lang)))


Meanings = tuple[tuple[str, ...], ...]  # what a word may be in another language, each the terms of a word or phrase


@dataclass(frozen=True, slots=True)
class _Segment:
    """Postings sorted by term: those of `terms[i]` are rows[starts[i]:starts[i + 1]] with their counts."""

    terms: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    counts: np.ndarray


class Vocabulary:
    """Numbers for words and for their terms, shared by indexes over pieces, their sentences and their passages."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._words = {lang: _Words(self, analyzer) for lang, analyzer in _ANALYZERS.items()}
        self._pairs: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._terms)

    def find(self, term: str) -> int | None:
        return self._terms.get(term)

    def number(self, text: str, lang: str) -> list[int]:
        """The numbers of the text's words, in reading order; new words get new numbers."""
        return list(map(self._words.get(lang, self._words["en"]).__getitem__, words(text)))

    def words_of(self, lang: str) -> Iterable[str]:
        """The words met in texts of a language, in the order they were met."""
        return self._words.get(lang, {}).keys()

    def terms_of(self, numbers: np.ndarray) -> np.ndarray:
        """(n, 2) the numbers of both terms of each word."""
        return np.asarray(self._pairs, np.int64).reshape(-1, 2)[numbers]

    def learn(self, pair: tuple[str, str]) -> int:
        self._pairs.append(tuple(self._terms.setdefault(term, len(self._terms)) for term in pair))
        return len(self._pairs) - 1


class _Words(dict[str, int]):
    """Word -> number; asking for an unknown word learns it, so that `map` runs without Python code for the others."""

    def __init__(self, vocabulary: Vocabulary, analyzer: Analyzer) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._analyzer = analyzer

    def __missing__(self, word: str) -> int:
        number = self[word] = self._vocabulary.learn(self._analyzer(word))
        return number


class LexicalIndex:
    """BM25 (Robertson's, Lucene's idf) over rows 0 .. n - 1. Not locked: its owner serialises changes."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = Vocabulary() if vocabulary is None else vocabulary
        self._segments: list[_Segment] = []
        self._frequency = np.zeros(0, np.int64)
        self.lengths = np.zeros(0, np.float32)
        self._norms = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return len(self.lengths)

    def add(self, texts: Sequence[str], langs: Sequence[str]) -> None:
        """Append one row a text."""
        self.add_numbered([self._vocabulary.number(*pair) for pair in zip(texts, langs, strict=True)])

    def add_numbered(self, numbers: Sequence[Sequence[int]]) -> None:
        """Append one row for each list of word numbers; cost grows with the new rows, now and then with a merge."""
        if not numbers:
            return
        sizes = np.fromiter(map(len, numbers), np.int64, len(numbers))
        flat = np.fromiter(itertools.chain.from_iterable(numbers), np.int64, int(sizes.sum()))
        rows = np.repeat(np.arange(len(self), len(self) + len(numbers)), sizes)
        segment = _postings(self._vocabulary.terms_of(flat).ravel(), np.repeat(rows, 2))
        self._segments.append(segment)
        self._merge()
        self._frequency = _grown(self._frequency, len(self._vocabulary))
        self._frequency[segment.terms] += np.diff(segment.starts)
        self.lengths = np.concatenate([self.lengths, 2 * sizes.astype(np.float32)])
        self._settle()

    def remove(self, keep: np.ndarray) -> None:
        """Forget the rows where `keep` (n booleans) is False; the others move up in order."""
        moved = (np.cumsum(keep) - 1).astype(np.int32)
        segments = [_kept(segment, keep, moved) for segment in self._segments]
        self._segments = [segment for segment in segments if len(segment.rows)]
        self._frequency[:] = 0
        for segment in self._segments:
            self._frequency[segment.terms] += np.diff(segment.starts)
        self.lengths = self.lengths[keep]
        self._settle()

    def scores(self, question_terms: Iterable[str]) -> np.ndarray:
        """(n,) float32: the BM25 score of each row for terms as `terms` makes them."""
        total = np.zeros(len(self), np.float32)
        for term in question_terms:
            weight = np.float32(self.idf(term) * (K1 + 1))
            for rows, counts in self._postings_of(term):
                total[rows] += weight * counts / (counts + self._norms[rows])
        return total

    def best_scores(self, asked: Iterable[Meanings]) -> np.ndarray:
        """(n,) float32: of each word the BM25 score of its best meaning in the row, so that a word with three
        translations counts once."""
        total = np.zeros(len(self), np.float32)
        for meanings in asked:
            rows = [
                self.scores(terms) for terms in meanings if any(self._vocabulary.find(t) is not None for t in terms)
            ]
            if rows:
                total += functools.reduce(np.maximum, rows)
        return total

    def rows_with(self, term: str) -> np.ndarray:
        """The rows that hold a term, in no order."""
        found = [rows for rows, _ in self._postings_of(term)]
        return np.concatenate(found) if found else np.empty(0, np.int32)

    def idf(self, term: str) -> float:
        """ln(1 + (n - df + .5) / (df + .5)); that of an unseen term is the largest."""
        number = self._vocabulary.find(term)
        frequency = int(self._frequency[number]) if number is not None and number < len(self._frequency) else 0
        return float(np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5)))

    def _postings_of(self, term: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        number = self._vocabulary.find(term)
        if number is None:
            return
        for segment in self._segments:
            place = int(np.searchsorted(segment.terms, number))
            if place < len(segment.terms) and segment.terms[place] == number:
                span = slice(segment.starts[place], segment.starts[place + 1])
                yield segment.rows[span], segment.counts[span]

    def _settle(self) -> None:
        mean = float(self.lengths.mean(dtype=np.float64)) if len(self.lengths) else 1.0
        self._norms = (K1 * (1 - B + B * self.lengths / max(mean, 1e-9))).astype(np.float32)

    def _merge(self) -> None:
        while len(self._segments) > 1 and len(self._segments[-1].rows) * 2 >= len(self._segments[-2].rows):
            right, left = self._segments.pop(), self._segments.pop()
            self._segments.append(_joined(left, right))


def _postings(numbers: np.ndarray, rows: np.ndarray) -> _Segment:
    found, counts = np.unique((numbers << 32) | rows, return_counts=True)
    return _sorted_segment((found >> 32).astype(np.int32), found.astype(np.int32), counts.astype(np.float32))


def _sorted_segment(numbers: np.ndarray, rows: np.ndarray, counts: np.ndarray) -> _Segment:
    found, starts = np.unique(numbers, return_index=True)
    return _Segment(found, np.append(starts, len(rows)).astype(np.int64), rows, counts)


def _joined(left: _Segment, right: _Segment) -> _Segment:
    numbers = np.concatenate([np.repeat(s.terms, np.diff(s.starts)) for s in (left, right)])
    order = np.argsort(numbers, kind="stable")
    rows = np.concatenate([left.rows, right.rows])[order]
    return _sorted_segment(numbers[order], rows, np.concatenate([left.counts, right.counts])[order])


def _kept(segment: _Segment, keep: np.ndarray, moved: np.ndarray) -> _Segment:
    alive = keep[segment.rows]
    numbers = np.repeat(segment.terms, np.diff(segment.starts))[alive]
    return _sorted_segment(numbers, moved[segment.rows[alive]], segment.counts[alive])


def _grown(counts: np.ndarray, size: int) -> np.ndarray:
    return counts if len(counts) >= size else np.concatenate([counts, np.zeros(size - len(counts), np.int64)])
