"""What a statement says about the order of its figures: 'rose from 12 to 10' contradicts itself, one of 2023 is none of
2024. It looks nothing up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from core.validation.evidence import Finding
from core.validation.measures import Quantity, fold
from core.validation.older import is_older
from core.validation.places import OWN, Place, Segment, cut_clauses
from core.validation.spoken import Spoken


def other_time(spoken: Spoken, matches: Sequence[Place]) -> Finding | None:
    """A figure of another year, quarter or month than the statement says, wherever the source has it."""
    loose = spoken.older and not _DATED.match(fold(spoken.sentence[spoken.quantity.end :]))
    if loose or (spoken.quantity.kind == "percent" and matches[0].column is None):
        return None  # 'up 5 % on 2024': the year is what it is compared with
    for name in ("@year", "@quarter", "@month"):
        said = {key for key in spoken.years if key.startswith(name)}
        if not said:
            continue
        held = [{k for k, w in place.context.items() if k.startswith(name) and w >= OWN} for place in matches]
        if all(times and not times & said for times in held):
            return Finding("other_time", {"what": spoken.quantity.text})
    return None


def years_of(place: Place) -> list[int]:
    return [int(k[5:]) for k, weight in place.context.items() if k.startswith("@year") and weight >= OWN]


_DATED = re.compile(r"\s*(?:in|en|of|del?) (?:the )?(?:19|20)\d\d\b")  # '12 in 2024'
_OF = re.compile(r"\s*(?:of|out of|de|de un total de|of a total of)\s*(?:the |los |las |sus |its |all )?")
_MORE_THAN = re.compile(r"\s*(?:more|higher|mas) (?:than|que)\b")
_CLOSE_BY = 6  # words between a figure and by how much it is more
_DASH = re.compile(r"\s?[-–]\s?[€$£]?")
_BUT = re.compile(r"\b(?:but|yet|while|whereas|although|pero|mientras|aunque|sin embargo)\b", re.I)
_BY, _TO = (
    re.compile(r"\b(?:by|en|un|una)\s+(?:about |unos )?$"),
    re.compile(r"\b(?:to|hasta)\s+(?:about |casi |unos |los |las )?$"),
)
_BETWEEN = re.compile(r"\b(?:between|entre)\s+(?:el\s+|los\s+|the\s+)?$")


def check_order(claim: Segment, named: Sequence[tuple[Spoken, Place]]) -> list[Finding]:
    """Pairs of figures of which one is said to come first ('from 12 to 10', '12, against 10'): the other way round in
    the source, or against the words of the statement itself ('rose from 12 to 10')."""
    places = {spoken.quantity.start: place for spoken, place in named}
    figures = [q for q in claim.quantities if q.kind != "code"]
    for first, second in itertools.pairwise(figures):
        if first.kind != second.kind:
            continue
        if (
            _between_backwards(claim.text, first, second)
            or _more_than_all(claim.text, first, second)
            or _by_more(claim.text, first, second)
            or _more_than_itself(claim.text, first, second)
        ):
            return [Finding("way_differs", {"what": second.text})]
        older = [
            is_older(claim.text[max(0, q.start - 32) : q.start], claim.text[q.end : q.end + 48])
            for q in (first, second)
        ]
        if older[0] == older[1]:
            continue
        old, new = (first, second) if older[0] else (second, first)
        if _contradicts(claim, old, new) or _turned_in_source(places.get(old.start), places.get(new.start)):
            return [Finding("way_differs", {"what": new.text})]
    return []


def _between_backwards(text: str, first: Quantity, second: Quantity) -> bool:
    """'between 12 and 10', '€12–10'; a score of 3–1 has no unit."""
    if _DASH.fullmatch(text[first.end : second.start]) and (first.unit or second.unit):
        return first.readings[0][0] * first.scale > second.readings[0][0] * second.scale
    between = fold(text[first.end : second.start]).split()
    joined = _BETWEEN.search(fold(text[: first.start])) and between[-1:] in (["and"], ["y"], ["e"]) and len(between) < 3
    return bool(joined) and first.readings[0][0] > second.readings[0][0]


def _more_than_all(text: str, first: Quantity, second: Quantity) -> bool:
    """'842 of 801'."""
    joined = _OF.fullmatch(fold(text[first.end : second.start]))
    bare = first.unit == second.unit and first.kind == "number" and first.scale == second.scale
    return bool(joined) and bare and first.readings[0][0] > second.readings[0][0]


def _more_than_itself(text: str, first: Quantity, second: Quantity) -> bool:
    """'13, 137 more than a year before'."""
    if first.kind != "number" or first.unit != second.unit or not _MORE_THAN.match(fold(text[second.end :])):
        return False
    apart = len(text[first.end : second.start].split()) > _CLOSE_BY
    return not apart and first.scale == second.scale and second.readings[0][0] > first.readings[0][0]


def _by_more(text: str, first: Quantity, second: Quantity) -> bool:
    """'rose by 131 to 4'."""
    if not _BY.search(fold(text[max(0, first.start - 14) : first.start])):
        return False
    reached = _TO.search(fold(text[first.end : second.start])) is not None and first.kind == "number"
    return reached and first.readings[0][0] > second.readings[0][0]


def _contradicts(claim: Segment, old: Quantity, new: Quantity) -> bool:
    """Whether the words of the clauses that hold both figures say that it went the other way."""
    if old.negative or new.negative:
        return False
    low, high = min(old.start, new.start), max(old.end, new.end)
    clauses = [(a, b) for a, b in cut_clauses(claim) if a < high and low < b]
    before = max((q.end for q in claim.quantities if q.end <= low), default=0)
    start = max(min((a for a, _ in clauses), default=0), before)
    ways = {-w.way if w.negated else w.way for w in claim.words if w.way and start <= w.start < high}
    if not ways:
        end = _BUT.search(claim.text, high)
        stop = end.start() if end else len(claim.text)
        ways = {-w.way if w.negated else w.way for w in claim.words if w.way and w.start < stop}
    change = new.readings[0][0] - old.readings[0][0]
    return len(ways) == 1 and change * ways.pop() < 0


def _turned_in_source(old: Place | None, new: Place | None) -> bool:
    """Whether the source gives as the newer figure what the statement gives as the older one."""
    if old is None or new is None:
        return False
    column = old.column == new.column and old.line[:3] == new.line[:3] == (0, 0, -1000)  # of two rows of a result
    if old.line != new.line and not column:
        return False
    years = years_of(old), years_of(new)
    if all(years) and years[0] != years[1]:
        return min(years[0]) > max(years[1])
    return old.column is None and is_older(new.before, new.after) and not is_older(old.before, old.after)
