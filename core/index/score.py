"""One score for every piece: keywords and vectors fused, plus what its document gains for what it is. Pure reading:
it changes nothing and reads no text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.index.bilingual import Across, to_meanings
from core.index.corpus import Corpus
from core.index.fuse import expect, standardise
from core.index.lexical import question_terms

Stage = Literal["keyword", "passages", "sentences"]


@dataclass(frozen=True, slots=True)
class Scores:
    """`fused`: one a piece, -inf where it is out of scope or nothing speaks for it; `cosines`: the question's best
    cosine to the piece or its sentences; `sentences`: to each sentence vector, in the table's order."""

    fused: np.ndarray
    cosines: np.ndarray
    sentences: np.ndarray
    stage: Stage


def score_pieces(
    corpus: Corpus,
    question: str,
    queries: Mapping[str, np.ndarray],
    weights: np.ndarray,
    document_ids: Collection[int] | None,
    across: Mapping[str, Sequence[Across]],
) -> Scores:
    """Score every piece of the documents in scope. `queries` are the question's vectors for text of each language, none
    without a model; `weights` (n,) is the trust in the embedder for each piece; `across` holds the question as read in
    the languages that are not its own."""
    count = len(corpus)
    scope = np.ones(count, bool) if document_ids is None else np.isin(corpus.document_ids, list(document_ids))
    fused = np.full(count, -np.inf, np.float32)
    cosines, sentences, stage = np.zeros(count, np.float32), np.empty(0, np.float32), "keyword"
    if not scope.any():
        return Scores(fused, cosines, sentences, stage)
    langs = set(corpus.langs)
    words = _word_scores(corpus, question, across)[scope]
    groups = corpus.lang_codes[scope]
    lexical = standardise(words, groups)
    fused[scope] = np.where(words > 0, lexical, -np.inf)
    if queries:
        piece, sentence, sentences = _dense_scores(corpus, queries)
        cosines = np.nan_to_num(np.fmax(piece, sentence))
        dense, stage = _dense(piece[scope], sentence[scope], lexical, groups)
        if stage != "keyword":
            fused[scope] = weights[scope] * dense + (1 - weights[scope]) * lexical
    named = " ".join([question, *(word for found in across.values() for one in found for word in one.words)])
    return Scores(fused + _boost(corpus, named, langs, document_ids), cosines, sentences, stage)


def _word_scores(corpus: Corpus, question: str, across: Mapping[str, Sequence[Across]]) -> np.ndarray:
    """BM25 of every piece: of the question's own words, or of what they are called in the piece's language."""
    langs = set(corpus.langs)
    if langs <= across.keys():
        words = np.zeros(len(corpus), np.float32)
    else:
        words = corpus.word_scores(question_terms(question, langs))
    for lang in langs & across.keys():
        theirs = corpus.meaning_scores(to_meanings(across[lang], lang))
        words = np.where(corpus.lang_codes == corpus.langs.index(lang), theirs, words)
    return words


def _dense_scores(corpus: Corpus, queries: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`Corpus.dense_scores`, each row by the query of its language."""
    found: dict[int, tuple[np.ndarray, ...]] = {}
    for query in queries.values():
        if id(query) not in found:
            found[id(query)] = corpus.dense_scores(query)
    parts = [found[id(queries[lang])] for lang in corpus.langs]
    if len(found) == 1:
        return parts[0]
    rows, sentences = corpus.lang_codes, corpus.sentence_lang_codes
    return (
        np.choose(rows, [piece for piece, _, _ in parts]),
        np.choose(rows, [sentence for _, sentence, _ in parts]),
        np.choose(sentences, [cosines for _, _, cosines in parts]),
    )


def _dense(
    piece: np.ndarray, sentence: np.ndarray, lexical: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, Stage]:
    """Standardised cosine of the piece plus twice that of its best sentence; what is not embedded yet is estimated."""
    embedded = ~np.isnan(piece)
    if not embedded.any():
        return lexical, "keyword"
    total = piece.copy()
    read = embedded & ~np.isnan(sentence)
    if read.any():
        total[embedded] += 2 * expect(read[embedded], piece[embedded], sentence[embedded])
    total[embedded] = standardise(total[embedded], groups[embedded])
    return expect(embedded, lexical, total), "sentences" if read.any() else "passages"


def _boost(corpus: Corpus, question: str, langs: set[str], document_ids: Collection[int] | None) -> np.ndarray:
    """(n,) what each piece gains because of its document."""
    gains = corpus.identities.boost(question, langs, document_ids, corpus.share_within)
    if not gains:
        return np.zeros(len(corpus), np.float32)
    ids, places = np.unique(corpus.document_ids, return_inverse=True)
    return np.asarray([gains.get(number, 0.0) for number in ids.tolist()], np.float32)[places]


def score_plainly(corpus: Corpus, question: str, queries: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The scores that ours are compared with: BM25 over passages, cosine of the piece, reciprocal rank fusion (k 60,
    Cormack et al. 2009) of both."""
    langs = set(corpus.langs)
    found = {"bm25": corpus.passage_scores(question_terms(question, langs))}
    if queries:
        found["dense"] = np.nan_to_num(_dense_scores(corpus, queries)[0], nan=-1.0)
        found["rrf"] = sum(1 / (60 + _ranks(scores)) for scores in (found["bm25"], found["dense"]))
    return found


def _ranks(scores: np.ndarray) -> np.ndarray:
    ranks = np.empty(len(scores), np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
