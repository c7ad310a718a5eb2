"""Limits in words: 'at least 15', 'no more than 60', 'hasta 2.000', 'como mínimo'. A statement that makes a ceiling of
a floor says the opposite though its figure is right. It reads no figure.
"""

from __future__ import annotations

import re

from core.lexicon.entries import fold

_NOT = (
    r"(?:\bno\b|\bnot\b|\w+n['’]t\b|\bcannot\b|\bnever\b|\bnunca\b|\bsin\b|\bwithout\b"
    r"|\bni\b|\bnor\b|\bningun\w*\b|\bnadie\b|\bnobody\b|\bnone\b)"
)
_OVER = (
    r"(?:more than|longer than|later than|higher than|greater than|older than|over|above|exceed\w*|mas (?:de|del|alla)|"
    r"mayor(?:es)? (?:de|a|que)|superior(?:es)? a|super[aeo]\w*|exced\w*|rebas\w*|por encima de)"
)
_UNDER = (
    r"(?:less than|fewer than|shorter than|earlier than|lower than|younger than|under|below|menos (?:de|del)|"
    r"menor(?:es)? (?:de|a|que)|inferior(?:es)? a|por debajo de)"
)
_GAP = r"[^\d.;,]{0,24}$"
_DENIED_OVER = re.compile(rf"{_NOT}[^.;,]{{0,34}}?\b{_OVER}{_GAP}")
_DENIED_UNDER = re.compile(rf"{_NOT}[^.;,]{{0,34}}?\b{_UNDER}{_GAP}")
_CEILING = re.compile(
    rf"(?:\bup to\b|\bat most\b|\bmaximum(?: of)?\b|\bmax\b|\bcapped at\b|\blimited to\b|\bhasta(?: un maximo de)?\b|"
    rf"\bcomo maximo\b|\bmaximo de\b|\btope del?\b|\blimite del?\b|\bno later than\b){_GAP}"
)
_FLOOR = re.compile(
    rf"(?:\bat least\b|\bminimum(?: of)?\b|\bal menos\b|\bcomo minimo\b|\bminimo de\b|"
    rf"\bno less than\b|\bno fewer than\b){_GAP}"
)
_OVER_END, _UNDER_END = re.compile(rf"\b{_OVER}{_GAP}"), re.compile(rf"\b{_UNDER}{_GAP}")
_CEILING_AFTER = re.compile(r"[^.;,\d]{0,24}?\b(?:or less|or fewer|at most|como maximo|as a maximum|o menos)\b")
_FLOOR_AFTER = re.compile(r"[^.;,\d]{0,24}?\b(?:or more|at least|como minimo|as a minimum|o mas)\b")


def bound_of(before: str, after: str) -> str:
    """'ceiling', 'floor', 'over', 'under' or '', by the words around a figure."""
    before, after = fold(before), fold(after)
    for name, pattern in (
        ("ceiling", _DENIED_OVER),
        ("floor", _DENIED_UNDER),
        ("ceiling", _CEILING),
        ("floor", _FLOOR),
    ):
        if pattern.search(before):
            return name
    if _CEILING_AFTER.match(after):
        return "ceiling"
    if _FLOOR_AFTER.match(after):
        return "floor"
    return "over" if _OVER_END.search(before) else "under" if _UNDER_END.search(before) else ""


_BESIDE = re.compile(
    rf"(?:^|\s)(?P<bound>(?:(?:no|not|ni) )?(?:{_OVER}|{_UNDER}|at (?:least|most)|up to|al menos|por lo menos|hasta|"
    r"como (?:minimo|maximo)))(?: (?:the|an?|l[ao]s|una?))?\s*$"
)
_BESIDE_AFTER = re.compile(
    r"\s*(?P<bound>(?:or|o) (?:more|less|fewer|mas|menos)|at (?:least|most)|como m(?:axi|ini)mo)\b"
)


def bound_beside(before: str, after: str) -> tuple[int, int]:
    """How many words right before a figure and right behind it are its bound ('more than', 'or more')."""
    lead, tail = _BESIDE.search(fold(before)), _BESIDE_AFTER.match(fold(after))
    return len(lead.group().split()) if lead else 0, len(tail.group().split()) if tail else 0


def within(bound: str, value: float, limit: float) -> bool:
    """Whether a value keeps to a limit; one that is no bound is the value itself."""
    if bound in ("over", "floor"):
        return value > limit or (bound == "floor" and value == limit)
    if bound in ("under", "ceiling"):
        return value < limit or (bound == "ceiling" and value == limit)
    return value == limit


def turned(claim: str, source: str) -> bool:
    """Whether the statement's limit is the opposite of the source's."""
    up, down = ("floor", "over"), ("ceiling", "under")
    hard = {claim, source} & {"floor", "ceiling"}
    return bool(hard) and ((claim in up and source in down) or (claim in down and source in up))
