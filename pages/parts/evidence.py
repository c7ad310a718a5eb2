"""The evidence beside a conversation: the source of a statement on its page, the checks, the times taken.

A source is drawn as its page's picture with the passage marked, or as the page's text where the format has no
pictures. Which one is shown is kept in the session. It judges nothing: verdicts come with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core.documents.layout import boxes_for
from core.records import Answer, BoxTuple, Document
from core.state import chats
from pages.parts import how, results, services
from pages.parts.language import say
from pages.parts.plain import marked, one_line, plain

PDF = "application/pdf"
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a document. `key` names it within its answer: c1 for citation 1, h3 for the third passage found."""

    key: str
    document_id: int
    file: str
    page: int
    start: int
    end: int
    quote: str
    boxes: tuple[BoxTuple, ...] | None = None
    verified: bool = False
    hidden: bool = False

    @property
    def label(self) -> str:
        name = one_line(self.file.rsplit("/", 1)[-1], 34)
        number = f"{self.key[1:]} · " if self.key[0] == "c" else ""
        return f"{number}{name} · {say('chat_page.page_short', n=self.page)}"


def cited(answer: Answer) -> list[Source]:
    return [
        Source(f"c{c.n}", c.document_id, c.file, c.page, c.start, c.end, c.quote, c.boxes, c.verified, c.hidden)
        for c in answer.citations
    ]


def nearest(answer: Answer) -> list[Source]:
    """The passages that were found, best first, one a page."""
    found: dict[tuple[int, int], Source] = {}
    for n, hit in enumerate(answer.hits, start=1):
        source = Source(f"h{n}", hit.document_id, hit.file, hit.page, hit.start, hit.end, hit.piece)
        found.setdefault((hit.document_id, hit.page), source)
    return list(found.values())


def show(turn_id: int, key: str, opened: bool = True) -> None:
    """Choose a source. `opened`: by its user, who then sees it on a narrow screen too."""
    st.session_state["shown"] = {"turn": turn_id, "key": key, "page": None, "opened": opened}


def panel_key() -> str:
    """The panel's name for the style sheet, which leaves it out on narrow screens until it is opened."""
    return "evidence-opened" if st.session_state["shown"]["opened"] else "evidence"


def is_shown(turn_id: int, source: Source) -> bool:
    shown = st.session_state.get("shown")
    return bool(shown) and shown["turn"] == turn_id and shown["key"] == source.key


def choose(turns: list[chats.Turn]) -> chats.Turn | None:
    """The turn whose evidence is drawn: the one chosen, else the last with a source; its first source is chosen."""
    shown = st.session_state.get("shown") or {}
    candidates = [turn for turn in turns if turn.answer and _first(turn.answer)]
    turn = next((turn for turn in candidates if turn.id == shown.get("turn")), None)
    if turn is None and candidates:
        turn = candidates[-1]
        show(turn.id, _first(turn.answer), opened=False)
    return turn


def _first(answer: Answer) -> str:
    """The key of what is shown first: its rows where it has any, else its best source; empty where it has neither."""
    if answer.data is not None:
        return ROWS
    return next((source.key for source in (*cited(answer), *nearest(answer))), "")


@st.fragment
def draw(turn: chats.Turn) -> None:
    """The panel for one answer."""
    answer = turn.answer
    key = st.session_state["shown"]["key"]
    is_rows = key == ROWS and answer.data is not None
    first = say("chat_page.tab_rows") if is_rows else say("chat_page.tab_source")
    shown, checks, told = st.tabs([first, say("chat_page.tab_checks"), say("chat_page.tab_how")])
    with shown:
        if is_rows:
            results.draw(answer.data, str(turn.id))
        else:
            _draw_cited(turn, key)
    with checks:
        how.draw_checks(answer)
    with told:
        how.draw_how(turn)


def _draw_cited(turn: chats.Turn, key: str) -> None:
    all_sources = {source.key: source for source in [*cited(turn.answer), *nearest(turn.answer)]}
    source = all_sources.get(key)
    document = services.workspace().library.document(source.document_id) if source else None
    if source is None or document is None:
        st.caption(say("chat_page.source_gone"))
        return
    _draw_source(source, document)
    _draw_others(turn, [other for other in nearest(turn.answer) if other.key != source.key])


