"""'the distribution of tenure', 'histogram of prices': how many rows fall into each range of a number.

It finds the column and the width of the ranges; `render.py` writes them.
"""

from __future__ import annotations

import math

from core.sql.business.aggregates import named_columns
from core.sql.business.plan import BusinessPlan, Measure
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.linking.link import Links

RANGES = 20  # at most about so many
_BETWEEN = 2  # words as in 'of the'
FEW_VALUES = 24  # a whole number with no more values than this is counted value by value


def find_spread(links: Links, schema: Schema, window: tuple[int, int]) -> BusinessPlan | None:
    """The rows of a table by ranges of the number column that is named beside the word for it, or None."""
    beside = [
        (n, m)
        for n, m in named_columns(links, schema)
        if m.end == window[0] or window[1] <= m.start <= window[1] + _BETWEEN
    ]
    if not beside:
        return None
    number, mention = beside[0]
    entry = schema.columns[number]
    measure = Measure("count", entry.table, (), "*", window)
    covered = frozenset([*range(*window), *range(mention.start, mention.end)])
    return BusinessPlan(measure, (number,), window="spread", lang=links.lang, covered=covered)


def range_width(entry: ColumnEntry) -> float | None:
    """Width of the ranges: 1, 2 or 5 times a power of ten; None where each value is counted by itself.

    Ranges of whole numbers are at least 1 wide."""
    low, high = entry.column.minimum, entry.column.maximum
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)) or high <= low:
        return None
    whole = isinstance(low, int) and isinstance(high, int)
    if whole and (entry.column.distinct or 0) <= FEW_VALUES:
        return None
    least = (high - low) / RANGES
    power = 10.0 ** math.floor(math.log10(least))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))
    return max(1, round(width)) if whole else width
