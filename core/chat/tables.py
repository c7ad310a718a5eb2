"""Rows of tables as evidence: which row of which table a span is, what its columns are called, which cell a question
means.

Tables arrive parsed (`Page.tables`); nothing here finds one in a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.chat.spans import find_spans
from core.chat.words import Vocabulary, Word, fold
from core.records import Page, PageTable

_FIGURE = re.compile(r"\d")
_QUARTER = re.compile(
    r"\b(?:q([1-4])|([1-4])q|([1-4])t|t([1-4])|(first|second|third|fourth|primer|segundo|tercer"
    r"|cuarto) (?:quarter|trimestre))\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4}
_QUARTER_WORDS = {
    "q1": "Q1 T1 first quarter primer trimestre",
    "q2": "Q2 T2 second quarter segundo trimestre",
    "q3": "Q3 T3 third quarter tercer trimestre",
    "q4": "Q4 T4 fourth quarter cuarto trimestre",
}
_LENGTH = re.compile(
    r"\b(?:(three months|quarter|quarterly|tres meses|trimestre|trimestral)"
    r"|(six months|half[- ]year|seis meses|semestre)|(nine months|nueve meses)"
    r"|(twelve months|full year|fiscal year|year ended|annual|doce meses|ejercicio|anual))\b"
)
_WORDS = re.compile(r"\w+")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row on its page: its range there, its cells with their ranges, and its columns' headings. `section` is
    the line of words alone that it stands under ('Gross margin percentage:'), `scale` what its figures are counted in
    as the table says it ('in millions'), '' where it does not."""

    start: int
    end: int
    cells: tuple[tuple[str, int, int], ...]
    headings: tuple[str, ...]
    title: str
    section: str = ""
    scale: str = ""

    @property
    def label(self) -> str:
        return self.cells[0][0] if self.cells else ""

    @property
    def periods(self) -> str:
        """The quarters of the headings as they may be asked for in either language."""
        return " ".join(_QUARTER_WORDS[p] for h in self.headings for p in sorted(_periods(h)) if p in _QUARTER_WORDS)


def rows_of(page: Page) -> list[Row]:
    """Every body row of the page's tables that can be placed in its text."""
    return [row for table in page.tables for row in _rows(page.text, table)]


def _rows(text: str, table: PageTable) -> list[Row]:
    heads = _head_rows(table.rows)
    width = max((len(row) for row in table.rows), default=0)
    headings = tuple(
        " ".join(dict.fromkeys(row[c].strip() for row in table.rows[:heads] if c < len(row) and row[c].strip()))
        for c in range(width)
    )
    found, at, section = [], table.start, ""
    said = _SCALE.findall(f"{text[max(0, table.start - _ABOVE) : table.start]} {table.title} {' '.join(headings)}")
    scale = said[-1] if said else ""
    for number, cells in enumerate(table.rows):
        placed, end = _place(text, cells, at, table.end)
        if not placed:
            continue
        at = end
        if number < heads:
            continue
        if len(table.rows) > 3 and _opens_section(placed, width):
            section = placed[0][0].strip().rstrip(":")
            continue
        found.append(Row(placed[0][1], end, tuple(placed), headings, table.title, section, scale))
        if _TOTAL.match(fold(placed[0][0])):
            section = ""
    return found


_ABOVE = 300  # characters over a table that may say what it counts in
_SCALE = re.compile(
    r"\b(?:in (?:thousands|millions|billions)(?: of (?:[$€£]|(?:US |U\.S\. )?[a-z]+))?"
    r"|en (?:miles de millones|miles|millones)(?: de (?:[$€£]|[a-z]+))?)",
    re.I,
)
_TOTAL = re.compile(r"(?:grand )?totals?\b|suma\b")


def _opens_section(placed: Sequence[tuple[str, int, int]], width: int) -> bool:
    """Whether a row is a line of words over the rows that follow, in a table of figures."""
    label = placed[0][0].strip()
    return width > 1 and bool(label) and not _FIGURE.search(label) and not any(text for text, _, _ in placed[1:])


def _head_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows head the table: the first, and what follows it while it holds no figure but years and quarters."""
    heads = 0
    for row in rows[:3]:
        body = [cell for cell in row[1:] if cell.strip()]
        plain = [cell for cell in body if not _FIGURE.search(_QUARTER.sub("", _YEAR.sub("", fold(cell))))]
        if body and len(plain) < len(body):
            break
        heads += 1
        if body and row[0].strip() and heads > 1:
            return heads - 1
    return max(1, heads) if len(rows) > 1 else 0


def _place(text: str, cells: Sequence[str], at: int, stop: int) -> tuple[list[tuple[str, int, int]], int]:
    """Each cell's range in `text`, searched in order from `at`; empty where a cell is not there."""
    placed = []
    for cell in cells:
        value = cell.strip()
        if not value:
            placed.append(("", at, at))
            continue
        start, end = _find(text, value, at, stop)
        if start < 0:
            return [], at
        placed.append((text[start:end], start, end))
        at = end
    filled = [cell for cell in placed if cell[0]]
    return (placed if filled else []), at


def _find(text: str, value: str, at: int, stop: int) -> tuple[int, int]:
    """Where `value` stands in `text[at:stop]`, whatever its white space became; (-1, -1) where it does not."""
    start = text.find(value, at, stop)
    if start >= 0:
        return start, start + len(value)
    match = re.compile(r"\s+".join(re.escape(word) for word in value.split())).search(text, at, stop)
    return match.span() if match else (-1, -1)


