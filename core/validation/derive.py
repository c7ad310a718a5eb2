"""Figures that follow from others: differences, changes in percent, shares, sums, averages, ratios and products,
recomputed from the figures of the sources.

A rule may be used where the statement speaks of what it computes ('grew by', 'in total', 'on average'), or where the
figure is so exact that chance does not make it. A change must go the way that is said, from the older figure to the
newer one, and belong to the years that are named. It reads no pages.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.validation.cues import (
    CHANGE,
    COMPARED,
    EACH,
    HALVES,
    MEAN,
    PART_OF,
    PAST,
    PERIOD,
    PLANNED,
    QUARTER,
    RATIO,
    REST,
    SHARE,
    SUM,
    per_many,
)
from core.validation.match import close, grain_of
from core.validation.measures import fold, lexicon
from core.validation.operands import TOTAL, Operand
from core.validation.pairing import Asked, changes_of, of_one_unit, side_by_side, unit_fits, units_meet
from core.validation.spoken import Spoken
from core.validation.sums import sums_of

_PERCENTAGE = re.compile(r"percent|porcentual|\bpp\b|p\. ?p|b[ap]s|b[aá]sic|d[eé]cim|cent[eé]sim|tenth", re.I)
_PERIODS = (4.0, 12.0, 52.0)
_PRECISE = 3  # digits that say something: chance does not make so exact a figure


def follows(
    spoken: Spoken,
    sentence: str,
    operands: Sequence[Operand],
    scales: Iterable[float] = (1.0,),
    base: bool = False,
    halves: bool = False,
    adds: bool = False,
) -> bool:
    """Whether the figure can be computed. `sentence` is the whole statement, `scales` what the pages say that bare
    figures are in; `base` says that the figure which the statement states beside it is what the change is counted from
    ('3 less than the 12 of ...'), `halves` that the sources speak of halves, `adds` that
    they add one figure to another ('and a further 10 weeks')."""
    asked = replace(_ask(spoken, sentence, base, halves, operands), adds=adds)
    for scaled in _scaled(spoken, operands, scales):
        if any(close(spoken.quantity, value) for value in _values(asked, scaled)):
            return True
    return False


def _ask(spoken: Spoken, sentence: str, base: bool, halves: bool, operands: Sequence[Operand]) -> Asked:
    clause, whole = fold(spoken.clause), fold(sentence)
    told = any(cue.search(clause) for cue in (CHANGE, SUM, MEAN, RATIO))
    quantity = spoken.quantity
    way = spoken.way or (-1 if quantity.negative else 0)
    years = frozenset(int(key[5:]) for key in spoken.all_years)
    own = frozenset(int(key[5:]) for key in spoken.years if key.startswith("@year"))
    halved = halves or bool(HALVES.search(whole) and not HALVES.search(fold(quantity.text)))
    lines: dict[tuple, list[Operand]] = {}
    for operand in operands:
        lines.setdefault(operand.line, []).append(operand)
    own_words = clause if told or quantity.kind == "number" else whole
    return Asked(spoken, own_words, whole, _is_precise(spoken), way, years, own, base, halved, lines)


def _is_precise(spoken: Spoken) -> bool:
    said, step = spoken.quantity.readings[0]
    return not spoken.quantity.approximate and said > 0 and said / grain_of(said, step) >= 10 ** (_PRECISE - 1)


def _scaled(spoken: Spoken, operands: Sequence[Operand], scales: Iterable[float]) -> Iterable[list[Operand]]:
    """The operands at each scale that they may be written in: what their table says, else any that the page declares.
    A bare figure may leave the scale out, as its source does."""
    quantity = spoken.quantity
    if quantity.kind != "number" or (quantity.scale == 1.0 and quantity.readings[0][0] < 1000):
        yield list(operands)
        return
    if quantity.scale == 1.0:
        yield list(operands)
    for scale in sorted({operand.scale for operand in operands} | set(scales)):
        yield [_at_scale(operand, scale) for operand in operands if operand.scale in (scale, 1.0)]


def _at_scale(operand: Operand, scale: float) -> Operand:
    written = operand.kind == "number" and operand.column is not None
    return replace(operand, value=operand.value * scale) if written and scale != 1.0 else operand


def _values(asked: Asked, operands: Sequence[Operand]) -> Iterable[float]:
    kind = asked.spoken.quantity.kind
    near = [operand for operand in operands if not operand.aside]
    named = any(operand.best for operand in near)
    for first, second in itertools.combinations(near, 2):
        if _of_others(first, second, near):
            continue
        if named and first.line[0] == "row" and not (first.best or second.best):
            continue
        if first.line == second.line == (TOTAL,) and first.measure != second.measure and kind != "percent":
            continue
        if kind == "points":
            yield from _points(asked, first, second)
            if not _PERCENTAGE.search(asked.spoken.quantity.text):
                yield from _numbers(asked, first, second)  # those that are scored
        elif kind == "percent":
            yield from _percents(asked, first, second)
        else:
            yield from _numbers(asked, first, second)
            yield from _products(asked, first, second)
            yield from _products(asked, second, first)
    if kind == "percent":
        if asked.halves:
            yield 50.0
        if asked.says(CHANGE, False) or asked.says(REST, False):
            yield from (100 - abs(o.value) for o in operands if o.kind == "percent")
    else:
        yield from _alone(asked, near)
    if kind != "points":
        yield from sums_of(asked, operands)


def _of_others(first: Operand, second: Operand, near: Sequence[Operand]) -> bool:
    """Whether the statement names what a third figure of the sentence is of, and nothing that is of these two alone:
    the share of B is not computed from A's figure."""
    if first.column is not None or second.column is not None or not any(o.owned for o in near):
        return False
    rivals = [o for o in near if o.line in (first.line, second.line) and o.kind == first.kind and o.unit == first.unit]
    return not (first.owned or second.owned) and any(o.owned for o in rivals)


