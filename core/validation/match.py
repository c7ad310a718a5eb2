"""Does a figure say what another says: the same value or a rounding of it, in the same unit, at the scale that the
source declares.

Pure functions over `Quantity`; no text is read here.
"""

from __future__ import annotations

from typing import Literal

from core.validation.measures import Quantity, lexicon

Fit = Literal["same", "unit", "sign", ""]
_ABOUT = 0.06
_EPSILON = 1e-9


def close(claim: Quantity, value: float, source_step: float = 0.0) -> bool:
    """Whether `value` is what one reading of the claim's figure says, or rounds to it."""
    for said, step in claim.readings:
        tolerance = step if step >= source_step else 0.0
        if abs(abs(said) - abs(value)) <= tolerance + _EPSILON * max(1.0, abs(value)):
            return True
        if claim.approximate and value:
            ratio = said / abs(value)
            if claim.approximate == "about" and abs(ratio - 1) <= _ABOUT:
                return True
            if claim.approximate == "over" and 0.85 <= ratio <= 1:
                return True
            if claim.approximate == "under" and 1 <= ratio <= 1.15:
                return True
    return False


def fit(
    claim: Quantity,
    source: Quantity,
    *,
    scales: frozenset[float] = frozenset({1.0}),
    currencies: frozenset[str] = frozenset(),
    percent: bool = False,
) -> Fit:
    """How the claim's figure stands to the source's: the same, the same but for its unit or its sign, or not at all.

    `scales` are those the source declares for bare figures, `currencies` those it names, `percent` whether its label
    says that it is a share."""
    if source.scale == 1.0 and claim.scale != 1.0 and source.kind == "number":
        factors = sorted(scales)
    else:
        factors = [1.0]
    for factor in factors:
        if any(close(claim, value * factor, step * factor) for value, step in source.readings):
            if not _units_agree(claim, source, currencies, percent):
                return "unit"
            return "sign" if claim.negative and not source.negative else "same"
    return "same" if _same_measure(claim, source) else ""


def _units_agree(claim: Quantity, source: Quantity, currencies: frozenset[str], percent: bool) -> bool:
    if claim.kind != source.kind:
        if claim.kind == "number" and not claim.unit:
            return True
        if source.kind == "number" and not source.unit:
            return claim.kind == "points" or (percent and claim.kind == "percent")
        return False
    if not claim.unit or claim.unit == source.unit:
        return True
    if source.unit:
        return False
    if claim.unit in lexicon()["currencies"].values():
        return claim.unit in currencies
    return False


def _same_measure(claim: Quantity, source: Quantity) -> bool:
    """24 hours are one day, and twelve months a year."""
    worth = lexicon()["worth"]
    if claim.unit == source.unit or claim.unit not in worth or source.unit not in worth:
        return False
    (own, factor), (its, its_factor) = worth[claim.unit], worth[source.unit]
    return own == its and any(close(claim, value * its_factor / factor) for value, _ in source.readings)
