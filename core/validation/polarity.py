"""Does a statement say the opposite of its source: a negation more or less, 'fell' for 'rose', 'before' for 'after'.

Compared are words that both use, or opposites of them, in the clause of the source that says most of the statement.
Two turns cancel each other: 'did not rise' and 'fell' agree.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.validation.measures import fold
from core.validation.places import Segment, cut_clauses
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon

_SEMICOLON = re.compile(r";\s|\s(?:whereas|while|mientras que)\s", re.I)
_NEAR = 12  # characters, an article or two
_UNLESS = frozenset("unless except salvo excepto".split())
_AGAIN = frozenset("ningun ninguno ninguna nadie nada nunca jamas tampoco ni any ever nor".split())


@dataclass(frozen=True, slots=True)
class Opposition:
    """What the statement says and what the source says instead (empty where it is a bare negation)."""

    reason: str
    said: str
    source: str = ""


def find_opposition(
    claim: Segment, sources: Sequence[tuple[Sequence[Segment], Sequence[Segment]]]
) -> Opposition | None:
    """The first way in which the statement turns what its sources say, or None. `sources` are the sentences of each
    passage that are quoted, and those around them; the best of each speaks, quoted ones where any says anything."""
    words: list[Word] = []
    whole: list[Word] = []
    told = [best_segment(claim, quoted) for quoted, _ in sources]
    if not any(told):
        told = [best_segment(claim, around) for _, around in sources]
    for best in {segment.text: segment for segment in told if segment is not None}.values():
        words += _relevant(claim, best)
        whole += best.words
    if not words:
        return None
    words += _decided(words, [segment for quoted, _ in sources for segment in quoted])
    return _opposite_side(claim, words) or _one_negation_more(claim, words, whole)


def _decided(words: Sequence[Word], quoted: Sequence[Segment]) -> list[Word]:
    """What a quoted sentence says that was decided ('the motion was rejected'), where the one that tells what it was
    about does not."""
    pair = lexicon()["sides"]["en:approv"][0]
    if any(word.side is not None and word.side[0] == pair for word in words):
        return []
    return [w for segment in quoted for w in segment.words if w.side is not None and w.side[0] == pair]


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
    clauses = _parts(segment)
    if len(clauses) < 2:
        return segment.words
    parts = [[w for w in segment.words if a <= w.start < b] for a, b in clauses]
    scores = [shared(claim.words, part) for part in parts]
    best = max(scores)
    return [word for part, score in zip(parts, scores, strict=True) if score and score >= 0.6 * best for word in part]


def _parts(segment: Segment) -> list[tuple[int, int]]:
    """The clauses of a sentence, cut at each semicolon too, though no figure stands behind it."""
    edges = {edge for clause in cut_clauses(segment) for edge in clause}
    edges |= {match.end() for match in _SEMICOLON.finditer(segment.text)}
    return list(itertools.pairwise(sorted(edges)))


def _opposite_side(claim: Segment, source: Sequence[Word]) -> Opposition | None:
    for at, word in enumerate(claim.words):
        if word.side is None:
            continue
        pair, sign = word.side
        loose = pair in lexicon()["unturned"]  # "unlikely to recover before": a negation further off is counted below
        if word.negated and pair in lexicon()["beside"]:
            continue  # 'not before' may say 'after'
        sign = -sign if word.negated and not loose else sign
        if any(_points_to(other) == (pair, -sign) for other in claim.words):
            continue  # 'a profit, after a loss': the statement speaks of both
        signs = {}
        for place, other in enumerate(source):
            if other.side is None or other.side[0] != pair:
                continue
            near = _beside(claim.words, at) & _beside(source, place)
            if pair in lexicon()["beside"] and not near:
                continue
            signs[-other.side[1] if other.negated and not loose else other.side[1]] = other
        if signs and sign not in signs:
            other = signs[-sign]
            if word.negated and not other.negated and _excepts(source, claim.words):
                continue  # 'cannot' of what the source excepts
            if word.negated != other.negated and not loose:
                return Opposition("negation_added" if word.negated else "negation_dropped", word.text)
            return Opposition("opposite", word.text, other.text)
    return None


def _points_to(word: Word) -> tuple[int, int] | None:
    """The side that a word means, its negation counted."""
    if word.side is None:
        return None
    pair, sign = word.side
    return pair, -sign if word.negated and pair not in lexicon()["unturned"] else sign


def _beside(words: Sequence[Word], at: int) -> frozenset[str]:
    """The keys of the words on either side of one, articles left out."""
    here = words[at]
    before = next((w.keys for w in reversed(words[:at]) if not w.stop and here.start - w.end < _NEAR), frozenset())
    after = next((w.keys for w in words[at + 1 :] if not w.stop and w.start - here.end < _NEAR), frozenset())
    return before | after


def _one_negation_more(claim: Segment, source: Sequence[Word], whole: Sequence[Word]) -> Opposition | None:
    """A word that is denied on one side alone, while the two sides do not deny equally often. `whole` are all words of
    the sentences that `source` are the clauses of."""
    own, its = _denials(claim.words, whole), _denials(source, claim.words)
    if (own - its) % 2 == 0 or _not_until(claim.words, whole) or _not_until(whole, claim.words):
        return None
    if own > its and any(fold(word.text) == "otherwise" for word in whole):
        return None  # 'if it is, five years, otherwise two'
    if own < its and _denies_by_words(claim.words, whole):
        return None
    if own > its and _denies_by_words(source, claim.words) and not _denies_what_is_affirmed(claim.words, source):
        return None
    if own and its and not _at_odds(claim.words, source):
        return None  # 'nobody died and no harm was seen': each denies, one more often
    if own > its:
        affirmed = {key for word in source if not word.negated and not word.stop for key in word.keys}
        denied = [word for word in claim.words if word.negated and not word.stop]
        named = next((word for word in denied if word.keys & affirmed), denied[0] if denied else None)
        return None if _balanced(claim.words, source) else Opposition("negation_added", named.text if named else "")
    keys = {key for word in claim.words if not word.stop for key in word.keys}
    for word in source:
        if not word.negated or word.stop or not word.keys & keys or _balanced(claim.words, source):
            continue
        if not any(mine.negated for mine in claim.words if mine.keys & word.keys):
            return Opposition("negation_dropped", word.text)
    return None


def _not_until(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether one side says 'not until' and the other 'before' or 'only after'."""
    cue = next((n for n, word in enumerate(words) if word.cue), len(words))
    spoken = " ".join(fold(word.text) for word in words[cue:])
    until = re.search(r"\b(?:until|hasta que)\b", spoken)
    return bool(until) and any(
        fold(word.text) in ("before", "antes", "after", "once", "tras", "despues") for word in others
    )


