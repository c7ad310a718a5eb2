"""The live picture of the workspace in memory: BM25 rows, vectors, and which document each row belongs to.

It follows SQLite by its counters (last piece, last vector run, last deletion) and holds no text. Rows are pieces in
the order of their ids, which only grow. It ranks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np

from core.index.fuse import group_best
from core.index.identity import HEAD_CHARS, Identities
from core.index.lexical import LexicalIndex, Meanings, Vocabulary, analyzer
from core.index.vectors import VectorTable
from core.lexicon.cognates import Cognates
from core.state import documents, vectors
from core.state.database import Database


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in SQLite since the last look. Vectors are read first and names last: whatever a vector belongs
    to is known then, and a document that still has a name was there all the time."""

    runs: list[vectors.Run]
    pieces: list[documents.StoredPiece]
    sentences: list[documents.StoredSentence]
    passages: list[tuple[int, int, int, int]]
    heads: dict[int, str]
    deletions: list[tuple[int, int]]
    names: dict[int, tuple[str, str, str]]


class Corpus:
    """Arrays with one entry a piece, and the tables of vectors of one model. Not locked: its owner serialises."""

    def __init__(self, model: str) -> None:
        self.model = model
        vocabulary = Vocabulary()
        self.lexical = LexicalIndex(vocabulary)
        self._by_sentence = LexicalIndex(vocabulary)
        self._by_passage = LexicalIndex(vocabulary)
        self._vocabulary = vocabulary
        self.piece_ids = np.empty(0, np.int64)
        self.document_ids = np.empty(0, np.int64)
        self.passages = np.empty(0, np.int64)
        self._by_name = np.empty(0, np.int64)
        self.langs: list[str] = []
        self.lang_codes = np.empty(0, np.int64)
        self.names: dict[int, tuple[str, str, str]] = {}
        self.identities = Identities()
        self._cognates: dict[str, Cognates] = {}
        self._passage_keys = np.empty((0, 2), np.int64)
        self._passage_spans = np.empty((0, 2), np.int64)
        self._passage_rows = np.empty(0, np.int64)
        self._sentence_ids = np.empty(0, np.int64)
        self._sentence_pieces = np.empty(0, np.int64)
        self._sentence_spans = np.empty((0, 3), np.int32)
        self._sentence_rows = np.empty(0, np.int64)
        self._vector_rows = np.empty(0, np.int64)
        self._vector_order = np.empty(0, np.int64)
        self.piece_vectors: VectorTable | None = None
        self.sentence_vectors: VectorTable | None = None
        self._last_piece = self._last_sentence = self._last_document = self._last_run = self._last_deletion = 0

    def __len__(self) -> int:
        return len(self.piece_ids)

    # ------------------------------------------------------------ following the state

    def read_changes(self, db: Database) -> Changes:
        return Changes(
            list(vectors.vectors_after(db, self.model, self._last_run)),
            documents.pieces_after(db, self._last_piece),
            documents.sentences_after(db, self._last_sentence),
            documents.passages_after(db, self._last_document),
            documents.heads_after(db, self._last_document, HEAD_CHARS),
            documents.deletions_after(db, self._last_deletion),
            documents.read_names(db),
        )

    def apply(self, changes: Changes) -> None:
        gone = {document_id for _, document_id in changes.deletions}
        self.names = changes.names
        pieces = [piece for piece in changes.pieces if piece.document_id in changes.names]
        self._add_text(pieces, changes)
        self._add_vectors([run for run in changes.runs if run.document_id in changes.names])
        if gone:
            self._remove(gone)
        self._settle()
        if changes.pieces:
            self._last_piece = changes.pieces[-1].id
            self._last_document = changes.pieces[-1].document_id
        self._last_sentence = changes.sentences[-1].id if changes.sentences else self._last_sentence
        self._last_run = changes.runs[-1].seq if changes.runs else self._last_run
        self._last_deletion = changes.deletions[-1][0] if changes.deletions else self._last_deletion

    def _add_text(self, pieces: Sequence[documents.StoredPiece], changes: Changes) -> None:
        known = {piece.id for piece in pieces}
        sentences = [sentence for sentence in changes.sentences if sentence.piece_id in known]
        grouped = {piece_id: list(group) for piece_id, group in groupby(sentences, key=lambda s: s.piece_id)}
        by_piece, by_sentence = [], []
        for piece in pieces:
            parts = list(self._number(piece, grouped.get(piece.id, [])))
            by_piece.append([number for _, numbers in parts for number in numbers])
            by_sentence += [numbers for is_sentence, numbers in parts if is_sentence]
        self.lexical.add_numbered(by_piece)
        self._by_sentence.add_numbered(by_sentence)
        self.piece_ids = np.append(self.piece_ids, [piece.id for piece in pieces]).astype(np.int64)
        self.document_ids = np.append(self.document_ids, [piece.document_id for piece in pieces]).astype(np.int64)
        self.passages = np.append(self.passages, [piece.passage for piece in pieces]).astype(np.int64)
        self.lang_codes = np.append(self.lang_codes, [self._lang_code(piece) for piece in pieces]).astype(np.int64)
        self._sentence_ids = np.append(self._sentence_ids, [s.id for s in sentences]).astype(np.int64)
        self._sentence_pieces = np.append(self._sentence_pieces, [s.piece_id for s in sentences]).astype(np.int64)
        spans = np.asarray([(s.page, s.start, s.end) for s in sentences], np.int32).reshape(-1, 3)
        self._sentence_spans = np.concatenate([self._sentence_spans, spans])
        self._add_passages(pieces, by_piece, changes)

    def _number(
        self, piece: documents.StoredPiece, sentences: Iterable[documents.StoredSentence]
    ) -> Iterator[tuple[bool, list[int]]]:
        """The word numbers of a piece part by part: its heading, its sentences (True) and what lies between them."""
        lang = self._lang(piece)
        if piece.heading:
            yield False, self._vocabulary.number(piece.heading, lang)
        at = 0
        for sentence in sentences:
            start, end = sentence.start - piece.start, sentence.end - piece.start
            if start > at and (between := piece.text[at:start].strip()):
                yield False, self._vocabulary.number(between, lang)
            yield True, self._vocabulary.number(piece.text[start:end], lang)
            at = end
        if rest := piece.text[at:].strip():
            yield False, self._vocabulary.number(rest, lang)

    def _add_passages(
        self, pieces: Sequence[documents.StoredPiece], by_piece: list[list[int]], changes: Changes
    ) -> None:
        place = {(piece.document_id, piece.ordinal): row for row, piece in enumerate(pieces)}
        keys, spans, numbers = [], [], []
        for document_id, ordinal, first, last in changes.passages:
            if (document_id, first) in place:
                rows = range(place[document_id, first], place[document_id, last] + 1)
                keys.append((document_id, ordinal))
                spans.append((pieces[rows[0]].id, pieces[rows[-1]].id))
                numbers.append([number for row in rows for number in by_piece[row]])
        self._by_passage.add_numbered(numbers)
        if keys:
            self._passage_keys = np.concatenate([self._passage_keys, np.asarray(keys, np.int64)])
            self._passage_spans = np.concatenate([self._passage_spans, np.asarray(spans, np.int64)])
        for document_id, count in zip(*np.unique([key[0] for key in keys], return_counts=True), strict=True):
            name, title, lang = self.names[int(document_id)]
            head = changes.heads.get(int(document_id), "") if count > 1 else ""
            self.identities.add(int(document_id), name, title, head, lang)

    def _add_vectors(self, runs: Sequence[vectors.Run]) -> None:
        for kind in ("piece", "sentence"):
            mine = [run for run in runs if run.kind == kind]
            if not mine:
                continue
            ids = np.concatenate([np.arange(run.first_id, run.first_id + run.n) for run in mine])
            rows = np.concatenate([np.frombuffer(run.data, np.float16).reshape(run.n, -1) for run in mine])
            table = self.piece_vectors if kind == "piece" else self.sentence_vectors
            table = VectorTable(rows.shape[1]) if table is None else table
            table.add(ids, rows)
            if kind == "piece":
                self.piece_vectors = table
            else:
                self.sentence_vectors = table

    def _remove(self, gone: set[int]) -> None:
        away = np.asarray(list(gone), np.int64)
        keep = ~np.isin(self.document_ids, away)
        lost = self.piece_ids[~keep]
        self.lexical.remove(keep)
        self.piece_ids, self.document_ids = self.piece_ids[keep], self.document_ids[keep]
        self.passages = self.passages[keep]
        left, self.lang_codes = np.unique(self.lang_codes[keep], return_inverse=True)
        self.langs = [self.langs[code] for code in left]  # a language goes with its last document
        stays = ~np.isin(self._passage_keys[:, 0], away)
        self._by_passage.remove(stays)
        self._passage_keys, self._passage_spans = self._passage_keys[stays], self._passage_spans[stays]
        stays = ~np.isin(self._sentence_pieces, lost)
        if self.piece_vectors is not None:
            self.piece_vectors.remove(lost)
        if self.sentence_vectors is not None:
            self.sentence_vectors.remove(self._sentence_ids[~stays])
        self._by_sentence.remove(stays)
        self._sentence_ids, self._sentence_pieces = self._sentence_ids[stays], self._sentence_pieces[stays]
        self._sentence_spans = self._sentence_spans[stays]
        self.identities.remove(gone)

    def _settle(self) -> None:
        """Which row each sentence, sentence vector and passage belongs to, and the rows by name of document."""
        in_order = sorted(self.names, key=lambda number: (self.names[number], number))
        rank = {number: place for place, number in enumerate(in_order)}
        places = [rank.get(number, -1) for number in self.document_ids.tolist()]  # one may just have lost its name
        self._by_name = np.argsort(places, kind="stable")
        self._sentence_rows = np.searchsorted(self.piece_ids, self._sentence_pieces)
        if self.sentence_vectors is not None:
            places = np.searchsorted(self._sentence_ids, self.sentence_vectors.ids)
            self._vector_rows = self._sentence_rows[places]
            self._vector_order = np.argsort(self.sentence_vectors.ids, kind="stable")
        found = {key: row for row, key in enumerate(map(tuple, self._passage_keys.tolist()))}
        keys = zip(self.document_ids.tolist(), self.passages.tolist(), strict=True)
        self._passage_rows = np.asarray([found[key] for key in keys], np.int64)

    def _lang(self, piece: documents.StoredPiece) -> str:
        return self.names[piece.document_id][2]

    def _lang_code(self, piece: documents.StoredPiece) -> int:
        lang = self._lang(piece)
        if lang not in self.langs:
            self.langs.append(lang)
        return self.langs.index(lang)

    # ------------------------------------------------------------ reading

    def best_first(self, scores: np.ndarray) -> np.ndarray:
        """The rows by falling score; of equals the one whose document's name goes before, whichever came first."""
        return self._by_name[np.argsort(-scores[self._by_name], kind="stable")]

    def passage_span(self, row: int) -> tuple[int, int]:
        """The ids of the first and the last piece of the passage around a row."""
        first, last = self._passage_spans[self._passage_rows[row]].tolist()
        return first, last

    def sentences_of(self, piece_id: int) -> list[tuple[int, int, int, int]]:
        """(id, page, start, end) of a piece's sentences, in order."""
        low, high = np.searchsorted(self._sentence_pieces, [piece_id, piece_id + 1]).tolist()
        spans = self._sentence_spans[low:high].tolist()
        return [(number, *span) for number, span in zip(self._sentence_ids[low:high].tolist(), spans, strict=True)]

    def vector_places(self, sentence_ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """(the sentences that have a vector, where each stands in the table, which is in the order of embedding)."""
        if self.sentence_vectors is None or not len(self._vector_order):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        asked, known = np.asarray(sentence_ids, np.int64), self.sentence_vectors.ids
        found = np.searchsorted(known, asked, sorter=self._vector_order)
        places = self._vector_order[np.minimum(found, len(known) - 1)]
        there = known[places] == asked
        return asked[there], places[there]

    # ------------------------------------------------------------ scoring

    def word_scores(self, terms: Sequence[str]) -> np.ndarray:
        """(n,) BM25 of each piece, of the passage around it and of its best sentence, weighed 1 : 3 : 2.

        The passage gives context, the sentence asks that the question's words stand together, the piece tells which
        part of a long passage is meant."""
        return self._blend(lambda index: index.scores(terms))

    def meaning_scores(self, asked: Sequence[Meanings]) -> np.ndarray:
        """`word_scores` for words that are read in another language."""
        return self._blend(lambda index: index.best_scores(asked))

    def _blend(self, score: Callable[[LexicalIndex], np.ndarray]) -> np.ndarray:
        if not len(self):
            return np.empty(0, np.float32)
        sentence = group_best(score(self._by_sentence), self._sentence_rows, len(self))
        passage = score(self._by_passage)[self._passage_rows]
        return 0.5 * score(self.lexical) + 1.5 * passage + np.nan_to_num(sentence)

    def passage_scores(self, terms: Sequence[str]) -> np.ndarray:
        """(n,) BM25 of the passage around each piece."""
        return self._by_passage.scores(terms)[self._passage_rows]

    def dense_scores(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(piece cosine, best sentence cosine) of every row, NaN where not embedded, and each sentence's cosine."""
        piece = np.full(len(self), np.nan, np.float32)
        if self.piece_vectors is not None:
            piece[np.searchsorted(self.piece_ids, self.piece_vectors.ids)] = self.piece_vectors.cosines(query)
        if self.sentence_vectors is None:
            return piece, np.full(len(self), np.nan, np.float32), np.empty(0, np.float32)
        cosines = self.sentence_vectors.cosines(query)
        return piece, group_best(cosines, self._vector_rows, len(self)), cosines

    @property
    def sentence_lang_codes(self) -> np.ndarray:
        """The language of each sentence vector, in the table's order."""
        return self.lang_codes[self._vector_rows]

    def holds(self, word: str, lang: str) -> bool:
        """Whether a text of a language has the word in some form."""
        return any(self._is_held(term, lang) for term in analyzer(lang)(word))

    def _is_held(self, term: str, lang: str) -> bool:
        """The vocabulary does not tell: it keeps the words of texts that are gone."""
        rows = self.lexical.rows_with(term)
        return lang in self.langs and bool((self.lang_codes[rows] == self.langs.index(lang)).any())

    def cognates(self, lang: str) -> Cognates:
        """The words of a language by their roots; words that came since the last time are added."""
        known = self._cognates.setdefault(lang, Cognates())
        known.add(list(islice(self._vocabulary.words_of(lang), known.count, None)))
        return known

    def holders(self, term: str) -> frozenset[int]:
        """The documents that hold a term."""
        return frozenset(self.document_ids[self.lexical.rows_with(term)].tolist())

    def share_within(self, term: str, document_ids: Collection[int]) -> float:
        """The part (0..1) of the pieces with a term that lies in these documents."""
        owners = self.document_ids[self.lexical.rows_with(term)]
        return float(np.isin(owners, list(document_ids)).mean()) if len(owners) else 1.0
