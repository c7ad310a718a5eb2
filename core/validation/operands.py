"""The groups of source figures that a computed one may come from: those of one line, one column, one row of a result.
It computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.validation.evidence import Evidence
from core.validation.measures import Quantity, lexicon
from core.validation.order import years_of
from core.validation.places import Place
from core.validation.rows import Rows
from core.validation.spoken import Spoken, WordContext, score


def together(spoken: Spoken, evidence: Evidence) -> Iterable[list[float]]:
    """Groups of source figures that a computed one may come from: those of the lines that fit best, and of one column
    those of the rows that the statement names."""
    usable = [place for place in evidence.places if _same_money(spoken.quantity, place, evidence)]
    lines: dict[tuple, list[Place]] = {}
    for place in usable:
        lines.setdefault((place.line, place.quantity.kind), []).append(place)
    ranked = sorted(lines.values(), key=lambda line: -max(score(spoken.context, place) for place in line))
    ranked = [line for line in ranked if any(place.quoted for place in line)][:4] + ranked[:1]
    for line in ranked:
        if max(score(spoken.context, place) for place in line) > 0:
            yield from _orders(line, spoken)
    columns: dict[tuple[int, ...], list[Place]] = {}
    for line in ranked[:-1]:
        for place in line:
            if place.column is not None:
                columns.setdefault((*place.line[:3], place.column), []).append(place)
    yield from ([value_of(place) for place in column] for column in columns.values())
    if evidence.rows is not None:
        yield from _row_groups(spoken.context, evidence.rows)


def _orders(line: Sequence[Place], spoken: Spoken) -> Iterable[list[float]]:
    """A line's figures by year where each has one, those of the years that are named first; else in both orders."""
    timed = sorted((place for place in line if years_of(place)), key=years_of)
    if len(spoken.all_years) > 1 and len(timed) > 1:
        yield [value_of(place) for place in timed if place.context.keys() & spoken.all_years][:8]
        if len(spoken.all_years) == 2 and not spoken.way:
            yield [value_of(place) for place in timed][:8]  # 'the average from 2017 to 2019'
        return
    if len(timed) == len(line):
        yield [value_of(place) for place in timed][:8]
        return
    values = [value_of(place) for place in line][:8]
    yield values
    yield values[::-1]


def _same_money(quantity: Quantity, place: Place, evidence: Evidence) -> bool:
    """Whether an amount of money may come from a figure: not from another currency, nor where none is named."""
    if quantity.unit not in lexicon()["currencies"].values():
        return True
    if place.quantity.unit:
        return place.quantity.unit == quantity.unit
    return any(quantity.unit in passage.currencies for passage in evidence.passages)


def _row_groups(context: WordContext, rows: Rows) -> Iterable[list[float]]:
    """Of each column, the figures of the rows that the statement names; of each such row, its figures."""
    named = [r for r, label in enumerate(rows.labels) if any(keys & label.keys() for keys, _ in context)]
    if not named:
        named = list(range(min(len(rows.labels), 12)))
    named = named[:12]
    for values in rows.numbers.values():
        told = [values[r] for r in named if values[r] is not None]
        yield told
        yield told[::-1]
        ends = [value for value in (values[0], values[-1]) if value is not None]
        yield ends
        present = [value for value in values if value is not None]
        if len(present) > len(named) and len(named) <= 4:
            yield from ([values[r], sum(present)] for r in named if values[r] is not None)
    for r in named:
        yield [values[r] for values in rows.numbers.values() if values[r] is not None]


def value_of(place: Place) -> float:
    value = place.quantity.readings[0][0]
    return -value if place.quantity.negative else value
