"""Thumbs under an answer, and the place to correct it: its words, its statement, the passage it should have quoted.

What is said waits for review: nothing is learnt here.
"""

from __future__ import annotations

import streamlit as st

from core.evaluation import learn
from core.records import Answer, Hit
from core.state import feedback
from pages.parts import errors, services
from pages.parts.language import say

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
                _draw_correction(turn_id, answer)
        if st.session_state.pop(f"thanks-{turn_id}", False):
            st.caption(say("feedback.thanks"))


@errors.guarded
def _vote(turn_id: int) -> None:
    chosen = st.session_state.get(f"thumbs-{turn_id}")
    value = 0 if chosen is None else 1 if chosen == _UP else -1
    feedback.vote(services.workspace().db, turn_id, value)


@st.fragment
def _draw_correction(turn_id: int, answer: Answer) -> None:
    """A search for the passage above the form: what it finds can be chosen there."""
    if st.session_state.pop(f"sent-{turn_id}", False):
        st.rerun()  # the thanks stand outside of this fragment
    st.text_input(
        say("feedback.find"),
        key=f"find-{turn_id}",
        placeholder=say("feedback.find_help"),
        icon=":material/search:",
    )
    hits = _passages(turn_id, answer)
    with st.form(f"correction-{turn_id}", border=False):
        st.pills(
            say("feedback.reason"),
            feedback.REASONS,
            format_func=lambda name: say(f"feedback.reason_{name}"),
            key=f"reason-{turn_id}",
        )
        if hits:
            places = ["", *(str(number) for number in range(len(hits)))]
            st.selectbox(
                say("feedback.stands_in"),
                places,
                format_func=lambda name: _place(hits[int(name)]) if name else say("feedback.nowhere"),
                key=f"place-{turn_id}",
            )
        st.text_area(say("feedback.right"), key=f"right-{turn_id}", placeholder=say("feedback.right_help"))
        if answer.data is not None and answer.data.sql is not None:
            st.text_area("SQL", answer.data.sql.text, key=f"sql-{turn_id}", height=120)
        st.form_submit_button(say("feedback.send"), type="primary", on_click=_send, args=(turn_id, answer, hits))


def _passages(turn_id: int, answer: Answer) -> list[Hit]:
    """What the search in the form found, then what the answer had found."""
    wanted = (st.session_state.get(f"find-{turn_id}") or "").strip()
    found = services.workspace().index.search(wanted, lang=answer.lang, k=_PASSAGES).hits if wanted else ()
    return list({hit.piece_id: hit for hit in (*found, *answer.hits[:_PASSAGES])}.values())


def _place(hit: Hit) -> str:
    """Plain text: the options of a select box are no Markdown."""
    return f"{hit.file} · {hit.page}: {' '.join(hit.piece.split())[:90]}…"


@errors.guarded
def _send(turn_id: int, answer: Answer, hits: list[Hit]) -> None:
    """Keep what was filled in: a statement, a passage with the right words, or the words alone."""
    workspace, state = services.workspace(), st.session_state
    sql, place = (state.get(f"sql-{turn_id}") or "").strip(), state.get(f"place-{turn_id}") or ""
    if answer.data is None or answer.data.sql is None or sql == answer.data.sql.text:
        sql = ""
    if sql:
        workspace.tables.run(sql)  # raises where the guard refuses it: nothing wrong is kept
    hit = hits[int(place)] if place else None
    learn.correct(
        workspace.db,
        turn_id,
        reason=state.get(f"reason-{turn_id}") or "",
        text=(state.get(f"right-{turn_id}") or "").strip(),
        sql=sql,
        place=learn.Passage(hit.document_id, hit.file, hit.page, hit.piece) if hit else None,
    )
    state[f"thanks-{turn_id}"] = state[f"sent-{turn_id}"] = True
