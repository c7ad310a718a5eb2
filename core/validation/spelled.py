"""Numbers in words: 'twenty-five', 'treinta y dos', 'two hundred', 'tres millones', and shares of a whole: 'two
thirds', 'nueve de cada diez'. It reads no other digits.
"""

from __future__ import annotations

import re

from core.validation.measures import (
    PERCENT,
    POINTS,
    Quantity,
    approximation,
    count_words,
    fold,
    lexicon,
    read_scale,
    read_unit,
)

_ONE = {"a": 1, "an": 1, "one": 1, "un": 1, "uno": 1, "una": 1, "la": 1}
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10, "tercio": 3, "cuarto": 4, "quinto": 5}
_PARTS |= {"tercera": 3, "cuarta": 4, "quinta": 5, "sexta": 6, "decima": 10}
_FRACTION = re.compile(
    r"\b(\w+)[\s-](third|quarter|fifth|sixth|tenth|tercio|cuarto|quinto)s?\b"
    r"(?! (?:quarter|trimestre|of (?:the )?(?:year|20)|of an? (?:hour|year|day|mile)|de (?:hora|ano)\b))|"
    r"\b(\w+) (tercera|cuarta|quinta|sexta|decima)s? partes?\b"
)
_BY_HALF = re.compile(
    r"\bby (?:(?:more|less|just|almost|nearly|about|over|under|roughly|than) ){0,2}(half)\b(?! an?\b)|"
    r"\ba (?:casi )?(la mitad)\b(?! o mas)"
)
_IN_EVERY = re.compile(
    rf"\b(\d+|one|un[oa]?|{count_words(2, 9)})"
    rf"(?: \w+){{0,2}}? (?:in(?: every)?|out of(?: every)?|de cada) ({count_words(3, 10)}|10|[3-9])\b"
    r"(?! (?:days|weeks|months|quarters|years|dias|semanas|mes|trimestre|anos))"
)
_UNIT_AND_HALF = re.compile(rf"\b(an?|one|una?|{count_words(2, 6)}|\d) (\w+) (?:and a half|y medi[oa])\b")
_AND_HALF = re.compile(rf"\b(one|{count_words(2, 6)}|\d) and a half(?= (\w+))")
_HALF_UNIT = re.compile(r"\b(?:half an? |half[ -](?=year)|medi[oa] )(\w+)")
_ONE_UNIT = re.compile(
    r"\b(?:one|una?) (?=\w+)(?!\w+ (?:earlier|before|ago|later|antes|despues|atras|mas|anterior|from|tras|after)\b)"
)
_HALF_POINT = re.compile(r"\b(?:half a (?:percentage )?point|medio punto)\b(?: porcentual)?")
_OF_SCALE = re.compile(r"\s+(?:of an?|de) (million|millon|billion|thousand)\b")
_HALF = re.compile(r"\b(?:half a|medio) (million|millon|billion|thousand)\b")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def read_spelled(text: str, lang: str = "") -> list[Quantity]:
    """Numbers in words ('once' is one in Spanish alone), with 'twenty-five', 'treinta y dos', 'two hundred', 'tres
    millones'."""
    numbers, scales = lexicon()["numbers"], lexicon()["scales"]
    numbers = {word: value for word, value in numbers.items() if word != "once"} if lang == "en" else numbers
    found: list[Quantity] = []
    words = list(_WORD.finditer(text))
    n = 0
    while n < len(words):
        value, last = _value_at(words, n, numbers)
        if value is None:
            n += 1
            continue
        start, end = words[n].start(), words[last].end()
        scale = 1.0
        if last + 1 < len(words) and fold(words[last + 1].group()) in scales and len(words[last + 1].group()) > 2:
            scale, end = read_scale(text, end, False)
        percent, points = PERCENT.match(text, end), POINTS.match(text, end)
        kind, end = ("percent", percent.end()) if percent else ("points", points.end()) if points else ("number", end)
        unit, end = ("", end) if percent or points else read_unit(text, end)
        scale *= 0.01 if points and points[2] else 0.1 if points and points[3] else 1.0
        readings = ((value * scale, 0.5 * scale if scale != 1.0 and not points else 0.0),)
        found.append(
            Quantity(start, end, text[start:end], readings, kind, unit, approximation(text, start), False, scale, True)
        )
        while n < len(words) and words[n].start() < end:
            n += 1
    return found


