"""The queue of corrections: what was asked, what was answered, what a person says is right; take it in or leave it."""

from __future__ import annotations

import streamlit as st

from core.evaluation import learn
from core.sql.safety.pretty import pretty_sql
from core.state import feedback
from core.state.database import Database
from pages.parts import errors, services
from pages.parts.language import say
from pages.parts.plain import one_line, plain, unmarked


def draw(db: Database, waiting: list[feedback.Feedback]) -> None:
    for correction in waiting:
        with st.container(border=True, key=f"correction-{correction.id}"):
            st.markdown(f"**{one_line(correction.question, 300)}**")
            if correction.answer is not None:
                st.caption(one_line(unmarked(correction.answer.text) or correction.answer.message, 400))
            _draw_value(correction)
            st.caption(f":material/call_split: {say(f'feedback.becomes_{correction.kind}')}")
            with st.container(horizontal=True):
                st.button(
                    say("evaluation_page.take"),
                    type="primary",
                    icon=":material/check:",
                    on_click=_approve,
                    args=(correction,),
                    key=f"approve-{correction.id}",
                )
                st.button(
                    say("evaluation_page.leave"),
                    icon=":material/close:",
                    on_click=feedback.review,
                    args=(db, correction.id, False),
                    key=f"reject-{correction.id}",
                )


def _draw_value(correction: feedback.Feedback) -> None:
    value = correction.value
    if correction.kind == "sql":
        st.code(pretty_sql(value.get("sql", "")), language="sql", wrap_lines=True)
        return
    if value.get("text"):
        st.markdown(f":material/edit: {plain(value['text'])}")
    if value.get("quote"):
        st.markdown(f":material/format_quote: {one_line(value['quote'], 400)}")
        st.caption(f"{one_line(value['file'])} · {value['page']}")


@errors.guarded
def _approve(correction: feedback.Feedback) -> None:
    workspace = services.workspace()
    learn.approve(workspace.db, correction, workspace.tables.catalog())
