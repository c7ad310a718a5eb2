"""The question box of the data page, with examples that work and what was asked before. It answers nothing."""

from __future__ import annotations

import streamlit as st

from core import samples
from core.state import questions
from pages.parts import asking, errors, services, welcome
from pages.parts.language import date, lang, say, say_count
from pages.parts.plain import one_line

_EXAMPLES = 4
_HISTORY_SHOWN = 30
_SEARCH_FROM = 8


def draw() -> None:
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
    examples = _examples()
    past = questions.list_questions(services.workspace().db)
    answered = asking.desk().answer is not None
    if examples and not answered:
        st.caption(say("chat_page.try"))
        _draw_examples(examples)
    with st.container(horizontal=True, key="data-tools", gap="small"):
        if examples and answered:
            with st.popover(say("data_page.examples"), icon=":material/lightbulb:", type="tertiary"):
                _draw_examples(examples)
        if past:
            label = say("data_page.history", n=len(past))
            with st.popover(label, icon=":material/history:", type="tertiary", key="history"):
                _draw_history(past)


def _examples() -> list[str]:
    """The sample's questions where it is open, else some on these tables, once they were tried."""
    tables = services.file_tables()
    found = samples.data_questions([table.source for table in tables], lang())
    if not found and tables:
        found = services.suggestions([], tables, lang())
        if found is None:
            welcome.wait_for_suggestions([], tables)
    return (found or [])[:_EXAMPLES]


def _draw_examples(found: list[str]) -> None:
    with st.container(gap="xsmall", key="examples"):
        for place, question in enumerate(found):
            st.button(
                one_line(question),
                key=f"suggestion-{place}",
                icon=":material/arrow_outward:",
                width="stretch",
                on_click=asking.ask,
                args=(question,),
            )


def _draw_history(past: list[questions.Asked]) -> None:
    """Newest first, searched where there are many; each is run again when it is opened."""
    db = services.workspace().db
    if len(past) >= _SEARCH_FROM:
        wanted = st.text_input(
            say("data_page.history_search"),
            key="history-search",
            placeholder=say("data_page.history_search"),
            label_visibility="collapsed",
            icon=":material/search:",
        )
        past = questions.list_questions(db, wanted)
    with st.container(gap="xxsmall", key="history-list", height=min(420, 60 * len(past[:_HISTORY_SHOWN]) + 10)):
        for asked in past[:_HISTORY_SHOWN]:
            st.button(
                one_line(asked.question, 100),
                key=f"past-{asked.id}",
                type="tertiary",
                width="stretch",
                help=f"{date(asked.at)} · {say_count('data_page.rows', asked.rows)}",
                on_click=asking.reopen,
                args=(asked,),
            )
    st.button(
        say("data_page.history_clear"), icon=":material/delete:", type="tertiary", key="history-clear", on_click=_clear
    )


@errors.guarded
def _clear() -> None:
    questions.forget(services.workspace().db)
