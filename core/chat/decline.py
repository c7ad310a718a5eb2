"""Whether the passages answer at all: a learned judgement of the best evidence, and words for what is missing.

It sees topics, names, figures and kinds of thing; it cannot see that a fact was swapped for another of the same kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.chat import rank
from core.chat.citations import key_span
from core.chat.extract import Evidence, Ranked
from core.chat.question import Understood
from core.chat.words import Vocabulary, Word
from core.records import SearchResult

FEATURES = (
    "best_coverage",
    "union_coverage",
    "hit_coverage",
    "unseen",
    "cosine",
    "chance",
    "exact_missing",
    "unmet_want",
    "asked",
    "keyword_only",
    "crossing",
    "crossing_cosine",
    "cosine_trusted",
    "untrusted_coverage",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`chance` (0..1) that the documents answer; `unseen` are the question's words that no document holds,
    `missing` those that the best passages lack."""

    chance: float
    answers: bool
    unseen: tuple[str, ...]
    missing: tuple[str, ...]


def judge(understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary) -> Judgement:
    """Whether the best evidence answers `understood`."""
    if not ranked.evidence:
        return Judgement(0.0, False, _unseen(understood, ranked, vocabulary), ())
    values = measure(understood, ranked, result, vocabulary)
    model = rank.weights()["decline"]
    total = model["bias"]
    for name, weight, mean, scale in zip(FEATURES, model["linear"], model["mean"], model["scale"], strict=True):
        total += weight * (values[name] - mean) / scale
    chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    missing = _missing(ranked, result)
    return Judgement(chance, chance >= model["threshold"], _unseen(understood, ranked, vocabulary), missing)


def measure(understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary) -> dict[str, float]:
    """The values of FEATURES for one question."""
    best = ranked.evidence[0]
    asked = _asked(best, ranked, result)
    found = rank.matches(asked, best.words)
    passage = [e for e in ranked.evidence if e.hit is best.hit]
    held = [any(rank.matches([word], e.words)[0] for e in passage) for word in asked]
    union = [any(rank.matches([word], e.words)[0] for e in ranked.evidence) for word in asked]
    total = sum(word.weight for word in asked) or 1.0
    exact = [i for i, word in enumerate(asked) if word.exact and word.start > 1]
    cosine = max(e.cosine for e in ranked.evidence)
    covered = rank.coverage(asked, found)
    crossing = float((best.hit.lang or result.lang) != understood.lang)
    unmet = bool(understood.want) and key_span(understood, best.text, best.words, asked, understood.lang) is None
    hit_coverage = sum(w.weight for w, h in zip(asked, held, strict=True) if h) / total
    return {
        "best_coverage": covered,
        "union_coverage": sum(w.weight for w, h in zip(asked, union, strict=True) if h) / total,
        "hit_coverage": hit_coverage,
        "unseen": sum(w.weight for w in asked if not vocabulary.seen(w)) / total,
        "cosine": cosine,
        "chance": best.chance,
        "exact_missing": sum(not held[i] for i in exact) / len(exact) if exact else 0.0,
        "unmet_want": float(unmet),
        "asked": math.log1p(len(asked)),
        "keyword_only": float(result.stage == "keyword"),
        "crossing": crossing,
        "crossing_cosine": crossing * cosine,
        "cosine_trusted": cosine * result.trust,
        "untrusted_coverage": hit_coverage * (1 - result.trust),
    }


def _asked(best: Evidence, ranked: Ranked, result: SearchResult) -> Sequence[Word]:
    return ranked.asked[best.hit.lang or result.lang]


def _unseen(understood: Understood, ranked: Ranked, vocabulary: Vocabulary) -> tuple[str, ...]:
    words = next(iter(ranked.asked.values()), None)
    if words is None:
        words = rank.question_words(understood, vocabulary, understood.lang)
    return tuple(dict.fromkeys(word.text for word in words if not vocabulary.seen(word)))


def _missing(ranked: Ranked, result: SearchResult) -> tuple[str, ...]:
    best = ranked.evidence[0]
    passage = [e for e in ranked.evidence if e.hit is best.hit]
    asked = _asked(best, ranked, result)
    return tuple(dict.fromkeys(w.text for w in asked if not any(rank.matches([w], e.words)[0] for e in passage)))
