"""What the learned parts for documents give together, on articles that none of them learned from.

One side is the plain base: the encoder as its makers left it, and of the best passages the sentence whose search score
is best. The other is all that comes with the app: the list of Spanish words, and the ranker of sentences with what is
set by hand beside it. The ranker is learned anew for each part of the articles from the other parts
(`core.chat.train`), since the one that comes with the app has seen them all. It writes no weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from core.chat import nets
from core.chat.extract import HITS_READ
from core.chat.fit import fit_ranker
from core.chat.train import FOLDS, Asked, collect_ranking, fit_without, holds_answer
from core.evaluation.compare import compare
from core.index.fuse import standardise
from core.records import SearchResult

Scores = dict[str, dict[str, float]]


def learn_rankers(cases: Sequence[Asked]) -> list[nets.Nets]:
    """For each part of the articles a ranker that learned from the others."""
    rankings = [(asked.part, found) for asked in cases if (found := collect_ranking(asked)) is not None]
    return [fit_without(rankings, part, fit_ranker) for part in range(FOLDS)]


def measure_learned(plain: Sequence[Asked], shipped: Sequence[Asked], rankers: Sequence[nets.Nets]) -> dict:
    """Of each measure the mean on both sides and their difference with its interval. `plain` and `shipped` are the
    same cases over an index of either encoder."""
    before = _score(plain, lambda asked: _choose_plainly(asked.result))
    after = _score(shipped, lambda asked: _choose(asked, rankers[asked.part]))
    return {name: _told(before[name], after[name]) for name in before}


def _score(cases: Sequence[Asked], choose: Callable[[Asked], tuple[str, str]]) -> Scores:
    """Measure -> question -> 0 or 1: the right passage first by dense search alone and by all of search, and an answer
    in the one sentence chosen, which is (file, text)."""
    found: Scores = defaultdict(dict)
    for number, asked in enumerate(cases):
        case, hits, name = asked.case, asked.result.hits, str(number)
        if not case["answerable"]:
            continue
        dense = asked.index.rank_plainly(case["question"], 1, lang=case["lang"]).get("dense", [])
        found["dense_recall1"][name] = float(dense == [case["file"]])
        found["fused_recall1"][name] = float(bool(hits) and hits[0].file == case["file"])
        found["answer_first"][name] = float(holds_answer(*choose(asked), case))
    return found


def _choose(asked: Asked, ranker: nets.Nets) -> tuple[str, str]:
    _, ranked, _ = asked.rank(ranker)
    return next(((item.hit.file, item.text) for item in ranked.evidence), ("", ""))


def _choose_plainly(result: SearchResult) -> tuple[str, str]:
    """The best sentence of the best passages by its own fused score and its passage's: cosine and share of the
    question's words, each standardised, weighed by the trust in the encoder. No plain way tried was better."""
    units = [(hit, sentence) for hit in result.hits[:HITS_READ] for sentence in hit.sentences]
    if not units:
        return "", ""
    alike = np.zeros(len(units), int)
    cosines = standardise(np.array([sentence.cosine for _, sentence in units], np.float32), alike)
    words = standardise(np.array([sentence.lexical for _, sentence in units], np.float32), alike)
    passages = np.array([hit.score for hit, _ in units])
    hit, sentence = units[int(np.argmax(passages + result.trust * cosines + (1 - result.trust) * words))]
    return hit.file, sentence.text


def _told(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    found = compare(before, after)
    figures = {"plain": found.mean_a, "shipped": found.mean_b, "low": found.low, "high": found.high}
    return {"cases": found.cases} | {name: round(value, 4) for name, value in figures.items()}
