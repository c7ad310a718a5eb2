"""Whether the passages answer at all: a learned judgement of the best evidence, and words for what is missing.

It sees topics, names, figures and kinds of thing; it cannot see that a fact was swapped for another of the same kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
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
    "near_coverage",
    "unseen",
    "cosine",
    "chance",
    "names_missing",
    "figures_missing",
    "unmet_want",
    "asked",
    "keyword_only",
    "crossing",
    "crossing_cosine",
    "crossing_coverage",
    "cosine_trusted",
    "untrusted_coverage",
)
_NEAR = 3  # sentences before and after the best one that may hold what it leaves unsaid


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
    missing = _missing(ranked)
    return Judgement(chance, chance >= model["threshold"], _unseen(understood, ranked, vocabulary), missing)


def measure(understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary) -> dict[str, float]:
    """The values of FEATURES for one question."""
    best = ranked.evidence[0]
    asked = ranked.asked_of(best)
    total = sum(word.weight for word in asked) or 1.0
    crossing = float((best.hit.lang or result.lang) != understood.lang)
    same = 1 - crossing
    near, union = _keys(_around(best, ranked)), _keys(ranked.evidence)
    alone = _keys([best])
    if understood.kind == "compare":  # no single sentence holds both sides
        near = alone = union

    def share(keys: Set[str]) -> float:
        return sum(word.weight for word in asked if word.keys & keys) / total

    cosine = max(e.cosine for e in ranked.evidence)
    unmet = bool(understood.want) and key_span(understood, best.text, best.words, asked, understood.lang) is None
    unseen = sum(word.weight for word in asked if not word.keys & union and not vocabulary.seen(word)) / total
    return {
        "best_coverage": same * share(alone),
        "union_coverage": same * share(union),
        "near_coverage": same * share(near),
        "unseen": same * unseen,
        "cosine": cosine,
        "chance": best.chance,
        "names_missing": same * _absent([w for w in asked if w.named], near),
        "figures_missing": _absent([w for w in asked if w.text[0].isdigit()], near),
        "unmet_want": float(unmet),
        "asked": math.log1p(len(asked)),
        "keyword_only": float(result.stage == "keyword"),
        "crossing": crossing,
        "crossing_cosine": crossing * cosine,
        "crossing_coverage": crossing * share(near),
        "cosine_trusted": cosine * result.trust,
        "untrusted_coverage": same * share(near) * (1 - result.trust),
    }


def _around(best: Evidence, ranked: Ranked) -> list[Evidence]:
    return [e for e in ranked.evidence if e.hit is best.hit and abs(e.order - best.order) <= _NEAR]


def _keys(evidence: Iterable[Evidence]) -> set[str]:
    """What the sentences hold, with the headings and file names that they stand under."""
    found: set[str] = set()
    for item in evidence:
        for word in (*item.words, *item.context):
            found |= word.keys
    return found


def _absent(words: Sequence[Word], keys: Set[str]) -> float:
    return sum(not word.keys & keys for word in words) / len(words) if words else 0.0


def _unseen(understood: Understood, ranked: Ranked, vocabulary: Vocabulary) -> tuple[str, ...]:
    words = next(iter(ranked.asked.values()), None)
    if words is None:
        words = rank.question_words(understood, vocabulary, understood.lang)
    held = _keys(ranked.evidence)
    return tuple(dict.fromkeys(w.text for w in words if not w.keys & held and not vocabulary.seen(w)))


def _missing(ranked: Ranked) -> tuple[str, ...]:
    best = ranked.evidence[0]
    near = _keys(_around(best, ranked))
    return tuple(dict.fromkeys(word.text for word in ranked.asked_of(best) if not word.keys & near))
