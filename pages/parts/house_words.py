"""The words of the house: proposals from approved corrections, and those that were taken, each with where it is from.

A proposal is shown with its questions; a person chooses what it means, writes it, or leaves it. It proposes nothing.
"""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.evaluation import glossary
from core.evaluation.glossary import Meaning, Proposal
from core.state import feedback, house_words
from core.state.database import Database
from core.state.house_words import HouseWord
from pages.parts import errors, services
from pages.parts.language import date, lang, say, say_count
from pages.parts.plain import one_line

_SHOWN = 8
_QUESTIONS = 3


def draw(db: Database) -> None:
    """Proposals, a form for a word of one's own, and the words in force."""
    taken = house_words.list_words(db)
    approved = feedback.corrections(db, "approved")
    st.subheader(say("house_words.title"), anchor=False)
    st.caption(say("house_words.what"))
    if approved:
        _draw_proposals(db, approved)
    _draw_own(db)
    if taken:
        _draw_taken(db, taken)


def _draw_proposals(db: Database, approved: list[feedback.Feedback]) -> None:
    questions = {one.id: one.question for one in approved}
    for place, one in enumerate(_proposals(db, approved)[:_SHOWN]):
        with st.container(border=True, key=f"word-{place}"):
            asked = " · ".join(one_line(questions[number], 90) for number in one.origins[:_QUESTIONS])
            st.markdown(f"**{one_line(one.said, 60)}**  \n{asked}")
            _draw_choice(db, place, one)


def _proposals(db: Database, approved: list[feedback.Feedback]) -> list[Proposal]:
    """Made again only when corrections or words changed."""
    key = (tuple(one.id for one in approved), house_words.revision(db))
    if st.session_state.get("word-proposals", (None,))[0] != key:
        workspace = services.workspace()
        workspace.index.refresh()
        known = house_words.list_words(db, None)
        found = glossary.propose(approved, workspace.index, workspace.tables.catalog(), known)
        st.session_state["word-proposals"] = (key, found)
    return st.session_state["word-proposals"][1]


def _draw_choice(db: Database, place: int, one: Proposal) -> None:
    """Its meanings to choose from; a guess that one correction alone speaks for is not chosen beforehand."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("house_words.means"),
            range(len(one.meanings)),
            index=0 if len(one.origins) > 1 else None,
            format_func=lambda n: _name(one.meanings[n]),
            placeholder=say("house_words.choose"),
            key=f"meaning-{place}",
            width=320,
        )
        written = ""
        if not one.meanings[0].places:
            written = st.text_input(say("house_words.other"), key=f"own-meaning-{place}", width=220, max_chars=80)
        st.button(
            say("evaluation_page.take"),
            type="primary",
            icon=":material/check:",
            disabled=chosen is None and not written.strip(),
            on_click=_take,
            args=(db, place, one),
            key=f"take-word-{place}",
        )
        st.button(
            say("evaluation_page.leave"),
            icon=":material/close:",
            on_click=_leave,
            args=(db, one),
            key=f"leave-word-{place}",
        )


def _name(meaning: Meaning) -> str:
    """What is meant, and where in the tables it is."""
    if not meaning.places:
        return meaning.text
    tables = ", ".join(dict.fromkeys(table for table, _, _ in meaning.places))
    column = meaning.places[0][1] if meaning.places[0][2] else ""
    return f"{meaning.text} ({' · '.join(filter(None, (column, tables)))})"


@errors.guarded
def _take(db: Database, place: int, one: Proposal) -> None:
    written = (st.session_state.get(f"own-meaning-{place}") or "").strip()
    chosen = st.session_state.get(f"meaning-{place}")
    if written or chosen is not None:
        meaning = Meaning(written, (), 0.0) if written else one.meanings[chosen]
        for word in meaning.words(one.said, one.lang, one.origins):
            house_words.add(db, word)
    for name in (f"meaning-{place}", f"own-meaning-{place}"):
        st.session_state.pop(name, None)  # another proposal takes its place


@errors.guarded
def _leave(db: Database, one: Proposal) -> None:
    """None of what is offered: it is not offered again."""
    for meaning in one.meanings:
        for word in meaning.words(one.said, one.lang, one.origins):
            house_words.add(db, dataclasses.replace(word, state="rejected"))


def _draw_own(db: Database) -> None:
    with (
        st.popover(say("house_words.add"), icon=":material/add:", key="add-word"),
        st.form("own-word", border=False, clear_on_submit=True),
    ):
        st.text_input(say("house_words.said"), key="own-said", max_chars=80)
        st.text_input(say("house_words.documents_say"), key="own-meant", max_chars=80)
        st.caption(say("house_words.tables_help"))
        st.form_submit_button(say("house_words.keep"), type="primary", on_click=_keep_own, args=(db,))


@errors.guarded
def _keep_own(db: Database) -> None:
    said, meant = (st.session_state.get(name, "").strip() for name in ("own-said", "own-meant"))
    if said and meant:
        house_words.add(db, HouseWord(said, meant, lang()))


def _draw_taken(db: Database, taken: list[HouseWord]) -> None:
    st.markdown(f"**{say_count('house_words.taken', len(taken))}**")
    for word in taken:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"taken-{word.id}"):
            place = " · ".join(filter(None, word.place[:2])) if word.place else say("house_words.documents")
            st.markdown(f"**{one_line(word.said, 60)}** = {one_line(word.meant, 80)}", width="content")
            origin = say_count("house_words.origin", len(word.origins)) if word.origins else say("house_words.by_hand")
            st.caption(f"{one_line(place, 60)} · {word.lang} · {origin} · {date(word.at)}", width="content")
            st.button(
                say("house_words.remove"),
                icon=":material/undo:",
                type="tertiary",
                on_click=house_words.remove,
                args=(db, word),
                key=f"remove-word-{word.id}",
            )
