"""The rows of a result as a source: its cells with the labels of their row and column, and what can be computed from a
column: totals, counts, averages, quartiles, extremes, shares, differences.

It runs no statement, and reads no more than the first rows of a large result for labels.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.records import QueryResult
from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.measures import Quantity, fold, lexicon
from core.validation.places import OWN, Context, Place, merge_dates, merge_keys
from core.validation.vocabulary import Vocabulary

ROWS_READ = 2000
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LOOSE = (
    "h",
    "l",
    "g",
    "t",
    "m",
    "year",
    "ano",
    "month",
    "mes",
    "quarter",
    "trimestre",
    "day",
    "dia",
    "week",
    "semana",
)
_SCALES = {
    "thousand": 1e3,
    "thousands": 1e3,
    "miles": 1e3,
    "million": 1e6,
    "millions": 1e6,
    "millones": 1e6,
    "billions": 1e9,
}
_SHORT = re.compile(r"(k|m|mm|mn|bn)(eur|usd|gbp|mxn|chf|nok|sek|dkk|brl)")  # 'revenue_musd', 'kEUR'
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "bn": 1e9}
_PERCENT_NAMES = ("%", "percent", "porcentaje", "pct", "rate", "tasa", "ratio", "share", "margin", "margen", "cuota")


@dataclass(frozen=True, slots=True)
class Computed:
    """A figure of a whole column, or of the rows where `column` is None: total, mean, median, count, range, quartile,
    missing, distinct, top_share (of the first few), exceed (rows where one column is above another), compared."""

    name: str
    value: float
    column: int | None = None


@dataclass(frozen=True)
class Rows:
    """`numbers[c]` are the figures of column c, None where there is none; `labels[r]` the row's words, `columns[c]`
    those of a column's name, `units[c]` the currency or unit that it names, `scales[c]` what its figures are in;
    `said_by[text]` the keys of each word of a text cell."""

    result: QueryResult
    numbers: dict[int, list[float | None]]
    labels: list[Context]
    dates: list[DateSpan]
    text: str
    computed: list[Computed]
    columns: list[Context]
    units: list[str]
    scales: list[float] = field(default_factory=list)
    said_by: dict[str, list[frozenset[str]]] = field(default_factory=dict)

    def places(self, r: int, c: int) -> Place:
        """A cell as a figure with its words."""
        value = self.numbers[c][r]
        context = {**self.columns[c], **self.labels[r]}
        name = fold(self.result.columns[c])
        percent = any(word in name for word in _PERCENT_NAMES)
        quantity = Quantity(0, 0, str(value), ((abs(value), 0.0),), negative=value < 0)
        return Place(quantity, context, (0, 0, -1000, r), c, percent, header=self.columns[c], scale=self.scales[c])

    def column_place(self, c: int, value: float) -> Place:
        """A figure of a whole column as a figure with the column's words."""
        quantity = Quantity(0, 0, str(value), ((abs(value), 0.0),), negative=value < 0)
        return Place(quantity, self.columns[c], (0, 0, -2000, 0), c, header=self.columns[c])

    def cells(self) -> Iterable[tuple[int, int, float]]:
        """(row, column, value) of every number."""
        for c, values in self.numbers.items():
            for r, value in enumerate(values):
                if value is not None:
                    yield r, c, value


def read_rows(result: QueryResult, vocabulary: Vocabulary) -> Rows:
    """`result` as a source. Dates of cells are read; numbers in text cells are labels, not figures."""
    numbers: dict[int, list[float | None]] = {}
    rows = result.rows[:ROWS_READ]
    for c in range(len(result.columns)):
        values = [_number(row[c]) for row in rows]
        if any(value is not None for value in values):
            numbers[c] = values
    labels, dates, texts, said_by = [], [], list(result.columns), {}
    for row in rows:
        label: Context = {}
        for c, cell in enumerate(row):
            if cell is None or c in numbers:
                year = c in numbers and isinstance(cell, int) and 1900 <= cell <= 2100
                if year:
                    label[f"@year{cell}"] = OWN
                    dates.append(DateSpan(0, 4, str(cell), (Moment(year=cell),)))
                continue
            text = str(cell)
            texts.append(text)
            if text not in said_by:
                said_by[text] = _words_of(vocabulary, text)
            for keys in said_by[text]:
                label.update(dict.fromkeys(keys, OWN))
            found = read_dates(text)
            merge_dates(found, OWN, label)
            dates += found
        labels.append(label)
    columns, units = [], [_unit_of(name) for name in result.columns]
    for name in result.columns:
        spaced = name.replace("_", " ")
        found = read_dates(spaced) or [
            DateSpan(*at.span(), at.group(), (Moment(year=int(at.group())),)) for at in _YEAR.finditer(spaced)
        ]
        dates += found
        columns.append(merge_dates(found, OWN, _merge_both(vocabulary, spaced, {})))
    return Rows(
        result,
        numbers,
        labels,
        dates,
        fold("\n".join(texts)),
        _compute(result, numbers),
        columns,
        units,
        [scale_of(name) for name in result.columns],
        said_by,
    )