def choose_cell(
    row: Row, asked: Sequence[Word], question: str, lang: str, vocabulary: Vocabulary, want: str = ""
) -> int | None:
    """The column whose heading the question names (periods count most), the only figure otherwise, or None.

    `want` 'percent' prefers cells with a percent sign, 'money' and 'number' cells without one; a person or a place is
    no figure; nothing is chosen where another sort of thing is asked for, or several periods are."""
    if want in ("person", "place"):
        return _only_words(row)
    if want in ("duration", "date", "year", "time", "email", "phone", "link"):
        only = _only_sort(row, want, lang)
        if only is not None or want != "duration" or any(_of_sort(want, cell[0], lang) for cell in row.cells[1:]):
            return only  # 'how long is the cable' asks for a length
    periods, months = _periods(question), _months(question) or (3 if _QUARTER.search(fold(question)) else 0)
    if asks_several(row, question):
        return None
    figures = [c for c, (text, _, _) in enumerate(row.cells) if c > 0 and _FIGURE.search(text)]
    scored = []
    for column in figures:
        heading = row.headings[column] if column < len(row.headings) else ""
        words = {key for word in vocabulary.words(heading, lang) if word.weight for key in word.keys}
        shared = sum(word.weight for word in asked if word.keys & words)
        named, length = _periods(heading), _months(heading)
        clash = _clash(periods, named)
        lengths = (months == length) - (months != length) if months and length else 0
        percent = "%" in row.cells[column][0]
        unfit = want in ("money", "number", "percent") and percent != (want == "percent")
        shared += _called(heading, question)
        scored.append((3 * len(periods & named) + shared - 3 * clash + lengths - 0.5 * unfit, -column, column))
    if not scored:
        return None
    best = max(scored)
    tied = [column for score, _, column in scored if score == best[0]]
    if best[0] > 0 and len(tied) == 1:
        return best[2]
    if len(tied) > 1 and best[0] >= 0 and not _YEAR.search(question):
        return _latest(row, tied)
    return figures[0] if len(figures) == 1 and best[0] >= -0.5 else None


def _clash(asked: frozenset[str], named: frozenset[str]) -> bool:
    """Whether a heading speaks of other years, or of other quarters, than the question."""
    for quarters in (True, False):
        one, other = ({p for p in side if p.startswith("q") is quarters} for side in (asked, named))
        if one and other and not one & other:
            return True
    return False


def _latest(row: Row, columns: Sequence[int]) -> int | None:
    """The one column of the latest year, where each says its year: a report's own period, beside those before it."""
    years = {c: max(map(int, _YEAR.findall(row.headings[c])), default=0) for c in columns if c < len(row.headings)}
    if len(years) < len(columns) or not all(years.values()):
        return None
    last = [column for column, year in years.items() if year == max(years.values())]
    return last[0] if len(last) == 1 else None


def _called(heading: str, question: str) -> float:
    """What a column gains for being called by its last words: most for the longest name, since 'X 300 S' also says
    'X 300', and for all of it."""
    name, asked = _WORDS.findall(fold(heading)), f" {' '.join(_WORDS.findall(fold(question)))} "
    said = next((len(name) - n for n in range(len(name)) if f" {' '.join(name[n:])} " in asked), 0)
    return 0.5 * said + 0.5 * (0 < said == len(name))


def _only_words(row: Row) -> int | None:
    """The one cell beside the label that is words."""
    worded = [c for c, (text, _, _) in enumerate(row.cells) if c > 0 and text.strip() and not _FIGURE.search(text)]
    return worded[0] if len(worded) == 1 else None


def _only_sort(row: Row, want: str, lang: str) -> int | None:
    """The one cell beside the label that is of the sort asked for."""
    fit = [c for c, (text, _, _) in enumerate(row.cells) if c > 0 and _of_sort(want, text, lang)]
    return fit[0] if len(fit) == 1 else None


def _of_sort(want: str, text: str, lang: str) -> bool:
    sorts = ("date", "year") if want in ("date", "year") else (want,)
    return any(span.sort in sorts for span in find_spans(text, lang))


def asks_several(row: Row, question: str) -> bool:
    """Whether a question names several years that are columns of the row: all their figures are the answer."""
    years = set(_YEAR.findall(fold(question)))
    return len({year for heading in row.headings for year in _YEAR.findall(fold(heading)) if year in years}) > 1


def _months(text: str) -> int:
    """How many months a heading or a question speaks of: 'Three Months Ended ...'; 0 where it does not say."""
    match = _LENGTH.search(fold(text))
    return next(months for months, group in zip((3, 6, 9, 12), match.groups(), strict=True) if group) if match else 0


def _periods(text: str) -> frozenset[str]:
    folded = fold(text)
    found = set(_YEAR.findall(folded))
    for match in _QUARTER.finditer(folded):
        value = next(group for group in match.groups() if group)
        found.add(f"q{_ORDINALS.get(value, value)}")
    return frozenset(found)


def describe(row: Row, column: int) -> str:
    """'label, heading' of a cell, after the section it stands in: what its figure is."""
    heading = row.headings[column] if column < len(row.headings) else ""
    label = f"{row.section}: {row.label}" if row.section else row.label
    scale = "" if "%" in row.cells[column][0] else row.scale.lower()
    parts = (" ".join(label.split()), " ".join(_SCALE.sub("", heading).split()), " ".join(scale.split()))
    return ", ".join(part.strip(" ,()") for part in parts if part.strip(" ,()"))
