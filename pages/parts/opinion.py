"""Thumbs under an answer, and the place to correct it. What is said waits for review: nothing is learnt here."""

from __future__ import annotations

import streamlit as st

from core.records import Answer
from core.state import feedback
from pages.parts import errors, services
from pages.parts.language import say
from pages.parts.plain import one_line

_UP, _DOWN = 1, 0  # what Streamlit's thumbs give
_PASSAGES = 5


def draw(turn_id: int, answer: Answer) -> None:
    """Thumbs; below a thumb down, why, and what would have been right."""
    db = services.workspace().db
    vote, _ = feedback.vote_of(db, turn_id)
    key = f"thumbs-{turn_id}"
    if vote and key not in st.session_state:
        st.session_state[key] = _UP if vote > 0 else _DOWN
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"opinion-{turn_id}"):
        chosen = st.feedback("thumbs", key=key, on_change=_vote, args=(turn_id,))
        if chosen == _DOWN:
            with st.popover(say("feedback.correct"), icon=":material/edit:", type="tertiary", key=f"correct-{turn_id}"):
                _draw_form(turn_id, answer)
        if st.session_state.pop(f"thanks-{turn_id}", False):
            st.caption(say("feedback.thanks"))


@errors.guarded
def _vote(turn_id: int) -> None:
    chosen = st.session_state.get(f"thumbs-{turn_id}")
    value = 0 if chosen is None else 1 if chosen == _UP else -1
    feedback.vote(services.workspace().db, turn_id, value)


def _draw_form(turn_id: int, answer: Answer) -> None:
    with st.form(f"correction-{turn_id}", border=False):
        st.pills(
            say("feedback.reason"),
            feedback.REASONS,
            format_func=lambda name: say(f"feedback.reason_{name}"),
            key=f"reason-{turn_id}",
        )
        st.text_area(say("feedback.right"), key=f"right-{turn_id}", placeholder=say("feedback.right_help"))
        if answer.data is not None and answer.data.sql is not None:
            st.text_area("SQL", answer.data.sql.text, key=f"sql-{turn_id}", height=120)
        places = {"": say("feedback.nowhere")}
        for number, hit in enumerate(answer.hits[:_PASSAGES]):
            places[str(number)] = f"{hit.file} · {hit.page}: {' '.join(hit.piece.split())[:70]}…"
        if len(places) > 1:
            st.selectbox(
                say("feedback.stands_in"),
                list(places),
                format_func=lambda name: one_line(places[name]),
                key=f"place-{turn_id}",
            )
        st.form_submit_button(say("feedback.send"), type="primary", on_click=_send, args=(turn_id, answer))


@errors.guarded
def _send(turn_id: int, answer: Answer) -> None:
    """Keep what was filled in: a passage with the right words, a statement, or the words alone."""
    db, state = services.workspace().db, st.session_state
    feedback.vote(db, turn_id, -1, state.get(f"reason-{turn_id}") or "")
    text = (state.get(f"right-{turn_id}") or "").strip()
    sql = (state.get(f"sql-{turn_id}") or "").strip()
    place = state.get(f"place-{turn_id}") or ""
    if sql and answer.data is not None and answer.data.sql is not None and sql != answer.data.sql.text:
        services.workspace().tables.run(sql)  # raises where the guard refuses it: nothing wrong is kept
        feedback.correct(db, turn_id, "sql", {"sql": sql})
    elif place:
        hit = answer.hits[int(place)]
        value = {"document_id": hit.document_id, "file": hit.file, "page": hit.page, "quote": hit.piece, "text": text}
        feedback.correct(db, turn_id, "citation", value)
    elif text:
        feedback.correct(db, turn_id, "answer", {"text": text})
    state[f"thanks-{turn_id}"] = True
