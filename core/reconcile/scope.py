"""Whether a line of a document may speak of the rows at all: of the same period, and of no other part of the whole.

Two different figures are a difference only where they are of one thing. It reads no table: which stored values a line
names is told by whoever calls.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

_MONTHS = (
    ("january", "enero"), ("february", "febrero"), ("march", "marzo"), ("april", "abril"), ("may", "mayo"),
    ("june", "junio"), ("july", "julio"), ("august", "agosto"), ("september", "septiembre"), ("october", "octubre"),
    ("november", "noviembre"), ("december", "diciembre"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_DAY = r"(?<!\d )(?<!\d de )(?<!\d of )"
_MONTH = re.compile(rf"{_DAY}\b(?:{'|'.join(_MONTH_OF)})\b")
_QUARTERS = (("first", "primer"), ("second", "segundo"), ("third", "tercer"), ("fourth", "cuarto"))
_QUARTER = re.compile(
    r"\b(?:[qt](?P<a>[1-4])|(?P<b>[1-4])[qt]|"
    rf"(?P<c>{'|'.join(name for names in _QUARTERS for name in names)}) (?:quarter|trimestre))\b"
)
_DATE = re.compile(
    r"DATE '(\d{4})-(\d{2})-(\d{2})'|BETWEEN '(\d{4})-(\d{2})-(\d{2})[^']*' AND '(\d{4})-(\d{2})-(\d{2})"
)
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_BEFORE, _AFTER = 40, 20  # characters beside a figure in which a month or quarter is its own
_NAME_LETTERS = 4  # shorter values ('no', 'web') are words of any sentence


def name_quarters(text: str) -> str:
    """`text` with each quarter by one name: 'Q3', '3T', 'third quarter' and 'tercer trimestre' are one period."""
    plain, kept, place = _plain(text), [], 0
    if len(plain) != len(text):
        return text
    for found in _QUARTER.finditer(plain):
        kept += [text[place : found.start()], f"Q{_quarter(found)}"]
        place = found.end()
    return "".join([*kept, text[place:]])


def _quarter(found: re.Match[str]) -> int:
    digit = found["a"] or found["b"]
    return int(digit) if digit else 1 + next(n for n, names in enumerate(_QUARTERS) if found["c"] in names)


def same_scope(line: str, at: int, around: str, sql: str, label: str, named: Sequence[str]) -> bool:
    """Whether `line`, whose figure stands `at` (`around` it: its heading, column, document), may be of what `sql`
    covers; `label` is the row's, `named` are the stored values that the line says."""
    beside = line[max(0, at - _BEFORE) : at + _AFTER]
    return _same_period(_plain(line), _plain(beside), _plain(around), sql) and _same_part(named, sql, label)


def _same_part(named: Sequence[str], sql: str, label: str) -> bool:
    """A line that names stored values names one of the statement's or of the row's, where there are any."""
    said = {_plain(value) for value in named if sum(map(str.isalpha, value)) >= _NAME_LETTERS}
    meant = {_plain(value.replace("''", "'")) for value in _LITERAL.findall(sql)} | {_plain(label)}
    return not said or bool(said & meant)


def _same_period(line: str, beside: str, around: str, sql: str) -> bool:
    months, quarters = _parts_of_year(line)
    month, quarter = _part_covered(sql)
    if month:
        return month in months or (not months and month in _parts_of_year(around)[0])
    if quarter:
        return quarter in quarters or (not quarters and not months and quarter in _parts_of_year(around)[1])
    return not any(_parts_of_year(beside))


def _parts_of_year(text: str) -> tuple[set[int], set[int]]:
    """The months and quarters that a text speaks of, days of a month left out."""
    quarters = {_quarter(found) for found in _QUARTER.finditer(text)}
    return {_MONTH_OF[found.group()] for found in _MONTH.finditer(text)}, quarters


def _part_covered(sql: str) -> tuple[int, int]:
    """(month, quarter) that the dates of a statement bound, 0 for none."""
    days = []
    for found in _DATE.findall(sql):
        parts = [int(part) for part in found if part]
        days += [datetime.date(*parts[at : at + 3]) for at in range(0, len(parts), 3)]
    if len(days) != 2:
        return 0, 0
    first, length = min(days), (max(days) - min(days)).days
    if first.day == 1 and 27 <= length <= 31:
        return first.month, 0
    return (0, (first.month + 2) // 3) if first.day == 1 and first.month % 3 == 1 and 88 <= length <= 92 else (0, 0)


def _plain(text: str) -> str:
    marks = unicodedata.normalize("NFKD", text.lower())
    return "".join(mark for mark in marks if not unicodedata.combining(mark))
