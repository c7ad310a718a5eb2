"""Finds the passages that answer a question: BM25 and the embedder, fused by how far the embedder can be trusted.

Three stages serve in turn, each as soon as it can: keywords, passage vectors, sentence vectors. The truth is in
SQLite; the live index follows it on `refresh`. It writes no answer.
"""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from core.errors import AppError
from core.index import lexical, trust
from core.index.bilingual import Across, gloss, read_across
from core.index.corpus import Corpus
from core.index.embed import ActiveModel, read_revision
from core.index.hits import best_parents, make_hits, weigh_languages
from core.index.score import Scores, score_pieces, score_plainly
from core.lexicon.translate import bilingual_of
from core.models.embedder import Embedder, load_embedder, reader_of, same_weights
from core.records import Hit, HitSentence, SearchResult
from core.settings import Settings, cache_folder
from core.state.database import Database

_TRUST_ACROSS = 0.5
_READS_BETTER = (
    0.05  # trusted by so much more in the passages' language, the encoder is given the question word by word
)
_KEPT_MAX = 2000  # vectors of sentences, 3 MB of 384 numbers each
_COVERED = 0.6  # where a passage in the question's language holds this share of it, no other language is asked


def _covers(hits: Sequence[Hit], lang: str) -> bool:
    return any(hit.lang == lang and hit.coverage >= _COVERED for hit in hits)


class _Encoder:
    """Turns questions into vectors and adds up the time."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self.spent_ms = 0.0

    def __call__(self, question: str, lang: str, langs: Iterable[str]) -> dict[str, np.ndarray]:
        """The question's vector for texts of each of `langs`; none without a model."""
        if self._embedder is None:
            return {}
        started = time.perf_counter()
        readers = {other: reader_of(self._embedder, other) for other in langs}
        unlike = {id(reader): reader for reader in readers.values()}
        rows = {key: reader.encode([question], kind="question", lang=lang)[0] for key, reader in unlike.items()}
        self.spent_ms += (time.perf_counter() - started) * 1000
        return {other: rows[id(reader)] for other, reader in readers.items()}


