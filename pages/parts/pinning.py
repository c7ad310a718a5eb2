"""'Pin to the board' under a result: the chart as it is drawn, with a title. The board itself is `board.py`."""

from __future__ import annotations

import streamlit as st

from core.charts.titles import humanise
from core.records import ChartSpec, SqlAnswer
from core.state import boards, pairs
from pages.parts import asking, errors, services
from pages.parts.language import say

_TITLE_MAX = 120


def draw(answer: SqlAnswer, spec: ChartSpec, key: str) -> None:
    """A small form: the title, which is the question or what the chart shows, and the button."""
    with (
        st.popover(say("board.pin"), icon=":material/keep:", type="tertiary", key=f"pin-menu-{key}"),
        st.form(f"pin-form-{key}", border=False),
    ):
        widget = f"pin-title-{key}"
        st.text_input(say("board.title"), value=_title(answer, spec), max_chars=_TITLE_MAX, key=widget)
        st.form_submit_button(
            say("board.pin_it"), type="primary", key=f"pin-{key}", on_click=_pin, args=(answer, spec, widget)
        )


def _title(answer: SqlAnswer, spec: ChartSpec) -> str:
    words = (
        answer.question if asking.in_words(answer) else spec.title or humanise(answer.result.columns[0], answer.lang)
    )
    return words[:_TITLE_MAX]


@errors.guarded
def _pin(answer: SqlAnswer, spec: ChartSpec, widget: str) -> None:
    workspace = services.workspace()
    title = st.session_state[widget].strip() or _title(answer, spec)
    tables = pairs.hashes(workspace.tables.catalog(), answer.sql.tables)
    boards.add_pin(workspace.db, title, answer.question, answer.sql.text, answer.lang, spec, tables, answer.result)
    st.toast(say("board.pinned"), icon=":material/keep:")
