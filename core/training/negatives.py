"""Hard wrong answers for a retriever, mined before it learns: passages of the training set that search would rank high.

Words and meaning rank together, each from 0 to 1. What comes close to a pair's own passage may answer as well and is
left out (positive-aware mining, NV-Retriever, de Souza Moreira et al. 2024). It reads no held-out pair and no document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.index.lexical import LexicalIndex, question_terms
from core.training.pairs import Pair

CLOSE = 0.95  # of the own passage's score: from there on a passage may be right too
_DEPTH = 50  # passages looked at
Encode = Callable[[Sequence[str]], np.ndarray]


def mine(pairs: Sequence[Pair], encode: Encode, each: int) -> list[Pair]:
    """The pairs with up to `each` negatives more. `encode` gives (n, dimension) unit vectors."""
    own = {pair.key: pair for pair in reversed(pairs)}  # one form of each passage
    keys, texts = list(own), [pair.passage for pair in own.values()]
    places = {key: place for place, key in enumerate(keys)}
    words = LexicalIndex()
    words.add(texts, [pair.passage_lang or "en" for pair in own.values()])
    cosines = encode([pair.question for pair in pairs]) @ encode(texts).T
    found = []
    for pair, row in zip(pairs, cosines, strict=True):
        scores = _spread(row) + _spread(words.scores(question_terms(pair.question, {pair.passage_lang or "en"})))
        right = places[pair.key]
        order = [place for place in np.argsort(-scores, kind="stable")[:_DEPTH] if place != right]
        hard = [texts[place] for place in order if scores[place] < CLOSE * scores[right]]
        found.append(replace(pair, negatives=(*pair.negatives, *hard[:each])))
    return found


def _spread(scores: np.ndarray) -> np.ndarray:
    """From 0, the least, to 1; all 0 where all are equal."""
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)
