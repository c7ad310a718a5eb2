"""What a source binds its words to, and a statement sets aside: a condition denied ('whether or not it is registered'),
a plan told as done, what was asked for told as given, what is possible as certain, another reason than the one that is
given, 'all' of what holds for some.

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
from core.validation.match import close
from core.validation.measures import Quantity, fold
from core.validation.places import Segment, head_of
from core.validation.vocabulary import Word

_FUTURE = re.compile(r"\b\w{2,}(?:[aei]rán?|drán?)\b", re.I)
_STOPS = re.compile(
    r"[;:()]|,\s|\.\s|\.?$|\b(?:while|whereas|but|although|mientras|pero|aunque)\b|"
    r"\b(?:can|cannot|may|must|shall|should|will|would)\b"
)
_PAST = re.compile(r"\b\w{2,}(?:ó|aron|ieron)\b")
_ENDED = re.compile(r"(?<!be )(?<!been )(?<!being )(?<!is )(?<!are )\b(?!need|hundred|aged)[a-z]{2,}ed\b")
_AIMED = re.compile(r"\b(?:to|will) $")
_LACK = re.compile(r"\b(?:falta|exceso|lack|shortage|want|cost|coste) (?:of|de) (?:the |los |las |el |la )?$")
_NEVER = re.compile(r"\b(?:never|nunca|jamas)\b")
_COMMA = re.compile(r"[;:()]|,\s|\s(?:and|but|y|e|pero)\s")
_BARE = re.compile(r"\s*(?:[,;.]|$|(?:and|but|y|e|pero)\b|of (?:them|these|which)\b|de (?:ell|est)[oa]s\b)")
_OF_TIME = r"(?! (?:year|month|week|quarter|day)\b)"
_NOT_YET = re.compile(r"\b(?:no|not|nor|never) (?:se )?(?:yet )?(?:has|have|had|ha|han|habia|habian)\b")
_OF = re.compile(r"\s*(?:of|out of|de|de un total de)\s*(?:the |los |las |sus |its |our |their |nuestr[oa]s |all )?")
_BUT_FOR = re.compile(
    r"\b(?:all|every\w*|each|tod[oa]s?|any)\b[^;:.]{0,60}?"
    r"\b(?:except|but(?! (?:also|then))|apart from|salvo|excepto|menos(?! de))\b"
)
_OF_ALL = re.compile(r"(?:^|[;:,.]\s)(?:of|out of|de)\s+(?:the |los |las |sus |its )?$")
_REACH = 40  # characters behind 'all'
_LEAST, _FEW, _SOME_OF_IT = 2, 3, 0.3
_NEXT = 2  # words behind 'all' that may name what there is all of


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
    for check in (
        _set_aside,
        _told_as_done,
        _only_intended,
        _ruled_out,
        _only_asked,
        _made_sure,
        _other_reason,
        _all_of_some,
    ):
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
    if said and not _NEVER.match(said.group()):
        told = [_NEVER.sub(_blank, text) for text in told]
    if (
        said
        and any(_cues()["condition"].search(text) for text in told)
        and not any(_cues()["anyway"].search(text) for text in told)
    ):
        return Finding("condition_dropped", {"what": claim.text[said.start() : said.end()]})
    return None


def _told_as_done(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'Has closed' where the clause of the source that says so has 'plans to close', 'could close'; a target that is
    'already reached' and is only named there."""
    folded = _NOT_YET.sub(_blank, fold(claim.text))
    perfect = _cues()["done"].search(folded)
    done = perfect or _past(claim.text)
    if not done or _planned(claim.text) or _cues()["unsure"].search(folded):
        return None
    said = claim.text[done.start() : done.end()]
    reached, target = _cues()["reached"].search(folded), _cues()["target"].search(folded)
    if not (reached and target) and _cues()["foreseen"].search(folded):
        return None
    for segment in near:
        clauses = [(segment.text[a:b], [w for w in segment.words if a <= w.start < b]) for a, b in _clauses(segment)]
        text, _ = max(clauses, key=lambda clause: _shared(claim.words, clause[1]))
        told = _cues()["plan"].sub(_blank, _NOT_YET.sub(_blank, fold(text)))  # 'has applied to' has done nothing yet
        aimed = _cues()["target"].search(fold(segment.text)) if reached and target else None
        if aimed and perfect and not _cues()["reached"].search(fold(segment.text)):
            return Finding("not_done", {"what": said, "instead": aimed.group()})
        plan = _planned(text) or _open(text)
        happened = not perfect and (_past(text) or _ENDED.search(text))
        if plan and not happened and not _cues()["done"].search(told):
            return Finding("not_done", {"what": said, "instead": plan})
    return None


