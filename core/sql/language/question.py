"""A question as tokens: what it says word by word, with numbers and dates read, and all the stems that each may match.

Spanish is read as English (`spanish.py`). Nothing here knows a catalog.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from core.sql.language.lexicon import Lexicon, fold
from core.sql.language.spanish import in_english, translate_tokens
from core.sql.language.words import NUMBERS, Token, cognate_stems, spanish_form, spanish_stem, stem

_TOKEN = re.compile(
    r"(?P<quoted>\"[^\"]{1,120}\"|“[^”]{1,120}”|«[^»]{1,120}»|``[^`']{1,120}''|`[^`]{1,120}`|(?<![\w])'[^']{1,120}'(?![\w]))"
    r"|(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?=$|[^\w]|%|k\b|st\b|nd\b|rd\b|th\b|º|ª|€)"
    r"|(?P<word>[^\W_]+(?:['’][a-z]{1,2}\b)?|[<>]=?|%|=)"
    r"|(?P<mark>[,;?.!:()])"
)


def read_number(text: str, lang: str) -> int | float:
    """`1,234.5` or, in Spanish, `1.234,5` as a number; a lone separator followed by three digits parts thousands."""
    if lang == "es":
        text = text.translate(str.maketrans(".,", ",."))
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if text.count(".") > 1:
        text = text.replace(".", "")
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def tokenize(question: str, lang: str, lexicon: Lexicon) -> list[Token]:
    """The question's tokens, in English, left to right."""
    raw = [_raw_token(match, lang) for match in _TOKEN.finditer(question)]
    if lang == "es":
        raw = translate_tokens(raw, lexicon)
    return [_with_stems(token, lang, lexicon) for token in _silence_order(_multiply(raw), lang)]


def _multiply(tokens: list[Token]) -> list[Token]:
    """'5 million', 'veinte mil', '30k': one number."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out and out[-1].kind in ("number", "number_word") else None
        times = _MULTIPLES.get(token.word, 0)
        if before and token.word == "k":
            times = 1000 if before.end == token.start else 0
        if before is None or not times or before.value >= times:
            out.append(token)
            continue
        value = before.value * times
        value = int(value) if float(value).is_integer() else value
        out[-1] = replace(before, end=token.end, source=f"{before.source} {token.source}", value=value)
    return out


_MULTIPLES = {"thousand": 1000, "million": 10**6, "millions": 10**6, "billion": 10**9}


_DIRECTIONS = {"ascending", "descending", "alphabetical", "alphabetic", "increasing", "decreasing", "lexicographical"}


def _silence_order(tokens: list[Token], lang: str) -> list[Token]:
    """'ordered by', 'in descending order' speak of sorting: they name no table of orders."""
    out = list(tokens)
    for place, token in enumerate(tokens):
        before = tokens[place - 1].word if place else ""
        after = tokens[place + 1].word if place + 1 < len(tokens) else ""
        sorting = token.word in ("order", "ordered") and (after == "by" or before in _DIRECTIONS) and before != "per"
        said = lang != "es" or token.source.lower().startswith("orden")
        if (said and sorting) or (token.word == "order" and (before, after) == ("in", "of")):
            out[place] = replace(token, kind="cue")
    return out


def _raw_token(match: re.Match, lang: str) -> Token:
    kind, text = match.lastgroup or "word", match.group()
    start, end = match.span()
    if kind == "quoted":
        inner = text.strip("\"“”«»`'").strip()
        return Token("<v>", "quoted", start, end, text, value=inner)
    if kind == "date":
        return Token("<n>", "date", start, end, text, value=_iso_date(text))
    if kind == "number":
        return Token("<n>", "number", start, end, text, value=read_number(text, lang))
    word = fold(re.sub(r"['’]s$", "", text))
    if lang == "en" and word in NUMBERS:
        return Token(word, "number_word", start, end, text, value=NUMBERS[word])
    return Token(word, kind, start, end, text)


def _iso_date(text: str) -> str:
    """Day first where slashes part it, as Spanish writes it; the month is told by its size where it can be."""
    if "-" in text:
        year, month, day = (int(part) for part in text.split("-"))
    else:
        day, month, year = (int(part) for part in text.split("/"))
        if month > 12:
            day, month = month, day
    return f"{year:04d}-{month:02d}-{day:02d}"


def _with_stems(token: Token, lang: str, lexicon: Lexicon) -> Token:
    if token.kind not in ("word", "number_word"):
        return token
    stems = dict(word_stems(token.word, lexicon, spanish=lang == "es"))
    for other, weight in token.stems:
        stems[other] = max(stems.get(other, 0.0), weight)
    if token.kind == "word" and len(token.source) > 5:
        stems[f"={fold(token.source)}"] = 1.0  # a header of several words written as one
    if lang == "es" and token.kind == "word":
        stems.update(cognate_stems(fold(token.source)))
        if token.source.isalpha() and fold(token.source) not in _JOINING:
            stems[spanish_form(fold(token.source))] = OWN_WORD
            stems.setdefault(spanish_stem(fold(token.source)), 0.9)
    return Token(token.word, token.kind, token.start, token.end, token.source, tuple(stems.items()), token.value)


@functools.lru_cache(maxsize=50_000)
def _own_stems(word: str) -> tuple[str, ...]:
    return (stem(word), spanish_stem(word))


def word_stems(word: str, lexicon: Lexicon, spanish: bool = True) -> list[tuple[str, float]]:
    """(stem, weight) of a folded word: its own 1, its short form's long form .95, a translation .9, a synonym .7."""
    found: dict[str, float] = {}
    english, other = _own_stems(word)
    found[other] = 1.0
    for text in lexicon.short.get(word, ()):
        for part in text.split():
            found[stem(part)] = max(found.get(stem(part), 0), 0.95)
    if spanish:
        texts, weight = in_english(word, lexicon)
        for place, text in enumerate(texts):  # what it means first is likelier than what it may mean too
            sure = weight - _FURTHER * bool(place)
            found[stem(fold(text))] = max(found.get(stem(fold(text)), 0), sure)
    for key in {word, english}:
        for text in lexicon.synonyms.get(key, ()):
            if " " not in text:
                found[stem(text)] = max(found.get(stem(text), 0), 0.7)
    found[english] = 1.0
    return list(found.items())


_FURTHER = 0.05


def name_stems(word: str, lexicon: Lexicon) -> list[tuple[str, float]]:
    """`word_stems` of a word of a table's or column's name, with what it shares with a sister in the other language."""
    return [*word_stems(word, lexicon), (spanish_form(word), 1.0), *((text, 1.0) for text, _ in cognate_stems(word))]


_JOINING = frozenset("a al con de del e el en la las lo los o para por que se su sus un una y".split())
OWN_WORD = 1.1  # a header in the question's own word outdoes one that only translates it
