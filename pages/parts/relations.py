"""How the tables are related, as a diagram: each table with the columns that join it, an arrow for each relation.

Names come from files: they are escaped for the diagram's language. It finds no relations: the catalog holds them.
"""

from __future__ import annotations

import html

import streamlit as st

from core.records import Catalog, Table
from pages.parts import result
from pages.parts.language import number, say
from pages.parts.plain import one_line

_NAME_MAX = 40
_WIDE_FROM = 7
_READABLE_MAX = 12
_LOOKS = {"light": ("#1d2a2c", "#5b6b6d", "#0f6b66", "#f4f6f5"), "dark": ("#e8eeed", "#9db0ae", "#5cc2b5", "#1b2426")}


def draw_dialog(catalog: Catalog) -> None:
    """The diagram in a dialog, and the tables that are related to none."""
    related = _related(catalog)
    files = [table.name for table in catalog.tables if table.origin == "file"]
    alone = [one_line(name, _NAME_MAX) for name in files if name not in related]

    @st.dialog(say("data_page.relations"), width="large" if len(related) >= _WIDE_FROM else "medium")
    def dialog() -> None:
        _draw_diagram(catalog)
        if alone:
            st.caption(say("data_page.unrelated", tables=", ".join(alone)))

    dialog()


def draw(catalog: Catalog) -> None:
    """The diagram on the page, where there are relations and few enough tables for it to be read at a glance."""
    if 0 < len(_related(catalog)) <= _READABLE_MAX:
        st.caption(say("data_page.relations"))
        with st.container(border=True, key="relations-picture"):
            _draw_diagram(catalog)


def _related(catalog: Catalog) -> set[str]:
    return {name for key in catalog.foreign_keys for name in (key.table, key.ref_table)}


def _draw_diagram(catalog: Catalog) -> None:
    st.graphviz_chart(relations_dot(catalog, result.theme()), alt=_in_words(catalog))
    st.caption(say("data_page.relations_help"))


def _in_words(catalog: Catalog) -> str:
    """What the diagram says, for those who cannot see it."""
    return "; ".join(
        f"{key.table} ({', '.join(key.columns)}) → {key.ref_table} ({', '.join(key.ref_columns)})"
        for key in catalog.foreign_keys
    )


def relations_dot(catalog: Catalog, theme: str) -> str:
    """The related tables as a graph in DOT: an arrow goes from the column that refers to the one referred to; a dashed
    one was inferred."""
    ink, quiet, line, ground = _LOOKS[theme]
    joined: dict[str, dict[str, None]] = {}
    for key in catalog.foreign_keys:
        joined.setdefault(key.table, {}).update(dict.fromkeys(key.columns))
        joined.setdefault(key.ref_table, {}).update(dict.fromkeys(key.ref_columns))
    places = {name: f"t{n}" for n, name in enumerate(joined)}
    tables = {table.name: table for table in catalog.tables}
    nodes = [
        f"  {places[name]} [label=<{_label(tables[name], list(columns), quiet)}>];"
        for name, columns in joined.items()
        if name in tables
    ]
    edges = [
        f"  {places[key.table]}:c{list(joined[key.table]).index(key.columns[0])} -> "
        f"{places[key.ref_table]}:c{list(joined[key.ref_table]).index(key.ref_columns[0])}"
        f" [style={'solid' if key.declared else 'dashed'}];"
        for key in catalog.foreign_keys
        if key.table in tables and key.ref_table in tables
    ]
    head = (
        f'  rankdir=LR; bgcolor=transparent; ranksep=1; nodesep=0.35; node [shape=box, style="rounded,filled", '
        f'fillcolor="{ground}", color="{line}", fontcolor="{ink}", fontname="sans-serif", fontsize=13, margin=0]; '
        f'edge [color="{line}", arrowsize=0.7];'
    )
    return "\n".join(["digraph {", head, *nodes, *edges, "}"])


def _label(table: Table, columns: list[str], quiet: str) -> str:
    """Name and number of rows, then the columns that join it; a key is underlined."""
    rows = [
        f'<TR><TD ALIGN="LEFT"><B>{_escape(table.name)}</B></TD>'
        f'<TD ALIGN="RIGHT"><FONT COLOR="{quiet}" POINT-SIZE="11">{number(table.rows)}</FONT></TD></TR>'
    ]
    for place, column in enumerate(columns):
        name = _escape(column)
        shown = f"<U>{name}</U>" if column in table.primary_key else name
        rows.append(f'<TR><TD PORT="c{place}" ALIGN="LEFT" COLSPAN="2">{shown}</TD></TR>')
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6">{"".join(rows)}</TABLE>'


def _escape(text: str) -> str:
    """Text of a diagram's label: one line, cut, its markup disarmed."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return html.escape(text if len(text) <= _NAME_MAX else text[: _NAME_MAX - 1] + "…") or "–"