# ---------------------------------------------------------------- pairs


def _points(asked: Asked, first: Operand, second: Operand) -> Iterable[float]:
    kinds = {first.kind, second.kind}
    if "number" in kinds and (first.unit or second.unit or abs(first.value) > 100 or abs(second.value) > 100):
        return
    yield from (new - old for old, new in changes_of(asked, first, second))


def _percents(asked: Asked, first: Operand, second: Operand) -> Iterable[float]:
    if {first.kind, second.kind} == {"percent", "points"} and asked.says(PAST, False) and first.line == second.line:
        now, step = (first, second) if first.kind == "percent" else (second, first)
        yield now.value - step.way * abs(step.value)  # '71 %, two points above that of a year before'
    if first.kind != second.kind or not units_meet(first, second):
        return
    if asked.says(CHANGE):
        yield from (100 * (new - old) / abs(old) for old, new in changes_of(asked, first, second) if old)
    apart = first.line == second.line and first.column is not None and first.line[0] != "row" and not first.best
    whole = first.line[0] != "row" or (TOTAL,) in (first.line, second.line)
    share = asked.says(SHARE) if not asked.spoken.quantity.spelled else whole or asked.says(COMPARED, False)
    if first.kind == "number" and share and side_by_side(asked, first, second) and not apart:
        low, high = sorted((abs(first.value), abs(second.value)))
        if high:
            yield 100 * low / high
    if first.kind == "percent" and asked.spoken.quantity.signed and asked.says(CHANGE, False):
        yield from (new - old for old, new in changes_of(asked, first, second))  # '-0.6 %' of a margin: points
    if first.kind == "number" and asked.says(REST, False) and side_by_side(asked, first, second) and not apart:
        low, high = sorted((abs(first.value), abs(second.value)))
        yield 100 * (high - low) / high if high else 0.0  # 'the 75 % that is still to be done', of 14 in 56
    if first.kind == "percent" and asked.says(SUM, False):
        yield first.value + second.value


