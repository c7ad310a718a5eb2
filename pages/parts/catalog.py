"""The tables of the workspace, drawn: columns with type and a small profile; the first rows and the profile of one.

Names and values come from files: they are shown as written. It changes nothing but for 'remove', which asks first.
"""

from __future__ import annotations

import streamlit as st

from core.records import Catalog, Column, ForeignKey, Table
from core.sql.safety.pretty import preview_sql
from core.state import catalog_notes
from pages.parts import errors, profile, relations, result, services, table_import, table_names
from pages.parts.language import lang, number, say, say_count
from pages.parts.plain import one_line, plain
from pages.parts.profile import kind_of, value_text

_LISTED = 60
_COLUMNS_LISTED = 80
_PREVIEW_ROWS = 50


def draw(catalog: Catalog) -> None:
    """The list of tables, each to be opened; a search where there are many."""
    wanted = ""
    if len(catalog.tables) > 10:
        wanted = st.text_input(
            say("data_page.find_table"),
            placeholder=say("data_page.find_table"),
            label_visibility="collapsed",
            icon=":material/search:",
            key="find-table",
        )
    folded = wanted.strip().casefold()
    shown = [t for t in catalog.tables if folded in f"{t.name} {' '.join(c.name for c in t.columns)}".casefold()]
    with st.container(gap="xsmall", key="tables"):
        _draw_list([table for table in shown if table.origin == "file"], catalog)
    found = [table for table in shown if table.origin == "document"]
    if found:
        _draw_found(found, catalog, len(found) == len(shown))
    if catalog.foreign_keys:
        st.button(
            say("data_page.relations"),
            icon=":material/account_tree:",
            type="tertiary",
            key="relations",
            on_click=_open,
            args=("relations", ""),
        )


def _draw_list(tables: list[Table], catalog: Catalog) -> None:
    doubtful = _doubtful()
    for table in tables[:_LISTED]:
        mark = " :gray[:material/help:]" if table.name in doubtful else ""
        label = f"**{one_line(table.name, 40)}** :gray[{number(table.rows)}]{mark}"
        with st.expander(label, key=f"table-{table.name}"):
            if mark:
                st.caption(f":material/help: {say('data_page.doubtful')}")
            _draw_table(table, [key for key in catalog.foreign_keys if key.table == table.name])
    if len(tables) > _LISTED:
        st.caption(say("data_page.more_tables", n=len(tables) - _LISTED))


def _doubtful() -> set[str]:
    """Tables with a column that could be read in more than one way, or cells that did not fit."""
    held = services.workspace().library.table_files.held()
    notes = [note for dataset in held if dataset.origin == "file" for note in dataset.notes]
    return {params["table"] for key, params in notes if key.startswith("sql.sources.doubt_")}


def _draw_found(tables: list[Table], catalog: Catalog, alone: bool) -> None:
    """The tables found in documents, folded away: a report brings dozens."""
    label = say("data_page.in_documents", n=len(tables))
    if alone:
        st.caption(label)
    if alone or st.toggle(label, key="show-found"):
        with st.container(gap="xsmall", key="found-tables"):
            _draw_list(tables, catalog)


def _draw_table(table: Table, keys: list[ForeignKey]) -> None:
    page = f" · {say('chat_page.page_short', n=table.page)}" if table.page else ""
    st.caption(f"{one_line(table.source, 60)}{page} · {say_count('data_page.rows', table.rows)}")
    if table.description:
        st.caption(plain(table.description))
    lines = [describe_column(column, table) for column in table.columns[:_COLUMNS_LISTED]]
    left = len(table.columns) - len(lines)
    lines += [f":gray[{say('data_page.more_columns', n=left)}]"] if left > 0 else []
    for key in keys:
        own, theirs = ", ".join(key.columns), f"{key.ref_table}.{', '.join(key.ref_columns)}"
        lines.append(f":gray[:material/link: {one_line(own)} → {one_line(theirs)}]")
    st.markdown("  \n".join(lines))
    st.button(
        say("data_page.preview"),
        icon=":material/table_rows:",
        type="tertiary",
        key=f"preview-{table.name}",
        on_click=_open,
        args=("preview", table.name),
    )


