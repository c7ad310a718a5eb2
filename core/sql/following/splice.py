"""The question before with what was said anew in the place of what it replaces, else at its end.

Words are moved and put in; nothing is linked anew or run.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from core.sql.business.time import reach_of
from core.sql.data.schema import Schema
from core.sql.following.reshape import LIMITED, Edit
from core.sql.following.said_anew import Said, any_date, figures_of, grain_of, grouping_of, is_table
from core.sql.language.lexicon import fold
from core.sql.language.periods import find_periods
from core.sql.linking.link import Links

_ORDERED = re.compile(r",?\s*(?:de mayor a menor|de menor a mayor|descending|ascending|in (?:de|a)scending order)")
_IN = {"en": "in", "es": "en"}
_ONLY = {"en": "only", "es": "solo"}
_NO_YEAR = re.compile(
    r"\b(?:quarter|q[1-4]|[1-4][qt]|half|trimestre|semestre|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the question before says its period, its unit of time, its grouping, its stored values (by column) and its
    figures."""

    period: tuple[int, int] | None
    unit: str
    grain: tuple[int, int] | None
    dimension: tuple[int, int] | None
    values: tuple[tuple[frozenset[int], tuple[int, int]], ...]
    measure: tuple[int, int] | None = None

    @classmethod
    def of(cls, text: str, links: Links, schema: Schema, today: datetime.date) -> Parts:
        tokens = links.tokens

        def span(start: int, end: int) -> tuple[int, int]:
            return tokens[start].start, tokens[end - 1].end

        grain = grain_of(links, set(), schema)
        taken = set(range(grain.start, grain.end)) if grain else set()
        periods = [
            p
            for p in find_periods(tokens, reach_of(any_date(schema), schema, today))
            if not set(range(p.start, p.end)) & taken
        ]
        dimension = grouping_of(text, links, taken, schema)
        values = tuple(
            (frozenset(column for column, _, _ in m.hits), span(m.start, m.end))
            for m in links.values
            if m.hits and m.kind in ("text", "quoted") and not is_table(text, m, links)
        )
        spent = taken | {n for p in periods for n in range(p.start, p.end)} | set(range(*dimension or (0, 0)))
        measure = figures_of(links, spent, schema)
        return cls(
            span(periods[0].start, periods[-1].end) if periods else None,
            periods[0].unit if periods else "",
            span(grain.start, grain.end) if grain else None,
            span(*dimension) if dimension else None,
            values,
            span(*measure) if measure else None,
        )

    def has(self, column: int) -> bool:
        """Whether the question names a value of that column."""
        return any(column in columns for columns, _ in self.values)


def splice(new: Said, old: Parts, before: str, lang: str, adds: bool, row: bool) -> Edit | None:
    """The question before with what is new put in the place of what it replaces, else at its end."""
    swaps: list[tuple[tuple[int, int], str]] = []
    tail: list[str] = []
    changed: list[str] = []
    for column, value, _ in new.values:
        same = next((span for columns, span in old.values if column in columns), None)
        changed.append("filter")
        if same and not adds and not new.negated:
            swaps.append((same, value))
        else:
            lead = _not(lang) if new.negated else _IN[lang] if row else _ONLY[lang]
            tail.append(f"{lead} {value}")
    if row and old.dimension and not new.dimension and not new.grain:
        swaps.append((old.dimension, ""))
    if new.period:
        changed.append("period")
        period = _with_year(new.period, before[slice(*old.period)] if old.period else "", lang)
        swaps.append((old.period, period)) if old.period else tail.append(f"{_IN[lang]} {period}")
    grouping = new.dimension or (_by(new.grain, lang) if new.grain else "")
    if grouping:
        changed.append("grouping")
        swaps += [(match.span(), "") for match in LIMITED.finditer(before)]  # so many of other rows
        place = (old.grain if new.grain and not new.dimension else old.dimension) or old.dimension or old.grain
        led = place is not None and fold(before[slice(*place)]).startswith(("by ", "por ", "per "))
        if place and not adds:
            swaps.append((place, grouping if led else ""))
            tail += [] if led else [grouping]
        else:
            tail.append(f"{'and' if lang == 'en' else 'y'} {grouping}" if place else grouping)
        other = old.dimension if place is old.grain else old.grain
        if other and other != place and not adds:
            swaps.append((other, ""))
    if new.measure:
        if old.measure is None:
            return None
        changed.append("measure")
        swaps.append(_with_article(old.measure, before, new))
    if new.limit:
        changed.append("limit")
        swaps += [(match.span(), "") for match in _ORDERED.finditer(fold(before))]
        tail.append(f"top {new.limit}")
    if new.compare:
        return _compare(new, old, before, lang)
    return Edit(join(_swap(before, swaps), " ".join(tail)), tuple(changed)) if changed else None


def _with_year(period: str, before: str, lang: str) -> str:
    """'the fourth quarter' after 'the third quarter of 2025' is of that year."""
    year = _YEAR.search(before)
    if year is None or _YEAR.search(period) or not _NO_YEAR.search(fold(period)):
        return period
    return f"{period} {'of' if lang == 'en' else 'de'} {year.group()}"


def _with_article(place: tuple[int, int], before: str, new: Said) -> tuple[tuple[int, int], str]:
    """The figure's new name in the place of the old one, with the article that it was said with."""
    old = re.search(r"\b(?:el|la|los|las)\s+$", before[: place[0]], re.IGNORECASE)
    if old is None or not new.article:
        return place, new.measure
    return (old.start(), place[1]), f"{new.article} {new.measure}"


def _compare(new: Said, old: Parts, before: str, lang: str) -> Edit:
    """The period before beside the same one a year earlier (or in the year that is named), by year."""
    by = _by("year", lang)
    if old.period is None:
        return Edit(join(before, "" if old.grain else by), ("compare",))
    said = before[slice(*old.period)]
    years = re.findall(r"(?:19|20)\d{2}", said)
    if not years:
        return Edit(join(before, by), ("compare",))
    other = str(int(years[-1]) - 1) if new.compare == "last" else new.compare
    both = sorted({*years, other})
    earlier = said.replace(years[-1], other)
    pair = earlier if re.fullmatch(r"(?:19|20)\d{2}", said.strip()) else ""
    joiner = "and" if lang == "en" else "y"
    text = f" {joiner} ".join(both) if pair else f"{earlier} {joiner} {said}"
    swapped = _swap(before, [(old.period, text)])
    return Edit(join(swapped, "" if old.grain else by), ("compare", "period"))


def _by(unit: str, lang: str) -> str:
    spanish = {
        "day": "día", "week": "semana", "month": "mes", "quarter": "trimestre", "year": "año",
        "weekday": "día de la semana",
    }  # fmt: skip
    return f"by {unit}" if lang == "en" else f"por {spanish[unit]}"


def _not(lang: str) -> str:
    return "except" if lang == "en" else "excepto"


def _swap(text: str, swaps: list[tuple[tuple[int, int], str]]) -> str:
    for (start, end), new in sorted(swaps, key=lambda swap: -swap[0][0]):
        text = text[:start] + new + text[end:]
    return re.sub(r"\s+([,.?])", r"\1", " ".join(text.split()))


def join(before: str, added: str) -> str:
    """`before` with `added` at its end, inside its question mark."""
    core = before.rstrip(" ?.!")
    mark = "?" if before.rstrip().endswith("?") else ""
    return f"{core}{' ' if added else ''}{added}{mark}"
