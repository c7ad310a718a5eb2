"""Chat: the conversation, and beside it the evidence of the answer that is looked at.

A new conversation's heading is painted before the core is imported: that import takes as long as the first paint may.
"""

from pages.parts import frame

frame.enter("chat")

import streamlit as st  # noqa: E402

from pages.parts import welcome  # noqa: E402
from pages.parts.language import say  # noqa: E402


def main() -> None:
    is_new = "c" not in st.query_params and st.session_state.get("conversation") is None
    box = welcome.open_box() if is_new else None
    st.chat_input(say("chat_page.placeholder"), key="question", max_chars=2000, on_submit=_ask)

    from pages.parts import conversations, desk, services, turns

    turns.stand_open(None)
    documents = services.workspace().library.documents()
    conversation = conversations.read_current()
    conversations.draw_list()
    if conversation is not None:
        desk.draw(conversation, documents)
    else:
        with box or welcome.open_box():
            welcome.draw(documents)


def _ask() -> None:
    from pages.parts import turns

    turns.ask(st.session_state["question"] or "")


main()
