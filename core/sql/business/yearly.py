"""Growth against the same part of the year before: 'by month, year over year', 'versus the same quarter of 2024'.

It finds the words that ask for it and completes plans; `render.py` writes them.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.plan import BusinessPlan
from core.sql.business.time import CHANGED
from core.sql.language.calendar import GRAINS, Grain, go_back
from core.sql.language.periods import find_grain
from core.sql.language.words import Token, stem

_PARTS = frozenset(("week", "month", "quarter", "half"))
_EARLIER = frozenset(("previous", "prior", "last", "preceding"))
_AGAINST = frozenset(("versus", "vs", "against", "than"))
_BESIDE = frozenset(("over", "about", "on", "from", "to", "with"))  # against it only where a change is asked for
_CHANGE = CHANGED | frozenset(stem(word) for word in ("growth", "grow", "rise", "increase", "compare", "compared"))
_BEHIND = frozenset(("of", "from", "in", "the", "a", "one", "year", "before", "earlier", "ago")) | _EARLIER


def find_yearly(tokens: list[Token]) -> tuple[Grain, tuple[int, int]] | None:
    """(the unit below a year whose steps are compared, the token places that ask to compare them with the year before);
    None where nothing does."""
    span = _find_span([token.word for token in tokens])
    if span is None:
        return None
    grain = find_grain(tokens[: span[0]])
    after = find_grain(tokens[span[1] :])
    if grain is None and after is not None:
        grain = Grain(after.unit, after.start + span[1], after.end + span[1])
    if grain is None:  # 'versus the same month of 2024' names the unit itself
        named = next((GRAINS[stem(t.word)] for t in tokens[slice(*span)] if stem(t.word) in _PARTS), "")
        grain = Grain(named, *span) if named else None
    return (grain, span) if grain and grain.unit in _PARTS else None


def yearly_places(tokens: list[Token]) -> set[int]:
    """Token places that ask to compare with the year before."""
    found = find_yearly(tokens)
    return set(range(*found[1])) if found else set()


def _find_span(words: list[str]) -> tuple[int, int] | None:
    against = _AGAINST | _BESIDE if _CHANGE & {stem(word) for word in words} else _AGAINST
    for place, word in enumerate(words):
        if word == "yoy":
            return place, place + 1
        if words[place : place + 3] in (["year", "over", "year"], ["year", "on", "year"]):
            return place, place + 3
        unit = words[place + 1] if word == "same" and place + 1 < len(words) else ""
        if stem(unit) in _PARTS or unit == "period":
            return place, _past(words, place + 2)
        first = _past(words, place + 1, ("the",)) if word in against else len(words)
        if words[first : first + 1] and words[first] in _EARLIER and words[first + 1 : first + 2] == ["year"]:
            return place, first + 2
    return None


def _past(words: list[str], place: int, passed: tuple[str, ...] | frozenset[str] = _BEHIND) -> int:
    while place < len(words) and words[place] in passed:
        place += 1
    return place


def step_by_year(plan: BusinessPlan, span: tuple[int, int]) -> BusinessPlan:
    """The plan of growth with its steps a year apart: of one year that is named, against the one before."""
    periods = [p for p in plan.periods if not span[0] <= p.start < span[1]]
    if len(periods) == 1 and periods[0].unit == "year" and not periods[0].every:
        this = periods[0]
        periods = [replace(this, first=go_back(this.first, 1, "year"), after=this.first), this]
    return replace(plan, periods=tuple(periods), yearly=True, covered=plan.covered | set(range(*span)))


def part_of_year(unit: str, column: str) -> str:
    """SQL: the number of a day's week, month, quarter or half within its year."""
    return f"CAST(CEIL(MONTH({column}) / 6.0) AS INTEGER)" if unit == "half" else f"{unit.upper()}({column})"
