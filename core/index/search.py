"""Finds the passages that answer a question: BM25 and the embedder, fused by how far the embedder can be trusted.

Three stages serve in turn, each as soon as it can: keywords, passage vectors, sentence vectors. The truth is in
SQLite; the live index follows it on `refresh`. It writes no answer.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from core.errors import AppError
from core.index import lexical, trust
from core.index.corpus import Corpus
from core.index.embed import ActiveModel, read_active
from core.index.fuse import expect, standardise
from core.models.embedder import Embedder, TokenVectors, load_embedder
from core.records import Hit, HitSentence, SearchResult
from core.settings import Settings, cache_folder
from core.state import documents, vectors
from core.state.database import Database

# Another language shares names and numbers with the question, little else.
_TRUST_ACROSS = 0.85


class SearchIndex:
    """Search over one workspace. Threads may share it.

    `embedder` is a model, a function from a name in the settings to a model, or None for the usual loading; it is
    asked for when the first vectors are there. Without a model search goes by keywords and says so in `note`."""

    def __init__(
        self, db: Database, settings: Settings, *, embedder: Embedder | Callable[[str], Embedder] | None = None
    ) -> None:
        self._db = db
        self._settings = settings
        self._given = embedder
        self._embedder: Embedder | None = None
        self._note = ""
        self._trust: dict[str, tuple[float, int]] = {}
        self._active = ActiveModel("", "")
        self._corpus = Corpus("")
        self._revision: tuple[int, int, int] | None = None
        self._refreshing = threading.Lock()
        self._lock = threading.RLock()

    # ------------------------------------------------------------ following the state

    def refresh(self) -> None:
        """Take in what was added, embedded or deleted since the last time; next to nothing when nothing was."""
        with self._refreshing:
            active = read_active(self._db) or ActiveModel("", "")
            found = vectors.revision(self._db)
            if found == self._revision and active == self._active:
                return
            if active != self._active and (self._active.id or active.id):
                corpus = Corpus(active.id)
                corpus.apply(corpus.read_changes(self._db))
                embedder, note = self._load(active)
            else:
                corpus, embedder, note = self._corpus, self._embedder, self._note
            changes = corpus.read_changes(self._db)
            weights = trust.read_trust(self._db, active.id)
            with self._lock:
                corpus.apply(changes)
                self._corpus, self._embedder, self._note = corpus, embedder, note
                self._active, self._trust, self._revision = active, weights, found

    def _load(self, active: ActiveModel) -> tuple[Embedder | None, str]:
        try:
            if self._given is None:
                return load_embedder(active.name, cache_folder()), ""
            return (self._given(active.name) if callable(self._given) else self._given), ""
        except AppError as error:
            return None, error.key

    # ------------------------------------------------------------ asking

    def search(
        self,
        question: str,
        *,
        lang: str,
        k: int | None = None,
        document_ids: Collection[int] | None = None,
    ) -> SearchResult:
        """The `k` best parent passages (default: the setting), among `document_ids` where given."""
        started = time.perf_counter()
        self.refresh()
        query, embed_ms = self._encode_question(question)
        with self._lock:
            corpus = self._corpus
            terms = lexical.question_terms(question, set(np.unique(corpus.langs).tolist()) or {lang})
            scores, cosines, stage, sentence_cosines = self._score(corpus, terms, lang, query, document_ids)
            best = _best_parents(corpus, scores, k or self._settings.get("passages_per_answer"))
            hits = self._to_hits(corpus, best, question, scores, cosines, sentence_cosines)
            weight = self._weights(np.asarray([hits[0].lang if hits else lang]), lang)[0] if query is not None else 0.0
        total = (time.perf_counter() - started) * 1000
        timings = {"embed": embed_ms, "search": total - embed_ms}
        return SearchResult(question, lang, hits, float(weight), stage, self._note, timings)

    def search_within(self, document_id: int, text: str, k: int = 20) -> tuple[HitSentence, ...]:
        """Where one document speaks of `text`: the best sentences of its best passages, best first."""
        result = self.search(text, lang=self._lang_of(document_id), k=k, document_ids={document_id})
        found = {(s.page, s.start): s for hit in result.hits for s in hit.sentences if s.lexical > 0 or s.cosine > 0.4}
        return tuple(sorted(found.values(), key=lambda s: -(s.lexical + s.cosine))[:k])

    def idf(self, term: str) -> float:
        """The inverse document frequency of a term as `terms` makes it."""
        with self._lock:
            return self._corpus.lexical.idf(term)

    @staticmethod
    def terms(text: str, lang: str) -> list[str]:
        return lexical.terms(text, lang)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Token vectors for late interaction; empty where there is no model."""
        return self._embedder.encode_tokens(texts) if self._embedder else []

    # ------------------------------------------------------------ the parts of a search

    def _encode_question(self, question: str) -> tuple[np.ndarray | None, float]:
        started = time.perf_counter()
        if self._embedder is None or self._corpus.piece_vectors is None:
            return None, 0.0
        query = self._embedder.encode([question], kind="question")[0]
        return query, (time.perf_counter() - started) * 1000

    def _score(self, corpus: Corpus, terms: Iterable[str], lang: str, query, document_ids):
        """(scores, cosines, stage, sentence cosines): a fused score a row, -inf where the row is out of scope."""
        words = corpus.lexical.scores(terms)
        scope = np.ones(len(corpus), bool)
        if document_ids is not None:
            scope = np.isin(corpus.document_ids, list(document_ids))
        scores = np.full(len(corpus), -np.inf, np.float32)
        cosines = np.zeros(len(corpus), np.float32)
        if not scope.any():
            return scores, cosines, "keyword", np.empty(0, np.float32)
        lexical_z = standardise(words[scope])
        if query is None:
            scores[scope] = np.where(words[scope] > 0, lexical_z, -np.inf)
            return scores, cosines, "keyword", np.empty(0, np.float32)
        piece, sentence, sentence_cosines = corpus.dense_scores(query)
        cosines = np.nan_to_num(np.fmax(piece, sentence))
        piece, sentence = piece[scope], sentence[scope]
        embedded = ~np.isnan(piece)
        if not embedded.any():
            scores[scope] = np.where(words[scope] > 0, lexical_z, -np.inf)
            return scores, cosines, "keyword", sentence_cosines
        dense = piece.copy()
        read = embedded & ~np.isnan(sentence)
        if read.any():
            dense[embedded] += expect(read[embedded], piece[embedded], sentence[embedded])
        dense[embedded] = standardise(dense[embedded])
        dense = expect(embedded, lexical_z, dense)
        weights = self._weights(corpus.langs[scope], lang)
        scores[scope] = weights * dense + (1 - weights) * lexical_z
        return scores, cosines, "sentences" if read.any() else "passages", sentence_cosines

    def _weights(self, langs: np.ndarray, question_lang: str) -> np.ndarray:
        """How far the embedder counts for passages of these languages."""
        builtin = self._active.name == "builtin"
        table = {
            lang: self._trust.get(lang, (trust.prior(lang, builtin), 0))[0] if lang == question_lang else _TRUST_ACROSS
            for lang in np.unique(langs).tolist()
        }
        return np.asarray([table[lang] for lang in langs.tolist()], np.float32)

    def _lang_of(self, document_id: int) -> str:
        return self._corpus.names.get(document_id, ("", "", "en"))[2]

    def _to_hits(self, corpus: Corpus, best, question: str, scores, cosines, sentence_cosines) -> tuple[Hit, ...]:
        keys = [(int(corpus.document_ids[row]), int(corpus.passages[row])) for row in best]
        parents = documents.read_passages(self._db, keys)
        pieces = [piece.id for parent in parents.values() for piece in parent]
        stored = documents.read_sentences(self._db, pieces)
        hits = []
        for row, key in zip(best, keys, strict=True):
            parent = parents.get(key, [])
            matching = next((piece for piece in parent if piece.id == corpus.piece_ids[row]), None)
            if matching is None:
                continue  # deleted meanwhile
            name, _, lang = corpus.names[key[0]]
            weights = self._question_weights(question, lang)
            sentences = tuple(
                HitSentence(
                    s.page, s.start, s.end, text, self._cosine(s.id, sentence_cosines), _share(text, lang, weights)
                )
                for piece in parent
                for s in stored[piece.id]
                for text in (piece.text[s.start - piece.start : s.end - piece.start],)
            )
            hits.append(
                Hit(
                    matching.id, key[0], name, matching.page, _parent_text(parent), float(scores[row]),
                    start=matching.start, end=matching.end, piece=matching.text, heading=matching.heading, lang=lang,
                    coverage=_share(matching.text, lang, weights), cosine=float(cosines[row]), sentences=sentences,
                )
            )  # fmt: skip
        return tuple(hits)

    def _question_weights(self, question: str, lang: str) -> list[tuple[tuple[str, str], float]]:
        """((surface, stem), idf) of each word of the question."""
        analyse = lexical.analyzer(lang)
        pairs = dict.fromkeys(analyse(word) for word in lexical.words(question))
        return [(pair, min(self.idf(pair[0]), self.idf(pair[1]))) for pair in pairs]

    def _cosine(self, sentence_id: int, sentence_cosines: np.ndarray) -> float:
        table = self._corpus.sentence_vectors
        if table is None or not len(sentence_cosines):
            return 0.0
        place = int(np.searchsorted(table.ids, sentence_id))
        found = place < len(table.ids) and table.ids[place] == sentence_id
        return float(sentence_cosines[place]) if found else 0.0


def _best_parents(corpus: Corpus, scores: np.ndarray, k: int) -> list[int]:
    """Rows of the best pieces, one a parent passage, best first."""
    found: dict[tuple[int, int], int] = {}
    for row in np.argsort(-scores, kind="stable"):
        if len(found) == k or scores[row] == -np.inf:
            break
        found.setdefault((int(corpus.document_ids[row]), int(corpus.passages[row])), int(row))
    return list(found.values())


def _share(text: str, lang: str, weights: list[tuple[tuple[str, str], float]]) -> float:
    """The IDF-weighted share (0..1) of the question's words that `text` holds, as written or by stem."""
    held = set(lexical.terms(text, lang))
    total = sum(weight for _, weight in weights)
    return sum(weight for pair, weight in weights if not held.isdisjoint(pair)) / total if total else 0.0


def _parent_text(parent: Sequence[documents.StoredPiece]) -> str:
    parts = [parent[0].text]
    for before, piece in itertools.pairwise(parent):
        parts.append("\n" if piece.page == before.page else "\n\n")
        parts.append(piece.text)
    return "".join(parts)
