"""Which column of a result holds its figures, its names, its time: what a follow-up speaks of.

It looks at names and cells; it changes nothing.
"""

from __future__ import annotations

import datetime
import re

from core.records import QueryResult
from core.sql.language.lexicon import fold


def measure_of(result: QueryResult) -> str | None:
    """The last column of figures that is no unit of time."""
    for place in reversed(range(len(result.columns))):
        cells = [row[place] for row in result.rows if row[place] is not None]
        if cells and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in cells):
            return None if place == 0 and len(result.columns) > 1 else result.columns[place]
    return None


def label_of(result: QueryResult) -> str | None:
    """The first column of names."""
    for place, name in enumerate(result.columns):
        if result.rows and all(isinstance(row[place], str) for row in result.rows):
            return name
    return None


_UNITS = re.compile(r"^(?:day|week|month|quarter|year|date|dia|semana|mes|trimestre|ano|fecha)\b")


def time_of(result: QueryResult) -> str | None:
    """The first column of days, months or years."""
    for place, name in enumerate(result.columns):
        cells = [row[place] for row in result.rows]
        if _UNITS.match(fold(name)) or (cells and all(isinstance(cell, datetime.date) for cell in cells)):
            return name
    return None


def column_called(name: str, result: QueryResult) -> str:
    """The result column whose name shares a word's beginning with `name`; '' where none or several do."""
    wanted = {word[:4] for word in fold(name).split() if len(word) > 2}
    found = [
        column for column in result.columns if wanted & {word[:4] for word in re.findall(r"[^\W_]+", fold(column))}
    ]
    return found[0] if len(found) == 1 else ""


def falls(result: QueryResult, column: str) -> bool:
    """Whether the rows go down in that column, as far as one can see."""
    place = result.columns.index(column)
    cells = [row[place] for row in result.rows if row[place] is not None]
    return len(cells) > 1 and cells[0] > cells[-1]
