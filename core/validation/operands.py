"""The figures of the sources that a computed one may come from, each with its time, its measure and whether the
statement itself states it. It computes nothing (see derive).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.validation.cues import REST
from core.validation.evidence import Evidence
from core.validation.match import same_unit
from core.validation.measures import fold, lexicon
from core.validation.older import is_older
from core.validation.places import OWN, Context, Place
from core.validation.rows import Rows
from core.validation.spoken import Spoken, score

_THAN = re.compile(r"\b(?:than|de lo que|que (?:el|la|l[oa]s|en)|compared|frente a)\b")
LINES_MAX, CELLS_MAX, ROWS_MAX, ROWS_ALL = 8, 12, 12, 36
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Operand:
    """`value` is signed, in the units that the source writes; `scale` what a bare figure of its table is in. `line` and
    `column` say where it stands, `when` is (year, month or so) where that is known, `older` whether its sentence gives
    it as what came before. `measure` are the words of its column's header without times, `way` the direction that
    is said of it, `named` whether the statement states it too. A `cost` stands in brackets and is taken by its size;
    `best` is of the rows that the figure's own clause names, `aside` of those that the statement does not name;
    `at` is how early it names what the figure is of, `written` the scale that stands behind the figure itself
    ('million'), `owned` whether the statement names what only this figure of its sentence is of. `of` are the keys of
    what it counts or is measured in, `per` those of what it is given for each of ('640 a day'); `made`
    says that it is computed already."""

    value: float
    kind: str
    unit: str
    line: tuple
    column: int | None = None
    when: tuple[int, int] | None = None
    older: bool = False
    measure: frozenset[str] = frozenset()
    way: int = 0
    named: bool = False
    scale: float = 1.0
    cost: bool = False
    best: bool = False
    aside: bool = False
    at: int = 0
    written: float = 1.0
    owned: bool = False
    of: frozenset[str] = frozenset()
    per: frozenset[str] = frozenset()
    made: bool = False


def gather_operands(spoken: Spoken, evidence: Evidence, named: Sequence[Place]) -> list[Operand]:
    """The figures of the quoted lines that fit the statement best, of the table line that fits best though it is not
    quoted, and of the rows that the statement names."""
    stated = {_identity(place) for place in named}
    lines: dict[tuple, list[Place]] = {}
    for place in evidence.places:
        if _fits_money(spoken, place, evidence):
            lines.setdefault(place.line, []).append(place)
    unnamed = _unnamed(spoken, lines)
    ranked = sorted(lines.values(), key=lambda line: -max(score(spoken.context, place) for place in line))
    quoted = [line for line in ranked if any(place.quoted for place in line)][:LINES_MAX]
    beside = [line for line in ranked if line not in quoted and line[0].column is not None and _is_total(line[0])][:1]
    found = []
    top = max((score(spoken.context, place) for line in quoted for place in line), default=0.0)
    for line in quoted + beside:
        best = max(score(spoken.context, place) for place in line) >= top
        operands = [operand_of(place, spoken.quantity.kind, _identity(place) in stated) for place in line[:CELLS_MAX]]
        operands = [replace(operand, best=best, aside=operand.line in unnamed) for operand in operands]
        if len(line) > 1 and line[0].column is None:
            operands = [_own(operand, place, line, spoken) for operand, place in zip(operands, line, strict=False)]
        operands += _gone_on(operands, line)
        costs = all(operand.value <= 0 for operand in operands)  # costs in brackets are compared by their size
        found += [replace(operand, value=abs(operand.value), cost=True) for operand in operands] if costs else operands
    if evidence.rows is not None:
        found += row_operands(spoken, evidence.rows, stated)
    return [*found, *_table_totals(spoken, evidence)]


def _unnamed(spoken: Spoken, lines: dict[tuple, list[Place]]) -> set[tuple]:
    """The rows of a table of which the statement sets two others side by side."""
    if not _THAN.search(fold(spoken.sentence)):
        return set()
    tables: dict[tuple, dict[tuple, frozenset[str]]] = {}
    for line, places in lines.items():
        if places[0].column is not None and line[3] > 0:
            told = [frozenset(key for key, weight in p.context.items() if weight >= OWN) for p in places]
            tables.setdefault(line[:3], {})[line] = frozenset.intersection(*told)
    found: set[tuple] = set()
    for rows in tables.values():
        counts = Counter(key for label in rows.values() for key in label)
        own = {line: {key for key in label if counts[key] == 1} for line, label in rows.items()}
        named = {line for line, label in own.items() if any(keys & label for keys, _ in spoken.context)}
        found |= rows.keys() - named if len(named) == 2 else set()
    return found


def _table_totals(spoken: Spoken, evidence: Evidence) -> Iterable[Operand]:
    """Each column's total of a table whose rows are all quoted, where it has none of its own; the statement may
    speak of it by itself (`made`) where it names no row."""
    tables: dict[tuple, list[Place]] = {}
    for place in evidence.places:
        if place.column is not None and place.line[0] != "row" and place.line[3] > 0:
            tables.setdefault(place.line[:3], []).append(place)
    for cells in tables.values():
        if any(_is_total(place) or not place.quoted for place in cells):
            continue
        told = [{key for key, w in place.context.items() if w >= OWN} - place.header.keys() for place in cells]
        labels = frozenset().union(*told) - frozenset.intersection(*map(frozenset, told))
        alone = not any(keys & labels for keys, _ in spoken.context)
        for c in {place.column for place in cells}:
            column = [place for place in cells if place.column == c]
            if len(column) > 1 and all(p.quantity.kind == "number" and p.quantity.readings for p in column):
                cell = operand_of(column[0], spoken.quantity.kind)
                whole = sum(value_of(place) for place in column)
                if not any(place.percent for place in column):
                    yield replace(cell, value=whole, line=(TOTAL,), made=alone)


def _own(operand: Operand, place: Place, line: Sequence[Place], spoken: Spoken) -> Operand:
    """The operand with whether the figure's own words name what it alone is of, of the figures of its sentence of one
    unit; and how early the statement does."""
    others = [p for p in line if p is not place and (p.quantity.kind, p.quantity.unit) == (operand.kind, operand.unit)]
    shared = {key for other in others for key, weight in other.context.items() if weight >= OWN}
    alone = {key for key, weight in place.context.items() if weight >= OWN and key[0] != "@"} - shared
    at = next((n for n, (keys, _) in enumerate(spoken.context) if keys & alone), len(spoken.context))
    named = any(keys & alone for keys, weight in spoken.context if weight >= OWN)
    return replace(operand, owned=bool(others) and named, at=at)


def _gone_on(operands: Sequence[Operand], line: Sequence[Place]) -> list[Operand]:
    """The bare figures of a sentence at the scale and unit of the one before: '41 million, of which 29 were lost'; so
    many of the figure right behind."""
    found = []
    for (before, first), (bare, place) in itertools.pairwise(zip(operands, line, strict=False)):
        if before.column is None and not before.unit and 0 <= place.quantity.start - first.quantity.end < 2:
            found.append(replace(bare, value=before.value * bare.value, made=True))  # 'two 40 mg capsules'
        if place.quantity.spelled or (place.head and not REST.match(fold(place.after).lstrip())):
            continue  # 'three tankers' are no millions, 'the 284 others' may be
        is_bare = bare.column is None and bare.kind == "number" and not bare.unit and bare.written == 1.0
        if is_bare and before.written != 1.0 and bare.value < 1000:
            found.append(replace(bare, value=bare.value * before.written, unit=before.unit, written=before.written))
    return found


def operand_of(place: Place, asked: str, named: bool = False) -> Operand:
    """A figure of a passage as an operand; `asked` is the kind of the figure to be computed, which says what a bare
    one under a label like 'rate' is."""
    measure = frozenset(key for key, w in place.header.items() if w >= OWN and not key.startswith("@"))
    loose = place.percent and place.quantity.kind == "number" and abs(value_of(place)) < 1000 and asked != "number"
    return Operand(
        value_of(place),
        "percent" if loose else place.quantity.kind,
        place.quantity.unit,
        place.line,
        place.column,
        _when(place.header if place.column is not None and _when(place.header) else place.context),
        place.column is None and is_older(place.before, place.after, bracket=True),
        measure,
        place.way,
        named,
        place.scale,
        written=place.quantity.scale,
        of=place.head | {f"unit:{place.quantity.unit}"} if place.quantity.unit else place.head,
        per=place.per,
    )


def _when(context: Context) -> tuple[int, int] | None:
    """The one year that a figure belongs to, and the last month of its quarter or month."""
    years = [int(key[5:]) for key, weight in context.items() if key.startswith("@year") and weight >= OWN]
    months = [int(key[6:]) for key, weight in context.items() if key.startswith("@month") and weight >= OWN]
    quarters = [int(key[8:]) for key, weight in context.items() if key.startswith("@quarter") and weight >= OWN]
    if len(years) > 1 or (not years and not months):
        return None
    month = months[0] if len(months) == 1 else 3 * quarters[0] if len(quarters) == 1 else 0
    return (years[0] if years else 0, month)


def _fits_money(spoken: Spoken, place: Place, evidence: Evidence) -> bool:
    """Whether an amount of money may come from a figure: not from another currency, nor where none is named."""
    unit = spoken.quantity.unit
    if unit not in lexicon()["currencies"].values():
        return True
    if place.quantity.unit in lexicon()["currencies"].values():
        return same_unit(place.quantity.unit, unit)
    bare = place.column is None and place.quantity.scale == 1.0
    if place.quantity.unit or place.quantity.kind != "number" or bare:
        return True
    named = [currency for passage in evidence.passages for currency in passage.currencies]
    return any(same_unit(unit, currency) for currency in named) or (place.column is None and not named)


def row_operands(spoken: Spoken, rows: Rows, stated: set[tuple]) -> Iterable[Operand]:
    """The cells of the rows that the statement names, and each column's total; nothing gives another currency."""
    money = set(lexicon()["currencies"].values())
    paid = money.intersection(rows.units)
    if spoken.quantity.unit in money and paid and not any(same_unit(spoken.quantity.unit, unit) for unit in paid):
        return
    named, best = named_rows(spoken, rows)
    order = [_first(spoken, label) for label in rows.labels]
    priced = spoken.quantity.unit in lexicon()["currencies"].values() and any(rows.units)
    for c, values in list(rows.numbers.items())[:CELLS_MAX]:
        for r in range(len(values)) if len(values) <= ROWS_ALL else named:
            if values[r] is not None:
                place = rows.places(r, c)
                cell = operand_of(place, spoken.quantity.kind, _identity(place) in stated)
                when = _when(rows.labels[r]) or cell.when
                yield replace(
                    cell,
                    when=when,
                    line=("row", r),
                    unit=rows.units[c],
                    scale=rows.scales[c] if rows.units[c] or not priced else 1.0,  # thousands of loaves are no money
                    best=r in best,
                    aside=r not in named,
                    at=order[r],
                )
        present = [value for value in values if value is not None]
        if len(present) > 1:
            cell = operand_of(rows.places(values.index(present[0]), c), spoken.quantity.kind)
            when, scale = _when(rows.columns[c]), rows.scales[c] if rows.units[c] or not priced else 1.0
            yield replace(cell, value=sum(present), line=(TOTAL,), when=when, unit=rows.units[c], scale=scale)


