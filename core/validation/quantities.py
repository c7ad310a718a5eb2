"""Figures in a text, as values: 1.234,56 and 1,234.56, '12,4 millones' and $12.4M, '(1,234)', 'treinta días', 12 %.

A figure that can be read in two ways ('1.234') keeps both readings. Each reading carries half of its last place, so
that '12.4 million' is a rounding of 12,412,300 and not the other way round. It reads no dates (see dates) and judges
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.validation.measures import PERCENT, POINTS, Quantity, approximation, fold, lexicon, read_scale, read_unit
from core.validation.separators import SPACE, read_digits
from core.validation.spelled import read_shares, read_spelled

_DIGITS = (
    rf"\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d{{1,3}}(?:[{SPACE}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
)
_SIGN = r"(?P<sign>(?<![\w)])[-−–](?=[\d$€£¥])|(?<![\w)])[-−]\s?(?=[$€£¥]?\s?\d))?"
_FIGURE = re.compile(
    rf"(?P<open>\()?{_SIGN}(?P<before>(?:US)?\$|€|£|¥|₹|(?:EUR|USD|GBP|NOK|SEK|DKK|CHF|MXN|JPY|CNY|BRL|INR)\s)?\s{{0,2}}(?P<digits>{_DIGITS})(?P<close>\s?%?\))?"
)
_CODE = re.compile(r"(?<![\w.,])(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])[^\W_]+(?:[-/.][^\W_]+)*")
_CENTS = re.compile(r"\s?(?:cents?|c[eé]ntimos?|centavos?|pence)\b", re.I)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?!\d)(?:\s?(?:h|am|pm))?")
_RANGE = re.compile(
    r"\s*(?:[-–—]|to|a|or|o|hasta|of(?= the)|de(?= los| las))\s*"
    r"(?:casi|about|nearly|almost|around|unos|unas|los|las|the)?\s*(?:[€$£]\s?)?$|\s+(?:and|y|e)\s*$"
)
_SMALL_WORD = re.compile(r" (in|on|for|from|en|para|por|de|del)\b")
_LISTED = re.compile(r"(?:,|\s(?:and|y|e))\s$")
_FROM = re.compile(r"\s(?:from|desde|against|frente a)(?: the| los| las| el| la)? $")
_BETWEEN = re.compile(r"\b(?:between|entre)\s*$")


def read_quantities(text: str, skip: Iterable[tuple[int, int]] = (), mark: str = "", lang: str = "") -> list[Quantity]:
    """The figures of `text` in order; spans of `skip` (dates, marks) are left out. `mark` is the decimal mark, if known
    (see separators), and `lang` the language."""
    blocked = list(skip)
    found = [share for share in read_shares(text) if not _inside(share.start, share.end, blocked)]
    blocked += [(share.start, share.end) for share in found]
    codes = [code for code in _codes(text) if not _inside(code.start, code.end, blocked)]
    blocked += [(code.start, code.end) for code in codes]
    found += codes
    for match in _FIGURE.finditer(text):
        if not _inside(match.start("digits"), match.end("digits"), blocked):
            found.append(_figure(text, match, mark))
    blocked += [(q.start, q.end) for q in found]
    found += [q for q in read_spelled(text, lang) if not _inside(q.start, q.end, blocked)]
    return _go_on(text, _share_scales(text, sorted(found, key=lambda q: q.start)))


def _go_on(text: str, found: list[Quantity]) -> list[Quantity]:
    """'298 million in cars, 141 in homes and 73 in boats', 'to 21.4 million from the 29.7 of last year': a bare figure
    behind a scaled one, with the same small word behind it or a 'from' before it, is in the same scale and unit."""
    for n in range(1, len(found)):
        last, bare = found[n - 1], found[n]
        if last.scale < 1e3 or bare.kind != "number" or bare.unit or bare.scale != 1.0 or bare.spelled:
            continue
        between, behind = fold(text[last.end : bare.start]), fold(text[bare.end :])
        same = _SMALL_WORD.match(fold(text[last.end :])), _SMALL_WORD.match(behind)
        alike = all(same) and same[0][1] == same[1][1] and _LISTED.search(between)  # type: ignore[index]
        if bare.readings and bare.readings[0][0] < 1000 and (alike or (len(between) < 14 and _FROM.search(between))):
            scaled = tuple((value * last.scale, step * last.scale) for value, step in bare.readings)
            found[n] = replace(bare, readings=(*scaled, *bare.readings), unit=last.unit, scale=last.scale)
    return found


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


def _figure(text: str, match: re.Match[str], mark: str) -> Quantity:
    end = match.end("digits")
    scale, unit, kind = 1.0, "", "number"
    unit = lexicon()["currencies"].get((match["before"] or "").strip().lower(), "")
    inside = bool(match["open"]) and text[end : end + 1] == ")"  # '(30) days', '$(3.2) million'
    after = end + 1 if inside else end
    scale, tail = read_scale(text, after, bool(unit))
    end = tail if tail > after or not inside else end
    after = max(end, after)
    percent, points = PERCENT.match(text, after), POINTS.match(text, after)
    cents = _CENTS.match(text, after)
    if cents:
        scale, end = scale * 0.01, cents.end()
    elif points:
        kind, end = "points", points.end()
        scale *= 0.01 if points[2] else 0.1 if points[3] else 1.0
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
    readings = tuple(
        (value * scale, 0.5 * 10.0**-places * scale) for value, places in read_digits(match["digits"], mark)
    )
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
        if known or (
            tail and fold(tail[1]) in ("st", "nd", "rd", "th", "a", "o", "º", "ª", "x", "pp", "bps", "ers", "m²", "m³")
        ):
            continue
        if re.fullmatch(r"\d+(?:[.,]\d+)*/[^\W\d_]+", word):  # '58.40/MWh'
            continue
        if tail and "-" in word and len(tail[1]) > 2:  # '5-year', '12-month'
            continue
        codes.append(Quantity(match.start(), match.end(), word, (), "code"))
    return codes
