"""How far the embedder can be trusted in a language, told by the corpus itself, without labels.

For a sample of sentences: how often does the nearest other sentence, by the encoder and by BM25, lie in the same
piece? From the two shares comes the weight of the encoder's scores. It ranks no question.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import numpy as np

from core.index.lexical import LexicalIndex, question_terms
from core.models.embedder import is_packaged, reads_spanish
from core.state import vectors
from core.state.database import Database

# Measured once with the packaged model on encyclopedia articles, Spanish as it is and through the list of words; other
# languages and models start in the middle.
PRIOR = {"en": 0.51, "es": 0.35}
PRIOR_THROUGH_WORDS = {"en": 0.51, "es": 0.48}
MIDDLE = 0.5
_PRIOR_STRENGTH = 100  # the prior counts as much as this many sentences
_FARTHEST = {True: 0.15, False: 0.3}  # from the prior, for the packaged model and for others
_SENTENCES = 1200
_LEVELS_GAIN = 1.15


def prior(lang: str, name: str) -> float:
    """The trust in an embedder, by its `encoder_name`, before the corpus has said anything. An adapter starts where
    the model below it does: what it changed, the corpus shows."""
    if not is_packaged(name):
        return MIDDLE
    return (PRIOR_THROUGH_WORDS if reads_spanish(name) else PRIOR).get(lang, MIDDLE)


def weigh(dense_share: float, lexical_share: float) -> float:
    """w = d^2 / (d^2 + (1.15 l)^2); the middle where neither side finds anything.

    The shares are measured on lone sentences; keywords gain more than vectors when passages are scored at three
    levels, by about that factor."""
    dense, lexical = dense_share**2, (_LEVELS_GAIN * lexical_share) ** 2
    return dense / (dense + lexical) if dense + lexical > 0 else MIDDLE


def shares(rows: np.ndarray, texts: Sequence[str], groups: np.ndarray, lang: str) -> tuple[float, float, int]:
    """(encoder's share, BM25's share, sentences asked) for sentence vectors, texts and the piece of each.

    Only sentences with another one in their piece are asked."""
    index = LexicalIndex()
    index.add(texts, [lang] * len(texts))
    mates = np.bincount(groups, minlength=groups.max() + 1)[groups] > 1 if len(groups) else np.zeros(0, bool)
    asked = np.flatnonzero(mates)
    dense = lexical = 0
    for i in asked:
        cosines = rows @ rows[i]
        cosines[i] = -np.inf
        scores = index.scores(question_terms(texts[i], [lang]))
        scores[i] = -np.inf
        dense += groups[cosines.argmax()] == groups[i]
        lexical += groups[scores.argmax()] == groups[i]
    count = len(asked)
    return (dense / count, lexical / count, count) if count else (0.0, 0.0, 0)


def estimate_trust(db: Database, model: str, lang: str, name: str, seed: int = 0) -> tuple[float, int]:
    """(weight, sentences sampled) for a language of the workspace, drawn towards the prior where text is scarce.

    Tables and repeated boilerplate mislead both shares, so the weight never goes far from the prior."""
    rows, texts, groups = _sample(db, model, lang, seed)
    dense, lexical, count = shares(rows, texts, groups, lang)
    start = prior(lang, name)
    weight = (count * weigh(dense, lexical) + _PRIOR_STRENGTH * start) / (count + _PRIOR_STRENGTH)
    farthest = _FARTHEST[is_packaged(name)]
    return min(max(weight, start - farthest), start + farthest), count


def read_trust(db: Database, model: str) -> dict[str, tuple[float, int]]:
    """Language -> (weight, sentences of that language when it was computed), as last stored for `model`."""
    stored = vectors.read_meta(db, f"trust:{model}")
    return {lang: (weight, count) for lang, (weight, count) in json.loads(stored).items()} if stored else {}


def refresh_trust(db: Database, model: str, name: str) -> None:
    """Compute the weights anew for the languages whose text grew or shrank by a fifth since the last time."""
    known = read_trust(db, model)
    fresh: dict[str, tuple[float, int]] = {}
    for lang, count in vectors.sentence_counts(db, model).items():
        weight, before = known.get(lang, (0.0, 0))
        if before and abs(count - before) <= before / 5:
            fresh[lang] = (weight, before)
        else:
            fresh[lang] = (estimate_trust(db, model, lang, name)[0], count)
    if fresh != known:
        vectors.write_meta(db, f"trust:{model}", json.dumps(fresh))


def _sample(db: Database, model: str, lang: str, seed: int) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Whole pieces of documents drawn at random, until there are `_SENTENCES` sentences with vectors."""
    drawn = vectors.document_ids(db, model, lang)
    random.Random(seed).shuffle(drawn)
    rows: list[np.ndarray] = []
    texts: list[str] = []
    groups: list[int] = []
    share = max(_SENTENCES // max(min(len(drawn), 40), 1), 30)
    for document_id in drawn:
        found = vectors.embedded_sentences(db, model, document_id, share)
        rows += [np.frombuffer(data, np.float16).astype(np.float32) for _, _, data in found]
        texts += [text for _, text, _ in found]
        groups += [piece for piece, _, _ in found]
        if len(texts) >= _SENTENCES:
            break
    if not texts:
        return np.empty((0, 0), np.float32), [], np.empty(0, np.int64)
    return np.stack(rows), texts, np.unique(groups, return_inverse=True)[1]
