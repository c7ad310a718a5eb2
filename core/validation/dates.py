"""Dates in a text: days, months, quarters and years in Spanish and English, ISO and with slashes, each as far as it is
said.

'03/05/2024' keeps both readings. A date agrees with another where they say the same of all that the first one says.
It knows no calendar arithmetic beyond the quarter of a month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.validation.measures import fold, lexicon


@dataclass(frozen=True, slots=True)
class Moment:
    """What is said of a date; None where nothing is."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    half: int | None = None

    def agrees(self, other: Moment) -> bool:
        """Whether `other` says all that this one says, and the same."""
        quarter = other.in_quarter
        half = other.half or (None if quarter is None else (quarter + 1) // 2)
        said = (
            (self.year, other.year),
            (self.half, half),
            (self.quarter, quarter),
            (self.month, other.month),
            (self.day, other.day),
        )
        return all(own is None or own == its for own, its in said)

    @property
    def in_quarter(self) -> int | None:
        """The quarter that is said, or that of the month."""
        return self.quarter or (None if self.month is None else (self.month + 2) // 3)


@dataclass(frozen=True, slots=True)
class DateSpan:
    start: int
    end: int
    text: str
    readings: tuple[Moment, ...]


def _months() -> str:
    return "|".join(sorted(lexicon()["months"], key=len, reverse=True))


_YEAR = r"(?P<y>(?:19\d{2}|20[0-4]\d))"
_DAY = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|[ºª°])?"
_M = rf"(?P<m>{_months()})\b\.?"
_OF = r"(?:\s+(?:de|del|of)\b)?"
_TH = r"(?:first|second|third|fourth|primera|primer|segunda|segundo|tercer|cuarto|1er|1st|2nd|3rd|4th|[1-4][.ºo°])"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>(?:19\d{2}|20[0-4]\d))[-/.](?P<mm>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<![\d/.])(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)?\d{2})(?![\d/])",
        rf"(?<![\w.,]){_DAY}{_OF}\s+{_M},?(?:{_OF}\s+(?:year\s+|ano\s+)?{_YEAR})?",
        rf"\b{_M}\s+{_DAY}(?![\d.,]*\d)(?:,?\s+{_YEAR})?",
        rf"\b{_M},?{_OF}(?:\s+|[-/]){_YEAR}",
        rf"(?P<th>{_TH})\s+(?:fiscal\s+)?(?:quarter|trimestre)(?:(?:,|\s+(?:of|de|del))?\s+(?:the\s+)?(?:fiscal\s+)?(?:year\s+|ano\s+|ejercicio\s+)?{_YEAR})?",
        rf"\b(?P<last>last|final|ultimo)\s+(?:quarter|trimestre)(?:,|\s+(?:of|de|del))?\s+(?:the\s+)?(?:fiscal\s+)?(?:year\s+|ano\s+|ejercicio\s+)?{_YEAR}",
        r"(?<!\w)(?:q(?P<q1>[1-4])|(?P<q2>[1-4])(?:q|t))(?:[\s/'’-]*(?:of\s+|de\s+)?(?P<y>(?:19\d{2}|20[0-4]\d)|\d{2}(?!\d)))?(?!\w)",
        r"(?<!\w)(?:19\d{2}|20[0-4]\d)[\s-]*(?:q(?P<q1>[1-4])|(?P<q2>[1-4])t)(?!\w)",
        r"(?<![\w/.-])(?P<y>(?:19\d{2}|20[0-4]\d))-(?P<mm>0[1-9]|1[0-2])(?![\w/-]|[.,]\d)",
        rf"\b(?P<hf>{_TH})[\s-]+(?:half|semestre|mitad)(?:\b(?:\s+(?:of|de|del))?\s+(?:the\s+)?(?:fiscal\s+)?(?:year\s+|ano\s+|ejercicio\s+)?{_YEAR})?",
        r"(?<!\w)(?:h(?P<h1>[12])|(?P<h2>[12])(?:h|s))(?:[\s/'’-]*(?:of\s+|de\s+)?(?P<y>(?:19\d{2}|20[0-4]\d)|\d{2}(?!\d)))?(?!\w)",
        rf"\b(?P<m>{_months()})\b",
        r"(?<!\w)fy\s?'?(?P<y>(?:19\d{2}|20[0-4]\d)|\d{2})(?!\w)",
        r"(?<![\w.,$€£])(?P<y>(?:19\d{2}|20[0-4]\d))(?P<tail>\s?[-–/]\s?(?P<y2>(?:19|20)?\d{2})(?!\d))?(?![\d%€$£]|[.,]\d|\s?(?:%|€|euros?|eur|usd|dollars|million|millones|mil\b))",
    )
)
_MONEY_BEFORE = re.compile(r"[$€£]\s?$")


