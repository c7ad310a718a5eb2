"""Words and numbers in the user's language: messages, plural forms, number formats, and which language a text is in.

Messages live in `core/locales/<language>/*.toml` as flat `key = "text with {placeholders}"` tables; a key is
prefixed by its file's name: `title` in `chat.toml` is `chat.title`. `{n}` picks `key.one` / `key.other` through
`plural`. Nothing here reads settings or knows about pages.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from core.errors import AppError

LANGUAGES = ("en", "es")
_LOCALES = Path(__file__).parent / "locales"
MEASURE_WORDS = {  # what stands behind a figure that measures, where one that counts has a thing
    "en": r"minutes?|hours?|days?|weeks?|months?|years?|kilos?|kg|tons?|tonnes?|km|kilomet(?:er|re)s?|"
    r"met(?:er|re)s?|lit(?:er|re)s?|degrees?|per ?cent",
    "es": r"minutos?|horas?|dias?|semanas?|mes(?:es)?|anos?|kilos?|kg|toneladas?|km|kilometros?|"
    r"metros?|litros?|grados?",
}  # folded
NUMBER_WORDS = {  # folded, as single words; without 'one', which is an article or a pronoun as often
    "en": {
        "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
        "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
        "seventy": 70, "eighty": 80, "ninety": 90,
    },
    "es": {
        "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
        "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
        "dieciocho": 18, "diecinueve": 19, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
        "setenta": 70, "ochenta": 80, "noventa": 90,
    },
}  # fmt: skip


@functools.cache
def messages(lang: str) -> dict[str, str]:
    """All messages of a language, by dotted key."""
    table: dict[str, str] = {}
    for path in sorted((_LOCALES / lang).glob("*.toml")):
        for key, text in _flatten(tomllib.loads(path.read_text(encoding="utf-8"))):
            table[f"{path.stem}.{key}"] = text
    return table


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs = []
    for key, value in tree.items():
        if isinstance(value, dict):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, value))
    return pairs


def translate(key: str, lang: str, **params: Any) -> str:
    """The message `key` in `lang`, its placeholders filled; numbers are written as that language writes them.

    Raises KeyError where the key is unknown: a missing message is a bug, never shown as a key."""
    template = messages(lang if lang in LANGUAGES else "en")[key]
    return template.format(**{name: _readable(value, lang) for name, value in params.items()})


def plural(key: str, n: int, lang: str, **params: Any) -> str:
    """`key.one` or `key.other` by `n`, which fills `{n}`."""
    return translate(f"{key}.{'one' if n == 1 else 'other'}", lang, n=n, **params)


def error_text(error: AppError, lang: str) -> str:
    return translate(error.key, lang, **error.params)


def _readable(value: Any, lang: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return format_number(value, lang)


def format_number(value: float, lang: str, decimals: int | None = None) -> str:
    """`1234.5` as 1,234.5 (en) or 1234,5 / 12.345,6 (es: four digits stay unseparated, as the Academy asks).

    `decimals` fixes the number of decimals; otherwise up to two that are not zero."""
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 2
        text = f"{value:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:,.{decimals}f}"
    if lang != "es":
        return text
    if abs(value) < 10000:
        text = text.replace(",", "")
    return text.translate(str.maketrans(",.", ".,"))


def fold_space(text: str) -> str:
    """Lower case, every run of white space one blank: for comparing words, never for showing."""
    return " ".join(text.lower().split())


_NO_TOPIC = {  # ordinals, auxiliaries and verbs that say little: their absence explains nothing
    "en": frozenset(
        "first second third fourth fifth sixth seventh eighth ninth tenth last next do does did done have has had "
        "be is are was were been can could will would shall should may might must get gets got give gives gave "
        "given take takes took make makes made go goes went come comes came apply applies applied happen happens "
        "happened use used let say says said tell told there any some every each also too still yet just really "
        "actually".split()
    ),
    "es": frozenset(
        "primer primero primera segundo segunda tercer tercero tercera cuarto cuarta quinto quinta sexto sexta "
        "septimo septima octavo octava noveno novena decimo decima ultimo ultima ser es son fue fueron era eran "
        "sido esta estan estaba haber ha han hay habia hubo tener tiene tienen tuvo poder puede pueden podria debe "
        "deben deberia hacer hace hacen hizo hecho dar da dan dio dado ir va van ido aplica aplican aplico pasa "
        "paso pasan ocurre ocurrio usa usan dice dicen dijo algun alguna cada tambien aun todavia realmente".split()
    ),
}


def says_topic(word: str, lang: str) -> bool:
    """Whether a word says what a text is about, so that its absence from everything held is a reason."""
    marks = unicodedata.normalize("NFKD", word.lower())
    return "".join(mark for mark in marks if not unicodedata.combining(mark)) not in _NO_TOPIC.get(lang, frozenset())


_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_FUNCTION_WORDS = {
    "es": frozenset(
        "el la los las un una unos unas de del al y o u en con por para que qué se su sus es son fue eran era ser "
        "está están como cómo cuál cuáles quién quiénes cuándo cuanto cuánto cuántos cuántas dónde donde más menos "
        "lo le les ha han hay no si sí sin sobre entre desde hasta cuyo este esta estos estas ese esa eso muy pero "
        "también porque cuando qué año años mes meses dame muestra lista cada según medio "
        "media máximo maximo mínimo minimo promedio a ni tanto nunca tampoco ningún ninguna ambos ambas".split()
    ),
    "en": frozenset(
        "the a an of to and or in on at with by for that which who whom whose what when where why how is are was "
        "were be been has have had do does did it its this these those from as not no if than then there their "
        "they he she his her between into about more less most many much can could will would each per show list "
        "year years month months".split()
    ),
}
_SPANISH_MARKS = re.compile(r"[ñ¿¡áéíóúü]", re.IGNORECASE)


def detect_language(text: str, default: str = "en") -> str:
    """'es' or 'en', by function words and Spanish marks; `default` where nothing tells. What may belong to a name
    ('Los Angeles', 'The Hague') counts by half."""
    words = _WORD.findall(text[:20000])
    named = [a.istitle() and b.istitle() for a, b in itertools.pairwise([*words, ""])]
    weighed = [(word.lower(), 0.5 if name else 1.0) for word, name in zip(words, named, strict=True)]
    score = {lang: sum(w for word, w in weighed if word in known) for lang, known in _FUNCTION_WORDS.items()}
    spanish = score["es"] + 0.5 * len(_SPANISH_MARKS.findall(text[:20000]))
    if spanish == score["en"]:
        return default
    return "es" if spanish > score["en"] else "en"
