"""An open conversation: its turns on the left, the evidence of one answer on the right, and what is asked of which.

A question that is asked while the conversation stands there runs the fragment `turns.FOLLOWING` alone: what was said
before is not drawn anew, so that nothing of the page stands between the question and its answer's first word.
"""

from __future__ import annotations

from itertools import takewhile

import streamlit as st

from core.records import Document
from core.state import chats
from pages.parts import conversations, evidence, services, turns
from pages.parts.language import say
from pages.parts.plain import one_line

_TURNS_SHOWN = 12


def draw(conversation: chats.Conversation, documents: list[Document]) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        with st.container(horizontal=True, horizontal_alignment="right", key="chat-head"):
            st.title(one_line(conversation.title, 120) or say("chat_page.untitled"), anchor=False, width="stretch")
            _draw_scope(documents)
            conversations.draw_menu(conversation)
        stored = chats.list_turns(services.workspace().db, conversation.id)
        earlier = len(stored) - _TURNS_SHOWN
        if earlier > 0 and not st.toggle(say("chat_page.earlier", n=earlier), key=f"earlier-{conversation.id}"):
            stored = stored[earlier:]
        ended = list(takewhile(lambda turn: turn.state != "running", stored))
        for turn in ended:
            with st.container():  # as deep as in the fragment below, so that no element is made anew when its turn ends
                turns.draw(turn)
    chosen = evidence.choose(ended)
    if chosen is not None:
        with right, st.container(key=evidence.panel_key()):
            evidence.draw(chosen)
    with left:
        _draw_new(conversation.id, ended[-1].id if ended else 0)


@st.fragment(key=turns.FOLLOWING)
def _draw_new(conversation_id: int, after: int) -> None:
    """Draw what was asked after the turn `after` and follow it to its end; then the page is drawn with it."""
    turns.stand_open(conversation_id)
    asked = chats.list_turns(services.workspace().db, conversation_id, after)
    for turn in asked:
        turns.draw(turn)
    if asked:
        st.rerun()


def _draw_scope(documents: list[Document]) -> None:
    """Which documents are asked; all of them where none is chosen."""
    names = {document.id: document.name for document in documents}
    if len(names) < 2:
        return
    chosen = [found for found in st.session_state.get("scope") or [] if found in names]
    label = say("chat_page.scope_some", n=len(chosen), total=len(names)) if chosen else say("chat_page.scope_all")
    with st.popover(label, icon=":material/filter_list:", type="tertiary"):
        st.multiselect(
            say("chat_page.scope"),
            list(names),
            format_func=names.get,
            key="scope",
            placeholder=say("chat_page.scope_all"),
            persist_state="session",
        )
