"""Figures in a text, as values: 1.234,56 and 1,234.56, '12,4 millones' and $12.4M, '(1,234)', 'treinta días', 12 %.

A figure that can be read in two ways ('1.234') keeps both readings. Each reading carries half of its last place, so
that '12.4 million' is a rounding of 12,412,300 and not the other way round. It reads no dates (see dates) and judges
nothing.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "lexicon"
_SPACE = "\u00a0\u202f\u2009"
_DIGITS = (
    rf"\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d{{1,3}}(?:[{_SPACE}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
)
_SIGN = r"(?P<sign>(?<![\w)])[-−–](?=[\d$€£¥])|(?<![\w)])[-−]\s?(?=[$€£¥]?\s?\d))?"
_FIGURE = re.compile(
    rf"(?P<open>\()?{_SIGN}(?P<before>(?:US)?\$|€|£|¥|EUR\s|USD\s|GBP\s)?\s{{0,2}}(?P<digits>{_DIGITS})(?P<close>\s?%?\))?"
)
_CODE = re.compile(r"(?<![\w.,])(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])[^\W_]+(?:[-/.][^\W_]+)*")
_TAIL_WORD = re.compile(r"[\s\u00a0\u202f]{0,2}-?([^\W\d_]+)", re.UNICODE)
_PERCENT = re.compile(r"[\s\u00a0\u202f]{0,2}(%|(?:per ?cent|por ciento|percent)\b)", re.I)
_POINTS = re.compile(
    r"[\s\u00a0\u202f]{0,2}(?:(pp|p\.\s?p\.|percentage points?|puntos porcentuales|percent points?|puntos?\b|"
    r"points?\b)|"
    r"(bps|basis points?|puntos b[aá]sicos))",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CENTS = re.compile(r"\s?(?:cents?|c[eé]ntimos?|centavos?|pence)\b", re.I)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?!\d)(?:\s?(?:h|am|pm))?")
_RANGE = re.compile(r"\s*(?:[-–—]|to|a|or|o|hasta)\s*$|\s+(?:and|y|e)\s*$")
_BETWEEN = re.compile(r"\b(?:between|entre)\s*$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure at `start`..`end` of a text. `readings` are (value, half of its last place) pairs, the scale applied.

    `kind`: number, percent, points (percentage points) or code (a name with digits: `readings` is empty, `text` is
    compared). `unit` is a currency or a unit of measure, canonical, or empty. `approximate`: about, over, under or
    empty; `negative` where a sign or brackets say so; `spelled` where words do ('tres'); `signed` where a plus or minus
    stands before it."""

    start: int
    end: int
    text: str
    readings: tuple[tuple[float, float], ...]
    kind: str = "number"
    unit: str = ""
    approximate: str = ""
    negative: bool = False
    scale: float = 1.0
    spelled: bool = False
    signed: bool = False


@functools.cache
def lexicon() -> dict[str, Any]:
    """`lexicon/quantities.toml`, its lists turned into maps from a written form to its meaning."""
    table = tomllib.loads((_FOLDER / "quantities.toml").read_text(encoding="utf-8"))
    for name in ("scales", "currencies", "units", "approximate", "ordinals"):
        table[name] = {form: key for key, forms in table[name].items() for form in forms}
    table["scales"] = {form: float(key) for form, key in table["scales"].items()}
    table["months"] = {form: n for n, forms in enumerate(table["months"], start=1) for form in forms}
    return table


def _plain_letter(code: int) -> str:
    lower = chr(code).lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return bare if len(bare) == 1 else chr(code)


_FOLDING = {code: _plain_letter(code) for code in (*range(0x41, 0x5B), *range(0xC0, 0x250))}


