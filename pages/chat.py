"""Chat: the conversation, and beside it the evidence of the answer that is looked at."""

from pages.parts import frame

frame.enter("chat")

import streamlit as st  # noqa: E402

from core.state import chats  # noqa: E402
from pages.parts import conversations, evidence, services, turns, welcome  # noqa: E402
from pages.parts.language import say  # noqa: E402

_TURNS_SHOWN = 12


def draw_scope(documents) -> None:
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


def draw_conversation(conversation: chats.Conversation, documents) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        with st.container(horizontal=True, horizontal_alignment="right", key="chat-head"):
            draw_scope(documents)
            conversations.draw_menu(conversation)
        stored = chats.list_turns(services.workspace().db, conversation.id)
        earlier = len(stored) - _TURNS_SHOWN
        if earlier > 0 and not st.toggle(say("chat_page.earlier", n=earlier), key=f"earlier-{conversation.id}"):
            stored = stored[earlier:]
        drawn = [turns.draw(turn) for turn in stored]
    chosen = evidence.choose(drawn)
    if chosen is not None:
        with right, st.container(key=evidence.panel_key()):
            evidence.draw(chosen)


def main() -> None:
    workspace = services.workspace()
    documents = workspace.library.documents()
    conversation_id = conversations.current()
    conversation = chats.read_conversation(workspace.db, conversation_id) if conversation_id else None
    if conversation is None:
        conversations.open_conversation(None)
    else:
        st.query_params["c"] = str(conversation.id)
    conversations.draw_list()
    question = st.chat_input(say("chat_page.placeholder"), key="question", max_chars=2000)
    if question:
        turns.ask(question)
        st.rerun()
    if conversation is None:
        welcome.draw(documents)
    else:
        draw_conversation(conversation, documents)


main()
