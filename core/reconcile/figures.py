"""Figures in text: value, unit and printed precision, in both notations ('12,4 M€', '€1,782,653', '58.0%'), and small
ones in words.

Years, dates, page marks and numbered headings are no figures. It compares nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.i18n import LANGUAGES, NUMBER_WORDS

Unit = Literal["", "money", "percent", "points"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at text[start:end]. `value` is in plain units (12,4 M -> 12400000), a percentage in per cent;
    `step` is what its last printed digit stands for (100000 for 12,4 M). `readings` are its values where the notation
    may be read in two ways ('1.234'), each with its step, `value` first; `approximate` where the text says 'about'."""

    text: str
    value: float
    step: float
    unit: Unit
    start: int
    end: int
    readings: tuple[tuple[float, float], ...] = ()
    approximate: bool = False


_MONEY = r"(?:€|\$|£|¥|US\$|EUR|USD|GBP|MXN|COP)"
_NUMBER = r"(?:\d{1,3}(?:[.,'’\u202f\u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
_FIGURE = re.compile(
    rf"(?<![\w.,/:\-–])(?P<open>\()?(?P<sign>[-−–+])?\s?(?P<before>{_MONEY})?\s?(?P<number>{_NUMBER})"
    r"(?P<gap>[\s\u00a0\u202f]?)(?P<scale>(?:mil millones|thousand million|billones|billions?|bn|millones|mill[oó]n|"
    r"millions?|mn|mm|M|K|k|mil|thousand)(?![\w]))?"
    r"[\s\u00a0\u202f]?(?:de |of )?(?P<after>%|por ciento|per ?cent|percentage points|puntos porcentuales|pp\b|"
    rf"{_MONEY}|euros?\b|d[oó]lar(?:es)?\b|dollars?\b|pesos?\b|pounds?\b)?(?P<close>\))?(?![\w/])"
)
_SCALES = {
    "k": 1e3, "mil": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6, "million": 1e6, "millions": 1e6,
    "millon": 1e6, "millón": 1e6, "millones": 1e6, "bn": 1e9, "billion": 1e9, "billions": 1e9, "billones": 1e12,
    "mil millones": 1e9, "thousand million": 1e9,
}  # fmt: skip
_PERCENT = ("%", "por ciento", "percent", "per cent")
_POINTS = ("percentage points", "puntos porcentuales", "pp")
_DATE_BEFORE = re.compile(
    r"(?:\b(?:january|february|march|april|may|june|july|august|september|october|november|december|page|p\.|pp\.|"
    r"table|figure|chart|tabla|gr[aá]fico|figura|p[aá]g\.|p[aá]gina|section|secci[oó]n|art[ií]culo|article|note|"
    r"nota|n[ºo]\.?|q|t)\s*)$",
    re.I,
)
_DATE_AFTER = re.compile(
    r"^\s*(?:de )?(?:january|february|march|april|june|july|august|september|october|november|december|enero|febrero|"
    r"marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b",
    re.I,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|nearly|almost|over|some|roughly|approximately|more than|casi|cerca de|alrededor de|unos|"
    r"unas|aproximadamente|m[aá]s de|en torno a)\s*)$",
    re.I,
)


def read_figures(text: str, lang: str = "", scale: float = 1.0) -> list[Figure]:
    """Every figure of `text`, left to right. `lang` settles notations that can be read both ways; `scale` multiplies
    figures without a scale word of their own (a table headed 'in thousands')."""
    found = [_read(match, text, lang, scale) for match in _FIGURE.finditer(text)]
    return sorted([figure for figure in found if figure is not None] + _in_words(text, lang), key=lambda f: f.start)


def _in_words(text: str, lang: str) -> list[Figure]:
    """'two', 'cuatro'; none within a larger number ('two hundred', 'treinta y dos') or an hour, an age, a date."""
    spoken = (lang,) if lang in NUMBER_WORDS else LANGUAGES
    values = {word: value for each in spoken for word, value in NUMBER_WORDS[each].items()}
    found = []
    for match in _WORD.finditer(text):
        value = values.get(match.group().lower())
        if value is None or _MORE_BEFORE.search(text[: match.start()]) or _MORE_AFTER.match(text[match.end() :]):
            continue
        about = bool(_ABOUT.search(text[max(0, match.start() - 20) : match.start()]))
        readings = ((float(value), 1.0),)
        found.append(Figure(match.group(), float(value), 1.0, "", *match.span(), readings, about))
    return found


