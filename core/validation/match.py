"""Does a figure say what another says: the same value or a rounding of it, in the same unit, at the scale that the
source declares.

Pure functions over `Quantity`; no text is read here.
"""

from __future__ import annotations

from typing import Literal

from core.validation.measures import Quantity, lexicon

Fit = Literal["same", "unit", "sign", ""]
_ABOUT = 0.06
_BEYOND = 0.03
_MONTHS_VARY = 0.02
_DAY, _MONTH_DAYS, _YEAR_DAYS = 86400, 30, 365
_EPSILON = 1e-9


def close(claim: Quantity, value: float, source_step: float = 0.0) -> bool:
    """Whether `value` is what one reading of the claim's figure says, or rounds to it."""
    for said, step in claim.readings:
        tolerance = step if step >= source_step else 0.0
        if abs(abs(said) - abs(value)) <= tolerance + _EPSILON * max(1.0, abs(value)):
            return True
        if claim.approximate and value and _is_about(claim.approximate, said, abs(value), step):
            return True
    return False


def _is_about(how: str, said: float, value: float, step: float) -> bool:
    """Whether 'about', 'over' or 'under' a figure can mean a value: within its last digit that is not a zero."""
    grain, ratio = grain_of(said, step), said / value
    if how == "about":
        return abs(ratio - 1) <= _ABOUT and abs(said - value) <= grain
    reach = max(grain, _BEYOND * value)
    if how == "over":
        return 0.85 <= ratio <= 1 and value - said <= reach
    return 1 <= ratio <= 1.15 and said - value <= reach


def grain_of(said: float, step: float) -> float:
    """What one more in the last digit that says something adds: 1000 in 'about 12,000', .1 in 'about 12.4'."""
    grain = 2 * step or 1.0
    while said and grain < said and abs(said / (10 * grain) - round(said / (10 * grain))) < _EPSILON:
        grain *= 10
    return grain


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
    if source.scale == 1.0 and source.kind == "number":
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
    if not claim.unit or same_unit(claim.unit, source.unit):
        return True
    if source.unit:
        return False
    if claim.unit in lexicon()["currencies"].values():
        return any(same_unit(claim.unit, currency) for currency in currencies)
    return False


def same_unit(unit: str, other: str) -> bool:
    """Whether two units are one: 'coronas' may be any country's."""
    return unit == other or any(a == "KRONE" and b in ("NOK", "SEK", "DKK") for a, b in ((unit, other), (other, unit)))


def in_unit(value: float, unit: str, wanted: str) -> float:
    """A value of one unit in another of the same dimension; as it is where they do not meet."""
    worth = lexicon()["worth"]
    if unit == wanted or unit not in worth or wanted not in worth or worth[unit][0] != worth[wanted][0]:
        return value
    return value * worth[unit][1] / worth[wanted][1]


def _seconds(unit: str, dimension: str, factor: float) -> float:
    if dimension == "time":
        return factor
    return _DAY * (_YEAR_DAYS * factor / 12 if unit == "year" else _MONTH_DAYS * factor)


def _same_measure(claim: Quantity, source: Quantity) -> bool:
    """24 hours are one day, and twelve months a year."""
    worth = lexicon()["worth"]
    if claim.unit == source.unit or claim.unit not in worth or source.unit not in worth:
        return False
    (own, factor), (its, its_factor) = worth[claim.unit], worth[source.unit]
    if {own, its} == {"time", "months"}:  # a month is taken for 30 days, a year for 365
        factor, its_factor = _seconds(claim.unit, own, factor), _seconds(source.unit, its, its_factor)
        return any(
            abs(said * factor / (value * its_factor) - 1) <= _MONTHS_VARY
            for said, _ in claim.readings
            for value, _ in source.readings
            if value
        )
    return own == its and any(close(claim, value * its_factor / factor) for value, _ in source.readings)
