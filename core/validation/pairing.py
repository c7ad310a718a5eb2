"""Which two figures of the sources may be compared or added: of one line or column, in the order of their times, of the
years that are named, in units that meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.validation.cues import COMPARED
from core.validation.match import same_unit
from core.validation.measures import lexicon
from core.validation.operands import TOTAL, Operand
from core.validation.spoken import Spoken

_SINCE = re.compile(
    r"\b(?:than|que|compar\w+|frente|vs|versus|from|against|since|after|before|earlier|previous\w*|on|"
    r"desde|tras|antes|anterior|partir|sobre|respecto)\b"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be computed: the figure, the words that tell how, and the time it belongs to."""

    spoken: Spoken
    words: str
    all_words: str
    precise: bool
    way: int
    years: frozenset[int]
    own_years: frozenset[int]
    base: bool
    halves: bool
    lines: dict[tuple, list[Operand]]
    adds: bool = False

    def says(self, cue: re.Pattern[str], exact: bool = True) -> bool:
        return bool(cue.search(self.words)) or (exact and self.precise)


def changes_of(asked: Asked, first: Operand, second: Operand) -> Iterable[tuple[float, float]]:
    """(old, new), where the two may be compared and the change goes the way that is said; both ways round where
    nothing tells which came first."""
    if not _may_change(asked, first, second):
        return
    older, newer = _in_time(asked, first, second)
    compared = first.at != second.at and _is_compared(asked, first, second)
    known = _order_known(first, second) or first.named != second.named or compared
    pairs = [(older.value, newer.value)] if known else [(older.value, newer.value), (newer.value, older.value)]
    strict = not (first.cost and asked.spoken.quantity.signed)
    yield from (pair for pair in pairs if not (strict and asked.way and (pair[1] - pair[0]) * asked.way < 0))


def _is_compared(asked: Asked, first: Operand, second: Operand) -> bool:
    """Whether the statement sets one beside the other: two rows, or two things that a sentence tells apart."""
    apart = first.line != second.line or (first.column is None and first.owned and second.owned)
    return apart and bool(COMPARED.search(asked.all_words))


def _in_time(asked: Asked, first: Operand, second: Operand) -> tuple[Operand, Operand]:
    if _both_timed(first, second):
        return (first, second) if first.when < second.when else (second, first)  # type: ignore[operator]
    if first.older != second.older:
        return (first, second) if first.older else (second, first)
    if first.at != second.at and _is_compared(asked, first, second):
        return (second, first) if first.at < second.at else (first, second)  # 'A costs 10 more than B': A less B
    if first.named != second.named:  # what the statement states is what it speaks of
        subject, other = (first, second) if first.named else (second, first)
        return (subject, other) if asked.base else (other, subject)
    return first, second


def _order_known(first: Operand, second: Operand) -> bool:
    return _both_timed(first, second) or first.older != second.older


def _both_timed(first: Operand, second: Operand) -> bool:
    """Whether the times of both can be compared: years with years, months with months."""
    if not first.when or not second.when or first.when == second.when:
        return False
    return bool(first.when[0]) == bool(second.when[0])


def _may_change(asked: Asked, first: Operand, second: Operand) -> bool:
    if first.line == second.line and first.column is not None:
        if _both_timed(first, second):
            if not _of_one_measure(asked, first, second):
                return False
        elif first.line[0] != "row" and first.measure != second.measure and bool(first.when) != bool(second.when):
            return False
    if first.line != second.line and (TOTAL,) in (first.line, second.line) and first.column != second.column:
        return False
    if first.line != second.line and first.column is not None and second.column is not None:
        timed = bool(first.when and second.when and first.when != second.when)
        return first.column == second.column and (timed or bool(COMPARED.search(asked.all_words)))
    times = {operand.when[0] for operand in (first, second) if operand.when and operand.when[0]}
    told = asked.years & times
    if times and asked.years and not told and not (first.older or second.older):
        return False  # 'from 12 at the end of 2024': the source may say 'a year earlier'
    if len(times) == 2 and asked.years == {min(times)} and not _SINCE.search(asked.all_words):
        return False  # what was lost in 2024 is no change from 2024 to 2025
    return len(times) < 2 or len(asked.years) < 2 or len(told) == 2 or not asked.years - times


def _of_one_measure(asked: Asked, first: Operand, second: Operand) -> bool:
    """Whether two columns of a line tell the same thing of two times: no other column of either time is called more
    like the first one."""
    for one, other in ((first, second), (second, first)):
        shared = len(one.measure & other.measure)
        rivals = [
            o
            for o in asked.lines[one.line]
            if o.kind == other.kind and o.when == other.when and o.column != other.column
        ]
        if any(len(one.measure & rival.measure) > shared for rival in rivals):
            return False
    return True


def side_by_side(asked: Asked, first: Operand, second: Operand, times: bool = False) -> bool:
    """Whether one may be a part of the other: of one column, or one time; and of the time that is named."""
    if first.column is not None and second.column is not None:
        if first.line != second.line and first.column != second.column:
            return False
        if first.line == second.line and _both_timed(first, second) and not times:
            return False
        whens = {operand.when[0] for operand in (first, second) if operand.when and operand.when[0]}
        if len(whens) == 1 and asked.own_years and not whens & asked.own_years and not times:
            return False
    return not (first.when and second.when and first.when != second.when and not times and first.line[0] != "row")


def units_meet(first: Operand, second: Operand) -> bool:
    return not first.unit or not second.unit or same_unit(first.unit, second.unit)


def of_one_unit(first: Operand, second: Operand) -> bool:
    return first.unit == second.unit and first.column is None and bool(first.unit)


def unit_fits(unit: str, first: Operand, second: Operand) -> bool:
    """Whether figures of these units can make one of that unit."""
    if not unit:
        return True
    units = [operand.unit for operand in (first, second) if operand.unit]
    if units:
        return any(same_unit(unit, other) for other in units)
    scaled = first.written != 1.0 or second.written != 1.0  # '21.4 millions' of profit are of money too
    return first.column is not None or scaled or unit not in lexicon()["currencies"].values()
