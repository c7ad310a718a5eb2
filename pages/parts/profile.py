"""The profile of a table: for each column its type, how much is empty, how many values differ, the range, some values.

What the import measured is shown; nothing is computed here.
"""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from core.records import Column, Table
from pages.parts.language import lang, number, say

_VALUES_SHOWN = 12
_KINDS = (("INT", "number"), ("DECIMAL", "number"), ("DOUBLE", "number"), ("FLOAT", "number"), ("REAL", "number"))
_KINDS += (("TIMESTAMP", "moment"), ("DATE", "date"), ("TIME", "time"), ("BOOL", "truth"), ("VARCHAR", "text"))


def draw(table: Table) -> None:
    """One line a column, to be sorted and searched."""
    names = ("column", "type", "empty", "distinct", "least", "most", "values")
    rows = [_line(column, table) for column in table.columns]
    st.dataframe(
        {name: [row[place] for row in rows] for place, name in enumerate(names)},
        hide_index=True,
        key=f"profile-{table.name}",
        column_config={
            **{name: st.column_config.Column(say(f"data_page.profile_{name}")) for name in names},
            "empty": st.column_config.NumberColumn(say("data_page.profile_empty"), format="percent"),
            "distinct": st.column_config.NumberColumn(say("data_page.profile_distinct"), format="localized"),
            "values": st.column_config.ListColumn(say("data_page.profile_values"), width="large"),
        },
    )


def _line(column: Column, table: Table) -> tuple[Any, ...]:
    kind = say(f"data_page.type_{kind_of(column.type)}")
    if column.name in table.primary_key:
        kind = f"{kind} · {say('data_page.key')}"
    span = [None if end is None else value_text(end) for end in (column.minimum, column.maximum)]
    return (
        column.name,
        kind,
        column.nulls / max(table.rows, 1),
        column.distinct,
        *span,
        list(column.values[:_VALUES_SHOWN]),
    )


def kind_of(type_name: str) -> str:
    """A DuckDB type as one of number, date, moment, time, truth, text, other."""
    upper = type_name.upper()
    if upper.endswith("]") or upper.startswith(("STRUCT", "MAP", "UNION", "INTERVAL")):
        return "other"
    return next((kind for start, kind in _KINDS if start in upper), "other")


def value_text(value: object) -> str:
    """A value of the profile in the visitor's language."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y" if lang() == "es" else "%Y-%m-%d")
    return str(value)
