"""Whether the passages answer at all: a learned judgement of the best evidence, and words for what is missing.

It sees topics, names, figures, kinds of thing, and some of the signs that a fact was swapped (`contrast`). What the
articles that it learned from could not teach it is `doubt`'s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from core.chat import nets, rank
from core.chat.citations import key_span
from core.chat.contrast import around, keys_of, measure_contrast
from core.chat.doubt import what_is_left
from core.chat.extract import Ranked
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
    "missing_best",
    "missing_near",
    "missing_passage",
    "names_best",
    "names_near",
    "names_passage",
    "names_all",
    "plain_best",
    "plain_passage",
    "rarest_best",
    "rarest_near",
    "rarest_all",
    "count_best",
    "count_near",
    "count_passage",
    "soft_best",
    "soft_near",
    "unseen_count",
    "elsewhere",
    "hit_coverage",
    "has_figures",
    "figures_best",
    "figures_passage",
    "asks_negated",
    "says_negated",
    "negation_differs",
    "opposite_best",
    "opposite_near",
    "margin",
    "entropy",
    "score",
    "three",
    "hit_score",
    "hit_margin",
    "best_cosine",
    "cosine_gap",
    "hit_cosine",
    "has_key",
    "has_names",
    "new_names",
    "asked_count",
    "focus_best",
    "focus_near",
    "last_best",
    "last_near",
    "wants_person",
    "wants_date",
    "wants_figure",
    "wants_place",
    "wants_nothing",
    "lists",
    "explains",
    "defines",
    "spanish",
    "across_cosine",
    "across_hit_cosine",
    "across_names",
    "across_figures",
    "across_exact",
)
_LEFT_IN_NAMED = 0.7  # of the doubt, where the best evidence is in the very document that is named
# Another language's best evidence is believed from here on: balanced accuracy .91 and .93, by keywords alone .87.
_ACROSS_THRESHOLD = 0.45
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
    row = np.array([[values.get(name, 0.0) for name in FEATURES]])
    across = ranked.lang_of(ranked.evidence[0]) != understood.lang
    chance = float(nets.mean_chance(row, nets.net("decline_across" if across else "decline"))[0])
    if ranked.evidence[0].hit.document_id in ranked.meant:
        chance = 1 - _LEFT_IN_NAMED * (1 - chance)
    chance *= what_is_left(understood, ranked, result, vocabulary)
    threshold = _ACROSS_THRESHOLD if across else nets.weights()["decline"]["threshold"]
    says_something = bool(ranked.asked_of(ranked.evidence[0])) or understood.kind not in ("fact", "define")
    answers = chance >= threshold and says_something
    return Judgement(chance, answers, _unseen(understood, ranked, vocabulary), _missing(ranked))


def measure(understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary) -> dict[str, float]:
    """The values of FEATURES for one question."""
    best = ranked.evidence[0]
    asked = ranked.asked_of(best)
    total = sum(word.weight for word in asked) or 1.0
    crossing = float((best.hit.lang or result.lang) != understood.lang)
    near, union = keys_of(around(best, ranked, _NEAR)), keys_of(ranked.evidence)
    alone = keys_of([best])
    if understood.kind == "compare":  # no single sentence holds both sides
        near = alone = union

    def share(keys: Set[str]) -> float:
        return sum(word.weight for word in asked if word.keys & keys) / total

    cosine = max(e.cosine for e in ranked.evidence)
    unmet = bool(understood.want) and key_span(understood, best.text, best.words, asked, understood.lang) is None
    unseen = sum(word.weight for word in asked if not word.keys & union and not vocabulary.seen(word)) / total
    return {
        "best_coverage": share(alone),
        "union_coverage": share(union),
        "near_coverage": share(near),
        "unseen": unseen,
        "cosine": cosine,
        "chance": best.chance,
        "names_missing": _absent([w for w in asked if w.named], near),
        "figures_missing": _absent([w for w in asked if w.text[0].isdigit()], near),
        "unmet_want": float(unmet),
        "asked": math.log1p(len(asked)),
        "keyword_only": float(result.stage == "keyword"),
        "crossing": crossing,
        "crossing_cosine": crossing * cosine,
        "crossing_coverage": crossing * share(near),
        "cosine_trusted": cosine * result.trust,
        "untrusted_coverage": share(near) * (1 - result.trust),
    } | measure_contrast(understood, ranked, result, vocabulary)


def _absent(words: Sequence[Word], keys: Set[str]) -> float:
    return sum(not word.keys & keys for word in words) / len(words) if words else 0.0


def _unseen(understood: Understood, ranked: Ranked, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The question's words that no passage holds in any language, as they are asked."""
    asked = list(ranked.asked.values()) or [rank.question_words(understood, vocabulary, understood.lang)]
    held = keys_of(ranked.evidence)
    seen = {w.text for words in asked for w in words if w.keys & held or vocabulary.seen(w)}
    return tuple(dict.fromkeys(w.text for w in asked[0] if w.text not in seen))


def _missing(ranked: Ranked) -> tuple[str, ...]:
    best = ranked.evidence[0]
    near = keys_of(around(best, ranked, _NEAR))
    return tuple(dict.fromkeys(word.text for word in ranked.asked_of(best) if not word.keys & near))
