"""The question box of the data page, with examples that work and what was asked before. It answers nothing."""

from __future__ import annotations

import streamlit as st

from core import samples
from core.records import Catalog
from pages.parts import asking
from pages.parts.language import lang, say
from pages.parts.plain import one_line

_EXAMPLES = 4


def draw(catalog: Catalog) -> None:
    form = st.form("data-form", border=False, enter_to_submit=True)
    with form.container(horizontal=True, vertical_alignment="bottom", key="ask-row"):
        st.text_input(
            say("data_page.question"),
            key="data-question",
            placeholder=say("data_page.placeholder"),
            label_visibility="collapsed",
            max_chars=2000,
            icon=":material/search:",
            persist_state="session",
        )
        st.form_submit_button(say("data_page.ask"), type="primary", key="data-ask", on_click=asking.ask_typed)
    questions = samples.data_questions([table.source for table in catalog.tables], lang())[:_EXAMPLES]
    answered = asking.desk().answer is not None
    if answered:
        with st.container(horizontal=True, key="data-tools", gap="small"):
            if questions:
                with st.popover(say("data_page.examples"), icon=":material/lightbulb:", type="tertiary"):
                    _draw_examples(questions)
            _draw_history()
    elif questions:
        st.caption(say("chat_page.try"))
        _draw_examples(questions)


def _draw_examples(questions: list[str]) -> None:
    with st.container(gap="xsmall", key="examples"):
        for place, question in enumerate(questions):
            st.button(
                one_line(question),
                key=f"suggestion-{place}",
                icon=":material/arrow_outward:",
                width="stretch",
                on_click=asking.ask,
                args=(question,),
            )


def _draw_history() -> None:
    past = asking.desk().history
    if not past:
        return
    with st.popover(say("data_page.history", n=len(past)), icon=":material/history:", type="tertiary"):
        for place, answer in enumerate(past):
            label = one_line(answer.question, 100)
            st.button(label, key=f"past-{place}", type="tertiary", on_click=asking.show, args=(answer,))
