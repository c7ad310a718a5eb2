"""How a value in a question is compared: the operator that the words around it speak of, and whether a number that is
compared is an amount although it looks like a year.

It reads words alone; which column is compared is decided elsewhere.
"""

from __future__ import annotations

from core.sql.language.lexicon import read_cues
from core.sql.language.words import Token

BOUNDS = (">", "<", ">=", "<=")
_CUES: dict[str, list[str]] = read_cues()["operators"]
_OF_TIME = frozenset(read_cues()["comparing"]["of_time"].split())
MONEY_UNITS = frozenset(read_cues()["comparing"]["money_units"].split())
_EITHER = frozenset(("over", "under"))
_SILENT = frozenset("the a of € $ £".split())
_WINDOW = 5


def operator_beside(tokens: list[Token], start: int, end: int) -> str:
    """The comparison that the words around tokens `start`..`end` speak of; '=' where none does."""
    left = " ".join(t.word for t in tokens[max(0, start - _WINDOW) : start])
    right = " ".join(t.word for t in tokens[end : end + 4])
    behind = " ".join(t.word for t in tokens[end + 1 : end + 4])  # 'three orders or more'
    best, place = "=", -1
    for op, cues in _CUES.items():
        for cue in cues:
            found = f" {left} ".rfind(f" {cue} ")
            if found > place and (cue != "not" or found > len(left) - 14):
                if best != "=" and f" {left} "[place:].startswith(f" {cue}"):
                    continue
                best, place = op, found
            if cue.startswith("or ") and any(f" {text} ".startswith(f" {cue} ") for text in (right, behind)):
                return op
    return _longest_cue(left, best)


def behind_number(tokens: list[Token], end: int) -> int:
    """The place of what a number that ends at a place counts: 'five | tickets', 'five or more | tickets'."""
    turned = [token.word for token in tokens[end : end + 2]]
    return end + 2 * (turned[:1] == ["or"] and len(turned) > 1)


def _longest_cue(left: str, best: str) -> str:
    """'no more than' holds 'more than', 'less than or equal' holds 'less than': the longer phrase wins."""
    for op in (">=", "<="):
        for cue in _CUES[op]:
            if len(cue.split()) > 1 and f" {cue} " in f" {left} " and best in (">", "<", "!=", op):
                return op
    return best


def is_amount(tokens: list[Token], place: int, loosely: bool = False) -> bool:
    """'more than 2000', 'at least 1950', '2000 euros': a number of something, no year; 'later than 2000' is one, 'over
    2023' may be (an amount where `loosely`)."""
    if counts_money(tokens, place):
        return True
    left = " ".join(t.word for t in tokens[max(0, place - _WINDOW) : place] if t.word not in _SILENT)
    other = _OF_TIME if loosely else _OF_TIME | _EITHER
    cues = (cue for op in BOUNDS for cue in _CUES[op] if not cue.startswith("or ") and not other & set(cue.split()))
    return any(f" {left}".endswith(f" {cue}") for cue in cues)


def counts_money(tokens: list[Token], place: int) -> bool:
    """'2000 euros', '$ 2000': the number at a place has a currency beside it."""
    beside = (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2])
    return any(token.word in MONEY_UNITS for token in beside)


def prices(tokens: list[Token], place: int) -> bool:
    """'cost 2023', 'worth 40': the number right behind a verb of price."""
    return place > 0 and tokens[place - 1].word in _PRICING


_PRICING = frozenset("cost costs costing worth paid".split())
