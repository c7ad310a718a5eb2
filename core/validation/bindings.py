"""Who does what to whom: two names on either side of a verb that both texts share. A statement that gives them the
other way round is wrong though it uses every word of its source.

Where one of the two is in the passive ('was replaced by'), or no verb is shared, nothing is said. It looks no names up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.names import read_names
from core.validation.places import Segment
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon

_BY = frozenset("by por".split())
_BE = frozenset("was were is are been be fue fueron es son sido ser".split())
_SIDES = re.compile(r"[;:.]|\b(?:and|y|who|que|while|mientras|whereas)\b")


def check_bindings(claim: Segment, evidence: Evidence) -> list[Finding]:
    """A pair of names in the other order than in a quoted sentence."""
    for passage in evidence.passages:
        for segment in passage.quoted:
            finding = _turned(claim, segment)
            if finding is not None:
                return [finding]
    return []


def _turned(claim: Segment, source: Segment) -> Finding | None:
    """'A replaced B' where the source has 'B replaced A'."""
    for first, verb, second, passive in _triples(claim):
        for one, other_verb, two, other_passive in _triples(source):
            if not verb.keys & other_verb.keys:
                continue
            if passive == other_passive and _is_one(first, two) and _is_one(second, one):
                return Finding("figure_swapped", {"what": first.text, "instead": second.text})
    return None


def _triples(segment: Segment) -> Iterator[tuple[Word, Word, Word, bool]]:
    """Two neighbouring parties with each word between them that says something, and whether that is in the passive."""
    parties = _parties(segment)
    for first, second in itertools.pairwise(parties):
        between = [w for w in segment.words if first.end <= w.start and w.end <= second.start]
        if _SIDES.search(fold(segment.text[first.end : second.start])):
            continue
        if any(first.end <= q.start < second.start for q in segment.quantities):
            continue  # 'Ruiz has 95,000 euros for courses in Berlin': nobody does anything to anyone
        passive = any(fold(w.text) in _BY for w in between[-2:]) and any(fold(w.text) in _BE for w in between)
        for word in between:
            if not word.stop and fold(word.text) not in _BE:
                yield first, word, second, passive


def _parties(segment: Segment) -> list[Word]:
    """The last word of each name, and the words that name a role ('tenant')."""
    names = {name.start for name in read_names(segment.text, segment.dates, segment.quantities)}
    roles = lexicon()["unturned"] - lexicon()["beside"]
    found: list[Word] = []
    for word in segment.words:
        if word.start not in names and not (word.side is not None and word.side[0] in roles):
            continue
        if found and not segment.text[found[-1].end : word.start].strip(" ,'’s"):
            found[-1] = word
        else:
            found.append(word)
    return found


def _is_one(word: Word, other: Word) -> bool:
    return bool(word.keys & other.keys)
