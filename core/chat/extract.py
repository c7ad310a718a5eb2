"""From the passages found to ranked sentences: each with its place on its page, its score and its chance of being
right; and the passages in the order that their sentences give them.

It decides no answer: `answer` chooses among what comes back, `decline` whether any of it answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.chat import rank
from core.chat.adjust import Adjustment, across_loss
from core.chat.gather import Contexts, Gathered, Pages, ReadPage, gather, worth_reading
from core.chat.nets import Nets
from core.chat.question import Understood, understand
from core.chat.tables import Row
from core.chat.words import Terms, Vocabulary, Word
from core.records import Hit, SearchResult

HITS_READ = 5
MOST_CANDIDATES = 60
# How much the best sentence of a passage counts beside its search score, by the trust in the embedder: where that can
# be trusted (.55, English) search has seen nearly all there is to see, in Spanish (.35) reading tells more.
_READ_SLOPE, _READ_FROM, _READ_LEAST, _READ_MOST = 5.0, 0.55, 0.05, 1.2


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence or table row that may answer. `order` counts within its passage; `chance` (0..1) is its share
    among all candidates; `row` is set for a table's row; `off_period`, `off_name` and `off_sort` are what it lost for
    speaking of another period, of others, or of other sorts of things, than the question; `on_sort` says that
    it names a sort of the question's."""

    hit: Hit
    page: int
    start: int
    end: int
    text: str
    order: int
    words: tuple[Word, ...]
    context: tuple[Word, ...]
    score: float
    chance: float
    cosine: float
    features: np.ndarray
    row: Row | None = None
    off_period: float = 0.0
    off_name: float = 0.0
    off_sort: float = 0.0
    on_sort: bool = False

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.hit.document_id, self.page, self.start, self.end


@dataclass(frozen=True, slots=True)
class Ranked:
    """All candidates, best first, with the question's words as read in each document language; `meant` are the
    documents that the question names."""

    evidence: tuple[Evidence, ...]
    asked: dict[str, list[Word]]
    lang: str
    meant: frozenset[int] = frozenset()

    def lang_of(self, item: Evidence) -> str:
        return item.hit.lang or self.lang

    def asked_of(self, item: Evidence) -> list[Word]:
        """The question's words as read in the language of `item`."""
        return self.asked[self.lang_of(item)]


def rank_sentences(
    understood: Understood,
    result: SearchResult,
    vocabulary: Vocabulary,
    pages: Pages,
    *,
    ranker: Nets | None = None,
    most: int = MOST_CANDIDATES,
) -> Ranked:
    """The sentences of the best passages, best first, `most` of them read closely; by `ranker` where another than the
    learned one is meant."""
    hits = result.hits[:HITS_READ]
    langs = {hit.lang or result.lang for hit in hits}
    asked = {lang: rank.question_words(understood, vocabulary, lang) for lang in langs}
    units = worth_reading(gather(hits, Contexts(asked, result.lang, vocabulary, pages), most), asked, understood)
    if not units:
        return Ranked((), asked, result.lang)
    languages = [hits[candidate.hit].lang or result.lang for candidate, _, _ in units]
    rows = rank.measure(understood, asked, [candidate for candidate, _, _ in units], languages, result.trust)
    adjustment = Adjustment(understood, asked, hits, pages, vocabulary)
    off_period = np.array([adjustment.off_period(unit) for unit in units])
    off_name = np.array([adjustment.off_name(unit) for unit in units])
    sorts = [adjustment.sorts(unit) for unit in units]
    across = across_loss(understood.lang, languages, rows[:, rank.AT["coverage"]].tolist())
    own = [adjustment.of(unit, lang, across) for unit, lang in zip(units, languages, strict=True)]
    off = {"off_period": off_period, "off_name": off_name, "off_sort": np.array([loss for loss, _ in sorts])}
    scores = rank.score(rows, ranker) + own - sum(off.values())
    evidence = _as_evidence(hits, units, scores, rows, off, [on for _, on in sorts])
    return Ranked(tuple(sorted(evidence, key=lambda e: -e.score)), asked, result.lang, adjustment.meant)


def _as_evidence(
    hits: tuple[Hit, ...],
    units: list[Gathered],
    scores: np.ndarray,
    rows: np.ndarray,
    off: dict[str, np.ndarray],
    on_sort: list[bool],
) -> list[Evidence]:
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    return [
        Evidence(
            hit=hits[candidate.hit],
            page=sentence.page,
            start=sentence.start,
            end=sentence.end,
            text=sentence.text,
            order=candidate.order,
            words=candidate.words,
            context=candidate.context,
            score=float(scores[n]),
            chance=float(chances[n]),
            cosine=candidate.cosine,
            features=rows[n],
            row=row,
            on_sort=on_sort[n],
            **{name: float(losses[n]) for name, losses in off.items()},
        )
        for n, (candidate, sentence, row) in enumerate(units)
    ]


def order_hits(result: SearchResult, ranked: Ranked) -> tuple[Hit, ...]:
    """The passages of `result` with those that were read in the order of search score and best sentence together.

    What holds the question's words close together, with the sort of thing asked for, is seen by reading alone."""
    read = result.hits[:HITS_READ]
    if len(read) < 2 or not ranked.evidence:
        return result.hits
    best: dict[tuple[int, int, int], float] = {}
    for item in reversed(ranked.evidence):
        best[item.place[:3]] = item.score
    counts = min(max(_READ_SLOPE * (_READ_FROM - result.trust), _READ_LEAST), _READ_MOST)
    worst = ranked.evidence[-1].score

    def joint(hit: Hit) -> float:
        own = (best.get((hit.document_id, s.page, s.start), worst) for s in hit.sentences)
        under = (item.score for item in ranked.evidence if item.hit is hit)
        return hit.score + counts * max((*own, *under), default=worst)

    return (*sorted(read, key=joint, reverse=True), *result.hits[HITS_READ:])


def order_found(result: SearchResult, index: Terms, read_page: ReadPage) -> tuple[Hit, ...]:
    """The passages of a search in the order in which an answer shows them."""
    understood, vocabulary = understand(result.question, result.lang), Vocabulary(index)
    return order_hits(result, rank_sentences(understood, result, vocabulary, Pages(read_page)))
