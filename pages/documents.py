"""Documents: files in, what became of each, and a look inside."""

from pages.parts import frame

frame.enter("documents")

import streamlit as st  # noqa: E402

from core.records import Document  # noqa: E402
from pages.parts import arrivals, preview, services, welcome  # noqa: E402
from pages.parts.language import moment, say, say_count, size  # noqa: E402


def draw_table(documents: list[Document]) -> Document | None:
    """The list; returns the document that is selected, or None."""
    search = ""
    if len(documents) > 8:
        search = st.text_input(
            say("documents_page.find"),
            placeholder=say("documents_page.find"),
            label_visibility="collapsed",
            icon=":material/search:",
            key="find-document",
        )
    wanted = search.strip().casefold()
    shown = [d for d in documents if wanted in f"{d.name} {d.title}".casefold()]
    rows = {
        "name": [document.name for document in shown],
        "state": [say(f"documents_page.state_{document.state}") for document in shown],
        "pages": [document.pages for document in shown],
        "size": [size(document.size) for document in shown],
        "added": [moment(document.added_at) for document in shown],
        "language": [document.lang.upper() for document in shown],
    }
    column = st.column_config
    date_format = "DD/MM/YYYY" if say("app.date_order") == "day" else "YYYY-MM-DD"
    event = st.dataframe(
        rows,
        hide_index=True,
        key="documents-table",
        on_select="rerun",
        selection_mode="single-cell",
        height=min(38 + 35 * max(len(shown), 1), 560),
        column_config={
            "name": column.TextColumn(say("documents_page.name")),
            "state": column.TextColumn(say("documents_page.state"), width=84),
            "pages": column.NumberColumn(say("documents_page.pages"), width=64),
            "size": column.TextColumn(say("documents_page.size"), width=66, alignment="right"),
            "added": column.DatetimeColumn(say("documents_page.added"), width=88, format=date_format),
            "language": column.TextColumn(say("documents_page.language"), width=60),
        },
    )
    selected = event["selection"]["cells"]
    if selected and selected[0][0] < len(shown):
        st.session_state["document"] = shown[selected[0][0]].id
    chosen = st.session_state.get("document")
    return next((document for document in documents if document.id == chosen), shown[0] if shown else None)


def main() -> None:
    library = services.workspace().library
    st.title(say("documents_page.title"), anchor=False)
    arrivals.draw_drop_zone()
    arrivals.draw_progress()
    arrivals.draw_refused()
    documents = library.documents()
    if not documents:
        if not library.open_files():
            st.caption(say("documents_page.empty"))
            welcome.draw_sample_offer("chat_page.sample_note")
        return
    st.caption(say_count("chat_page.documents", len(documents)))
    left, right = st.columns([8, 5], gap="large")
    with left:
        selected = draw_table(documents)
        st.caption(say("documents_page.states_help"))
    if selected is not None:
        with right, st.container(key="preview"):
            preview.draw(selected)


main()
