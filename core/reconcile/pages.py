"""The figures that a page states, each with the words that say what it is: its line, its column, the heading above.

It knows no question; `compare.py` chooses among them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from core.reconcile.figures import Figure, read_figures, stated_scale
from core.records import Page

Terms = Callable[[str, str], frozenset[str]]

EXACT_DIGITS = 4  # so many digits are the same by chance only rarely
_BESIDE = 14  # characters beside a figure in which a year is its own
_HEAD = 400  # characters of a page that may say 'in thousands' for all of it
_HEADING = 90
_CHART_QUOTE = 300  # characters from a chart's heading to the figure that are quoted with it


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to look at: its text in a language, whose it is, and what is known of it from outside (name, title)."""

    document_id: int
    file: str
    page: Page
    lang: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure of a document: its line, the terms `near` it and those `known` of its document, what stands right
    beside it (a column's heading, a few characters), the share of the question that all this says, and the heading and
    column `above` it."""

    sheet: Sheet
    figure: Figure
    start: int
    end: int
    line: str
    near: frozenset[str]
    known: frozenset[str]
    beside: str
    said: float = 0.0
    above: str = ""
    mark: bool = False  # a point of a chart: which one it is cannot be told, so it can only agree


@functools.lru_cache(maxsize=128)
def read_sheet(sheet: Sheet, terms: Terms) -> tuple[Stated, ...]:
    """The figures of a page, each with the terms that stand around it."""
    text, found, header, above = sheet.page.text, [], "", ""
    page_scale = scale = stated_scale(text[:_HEAD])
    known = terms(f"{sheet.file} {sheet.about}", sheet.lang)
    for line in re.finditer(r"[^\n]+", text):
        cells = line.group().split("\t")
        if not _has_words(cells):
            continue
        figures = read_figures(line.group(), sheet.lang, scale)
        if len(cells) > 1 and (not header or not _has_label_and_figures(cells, figures)):
            header = line.group()
        if _is_heading(line.group()) and not figures:
            above, header = line.group(), ""
            scale = stated_scale(above) if stated_scale(above) != 1.0 else page_scale
        for start, end in _sentences(line.group()) if len(cells) == 1 else [(0, len(line.group()))]:
            inside = [figure for figure in figures if start <= figure.start < end]
            if not inside:
                continue
            said = terms(line.group()[start:end], sheet.lang)
            for figure in inside:
                column = _column_of(figure, line.group(), header) if len(cells) > 1 else ""
                near = said | terms(f"{above} {column}", sheet.lang)
                beside = line.group()[max(start, figure.start - _BESIDE) : figure.end + _BESIDE]
                beside = column if len(cells) > 1 else beside
                place = (line.start() + start, line.start() + end)
                found.append(
                    Stated(
                        sheet, figure, *place, line.group()[start:end], near, known, beside, above=f"{above} {column}"
                    )
                )
    return (*found, *_read_charts(sheet, terms, known))


def _is_heading(line: str) -> bool:
    return "\t" not in line and len(line) < _HEADING


def _read_charts(sheet: Sheet, terms: Terms, known: frozenset[str]) -> list[Stated]:
    """Figures printed at the points of a chart, told by its heading alone, a legend or unit below it included; round
    ones mark its axis."""
    text, found, title, begins, heads = sheet.page.text, [], "", 0, False
    for line in re.finditer(r"[^\n]+", text):
        if _has_words(line.group().split("\t")):
            joins, heads = heads, _is_heading(line.group())
            begins = begins if joins and heads else line.start()
            title = f"{title} {line.group()}" if joins and heads else line.group() if heads else ""
            continue
        heads = False
        figures = read_figures(line.group(), sheet.lang, stated_scale(title))
        start = begins if line.end() - begins <= _CHART_QUOTE else line.start()
        found += [
            Stated(sheet, figure, start, line.end(), title, terms(title, sheet.lang), known, "", mark=True)
            for figure in figures
            if title and digits_of(figure) >= EXACT_DIGITS
        ]
    return found


def _has_words(cells: list[str]) -> bool:
    """Whether a line says what its figures are; else they are marks of a chart. 'I+D' is a label of a row."""
    labelled = len(cells) > 1 and re.search(r"[^\W\d_]", cells[0])
    return bool(labelled) or any(re.search(r"[^\W\d_]{2}", cell) for cell in cells)


def _has_label_and_figures(cells: list[str], figures: list[Figure]) -> bool:
    return bool(figures) and not re.fullmatch(r"\W*\d[\d.,]*\W*", cells[0].strip() or "0")


def _sentences(line: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in re.finditer(r"[.;!?](?=\s+[A-ZÁÉÍÓÚÑ¿“\"(])", line)]
    starts = [0, *ends]
    return [(a, b) for a, b in zip(starts, [*ends, len(line)], strict=True) if line[a:b].strip()]


def _column_of(figure: Figure, line: str, header: str) -> str:
    cells = header.split("\t")
    place = line[: figure.start].count("\t")
    return cells[place] if place < len(cells) else ""


def digits_of(figure: Figure) -> int:
    """How many digits it is printed with, zeros at its ends left out; one for a number in words."""
    return len(re.sub(r"\D", "", figure.text).strip("0")) or 1