def _at_odds(claim: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether a word that both use is denied on one side alone."""
    return any(
        mine.negated != its.negated
        for mine in claim
        for its in source
        if not mine.stop and not its.stop and mine.keys & its.keys
    )


def _denies_by_words(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether a word on this side alone denies ('lapse', 'evitar'), which the other side may say by a negation."""
    held = frozenset().union(*(word.keys for word in others)) if others else frozenset()
    return any(word.denies and not word.keys & held for word in words)


def _denies_what_is_affirmed(claim: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether the first word that the statement denies stands in its source's clause undenied, as the very word;
    'unless' denies a whole clause."""
    if any(fold(word.text) in _UNLESS for word in source):
        return False
    denied = next((word for word in claim if word.negated and not word.stop), None)
    exact = {key for key in denied.keys if key[0] not in "=~#"} if denied else set()
    return any(exact & word.keys for word in source if not word.negated and not word.stop)


def _excepts(source: Sequence[Word], claim: Sequence[Word]) -> bool:
    """Whether the source makes an exception of what the statement speaks of."""
    at = next((n for n, w in enumerate(source) if fold(w.text) in ("except", "salvo", "excepto")), len(source))
    keys = {key for word in source[at + 1 : at + 6] if not word.stop for key in word.keys}
    return any(word.keys & keys for word in claim if not word.stop)


def _denials(words: Sequence[Word], others: Sequence[Word]) -> int:
    """Negations, those of one clause once: Spanish repeats them ('no hubo ningún'); one that turns a word into what
    the other side says by its opposite is counted there."""
    pairs = {word.side[0] for word in others if word.side is not None} - lexicon()["unturned"]
    count, last = 0, -100
    for n, word in enumerate(words):
        if word.cue and not (word.side is not None and word.side[0] in pairs):
            near = [*words[max(0, n - 1) : n], *words[n + 1 : n + 4]]
            turned = [w for w in near if w.negated and w.side is not None and w.side[0] in pairs]
            again = fold(word.text) in _AGAIN and word.start - last < 60
            count += not turned and not again
            last = word.start
    return count


def _balanced(claim: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether an opposite makes up for the negation: 'not allowed' and 'forbidden'."""
    signs = {word.side for word in source if word.side is not None and word.side[0] not in lexicon()["unturned"]}
    return any(word.side is not None and (word.side[0], -word.side[1]) in signs for word in claim)
