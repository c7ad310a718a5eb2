"""A figure that few figures of its quoted sentences make by themselves, whatever words say so: a sum of neighbours, a
stock before what came and went, what a share above or below it is counted from, so many at so much each.

No word of the statement is asked for: what counts is how few such figures there are and how exactly one of them is met.
Differences and shares, which a false statement turns round, are left to derive.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from core.validation.cues import MEAN
from core.validation.match import close, grain_of
from core.validation.measures import fold, lexicon
from core.validation.operands import Operand
from core.validation.pairing import unit_fits
from core.validation.spoken import Spoken

_CHANCE = 0.1  # that a figure of this size met one of those that can be made
_COARSE = 0.02  # of a figure: as much as a round one is taken to be off
_FIGURES_MAX = 7


def is_reckoned(spoken: Spoken, operands: Sequence[Operand]) -> bool:
    """Whether the figure is one of those that the sentences make, and hardly by chance."""
    quantity = spoken.quantity
    said, step = quantity.readings[0]
    if said <= 0 or quantity.kind not in ("number", "percent"):
        return False
    made = {round(abs(value), 6) for line in _lines(operands) for value in _made(quantity.kind, quantity.unit, line)}
    if MEAN.search(fold(spoken.clause)):
        made |= {value for line in _lines(operands) for value in _means(quantity.unit, line)}
    met = [value for value in made if close(quantity, value)]
    if not met:
        return False
    rounded = min(grain_of(said, step) / 2, _COARSE * said)
    off = max(rounded, step, min(abs(value - said) for value in met))
    near = sum(said / 2 <= value <= 2 * said for value in made)
    return near * 2 * off / (1.5 * said) < _CHANCE


def _lines(operands: Sequence[Operand]) -> Iterator[list[Operand]]:
    """The figures of each quoted sentence."""
    lines: dict[tuple, list[Operand]] = {}
    for operand in operands:
        if operand.column is None and operand.line[0] not in ("row", "total") and not operand.made:
            lines.setdefault(operand.line, []).append(operand)
    yield from (line for line in lines.values() if 1 < len(line) <= _FIGURES_MAX)


def _made(kind: str, unit: str, line: Sequence[Operand]) -> Iterator[float]:
    if kind == "percent":
        for share, step in itertools.permutations(line, 2):
            if (share.kind, step.kind) == ("percent", "points") and step.way:
                yield share.value - step.way * abs(step.value)  # '62 %, ten points more than in 2023'
        return
    numbers = [operand for operand in line if operand.kind == "number" and unit_fits(unit, operand, operand)]
    for first, second in itertools.pairwise(line):
        timed = lexicon()["worth"].get(first.unit, ("",))[0] in ("time", "months")  # terms are not added up
        if first.kind == second.kind == "number" and first.unit == second.unit and first in numbers and not timed:
            yield first.value + second.value
    for stock in numbers:
        others = [operand for operand in numbers if operand is not stock and operand.unit == stock.unit]
        for came, went in itertools.combinations(others, 2):  # who came is told first
            if stock.value > came.value + went.value:
                yield stock.value - came.value + went.value
    for number in numbers:
        yield from _scaled(number, line)


def _means(unit: str, line: Sequence[Operand]) -> Iterator[float]:
    """The average of three or more figures that follow each other."""
    values = [o.value for o in line if o.kind == "number" and unit_fits(unit, o, o)]
    for start, end in itertools.combinations(range(len(values) + 1), 2):
        if end - start > 2:
            yield sum(values[start:end]) / (end - start)


def _scaled(number: Operand, line: Sequence[Operand]) -> Iterator[float]:
    """A figure before it changed by a share, and as often as a bare count of its sentence says."""
    for other in line:
        if other.kind == "percent" and other.way and abs(other.value) < 100:
            yield number.value / (1 + other.way * abs(other.value) / 100)
        counted = other.kind == "number" and other is not number and other.unit not in lexicon()["currencies"].values()
        if counted and other.value == int(other.value) and other.unit != number.unit:
            yield number.value * other.value
