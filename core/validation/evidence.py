"""What a statement is held against, and how its parts fared there: figures of passages and rows, what was proven, what
is wrong. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.validation.match import fit
from core.validation.measures import Quantity, fold, lexicon
from core.validation.places import Place
from core.validation.rows import Rows
from core.validation.sources import Passage

_OVER_BASE = re.compile(
    r"\s*(?:above|over|sobre|por encima del?) (?:the |el |la )?(?:\w+ ){0,2}(?:rate|base|tipo|euribor)\b"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a part of a statement: a reason key, what it names, and whether it stands against the whole
    statement (`hard`) or only leaves it unproven."""

    reason: str
    params: dict[str, Any] = field(default_factory=dict)
    hard: bool = True


@dataclass(slots=True)
class Evidence:
    """What a statement is held against: the passages it cites, and the rows of the answer where it has any."""

    passages: Sequence[Passage]
    rows: Rows | None = None
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept: dict[tuple, Place] = {}
        for passage in self.passages:
            for place in passage.places:
                key = (place.line, place.column, place.quantity.start, place.quantity.text)
                if key not in kept or place.quoted:
                    kept[key] = place
        self.places = list(kept.values())

    def scales_of(self, claim: Quantity, place: Place) -> frozenset[float]:
        """What a bare figure of the source may be in: what its table says, else anything that its pages declare."""
        page = frozenset({1.0}).union(*(passage.scales for passage in self.passages))
        if claim.scale != 1.0:
            return frozenset({place.scale}) if place.scale != 1.0 and not _is_small(place) else page
        return (
            page if place.column is not None and claim.readings and claim.readings[0][0] >= 1000 else frozenset({1.0})
        )

    def fit(self, claim: Quantity, place: Place) -> str:
        """How a figure of the statement stands to one of the sources (see `match.fit`)."""
        scales = self.scales_of(claim, place)
        currencies = frozenset().union(*(p.currencies for p in self.passages))
        how = fit(claim, place.quantity, scales=scales, currencies=currencies, percent=place.percent)
        if how == "sign" and place.way < 0:
            return "same"  # 'slipped 1.2 %' is -1.2 %
        if how != "unit":
            return how
        if claim.kind == "points" and place.quantity.kind == "percent":
            return "same" if _OVER_BASE.match(fold(place.after)) else how  # '4 % above the base rate' are four points
        if not place.quantity.unit and place.quantity.kind == "number":
            if self._goes_on(claim, place):
                return "same"  # '32 days, of which at least 15'
            forms = [form for form, unit in lexicon()["units"].items() if unit == claim.unit]
            words = place.head or place.context  # what it counts, where that is told
            return "same" if any(f"w:{form}" in words for form in forms) else how
        return how

    def _goes_on(self, claim: Quantity, place: Place) -> bool:
        """Whether a bare figure of prose goes on with the unit of the figure before it in its sentence."""
        if place.column is not None or place.head:
            return False
        before = [p for p in self.places if p.line == place.line and p.quantity.start < place.quantity.start]
        last = max(before, key=lambda p: p.quantity.start, default=None)
        return last is not None and bool(claim.unit) and last.quantity.unit == claim.unit


@dataclass(slots=True)
class Found:
    """How the figures of a statement fared: `proven` of `total` parts, and what is wrong."""

    total: int = 0
    proven: int = 0
    computed: bool = False
    from_rows: bool = False
    findings: list[Finding] = field(default_factory=list)


def _is_small(place: Place) -> bool:
    """Whether a cell has decimals that no thousands have ('0.45' a share in a table of millions)."""
    value = place.quantity.readings[0][0] if place.quantity.readings else 0.0
    return value < 100 and value != int(value)
