"""Signs that the best sentence speaks of something else than what is asked: a name, figure or word of the question that
it lacks, a negation, an opposite, a doubtful first place.

It only measures; `decline` weighs. What it cannot see is a fact that was swapped for a near synonym.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.chat.citations import key_span
from core.chat.extract import Evidence, Ranked
from core.chat.question import Understood
from core.chat.spans import find_spans
from core.chat.words import Vocabulary, Word, fold
from core.records import SearchResult

_FILE = Path(__file__).with_name("opposites.toml")
_WORD = re.compile(r"\w+")
_WANTS = {
    "wants_person": ("person",),
    "wants_date": ("date", "year"),
    "wants_figure": ("number", "money", "percent", "duration"),
    "wants_place": ("place",),
    "wants_nothing": ("",),
}


@dataclass(frozen=True, slots=True)
class Scopes:
    """The keys that the best sentence holds, it and its two neighbours, its passage, and all candidates."""

    best: frozenset[str]
    near: frozenset[str]
    passage: frozenset[str]
    all: frozenset[str]


def keys_of(evidence: Iterable[Evidence]) -> frozenset[str]:
    """What the sentences hold, with the headings and file names that they stand under."""
    return frozenset(key for item in evidence for word in (*item.words, *item.context) for key in word.keys)


def around(best: Evidence, ranked: Ranked, distance: int) -> list[Evidence]:
    """The candidates of the best one's passage within `distance` sentences of it, itself included."""
    return [e for e in ranked.evidence if e.hit is best.hit and abs(e.order - best.order) <= distance]


def measure_contrast(
    understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary
) -> dict[str, float]:
    """One value a sign, 0 or more; shares lie in 0..1. `ranked` must hold evidence."""
    best = ranked.evidence[0]
    near = around(best, ranked, 1)
    scopes = Scopes(
        keys_of([best]),
        keys_of(near),
        keys_of(e for e in ranked.evidence if e.hit is best.hit),
        keys_of(ranked.evidence),
    )
    asked = ranked.asked_of(best)
    crossing = (best.hit.lang or result.lang) != understood.lang
    found = _lacking(asked, scopes, best, near, vocabulary)
    found |= _figures_lacking(asked, scopes)
    found |= _turned(understood, best, near, result.lang)
    found |= _place_in_ranking(ranked, result)
    found |= _shape(understood, best, asked, scopes)
    found |= _across(asked, scopes, best, crossing)
    return found


def _share(words: Sequence[Word], asked: Sequence[Word]) -> float:
    return sum(word.weight for word in words) / (sum(word.weight for word in asked) or 1.0)


def _lacking(
    asked: Sequence[Word], scopes: Scopes, best: Evidence, near: Sequence[Evidence], vocabulary: Vocabulary
) -> dict[str, float]:
    """Which of the question's words are missing, by sort of word and by how far around the best sentence one looks."""
    names = [word for word in asked if word.named]
    plain = [word for word in asked if not word.named and not word.text[0].isdigit()]
    gone = {
        place: [word for word in asked if not word.keys & keys]
        for place, keys in (
            ("best", scopes.best),
            ("near", scopes.near),
            ("passage", scopes.passage),
            ("all", scopes.all),
        )
    }
    own = {word.opening for word in best.words if word.opening}
    openings = {word.opening for item in near for word in item.words if word.opening}
    found = {f"missing_{place}": _share(gone[place], asked) for place in ("best", "near", "passage")}
    found |= {f"names_{place}": _share([w for w in gone[place] if w in names], asked) for place in gone}
    found |= {f"plain_{place}": _share([w for w in gone[place] if w in plain], asked) for place in ("best", "passage")}
    found |= {f"rarest_{place}": max((w.weight for w in gone[place]), default=0.0) for place in ("best", "near", "all")}
    found |= {f"count_{place}": float(min(len(gone[place]), 5)) for place in ("best", "near", "passage")}
    found["soft_best"] = _share([w for w in gone["best"] if w.opening not in own], asked)
    found["soft_near"] = _share([w for w in gone["near"] if w.opening not in openings], asked)
    found["unseen_count"] = float(min(sum(not vocabulary.seen(word) for word in asked), 4))
    found["elsewhere"] = _share([w for w in gone["passage"] if vocabulary.seen(w)], asked)
    found["hit_coverage"] = best.hit.coverage
    return found