class _Sentences:
    """Vectors of one model, the last ones kept: the same sentences of a page stand behind many statements."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> list[np.ndarray]:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        made = dict(zip(new, self._embedder.encode(new), strict=True)) if new else {}
        with self._lock:
            if len(self._kept) > _KEPT_MAX:
                self._kept.clear()
            self._kept |= made
        known |= made
        return [known[text] for text in texts]


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
        self._sentences: _Sentences | None = None
        self._note = ""
        self._trust: trust.Trust = {}
        self._active = ActiveModel("", "")
        self._corpus = Corpus("")
        self._revision: tuple[int, int, int] | None = None
        self._refreshing = threading.Lock()
        self._lock = threading.RLock()

    # ------------------------------------------------------------ following the state

    def refresh(self) -> None:
        """Take in what was added, embedded or deleted since the last time; next to nothing when nothing was."""
        with self._refreshing:
            found, active, weights = read_revision(self._db)
            active = active or ActiveModel("", "")
            if (found, active, weights) == (self._revision, self._active, self._trust):
                return
            if active != self._active and (self._active.id or active.id):
                corpus = Corpus(active.id)
                corpus.apply(corpus.read_changes(self._db))
                embedder, note = self._load(active)
            else:
                corpus, embedder, note = self._corpus, self._embedder, self._note
            changes = corpus.read_changes(self._db)
            with self._lock:
                corpus.apply(changes)
                if embedder is not self._embedder:
                    self._sentences = _Sentences(embedder) if embedder else None
                self._corpus, self._embedder, self._note = corpus, embedder, note
                self._active, self._trust, self._revision = active, weights, found

    def _load(self, active: ActiveModel) -> tuple[Embedder | None, str]:
        """The model that made the vectors, or None and the key of a message that says why not."""
        given = self._given or functools.partial(load_embedder, cache_folder=cache_folder(), made_by=active.id)
        try:
            embedder = given(active.name) if callable(given) else given
        except AppError as error:
            return None, error.key
        return (embedder, "") if same_weights(embedder.id, active.id) else (None, "models.embedder_changed")

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
        encode = _Encoder(self._embedder if self._corpus.piece_vectors is not None else None)
        langs = sorted(self._corpus.langs)
        plain = encode(question, lang, langs or [lang])
        find = functools.partial(self._find, question, lang, document_ids, k or self._passages(), plain)
        scores, hits = find({}, {}) if lang in langs or not langs else (None, ())
        if set(langs) - {lang} and not _covers(hits, lang):
            across = {other: self.read_across(question, lang, other) for other in langs if other != lang}
            across = {other: words for other, words in across.items() if words}
            glossed: dict[str, np.ndarray] = {}
            for other in [other for other in across if self._reads_better(other, lang)]:
                glossed |= encode(gloss(across[other]), other, [other])
            scores, hits = find(across, glossed)
            hits = weigh_languages(hits)
        weight = 0.0 if scores.stage == "keyword" else self._weight(hits[0].lang if hits else lang, lang)
        total = (time.perf_counter() - started) * 1000
        timings = {"embed": encode.spent_ms, "search": total - encode.spent_ms}
        return SearchResult(question, lang, hits, weight, scores.stage, self._note, timings)

    def _find(
        self,
        question: str,
        lang: str,
        document_ids: Collection[int] | None,
        k: int,
        plain: Mapping[str, np.ndarray],
        across: Mapping[str, Sequence[Across]],
        glossed: Mapping[str, np.ndarray],
    ) -> tuple[Scores, tuple[Hit, ...]]:
        """The best passages for the question's words, those of other languages for what they are called there."""
        with self._lock:
            corpus = self._corpus
            weights = np.asarray([self._weight(other, lang) for other in corpus.langs], np.float32)[corpus.lang_codes]
            told = {**plain, **glossed}  # a language may have come meanwhile
            queries = {other: told.get(other, next(iter(plain.values()))) for other in corpus.langs} if plain else {}
            scores = score_pieces(corpus, question, queries, weights, document_ids, across)
            rows = best_parents(corpus, scores.fused, k)
            return scores, make_hits(self._db, corpus, rows, question, scores, across)

    def read_across(self, question: str, lang: str, other: str) -> list[Across]:
        """The question's words as text in the language `other` may hold them."""
        bilingual = bilingual_of(self._settings.workspace)
        with self._lock:
            held = functools.partial(self._corpus.holds, lang=other)
            return read_across(question, lang, other, bilingual, held, self._corpus.cognates(other))

    def _passages(self) -> int:
        return self._settings.get("passages_per_answer")

    def search_within(self, document_id: int, text: str, k: int = 20) -> tuple[HitSentence, ...]:
        """Where one document speaks of `text`: the best sentences of its best passages, best first."""
        result = self.search(text, lang=self._lang_of(document_id), k=k, document_ids={document_id})
        found = {(s.page, s.start): s for hit in result.hits for s in hit.sentences if s.lexical > 0 or s.cosine > 0.4}
        return tuple(sorted(found.values(), key=lambda s: -(s.lexical + s.cosine))[:k])

    def rank_plainly(self, question: str, k: int, *, lang: str) -> dict[str, list[str]]:
        """The first `k` files by plain BM25, dense search and their rank fusion: what our order is measured against."""
        self.refresh()
        encode = _Encoder(self._embedder if self._corpus.piece_vectors is not None else None)
        with self._lock:
            corpus = self._corpus
            queries = encode(question, lang, corpus.langs)
            found = {}
            for mode, scores in score_plainly(corpus, question, queries).items():
                rows = corpus.best_first(scores)
                files = (corpus.names[document_id][0] for document_id in corpus.document_ids[rows].tolist())
                found[mode] = list(itertools.islice(dict.fromkeys(files), k))
        return found

    def idf(self, term: str) -> float:
        """The inverse document frequency of a term as `terms` makes it."""
        with self._lock:
            return self._corpus.lexical.idf(term)

    def bearers(self, term: str) -> frozenset[int]:
        """The documents that a term as `terms` makes it names, by what they say they are."""
        with self._lock:
            return self._corpus.identities.bearers(term, self._corpus.share_within)

    def holders(self, term: str) -> frozenset[int]:
        """The documents that hold a term."""
        with self._lock:
            return self._corpus.holders(term)

    @staticmethod
    def terms(text: str, lang: str) -> list[str]:
        return lexical.terms(text, lang)

    def encode(self, texts: Sequence[str]) -> Sequence[np.ndarray]:
        """Unit vectors of texts by the active model; none where no model is loaded."""
        sentences = self._sentences
        return sentences(texts) if sentences is not None else []

    # ------------------------------------------------------------ the parts of a search

    def _reads_better(self, other: str, lang: str) -> bool:
        """Whether the encoder is to be trusted more in the language `other` than in the question's."""
        return self._weight(other, other) > self._weight(lang, lang) + _READS_BETTER

    def _weight(self, lang: str, question_lang: str) -> float:
        """How far the embedder counts for passages of a language."""
        if lang != question_lang:
            return _TRUST_ACROSS
        chosen = self._settings.get("dense_weight_percent")
        if chosen:
            return chosen / 100
        return self._trust[lang] if lang in self._trust else trust.prior(lang, self._active.name)

    def _lang_of(self, document_id: int) -> str:
        return self._corpus.names.get(document_id, ("", "", "en"))[2]
