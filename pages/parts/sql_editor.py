"""The SQL editor: colours, completion of table and column names, Ctrl+Enter to run; written in `assets/sql-editor.*`.

The text lives in the browser, so that no rerun can lose it; it comes here when it is run. It runs nothing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.records import Catalog
from pages.parts import asking
from pages.parts.language import say

_ASSETS = Path(__file__).parent / "assets"
_KEY = "sql-editor"
_NAMES_MAX = 4000
_html, _css, _js = ((_ASSETS / f"sql-editor.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
_editor = st.components.v2.component("cotejo.sql_editor", html=_html, css=_css, js=_js)


def draw(catalog: Catalog) -> None:
    """The statement of the desk, to be changed and run."""
    held = asking.desk()
    _editor(
        key=_KEY,
        data={
            "text": held.sql,
            "version": f"{held.mark}.{held.serial}.{held.edition}",
            "wrong": held.wrong,
            "names": names(catalog),
            "labels": {
                "sql": say("data_page.sql"),
                "run": say("data_page.run"),
                "hint": say("data_page.editor_hint"),
                "table": say("data_page.table"),
                "function": say("data_page.function"),
            },
        },
        on_run_change=_run,
    )


def names(catalog: Catalog) -> list[dict]:
    """Tables with their columns, as many as a browser searches at once."""
    listed, left = [], _NAMES_MAX
    for table in catalog.tables:
        columns = [column.name for column in table.columns][: max(0, left)]
        left -= 1 + len(columns)
        listed.append({"name": table.name, "columns": columns})
        if left <= 0:
            break
    return listed


def _run() -> None:
    asking.run_edited(st.session_state[_KEY].get("run") or "")
