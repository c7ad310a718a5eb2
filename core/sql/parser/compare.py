"""Whether two results are the same answer: rows as a bag (as a list where order is asked for), columns in any order.

Used to measure and to train, and to see which candidates agree. It knows nothing of the parser.
"""

from __future__ import annotations

import datetime
import decimal
import itertools
from collections import Counter
from typing import Any

from core.records import QueryResult

COLUMNS_MAX = 7


def same_answer(gold: QueryResult, found: QueryResult, ordered: bool = False) -> bool:
    """True where both ran and hold the same rows; numbers are compared to six significant digits, or to two decimals
    where one side was rounded to them."""
    if gold.error or found.error or len(gold.rows) != len(found.rows):
        return False
    if not gold.rows:
        return len(gold.columns) == len(found.columns)
    width = len(gold.rows[0])
    if width != len(found.rows[0]):
        return False
    a = [tuple(plain_value(v) for v in row) for row in gold.rows]
    b = [tuple(plain_value(v) for v in row) for row in found.rows]
    orders = _orders(_columns(a, width), _columns(b, width), width)
    return any(_same_rows(*_laid_out(a, b, order), ordered) for order in orders)


def _same_rows(a: list, b: list, ordered: bool) -> bool:
    return a == b if ordered else Counter(a) == Counter(b)


def _columns(rows: list, width: int) -> list[list]:
    return [[row[i] for row in rows] for i in range(width)]


def _laid_out(a: list, b: list, order: tuple[int, ...]) -> tuple[list, list]:
    """a's rows, and b's with their columns in that order; a column that one side has rounded is rounded in both."""
    pairs = [_alike([row[i] for row in a], [row[j] for row in b]) for i, j in enumerate(order)]
    one, other = zip(*pairs, strict=True)
    return list(zip(*one, strict=True)), list(zip(*other, strict=True))


def _alike(one: list, other: list) -> tuple[list, list]:
    """Both columns, in two decimals where one of them was rounded to these and the other was not."""
    if _is_rounded(one) == _is_rounded(other):
        return one, other
    return [_rounded(value) for value in one], [_rounded(value) for value in other]


def _is_rounded(values: list) -> bool:
    """Whether all are fractions of at most two decimals, or missing."""
    return all(value is None or (isinstance(value, float) and round(value, 2) == value) for value in values)


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _orders(a: list[list], b: list[list], width: int) -> Any:
    """Orders of b's columns in which each column holds the same bag of values as a's."""
    bags = [(Counter(one), Counter(other)) for one, other in zip(a, b, strict=True)]
    fits = [[j for j in range(width) if bags[i][0] == bags[j][1] or _same_rounded(a[i], b[j])] for i in range(width)]
    if width > COLUMNS_MAX:
        straight = tuple(range(width))
        return [straight] if all(i in fits[i] for i in range(width)) else []
    return (order for order in itertools.product(*fits) if len(set(order)) == width)


def _same_rounded(one: list, other: list) -> bool:
    if _is_rounded(one) == _is_rounded(other):
        return False
    return Counter(map(_rounded, one)) == Counter(map(_rounded, other))


def plain_value(value: Any) -> Any:
    """A value as it is compared: numbers rounded to six significant digits, dates as text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, decimal.Decimal):
        value = float(value)
    if isinstance(value, float):
        return float(f"{value:.6g}") if value == value else None
    if isinstance(value, int):
        return value if abs(value) < 1e6 else float(f"{value:.6g}")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return str(value.date())
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return str(value)
    if isinstance(value, (list, dict)):
        return str(value)
    return value


def result_key(result: QueryResult, ordered: bool = False) -> int | None:
    """One number for results that hold the same bag of rows, or the same list where `ordered` (columns as they stand);
    None where it failed."""
    if result.error:
        return None
    rows = [tuple(plain_value(v) for v in row) for row in result.rows]
    return hash((len(result.columns), tuple(rows) if ordered else frozenset(Counter(rows).items())))


def same_rows(one: QueryResult, other: QueryResult) -> bool:
    """Whether both ran and hold the same bag of rows (columns as they stand)."""
    if one.error or other.error or len(one.rows) != len(other.rows) or len(one.columns) != len(other.columns):
        return False
    return result_key(one) == result_key(other)


def is_part(one: QueryResult, other: QueryResult) -> bool:
    """Whether the columns of the narrower result are all among the wider's, over as many rows: the same answer with
    more or less shown beside it."""
    narrow, wide = sorted((one, other), key=lambda result: len(result.columns))
    if one.error or other.error or len(one.rows) != len(other.rows) or not one.rows:
        return False
    bags = [Counter(plain_value(row[i]) for row in wide.rows) for i in range(len(wide.columns))]
    return all(Counter(plain_value(row[i]) for row in narrow.rows) in bags for i in range(len(narrow.columns)))
