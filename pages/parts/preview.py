"""One document beside the list: its pages as pictures, text and tables, search inside it, and its deletion."""

from __future__ import annotations

import json

import streamlit as st

from core import i18n
from core.documents.layout import boxes_for
from core.documents.parse.kinds import MEDIA
from core.records import Document, Page
from pages.parts import errors, services
from pages.parts.evidence import PDF
from pages.parts.language import lang, say, say_count
from pages.parts.plain import marked, one_line, plain

_FOUND = 8
_SPREADSHEETS = frozenset(MEDIA[kind] for kind in ("csv", "xlsx"))


@st.fragment
def draw(document: Document) -> None:
    st.subheader(one_line(document.title or document.name, 80), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(one_line(document.name, 60), width="content")
        if st.button(
            say("documents_page.delete"), icon=":material/delete:", type="tertiary", key=f"delete-{document.id}"
        ):
            _confirm_delete(document)
    _draw_notes(document)
    found = _draw_search(document)
    number = _choose_page(document)
    page = services.workspace().library.page(document.id, number)
    if page is None:
        return
    here = found if found and found[0] == number else None
    _draw_page(document, page, here)


def _draw_notes(document: Document) -> None:
    for key, params in json.loads(document.reason) if document.reason else ():
        st.caption(f":material/info: {plain(i18n.translate(key, lang(), **params))}")


def _choose_page(document: Document) -> int:
    key = f"page-{document.id}"
    if document.pages < 2:
        return 1
    return st.pagination(document.pages, key=key, max_visible_pages=5)


def _draw_search(document: Document) -> tuple[int, int, int] | None:
    """The place found inside the document that is looked at: (page, start, end)."""
    asked = st.text_input(
        say("documents_page.find_inside"),
        key=f"find-{document.id}",
        placeholder=say("documents_page.find_inside"),
        label_visibility="collapsed",
        icon=":material/search:",
    ).strip()
    if not asked:
        st.session_state.pop("found", None)
        return None
    found = services.workspace().index.search_within(document.id, asked, k=_FOUND)
    if not found:
        st.caption(say("documents_page.found_none"))
    with st.container(gap="xsmall", key="found-inside"):
        for n, sentence in enumerate(found):
            place = (sentence.page, sentence.start, sentence.end)
            st.button(
                f"{say('chat_page.page_short', n=sentence.page)} · {one_line(sentence.text, 110)}",
                key=f"found-{document.id}-{n}",
                type="tertiary",
                width="stretch",
                on_click=_go_to,
                args=(document.id, place),
            )
    return st.session_state.get("found")


def _go_to(document_id: int, place: tuple[int, int, int]) -> None:
    st.session_state["found"] = place
    st.session_state[f"page-{document_id}"] = place[0]


def _draw_page(document: Document, page: Page, found: tuple[int, int, int] | None) -> None:
    """The page's views in tabs, the one that shows most first: its picture, else the table that the file is."""
    views = {say("documents_page.tab_text"): lambda: _draw_text(page, found)}
    if page.tables:
        tables = {say_count("documents_page.tab_tables", len(page.tables)): lambda: _draw_tables(page)}
        views = {**tables, **views} if document.media in _SPREADSHEETS else {**views, **tables}
    if document.media == PDF:
        views = {say("documents_page.tab_page"): lambda: _draw_picture(document, page, found), **views}
    for tab, view in zip(st.tabs(list(views)), views.values(), strict=True):
        with tab:
            view()


def _draw_text(page: Page, found: tuple[int, int, int] | None) -> None:
    with st.container(height=520, border=True, key="text-of-page"):
        if page.kind != "text":
            st.caption(say(f"documents_page.kind_{page.kind}"))
        st.markdown(marked(page.text, *found[1:], after=20000) if found else plain(page.text[:20000]))


def _draw_tables(page: Page) -> None:
    for table in page.tables:
        if table.title:
            st.caption(one_line(table.title, 160))
        st.dataframe(_by_column(table.rows), hide_index=True)


def _by_column(rows: tuple[tuple[str, ...], ...]) -> dict[str, list[str]]:
    """A table's cells by column, named by its header; a name that is missing or met before gets the column's number."""
    width = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    columns: dict[str, list[str]] = {}
    for place in range(width):
        name = one_line(filled[0][place], 60)
        columns[name if name and name not in columns else f"{name} {place + 1}".strip()] = [
            row[place] for row in filled[1:]
        ]
    return columns


def _draw_picture(document: Document, page: Page, found: tuple[int, int, int] | None) -> None:
    folder = str(services.workspace().library.folder)
    boxes = boxes_for(page, *found[1:]) if found else ()
    image = services.page_image(folder, document.sha256, document.id, page.number, boxes)
    if image:
        st.image(image, width="stretch", alt=say("chat_page.page_alt", n=page.number, file=document.name))


def _confirm_delete(document: Document) -> None:
    @st.dialog(say("documents_page.delete_title"))
    def ask() -> None:
        st.markdown(say("documents_page.delete_text", name=one_line(document.name, 100)))
        if st.button(
            say("documents_page.delete"),
            type="primary",
            icon=":material/delete:",
            key="delete-confirmed",
            on_click=_delete,
            args=(document.id,),
        ):
            st.rerun()

    ask()


@errors.guarded
def _delete(document_id: int) -> None:
    services.delete_document(document_id, lang())
    st.session_state.pop("document", None)