def read_shares(text: str) -> list[Quantity]:
    """Shares of a whole in words, as percentages, and half a million."""
    folded, found = fold(text), []
    for match in (*_FRACTION.finditer(folded), *_IN_EVERY.finditer(folded)):
        of, parts = [part for part in match.groups() if part]
        count = _small(of)
        whole = _PARTS.get(parts) or _small(parts)
        if count is None or not whole or not count < whole:
            continue
        start, end = match.span()
        how = approximation(text, start) or "about"
        scaled = _OF_SCALE.match(folded, end)
        if scaled:
            scale, end = read_scale(text, scaled.start(1) - 1, False)
            unit, end = read_unit(text, end)
            value = ((scale * count / whole, 0.0),)
            found.append(Quantity(start, end, text[start:end], value, "number", unit, how, scale=scale, spelled=True))
            continue
        share = 100 * count / whole
        found.append(Quantity(start, end, text[start:end], ((share, 2.0),), "percent", "", how, spelled=True))
    for match in _BY_HALF.finditer(folded):
        start, end = match.span(1) if match[1] else match.span(2)
        how = approximation(text, start)
        found.append(Quantity(start, end, text[start:end], ((50.0, 2.0),), "percent", "", how, spelled=True))
    for match in _HALF_POINT.finditer(folded):
        start, end = match.span()
        found.append(Quantity(start, end, text[start:end], ((0.5, 0.05),), "points", spelled=True))
    found += _read_halves(text, folded)
    for match in _HALF.finditer(folded):
        scale, end = read_scale(text, match.start(1) - 1, False)
        unit, end = read_unit(text, end)
        value = ((0.5 * scale, 0.0),)
        how = approximation(text, match.start())
        said = text[match.start() : end]
        found.append(Quantity(match.start(), end, said, value, "number", unit, how, scale=scale, spelled=True))
    return found


def _read_halves(text: str, folded: str) -> list[Quantity]:
    """'a day and a half', 'two and a half years', 'medio año', and one week."""
    found: list[Quantity] = []

    def add(start: int, end: int, value: float, unit: str) -> None:
        if not any(q.start < end and start < q.end for q in found):
            how = approximation(text, start)
            found.append(Quantity(start, end, text[start:end], ((value, 0.0),), "number", unit, how, spelled=True))

    for match in _UNIT_AND_HALF.finditer(folded):
        unit, count = _timed(match[2]), _small(match[1])
        if unit and count:
            add(*match.span(), count + 0.5, unit)
    for match in _AND_HALF.finditer(folded):
        unit = _timed(match[2])
        add(match.start(), match.end(2) if unit else match.end(), (_small(match[1]) or 0) + 0.5, unit)
    for match in _HALF_UNIT.finditer(folded):
        if _timed(match[1]):
            add(*match.span(), 0.5, _timed(match[1]))
    for match in _ONE_UNIT.finditer(folded):
        unit, end = read_unit(text, match.end() - 1)
        if unit in lexicon()["worth"] and lexicon()["worth"][unit][0] in ("time", "months"):
            add(match.start(), end, 1.0, unit)
    return found


def _timed(word: str) -> str:
    """The unit of time that a folded word is, or nothing."""
    unit = lexicon()["units"].get(word, "")
    return unit if lexicon()["worth"].get(unit, ("",))[0] in ("time", "months") else ""


def _small(word: str) -> int | None:
    """A count up to ten, in words or digits."""
    count = int(word) if word.isdigit() else _ONE.get(word, lexicon()["numbers"].get(word))
    return count if count is not None and count <= 10 else None


def _value_at(words: list[re.Match[str]], n: int, numbers: dict[str, int]) -> tuple[float | None, int]:
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