def _first(spoken: Spoken, label: Context) -> int:
    """How many words of the statement stand before the one that names a row."""
    return next((n for n, (keys, _) in enumerate(spoken.context) if keys & label.keys()), len(spoken.context))


def named_rows(spoken: Spoken, rows: Rows) -> tuple[list[int], set[int]]:
    """The rows that the statement names (the first ones where it names none), and those that most words of the
    figure's own clause name."""
    labels = rows.labels
    named = [r for r, label in enumerate(labels) if any(keys & label.keys() for keys, _ in spoken.context)]
    own = [keys for keys, weight in spoken.context if weight >= OWN]
    hits = {r: sum(bool(keys & labels[r].keys()) for keys in own) for r in named}
    top = max(hits.values(), default=0)
    best = {r for r in named if top and hits[r] == top}
    if any(_when(label) for label in labels[:2]):  # a change is counted from the row before
        named = sorted({*named, *(r - 1 for r in named if r)})
    return (named or list(range(len(labels))))[:ROWS_MAX], best


def _is_total(place: Place) -> bool:
    return any(key in place.context for key in ("w:total", "w:totales", "w:suma", "w:conjunto"))


def _identity(place: Place) -> tuple:
    return (place.line, place.column, place.quantity.start, place.quantity.text)


def value_of(place: Place) -> float:
    """The figure with its sign."""
    value = place.quantity.readings[0][0]
    return -value if place.quantity.negative else value
