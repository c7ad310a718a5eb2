"""What a figure is: its value with the scale, unit and approximation written around it, read by the lexicon.

It finds no figures in a text (see quantities and spelled).
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.i18n import NUMBER_WORDS

_FOLDER = Path(__file__).parent / "lexicon"
_TAIL_WORD = re.compile(r"[\s\u00a0\u202f]{0,2}-?([^\W\d_]+)", re.UNICODE)
_TWO_WORDS = re.compile(r"[\s\u00a0\u202f]{0,2}([^\W\d_]+)\s([^\W\d_]+)")
_NO_ADJECTIVES = frozenset(
    "a to y and o or de in en por per at un una el la los las the this last each every al del cada for from on of with "
    "con as than que before after earlier over under is are was were es son fue fueron within if si".split()
)
_ARTICLE = re.compile(r"(?<!like )\b(?:the|el|la|los|las|un|una)$")
PERCENT = re.compile(r"[\s\u00a0\u202f]{0,2}(%|(?:per ?cent|por ciento|percent)\b)", re.I)

POINTS = re.compile(
    r"[\s\u00a0\u202f]{0,2}(?:(pp|p\.\s?p\.|percentage points?|puntos porcentuales|percent points?|puntos?\b|"
    r"points?\b)|"
    r"(bps|basis points?|puntos b[aá]sicos|cent[eé]simas)|(d[eé]cimas?|tenths? of a (?:percentage )?point))",
    re.I,
)


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
    """`lexicon/quantities.toml`, its lists turned into maps from a written form to its meaning; plain numbers too."""
    table = tomllib.loads((_FOLDER / "quantities.toml").read_text(encoding="utf-8"))
    for name in ("scales", "currencies", "units", "approximate", "ordinals"):
        table[name] = {form: key for key, forms in table[name].items() for form in forms}
    table["scales"] = {form: float(key) for form, key in table["scales"].items()}
    table["numbers"] |= {word: n for words in NUMBER_WORDS.values() for word, n in words.items()}
    table["months"] = {form: n for n, forms in enumerate(table["months"], start=1) for form in forms}
    return table


def count_words(low: int, high: int) -> str:
    """The plain numbers from `low` to `high` in words of both languages, as alternatives of a regular expression."""
    return "|".join(word for words in NUMBER_WORDS.values() for word, n in words.items() if low <= n <= high)


def _plain_letter(code: int) -> str:
    lower = chr(code).lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return bare if len(bare) == 1 else chr(code)


_FOLDING = {code: _plain_letter(code) for code in (*range(0x41, 0x5B), *range(0xC0, 0x250))}


def fold(text: str) -> str:
    """Lower case without accents, as many characters as before."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def read_scale(text: str, end: int, has_currency: bool) -> tuple[float, int]:
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
    match = re.compile(r"[\s\u00a0\u202f]{0,2}(?:(?:de|of)\s+)?(US\$|[€$£¥₹]|[^\W\d_]+)").match(text, at)
    unit = lexicon()["currencies"].get(fold(match[1]), "") if match else ""
    return (unit, match.end()) if unit else ("", at)


def read_unit(text: str, end: int) -> tuple[str, int]:
    """A currency right behind a figure, or a unit of measure at most one word away ('30 calendar days')."""
    unit, stop = _currency_at(text, end)
    if unit:
        return unit, stop
    units, at = lexicon()["units"], end
    pair = _TWO_WORDS.match(text, end)
    if pair and f"{fold(pair[1])} {fold(pair[2])}" in units:
        return units[f"{fold(pair[1])} {fold(pair[2])}"], pair.end()
    for step in range(2):
        match = _TAIL_WORD.match(text, at)
        if match is None:
            return "", end
        folded = fold(match[1])
        if folded in units and (len(folded) > 1 or step == 0):
            return units[folded], match.end()
        if folded in _NO_ADJECTIVES or folded in lexicon()["numbers"]:
            return "", end
        at = match.end()
    return "", end


def approximation(text: str, start: int) -> str:
    """'about', 'over', 'under' or '', by the words before a figure."""
    before = _ARTICLE.sub("", fold(text[max(0, start - 28) : start]).rstrip()).rstrip()
    for form, kind in lexicon()["approximate"].items():
        if before.endswith(form) and not before[: -len(form)][-1:].isalpha():
            return kind
    return ""
