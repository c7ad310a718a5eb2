"""The list of conversations in the sidebar, and what can be done with the open one: rename, export, delete.

Which conversation is open lives in the address (`?c=12`), so a reload or a kept link comes back to it.
"""

from __future__ import annotations

import streamlit as st

from core.state import chats
from pages.parts import errors, services
from pages.parts.language import lang, say
from pages.parts.plain import one_line

_LISTED = 30


def current() -> int | None:
    """The open conversation: the address's, else the session's; None for a new one."""
    asked = st.query_params.get("c", "")
    if asked.isdecimal():
        st.session_state["conversation"] = int(asked)
    return st.session_state.get("conversation")


def read_current() -> chats.Conversation | None:
    """The open conversation as stored, its id in the address; None (and no id there) for a new or deleted one."""
    asked = current()
    found = chats.read_conversation(services.workspace().db, asked) if asked else None
    if found is None:
        open_conversation(None)
    else:
        st.query_params["c"] = str(found.id)
    return found


def open_conversation(conversation_id: int | None) -> None:
    st.session_state["conversation"] = conversation_id
    st.session_state.pop("shown", None)
    if conversation_id is None:
        st.query_params.pop("c", None)
    else:
        st.query_params["c"] = str(conversation_id)


def draw_list() -> None:
    db = services.workspace().db
    opened = current()
    with st.sidebar:
        st.button(
            say("chat_page.new"),
            icon=":material/add:",
            on_click=open_conversation,
            args=(None,),
            width="stretch",
            key="new-conversation",
        )
        everything = chats.list_conversations(db, limit=_LISTED)
        if not everything:
            return
        search = ""
        if len(everything) > 5 or st.session_state.get("find-conversation"):
            search = st.text_input(
                say("chat_page.find"),
                key="find-conversation",
                placeholder=say("chat_page.find"),
                label_visibility="collapsed",
                icon=":material/search:",
            )
        found = [(conversation, "") for conversation in everything]
        if search.strip():
            found = chats.search_conversations(db, search, limit=_LISTED)
        with st.container(key="conversations", gap=None):
            for conversation, place in found:
                is_open = conversation.id == opened
                st.button(
                    one_line(conversation.title, 60) or say("chat_page.untitled"),
                    key=f"conversation-{conversation.id}{'-open' if is_open else ''}",
                    type="tertiary",
                    on_click=open_conversation,
                    args=(conversation.id,),
                    width="stretch",
                )
                if place:
                    st.caption(one_line(place, 90))
        if not found:
            st.caption(say("chat_page.find_none"))


def draw_menu(conversation: chats.Conversation) -> None:
    """Rename, export, delete, behind one small button."""
    with st.popover(say("chat_page.conversation"), icon=":material/more_horiz:", type="tertiary"):
        st.text_input(
            say("chat_page.rename"),
            value=conversation.title,
            key=f"title-{conversation.id}",
            max_chars=120,
            on_change=_rename,
            args=(conversation.id,),
        )
        for kind, mime in (("md", "text/markdown"), ("html", "text/html")):
            st.download_button(
                say(f"chat_page.export_{kind}"),
                data=_exporter(conversation, kind, lang()),
                file_name=f"cotejo-{conversation.id}.{kind}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
                key=f"export-{kind}-{conversation.id}",
            )
        if st.button(
            say("chat_page.delete"),
            icon=":material/delete:",
            width="stretch",
            key=f"delete-{conversation.id}",
        ):
            _confirm_delete(conversation)


def _exporter(conversation: chats.Conversation, kind: str, language: str):
    """What makes the file, only when it is asked for."""
    db = services.workspace().db

    def export() -> str:
        from core.export import conversation as exported

        write = exported.to_html if kind == "html" else exported.to_markdown
        return write(conversation, chats.list_turns(db, conversation.id), language)

    return export


@errors.guarded
def _rename(conversation_id: int) -> None:
    title = " ".join(st.session_state[f"title-{conversation_id}"].split())
    if title:
        chats.rename_conversation(services.workspace().db, conversation_id, title)


def _confirm_delete(conversation: chats.Conversation) -> None:
    @st.dialog(say("chat_page.delete_title"))
    def ask() -> None:
        st.markdown(say("chat_page.delete_text", title=one_line(conversation.title, 80)))
        if st.button(
            say("chat_page.delete"),
            type="primary",
            icon=":material/delete:",
            key="delete-confirmed",
            on_click=_delete,
            args=(conversation.id,),
        ):
            st.rerun()

    ask()


@errors.guarded
def _delete(conversation_id: int) -> None:
    chats.delete_conversation(services.workspace().db, conversation_id)
    open_conversation(None)
