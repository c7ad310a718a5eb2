"""Words of questions and names, each by itself: tokens with spans, stems of both languages, the parts of a name.

Nothing here knows a lexicon or a catalog; `question` reads a whole one.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from core.i18n import NUMBER_WORDS
from core.sql.language.lexicon import fold

NUMBERS = {
    **NUMBER_WORDS["en"],
    **{"zero": 0, "one": 1, "once": 1, "twice": 2, "hundred": 100, "thousand": 1000, "million": 1000000},
}


@dataclass(frozen=True, slots=True)
class Token:
    """One English word (or number, quoted text, mark) and where it stands in the question as written.

    `stems` maps each stem it may match to a weight (1 its own, less for a synonym); `value` is a number, a date text or
    the quoted text; `source` is the text as written."""

    word: str
    kind: str
    start: int
    end: int
    source: str
    stems: tuple[tuple[str, float], ...] = ()
    value: Any = None


@functools.cache
def _stemmers() -> tuple[Any, Any]:
    import Stemmer

    return Stemmer.Stemmer("english"), Stemmer.Stemmer("spanish")


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem of a folded word."""
    if word.endswith("people") and word != "people":
        word = word.removesuffix("people") + "person"  # 'salespeople'
    return _IRREGULAR.get(word) or _stemmers()[0].stemWord(word)


@functools.lru_cache(maxsize=100_000)
def spanish_stem(word: str) -> str:
    """The Spanish stem of a folded word, marked so that it never meets an English one."""
    return "es:" + fold(_stemmers()[1].stemWord(word))


_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot",
    "wives": "wife", "lives": "live", "born": "birth", "bought": "buy", "sold": "sell", "sales": "sale", "paid": "pay",
    "countries": "countri", "aged": "age", "ages": "age", "dates": "date", "days": "day", "taught": "teach",
    "won": "win", "written": "write", "wrote": "write", "spent": "spend", "held": "hold", "taken": "take",
    "classes": "class", "codes": "code", "times": "time", "names": "name", "movies": "movi", "leaving": "leav",
    "data": "data", "news": "news", "statuses": "status", "status": "status", "addresses": "address",
    "grew": "grow", "grown": "grow",
}  # fmt: skip


_SHORT_MIN, _SHORT_MAX = 3, 5


def short_form(word: str) -> tuple[tuple[str, float], ...]:
    """The mark of a name's word that may be the beginning of a longer one ('exp'); see `long_forms`."""
    return ((f"<{word}", 0.85),) if _SHORT_MIN <= len(word) <= _SHORT_MAX and word.isalpha() else ()


def long_forms(word: str) -> tuple[str, ...]:
    """The marks of the beginnings that a word ('expectancy') may be cut to, two letters left out at least."""
    return tuple(f"<{word[:length]}" for length in range(_SHORT_MIN, min(_SHORT_MAX, len(word) - 2) + 1))


def spanish_form(word: str) -> str:
    """A folded word without its plural ending, marked: 'importe' and 'importes' are one, 'facturado' is another."""
    return "es=" + (re.sub(r"(es|s|e)$", "", word) if len(word) > 4 else word)


_ENDINGS = (
    ("ciones", "tion"), ("cion", "tion"), ("siones", "tion"), ("sion", "tion"), ("sions", "tion"), ("tions", "tion"),
    ("idades", "ity"), ("idad", "ity"), ("ities", "ity"), ("encias", "nce"), ("encia", "nce"), ("ancia", "nce"),
    ("ences", "nce"), ("ence", "nce"), ("ance", "nce"), ("arios", "ari"), ("ario", "ari"), ("aria", "ari"),
    ("ary", "ari"), ("orio", "ori"), ("ory", "ori"), ("icos", "ic"), ("icas", "ic"), ("ico", "ic"), ("ica", "ic"),
    ("ical", "ic"), ("ivos", "iv"), ("ivo", "iv"), ("iva", "iv"), ("ive", "iv"), ("oso", "ous"), ("osa", "ous"),
    ("mentos", "ment"), ("mento", "ment"), ("ismo", "ism"), ("ista", "ist"),
)  # fmt: skip


@functools.lru_cache(maxsize=50_000)
def cognate_stems(word: str) -> tuple[tuple[str, float], ...]:
    """What a Spanish word of Latin or Greek root and its English sister have in common ('clasificación' and
    'classification'), as a stem of its own kind; nothing for short words, which meet by chance."""
    if len(word) < 6 or not word.isalpha():
        return ()
    text = next((word[: -len(end)] + common for end, common in _ENDINGS if word.endswith(end)), word)
    text = re.sub(r"^es(?=[ptc])", "s", text).replace("ph", "f").replace("th", "t").replace("qu", "c").replace("y", "i")
    text = re.sub(r"(.)\1", r"\1", text).rstrip("s").rstrip("aeo")
    return (("~" + text, 0.7),) if len(text) >= 5 else ()


_CAMEL = re.compile(r"[A-ZÁÉÍÓÚÑ]?[a-záéíóúñü]+|[A-ZÁÉÍÓÚÑ]+(?![a-záéíóúñü])|\d+")


@functools.lru_cache(maxsize=50_000)
def split_name(name: str) -> tuple[str, ...]:
    """The folded words of a table's or column's name: `customerID`, `order_date`, `Importe (€)`."""
    if len(name) <= 3 and name.isalpha():
        return (fold(name),)  # 'pH', 'kWh' are words
    return tuple(fold(part) for part in _CAMEL.findall(name))
