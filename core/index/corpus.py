"""The live picture of the workspace in memory: BM25 rows, vectors, and which document each row belongs to.

It follows SQLite by its counters (last piece, last vector run, last deletion) and holds no text. Rows are pieces in
the order of their ids, which only grow. It ranks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.index.fuse import group_best
from core.index.lexical import LexicalIndex
from core.index.vectors import VectorTable
from core.state import documents, vectors
from core.state.database import Database


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in SQLite since the last look. Read vectors first: whatever they belong to is then known too."""

    runs: list[vectors.Run]
    pieces: list[documents.StoredPiece]
    owners: list[tuple[int, int]]
    deletions: list[tuple[int, int]]
    names: dict[int, tuple[str, str, str]]


class Corpus:
    """Arrays with one entry a piece, and the tables of vectors of one model. Not locked: its owner serialises."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.lexical = LexicalIndex()
        self.piece_ids = np.empty(0, np.int64)
        self.document_ids = np.empty(0, np.int64)
        self.passages = np.empty(0, np.int64)
        self.langs = np.empty(0, "U8")
        self.names: dict[int, tuple[str, str, str]] = {}
        self._owner_ids = np.empty((0, 2), np.int64)
        self._sentence_rows = np.empty(0, np.int64)
        self.piece_vectors: VectorTable | None = None
        self.sentence_vectors: VectorTable | None = None
        self._seen = [0, 0, 0, 0]  # last piece, sentence, vector run, deletion

    def __len__(self) -> int:
        return len(self.piece_ids)

    def read_changes(self, db: Database) -> Changes:
        runs = list(vectors.vectors_after(db, self.model, self._seen[2]))
        pieces = documents.pieces_after(db, self._seen[0])
        owners = documents.sentence_owners_after(db, self._seen[1])
        deletions = documents.deletions_after(db, self._seen[3])
        return Changes(runs, pieces, owners, deletions, documents.read_names(db))

    def apply(self, changes: Changes) -> None:
        gone = {document_id for _, document_id in changes.deletions}
        pieces = [piece for piece in changes.pieces if piece.document_id in changes.names]
        self.names = changes.names
        self._add_pieces(pieces)
        if changes.owners:
            self._owner_ids = np.concatenate([self._owner_ids, np.asarray(changes.owners, np.int64)])
        self._add_vectors([run for run in changes.runs if run.document_id not in gone])
        if gone:
            self._remove(gone)
        self._settle_sentences()
        for place, ids in enumerate(
            (
                [piece.id for piece in changes.pieces],
                [sentence for sentence, _ in changes.owners],
                [run.seq for run in changes.runs],
                [seq for seq, _ in changes.deletions],
            )
        ):
            self._seen[place] = max(self._seen[place], ids[-1] if ids else 0)

    def dense_scores(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(piece cosine, best sentence cosine) of every row, NaN where not embedded, and each sentence's cosine."""
        piece = np.full(len(self), np.nan, np.float32)
        if self.piece_vectors is not None:
            piece[np.searchsorted(self.piece_ids, self.piece_vectors.ids)] = self.piece_vectors.cosines(query)
        if self.sentence_vectors is None:
            return piece, np.full(len(self), np.nan, np.float32), np.empty(0, np.float32)
        cosines = self.sentence_vectors.cosines(query)
        return piece, group_best(cosines, self._sentence_rows, len(self)), cosines

    def _add_pieces(self, pieces: Sequence[documents.StoredPiece]) -> None:
        if not pieces:
            return
        langs = [self.names[piece.document_id][2] for piece in pieces]
        self.lexical.add([lexical_text(piece) for piece in pieces], langs)
        self.piece_ids = np.append(self.piece_ids, [piece.id for piece in pieces])
        self.document_ids = np.append(self.document_ids, [piece.document_id for piece in pieces])
        self.passages = np.append(self.passages, [piece.passage for piece in pieces])
        self.langs = np.append(self.langs, np.asarray(langs, "U8"))

    def _add_vectors(self, runs: Sequence[vectors.Run]) -> None:
        for kind in ("piece", "sentence"):
            mine = [run for run in runs if run.kind == kind]
            if not mine:
                continue
            ids = np.concatenate([np.arange(run.first_id, run.first_id + run.n) for run in mine])
            rows = np.concatenate([np.frombuffer(run.data, np.float16).reshape(run.n, -1) for run in mine])
            table = self.piece_vectors if kind == "piece" else self.sentence_vectors
            table = table or VectorTable(rows.shape[1])
            table.add(ids, rows)
            if kind == "piece":
                self.piece_vectors = table
            else:
                self.sentence_vectors = table

    def _remove(self, gone: set[int]) -> None:
        keep = ~np.isin(self.document_ids, list(gone))
        lost = self.piece_ids[~keep]
        self.lexical.remove(keep)
        self.piece_ids, self.document_ids = self.piece_ids[keep], self.document_ids[keep]
        self.passages, self.langs = self.passages[keep], self.langs[keep]
        if self.piece_vectors is not None:
            self.piece_vectors.remove(lost)
        owned = np.isin(self._owner_ids[:, 1], lost)
        if self.sentence_vectors is not None:
            self.sentence_vectors.remove(self._owner_ids[owned, 0])
        self._owner_ids = self._owner_ids[~owned]

    def _settle_sentences(self) -> None:
        """Which row each sentence vector belongs to."""
        if self.sentence_vectors is None:
            return
        places = np.searchsorted(self._owner_ids[:, 0], self.sentence_vectors.ids)
        self._sentence_rows = np.searchsorted(self.piece_ids, self._owner_ids[places, 1])


def lexical_text(piece: documents.StoredPiece) -> str:
    """What BM25 reads of a piece: its heading, then its text."""
    return f"{piece.heading}\n{piece.text}" if piece.heading else piece.text
