"""Sums, averages and remainders of more than two figures: of a line, of a column, of the years that are named. It
computes no pairs (see derive).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from core.validation.cues import MEAN, REST, SUM
from core.validation.operands import TOTAL, Operand
from core.validation.pairing import Asked, unit_fits


def sums_of(asked: Asked, operands: Sequence[Operand]) -> Iterable[float]:
    """Sums and averages of more than one figure: of a line, of a column, of the years that are named."""
    if asked.spoken.quantity.kind == "number":
        operands = [operand for operand in operands if unit_fits(asked.spoken.quantity.unit, operand, operand)]
    if asked.says(REST, False):
        yield from _remainders(operands)
    if not (asked.says(SUM) or asked.says(MEAN, False)):
        return
    for group in _grouped(asked, operands):
        if len(group) < 2:
            continue
        total = sum(group)
        if asked.says(MEAN, False):
            yield total / len(group)
        if asked.says(SUM):
            yield total


def _remainders(operands: Sequence[Operand]) -> Iterable[float]:
    """What is left of the largest figure of a sentence without two or three others."""
    lines: dict[tuple, list[float]] = {}
    for operand in operands:
        if operand.kind == "number" and operand.column is None:
            lines.setdefault((operand.line, operand.unit), []).append(operand.value)
    for values in lines.values():
        total = max(values)
        others = [value for value in values if value != total][:6]
        for count in (2, 3):
            yield from (total - sum(some) for some in itertools.combinations(others, count))


def _grouped(asked: Asked, operands: Sequence[Operand]) -> Iterable[list[float]]:
    lines: dict[tuple, list[Operand]] = {}
    columns: dict[tuple, list[Operand]] = {}
    for operand in operands:
        if operand.line == (TOTAL,):
            continue
        if operand.column is not None:
            columns.setdefault((operand.line[:3] if len(operand.line) > 2 else (), operand.column), []).append(operand)
        if not operand.aside:
            unit = operand.unit if operand.column is None else ""
            lines.setdefault((operand.line, operand.kind, unit), []).append(operand)
    for line in lines.values():
        yield from _along(asked, line)
    for whole in columns.values():
        column = [operand for operand in whole if not operand.aside]
        yield [operand.value for operand in column]
        if len(column) > 2:
            yield [operand.value for operand in column if operand.best]
            yield [operand.value for operand in column if operand.named]
        told = [operand for operand in whole if operand.when and operand.when[0] in asked.years]
        if 1 < len(told) < len(whole):
            yield [operand.value for operand in told]
        yield from _periods(whole)
    texts = [operand for operand in operands if operand.column is None and operand.kind == "number"]
    for unit in {operand.unit for operand in texts}:
        yield [operand.value for operand in texts if operand.unit == unit][:4]


def _along(asked: Asked, line: Sequence[Operand]) -> Iterable[list[float]]:
    """The figures of a line: all, those of the years that are named, those of one measure, two years in a row."""
    yield [operand.value for operand in line]
    measures = {operand.measure for operand in line}
    for measure in measures if len(measures) > 1 else ():
        yield [operand.value for operand in line if operand.measure == measure]
    timed = [operand for operand in line if operand.when and operand.when[0]]
    told = [operand for operand in timed if operand.when[0] in asked.years]  # type: ignore[index]
    if 1 < len(told) < len(line):
        yield [operand.value for operand in told]
    if line[0].column is not None and len(asked.years) < 2:
        pairs = [(a, b) for a, b in itertools.combinations(timed, 2) if abs(a.when[0] - b.when[0]) == 1]  # type: ignore[index]
        yield from ([a.value, b.value] for a, b in pairs if not asked.years or asked.years & {a.when[0], b.when[0]})  # type: ignore[index]


def _periods(column: Sequence[Operand]) -> Iterable[list[float]]:
    """The figures of a column by quarter and by half of a year, where they are monthly or quarterly."""
    for months in (3, 6):
        parts: dict[tuple[int, int], list[float]] = {}
        for operand in column:
            if operand.when and operand.when[1]:
                part = (operand.when[0], (operand.when[1] - 1) // months)
                parts.setdefault(part, []).append(operand.value)
        yield from (part for part in parts.values() if len(part) < len(column))