def read_dates(text: str) -> list[DateSpan]:
    """The dates of `text`, in order; a longer reading of a place shuts out a shorter one."""
    folded = fold(text)
    found: list[DateSpan] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            if any(span.start < match.end() and match.start() < span.end for span in found):
                continue
            found += _spans(text, folded, match)
    return sorted(found, key=lambda span: span.start)


def _spans(text: str, folded: str, match: re.Match[str]) -> list[DateSpan]:
    parts = match.groupdict()
    readings = _readings(parts, match.group())
    if not readings or not _is_meant(folded, match, parts):
        return []
    spans = [DateSpan(match.start(), match.end(), text[match.start() : match.end()], readings)]
    if parts.get("y2"):
        last = parts["y2"] if len(parts["y2"]) == 4 else parts["y"][:2] + parts["y2"]
        spans.append(DateSpan(match.start(), match.end(), text[match.start() : match.end()], (Moment(year=int(last)),)))
    return spans


def _is_meant(folded: str, match: re.Match[str], parts: dict[str, str | None]) -> bool:
    """A lone month that is a word too ('may') counts only behind 'in', 'of', 'since' ..."""
    said = {name for name, part in parts.items() if part}
    if said == {"m"} and (parts["m"] in lexicon()["month_words"] or len(parts["m"]) <= 3):
        before = folded[: match.start()].rstrip().rsplit(None, 1)[-1:]
        return bool(before) and before[0].strip("(,") in lexicon()["month_openers"]
    if said <= {"y", "y2", "tail"}:
        return not _MONEY_BEFORE.search(folded[: match.start()])
    return True


def _readings(parts: dict[str, str | None], whole: str) -> tuple[Moment, ...]:
    year = _year(parts.get("y"))
    if parts.get("a"):
        first, second = int(parts["a"]), int(parts["b"])
        pairs = {(first, second), (second, first)}
        return tuple(Moment(year, None, month, day) for day, month in sorted(pairs) if month <= 12 and 1 <= day <= 31)
    if parts.get("mm") and parts.get("d"):
        return (Moment(year, None, int(parts["mm"]), int(parts["d"])),)
    if parts.get("mm"):
        month = Moment(year, None, int(parts["mm"]))
        return (month, Moment(year)) if year is not None and (year + 1) % 100 == month.month else (month,)
    half = parts.get("h1") or parts.get("h2")
    if half or parts.get("hf"):
        return (Moment(year, half=int(half) if half else _ordinal(parts["hf"])),)
    if parts.get("m"):
        day = int(parts["d"]) if parts.get("d") else None
        if day is not None and not 1 <= day <= 31:
            return ()
        return (Moment(year, None, lexicon()["months"][parts["m"]], day),)
    if parts.get("last"):
        return (Moment(year, 4),)
    if parts.get("th"):
        return (Moment(year, _ordinal(parts["th"])),)
    quarter = parts.get("q1") or parts.get("q2")
    if quarter:
        year = year or _year(next(iter(re.findall(r"(?:19\d{2}|20[0-4]\d)", whole)), None))
        return (Moment(year, int(quarter)),)
    return (Moment(year),) if year else ()


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _ordinal(word: str) -> int:
    return int(word[0]) if word[0].isdigit() else int(lexicon()["ordinals"][word])
