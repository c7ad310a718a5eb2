"""Why a document's figure and a table's may not be the same: rounding, scale, sign, tax, a draft, another period, what
is left out. A reason is a guess from words and ratios, said as such; it decides no verdict.
"""

from __future__ import annotations

import re
from typing import Any

from core.reconcile.figures import Figure

_TAX_RATES = (21, 20, 19, 16, 10, 7, 5.5, 5, 4, 22, 23, 25)
_TAXED = 1000.0
_DRAFT = re.compile(
    r"\b(?:draft|preliminary|provisional|unaudited|estimated?|forecast|advance figures?|borrador|avance|preliminar|"
    r"sin auditar|estimad[oa]s?|estimaci[oó]n|previsi[oó]n|previst[oa]s?)\b",
    re.I,
)
_LEFT_OUT = re.compile(
    r"\b(?:excluding|exclud\w+|without|net of|(?<!year )(?<!month )(?<!quarter )before(?= \w)|after deducting|"
    r"gross|including|credit notes?|returns?|rebates?|"
    r"excluid[oa]s?|sin incluir|sin contar|descontad[oa]s?|restad[oa]s?|antes de|brut[oa]s?|incluid[oa]s?|incluyendo|"
    r"abonos?|devoluciones|bonificaciones)\b",
    re.I,
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d{2}(?![\d.,]\d|\d)")


def explain(
    figure: Figure, documented: float, tabled: float, agree: bool, line: str, about: str, sql: str
) -> tuple[str, dict[str, Any]]:
    """(the last part of a message key `reconcile.*`, its parameters)."""
    if agree:
        if abs(documented - tabled) <= 1e-9 * max(1.0, abs(tabled)):
            return "exact", {}
        return ("approximate" if figure.approximate else "rounding"), {}
    return next(found for rule in _RULES if (found := rule(documented, tabled, line, about, sql)) is not None)


def _sign(documented: float, tabled: float, *_: str) -> tuple[str, dict[str, Any]] | None:
    same = tabled and abs(documented / tabled + 1) < 0.001
    return ("sign", {}) if same else None


def _scale(documented: float, tabled: float, *_: str) -> tuple[str, dict[str, Any]] | None:
    ratio = abs(documented / tabled) if tabled else 0.0
    for factor in (1e3, 1e6, 100.0):
        if ratio and (abs(ratio / factor - 1) < 0.006 or abs(ratio * factor - 1) < 0.006):
            return "scale", {"factor": int(factor)}
    return None


def _draft(_: float, __: float, line: str, about: str, ___: str) -> tuple[str, dict[str, Any]] | None:
    found = _DRAFT.search(line) or _DRAFT.search(re.sub(r"[-_.]", " ", about))
    return ("draft", {"word": found.group().lower()}) if found else None


def _tax(documented: float, tabled: float, *_: str) -> tuple[str, dict[str, Any]] | None:
    if abs(tabled) < _TAXED:  # small whole numbers are a few per cent apart by chance
        return None
    ratio = documented / tabled
    for rate in _TAX_RATES:
        for way in (ratio, 1 / ratio if ratio else 0.0):
            if abs(way - (1 + rate / 100)) < 0.0006:
                return "tax", {"rate": rate}
    return None


def _period(_: float, __: float, line: str, ___: str, sql: str) -> tuple[str, dict[str, Any]] | None:
    said, filtered = set(_YEAR.findall(line)), set(_YEAR.findall(sql))
    if said and not filtered:
        return "all_periods", {"period": ", ".join(sorted(said))}
    if said and not said & filtered:
        return "period", {"period": ", ".join(sorted(said))}
    return None


def _left_out(_: float, __: float, line: str, ___: str, ____: str) -> tuple[str, dict[str, Any]] | None:
    found = _LEFT_OUT.search(line)
    return ("left_out", {"word": found.group().lower()}) if found else None


def _unknown(*_: Any) -> tuple[str, dict[str, Any]]:
    return "unknown", {}


_RULES = (_sign, _scale, _draft, _tax, _period, _left_out, _unknown)
