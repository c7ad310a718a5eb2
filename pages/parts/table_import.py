"""How a table was read, and how it is to be read instead: each column's type, what was doubtful, the header's row.

A change is shown before it is made. Reading is the worker's; names and values come from files and are shown as written.
"""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from core import i18n
from core.records import Table
from core.sql.data.sources import Preview, decided
from pages.parts import errors, services
from pages.parts.language import lang, say, say_count
from pages.parts.plain import plain
from pages.parts.profile import value_text
from pages.parts.result import to_cell

FORMATS = (
    "text",
    *("integer", "integer_point", "integer_comma", "number", "number_point", "number_comma"),
    *("date_dmy", "date_mdy", "date_iso", "date_words", "date_ymd8"),
    *("timestamp_dmy", "timestamp_mdy", "timestamp_iso", "time", "boolean"),
)
_HEADED = ("delimiter", "title_lines")  # facts of files whose header can stand anywhere
_UNFIT_SHOWN = 4


def draw(table: Table) -> None:
    """The choices for one table, a preview of a change, and the way to make it."""
    key = f"import-{table.name}"
    tried: Preview | None = st.session_state.get(f"{key}-tried")
    shown = tried or decided(services.workspace().tables.folder, table.name)
    if shown is None:
        return
    st.caption(_facts(shown))
    st.data_editor(
        [_line(column) for column in shown.columns],
        hide_index=True,
        key=f"{key}-columns-{st.session_state.get(f'{key}-serial', 0)}",
        disabled=("column", "doubt"),
        column_config={
            "column": st.column_config.TextColumn(say("table_import.column")),
            "format": st.column_config.SelectboxColumn(
                say("table_import.read_as"), options=FORMATS, format_func=_format_name, width="medium"
            ),
            "doubt": st.column_config.TextColumn(say("table_import.doubt"), width="large"),
        },
    )
    if any(fact in shown.facts for fact in _HEADED):
        st.number_input(
            say("table_import.header_row"),
            min_value=0,
            max_value=40,
            value=_header_row(shown),
            key=f"{key}-header",
            help=say("table_import.header_help"),
            width=220,
        )
    with st.container(horizontal=True):
        st.button(
            say("table_import.try"), icon=":material/visibility:", key=f"{key}-try", on_click=_try, args=(table, shown)
        )
        if tried is not None:
            st.button(say("table_import.apply"), type="primary", key=f"{key}-apply", on_click=_apply, args=(table,))
        if services.workspace().library.table_files.options(table.source):
            st.button(say("table_import.reset"), type="tertiary", key=f"{key}-reset", on_click=_reset, args=(table,))
    if tried is not None:
        _draw_rows(tried)


def _facts(shown: Preview) -> str:
    parts = []
    if "delimiter" in shown.facts:
        delimiter = {"\t": say("table_import.tab")}.get(shown.facts["delimiter"], shown.facts["delimiter"])
        parts.append(say("table_import.delimited", encoding=shown.facts["encoding"], delimiter=plain(delimiter)))
    parts += [plain(i18n.translate(key, lang(), **params)) for key, params in shown.notes]
    return " · ".join(parts) or say("table_import.as_it_is")


def _header_row(shown: Preview) -> int:
    """The header's row as its user counts it; 0 where there is none."""
    return shown.facts.get("title_lines", 0) + 1 if shown.facts.get("header", True) else 0


def _line(column: dict[str, Any]) -> dict[str, str | None]:
    return {"column": column["name"], "format": column.get("format"), "doubt": _doubt(column)}


def _doubt(column: dict[str, Any]) -> str:
    """What was doubtful about a column, and the cells that did not fit, with their number."""
    said = []
    if column.get("doubt") and column["doubt"] != "left_empty":
        said.append(say(f"table_import.doubt_{column['doubt']}"))
    if column.get("left_empty"):
        examples = ", ".join(list(column["left_empty"])[:_UNFIT_SHOWN])
        said.append(say_count("table_import.unfit", column.get("left_out", 0), examples=examples))
    return " ".join(said)


def _format_name(name: str | None) -> str:
    return say(f"table_import.format_{name}") if name else say("table_import.as_stored")


def _draw_rows(tried: Preview) -> None:
    st.caption(say("table_import.preview", n=len(tried.rows)))
    st.dataframe(
        {f"{n}": [_cell_text(row[n], column["type"]) for row in tried.rows] for n, column in enumerate(tried.columns)},
        hide_index=True,
        column_config={f"{n}": st.column_config.Column(c["name"]) for n, c in enumerate(tried.columns)},
    )


def _cell_text(value: Any, kind: str) -> str | None:
    """An amount or a day as its reader writes them; whole numbers as they are: they may be codes."""
    if value is None:
        return None
    cell = to_cell(value, kind.upper())
    return value_text(cell) if isinstance(cell, (float, datetime.date)) else str(value)


# ---------------------------------------------------------------- changing


def _chosen(table: Table, shown: Preview) -> dict[str, Any]:
    """The options of the whole file, with what is chosen on the page for this table."""
    key = f"import-{table.name}"
    kept = st.session_state.get(f"{key}-options") or services.workspace().library.table_files.options(table.source)
    own = dict((kept.get("tables") or {}).get(shown.part) or {})
    columns = dict(own.get("columns") or {})
    edited = st.session_state.get(f"{key}-columns-{st.session_state.get(f'{key}-serial', 0)}", {}).get(
        "edited_rows", {}
    )
    for place, changes in edited.items():
        if changes.get("format"):
            columns[shown.columns[int(place)]["name"]] = changes["format"]
    own["columns"] = columns
    row = st.session_state.get(f"{key}-header")
    if row is not None and row != _header_row(shown):
        own |= {"header": row > 0, "skip": max(0, row - 1)}
    return {**kept, "tables": {**(kept.get("tables") or {}), shown.part: own}}


@errors.guarded
def _try(table: Table, shown: Preview) -> None:
    key, options = f"import-{table.name}", _chosen(table, shown)
    found = services.workspace().library.table_files.preview(table.source, options)
    st.session_state[f"{key}-options"] = options
    st.session_state[f"{key}-tried"] = next((one for one in found if one.part == shown.part), None)
    _begin_again(key)


@errors.guarded
def _apply(table: Table) -> None:
    """What was tried, with what was changed in the table since."""
    key = f"import-{table.name}"
    services.workspace().library.change_import(table.source, _chosen(table, st.session_state[f"{key}-tried"]))
    _queued(key)


@errors.guarded
def _reset(table: Table) -> None:
    services.workspace().library.change_import(table.source, {})
    _queued(f"import-{table.name}")


def _queued(key: str) -> None:
    services.ensure_worker()
    for part in ("tried", "options"):
        st.session_state.pop(f"{key}-{part}", None)
    _begin_again(key)
    st.session_state["data-dialog-done"] = True


def _begin_again(key: str) -> None:
    """A fresh editor: its edits are part of what it now shows."""
    st.session_state[f"{key}-serial"] = st.session_state.get(f"{key}-serial", 0) + 1
    st.session_state.pop(f"{key}-header", None)