def describe_column(column: Column, table: Table) -> str:
    """'**Precio** number · 1.5 – 90 · 3 empty' as Markdown."""
    facts = [say(f"data_page.type_{kind_of(column.type)}")]
    if column.name in table.primary_key:
        facts.insert(0, say("data_page.key"))
    elif kind_of(column.type) == "text" and column.distinct:
        facts.append(say_count("data_page.distinct", column.distinct))
    if kind_of(column.type) in ("number", "date", "moment") and column.minimum is not None:
        facts.append(f"{one_line(value_text(column.minimum), 24)} – {one_line(value_text(column.maximum), 24)}")
    if column.nulls:
        facts.append(say("data_page.empty_cells", percent=number(100 * column.nulls / max(table.rows, 1), 1)))
    return f"{one_line(column.name, 48)} :gray[{' · '.join(facts)}]"


def _open(kind: str, name: str) -> None:
    st.session_state["data-dialog"] = (kind, name)


def draw_dialog(catalog: Catalog) -> None:
    """What was asked for in the list: a table's first rows, or the relations."""
    said = st.session_state.pop("data-said", "")
    if said:
        st.toast(said, icon=":material/sync:")
    kind, name = st.session_state.pop("data-dialog", ("", ""))
    table = next((table for table in catalog.tables if table.name == name), None)
    if kind == "preview" and table is not None:
        _preview(table)
    elif kind == "relations":
        relations.draw_dialog(catalog)


def _preview(table: Table) -> None:
    @st.dialog(one_line(table.name, 60), width="large")
    def dialog() -> None:
        if all(held.name != table.name for held in services.workspace().tables.catalog().tables):
            st.rerun()  # it was removed: the dialog closes
        if st.session_state.pop("data-dialog-done", False):
            st.session_state["data-said"] = say("table_import.queued")
            st.rerun()  # the file is read anew: what is shown here is no longer what it is
        errors.show_kept()
        names = ["preview", "profile", *(["tab_import"] if table.origin == "file" else []), "tab_names"]
        draws = {"preview": _draw_first_rows, "profile": profile.draw, "tab_import": table_import.draw}
        tabs = st.tabs(
            [say(f"data_page.{name}") for name in names], key=f"preview-tabs-{table.name}", on_change="rerun"
        )
        for name, tab in zip(names, tabs, strict=True):
            if tab.open:
                with tab:
                    draws.get(name, table_names.draw)(table)
        _draw_removal(table)

    dialog()


def _draw_first_rows(table: Table) -> None:
    with st.spinner(say("data_page.working")):
        answer = services.workspace().tables.run(preview_sql(table.name, _PREVIEW_ROWS), lang=lang())
    if not result.has_rows(answer):
        st.error(plain(result.failure(answer)), icon=":material/error:")
        return
    st.caption(say("data_page.preview_rows", n=len(answer.result.rows), total=table.rows))
    result.draw_rows(answer.result, f"preview-rows-{table.name}")


def _draw_removal(table: Table) -> None:
    """The way out of the workspace; a table found in a document goes with that."""
    if table.origin == "document":
        st.caption(say("data_page.found_on", page=table.page, name=one_line(table.source, 80)))
        return
    with st.popover(say("data_page.remove"), icon=":material/delete:", type="tertiary"):
        st.markdown(say("data_page.remove_text", name=one_line(table.source, 80)))
        workspace = services.workspace()
        tables = {held.name for held in workspace.tables.catalog().tables if held.source == table.source}
        said = catalog_notes.has_any(workspace.db, tables) or workspace.library.table_files.options(table.source)
        if said:
            st.checkbox(say("data_page.forget_too"), key="forget-too")
        label = say("data_page.remove_confirm")
        st.button(label, type="primary", key="remove-source", on_click=_remove, args=(table.source,))


@errors.guarded
def _remove(source: str) -> None:
    library = services.workspace().library
    library.delete_tables(source, forget=st.session_state.get("forget-too", False))
    document = next((document for document in library.documents() if document.name == source), None)
    if document is not None:
        services.delete_document(document.id, lang())
