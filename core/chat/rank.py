"""Which sentence answers: features of each candidate, and a small learned ranker over them.

The weights (`weights.json`) come from `core.chat.train`. Nothing here searches or writes text.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import tomllib
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.chat import nets
from core.chat.question import Understood
from core.chat.spans import find_spans, spans_for
from core.chat.words import Vocabulary, Word, fold

_KIN = Path(__file__).with_name("kin.toml")
_CONTEXT = 0.6  # what a word is worth that only the heading or the file name holds

FEATURES = (
    "hit_gap",
    "hit_rank",
    "cosine",
    "coverage",
    "hit_coverage",
    "window",
    "pairs",
    "exact",
    "missing_exact",
    "local",
    "wanted",
    "wanted_before",
    "previous_coverage",
    "refers_back",
    "cue",
    "length",
    "short",
    "opens",
    "inside",
    "near",
    "asks",
    "lexical",
    "soft",
    "focus",
    "last",
    "new_words",
    "new_names",
    "new_figures",
    "untyped_names",
    "untyped_figures",
    "cosine_trusted",
    "coverage_trusted",
    "hit_gap_trusted",
)

_CUES = {
    "why": r"\b(?:because|since|due to|owing to|in order to|so that|as a result|reason|caused?|led to"
    r"|porque|ya que|puesto que|debido a|a causa de|por lo que|para que|con el fin de|motivo|razon|causa)\b",
    "how": r"\b(?:by|through|using|via|with|means of|mediante|a traves de|por medio de|usando|utilizando|con)\b",
    "define": r"\b(?:is|are|was|were) (?:an?|the|any|one)\b|\b(?:means|refers to|defined as|known as)\b"
    r"|\b(?:es|son|era|eran) (?:un|una|el|la|los|las|cualquier)\b"
    r"|\b(?:significa|se refiere a|se define|se entiende|se denomina|conocid[oa])\b",
    "list": r":|;|(?:,[^,]+){2,}",
}
_REFERS_BACK = re.compile(
    r"(?:it|he|she|they|this|these|those|such|his|her|their|its|the latter|here|there|"
    r"est[aeo]s?|es[aeo]s?|ell[ao]s?|el|dich[ao]s?|su|sus|aqui|alli|se)\b"
)
_MEASURE = re.compile(r"\bhow (?:large|big|tall|high|wide|deep|heavy|fast|strong|hot|cold|close|likely|expensive)\b")
_CUE_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _CUES.items()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: where it stands, and what search said of it and of its passage.

    `gap` is how far its passage scored below the best one, `distance` how many sentences lie between it and the piece
    that matched, `opens` whether a paragraph begins with it; `words` and `context` (its heading
    and its file's name) are read in its document's language."""

    hit: int
    order: int
    text: str
    words: tuple[Word, ...]
    gap: float
    cosine: float
    context: tuple[Word, ...] = ()
    opens: bool = False
    distance: int = 0


def question_words(understood: Understood, vocabulary: Vocabulary, lang: str) -> list[Word]:
    """The question's own content words, with the keys they have in text of language `lang`."""
    if lang == understood.lang:
        asking = _MEASURE.search(fold(understood.text))
        words = vocabulary.question_words(understood.text, understood.lang)
        words = [word for word in words if not (asking and asking.start() <= word.start < asking.end())] or words
        return [replace(word, keys=word.keys | kin_of(word, lang, vocabulary)) for word in words]
    return vocabulary.words_across(understood.text, understood.lang, lang)


