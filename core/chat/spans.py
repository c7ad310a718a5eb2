"""Spans that can answer a question at a glance: dates, figures, amounts, names, addresses. Patterns, no models.

Every span keeps the text's own characters; nothing is normalised or computed here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.chat.words import fold, is_stop
from core.i18n import NUMBER_WORDS


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    sort: str


_MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre "
    "diciembre ene abr ago dic"
).split()
_MONTH = r"(?:%s)\b(?:(?<=\b[a-z]{3})\.|(?<=\bsept)\.)?" % "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNTED = frozenset(
    "hundred thousand dozen half third quarter once twice cien ciento cientos mil docena mitad tercio cuarto one uno "
    "zero cero none ninguno".split()
)
COUNT_WORDS = _COUNTED.union(*NUMBER_WORDS.values())
_COUNT = r"(?:%s)" % "|".join(sorted(COUNT_WORDS, key=lambda word: (-len(word), word)))
_MANY = _COUNT.replace("third|", "").replace("quarter|", "").replace("tercio|", "").replace("cuarto|", "")
_FIGURE = r"[-−]?\d+(?:[.,   ]\d{3})*(?:[.,]\d+)?"
_SCALE = (
    r"(?:thousand|million|billion|trillion|millon(?:es)?|billon(?:es)?|mil millones|miles de millones|mil|bn|mm|[mk])"
)
_COIN = r"(?:euros?|dolares|dollars?|pounds?|libras?|pesos?|yen|yenes|eur|usd|gbp|mxn|cents?|centavos|[€$£¥])"
_MONEY_AFTER = rf"{_FIGURE}\s?(?:{_SCALE}\s?)?(?:(?:de )?(?:us )?{_COIN})(?![^\W\d_])"
_MONEY_BEFORE = rf"(?:us|mx|c|a)?[$€£¥]\s?{_FIGURE}(?:\s?{_SCALE}\b)?"
_TIME_UNIT = (
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?|centuries|century|"
    r"anos?|mes(?:es)?|semanas?|dias?|horas?|minutos?|segundos?|decadas?|siglos?)"
)
_WEEKDAY = (
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"

# (sort, pattern over the folded text); a longer match of an earlier sort hides what it covers for later ones.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sort, re.compile(pattern))
    for sort, pattern in (
        ("email", r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
        ("link", r"\b(?:https?://|www\.)[^\s)>\]]+"),
        ("phone", r"(?<![\w.,])(?:\+\d{1,3}[ \-.]?)?(?:\(\d{2,4}\)[ \-.]?)?\d{2,4}(?:[ \-.]\d{2,4}){2,4}(?![\w])"),
        (
            "date",
            rf"\b(?:{_WEEKDAY},? )?\d{{1,2}}(?:st|nd|rd|th|º|o)? (?:de |of )?{_MONTH}"
            rf"(?:,? (?:de |del |of )?{_YEAR}\b)?",
        ),
        ("date", rf"\b(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?\b"),
        ("date", rf"\b{_MONTH},? (?:de |del |of )?{_YEAR}\b"),
        ("date", r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2}))\b"),
        (
            "date",
            r"\b(?:first|second|third|fourth|last|primer|segundo|tercer|cuarto|ultimo) (?:fiscal )?"
            r"(?:quarter|half|trimestre|semestre|cuatrimestre)\b"
            rf"(?: (?:of|de|del) (?:fiscal )?(?:year |ano )?{_YEAR}\b)?",
        ),
        ("date", rf"\b(?:[1-4]t|q[1-4]|[1-4]q|h[12]|[12]s) ?(?:de )?{_YEAR}\b|\b{_YEAR} ?[qt][1-4]\b"),
        (
            "date",
            r"\b(?:early |late |mid[- ]?)?\d{1,2}(?:st|nd|rd|th)(?: and \d{1,2}(?:st|nd|rd"
            r"|th))? centur(?:y|ies)\b",
        ),
        ("date", r"\bsiglos? [ivxlc]+(?:\s(?:y|al|a)\s[ivxlc]+)?\b(?: (?:a|d)\. ?c\.)?"),
        ("date", rf"\b{_YEAR}s\b|\b(?:los )?anos \d{{2,4}}\b|\b{_YEAR}\s?[-–]\s?(?:{_YEAR}|\d{{2}})\b"),
        ("percent", rf"{_FIGURE}\s?(?:%|per ?cent\b|por ciento\b|percentage points\b|puntos porcentuales\b)"),
        ("money", rf"{_MONEY_BEFORE}|{_MONEY_AFTER}"),
        (
            "duration",
            rf"\b(?:{_FIGURE}|{_MANY})(?:\s?[-–]\s?|\s(?:to|a|y|or|o)\s|\s(?:and a half|y medio)\s"
            rf"|\s)?(?:\(?{_FIGURE}\)?\s)?(?:\w+ )?{_TIME_UNIT}\b",
        ),
        ("time", r"\b(?:[01]?\d|2[0-3])(?::[0-5]\d)? ?[ap]\.? ?m\b\.?|\b(?:[01]?\d|2[0-3]):[0-5]\d\b(?: ?h\b)?"),
        ("year", rf"(?<![\d.,$€£]){_YEAR}(?![\d]|[.,]\d|-\d{{3}})"),
        (
            "date",
            rf"\b(?:in|en|since|desde|until|hasta|by|(?:principios|mediados|finales) de) {_MONTH}(?! \d)"
            rf"|\b{_WEEKDAY}s?\b",
        ),
        (
            "number",
            rf"(?<![\w:]){_FIGURE}(?![\d.,]*(?:-[a-z]\b|:\d))(?:\s?{_SCALE}\b)?(?:\s?(?:°\s?[cf]|º\s?c|km²?|km2|kg|m²|m2|ha|mw|kw|gb|tb|mb|km/h|mph)\b)?",
        ),
        ("number", rf"\b{_COUNT}(?:[ \-](?:y )?{_COUNT})*(?:\s{_SCALE}\b)?\b"),
    )
)

# A reference or a number of registration: digits that count nothing, with letters or marks among them.
_CODE = re.compile(
    r"(?<![\w.,/€$£-])(?!\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b)(?!\d{1,3}(?:[.,]\d{3})+(?!\w))"
    r"(?=(?:[\w/.-]*?\d){4}|[a-z]{2} ?\d)"
    r"(?:[a-z]{2} |[a-z]{1,5}-?)?(?!\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b)"
    r"\d[\d/-]*(?: \d{2,4})*(?:[/-]?[a-z]{1,3})?(?:[/-]\d+)*(?![\w%])(?! ?(?:€|euros?|%))"
)
_LINK_WORD = r"(?:of|the|and|van|von|de|del|la|las|los|le|du|da|di|el|al|bin|ibn|y|e|&)"
_CAPITAL = r"(?:[A-ZÁÉÍÓÚÜÑÖÄ][\w'’.\-]*[\w]|[A-ZÁÉÍÓÚÜÑÖÄ]\.?)"
_NAME = re.compile(rf"{_CAPITAL}(?:\s+(?:{_LINK_WORD}\s+){{0,2}}{_CAPITAL})*")

_YEAR_ALONE = re.compile(rf"(?:[a-z]{{1,5}} )?{_YEAR}")
_BEFORE_NAME = " \"'“«([¿¡"
_ARTICLES = frozenset("the el la los las".split())  # inside a sentence a capital makes them part of a name: La Paz

_ANSWERS = {
    "date": ("date", "year"),
    "year": ("year", "date"),
    "number": ("number", "money", "duration", "percent"),
    "money": ("money", "number"),
    "percent": ("percent",),
    "duration": ("duration",),
    "time": ("time",),
    "person": ("name",),
    "place": ("name",),
    "code": ("code",),
    "email": ("email",),
    "phone": ("phone",),
    "link": ("link",),
}


_WITHOUT_FIGURES = ("email", "link", "date", "duration", "number")


@functools.lru_cache(maxsize=4096)
def find_spans(text: str, lang: str) -> tuple[Span, ...]:
    """All spans of `text`, in order, none inside another of an earlier pattern."""
    folded = fold(text)
    figures = any(char.isdigit() for char in text)
    taken = [False] * (len(text) + 1)
    found: list[Span] = []
    for sort, pattern in _PATTERNS:
        if not figures and sort not in _WITHOUT_FIGURES:
            continue
        for match in pattern.finditer(folded):
            start, end = match.span()
            if not any(taken[start:end]) and end > start:
                taken[start:end] = [True] * (end - start)
                found.append(Span(start, end, sort))
    codes = [Span(*match.span(), "code") for match in _CODE.finditer(folded)] if figures else []
    found += [code for code in codes if not _YEAR_ALONE.fullmatch(folded[code.start : code.end])]
    found += [span for span in _names(text, lang) if not all(taken[span.start : span.end])]
    return tuple(sorted(found, key=lambda span: span.start))


def _names(text: str, lang: str) -> list[Span]:
    found = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        first = text[start:end].split()[0]
        begins = text[:start].strip(_BEFORE_NAME) == "" or text[:start].rstrip(_BEFORE_NAME)[-1:] in ".!?:•"
        while is_stop(first, lang) and start < end and (begins or fold(first) not in _ARTICLES or first.isupper()):
            start += len(first)
            start += len(text[start:end]) - len(text[start:end].lstrip())
            if start >= end:
                break
            first = text[start:end].split()[0]
        rest = text[start:end]
        opens = text[:start].strip(_BEFORE_NAME) == "" or text[:start].rstrip(_BEFORE_NAME)[-1:] in ".!?:•"
        if not rest or not rest[0].isupper() or (opens and " " not in rest and not rest.isupper()):
            continue
        found.append(Span(start, end, "name"))
    return found


def spans_for(want: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that can answer a question that wants `want`, the fitting sort first."""
    sorts = _ANSWERS.get(want, ())
    return [span for sort in sorts for span in spans if span.sort == sort]


