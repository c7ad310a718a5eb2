"""Who does what to whom: two names on either side of a verb that both texts share, and the title beside a name. A
statement that gives them the other way round is wrong though it uses every word of its source.

Where one of the two is in the passive ('was replaced by'), or no verb is shared, nothing is said. It looks no names up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.names import Name, read_names
from core.validation.places import Segment
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon

_BY = frozenset("by por".split())
_BE = frozenset("was were is are been be fue fueron es son sido ser".split())
_NEAR = 28  # characters between a title and its name
_SIDES = re.compile(r"[;:.]|\b(?:and|y|who|que|while|mientras|whereas)\b")


def check_bindings(claim: Segment, evidence: Evidence) -> list[Finding]:
    """A pair of names in the other order than in a quoted sentence, or a title that is another's there."""
    for passage in evidence.passages:
        for segment in passage.quoted:
            for finding in (_turned(claim, segment), _untitled(claim, segment)):
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


def _untitled(claim: Segment, source: Segment) -> Finding | None:
    """Two titles ('COO', 'CEO') beside two names, which the source has the other way round."""
    said, told = _titled(claim), _titled(source)
    both = [title for title in said if title in told]
    for first, second in itertools.combinations(both, 2):
        if said[first] & told[second] and said[second] & told[first] and not said[first] & told[first]:
            return Finding("figure_swapped", {"what": max(said[first]), "instead": max(told[first])})
    return None


def _titled(segment: Segment) -> dict[int, set[str]]:
    """The folded words of the name that stands nearest to each title of the segment."""
    forms = lexicon()["same_names"]
    folded = fold(segment.text)
    spans = [(n, _place_of(folded, group)) for n, group in enumerate(forms)]
    spans = [(n, place) for n, place in spans if place]
    runs = [run for run in _runs(segment) if not any(a <= run[0].start < b for _, (a, b) in spans)]
    found: dict[int, set[str]] = {}
    for n, (start, end) in spans:
        near = min(runs, key=lambda run: min(abs(run[0].start - end), abs(start - run[-1].end)), default=None)
        if near is not None and min(abs(near[0].start - end), abs(start - near[-1].end)) <= _NEAR:
            found[n] = {fold(name.text) for name in near}
    return found


def _place_of(folded: str, forms: Sequence[str]) -> tuple[int, int] | None:
    matches = (re.search(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])", folded) for form in forms)
    return next((match.span() for match in matches if match), None)


def _runs(segment: Segment) -> list[list[Name]]:
    """Names, each as the words that follow each other."""
    runs: list[list[Name]] = []
    for name in read_names(segment.text, segment.dates, segment.quantities):
        if runs and segment.text[runs[-1][-1].end : name.start] == " ":
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs
