"""A short result said whole: one row, a list of names, a few names with a figure each.

Where `insight.py` has nothing to tell, the cells themselves are the answer. Nothing is counted or concluded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts.arrange import label_text
from core.charts.escape import plain_text
from core.charts.fields import Field, read_fields
from core.charts.numbers import format_value
from core.charts.titles import humanise
from core.i18n import plural
from core.records import QueryResult

COLUMNS_MAX = 5
PAIRS_MAX = 4
NAMES_MAX = 6
LETTERS_MAX = 80


def say_rows(result: QueryResult, lang: str) -> str:
    """The rows of a result in one sentence, in `lang`: all of a short one, the first names of a long list.

    Plain text that may hold words from the data; '' where there are no rows, or too many to be said."""
    if not result.rows or result.error:
        return ""
    fields = read_fields(result)
    if not len(fields) == len(result.columns) <= COLUMNS_MAX or any(field.role == "other" for field in fields):
        return ""
    if len(result.rows) == 1:
        return "; ".join(f"{_header(f, lang)}: {_cell(f, f.values[0], lang)}" for f in fields) + "."
    if len(fields) == 1:
        return _names(fields[0], result.truncated, lang)
    if len(fields) == 2 and len(result.rows) <= PAIRS_MAX:
        rows = zip(*(field.values for field in fields), strict=True)
        return "; ".join(_pair(fields, row, lang) for row in rows) + "."
    return ""


def _names(field: Field, truncated: bool, lang: str) -> str:
    values = list(dict.fromkeys(field.values))
    shown = ", ".join(_cell(field, value, lang) for value in values[:NAMES_MAX])
    if truncated or len(values) > NAMES_MAX:
        return plural("sql.listing", len(field.values), lang, header=_header(field, lang), names=shown)
    return f"{_header(field, lang)}: {shown}."


def _pair(fields: Sequence[Field], row: Sequence[Any], lang: str) -> str:
    name, value = (_cell(field, cell, lang) for field, cell in zip(fields, row, strict=True))
    return f"{name}: {value}"


def _cell(field: Field, value: Any, lang: str) -> str:
    if field.role == "measure" and value is not None:
        return format_value(value, lang, field.unit)
    return plain_text(label_text(value, field, lang), LETTERS_MAX)


def _header(field: Field, lang: str) -> str:
    return plain_text(humanise(field.name, lang), LETTERS_MAX)
