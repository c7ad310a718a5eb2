"""Two adapters, or one and its base, side by side on a question: the passages each would find, the words each says."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.evaluation.side_by_side import Found, order_candidates, write_both
from core.i18n import detect_language, error_text
from core.models import adapters
from core.models.embedder import Embedder, load_adapted, load_embedder
from core.records import AdapterCard
from core.settings import Settings, cache_folder
from pages.parts import services
from pages.parts.language import lang, number, say
from pages.parts.plain import one_line, plain

_BASE = "none"
_TEXT_MOST = 320


def draw(held: Settings, shelf: list[tuple[str, AdapterCard]]) -> None:
    """Nothing while there is no adapter to compare."""
    kinds = [kind for kind in ("retriever", "chat") if any(card.kind == kind for _, card in shelf)]
    if not kinds:
        return
    st.subheader(say("adapters_page.compare"), anchor=False)
    with st.form("compare", border=False):
        question = st.text_input(say("adapters_page.compare_question"), key="compare-question")
        names = {(_BASE, ""): say("adapters_page.base_alone")}
        names |= {(name, card.kind): f"{one_line(card.name, 40)} · {say(f'adapters_page.kind_{card.kind}')}"
                  for name, card in shelf}  # fmt: skip
        options = list(names)
        left, right = st.columns(2)
        first = left.selectbox(say("adapters_page.compare_left"), options, 0, names.get, key="compare-left")
        second = right.selectbox(say("adapters_page.compare_right"), options, 1, names.get, key="compare-right")
        asked = st.form_submit_button(say("adapters_page.compare_go"), icon=":material/compare_arrows:")
    if asked and question.strip():
        with st.spinner(say("adapters_page.comparing")):
            _draw_both(held, dict(shelf), question.strip(), (first, second), [names[first], names[second]])


def _draw_both(held: Settings, cards: dict[str, AdapterCard], question: str, chosen, titles: list[str]) -> None:
    kinds = {kind for _, kind in chosen if kind}
    try:
        if len(kinds) != 1:
            raise AppError("adapters_page.compare_alike")
        if kinds == {"chat"}:
            _draw_said(held, cards, question, chosen, titles)
        else:
            _draw_found(held, question, chosen, titles)
    except AppError as error:
        st.error(plain(error_text(error, lang())), icon=":material/error:")


def _draw_found(held: Settings, question: str, chosen, titles: list[str]) -> None:
    sides = [_embedder(held, name) for name, _ in chosen]
    found = order_candidates(services.workspace().index, question, detect_language(question), sides)
    for column, title, rows in zip(st.columns(2, gap="large"), titles, found, strict=True):
        with column:
            st.markdown(f"**{title}**")
            if not rows:
                st.caption(say("adapters_page.compare_nothing"))
            for place, row in enumerate(rows, 1):
                _draw_row(place, row)


def _embedder(held: Settings, name: str) -> Embedder:
    if name == _BASE:
        return load_embedder("builtin", cache_folder())
    packaged = adapters.packaged_adapter()
    folder = packaged if name == "builtin" and packaged else adapters.adapters_folder(held.workspace) / name
    return load_adapted(folder, cache_folder())


def _draw_row(place: int, row: Found) -> None:
    with st.container(border=True):
        moved = say("adapters_page.compare_same") if row.was == place else say("adapters_page.compare_was", n=row.was)
        page = say("adapters_page.compare_page", n=number(row.page))
        st.caption(f"{place} · {one_line(row.file, 48)}, {page} · {number(row.cosine, 2)} · {moved}")
        st.markdown(one_line(row.text, _TEXT_MOST))


def _draw_said(held: Settings, cards: dict[str, AdapterCard], question: str, chosen, titles: list[str]) -> None:
    bases = {cards[name].base for name, kind in chosen if kind}
    if len(bases) != 1:
        raise AppError("adapters_page.compare_bases")
    folders = [adapters.adapters_folder(held.workspace) / name if kind else None for name, kind in chosen]
    said = write_both(held, bases.pop(), folders, question)
    for column, title, text in zip(st.columns(2, gap="large"), titles, said, strict=True):
        with column, st.container(border=True):
            st.markdown(f"**{title}**")
            st.markdown(plain(text) or "–")
