"""Digits with separators as values, and which mark a text uses for decimals: '1.234' is read both ways only where
nothing tells.
"""

from __future__ import annotations

import re

SPACE = "\u00a0\u202f\u2009"
_DOTTED = re.compile(
    r"(?<![\d.,])\d+\.(?:\d{1,2}|\d{4,})(?![\d.,])(?:\s?%)?|(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d|(?:,\d{3}){2,}"
)
_COMMAED = re.compile(r"(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d.,])|(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d|(?:\.\d{3}){2,}")


def decimal_mark(text: str, lang: str) -> str:
    """'.' or ',', by the figures of a text that can be read in one way; by its language where there are none or where
    most agree with it; else '' (nothing tells)."""
    dots, commas = len(_DOTTED.findall(text)), len(_COMMAED.findall(text))
    usual, other = (".", dots, commas), (",", commas, dots)
    mark, own, its = other if lang == "es" else usual
    if own >= its:
        return mark
    return ("." if mark == "," else ",") if not own and its > 1 else ""


def read_digits(digits: str, mark: str = "") -> tuple[tuple[float, int], ...]:
    """(value, decimal places) for each way to read digits with separators; `mark` is the decimal one, if known."""
    digits = re.sub(rf"[{SPACE}'’]", "", digits)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        last = max(".", ",", key=digits.rfind)
        if digits.count(last) > 1:
            return ((float(re.sub("[.,]", "", digits)), 0),)
        return (_decimal(digits, last),)
    used = "." if dots else ","
    if dots + commas > 1:
        return ((float(digits.replace(used, "")), 0),)
    if dots + commas == 0:
        return ((float(digits), 0),)
    whole, _, part = digits.partition(used)
    if len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        grouped = (float(whole + part), 0)
        if mark and mark != used:
            return (grouped,)
        return (grouped, _decimal(digits, used)) if not mark else (_decimal(digits, used), grouped)
    return (_decimal(digits, used),)


def _decimal(digits: str, mark: str) -> tuple[float, int]:
    whole, _, part = digits.rpartition(mark)
    return float(f"{re.sub('[.,]', '', whole)}.{part}"), len(part)
