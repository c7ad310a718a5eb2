"""What is asked on the data page and what came of it, kept in the session: the answer, the history, the editor's text.

A click only notes what is to be done; `work` does it in the run that follows, where its progress shows. Statements go
through the workspace's guard like all others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from core.errors import AppError
from core.i18n import detect_language, error_text
from core.records import SqlAnswer
from core.sql.pretty import pretty_sql
from pages.parts import services
from pages.parts.language import lang, say

_REMEMBERED = 30


@dataclass
class Desk:
    """The session's side of the data page. `serial` tells one answer's widgets from the next one's."""

    answer: SqlAnswer | None = None
    refused: str = ""
    serial: int = 0
    pending: tuple[str, str, str] | None = None
    history: list[SqlAnswer] = field(default_factory=list)


def desk() -> Desk:
    return st.session_state.setdefault("data-desk", Desk())


def ask_typed() -> None:
    """Note the question as it stands in its box."""
    ask(st.session_state.get("data-question", ""))


def ask(question: str) -> None:
    """Note a question in words."""
    if question.strip():
        st.session_state["data-question"] = question.strip()
        desk().pending = ("ask", question.strip(), "")


def run(sql: str, title: str = "") -> None:
    """Note a statement; `title` is what it stands for in words."""
    if sql.strip():
        desk().pending = ("run", sql.strip(), title)


def run_edited() -> None:
    """Note the statement as it stands in the editor."""
    run(st.session_state.get("sql-editor", ""))


def show(answer: SqlAnswer) -> None:
    """Put an answer on the desk: one of the history, or one that the chat gave."""
    held = desk()
    held.answer, held.refused, held.serial = answer, "", held.serial + 1
    written = answer.sql.text if answer.sql else ""
    st.session_state["sql-editor"] = pretty_sql(written)
    st.session_state["data-question"] = "" if answer.question == written else answer.question


def work() -> None:
    """Do what was noted: before anything is drawn that shows its outcome."""
    held = desk()
    if held.pending is None:
        return
    (kind, text, title), held.pending = held.pending, None
    tables = services.workspace().tables
    with st.spinner(say("data_page.working")):  # leaving it may end this run: what came is kept before
        try:
            if kind == "ask":
                answer = tables.ask(text, detect_language(text, default=lang()))
            else:
                answer = tables.run(text, question=title, lang=lang())
        except AppError as error:
            held.refused = error_text(error, lang())
            return
        show(answer)
        held.history = [answer, *(past for past in held.history if past.question != answer.question)][:_REMEMBERED]
