"""What a source binds its words to, and a statement sets aside: a condition denied ('whether or not it is registered'),
a plan told as done, another reason than the one that is given, 'all' of what holds for some.

Each is judged only where both sides speak of it; what a statement merely leaves out is not wrong. It looks up no
figures.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.places import Segment
from core.validation.vocabulary import Word

_FUTURE = re.compile(r"\b\w{2,}(?:[aei]rán?|drán?)\b", re.I)
_STOPS = re.compile(
    r"[;:()]|,\s|\.\s|\.?$|\b(?:while|whereas|but|although|mientras|pero|aunque)\b|"
    r"\b(?:can|cannot|may|must|shall|should|will|would)\b"
)
_OF_TIME = r"(?! (?:year|month|week|quarter|day)\b)"
_NOT_YET = re.compile(r"\b(?:no|not|nor|never) (?:se )?(?:yet )?(?:has|have|had|ha|han|habia|habian)\b")
_OF = re.compile(r"\s*(?:of|out of|de|de un total de)\s*(?:the |los |las |sus |its |all )?")
_OF_ALL = re.compile(r"(?:^|[;:,.]\s)(?:of|out of|de)\s+(?:the |los |las |sus |its )?$")
_REACH = 40  # characters behind 'all'
_LEAST, _FEW, _SOME_OF_IT = 2, 3, 0.3


@functools.cache
def _cues() -> dict[str, re.Pattern[str]]:
    path = Path(__file__).parent / "lexicon" / "hedges.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    behind = "".join(rf"(?<!\b{word} )" for word in raw.pop("no_aim"))
    aim = rf"{behind}(?<=\w )(?:to (?!the\b|an?\b|its\b|their\b|be\b|have\b)(?=[a-z]+ )|para (?=\w+[aei]r\b))"
    found = {name: re.compile(rf"\b(?:{'|'.join(forms)})\b") for name, forms in raw.items()}
    return found | {"aim": re.compile(aim), "all": re.compile(found["all"].pattern + _OF_TIME)}


def check_hedges(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The first thing that the quoted sentences bind and the statement sets aside."""
    quoted = list({s.text: s for passage in evidence.passages for s in passage.quoted}.values())
    if not quoted:
        return []
    near = [segment for segment in quoted if _shared(claim.words, segment.words) >= _LEAST]
    for check in (_set_aside, _told_as_done, _other_reason, _all_of_some):
        finding = check(claim, near)
        if finding is not None:
            return [finding]
    return []


def _shared(words: Sequence[Word], others: Sequence[Word]) -> int:
    held = frozenset().union(*(word.keys for word in others)) if others else frozenset()
    return sum(not word.stop and bool(word.keys & held) for word in words)


def _set_aside(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'At any time' where the source says 'if'."""
    said = _cues()["anyway"].search(fold(claim.text))
    told = [fold(segment.text) for segment in near]
    if (
        said
        and any(_cues()["condition"].search(text) for text in told)
        and not any(_cues()["anyway"].search(text) for text in told)
    ):
        return Finding("condition_dropped", {"what": claim.text[said.start() : said.end()]})
    return None


def _told_as_done(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'Has closed' where the clause of the source that says so has 'plans to close'."""
    folded = _NOT_YET.sub(_blank, fold(claim.text))
    done = _cues()["done"].search(folded)
    if not done or _planned(claim.text) or _cues()["foreseen"].search(folded):
        return None
    for segment in near:
        clauses = [(segment.text[a:b], [w for w in segment.words if a <= w.start < b]) for a, b in _clauses(segment)]
        text, _ = max(clauses, key=lambda clause: _shared(claim.words, clause[1]))
        plan = _planned(text)
        if plan and not _cues()["done"].search(_NOT_YET.sub(_blank, fold(text))):
            return Finding("not_done", {"what": claim.text[done.start() : done.end()], "instead": plan})
    return None


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _planned(text: str) -> str:
    found = _cues()["plan"].search(fold(text)) or _FUTURE.search(text)
    return text[found.start() : found.end()] if found else ""


def _clauses(segment: Segment) -> list[tuple[int, int]]:
    edges = [0, *(m.end() for m in re.finditer(r";\s", segment.text)), len(segment.text)]
    return [(a, b) for a, b in itertools.pairwise(edges) if a < b]


def _other_reason(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """A reason or an aim of which the source's own has no word, where the rest is what the source says."""
    for name in ("reason", "aim"):
        pattern = _cues()[name]
        own = next(_behind(claim, pattern), None)
        if own is None or len(own) < _LEAST:
            continue
        rest = [word for word in claim.words if word not in own]
        for segment in near:
            reasons = list(_behind(segment, pattern))
            said = own[1:] if name == "aim" else own  # 'to avoid', of whatever
            met = max((_shared(said, its) / len(said) for its in reasons), default=1.0)
            if _shared(rest, segment.words) >= _LEAST and (not met or (len(said) >= _FEW and met < _SOME_OF_IT)):
                return Finding("reason_differs", {"what": claim.text[own[0].start : own[-1].end]})
    return None


def _behind(segment: Segment, pattern: re.Pattern[str]) -> Iterator[list[Word]]:
    """The words that say something behind each cue, up to the end of its clause."""
    folded = fold(segment.text)
    for match in pattern.finditer(folded):
        end = _STOPS.search(folded, match.end())
        stop = end.start() if end else len(folded)
        words = [w for w in segment.words if match.end() <= w.start < stop and not w.stop]
        if words:
            yield words


def _all_of_some(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'All' where the source says 'most', or '46 of 52'."""
    said = _cues()["all"].search(fold(claim.text))
    if not said or _cues()["some"].search(fold(claim.text)):
        return None
    if any(q.kind != "code" and not q.spelled and 0 <= q.start - said.start() < _REACH for q in claim.quantities):
        return None  # 'all 46 of them'
    told = [w for w in claim.words if not w.stop and not said.start() <= w.start < said.end()]
    behind = next((w for w in told if w.start >= said.end()), told[-1] if told else None)
    for segment in near:
        if behind is None or not _shared([behind], segment.words) or _cues()["all"].search(fold(segment.text)):
            continue
        if _cues()["some"].search(fold(segment.text)) or _is_part(segment):
            return Finding("not_all", {"what": claim.text[said.start() : said.end()]})
    return None


def _is_part(segment: Segment) -> bool:
    """Whether a sentence counts some of a number: '46 of 52', 'of the 16, 12'."""
    figures = [q for q in segment.quantities if q.kind == "number" and q.readings]
    pairs = list(itertools.pairwise(figures))
    if any(_OF_ALL.search(fold(segment.text[: a.start])) and a.readings[0][0] > b.readings[0][0] for a, b in pairs):
        return True
    return any(
        _OF.fullmatch(fold(segment.text[a.end : b.start])) and a.readings[0][0] < b.readings[0][0] for a, b in pairs
    )
