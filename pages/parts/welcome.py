"""What a new conversation shows: what this workspace holds in one line, three questions that work, the sample.

`open_box` needs nothing of the core, so that it can be painted first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import errors, services
from pages.parts.language import lang, say, say_count
from pages.parts.plain import one_line

if TYPE_CHECKING:
    from core.records import Document, Table


def open_box() -> DeltaGenerator:
    """The heading, in a box for all the rest."""
    with st.container(horizontal=True, horizontal_alignment="center"):
        box = st.container(width=680, gap="medium", key="welcome")
    box.title(say("chat_page.welcome"), anchor=False)
    return box


def draw(documents: list[Document]) -> None:
    """What stands below the heading."""
    waiting = services.workspace().library.open_files()
    tables = services.file_tables()
    if not documents and not tables:
        _draw_empty(waiting)
        return
    st.markdown(say("chat_page.holds", held=_count_held(documents, tables)))
    if waiting:
        st.caption(f":shimmer[{say_count('chat_page.arriving', waiting)}]")
        _wait(len(documents))
    _draw_questions(documents, tables)


def _count_held(documents: list[Document], tables: list[Table]) -> str:
    """'11 documents (40 pages) and 7 tables': a file of tables is no document to its reader, though search reads it."""
    sources = {table.source for table in tables}
    texts = [document for document in documents if document.name not in sources]
    counted = say_count("router.tables", len(tables))
    if not texts:
        return counted
    pages = say_count("chat_page.pages", sum(document.pages for document in texts))
    written = f"{say_count('chat_page.documents', len(texts))} ({pages})"
    return say("router.and", first=written, second=counted) if tables else written


def _draw_empty(waiting: int) -> None:
    if waiting:
        st.markdown(f":shimmer[{say_count('chat_page.arriving', waiting)}]")
        _wait(0)
        return
    st.markdown(say("chat_page.empty"))
    with st.container(horizontal=True):
        if st.button(say("chat_page.add_documents"), type="primary", icon=":material/upload_file:", key="to-documents"):
            st.switch_page("pages/documents.py")
        st.button(say("chat_page.open_sample"), icon=":material/science:", on_click=open_sample, key="open-sample")
    st.caption(say("chat_page.sample_note"))


def draw_sample_offer(note: str) -> None:
    """The sample, for a page that has nothing to show yet; `note` says what is in it."""
    st.button(say("chat_page.open_sample"), icon=":material/science:", on_click=open_sample, key="open-sample")
    st.caption(say(note))


@st.fragment(run_every=1)
def _wait(known: int) -> None:
    """Look once a second whether another document is there, or nothing more is to come."""
    library = services.workspace().library
    if len(library.documents()) != known or not library.open_files():
        st.rerun()


@st.fragment(run_every=1)
def wait_for_suggestions(documents: list[Document], tables: list[Table]) -> None:
    if services.suggestions(documents, tables, lang()) is not None:
        st.rerun()


@errors.guarded
def open_sample() -> None:
    """Add the sample's documents as files of this computer, and start on them."""
    from core import samples

    workspace = services.workspace()
    for path in samples.files():
        workspace.library.add_path(path)
    services.ensure_worker()


def _draw_questions(documents: list[Document], tables: list[Table]) -> None:
    from core import samples
    from pages.parts import turns

    questions = samples.featured(documents, lang()) or services.suggestions(documents, tables, lang())
    if questions is None:
        wait_for_suggestions(documents, tables)
        return
    with st.container(gap="xsmall", key="suggestions"):
        if questions:
            st.caption(say("chat_page.try"))
        for n, question in enumerate(questions[:3]):
            st.button(
                one_line(question),
                key=f"suggestion-{n}",
                icon=":material/arrow_outward:",
                width="stretch",
                on_click=turns.ask,
                args=(question,),
            )