def fold(text: str) -> str:
    """Lower case without accents, as many characters as before."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


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
    found += [q for q in _spelled(text) if not _inside(q.start, q.end, blocked)]
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
    scale, tail = _read_scale(text, after, bool(unit))
    end = tail if tail > after or not inside else end
    after = max(end, after)
    percent, points = _PERCENT.match(text, after), _POINTS.match(text, after)
    cents = _CENTS.match(text, after)
    if cents:
        scale, end = scale * 0.01, cents.end()
    elif points:
        kind, end = "points", points.end()
        scale *= 0.01 if points[2] else 1.0
    elif percent:
        kind, end = "percent", percent.end()
    elif not unit:
        unit, tail = _read_unit(text, after)
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
        _approximation(text, start),
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


def _read_scale(text: str, end: int, has_currency: bool) -> tuple[float, int]:
    """The scale word or letter behind a figure, and where it ends: (1, end) where there is none."""
    scales = lexicon()["scales"]
    match = _TAIL_WORD.match(text, end)
    if match is None:
        return 1.0, end
    word = match[1]
    folded, stop = fold(word), match.end()
    following = _TAIL_WORD.match(text, stop)
    if folded == "mil" and following and fold(following[1]) in ("millones", "m"):
        return 1e9, following.end()
    if folded == "miles" and (many := re.compile(r"\s+de\s+millones", re.I).match(text, stop)):
        return 1e9, many.end()
    if folded in scales and len(folded) > 2:
        return scales[folded], stop
    money = has_currency or _currency_at(text, stop)[0]
    if folded in ("bn", "mn"):
        return scales[folded], stop
    if word in ("M", "MM", "k", "K", "B") and (money or text[end : end + 1] == word[0] or word in ("M", "MM")):
        return scales[folded], stop
    if money and folded in ("m", "mm", "b", "k"):
        return scales[folded], stop
    return 1.0, end


def _currency_at(text: str, at: int) -> tuple[str, int]:
    match = re.compile(r"[\s\u00a0\u202f]{0,2}(?:(?:de|of)\s+)?(US\$|[€$£¥]|[^\W\d_]+)").match(text, at)
    unit = lexicon()["currencies"].get(fold(match[1]), "") if match else ""
    return (unit, match.end()) if unit else ("", at)


def _read_unit(text: str, end: int) -> tuple[str, int]:
    """A currency right behind a figure, or a unit of measure at most one word away ('30 calendar days')."""
    unit, stop = _currency_at(text, end)
    if unit:
        return unit, stop
    units, at = lexicon()["units"], end
    for step in range(2):
        match = _TAIL_WORD.match(text, at)
        if match is None:
            return "", end
        folded = fold(match[1])
        if folded in units and (len(folded) > 1 or step == 0):
            return units[folded], match.end()
        if folded in ("a", "to", "y", "and", "o", "or", "de", "in", "en", "por", "per", "at"):
            return "", end
        at = match.end()
    return "", end


def _approximation(text: str, start: int) -> str:
    before = fold(text[max(0, start - 28) : start]).rstrip()
    for form, kind in lexicon()["approximate"].items():
        if before.endswith(form) and not before[: -len(form)][-1:].isalpha():
            return kind
    return ""


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


def _spelled(text: str) -> list[Quantity]:
    """Numbers in words, with 'twenty-five', 'treinta y dos', 'two hundred', 'tres millones'."""
    numbers, scales = lexicon()["numbers"], lexicon()["scales"]
    found: list[Quantity] = []
    words = list(_WORD.finditer(text))
    n = 0
    while n < len(words):
        value, last = _spelled_value(words, n, numbers)
        if value is None:
            n += 1
            continue
        start, end = words[n].start(), words[last].end()
        scale = 1.0
        if last + 1 < len(words) and fold(words[last + 1].group()) in scales and len(words[last + 1].group()) > 2:
            scale, end = _read_scale(text, end, False)
        percent = _PERCENT.match(text, end)
        kind, end = ("percent", percent.end()) if percent else ("number", end)
        unit, end = ("", end) if percent else _read_unit(text, end)
        readings = ((value * scale, 0.5 * scale),)
        found.append(
            Quantity(start, end, text[start:end], readings, kind, unit, _approximation(text, start), False, scale, True)
        )
        while n < len(words) and words[n].start() < end:
            n += 1
    return found


def _spelled_value(words: list[re.Match[str]], n: int, numbers: dict[str, int]) -> tuple[float | None, int]:
    """The number that begins with word `n`, and its last word."""
    total, last, at = None, n, n
    while at < len(words) and at < n + 5:
        folded = fold(words[at].group())
        parts = folded.split("-")
        if all(part in numbers for part in parts):
            value = float(sum(numbers[part] for part in parts))
            if total is None:
                total = value
            elif value == 100 and total < 10:
                total *= 100
            elif (value < 10 <= total and total % 10 == 0) or value < 100 <= total:
                total += value
            else:
                break
            last = at
        elif total is None or folded not in ("y", "and") or total < 20:
            break
        at += 1
    return total, last
