"""What the name of a stored column or table says, and what a column holds: spoken words, identifiers, kinds, time.

It looks at one name or one column at a time, and at no question.
"""

from __future__ import annotations

import re

from core.records import Column
from core.sql.language.calendar import MONTHS, YEARS
from core.sql.language.words import split_name

_NUMBER_TYPES = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "NUMERIC", "HUGEINT", "BIGINT", "SMALLINT", "TINYINT")
_UNIT = re.compile(r"\([^)]*\)|\[[^\]]*\]")  # 'Coste (€)', 'Salary [EUR]'
_SYMBOLS = frozenset("eur usd gbp chf jpy mxn kg km cm mm ml ha kw kwh mwh".split())
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_FILLER = frozenset("tbl table tabla raw stg dim fact datos".split())
_JOINING = frozenset("de del la las el los y con en por para".split())  # 'País de origen' is said without them
_SPANISH_MONTHS = {"ene": "january", "abr": "april", "ago": "august", "set": "september", "dic": "december"}
_MONTH_NAMES = {number: name for name, number in reversed(MONTHS.items())}
_TIME_TEXTS = {
    "day_text": re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"),
    "month_text": re.compile(r"\d{4}-\d{2}$"),
}
_YEAR_WORDS = {"year", "ano", "anio", "ejercicio"}
_NO_IDS = frozenset(
    "paid unpaid prepaid bid grid valid invalid void solid liquid fluid acid hybrid rapid humid aid".split()
)


def spoken_words(name: str) -> tuple[str, ...]:
    """The words of a column's name without its unit in brackets and what only joins them, where that leaves any."""
    words = split_name(_UNIT.sub(" ", name)) or split_name(name)
    if words[-1:] and words[-1] in _SYMBOLS:  # 'freight_eur', 'weight_kg'
        words = words[:-1] or words
    return tuple(word for word in words if word not in _JOINING) or words


def said_name(name: str) -> str:
    """A stored name as it is said in a question: 'Monthly_fee (EUR)', 'monthlyFee' -> 'monthly fee'."""
    words = (_CAMEL.sub(" ", _UNIT.sub(" ", name)).replace("_", " ") or name).split()
    return " ".join(word if word.isupper() else word.lower() for word in words)


def is_filler(word: str) -> bool:
    """Words of a table's name that nobody says: 'employees_2025', 'stg_orders'."""
    return word.isdigit() or word in _FILLER


def month_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The month that a header of one short word stands for ('ene', 'Sept'): tables with a column a month."""
    if len(words) != 1:
        return ()
    number = MONTHS.get(_SPANISH_MONTHS.get(words[0], words[0]))
    return (_MONTH_NAMES[number],) if number else ()


def is_id(name: str) -> bool:
    """Whether a column of this name identifies rows: 'customer_id', 'stuid', 'código'."""
    words = split_name(name)
    return bool(words) and (
        words[0] == "id"
        or words[-1] in ("id", "ids", "code", "key", "codigo", "ssn")
        or (words[-1].endswith("id") and words[-1] not in _NO_IDS)  # 'stuid', 'customerid'
    )


def kind_of(column: Column) -> str:
    """'number', 'date', 'bool' or 'text', by the column's declared type."""
    kind = column.type.upper()
    if kind.startswith(_NUMBER_TYPES) or (kind.startswith("U") and "INT" in kind):
        return "number"
    if kind.startswith(("DATE", "TIMESTAMP", "TIME")):
        return "date"
    return "bool" if kind.startswith("BOOL") else "text"


def time_of(column: Column) -> str:
    """How a column holds time: as dates, as text of days or months (as in SQLite), as the number of a year."""
    if column.type.upper().startswith(("DATE", "TIMESTAMP")):
        return "date"
    kind, ends = kind_of(column), (column.minimum, column.maximum)
    if kind == "text" and all(isinstance(end, str) for end in ends):
        seen = (*ends, *column.values[:50])
        return next((name for name, form in _TIME_TEXTS.items() if all(map(form.match, seen))), "")
    named = _YEAR_WORDS & set(split_name(column.name))
    whole = all(isinstance(end, int) and end in YEARS for end in ends)
    return "year" if kind == "number" and named and whole else ""
