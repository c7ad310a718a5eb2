"""What a statement is held against, and how its parts fared there: figures of passages and rows, what was proven, what
is wrong. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.validation.match import fit
from core.validation.measures import Quantity, lexicon
from core.validation.places import Place
from core.validation.rows import Rows
from core.validation.sources import Passage


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

    @property
    def scales(self) -> frozenset[float]:
        """What the sources declare bare figures to be in."""
        return frozenset({1.0}).union(*(passage.scales for passage in self.passages))

    def fit(self, claim: Quantity, place: Place) -> str:
        scales = self.scales
        currencies = frozenset().union(*(p.currencies for p in self.passages))
        how = fit(claim, place.quantity, scales=scales, currencies=currencies, percent=place.percent)
        if how == "unit" and not place.quantity.unit and place.quantity.kind == "number":
            forms = [form for form, unit in lexicon()["units"].items() if unit == claim.unit]
            return "same" if any(f"w:{form}" in place.context for form in forms) else how
        return how


@dataclass(slots=True)
class Found:
    """How the figures of a statement fared: `proven` of `total` parts, and what is wrong."""

    total: int = 0
    proven: int = 0
    computed: bool = False
    from_rows: bool = False
    findings: list[Finding] = field(default_factory=list)