_WORD = re.compile(r"[^\W\d_]+")
_TENS = "|".join(word for word, value in NUMBER_WORDS["en"].items() if value >= 20)
_ONES = "|".join(["one", *(word for word, value in NUMBER_WORDS["en"].items() if value < 10)])
_MORE_BEFORE = re.compile(rf"(?:-|\b(?:hundred|thousand|cientos?|mil|{_TENS}|\w+ta y|a las|at)\s)$", re.I)
_MORE_AFTER = re.compile(rf"^(?:-|\s(?:hundred|thousand|million|mil|cientos|millones|y \w+|o'clock|{_ONES})\b)", re.I)


def _read(match: re.Match[str], text: str, lang: str, scale: float) -> Figure | None:
    number, after = match["number"], (match["after"] or "").lower()
    before = text[max(0, match.start("number") - 24) : match.start("number")]
    bare = not (match["before"] or after or match["scale"])
    if bare and (_is_year(number) or _DATE_BEFORE.search(before) or _DATE_AFTER.match(text[match.end() :])):
        return None
    readings = read_number(number, lang)
    factor = _SCALES.get((match["scale"] or "").lower(), 0.0)
    unit: Unit = "percent" if after in _PERCENT else "points" if after in _POINTS else ""
    if not unit and (match["before"] or after):
        unit = "money"
    factor = factor or (1.0 if unit in ("percent", "points") else scale)
    negative = ((match["sign"] or "") in "-−–" and bool(match["sign"])) or bool(
        match["open"] and match["close"] and bare
    )
    sign = -1.0 if negative else 1.0
    start = match.start("before") if match["before"] else match.start("number")
    end = max(match.end(name) for name in ("number", "scale", "after") if match[name])
    values = tuple((sign * value * factor, step * factor) for value, step in readings)
    about = bool(_ABOUT.search(text[max(0, start - 20) : start]))
    return Figure(text[start:end], *values[0], unit, start, end, values, about)


def _is_year(number: str) -> bool:
    return number.isdigit() and len(number) == 4 and 1900 <= int(number) <= 2100


def read_number(text: str, lang: str = "") -> tuple[tuple[float, float], ...]:
    """(value, step) of a number as printed, the likelier reading first ('1.234' is 1234 in Spanish)."""
    plain = re.sub(r"['’\u202f\u00a0 ]", "", text)
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        return (_decimal(plain, "." if plain.rfind(".") > plain.rfind(",") else ","),)
    if dots + commas == 0:
        return ((float(plain), 1.0),)
    mark = "." if dots else ","
    whole = _decimal(plain.replace(mark, ""), ".")
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", plain) is not None
    if dots + commas > 1:
        return (whole,)
    if not grouped:
        return (_decimal(plain, mark),)
    thousands_mark = "." if lang == "es" else ","
    pair = (whole, _decimal(plain, mark))
    return pair if mark == thousands_mark or not lang else pair[::-1]


def _decimal(text: str, mark: str) -> tuple[float, float]:
    other = "," if mark == "." else "."
    plain = text.replace(other, "").replace(mark, ".")
    decimals = len(plain.rsplit(".", 1)[1]) if "." in plain else 0
    return float(plain), 10.0**-decimals


_IN_SCALE = re.compile(
    r"\b(?:in|en|eur|usd|euros?|dollars?|expressed in|expresad[oa]s? en|cifras en|"
    r"amounts in)\s+(?:(?P<thousand>thousands?|miles)|(?P<million>"
    r"millions?|millones))\b",
    re.I,
)


def stated_scale(text: str) -> float:
    """1000 where a page says 'in thousands' ('en miles'), a million where 'in millions', else 1."""
    match = _IN_SCALE.search(text)
    if match is None:
        return 1.0
    return 1e3 if match["thousand"] else 1e6
