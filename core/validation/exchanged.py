"""Two clauses of a statement that have changed parts: 'A takes the roof and B the floor' where one sentence of the
source gives the floor to A and the roof to B. Names, words, figures and dates are one account of who goes with what.

It speaks where both clauses mix what the source keeps apart, and says nothing of one clause alone (see strayed).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.validation.evidence import Evidence, Finding
from core.validation.measures import Quantity
from core.validation.places import Segment
from core.validation.vocabulary import Word

_CUT = re.compile(
    r"[;:()—–]|,\s|\s(?=(?:and|but|while|whereas|although|against|versus|compared|y|e|pero|mientras|aunque|frente|"
    r"sino)\s)",
    re.I,
)
_HALVES = re.compile(r";|\s(?=(?:while|whereas|mientras)\s)", re.I)


@dataclass(frozen=True, slots=True)
class _Item:
    """What a clause holds; `sort` is name, figure, date, way or word, `side` as a word has it."""

    text: str
    sort: str
    keys: frozenset[str]
    side: tuple[int, int] | None = None

    def meets(self, other: _Item) -> bool:
        """Whether both say the same, and not two sides of a pair."""
        if self.side and other.side and self.side[0] == other.side[0] and self.side != other.side:
            return False  # 'arrendador', 'arrendatario'
        return bool(self.keys & other.keys)


def check_exchanged(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The first two clauses of the statement that each join what two clauses of a quoted sentence keep apart."""
    said = [pair for cut in (_CUT, _HALVES) for pair in itertools.pairwise(_parts(claim, cut))]
    for source in {s.text: s for passage in evidence.passages for s in passage.quoted}.values() if said else ():
        for one, other in (pair for cut in (_CUT, _HALVES) for pair in itertools.pairwise(_parts(source, cut))):
            for first, second in said:
                for mine, its in _mixed(first, second, one, other):
                    return [Finding("figure_swapped", {"what": mine.text, "instead": its.text})]
    return []


def _mixed(
    first: Sequence[_Item], second: Sequence[_Item], one: Sequence[_Item], other: Sequence[_Item]
) -> Iterator[tuple[_Item, _Item]]:
    """Two items of one sort that have changed places: each clause has something of both clauses of the source."""
    (own, strange), (strange_too, own_too) = _owned(first, one, other), _owned(second, one, other)
    if own and strange and strange_too and own_too:
        for pairs in (itertools.product(strange, strange_too), itertools.product(own, own_too)):
            yield from (pair for pair in pairs if pair[0].sort == pair[1].sort in ("name", "date", "way"))
        if all(_is_exact(item, (*one, *other)) for item in (*own, *strange, *strange_too, *own_too)):
            pairs = itertools.product(strange, strange_too)  # a figure takes no word's place
            yield from (pair for pair in pairs if (pair[0].sort == "figure") == (pair[1].sort == "figure"))


def _owned(said: Sequence[_Item], one: Sequence[_Item], other: Sequence[_Item]) -> tuple[list[_Item], list[_Item]]:
    """The items that only the one clause of the source has, and those that only the other has."""
    held = [(item, any(map(item.meets, one)), any(map(item.meets, other))) for item in said]
    return [i for i, a, b in held if a and not b], [i for i, a, b in held if b and not a]


def _is_exact(item: _Item, source: Sequence[_Item]) -> bool:
    """Whether the source has the very word and not only one that may say the same; a way has many words."""
    keys = frozenset(key for key in item.keys if key[0] not in "=~")
    return item.sort == "way" or any(keys & other.keys for other in source)


def _parts(segment: Segment, cut: re.Pattern[str]) -> list[list[_Item]]:
    """The clauses, each as what it holds, in order."""
    figures = [q for q in segment.quantities if q.kind != "code"]
    taken = [(x.start, x.end) for x in (*figures, *segment.dates)]
    words = [w for w in segment.words if not w.stop and not w.cue and not any(a <= w.start < b for a, b in taken)]
    found = [(w.start, _Item(w.text, _sort_of(w), w.keys, w.side)) for w in words]
    found += [(q.start, _Item(q.text, "figure", _values(q))) for q in figures]
    for date in segment.dates:
        keys = frozenset(f"@{moment.year}-{moment.month}-{moment.day}" for moment in date.readings)
        found.append((date.start, _Item(date.text, "date", keys)))
    found.sort(key=lambda pair: pair[0])
    cuts = [m.start() for m in cut.finditer(segment.text) if not any(a < m.start() < b for a, b in taken)]
    edges = itertools.pairwise([0, *cuts, len(segment.text)])
    parts = [[item for at, item in found if a <= at < b] for a, b in edges]
    return [part for part in parts if part]


def _sort_of(word: Word) -> str:
    return "name" if word.text[:1].isupper() and word.start > 0 else "way" if word.way else "word"


def _values(quantity: Quantity) -> frozenset[str]:
    return frozenset(f"{quantity.kind}:{value:.6g}" for value, _ in quantity.readings)