def _draw_source(source: Source, document: Document) -> None:
    number = st.session_state["shown"]["page"] or source.page
    on_source = number == source.page
    st.markdown(f"**{one_line(document.title or document.name, 90)}**")
    verified = f" · :material/check: {say('chat_page.verified_here')}" if source.verified and on_source else ""
    st.caption(one_line(document.name, 60) + verified)
    if source.hidden and on_source:
        st.warning(say("chat_page.hidden"), icon=":material/visibility_off:")
    image = _picture(source, document, number) if document.media == PDF else None
    _draw_turner(source, document, number, image)
    if image is None:
        _draw_text(source, number, on_source)
        return
    st.image(image, width="stretch", alt=say("chat_page.page_alt", n=number, file=document.name))
    if on_source:
        with st.expander(say("chat_page.quote"), icon=":material/format_quote:"):
            st.text(" ".join(source.quote.split()))


def _picture(source: Source, document: Document, number: int) -> bytes | None:
    boxes: tuple[BoxTuple, ...] = ()
    if number == source.page:
        boxes = source.boxes if source.boxes is not None else _boxes(source)
    folder = str(services.workspace().library.folder)
    return services.page_image(folder, document.sha256, document.id, number, boxes)


def _boxes(source: Source) -> tuple[BoxTuple, ...]:
    page = services.workspace().library.page(source.document_id, source.page)
    return boxes_for(page, source.start, source.end) if page else ()


def _draw_text(source: Source, number: int, on_source: bool) -> None:
    page = services.workspace().library.page(source.document_id, number)
    if page is None:
        st.caption(say("chat_page.source_gone"))
        return
    with st.container(border=True, key="page-text"):
        st.markdown(marked(page.text, source.start, source.end) if on_source else plain(page.text[:4000]))


def _draw_turner(source: Source, document: Document, number: int, image: bytes | None) -> None:
    """The neighbouring pages, the way back to the quote, and the page enlarged: one click each."""
    total = document.pages
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="turner"):
        if total > 1:
            _draw_step("chevron_left", "page_before", number - 1, number > 1)
        st.button(
            say("chat_page.page_of", n=number, total=total),
            type="tertiary",
            disabled=number == source.page,
            icon=":material/my_location:" if number != source.page else None,
            key="go-home",
            help=say("chat_page.back_to_quote") if number != source.page else None,
            on_click=_turn_to,
            args=(source.page,),
        )
        if total > 1:
            _draw_step("chevron_right", "page_after", number + 1, number < total)
        if image is not None and st.button(
            say("chat_page.enlarge"), icon=":material/zoom_in:", type="tertiary", key="enlarge"
        ):
            _enlarge(document, number, image)


def _draw_step(icon: str, label: str, number: int, possible: bool) -> None:
    st.button(
        say("chat_page.page_short", n=number) if possible else "–",
        icon=f":material/{icon}:",
        icon_position="left" if icon == "chevron_left" else "right",
        type="tertiary",
        disabled=not possible,
        key=f"go-{icon}",
        help=say(f"chat_page.{label}"),
        on_click=_turn_to,
        args=(number,),
    )


def _enlarge(document: Document, number: int, image: bytes) -> None:
    @st.dialog(say("chat_page.page_alt", n=number, file=one_line(document.name, 60)), width="large")
    def large() -> None:
        st.image(image, width="stretch", alt=say("chat_page.page_alt", n=number, file=document.name))

    large()


def _turn_to(number: int) -> None:
    st.session_state["shown"] = {**st.session_state["shown"], "page": number}


def _draw_others(turn: chats.Turn, others: list[Source]) -> None:
    if not others:
        return
    with st.expander(say("chat_page.other_passages", n=len(others)), icon=":material/library_books:"):
        for source in others:
            st.button(
                replace(source, key="h").label,
                key=f"other-{turn.id}-{source.key}",
                type="tertiary",
                icon=":material/description:",
                on_click=show,
                args=(turn.id, source.key),
            )
            st.caption(one_line(source.quote, 160))
