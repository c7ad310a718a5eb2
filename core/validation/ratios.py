"""Multiples and halves in words: 'twice as many as', 'doubled', 'more than half of', 'el triple que'. Each is computed
from the figures of the rows that the statement names, or from two figures of a quoted sentence.

One is judged only where there are two figures to compare. Multiples with decimals ('2.5 times') are left to derive.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.validation.cues import EACH
from core.validation.evidence import Evidence, Finding, Found
from core.validation.grid import Grid, measured, named_rows, read_grids
from core.validation.measures import approximation, count_words, fold, lexicon
from core.validation.places import OWN, Place, Segment

_NOT_SO_MANY = (
    r"(?! (?:a|per|each|every|daily|weekly|monthly|yearly|al|por|check|room|digit|glazing|counting|grado|clic)\b)"
)
_WORDS = (
    (2.0, rf"\b(?:twice|double[ds]?|doubling|el doble|duplic\w+)\b{_NOT_SO_MANY}"),
    (3.0, rf"\b(?:triple[ds]?|tripling|threefold|treble[ds]?|el triple|triplic\w+)\b{_NOT_SO_MANY}"),
    (4.0, r"\b(?:quadrupl\w+|fourfold|cuadruplic\w+|el cuadruple)\b"),
    (
        0.5,
        r"(?<!first )(?<!second )\bhalf (?:of|the|its|their|all|as (?:many|much))\b|"
        r"(?<!primera )(?<!segunda )\bla mitad del?\b",
    ),
)
TIMES = re.compile(
    rf"\b({count_words(3, 10)}|[3-9]|1\d)"
    r"(?= times (?:as|more|higher|larger|bigger|the)\b| veces (?:mas|mayor|superior|el|la|l[oa]s)\b)"
)
_RATIOS = tuple((value, re.compile(pattern)) for value, pattern in _WORDS)
_THAN = re.compile(r"\b(?:as|than|that of|those of|que|de lo que)\b")
_OFTEN = re.compile(r"\b(?:often|frequen\w+|frecuen\w+|fast\w*|quick\w*|speed|rapid\w+|veloc\w+)\b")  # of intervals
_AND_MORE = re.compile(r"\s*(?:con creces|and more|or more|y mas)\b")
# (least, most) of the true ratio, as parts of the one that is said
_REACH = {"": (0.94, 1.08), "about": (0.86, 1.08), "over": (1.0, 2.0), "under": (0.55, 1.0)}


@dataclass(frozen=True)
class _Ratio:
    start: int
    end: int
    text: str
    value: float
    how: str

    def allows(self, value: float) -> bool:
        low, high = _REACH[self.how]
        return low * self.value - 1e-9 <= value <= high * self.value + 1e-9


def check_ratios(claim: Segment, evidence: Evidence) -> Found:
    """Each multiple of the statement: proven, a finding, or left alone where nothing can be compared."""
    found = Found()
    for ratio in _read(claim.text):
        held = _is_said(ratio, evidence) or _holds(ratio, claim, evidence)
        if held is None:
            continue
        found.total += 1
        found.proven += held
        found.computed |= held
        found.findings += [] if held else [Finding("figure_missing", {"what": ratio.text})]
    return found


def _read(text: str) -> Iterator[_Ratio]:
    folded = fold(text)
    for value, pattern in _RATIOS:
        for match in pattern.finditer(folded):
            before = folded[: match.start()]
            how = "over" if before.endswith("mas del ") else "under" if before.endswith("menos del ") else ""
            how = how or approximation(text, match.start() + (3 if match.group().startswith(("el ", "la ")) else 0))
            how = "over" if _AND_MORE.match(folded, match.end()) else how
            yield _Ratio(match.start(), match.end(), text[match.start() : match.end()], value, how)
    for match in TIMES.finditer(folded):
        how = approximation(text, match.start())
        yield _Ratio(match.start(), match.end(1), text[match.start() : match.end(1)], float(_count(match[1])), how)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else lexicon()["numbers"][word]


def _is_said(ratio: _Ratio, evidence: Evidence) -> bool | None:
    """True where the source says the same multiple in words; None where it does not."""
    texts = [segment.text for passage in evidence.passages for segment in passage.quoted]
    return True if any(other.value == ratio.value for text in texts for other in _read(text)) else None


def _holds(ratio: _Ratio, claim: Segment, evidence: Evidence) -> bool | None:
    """Whether two figures stand to each other as is said; None where there are none to compare."""
    for grid in read_grids(evidence):
        values = list(_of_rows(ratio, claim, grid))
        if values:
            return any(ratio.allows(value) for value in values)
    pairs = list(_of_sentences(evidence))
    whole = next((word.keys for word in claim.words if word.start >= ratio.end and not word.stop), frozenset())
    counted = [pair for pair in pairs if ratio.value < 1 and any(whole & place.head for place in pair)]
    if counted:
        return any(ratio.allows(_size(one) / _size(other)) for pair in counted for one, other in (pair, pair[::-1]))
    if any(ratio.allows(place.quantity.readings[0][0] / 100) for place in _quoted(evidence, "percent")):
        return True
    pairs = pairs or list(_across(evidence))
    compared = _THAN.search(fold(claim.text[ratio.end :])) is not None and not _OFTEN.search(fold(claim.text))
    values = [v for pair in pairs for v in _quotients(claim, *pair, compared)]
    if any(ratio.allows(value) for value in values):
        return True
    return False if len(pairs) == 1 else None  # of several pairs another one may be meant


def _quotients(claim: Segment, first: Place, second: Place, compared: bool) -> Iterator[float]:
    """One figure over the other: that of what the statement names first, where it compares two that it names."""
    at, its = (_first(claim, place, other) for place, other in ((first, second), (second, first)))
    if not compared or at <= its:
        yield _size(first) / _size(second)
    if not compared or its <= at:
        yield _size(second) / _size(first)


def _first(claim: Segment, place: Place, other: Place) -> int:
    """Where the statement first names what only this one of two figures is of."""
    own = {key for key, weight in place.context.items() if weight >= OWN}
    shared = {key for key, weight in other.context.items() if weight >= OWN}
    return next((w.start for w in claim.words if not w.stop and w.keys & (own - shared)), len(claim.text))


def _of_rows(ratio: _Ratio, claim: Segment, grid: Grid) -> Iterator[float]:
    """The first row that is named over the second one, by the column that is meant; a row's newer figure over its
    older one, or its part of the whole, where it is named alone."""
    named = named_rows(claim.words, grid)
    rows = list(dict.fromkeys(name.row for name in named))
    columns, _ = measured(claim.words, claim, grid)
    each = EACH.search(fold(claim.text)) is not None
    if len(rows) == 2:
        for c in grid.numbers if each else columns:
            yield from _quotient(grid.numbers[c], *rows)
        for one, other in itertools.permutations(grid.numbers, 2) if each else ():
            shares = [_part(grid.numbers[one][r], grid.numbers[other][r]) for r in rows]
            yield from _quotient(shares, 0, 1)
    elif len(rows) == 1 and ratio.value < 1:
        for c in columns:
            present = [abs(value) for value in grid.numbers[c] if value is not None]
            cell = grid.numbers[c][rows[0]]
            if cell is not None and sum(present):
                yield abs(cell) / sum(present)
    elif len(rows) == 1:
        timed = sorted((_year(grid, c), c) for c in grid.numbers if _year(grid, c))
        for (_, older), (_, newer) in itertools.combinations(timed, 2):
            yield from _quotient([grid.numbers[newer][rows[0]], grid.numbers[older][rows[0]]], 0, 1)


def _year(grid: Grid, c: int) -> int:
    return next((int(key[5:]) for key in grid.columns[c] if key.startswith("@year")), 0)


def _part(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _quotient(values: Sequence[float | None], first: int, second: int) -> Iterator[float]:
    quotient = _part(values[first], values[second])
    if quotient is not None:
        yield quotient


def _of_sentences(evidence: Evidence) -> Iterator[tuple[Place, Place]]:
    """Pairs of figures of one quoted sentence and one unit."""
    for kind in ("number", "percent"):
        for first, second in itertools.combinations(_quoted(evidence, kind), 2):
            units = {place.quantity.unit for place in (first, second)} - {""}
            if first.line == second.line and len(units) < 2:
                yield first, second


def _across(evidence: Evidence) -> Iterator[tuple[Place, Place]]:
    """Pairs of figures of one unit, or of what is called alike, in two quoted sentences."""
    for first, second in itertools.combinations(_quoted(evidence, "number"), 2):
        alike = first.quantity.unit or first.head & second.head
        if first.line != second.line and first.quantity.unit == second.quantity.unit and alike:
            yield first, second


def _size(place: Place) -> float:
    return place.quantity.readings[0][0]


def _quoted(evidence: Evidence, kind: str) -> list[Place]:
    """The figures of the quoted sentences, those without a size left out."""
    found = [p for p in evidence.places if p.quoted and p.column is None and p.quantity.kind == kind]
    return [place for place in found if _size(place)]