def find_fitting(want: str, text: str, lang: str) -> list[Span]:
    """The spans of a text that can answer a question that wants `want`; 'the third part' and '40 users' are no amounts
    of money."""
    found = spans_for(want, find_spans(text, lang))
    return [span for span in found if want != "money" or span.sort == "money" or _may_be_money(text, span)]


def _may_be_money(text: str, span: Span) -> bool:
    counted = _COUNTED.match(text, span.end)
    return any(map(str.isdigit, text[span.start : span.end])) and not (counted and not is_stop(counted.group(1), "en"))


_COUNTED = re.compile(
    r"\s(?!(?:para|desde|hasta|entre|sobre|frente|from|with|during|after|before|compared|against)\b)([^\W\d_A-Z]{4,})"
)
_CHANGE = re.compile(
    r"\b(?:increas|decreas|declin|rose|risen|fell|fallen|grew|grown|growth|improv|higher|lower|up|down|more|less|impact"
    r"|aument|disminuy|crec|cay|subi|baj|increment|reduj|impacto)\w*"
    r"(?: (?:of|by|un|una|en|de)| \d+(?:[.,]\d+)? ?%| or|,| o)*\s*$"
)


def is_change(text: str, span: Span) -> bool:
    """Whether a figure is told as a change ('rose by 4 million'), not as the thing's own size ('rose to 9 million')."""
    return bool(_CHANGE.search(fold(text[max(0, span.start - 60) : span.start])))