def _only_intended(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'Entered service' where the source expects it 'to enter service'."""
    if _planned(claim.text) or _cues()["unsure"].search(fold(claim.text)):
        return None
    ended = [word for word in claim.words if _ENDED.fullmatch(fold(word.text)) and not word.stop]
    for segment in near:
        plan = _cues()["plan"].search(fold(segment.text))
        for word in segment.words if plan and ended else ():
            aimed = _AIMED.search(segment.text, plan.start() if plan else 0, word.start)
            done = next((own for own in ended if own.keys & word.keys), None)
            again = (w for w in segment.words if w is not word and fold(w.text).endswith("ed"))
            if aimed and done and not any(done.keys & w.keys for w in again):
                return Finding("not_done", {"what": done.text, "instead": f"to {word.text}"})
    return None


def _ruled_out(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """What the source refuses or rules out by a verb, told as said or done."""
    cue = _cues()["refused"]
    if cue.search(fold(claim.text)) or any(word.cue or word.denies for word in claim.words):
        return None
    for segment in near:
        for behind in _behind(segment, cue):
            if len(behind) > 1 and _shared(behind, claim.words) >= 0.6 * len(behind):
                return Finding("negation_dropped", {"what": behind[0].text})
    return None


def _past(text: str) -> re.Match[str] | None:
    """The first verb of a text that tells of the past; '-ed' is as often no verb."""
    return _cues()["past"].search(fold(text)) or _PAST.search(text)


def _open(text: str) -> str:
    found = _cues()["unsure"].search(fold(text))
    return text[found.start() : found.end()] if found else ""


def _only_asked(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'Rises to 30 %' where the source's 30 % is what somebody asked for, and another figure what is given."""
    for quantity in claim.quantities:
        own = _clause_of(claim, quantity)
        if not quantity.readings or _cues()["asked"].search(fold(own)) or _planned(own) or _denied(claim, own):
            continue
        for segment in near:
            same = [q for q in segment.quantities if (q.kind, q.unit) == (quantity.kind, quantity.unit)]
            asked = [(_cues()["asked"].search(fold(_clause_of(segment, q))), q) for q in same]
            held = [cue for cue, q in asked if close(quantity, q.readings[0][0])]
            if held and all(held) and any(cue is None for cue, _ in asked):
                return Finding("not_done", {"what": quantity.text, "instead": held[0].group()})  # type: ignore[union-attr]
    return None


def _clause_of(segment: Segment, quantity: Quantity) -> str:
    """The words between two commas that a figure stands in."""
    edges = [0, *(m.end() for m in _COMMA.finditer(segment.text)), len(segment.text)]
    return next((segment.text[a:b] for a, b in itertools.pairwise(edges) if a <= quantity.start < b), segment.text)


def _denied(claim: Segment, clause: str) -> bool:
    start = claim.text.find(clause)
    return any(word.cue for word in claim.words if start <= word.start < start + len(clause))


def _made_sure(claim: Segment, near: Sequence[Segment]) -> Finding | None:
    """'Takes it for granted' where the source has 'possible, though not certain'."""
    folded = fold(claim.text)
    said = _cues()["sure"].search(_cues()["unsure"].sub(_blank, folded))
    if not said or _cues()["unsure"].search(folded) or any(word.cue for word in claim.words):
        return None
    for segment in near:
        text = fold(segment.text)
        left = _cues()["unsure"].search(text)
        if left and not _cues()["sure"].search(_cues()["unsure"].sub(_blank, text)):
            params = {"what": claim.text[said.start() : said.end()], "instead": segment.text[slice(*left.span())]}
            return Finding("not_certain", params)
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
        own = next(_behind(claim, _cues()[name]), None)
        lack = bool(own) and _LACK.search(fold(claim.text[: own[0].start])) is not None  # type: ignore[index]
        if own is None or len(own) + lack < _LEAST:
            continue
        rest = [word for word in claim.words if word not in own]
        for segment in near:
            reasons = [words for other in dict.fromkeys((name, "reason")) for words in _behind(segment, _cues()[other])]
            said = own[1:] if name == "aim" else own  # 'to avoid', of whatever
            met = max((_shared(said, its) / len(said) for its in reasons), default=1.0)
            about = _shared(rest, segment.words) >= _LEAST or _shared(said, segment.words) == len(said)
            if about and (not met or (len(said) >= _FEW and met < _SOME_OF_IT)):
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
    behind_it = [w for w in claim.words if w.start >= said.end()]
    if any(q.kind != "code" and not q.spelled and _is_next(said.end(), q.start, behind_it) for q in claim.quantities):
        return None  # 'all 46 of them'
    voters = _cues()["voters"].search(fold(claim.text[said.start() : said.end() + _REACH]))
    if voters and any(_cues()["dissent"].search(fold(segment.text)) for segment in near):
        return Finding("not_all", {"what": claim.text[said.start() : said.end()]})
    told = [w for w in claim.words if not w.stop and not said.start() <= w.start < said.end()]
    behind = [w for w in told if w.start >= said.end()][:_NEXT] or told[-1:]
    for segment in near:
        if not _shared(behind, segment.words):
            continue
        if _BUT_FOR.search(fold(segment.text)):
            return Finding("not_all", {"what": claim.text[said.start() : said.end()]})
        if _cues()["all"].search(fold(segment.text)):
            continue
        if _cues()["some"].search(fold(segment.text)) or _is_part(segment):
            return Finding("not_all", {"what": claim.text[said.start() : said.end()]})
    return None


def _is_next(end: int, start: int, words: Sequence[Word]) -> bool:
    """Whether nothing but articles stands between 'all' and a figure."""
    return end <= start < end + _REACH and all(word.stop for word in words if word.end <= start)


def _is_part(segment: Segment) -> bool:
    """Whether a sentence counts some of a number: '46 of 52', 'of the 16, 12'."""
    figures = [q for q in segment.quantities if q.kind == "number" and q.readings]
    pairs = list(itertools.pairwise(figures))
    if any(
        b.readings[0][0] < a.readings[0][0] and not a.unit and not b.unit and head_of(a, segment)
        for a, b in pairs
        if _BARE.match(fold(segment.text[b.end :]))
    ):
        return True  # 'six recommendations; the company accepted five and ...'
    if any(_OF_ALL.search(fold(segment.text[: a.start])) and a.readings[0][0] > b.readings[0][0] for a, b in pairs):
        return True
    return any(
        _OF.fullmatch(fold(segment.text[a.end : b.start])) and a.readings[0][0] < b.readings[0][0] for a, b in pairs
    )
