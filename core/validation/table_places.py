"""The figures of a table's cells, each with its row's label, its column's header, the section above it and the title.
It knows no prose (see places).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.records import PageTable
from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.measures import fold, lexicon
from core.validation.places import OWN, SECTION, SENTENCE, Context, Place, merge_dates, merge_keys, way_of
from core.validation.quantities import read_quantities
from core.validation.vocabulary import Vocabulary

_PERCENT_LABEL = re.compile(
    r"%|\bper ?cent|\bporcentaje|\bpercentage|\brate\b|\btasa\b|\bmargin\b|\bmargen\b|\bshare\b|\bcuota\b|\bpeso\b",
    re.I,
)


def table_places(
    table: PageTable, number: int, lang: str, vocabulary: Vocabulary, where: tuple[int, int]
) -> tuple[list[Place], list[DateSpan]]:
    """The figures of a table's cells, each with its row's label, its column's header and the section above it."""
    cells = [[_Cell(text, lang, vocabulary) for text in row] for row in table.rows]
    title = merge_keys(vocabulary.read(table.title, lang), SENTENCE)
    dates = read_dates(table.title)
    merge_dates(dates, SENTENCE, title)
    places: list[Place] = []
    headers: dict[int, Context] = {}
    labels: dict[int, str] = {}
    section: Context = {}
    for r, row in enumerate(cells):
        dates += [d for cell in row for d in cell.dates]
        has_figures = any(cell.figure for cell in row)
        if r == 0 or not has_figures:
            section = _read_header(row, headers, labels, section, first=r == 0, width=len(cells[0]))
            if r == 0 and not has_figures:
                continue
        label: Context = {}
        for cell in row:
            if not cell.figure:
                cell.add_to(label, OWN)
        row_text = " ".join(cell.text for cell in row if not cell.figure)
        for c, cell in enumerate(row):
            if not cell.quantities:
                continue
            context = {**title}
            for part, weight in ((section, SECTION), (headers.get(c, {}), OWN), (label, OWN)):
                for key in part:
                    context[key] = max(context.get(key, 0.0), weight)
            if not cell.figure:
                cell.add_to(context, OWN)
            is_percent = bool(_PERCENT_LABEL.search(f"{row_text} {labels.get(c, '')} {table.title}"))
            places += [
                Place(q, context, (*where, -1 - number, r), c, is_percent, way_of(q, ())) for q in cell.quantities
            ]
    return places, dates


def mark_quoted(places: Sequence[Place], table: PageTable, quote: str) -> list[Place]:
    """The places of a table, those of rows that a quote holds set apart from the others."""
    held = {r for r, row in enumerate(table.rows) if _holds_row(quote, row)}
    return [place if place.line[3] in held else replace(place, quoted=False) for place in places]


def _holds_row(quote: str, row: Sequence[str]) -> bool:
    """Whether a quote holds a row's figures, most of them: it may be cut."""
    cells = [" ".join(cell.split()) for cell in row if cell.strip()]
    said = " ".join(quote.split())
    return bool(cells) and sum(cell in said for cell in cells) >= max(1, 0.7 * len(cells)) and cells[0] in said


def _read_header(row, headers, labels, section: Context, *, first: bool, width: int) -> Context:
    """Take a row without figures as headers of its columns, or as the heading of a section; returns the section."""
    filled = [c for c, cell in enumerate(row) if cell.text.strip()]
    if not first and len(filled) == 1 and filled[0] == 0 and width > 1:
        return row[0].add_to({}, OWN)
    for c, cell in enumerate(row):
        spread = cell
        if not cell.text.strip() and c > 0 and len(filled) == 1 and filled[0] > 0:
            spread = row[filled[0]]
        spread.add_to(headers.setdefault(c, {}), OWN)
        labels[c] = f"{labels.get(c, '')} {cell.text}"
    return section


class _Cell:
    """A cell of a table: its text, whether it is a figure, and what it says."""

    def __init__(self, text: str, lang: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.dates = read_dates(text) or _lone_month(text)
        self.quantities = [q for q in read_quantities(text, [(d.start, d.end) for d in self.dates]) if q.kind != "code"]
        self.words = vocabulary.read(text, lang)
        rest = "".join(char for at, char in enumerate(text) if not any(q.start <= at < q.end for q in self.quantities))
        self.figure = bool(self.quantities) and not re.search(r"[^\W\d_]{3}", rest.partition("(")[0])

    def add_to(self, context: Context, weight: float) -> Context:
        merge_keys(self.words, weight, context)
        return merge_dates(self.dates, weight, context)


def _lone_month(text: str) -> list[DateSpan]:
    """A cell that is a month's name and nothing else."""
    month = lexicon()["months"].get(fold(text.strip(" .")))
    return [DateSpan(0, len(text), text, (Moment(month=month),))] if month else []
