"""Does a statement say the opposite of its source: a negation more or less, 'fell' for 'rose', 'before' for 'after'.

Compared are words that both use, or opposites of them, in the clause of the source that says most of the statement.
Two turns cancel each other: 'did not rise' and 'fell' agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.validation.sources import Segment, cut_clauses
from core.validation.vocabulary import Word


@dataclass(frozen=True, slots=True)
class Opposition:
    """What the statement says and what the source says instead (empty where it is a bare negation)."""

    reason: str
    said: str
    source: str = ""


def find_opposition(claim: Segment, sources: Sequence[Segment]) -> Opposition | None:
    """The first way in which the statement turns what its best source sentence says, or None."""
    best = best_segment(claim, sources)
    if best is None:
        return None
    words = _relevant(claim, best)
    return _opposite_side(claim, words) or _one_negation_more(claim, words)


def best_segment(claim: Segment, sources: Sequence[Segment]) -> Segment | None:
    """The sentence that shares most words with the statement."""
    ranked = [(shared(claim.words, segment.words), -n, segment) for n, segment in enumerate(sources)]
    ranked = [item for item in ranked if item[0] > 0]
    return max(ranked)[2] if ranked else None


def shared(claim: Sequence[Word], source: Sequence[Word]) -> float:
    """How many of the statement's words the source uses; a share of a word for each figure is not counted here."""
    keys = frozenset().union(*(word.keys for word in source)) if source else frozenset()
    return sum(1.0 for word in claim if not word.stop and word.keys & keys)


def _relevant(claim: Segment, segment: Segment) -> list[Word]:
    """The words of the clauses that say something of the statement; all of a sentence of one clause."""
    clauses = cut_clauses(segment)
    if len(clauses) < 2:
        return segment.words
    parts = [[w for w in segment.words if a <= w.start < b] for a, b in clauses]
    scores = [shared(claim.words, part) for part in parts]
    best = max(scores)
    return [word for part, score in zip(parts, scores, strict=True) if score and score >= 0.6 * best for word in part]


def _opposite_side(claim: Segment, source: Sequence[Word]) -> Opposition | None:
    for word in claim.words:
        if word.side is None:
            continue
        pair, sign = word.side
        sign = -sign if word.negated else sign
        signs = {}
        for other in source:
            if other.side is not None and other.side[0] == pair:
                signs[-other.side[1] if other.negated else other.side[1]] = other
        if signs and sign not in signs:
            other = signs[-sign]
            if word.negated != other.negated:
                return Opposition("negation_added" if word.negated else "negation_dropped", word.text)
            return Opposition("opposite", word.text, other.text)
    return None


def _one_negation_more(claim: Segment, source: Sequence[Word]) -> Opposition | None:
    """A word that is denied on one side alone, while the two sides do not deny equally often."""
    own, its = _denials(claim.words), _denials(source)
    if (own - its) % 2 == 0:
        return None
    denied = [word for word in claim.words if word.negated and not word.stop]
    keys = {key for word in claim.words if not word.stop for key in word.keys}
    if own:
        affirmed = {key for word in source if not word.negated and not word.stop for key in word.keys}
        for word in denied:
            if word.side is None and word.keys & affirmed:
                return Opposition("negation_added", word.text)
        if own > its and not _has_side(claim.words, source):
            near = [word for word in denied if word.side is None]
            return Opposition("negation_added", near[0].text if near else "")
    for word in source:
        if not word.negated or word.stop or word.side is not None or not word.keys & keys:
            continue
        if not any(mine.negated for mine in claim.words if mine.keys & word.keys):
            return Opposition("negation_dropped", word.text)
    return None


def _denials(words: Sequence[Word]) -> int:
    """Negations, those of one clause once: Spanish repeats them ('no hubo ningún'); those beside a word with an
    opposite are counted with that word."""
    count, last = 0, -100
    for n, word in enumerate(words):
        if word.cue:
            following = [other for other in words[n + 1 : n + 4] if other.negated and other.side is not None]
            if word.start - last > 25 and not following:
                count += 1
            last = word.start
    return count


def _has_side(claim: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether an opposite stands against the negation: 'not' before what the source says by its opposite."""
    pairs = {word.side[0] for word in source if word.side is not None}
    return any(word.side is not None and word.side[0] in pairs for word in claim)
