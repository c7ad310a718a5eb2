"""Adapters that may be used: their scores against the base, put one to use or take it out, keep a copy, delete."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from core.errors import AppError
from core.models import adapters
from core.records import AdapterCard
from core.settings import Settings
from core.state.database import Database
from core.training import parcel, queue
from core.training.bases import practice_folder
from core.training.presets import draw_pairs
from pages.parts import adapters_export, errors, services
from pages.parts.adapters_data import EXAMPLES, PAIRS
from pages.parts.adapters_gate import measure_name, told, used_name
from pages.parts.adapters_sources import gather
from pages.parts.language import date, say
from pages.parts.plain import one_line

_SHOWN = ("dense_recall1", "fused_recall1", "general_recall1_en", "general_recall1_es")
_SHOWN_CHAT = ("chat", "general_text_en", "general_text_es")
_BARE = "none"
_JUDGED_MOST = 1000


def names_in_use(held: Settings) -> list[str]:
    """The adapters that search and the language model work with now; none where both are as they came."""
    chosen = held.get("retriever_adapter")
    if chosen == "builtin":
        packaged = adapters.packaged_adapter()
        chosen = packaged.name if packaged else _BARE
    found = [] if chosen == _BARE else [chosen]
    chat = held.get("chat_adapter")
    return found + ([] if chat in ("", _BARE) else [Path(chat).name])


def _is_in_use(held: Settings, name: str, card: AdapterCard) -> bool:
    if card.kind == "chat":
        return held.get("chat_adapter") == str(adapters.adapters_folder(held.workspace) / name)
    return held.get("retriever_adapter") == name


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
    kind = st.segmented_control(
        say("adapters_page.kind"),
        ("retriever", "chat"),
        format_func=lambda name: say(f"adapters_page.kind_{name}"),
        default="retriever",
        required=True,
        key="import-kind",
    )
    if kind == "chat":
        st.text_input(say("adapters_chat.base"), value=str(practice_folder(services.settings())), key="import-base")
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
    with tempfile.TemporaryDirectory(prefix="cotejo-import-") as place:
        source = Path(place) if given is not None else Path(folder).expanduser()
        if given is not None:
            parcel.unpack(given.getvalue(), source)
        _queue(workspace.db, name, source)
    services.ensure_worker()
    st.session_state["adapter-run"] = name


def _queue(db: Database, name: str, source: Path) -> None:
    """Judged on what this workspace knows: its documents and what its user corrected."""
    held, known = services.settings(), ("corrections", "documents")
    if st.session_state.get("import-kind") == "chat":
        examples = draw_pairs(gather(EXAMPLES, db, (*known, "sql")), _JUDGED_MOST)
        queue.queue_chat_judging(db, held, name, source, examples, st.session_state["import-base"].strip())
    else:
        queue.queue_judging(db, held, name, source, draw_pairs(gather(PAIRS, db, known), _JUDGED_MOST))


def _draw_one(held: Settings, name: str, card: AdapterCard) -> None:
    in_use = _is_in_use(held, name, card)
    with st.container(border=True, key=f"adapter-{name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{one_line(card.name, 64)}**", width="content")
            st.badge(say(f"adapters_page.kind_{card.kind}"), color="gray")
            if in_use:
                st.badge(say("adapters_page.in_use"), icon=":material/check:", color="green")
            elif not card.passed:
                st.badge(say("adapters_page.verdict_failed"), icon=":material/block:", color="red")
            if card.created:
                st.caption(date(card.created), width="content")
        if name == "builtin":
            st.caption(say("adapters_page.packaged"))
        _draw_scores(card)
        _draw_buttons(name, card, in_use)


def _draw_scores(card: AdapterCard) -> None:
    """The few measures that decide, against the base."""
    chat = card.kind == "chat"
    with st.container(horizontal=True):
        for measure in _SHOWN_CHAT if chat else _SHOWN:
            one = card.scores.get(measure)
            if one is not None:
                gained = one["adapter"] - one["base"]
                st.metric(
                    measure_name(measure) if chat else say(f"adapters_page.short_{measure}"),
                    told(measure, one["adapter"]),
                    say("adapters_page.against", base=told(measure, one["base"])),
                    delta_color="green" if gained > 0 else "red" if gained < 0 else "gray",
                    delta_arrow=_arrow(gained, chat),
                    width=190,
                )


def _arrow(gained: float, falls: bool) -> str:
    """Perplexity falls where likelihood grows."""
    if gained == 0:
        return "off"
    return "up" if (gained > 0) != falls else "down"


def _draw_buttons(name: str, card: AdapterCard, in_use: bool) -> None:
    with st.container(horizontal=True):
        if in_use:
            before = adapters.setting_before(services.settings(), card)
            st.button(
                say("adapters_page.roll_back", before=used_name(before)),
                icon=":material/undo:",
                on_click=_use,
                args=(before, card),
                key=f"roll-back-{name}",
            )
        else:
            st.button(
                say("adapters_page.promote"),
                type="primary",
                icon=":material/publish:",
                disabled=not card.passed,
                on_click=_use,
                args=(name, card),
                key=f"promote-{name}",
            )
        if name == "builtin":
            return
        adapters_export.draw(name, card)
        if in_use:
            return
        with st.popover(say("adapters_page.delete"), icon=":material/delete:", type="tertiary", width="content"):
            st.markdown(say("adapters_page.delete_help"))
            st.button(say("adapters_page.delete"), type="primary", on_click=_delete, args=(name,), key=f"delete-{name}")


@errors.guarded
def _use(name: str, card: AdapterCard) -> None:
    """Work with this adapter from now on. Search: the worker makes the vectors anew while questions go on. Language
    model: the adapter's base answers in this process, with the adapter over it."""
    if card.kind != "chat":
        services.change_settings(retriever_adapter=name)
    elif name == _BARE:
        services.change_settings(chat_adapter=_BARE)
    else:
        folder = adapters.adapters_folder(services.settings().workspace) / name
        services.change_settings(engine="transformers", chat_model=card.base, chat_adapter=str(folder))


@errors.guarded
def _delete(name: str) -> None:
    adapters.remove_adapter(services.settings(), name)
