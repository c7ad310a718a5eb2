"""Finds, in the pages that were found, the figures that a result from tables states too, and says whether they agree.

A figure is the same one where its line and what stands above it (heading, column, file name) say what was asked; being
near in value only breaks ties, else every comparison would find agreement. Words are written by `tell.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.i18n import MEASURE_WORDS
from core.lexicon.bounds import bound_of, within
from core.reconcile.figures import Figure, Unit, read_figures
from core.reconcile.pages import EXACT_DIGITS, Sheet, Stated, Terms, digits_of, read_sheet
from core.reconcile.reasons import explain
from core.reconcile.scope import same_scope
from core.records import Comparison, QueryResult

NamedIn = Callable[[str, str], Sequence[str]]
_ROWS_MAX = 24
_CLOSE = ((0.0011, 1.0), (0.01, 0.8), (0.05, 0.5), (0.2, 0.2))
_CLOSE_WEIGHT = 0.55
_SAID = 0.5  # so much of what was asked must stand at a figure that differs
_SAID_EQUAL = 0.2  # less will do where the figure is the same to four digits
_OTHER_YEAR = 0.5
_NAMED = 0.25  # what standing in a document that the question names adds
_LEAST_WEIGHT = 0.3
_FILTERED = 0.3
_CLAIMED = 1.0  # what being the very amount adds that the question asks about
_LOOKED_AT = 6  # candidates whose scope is read, best first
_FILTER = re.compile(r"= '([^']{2,60})'")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the two sides were asked: the question to the documents with its words (each as the terms that mean it), the
    statement that was run; `names` are terms of documents' names that the question says, `named_in` tells which stored
    values a line names, `quoted` says whether the documents' answer quotes a place (document, page, start, end),
    `claimed` is the amount that the question itself names."""

    question: str
    lang: str
    words: tuple[frozenset[str], ...]
    sql: str = ""
    names: frozenset[str] = frozenset()
    named_in: NamedIn = lambda line, lang: ()
    quoted: Callable[[Stated], bool] = lambda found: False
    claimed: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A comparison with the place in the document that it rests on: sheet.page.text[start:end] is its line."""

    comparison: Comparison
    sheet: Sheet
    start: int
    end: int


def compare(
    asked: Asked, result: QueryResult, sheets: Sequence[Sheet], terms: Terms, differing: bool = True
) -> list[Match]:
    """A match for every row of `result` whose figure one of the pages states; best pages first. Empty where none is.

    Without `differing` figures count only where they are the same: nobody asked whether they are."""
    tabled = read_result(result)
    years = years_in(asked.question)
    if len(tabled) > 1 and len(years) == 1:  # rows by year: the one that is asked about
        tabled = [row for row in tabled if row[0] in years] or tabled
    if not tabled or not sheets:
        return []
    stated = _weigh([found for sheet in sheets for found in read_sheet(sheet, terms)], asked)
    matches = []
    for label, value, unit in tabled:
        found = _best(label, value, unit, stated, asked, terms)
        if found is not None and (differing or same_as_printed(found.figure, value)):
            matches.append(_match(label, value, unit, found, asked))
    if len(tabled) > 2 and len(matches) < len(tabled) / 2:  # a few chance hits in a long list are no comparison
        return []
    return matches


def read_result(result: QueryResult) -> list[tuple[str, float, Unit]]:
    """(label, value, unit) of each row: its texts and its last number; nothing for long or figureless results."""
    numbers = [n for n, kind in enumerate(result.types) if _is_number(kind) or _numeric(result, n)]
    if not result.rows or not numbers or len(result.rows) > _ROWS_MAX:
        return []
    column = numbers[-1]
    name = result.columns[column]
    unit: Unit = "percent" if re.search(r"%|pct|percent|porcent", name, re.I) else ""
    single = len(result.rows) == 1
    found = []
    for row in result.rows:
        value = _number(row[column])
        if value is None:
            continue
        label = next((str(cell) for n, cell in enumerate(row) if n != column and cell is not None), "")
        if label or single:
            found.append(("" if single else label, value, unit))
    return found


def _is_number(kind: str) -> bool:
    return bool(re.match(r"(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|INTEGER|DECIMAL|DOUBLE|FLOAT|REAL|NUMERIC)", kind.upper()))


def _numeric(result: QueryResult, column: int) -> bool:
    """Whether every cell of a column is a figure, not a text that reads like one; none of a result without rows is."""
    cells = [row[column] for row in result.rows]
    return bool(cells) and not isinstance(cells[0], str) and all(_number(cell) is not None for cell in cells)


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _weigh(stated: Sequence[Stated], asked: Asked) -> list[Stated]:
    """Each figure with the share of what was asked that its surroundings say: rare words count more, another year
    than the one asked for costs."""
    own = [word for word in asked.words if not word & asked.names]
    if not own or not stated:
        return []
    written = [found for found in stated if not found.mark]
    spread = [sum(bool(word & found.near) for found in written) for word in own]
    weights = [(math.log(1 + len(written) / (1 + n)) if n else 0.0) + _LEAST_WEIGHT for n in spread]
    filters = [_fold(value) for value in _FILTER.findall(asked.sql) if not value[:4].isdigit()]
    pairs, years = list(zip(own, weights, strict=True)), years_in(asked.question)
    return [
        replace(found, said=_share(found, pairs, asked.names, years) + _FILTERED * _holds(found, filters))
        for found in stated
    ]


def _holds(found: Stated, filters: list[str]) -> bool:
    """Whether the line says a value that the statement filters by."""
    return bool(filters) and any(value in _fold(found.line) for value in filters)


def _share(
    found: Stated, pairs: Sequence[tuple[frozenset[str], float]], names: frozenset[str], years: frozenset[str]
) -> float:
    said = sum(weight for word, weight in pairs if word & found.near)
    told = sum(weight for word, weight in pairs if word & found.known and not word & found.near)
    share = (said + 0.5 * told) / sum(weight for _, weight in pairs)
    if names:
        share += _NAMED * bool(names & found.known)
    here = years_in(found.beside) if years else years
    return share - _OTHER_YEAR if here and not years & here else share


def years_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"(?<![\d.,])(?:19|20)\d{2}(?![\d.,]\d|\d)", text))


# ---------------------------------------------------------------- choosing


def _best(label: str, value: float, unit: Unit, stated: Sequence[Stated], asked: Asked, terms: Terms) -> Stated | None:
    """The figure that is meant; a point of a chart only where no sentence or row agrees."""
    best = _best_of(label, value, unit, [found for found in stated if not found.mark], asked, terms)
    if best is not None and same_as_printed(best.figure, value):
        return best
    points = [found for found in stated if found.mark and same_as_printed(found.figure, value)]
    return _best_of(label, value, unit, points, asked, terms) or best


def _best_of(
    label: str, value: float, unit: Unit, stated: Sequence[Stated], asked: Asked, terms: Terms
) -> Stated | None:
    wanted = terms(label, asked.lang) | terms(label, "en") if label else frozenset()
    scored: list[tuple[float, Stated]] = []
    for order, found in enumerate(stated):
        if wanted and _fold(label) not in _fold(found.line) and not wanted <= found.near | found.known:
            continue
        if not _same_kind(found.figure, value, unit, asked) or (_COUNTED.match(asked.sql) and _measures(found)):
            continue
        close = closeness(found.figure, value)
        exact = EXACT_DIGITS - asked.quoted(found)  # what the answer itself quotes is less likely the same by chance
        enough = _SAID_EQUAL * (not asked.quoted(found)) if close == 1.0 and digits_of(found.figure) >= exact else _SAID
        if found.said + 0.25 * bool(wanted) < enough or (close == 0.0 and not _may_differ(found.figure, value)):
            continue
        meant = asked.claimed is not None and same_as_printed(found.figure, asked.claimed)
        worth = found.said + _CLOSE_WEIGHT * close + _CLAIMED * meant
        scored.append((worth - 0.0005 * order, found))
    ordered = sorted(scored, key=lambda pair: -pair[0])[:_LOOKED_AT]
    return next((found for _, found in ordered if _is_of_rows(found, value, label, asked)), None)


def _is_of_rows(found: Stated, value: float, label: str, asked: Asked) -> bool:
    """Whether a figure is of what the rows are of; one that is the same is, where its digits or its words say so."""
    exact = same_as_printed(found.figure, value)
    if exact and (digits_of(found.figure) >= EXACT_DIGITS or found.said >= _SAID):
        return True
    around = f"{found.above} {found.sheet.file} {found.sheet.about}"
    at = max(0, found.line.find(found.figure.text))
    named = asked.named_in(found.line, found.sheet.lang)
    return same_scope(found.line, at, around, asked.sql, label, named)


def _same_kind(figure: Figure, value: float, unit: Unit, asked: Asked) -> bool:
    """A percentage is compared with a percentage only; elsewhere units may be left out."""
    wants_share = unit == "percent" or bool(
        re.search(r"%|por ?cent|percent|crec|grew|grow|increas|rate\b|tasa", asked.question, re.I)
    )
    if figure.unit == "percent":
        return unit == "percent" or (wants_share and abs(value) < 1000)
    return unit != "percent" and figure.unit != "points"


_COUNTED = re.compile(r"SELECT\s+COUNT\(", re.I)


def _measures(found: Stated) -> bool:
    """Whether a figure measures ('10 hours'): it is no number of rows."""
    behind = found.line[max(0, found.line.find(found.figure.text)) + len(found.figure.text) :]
    return re.match(rf"\s*(?:{MEASURE_WORDS[found.sheet.lang]})\b", _fold(behind)) is not None


def closeness(figure: Figure, value: float) -> float:
    """1 where they are one figure as printed, falling to 0 at a fifth apart."""
    if same_as_printed(figure, value):
        return 1.0
    apart = abs(figure.value - value) / max(abs(value), 1e-9)
    return next((grade for limit, grade in _CLOSE if apart <= limit), 0.0)


def same_as_printed(figure: Figure, value: float) -> bool:
    """Whether `value`, rounded as the figure is printed, is the figure; 'about' is given two and a half per cent."""
    about = 0.025 * abs(value) if figure.approximate else 0.0
    return any(abs(reading - value) <= max(about, 0.50005 * step + 1e-9) for reading, step in figure.readings)


def _may_differ(figure: Figure, value: float) -> bool:
    """Whether two figures may be one quantity at all: of one size, or a power of thousand or a tax apart."""
    ratio = abs(figure.value / value) if value else 0.0
    return 0.5 <= ratio <= 2.0 or any(abs(ratio / scale - 1) < 0.01 for scale in (1e-6, 1e-3, 100.0, 0.01, 1e3, 1e6))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def compare_claim(text: str, lang: str, result: QueryResult) -> Comparison | None:
    """The amount that a question names, with its bound ('more than 50'), beside the only figure of a result; None where
    there is no such pair. It has no file and no citation."""
    tabled = read_result(result)
    figures = read_figures(text, lang)
    if len(tabled) != 1 or not figures or (figures[0].unit == "percent") != (tabled[0][2] == "percent"):
        return None
    return compare_amount(text, lang, tabled[0][1])


def compare_amount(text: str, lang: str, value: float) -> Comparison:
    """The first amount of a text, with its bound, beside a value."""
    figure = read_figures(text, lang)[0]
    found = _laid_beside(figure, "", value, ("", 0), "", "")
    bound = bound_of(text[: figure.start], text[figure.end :])
    if not bound and figure.value:
        return found
    verdict = "agree" if within(bound, value, figure.value) else "differ"
    return replace(found, stated=" ".join(text.split()), verdict=verdict, reason="bound")


def _match(label: str, value: float, unit: Unit, found: Stated, asked: Asked) -> Match:
    about = f"{found.sheet.file} {found.sheet.about}"
    place = (found.sheet.file, found.sheet.page.number)
    comparison = _laid_beside(found.figure, label, value, place, found.line, about, asked.sql)
    return Match(comparison, found.sheet, found.start, found.end)


def _laid_beside(
    figure: Figure, label: str, value: float, place: tuple[str, int], line: str, about: str, sql: str = ""
) -> Comparison:
    """A figure of a file's page beside a value of the rows: how far apart, and why that may be."""
    documented = next((reading for reading, step in figure.readings if abs(reading - value) <= step), figure.value)
    in_points = figure.unit == "percent"
    apart = abs(documented - value) if in_points else 100 * abs(documented - value) / max(abs(value), 1e-9)
    agree = same_as_printed(figure, value)
    reason, params = explain(figure, documented, value, agree, line, about, sql)
    return Comparison(
        label, 0, *place, " ".join(figure.text.split()), documented, value, round(apart, 2),
        "agree" if agree else "differ", reason, params, in_points,
    )  # fmt: skip