def _figures_lacking(asked: Sequence[Word], scopes: Scopes) -> dict[str, float]:
    figures = [word for word in asked if word.text[0].isdigit()]
    return {
        "has_figures": float(bool(figures)),
        "figures_best": _share([w for w in figures if not w.keys & scopes.best], asked),
        "figures_passage": _share([w for w in figures if not w.keys & scopes.passage], asked),
    }


def _turned(understood: Understood, best: Evidence, near: Sequence[Evidence], lang: str) -> dict[str, float]:
    """Negations and opposites that only one side has."""
    negations, _ = _words_that_turn()
    asked, said = fold(understood.text), fold(best.text)
    own = set(_WORD.findall(asked))
    no_asked = len(negations[understood.lang].findall(asked))
    no_said = len(negations.get(best.hit.lang or lang, negations["en"]).findall(said))
    return {
        "asks_negated": float(min(no_asked, 2)),
        "says_negated": float(min(no_said, 2)),
        "negation_differs": float(bool(no_asked) != bool(no_said)),
        "opposite_best": float(_opposites(own, set(_WORD.findall(said)))),
        "opposite_near": float(_opposites(own, {w for e in near for w in _WORD.findall(fold(e.text))})),
    }


@functools.cache
def _words_that_turn() -> tuple[dict[str, re.Pattern[str]], tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    """Negations by language, and the sides of each pair of opposites in both directions."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    sides = [tuple(frozenset(side.split()) for side in line.split("|")) for line in read["pairs"]["words"]]
    both = tuple(pair for one, other in sides for pair in ((one, other), (other, one)))
    return {lang: re.compile(pattern) for lang, pattern in read["negations"].items()}, both


def _opposites(asked: set[str], said: set[str]) -> int:
    """How many pairs have one side in the question alone and the other in the text alone."""
    _, pairs = _words_that_turn()
    return sum(bool(asked & a and not said & a and said & b and not asked & b) for a, b in pairs)


def _place_in_ranking(ranked: Ranked, result: SearchResult) -> dict[str, float]:
    """How clear the first place is, among sentences and among passages."""
    best = ranked.evidence[0]
    second = ranked.evidence[1].score if len(ranked.evidence) > 1 else best.score - 5
    hits = [hit.score for hit in result.hits] + [0.0, 0.0]
    return {
        "margin": min(best.score - second, 6.0),
        "entropy": -sum(e.chance * math.log(e.chance + 1e-9) for e in ranked.evidence[:10]),
        "score": best.score,
        "three": sum(e.chance for e in ranked.evidence[:3]),
        "hit_score": hits[0],
        "hit_margin": hits[0] - hits[1],
        "best_cosine": best.cosine,
        "cosine_gap": max(e.cosine for e in ranked.evidence) - best.cosine,
        "hit_cosine": best.hit.cosine,
    }


def _shape(understood: Understood, best: Evidence, asked: Sequence[Word], scopes: Scopes) -> dict[str, float]:
    """What sort of question it is, and whether the sentence offers that sort of thing beside its words."""
    own, text = fold(understood.text), best.text
    names = {fold(text[s.start : s.end]) for s in find_spans(text, understood.lang) if s.sort == "name"}
    key = key_span(understood, text, best.words, asked, understood.lang)
    return {
        "has_key": float(key is not None),
        "has_names": float(any(word.named for word in asked)),
        "new_names": float(min(sum(name not in own for name in names), 4)),
        "asked_count": float(len(asked)),
        "focus_best": float(bool(asked and asked[0].keys & scopes.best)),
        "focus_near": float(bool(asked and asked[0].keys & scopes.near)),
        "last_best": float(bool(asked and asked[-1].keys & scopes.best)),
        "last_near": float(bool(asked and asked[-1].keys & scopes.near)),
        **{name: float(understood.want in wants) for name, wants in _WANTS.items()},
        "lists": float(understood.kind == "list"),
        "explains": float(understood.kind in ("how", "why")),
        "defines": float(understood.kind == "define"),
        "spanish": float(understood.lang == "es"),
    }


def _across(asked: Sequence[Word], scopes: Scopes, best: Evidence, crossing: bool) -> dict[str, float]:
    """Names, figures and nearness: all that can be compared between two languages."""
    if not crossing:
        return {}
    names, figures = [w for w in asked if w.named], [w for w in asked if w.text[0].isdigit()]
    return {
        "across_cosine": best.cosine,
        "across_hit_cosine": best.hit.cosine,
        "across_names": _share([w for w in names if not w.keys & scopes.near], asked),
        "across_figures": _share([w for w in figures if not w.keys & scopes.near], asked),
        "across_exact": sum(w.weight for w in asked if w.exact and w.keys & scopes.passage),
    }
