"""Figures in a text, as values: 1.234,56 and 1,234.56, '12,4 millones' and $12.4M, '(1,234)', 'treinta días', 12 %.

A figure that can be read in two ways ('1.234') keeps both readings. Each reading carries half of its last place, so
that '12.4 million' is a rounding of 12,412,300 and not the other way round. It reads no dates (see dates) and judges
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.validation.measures import PERCENT, Quantity, approximation, fold, lexicon, read_scale, read_unit
from core.validation.spelled import read_spelled

_SPACE = "\u00a0\u202f\u2009"
_DIGITS = (
    rf"\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d{{1,3}}(?:[{_SPACE}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
)
_SIGN = r"(?P<sign>(?<![\w)])[-−–](?=[\d$€£¥])|(?<![\w)])[-−]\s?(?=[$€£¥]?\s?\d))?"
_FIGURE = re.compile(
    rf"(?P<open>\()?{_SIGN}(?P<before>(?:US)?\$|€|£|¥|EUR\s|USD\s|GBP\s)?\s{{0,2}}(?P<digits>{_DIGITS})(?P<close>\s?%?\))?"
)
_CODE = re.compile(r"(?<![\w.,])(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])[^\W_]+(?:[-/.][^\W_]+)*")
_POINTS = re.compile(
    r"[\s\u00a0\u202f]{0,2}(?:(pp|p\.\s?p\.|percentage points?|puntos porcentuales|percent points?|puntos?\b|"
    r"points?\b)|"
    r"(bps|basis points?|puntos b[aá]sicos))",
    re.I,
)
_CENTS = re.compile(r"\s?(?:cents?|c[eé]ntimos?|centavos?|pence)\b", re.I)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?!\d)(?:\s?(?:h|am|pm))?")
_RANGE = re.compile(r"\s*(?:[-–—]|to|a|or|o|hasta)\s*$|\s+(?:and|y|e)\s*$")
_BETWEEN = re.compile(r"\b(?:between|entre)\s*$")


def read_quantities(text: str, skip: Iterable[tuple[int, int]] = ()) -> list[Quantity]:
    """The figures of `text` in order; spans of `skip` (dates, marks) are left out."""
    blocked = list(skip)
    codes = [code for code in _codes(text) if not _inside(code.start, code.end, blocked)]
    blocked += [(code.start, code.end) for code in codes]
    found = list(codes)
    for match in _FIGURE.finditer(text):
        if not _inside(match.start("digits"), match.end("digits"), blocked):
            found.append(_figure(text, match))
    blocked += [(q.start, q.end) for q in found]
    found += [q for q in read_spelled(text) if not _inside(q.start, q.end, blocked)]
    return _share_scales(text, sorted(found, key=lambda q: q.start))


def _share_scales(text: str, found: list[Quantity]) -> list[Quantity]:
    """'7,6 a 8,0 millones': the first figure of a range may have the scale and unit of the second."""
    for n in range(len(found) - 1):
        first, second = found[n], found[n + 1]
        between = fold(text[first.end : second.start])
        if first.kind != "number" or first.unit or first.scale != 1.0 or not _RANGE.fullmatch(between):
            continue
        if between.strip() in ("and", "y", "e") and not _BETWEEN.search(fold(text[: first.start])):
            continue
        if second.scale != 1.0 or second.unit or second.kind in ("percent", "points"):
            readings = tuple((value * second.scale, step * second.scale) for value, step in first.readings)
            kind = second.kind if second.kind != "code" else first.kind
            scaled = readings if second.scale == 1.0 else (*readings, *first.readings)
            found[n] = replace(first, readings=scaled, kind=kind, unit=second.unit, scale=second.scale)
    return found


def _inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in spans)


def read_digits(digits: str) -> tuple[tuple[float, int], ...]:
    """(value, decimal places) for each way to read digits with separators."""
    digits = re.sub(rf"[{_SPACE}'’]", "", digits)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        mark = max(".", ",", key=digits.rfind)
        if digits.count(mark) > 1:
            return ((float(re.sub("[.,]", "", digits)), 0),)
        return (_decimal(digits, mark),)
    mark = "." if dots else ","
    if dots + commas > 1:
        return ((float(digits.replace(mark, "")), 0),)
    if dots + commas == 0:
        return ((float(digits), 0),)
    whole, _, part = digits.partition(mark)
    if len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        return ((float(whole + part), 0), _decimal(digits, mark))
    return (_decimal(digits, mark),)


def _decimal(digits: str, mark: str) -> tuple[float, int]:
    whole, _, part = digits.rpartition(mark)
    return float(f"{re.sub('[.,]', '', whole)}.{part}"), len(part)


def _figure(text: str, match: re.Match[str]) -> Quantity:
    end = match.end("digits")
    scale, unit, kind = 1.0, "", "number"
    unit = lexicon()["currencies"].get((match["before"] or "").strip().lower(), "")
    inside = bool(match["open"]) and text[end : end + 1] == ")"  # '(30) days', '$(3.2) million'
    after = end + 1 if inside else end
    scale, tail = read_scale(text, after, bool(unit))
    end = tail if tail > after or not inside else end
    after = max(end, after)
    percent, points = PERCENT.match(text, after), _POINTS.match(text, after)
    cents = _CENTS.match(text, after)
    if cents:
        scale, end = scale * 0.01, cents.end()
    elif points:
        kind, end = "points", points.end()
        scale *= 0.01 if points[2] else 1.0
    elif percent:
        kind, end = "percent", percent.end()
    elif not unit:
        unit, tail = read_unit(text, after)
        end = tail if unit else end
    closed = inside or (bool(match["open"]) and text[end : end + 2].strip().startswith(")"))
    if bool(match["open"]) and match["close"] and match["close"].strip().startswith("%"):
        kind, closed = "percent", True
    start = match.start("before") if match["before"] else match.start("digits")
    start = match.start("sign") if match["sign"] else start
    start = match.start("open") if inside else start
    negative = bool(match["sign"]) or (closed and not _is_year(match["digits"]) and _stands_alone(text, match.start()))
    readings = tuple((value * scale, 0.5 * 10.0**-places * scale) for value, places in read_digits(match["digits"]))
    return Quantity(
        start,
        end,
        text[start:end],
        readings,
        kind,
        unit,
        approximation(text, start),
        negative,
        scale,
        False,
        bool(match["sign"]) or text[max(0, start - 2) : start].strip().endswith("+"),
    )


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.isdigit() and 1900 <= int(digits) <= 2100


def _stands_alone(text: str, at: int) -> bool:
    """Brackets around a figure mean minus in a table's cell or behind a currency sign, and a remark behind a word."""
    before = text[max(0, at - 2) : at]
    return not before.strip() or before.rstrip()[-1:] in "$€£\t|)" or before.endswith(("\t", "\n", "  "))


def _codes(text: str) -> list[Quantity]:
    """Names with digits ('ISO-9001', 'CL-204', '10-Q'): not figures with a unit, a scale or an ordinal ending."""
    scales, units = lexicon()["scales"], lexicon()["units"]
    currencies = lexicon()["currencies"]
    codes = [Quantity(match.start(), match.end(), match.group(), (), "code") for match in _TIME.finditer(text)]
    for match in _CODE.finditer(text):
        word = match.group()
        tail = re.fullmatch(r"\d+(?:[.,]\d+)*-?([^\W\d_]+)", word)
        known = tail and (fold(tail[1]) in scales or fold(tail[1]) in units or fold(tail[1]) in currencies)
        if known or (tail and fold(tail[1]) in ("st", "nd", "rd", "th", "a", "o", "º", "ª", "x", "pp", "bps")):
            continue
        if tail and "-" in word and len(tail[1]) > 2:  # '5-year', '12-month'
            continue
        codes.append(Quantity(match.start(), match.end(), word, (), "code"))
    return codes
