"""Adapters that may be used: their scores against the base, put one to use or take it out, keep a copy, delete."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from core.errors import AppError
from core.models import adapters
from core.records import AdapterCard
from core.settings import Settings
from core.training import parcel, queue
from core.training.presets import draw_pairs
from pages.parts import adapters_data, errors, services
from pages.parts.adapters_gate import percent
from pages.parts.language import date, say
from pages.parts.plain import one_line

_SHOWN = ("dense_recall1", "fused_recall1", "general_recall1_en", "general_recall1_es")
_BARE = "none"
_JUDGED_MOST = 1000


def is_bare(held: Settings) -> bool:
    """Whether the embedder works as it came, without an adapter."""
    chosen = held.get("retriever_adapter")
    return chosen == _BARE or (chosen == "builtin" and adapters.packaged_adapter() is None)


def draw(held: Settings, shelf: list[tuple[str, AdapterCard]]) -> None:
    if shelf:
        st.subheader(say("adapters_page.step_use"), anchor=False)
        if not services.workspace().library.fully_embedded():
            st.info(say("adapters_page.embedding"), icon=":material/sync:")
    for name, card in shelf:
        _draw_one(held, name, card)
    with st.popover(say("adapters_page.import"), icon=":material/upload:", width="content"):
        _draw_import()


def _draw_import() -> None:
    """An adapter from elsewhere: taken in as a zip or from a folder, judged here before it may be used."""
    st.markdown(say("adapters_page.import_help"))
    st.file_uploader(say("adapters_page.zip"), type=["zip"], key="import-zip")
    st.text_input(say("adapters_page.folder"), key="import-folder")
    st.text_input(say("adapters_page.name"), value="imported", key="import-name")
    st.button(say("adapters_page.import"), type="primary", on_click=_import, key="import-adapter")


@errors.guarded
def _import() -> None:
    workspace = services.workspace()
    given, folder = st.session_state.get("import-zip"), st.session_state["import-folder"].strip()
    if given is None and not folder:
        raise AppError("adapters.nothing_given")
    name = st.session_state["import-name"].strip()
    pairs = draw_pairs(adapters_data.gather(workspace.db, ("corrections", "documents")), _JUDGED_MOST)
    with tempfile.TemporaryDirectory(prefix="cotejo-import-") as place:
        source = Path(place) if given is not None else Path(folder).expanduser()
        if given is not None:
            parcel.unpack(given.getvalue(), source)
        queue.queue_judging(workspace.db, services.settings(), name, source, pairs)
    services.ensure_worker()
    st.session_state["adapter-run"] = name


def _draw_one(held: Settings, name: str, card: AdapterCard) -> None:
    in_use = held.get("retriever_adapter") == name
    with st.container(border=True, key=f"adapter-{name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{one_line(card.name, 64)}**", width="content")
            if in_use:
                st.badge(say("adapters_page.in_use"), icon=":material/check:", color="green")
            elif not card.passed:
                st.badge(say("adapters_page.verdict_failed"), icon=":material/block:", color="red")
            if card.created:
                st.caption(date(card.created), width="content")
        _draw_scores(card)
        _draw_buttons(name, card, in_use)


def _draw_scores(card: AdapterCard) -> None:
    """The few measures that decide, against the base."""
    with st.container(horizontal=True):
        for measure in _SHOWN:
            one = card.scores.get(measure)
            if one is not None:
                gained = one["adapter"] - one["base"]
                st.metric(
                    say(f"adapters_page.short_{measure}"),
                    percent(one["adapter"]),
                    say("adapters_page.against", base=percent(one["base"])),
                    delta_color="green" if gained > 0 else "red" if gained < 0 else "gray",
                    delta_arrow="up" if gained > 0 else "down" if gained < 0 else "off",
                    width=190,
                )


def _draw_buttons(name: str, card: AdapterCard, in_use: bool) -> None:
    with st.container(horizontal=True):
        if in_use:
            st.button(
                say("adapters_page.roll_back"),
                icon=":material/undo:",
                on_click=_use,
                args=(_BARE,),
                key=f"roll-back-{name}",
            )
        else:
            st.button(
                say("adapters_page.promote"),
                type="primary",
                icon=":material/publish:",
                disabled=not card.passed,
                on_click=_use,
                args=(name,),
                key=f"promote-{name}",
            )
        if name == "builtin":
            return
        folder = adapters.adapters_folder(services.settings().workspace) / name
        st.download_button(
            say("adapters_page.export"),
            lambda: parcel.pack(folder),
            file_name=f"{name}.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key=f"export-{name}",
        )
        if in_use:
            return
        with st.popover(say("adapters_page.delete"), icon=":material/delete:", type="tertiary", width="content"):
            st.markdown(say("adapters_page.delete_help"))
            st.button(say("adapters_page.delete"), type="primary", on_click=_delete, args=(name,), key=f"delete-{name}")


@errors.guarded
def _use(name: str) -> None:
    """Work with this adapter from now on; the worker makes the vectors anew while questions go on."""
    services.change_settings(retriever_adapter=name)


@errors.guarded
def _delete(name: str) -> None:
    adapters.remove_adapter(services.settings(), name)