def kin_of(word: Word, lang: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The keys of the words of its family ('attend', 'attendance'), which a text may use instead."""
    family = _families(lang).get(fold(word.text), ())
    return frozenset(key for other in family for key in vocabulary.keys(other, lang))


@functools.cache
def _families(lang: str) -> dict[str, tuple[str, ...]]:
    lines = tomllib.loads(_KIN.read_text(encoding="utf-8")).get(lang, ())
    return {word: tuple(line.split()) for line in lines for word in line.split()}


def matches(asked: Sequence[Word], words: Sequence[Word]) -> list[list[int]]:
    """For each question word, the positions of the words that match it, in order."""
    owners: dict[str, list[int]] = {}
    for number, word in enumerate(asked):
        for key in word.keys:
            owners.setdefault(key, []).append(number)
    keys = frozenset(owners)
    found: list[list[int]] = [[] for _ in asked]
    for position, word in enumerate(words):
        shared = word.keys & keys
        if shared:
            for number in {owner for key in shared for owner in owners[key]}:
                found[number].append(position)
    return found


def coverage(asked: Sequence[Word], found: Sequence[list[int]], context: Set[str] = frozenset()) -> float:
    """Weighted share of the question's words that were found, 0..1; those only in `context` count a little less."""
    total = sum(word.weight for word in asked)
    held = sum(
        word.weight * (1.0 if places else _CONTEXT if word.keys & context else 0.0)
        for word, places in zip(asked, found, strict=True)
    )
    return held / total if total else 0.0


def measure(
    understood: Understood,
    asked: dict[str, list[Word]],
    candidates: Sequence[Candidate],
    langs: Sequence[str],
    trust: float,
) -> np.ndarray:
    """One row of FEATURES for each candidate. `asked` holds the question's words by document language."""
    rows = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    by_hit: dict[int, list[int]] = {}
    for number, candidate in enumerate(candidates):
        by_hit.setdefault(candidate.hit, []).append(number)
    found = [matches(asked[lang], candidate.words) for candidate, lang in zip(candidates, langs, strict=True)]
    lexical = [_lexical(asked[lang], f, len(c.words)) for c, f, lang in zip(candidates, found, langs, strict=True)]
    best_lexical = max(lexical, default=0.0) or 1.0
    rarity = _rarity(found)
    for members in by_hit.values():
        words = asked[langs[members[0]]]
        union: list[list[int]] = [[] for _ in words]
        previous = 0.0
        for number in members:
            candidate, places = candidates[number], found[number]
            union = [a or b for a, b in zip(union, places, strict=True)]
            previous = 0.0 if candidate.opens else previous
            values = _values(understood, words, candidate, places, previous, trust)
            values["lexical"] = lexical[number] / best_lexical
            values["local"] = _local(words, places, rarity)
            rows[number] = [values.get(name, 0.0) for name in FEATURES]
            previous = values["coverage"]
        rows[members, AT["hit_coverage"]] = coverage(words, union)
    return rows


def _values(understood, asked, candidate, found, previous, trust) -> dict[str, float]:
    context = {key for word in candidate.context for key in word.keys}
    covered = coverage(asked, found, context)
    exact = [(word, bool(places)) for word, places in zip(asked, found, strict=True) if word.exact and word.start > 1]
    wanted = float(holds_wanted(understood, candidate.text))
    length = len(candidate.words)
    own = {key for word in asked for key in word.keys}
    fresh = [word for word in candidate.words if word.weight > 0 and not word.keys & own]
    names = min(sum(word.text[0].isupper() and word.start > 1 for word in fresh), 4) / 4
    figures = min(sum(word.text[0].isdigit() for word in fresh), 4) / 4
    untyped = float(not understood.want)
    return {
        "hit_gap": min(candidate.gap, 4.0),
        "hit_rank": min(candidate.hit, 5) / 5,
        "cosine": candidate.cosine,
        "coverage": covered,
        "window": _window(asked, found),
        "pairs": _pairs(found),
        "exact": sum(hit for _, hit in exact) / len(exact) if exact else 0.0,
        "missing_exact": float(any(not hit for _, hit in exact)),
        "wanted": wanted,
        "wanted_before": wanted * previous,
        "previous_coverage": previous,
        "refers_back": previous * float(bool(_REFERS_BACK.match(fold(candidate.text)))),
        "cue": _cue(understood.kind, candidate.text),
        "length": math.log1p(length) / 4,
        "short": float(length < 6),
        "opens": float(candidate.opens),
        "inside": float(candidate.distance == 0),
        "near": 1 / (1 + candidate.distance),
        "asks": float(candidate.text.rstrip().endswith("?")),
        "soft": _soft(asked, found, fresh),
        "focus": float(bool(found and found[0])),
        "last": float(bool(found and found[-1])),
        "new_words": math.log1p(len(fresh)) / 3,
        "new_names": names,
        "new_figures": figures,
        "untyped_names": untyped * names,
        "untyped_figures": untyped * figures,
        "cosine_trusted": candidate.cosine * trust,
        "coverage_trusted": covered * trust,
        "hit_gap_trusted": min(candidate.gap, 4.0) * trust,
    }


def _soft(asked: Sequence[Word], found: Sequence[list[int]], fresh: Sequence[Word]) -> float:
    """Coverage in which a word also counts by half where another begins with the same five letters."""
    openings = {word.opening for word in fresh if word.opening}
    total = sum(word.weight for word in asked)
    held = sum(
        word.weight * (1.0 if places else 0.5 if word.opening in openings else 0.0)
        for word, places in zip(asked, found, strict=True)
    )
    return held / total if total else 0.0


def _lexical(asked: Sequence[Word], found: Sequence[list[int]], length: int) -> float:
    """BM25 of one sentence (k1 .9, b .75, mean length 25 words), with this module's weights for rarity."""
    norm = 0.9 * (0.25 + 0.75 * length / 25)
    return sum(w.weight * w.weight * 1.9 * len(p) / (len(p) + norm) for w, p in zip(asked, found, strict=True) if p)


def _rarity(found: Sequence[Sequence[list[int]]]) -> list[float]:
    """How much each question word tells the candidates apart: high where few of them hold it."""
    size = max((len(places) for places in found), default=0)
    held = [sum(bool(places[word]) for places in found if word < len(places)) for word in range(size)]
    return [math.log((1 + len(found)) / (1 + n)) for n in held]


def _local(asked: Sequence[Word], found: Sequence[list[int]], rarity: Sequence[float]) -> float:
    total = sum(word.weight * r for word, r in zip(asked, rarity, strict=False))
    held = sum(w.weight * r for w, places, r in zip(asked, found, rarity, strict=False) if places)
    return held / total if total else 0.0


def holds_wanted(understood: Understood, text: str) -> bool:
    """Whether a text holds a span of the sort asked for that the question does not hold itself."""
    spans = spans_for(understood.want, find_spans(text, understood.lang)) if understood.want else ()
    own = fold(understood.text)
    return any(fold(text[span.start : span.end]) not in own for span in spans)


def _cue(kind: str, text: str) -> float:
    pattern = _CUE_PATTERNS.get(kind)
    return float(bool(pattern and pattern.search(fold(text))))


def _window(asked: Sequence[Word], found: Sequence[list[int]]) -> float:
    """Weight of the found words over the length of the shortest run of words that holds them all, by first places."""
    events = sorted((place, number) for number, places in enumerate(found) for place in places)
    needed = {number for _, number in events}
    if not needed:
        return 0.0
    best, count, low = math.inf, dict.fromkeys(needed, 0), 0
    missing = len(needed)
    for place, number in events:
        missing -= count[number] == 0
        count[number] += 1
        while missing == 0:
            first, oldest = events[low]
            best = min(best, place - first + 1)
            count[oldest] -= 1
            missing += count[oldest] == 0
            low += 1
    covered = coverage(asked, found)
    return covered * min(1.0, (len(needed) + 1) / (best + 1))


def _pairs(found: Sequence[list[int]]) -> float:
    """Share of neighbouring question words that stand at most three words apart, in order."""
    if len(found) < 2:
        return 0.0
    near = sum(any(0 < b - a <= 3 for a in left for b in right) for left, right in itertools.pairwise(found))
    return near / (len(found) - 1)


AT = {name: number for number, name in enumerate(FEATURES)}


def score(rows: np.ndarray, ranker: nets.Nets | None = None) -> np.ndarray:
    """The score of each row of FEATURES, by the learned ranker where no other is given."""
    return nets.mean_output(rows, ranker or nets.net("ranker"))
