"""What a table is called and means: descriptions, other names, names of its values, and metrics calculated over it.

A metric is checked and tried before it is kept. What is written here is found by questions at once.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import i18n
from core.errors import AppError
from core.records import Column, Metric, Table
from core.state import catalog_notes
from core.state.catalog_notes import Note, Notes
from pages.parts import errors, result, services
from pages.parts.language import lang, say
from pages.parts.plain import one_line, plain


def draw(table: Table) -> None:
    """The words for the table and its columns, then its metrics."""
    notes = catalog_notes.read(services.workspace().db)
    key, said = f"names-{table.name}", notes.of(table.name)
    st.text_input(say("table_names.description"), value=said.description, key=f"{key}-description", max_chars=400)
    st.text_input(
        say("table_names.synonyms"),
        value=", ".join(said.synonyms),
        key=f"{key}-synonyms",
        help=say("table_names.synonyms_help"),
        max_chars=400,
    )
    names = ("column", "description", "synonyms", "values")
    st.data_editor(
        [_line(column, notes.of(table.name, column.name)) for column in table.columns],
        hide_index=True,
        key=f"{key}-columns",
        disabled=("column",),
        column_config={
            name: st.column_config.TextColumn(say(f"table_names.{name}"), help=_help(name), max_chars=600)
            for name in names
        },
    )
    st.button(say("table_names.save"), icon=":material/check:", key=f"{key}-save", on_click=_save, args=(table, notes))
    if st.session_state.pop(f"{key}-saved", False):
        st.toast(say("table_names.saved"), icon=":material/check:")
    st.divider()
    _draw_metrics(table, [metric for metric in notes.metrics if metric.table == table.name])


def _help(name: str) -> str | None:
    return say(f"table_names.{name}_help") if name in ("synonyms", "values") else None


def _line(column: Column, said: Note) -> dict[str, str]:
    return {
        "column": column.name,
        "description": said.description,
        "synonyms": ", ".join(said.synonyms),
        "values": write_value_names(said.value_names),
    }


def write_value_names(names: tuple[tuple[str, str], ...]) -> str:
    """(('España', 'ES'), ('Spain', 'ES')) as `ES = España, Spain`."""
    by_value: dict[str, list[str]] = {}
    for said, stored in names:
        by_value.setdefault(stored, []).append(said)
    return "; ".join(f"{stored} = {', '.join(words)}" for stored, words in by_value.items())


def read_value_names(text: str) -> tuple[tuple[str, str], ...]:
    """`ES = España, Spain; FR = Francia` as pairs (said, stored)."""
    found = []
    for part in text.split(";"):
        stored, _, words = part.partition("=")
        found += [(word, stored.strip()) for word in read_list(words) if stored.strip()]
    return tuple(found)


def read_list(text: str) -> tuple[str, ...]:
    """`a, b ,, c` as ('a', 'b', 'c')."""
    return tuple(dict.fromkeys(filter(None, (" ".join(word.split()) for word in text.split(",")))))


@errors.guarded
def _save(table: Table, notes: Notes) -> None:
    db, key = services.workspace().db, f"names-{table.name}"
    description = st.session_state[f"{key}-description"].strip()
    catalog_notes.describe(db, table.name, "", Note(description, read_list(st.session_state[f"{key}-synonyms"])))
    for place, changes in st.session_state[f"{key}-columns"].get("edited_rows", {}).items():
        column = table.columns[int(place)]
        line: dict[str, Any] = {**_line(column, notes.of(table.name, column.name)), **changes}
        line = {name: value or "" for name, value in line.items()}
        said = Note(line["description"].strip(), read_list(line["synonyms"]), read_value_names(line["values"]))
        catalog_notes.describe(db, table.name, column.name, said)
    st.session_state[f"{key}-saved"] = True


# ---------------------------------------------------------------- metrics


def _draw_metrics(table: Table, held: list[Metric]) -> None:
    st.markdown(f"**{say('table_names.metrics')}**  \n:gray[{say('table_names.metrics_help')}]")
    key = f"metric-{table.name}"
    for metric in held:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{one_line(metric.name, 60)} :gray[= {one_line(metric.expression, 120)}]", width="stretch")
            st.button(
                say("table_names.delete"),
                icon=":material/close:",
                type="tertiary",
                key=f"{key}-delete-{metric.name}",
                on_click=_delete,
                args=(metric,),
            )
    with st.form(key, border=False, clear_on_submit=False):
        name, expression, synonyms = st.columns([2, 4, 2])
        name.text_input(say("table_names.metric_name"), key=f"{key}-name", max_chars=60)
        expression.text_input(
            say("table_names.metric_expression"),
            key=f"{key}-expression",
            placeholder="sum(precio * cantidad)",
            max_chars=500,
        )
        synonyms.text_input(say("table_names.synonyms"), key=f"{key}-synonyms", max_chars=200)
        st.form_submit_button(say("table_names.metric_save"), on_click=_save_metric, args=(table, key))
    said = st.session_state.pop(f"{key}-said", None)
    if said:
        kind, text = said
        (st.error if kind == "error" else st.success)(plain(text))


def _save_metric(table: Table, key: str) -> None:
    """Check the expression, calculate it once, and keep it; what is wrong is said beside the form."""
    workspace = services.workspace()
    given = [st.session_state[f"{key}-{part}"] for part in ("name", "expression", "synonyms")]
    metric = Metric(given[0], given[1], table.name, read_list(given[2]))
    try:
        tried = workspace.tables.try_metric(metric, lang())
    except AppError as error:
        st.session_state[f"{key}-said"] = ("error", i18n.error_text(error, lang()))
        return
    if tried.result is None or tried.result.error is not None:
        st.session_state[f"{key}-said"] = ("error", result.failure(tried))
        return
    name = " ".join(metric.name.split())
    catalog_notes.save_metric(workspace.db, Metric(name, metric.expression.strip(), table.name, metric.synonyms))
    value = tried.result.rows[0][0] if tried.result.rows else None
    shown = i18n.format_number(float(value), lang()) if isinstance(value, (int, float)) else str(value)
    st.session_state[f"{key}-said"] = ("saved", say("table_names.metric_saved", name=name, value=shown))
    for part in ("name", "expression", "synonyms"):
        st.session_state[f"{key}-{part}"] = ""


@errors.guarded
def _delete(metric: Metric) -> None:
    catalog_notes.delete_metric(services.workspace().db, metric.table, metric.name)