def _words_of(vocabulary: Vocabulary, text: str) -> list[frozenset[str]]:
    """The keys of each word of a cell that says something, in both languages: a table's words may be of either."""
    both = zip(vocabulary.read(text, "en"), vocabulary.read(text, "es"), strict=True)
    pairs = [[word for word in pair if not word.stop] for pair in both]
    return [frozenset().union(*(word.keys for word in pair)) for pair in pairs if pair]


def _merge_both(vocabulary: Vocabulary, text: str, into: Context) -> Context:
    """The keys of a column's words, in both languages."""
    for lang in ("en", "es"):
        merge_keys(vocabulary.read(text, lang), OWN, into)
    return into


def _unit_of(name: str) -> str:
    """The currency or unit of measure that a column's name gives."""
    table = lexicon()
    words = [_short(word)[1] for word in re.findall(r"[^\W\d_]+|[€$£¥₹]", fold(name))]
    named = [kind[w] for kind in (table["currencies"], table["units"]) for w in words if w in kind and w not in _LOOSE]
    return named[0] if named else ""


def scale_of(name: str) -> float:
    """What the figures of a column are in, by its name: 1,000 for 'value_thousand_usd'."""
    words = re.findall(r"[^\W\d_]+", fold(name))
    return next((scale for scale in (_SCALES.get(word) or _short(word)[0] for word in words) if scale != 1.0), 1.0)


def _short(word: str) -> tuple[float, str]:
    """The scale and the currency of 'musd', else 1 and the word."""
    found = _SHORT.fullmatch(word)
    return (_SHORT_SCALES[found[1]], found[2]) if found else (1.0, word)


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if math.isfinite(cell) else None
    if type(cell).__name__ == "Decimal":
        return float(cell)  # type: ignore[arg-type]
    return None


def _compute(result: QueryResult, numbers: dict[int, list[float | None]]) -> list[Computed]:
    """Figures of whole columns, and the counts of rows and of distinct values."""
    found = [Computed("count", float(len(result.rows))), Computed("count", float(len(result.columns)))]
    for c, values in numbers.items():
        present = sorted(value for value in values if value is not None)
        found += [Computed(name, value, c) for name, value in _of_column(present)]
        found.append(Computed("missing", float(len(values) - len(present))))
    for c in range(len(result.columns)):
        if c not in numbers:
            cells = [row[c] for row in result.rows[:ROWS_READ]]
            found.append(Computed("distinct", float(len(set(map(str, cells))))))
            found.append(Computed("missing", float(cells.count(None))))
    for one, other in itertools.permutations(list(numbers)[:8], 2):
        pairs = [(a, b) for a, b in zip(numbers[one], numbers[other], strict=True) if a is not None and b is not None]
        found.append(Computed("exceed", float(sum(a > b for a, b in pairs))))
    return found


def _of_column(present: Sequence[float]) -> list[tuple[str, float]]:
    total = math.fsum(present)
    found = [("total", total), ("mean", total / len(present)), ("median", statistics.median(present))]
    found += [("count", float(len(present))), ("distinct", float(len(set(present))))]
    found += [("range", present[-1] - present[0])]
    for share in (0.25, 0.75):
        place = share * (len(present) - 1)
        low = int(place)
        high = min(low + 1, len(present) - 1)
        found.append(("quartile", present[low] + (present[high] - present[low]) * (place - low)))
    if total:
        top, running = sorted(present, reverse=True), 0.0
        for n, value in enumerate(top[:10]):
            running += value
            if n:
                found.append(("top_share", 100 * running / total))
    return found
