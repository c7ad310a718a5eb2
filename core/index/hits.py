"""Rows that were found, as the hits a reader gets: the parent passage, the matching piece marked in it, and its
sentences with what speaks for each. It decides no order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.index import lexical
from core.index.bilingual import Across
from core.index.corpus import Corpus
from core.index.score import Scores
from core.records import Hit, HitSentence
from core.state import documents
from core.state.database import Database
from core.state.documents import StoredPiece

_LACKING = 3.0  # standard deviations of the fused score for all of the question


def best_parents(corpus: Corpus, fused: np.ndarray, k: int) -> list[int]:
    """Rows of the best pieces, one a parent passage, best first."""
    found: dict[tuple[int, int], int] = {}
    for row in corpus.best_first(fused):
        if len(found) == k or fused[row] == -np.inf:
            break
        found.setdefault((int(corpus.document_ids[row]), int(corpus.passages[row])), int(row))
    return list(found.values())


def make_hits(
    db: Database,
    corpus: Corpus,
    rows: Sequence[int],
    question: str,
    scores: Scores,
    across: Mapping[str, Sequence[Across]],
) -> tuple[Hit, ...]:
    """One hit a row; a passage that was deleted meanwhile is left out. `across` as for `score_pieces`."""
    ranges = [corpus.passage_span(row) for row in rows]
    stored = documents.read_piece_ranges(db, ranges)
    coverages = {
        lang: Coverage(corpus, question, lang, across.get(lang)) for lang in {piece_lang(corpus, row) for row in rows}
    }
    hits = []
    for row, (first, last) in zip(rows, ranges, strict=True):
        parent = [stored[number] for number in range(first, last + 1) if number in stored]
        matching = stored.get(int(corpus.piece_ids[row]))
        if matching is not None:
            coverage = coverages[piece_lang(corpus, row)]
            hits.append(_hit(corpus, row, parent, matching, coverage, scores))
    return tuple(hits)


def weigh_languages(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits in order where those of each language lose what its best passage lacks of the question.

    Scores tell passages of one language apart, each language on a scale of its own; what part of the question is
    held can be compared between languages."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.lang] = max(best.get(hit.lang, 0.0), hit.coverage)
    most = max(best.values(), default=0.0)
    weighed = [replace(hit, score=hit.score - _LACKING * (most - best[hit.lang])) for hit in hits]
    return tuple(sorted(weighed, key=lambda hit: -hit.score))


def piece_lang(corpus: Corpus, row: int) -> str:
    return corpus.langs[corpus.lang_codes[row]]


class Coverage:
    """The IDF-weighted share (0..1) of a question's words that a text holds, as written or by stem."""

    def __init__(self, corpus: Corpus, question: str, lang: str, across: Sequence[Across] | None = None) -> None:
        self._analyse = lexical.analyzer(lang)
        if across is None:
            asked = [(word,) for word in lexical.words(question)]
        else:
            asked = [slot for one in across for slot in one.slots]
        groups = list(dict.fromkeys(tuple(self._analyse(word) for word in words) for words in asked))
        self._weights = [_weight([min(map(corpus.lexical.idf, pair)) for pair in pairs], corpus) for pairs in groups]
        self._total = sum(self._weights)
        self._places: dict[str, list[int]] = {}
        for place, pairs in enumerate(groups):
            for term in {term for pair in pairs for term in pair}:
                self._places.setdefault(term, []).append(place)
        self._seen: dict[str, tuple[int, ...]] = {}

    def share(self, text: str) -> float:
        held: set[int] = set()
        for word in lexical.words(text):
            places = self._seen.get(word)
            if places is None:
                places = tuple({place for term in self._analyse(word) for place in self._places.get(term, ())})
                self._seen[word] = places
            held.update(places)
        return sum(self._weights[place] for place in held) / self._total if self._total else 0.0


def _weight(rarities: Sequence[float], corpus: Corpus) -> float:
    """How rare a word is by what it may be called: the mean of those that some piece holds."""
    unseen = corpus.lexical.idf("")
    seen = [rarity for rarity in rarities if rarity < unseen]
    return sum(seen) / len(seen) if seen else unseen


def _hit(
    corpus: Corpus, row: int, parent: list[StoredPiece], matching: StoredPiece, coverage: Coverage, scores: Scores
):
    return Hit(
        piece_id=matching.id,
        document_id=matching.document_id,
        file=corpus.names[matching.document_id][0],
        page=matching.page,
        text=_parent_text(parent),
        score=float(scores.fused[row]),
        start=matching.start,
        end=matching.end,
        piece=matching.text,
        heading=matching.heading,
        lang=piece_lang(corpus, row),
        coverage=coverage.share(f"{matching.heading} {matching.text}"),
        cosine=float(scores.cosines[row]),
        sentences=tuple(_sentences(corpus, parent, coverage, scores.sentences)),
    )


def _sentences(
    corpus: Corpus, parent: list[StoredPiece], coverage: Coverage, cosines: np.ndarray
) -> Iterator[HitSentence]:
    found = [(piece, *sentence) for piece in parent for sentence in corpus.sentences_of(piece.id)]
    near = _cosines(corpus, [number for _, number, *_ in found], cosines)
    for piece, number, page, start, end in found:
        text = piece.text[start - piece.start : end - piece.start]
        yield HitSentence(page, start, end, text, near.get(number, 0.0), coverage.share(text))


def _cosines(corpus: Corpus, sentence_ids: Sequence[int], cosines: np.ndarray) -> dict[int, float]:
    """The cosine of each sentence that has a vector."""
    if not len(cosines) or not len(sentence_ids):
        return {}
    known, places = corpus.vector_places(sentence_ids)
    return dict(zip(known.tolist(), cosines[places].tolist(), strict=True))


def _parent_text(parent: Sequence[StoredPiece]) -> str:
    parts = [parent[0].text]
    for before, piece in itertools.pairwise(parent):
        parts.append("\n" if piece.page == before.page else "\n\n")
        parts.append(piece.text)
    return "".join(parts)
