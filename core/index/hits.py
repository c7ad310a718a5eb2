"""Rows that were found, as the hits a reader gets: the parent passage, the matching piece marked in it, and its
sentences with what speaks for each. It decides no order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from core.index import lexical
from core.index.corpus import Corpus
from core.index.score import Scores
from core.records import Hit, HitSentence
from core.state import documents
from core.state.database import Database

Weighted = list[tuple[tuple[str, str], float]]


def best_parents(corpus: Corpus, fused: np.ndarray, k: int) -> list[int]:
    """Rows of the best pieces, one a parent passage, best first."""
    found: dict[tuple[int, int], int] = {}
    for row in np.argsort(-fused, kind="stable"):
        if len(found) == k or fused[row] == -np.inf:
            break
        found.setdefault((int(corpus.document_ids[row]), int(corpus.passages[row])), int(row))
    return list(found.values())


def make_hits(db: Database, corpus: Corpus, rows: Sequence[int], question: str, scores: Scores) -> tuple[Hit, ...]:
    """One hit a row; a passage that was deleted meanwhile is left out."""
    keys = [(int(corpus.document_ids[row]), int(corpus.passages[row])) for row in rows]
    parents = documents.read_passages(db, keys)
    sentences = documents.read_sentences(db, [piece.id for parent in parents.values() for piece in parent])
    hits = []
    for row, key in zip(rows, keys, strict=True):
        parent = parents.get(key, [])
        matching = next((piece for piece in parent if piece.id == corpus.piece_ids[row]), None)
        if matching is not None:
            weighted = weigh_words(corpus, question, corpus.names[key[0]][2])
            spoken = _sentences(corpus, parent, sentences, weighted, scores)
            hits.append(_hit(corpus, row, parent, matching, weighted, scores, spoken))
    return tuple(hits)


def weigh_words(corpus: Corpus, question: str, lang: str) -> Weighted:
    """((surface, stem), idf) of each word of the question."""
    analyse = lexical.analyzer(lang)
    pairs = dict.fromkeys(analyse(word) for word in lexical.words(question))
    return [(pair, min(map(corpus.lexical.idf, pair))) for pair in pairs]


def _hit(corpus: Corpus, row: int, parent, matching, weighted: Weighted, scores: Scores, sentences) -> Hit:
    name, _, lang = corpus.names[matching.document_id]
    return Hit(
        piece_id=matching.id,
        document_id=matching.document_id,
        file=name,
        page=matching.page,
        text=_parent_text(parent),
        score=float(scores.fused[row]),
        start=matching.start,
        end=matching.end,
        piece=matching.text,
        heading=matching.heading,
        lang=lang,
        coverage=_share(f"{matching.heading} {matching.text}", lang, weighted),
        cosine=float(scores.cosines[row]),
        sentences=sentences,
    )


def _sentences(corpus: Corpus, parent, stored, weighted: Weighted, scores: Scores) -> tuple[HitSentence, ...]:
    found = []
    for piece in parent:
        lang = corpus.names[piece.document_id][2]
        for sentence in stored[piece.id]:
            text = piece.text[sentence.start - piece.start : sentence.end - piece.start]
            cosine = _cosine(corpus, sentence.id, scores.sentences)
            share = _share(text, lang, weighted)
            found.append(HitSentence(sentence.page, sentence.start, sentence.end, text, cosine, share))
    return tuple(found)


def _cosine(corpus: Corpus, sentence_id: int, cosines: np.ndarray) -> float:
    if not len(cosines):
        return 0.0
    ids = corpus.sentence_vectors.ids
    place = int(np.searchsorted(ids, sentence_id))
    return float(cosines[place]) if place < len(ids) and ids[place] == sentence_id else 0.0


def _share(text: str, lang: str, weighted: Weighted) -> float:
    """The IDF-weighted share (0..1) of the question's words that `text` holds, as written or by stem."""
    held = set(lexical.terms(text, lang))
    total = sum(weight for _, weight in weighted)
    return sum(weight for pair, weight in weighted if not held.isdisjoint(pair)) / total if total else 0.0


def _parent_text(parent: Sequence[documents.StoredPiece]) -> str:
    parts = [parent[0].text]
    for before, piece in itertools.pairwise(parent):
        parts.append("\n" if piece.page == before.page else "\n\n")
        parts.append(piece.text)
    return "".join(parts)