def _numbers(asked: Asked, first: Operand, second: Operand) -> Iterable[float]:
    """Differences, sums and ratios of two figures of one kind."""
    quantity = asked.spoken.quantity
    if first.kind != second.kind:
        return
    one, other = first.value, second.value
    if asked.says(RATIO, False) and one and other and side_by_side(asked, first, second, times=True):
        yield max(abs(one), abs(other)) / min(abs(one), abs(other))
    if PART_OF.search(asked.all_words) and one and other and side_by_side(asked, first, second, times=True):
        yield min(abs(one), abs(other)) / max(abs(one), abs(other))
    of_each = EACH.search(asked.all_words) or MEAN.search(asked.all_words)
    column = first.column is not None and first.column == second.column and first.line[0] != "row"
    if of_each and (first.line == second.line or column) and unit_fits(quantity.unit, first, second):
        big, small = max(abs(one), abs(other)), min(abs(one), abs(other))
        if small and not of_one_unit(first, second):
            many = per_many(asked.all_words)
            yield from (small / big * many,) if many > 1 else ()
            yield big / small
            scaled = column or first.line[0] == "row"
            yield big / small * max(first.scale, second.scale) if scaled else big / small
    if not units_meet(first, second) or not unit_fits(quantity.unit, first, second):
        return
    if asked.says(CHANGE) or asked.says(REST):
        yield from (new - old for old, new in changes_of(asked, first, second))
    if (asked.says(SUM) or asked.adds) and side_by_side(asked, first, second, times=True):
        yield one + other
    for base, step in ((first, second), (second, first)):
        if step.way and step.line == base.line and step.column is None and abs(step.value) < abs(base.value):
            yield base.value - step.way * abs(step.value)  # '71 days, nine fewer than in 2023': 80
        if asked.says(PLANNED, False) and step.line == base.line and step.column is None and step.value < base.value:
            yield from (base.value + step.value, base.value - step.value)  # '13,750, which was 1,250 under budget'


def _products(asked: Asked, number: Operand, other: Operand) -> Iterable[float]:
    """A share of an amount, an amount so many times, and what it was before it changed by so much."""
    if number.kind != "number" or not unit_fits(asked.spoken.quantity.unit, number, number):
        return
    if other.kind == "percent" and other.column is None:
        share = other.value / 100
        if number.line == other.line or asked.precise or number.named:
            yield number.value * share
        if number.named and other.named and share:
            yield number.value / share  # 'if 33 are 40 % of it, ...'
        if asked.says(REST, False):
            yield number.value * (1 - share)
        if other.way and abs(share) < 1 and asked.says(PAST):
            yield number.value / (1 + other.way * abs(share))
    money = number.unit in lexicon()["currencies"].values() and other.unit not in lexicon()["currencies"].values()
    bare = other.kind == "number" and other.unit not in lexicon()["worth"] and {number.column, other.column} == {None}
    if money and bare and (asked.precise or number.named or other.named or EACH.search(asked.all_words)):
        yield number.value * other.value  # so many at that price
    if number.per and other.kind == "number" and number.per & other.of:
        yield number.value * other.value  # '640 a day' for '120 days'
    small = (
        other.kind == "number" and other.column is None and 2 <= other.value <= 60 and other.value == int(other.value)
    )
    big = asked.spoken.quantity.readings[0][0] >= 10
    if small and big and number.column is None and not of_one_unit(number, other):
        yield number.value * other.value


def _alone(asked: Asked, operands: Sequence[Operand]) -> Iterable[float]:
    """What one figure gives by itself: a month's as a year's, the half of it."""
    for operand in operands:
        if operand.kind != "number" or not unit_fits(asked.spoken.quantity.unit, operand, operand):
            continue
        if operand.made:
            yield operand.value
        timed = operand.unit in lexicon()["worth"]
        if (
            PERIOD.search(asked.all_words)
            and operand.column is None
            and not timed
            and asked.spoken.quantity.readings[0][0] >= 10
        ):
            for count in (*_PERIODS, 3.0) if QUARTER.search(asked.all_words) else _PERIODS:
                yield operand.value * count
                yield operand.value / count
        if asked.halves:
            yield operand.value / 2
            yield operand.value * 2
