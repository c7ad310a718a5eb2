"""The rows of a result as a source: its cells with the labels of their row and column, and what can be computed from a
column: totals, counts, averages, quartiles, extremes, shares, differences.

It runs no statement, and reads no more than the first rows of a large result for labels.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.records import QueryResult
from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.measures import Quantity, fold
from core.validation.places import OWN, Context, Place, merge_dates, merge_keys
from core.validation.vocabulary import Vocabulary

ROWS_READ = 2000
_PERCENT_NAMES = ("%", "percent", "porcentaje", "pct", "rate", "tasa", "ratio", "share", "margin", "margen", "cuota")


@dataclass(frozen=True)
class Rows:
    """`numbers[c]` are the figures of column c, None where there is none; `labels[r]` the row's words; `computed` are
    figures of whole columns: (name, value)."""

    result: QueryResult
    numbers: dict[int, list[float | None]]
    labels: list[Context]
    dates: list[DateSpan]
    text: str
    computed: list[tuple[str, float]]
    columns: list[Context]

    def places(self, r: int, c: int) -> Place:
        value = self.numbers[c][r]
        context = {**self.columns[c], **self.labels[r]}
        name = fold(self.result.columns[c])
        percent = any(word in name for word in _PERCENT_NAMES)
        quantity = Quantity(0, 0, str(value), ((abs(value), 0.0),), negative=value < 0)
        return Place(quantity, context, (0, 0, -1000, r), c, percent)

    def cells(self) -> Iterable[tuple[int, int, float]]:
        for c, values in self.numbers.items():
            for r, value in enumerate(values):
                if value is not None:
                    yield r, c, value


def read_rows(result: QueryResult, lang: str, vocabulary: Vocabulary) -> Rows:
    """`result` as a source. Dates of cells are read; numbers in text cells are labels, not figures."""
    numbers: dict[int, list[float | None]] = {}
    rows = result.rows[:ROWS_READ]
    for c in range(len(result.columns)):
        values = [_number(row[c]) for row in rows]
        if any(value is not None for value in values):
            numbers[c] = values
    labels, dates, texts = [], [], list(result.columns)
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
            merge_keys(vocabulary.read(text, lang), OWN, label)
            found = read_dates(text)
            merge_dates(found, OWN, label)
            dates += found
        labels.append(label)
    columns = [merge_keys(vocabulary.read(name.replace("_", " "), lang), OWN) for name in result.columns]
    return Rows(result, numbers, labels, dates, fold("\n".join(texts)), _compute(result, numbers), columns)


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if math.isfinite(cell) else None
    if type(cell).__name__ == "Decimal":
        return float(cell)  # type: ignore[arg-type]
    return None


def _compute(result: QueryResult, numbers: dict[int, list[float | None]]) -> list[tuple[str, float]]:
    """Figures of whole columns, and the counts of rows and of distinct values."""
    found = [("count", float(len(result.rows))), ("count", float(len(result.columns)))]
    for values in numbers.values():
        present = sorted(value for value in values if value is not None)
        found += _of_column(present)
        found.append(("missing", float(len(values) - len(present))))
    for c in range(len(result.columns)):
        if c not in numbers:
            cells = [row[c] for row in result.rows[:ROWS_READ]]
            found += [("distinct", float(len(set(map(str, cells))))), ("missing", float(cells.count(None)))]
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
        for value in top[:10]:
            running += value
            found += [("share", 100 * value / total), ("share", 100 * running / total)]
    return found