def find_range(text: str, span: Span) -> tuple[Span, Span, Span] | None:
    """The range that a date, time or figure is an end of ('from 9 to 28 April', 'between 18 and 22'), and its two ends;
    None where it is none."""
    pattern = _RANGES.get(span.sort)
    if pattern is None or is_moved(text):
        return None
    for match in pattern.finditer(fold(text)):
        low, high = match.span("low"), match.span("high")
        if low[0] <= span.start < high[1] or low[0] < span.end <= high[1]:
            end = max(high[1], span.end)
            return Span(low[0], end, span.sort), Span(*low, span.sort), Span(high[0], end, span.sort)
    return None


def _range(opens: str, end: str, joins: str) -> re.Pattern[str]:
    article = r"(?:(?:el|la|las|los|the) )?"
    return re.compile(rf"\b(?:{opens}) {article}(?P<low>{end}) (?:{joins}) {article}(?P<high>{end})")


_FROM_TO = "from|between|del?|desde|entre", "to|until|till|through|and|al?|y|hasta"
_OF_DATE = (
    rf"(?:(?:{_WEEKDAY},? )?\d{{1,2}}(?:st|nd|rd|th|º)?(?: (?:de |of )?{_MONTH})?"
    rf"|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?)"
    rf"(?:,? (?:de |del )?{_YEAR})?\b|{_YEAR}\b"
)
_DATES = _range(_FROM_TO[0], f"(?:{_OF_DATE})", _FROM_TO[1])
_TIMES = _range(_FROM_TO[0], r"\d{1,2}(?:[:.]\d{2})?(?: ?[ap]\.? ?m\b\.?)?", _FROM_TO[1])
_FIGURES_BETWEEN = _range("between|entre", rf"[$€£]?{_FIGURE}(?: ?%)?", "and|y|e")
_RANGES = {"date": _DATES, "year": _DATES, "time": _TIMES} | dict.fromkeys(
    ("number", "money", "percent"), _FIGURES_BETWEEN
)


def is_former(text: str, span: Span) -> bool:
    """Whether a figure is the one before a change: 'from 120 to 135', 'de 120 a 135 euros'."""
    before, after = fold(text[max(0, span.start - 8) : span.start]), fold(text[span.end : span.end + 12])
    return bool(_FROM.search(before) and _TO.match(after))


_FROM = re.compile(r"\b(?:from|de|desde)(?: (?:el|los|las|the))? [$€£]?$")
_TO = re.compile(r"[^\w.,;]*(?:\w+ )?(?:to|a|al|hasta) (?:el |los |las |the )?[$€£]?\d")


def is_moved(text: str) -> bool:
    """Whether a text tells that a date was put off: the one it was moved from is past."""
    return bool(_MOVED.search(fold(text)))


_MOVED = re.compile(
    r"\b(?:moves?|moved|postponed|put off|changed?|changes|shifted|rescheduled|brought forward|pasa|pasan|paso|cambia"
    r"|cambio|traslad\w+|aplaz\w+|retras\w+|adelant\w+|mueve) (?:\w+ ){0,4}?(?:from|de|del|desde)\b"
)


def asks_change(question: str) -> bool:
    """Whether a question asks how much something changed."""
    return bool(_ASKS_CHANGE.search(fold(question)))


_ASKS_CHANGE = re.compile(
    r"\b(?:by how (?:much|many)|chang|increas|decreas|declin|grow|grew|rise|rose|fall|fell|differ|higher|lower|more"
    r"|less|impact|en cuanto|cuanto (?:mas|menos|crec|aument|cay|baj|subi)|cambi|variacion|varia|aument|crec|disminu"
    r"|cay|subi|baj|diferencia|impacto)"
)
