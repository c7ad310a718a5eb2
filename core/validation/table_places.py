"""The figures of a table's cells, each with its row's label, its column's header, the section above it and the title.
It knows no prose (see places).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.records import PageTable
from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.measures import Quantity, fold, lexicon
from core.validation.places import OWN, SECTION, SENTENCE, Context, Place, merge_dates, merge_keys, way_of
from core.validation.quantities import read_quantities
from core.validation.vocabulary import Vocabulary

_PERCENT_LABEL = re.compile(
    r"%|\bper ?cent|\bporcentaje|\bpercentage|\brate\b|\btasa\b|\bmargin\b|\bmargen\b|"
    r"\bshare(?! *-|s? of)\b|\bcuota\b|\bpeso\b",
    re.I,
)

_BRACKETS = re.compile(r"\(([^()]{1,24})\)")
_SCALES = re.compile(
    r"\b(thousands|millions|billions)\b|\b(?:in|en)\s+(?:[€$£]\s?)?(miles|millones|million|thousand|billion)\b|"
    r"[€$£¥]\s?(m|mn|k|bn|million|thousand|billion)\b|\b(m|mn|k)\s?€|(?:['’]|[€$£]\s?)(000)s?\b|"
    r"\b(thousand|miles|million|millones|billion)\s*(?:de\s+)?(?:€|eur|\$|usd|euros|dollars|dolares)|"
    r"\((thousand|million|billion|miles|millones|mill)\b|\b(?:eur|usd|gbp|rmb|nok|sek|dkk|inr|hk\$|s\$)['’]?\s?(m|mn|k|thousand|million|billion)\b",
)


def table_places(
    table: PageTable,
    number: int,
    lang: str,
    vocabulary: Vocabulary,
    where: tuple[int, int],
    above: str = "",
    mark: str = "",
) -> tuple[list[Place], list[DateSpan]]:
    """The figures of a table's cells, each with its row's label, its column's header and the section above it.
    `above` is the text over the table, which may say what its figures are in; `mark` the decimal mark."""
    scale = _scale_of(table, above)
    whole_unit = _bracketed_unit(f"{above}\n{table.title}") if table.rows else ""
    cells = [[_Cell(text, lang, vocabulary, mark) for text in row] for row in table.rows]
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
            context = _merge(title, (section, SECTION), (headers.get(c, {}), OWN), (label, OWN))
            if not cell.figure:
                cell.add_to(context, OWN)
            is_percent = bool(_PERCENT_LABEL.search(f"{row_text} {labels.get(c, '')} {table.title}"))
            follows = row[c + 1].text.strip() if c + 1 < len(row) else ""
            is_percent = is_percent or follows in ("%", ")%", ") %")
            line, header = (*where, -1 - number, r), headers.get(c, {})
            unit = _bracketed_unit(labels.get(c, "")) or whole_unit
            own = declared_scales(labels.get(c, "")) - {1.0}
            scaled = next(iter(own)) if len(own) == 1 else scale
            places += [
                Place(_of_unit(q, unit), context, line, c, is_percent, way_of(q, ()), header=header, scale=scaled)
                for q in cell.quantities
            ]
    return places, dates


def _merge(base: Context, *parts: tuple[Context, float]) -> Context:
    """`base` with the keys of each part at the part's weight, where that is more."""
    merged = {**base}
    for part, weight in parts:
        for key in part:
            merged[key] = max(merged.get(key, 0.0), weight)
    return merged


def _bracketed_unit(text: str) -> str:
    """The unit of measure that stands alone in the last brackets of a title or header: 'Output (GWh)'."""
    found = _BRACKETS.findall(fold(text))
    unit = lexicon()["units"].get(found[-1].strip(), "") if found else ""
    return unit if unit in lexicon()["worth"] else ""


def _of_unit(quantity: Quantity, unit: str) -> Quantity:
    bare = quantity.kind == "number" and not quantity.unit and quantity.scale == 1.0
    return replace(quantity, unit=unit) if unit and bare else quantity


def _scale_of(table: PageTable, above: str) -> float:
    """What a table says its figures are in; 1 where it says nothing, or two things."""
    heads = [
        row for row in table.rows[:4] if sum(bool(re.search(r"\d{2}[.,]?\d", cell)) for cell in row[1:]) <= len(row) / 2
    ]
    for text in (" ".join((table.title, *(cell for row in heads for cell in row))), above):
        found = declared_scales(text) - {1.0}
        if found:
            return next(iter(found)) if len(found) == 1 else 1.0
    return 1.0


def declared_scales(text: str) -> frozenset[float]:
    """The scales that a text says its figures are in: '(in millions)', 'miles de euros'."""
    names = {"b": 1e9, "t": 1e3, "k": 1e3, "0": 1e3}
    found = {1.0}
    for match in _SCALES.finditer(fold(text)):
        word = next(group for group in match.groups() if group)
        found.add(1e3 if word == "miles" else names.get(word[0], 1e6))
    return frozenset(found)


def mark_quoted(places: Sequence[Place], table: PageTable, quote: str) -> list[Place]:
    """The places of a table, those of rows that a quote holds set apart from the others."""
    held = {r for r, row in enumerate(table.rows) if _holds_row(quote, row)}
    held |= {0} if held else set()  # its header speaks for every row
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

    def __init__(self, text: str, lang: str, vocabulary: Vocabulary, mark: str) -> None:
        self.text = text
        self.dates = read_dates(text) or _lone_month(text)
        spans = [(d.start, d.end) for d in self.dates]
        self.quantities = [q for q in read_quantities(text, spans, mark, lang) if q.kind != "code"]
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
