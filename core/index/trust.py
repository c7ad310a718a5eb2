"""How far the embedder can be trusted in a language, told by the corpus itself, without labels.

For a sample of sentences: how often does the nearest other sentence, by the encoder and by BM25, lie in the same
piece? From the two shares comes the weight of the encoder's scores: one workspace, one weight, however it came to be.
It ranks no question.
"""

from __future__ import annotations

import hashlib
import json
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
TRUST = "trust"  # the key of what is stored: the model, the revision of the workspace, and a weight a language
Trust = dict[str, float]  # language -> weight
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


def estimate_trust(db: Database, model: str, lang: str, name: str) -> float:
    """The weight for a language of the workspace, drawn towards the prior where text is scarce.

    Tables and repeated boilerplate mislead both shares, so the weight never goes far from the prior."""
    drawn = _draw(vectors.embedded_documents(db, model).get(lang, []))
    dense, lexical, count = shares(*_read(db, model, drawn), lang)
    start = prior(lang, name)
    weight = (count * weigh(dense, lexical) + _PRIOR_STRENGTH * start) / (count + _PRIOR_STRENGTH)
    farthest = _FARTHEST[is_packaged(name)]
    return min(max(weight, start - farthest), start + farthest)


def trust_of(stored: str | None, model: str) -> Trust:
    """The weights in what is stored under `TRUST`; none where they are another model's."""
    found = json.loads(stored) if stored else {}
    return {lang: weight for lang, (weight, _) in found["langs"].items()} if found.get("model") == model else {}


def is_settled(db: Database) -> bool:
    """Whether the stored weights are those of the workspace as it is now."""
    revision, (stored,) = vectors.revision_and_meta(db, (TRUST,))
    return bool(stored) and tuple(json.loads(stored)["at"]) == revision


def refresh_trust(db: Database, model: str, name: str) -> None:
    """Store the weights for the workspace as it is; computed anew for the languages whose sample is another one."""
    revision, (stored,) = vectors.revision_and_meta(db, (TRUST,))
    before = json.loads(stored) if stored else {}
    known = before.get("langs", {}) if before.get("model") == model else {}
    langs: dict[str, tuple[float, str]] = {}
    for lang, held in vectors.embedded_documents(db, model).items():
        sample = hashlib.sha256(repr([(one.sha256, one.pieces, n) for one, n in _draw(held)]).encode()).hexdigest()
        weight, drawn = known.get(lang, (MIDDLE, ""))
        langs[lang] = (weight if drawn == sample else estimate_trust(db, model, lang, name), sample)
    vectors.write_meta(db, TRUST, json.dumps({"model": model, "at": revision, "langs": langs}))


def _draw(held: Sequence[vectors.Embedded]) -> list[tuple[vectors.Embedded, int]]:
    """Documents with how many of their first sentences are asked, until there are `_SENTENCES`.

    Those with the smallest hashes: drawn as if at random, yet by what they hold and not by when they came, so that
    one workspace has one sample, which in a large one hardly ever changes (bottom-k sampling, Cohen & Kaplan 2007)."""
    share = max(_SENTENCES // max(min(len(held), 40), 1), 30)
    drawn, total = [], 0
    for one in sorted(held, key=lambda one: one.sha256):
        if total >= _SENTENCES:
            break
        drawn.append((one, min(one.sentences, share)))
        total += drawn[-1][1]
    return drawn


def _read(
    db: Database, model: str, drawn: Sequence[tuple[vectors.Embedded, int]]
) -> tuple[np.ndarray, list[str], np.ndarray]:
    """The vectors, texts and pieces of the sentences that were drawn."""
    found = [row for one, count in drawn for row in vectors.embedded_sentences(db, model, one.id, count)]
    if not found:
        return np.empty((0, 0), np.float32), [], np.empty(0, np.int64)
    rows = np.stack([np.frombuffer(data, np.float16).astype(np.float32) for _, _, data in found])
    return rows, [text for _, text, _ in found], np.unique([piece for piece, _, _ in found], return_inverse=True)[1]
