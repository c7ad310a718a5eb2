"""What comes first in prose: 'noise is the main complaint' where the source has 'noise came second', 'ahead of noise'.

It speaks only where the statement calls first what the source names as behind another. Rows are judged by standings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.places import Segment
from core.validation.vocabulary import Word

_FIRST = re.compile(
    r"\b(?:most|main|chief|top|first|leading|number one|principal(?:es)?|primer[ao]?|favorit[ao]s?|"
    r"(?:que|lo) mas|mas (?:\w+d[oa]s?|frecuentes?|comun(?:es)?|habitual(?:es)?|popular(?:es)?))\b"
)
_BEHIND = re.compile(
    r"\b(?:second|third|ahead of|behind|followed|after|segund[oa]|tercer[oa]?|por delante|detras|seguid[oa]s?|tras)\b"
)
_AHEAD_OF = re.compile(
    r"\b(?:ahead of|followed (?:closely )?by|por delante del?|seguid[oa]s? (?:de cerca )?(?:de|del|por))\s+"
)
_SECOND = re.compile(
    r"\s+(?:(?:came|comes|was|is|ranked|ranks|finished|were|are) (?:in |only )?|"
    r"(?:quedo|queda|fue|es|va|figura) (?:en |la |el )?)(?:second|third|segund[oa]|tercer[oa]?)\b"
)


def check_ranks(claim: Segment, evidence: Evidence) -> list[Finding]:
    """What the statement calls the first of its kind and a quoted sentence puts behind another."""
    folded = fold(claim.text)
    said = _FIRST.search(folded)
    if not said or _BEHIND.search(folded) or any(word.cue for word in claim.words):
        return []
    for segment in {s.text: s for passage in evidence.passages for s in passage.quoted}.values():
        first = _FIRST.search(fold(segment.text))
        for word in _behind(segment):
            ahead = [w for w in segment.words if not w.stop and first and first.end() <= w.start < word.start]
            if _says(claim, word) and first and not any(_says(claim, w) and w.text[:1].isupper() for w in ahead):
                return [Finding("other_first", {"what": claim.text[said.start() : said.end()]})]
    return []


def _behind(segment: Segment) -> Iterator[Word]:
    """The words that a sentence puts behind another: right after 'ahead of', right before 'came second'."""
    folded = fold(segment.text)
    for match in _AHEAD_OF.finditer(folded):
        yield from [w for w in segment.words if w.start >= match.end() and not w.stop][:1]
    for match in _SECOND.finditer(folded):
        yield from [w for w in segment.words if w.end <= match.start() + 1 and not w.stop][-1:]


def _says(claim: Segment, word: Word) -> bool:
    return any(not own.stop and own.keys & word.keys for own in claim.words)
