"""Names and values as they stand in a statement. It checks nothing: `guard.py` does."""

from __future__ import annotations

import datetime
from typing import Any


def quote(name: str) -> str:
    """The name of a table or column, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A number, truth value or date as such; all else as text."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return f"DATE '{value:%Y-%m-%d}'"
    return "'" + str(value).replace("'", "''") + "'"
