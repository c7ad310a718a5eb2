"""The base of a new adapter: the packaged encoder, a language model of this machine, or a practice model; and the
earlier adapter that it goes on from, where it does."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import AppError
from core.i18n import error_text
from core.models import adapters
from core.models.adapter_files import check_adapter
from core.state import jobs
from core.state.database import Database
from core.training import queue
from core.training.bases import Base, find_base, find_bases, practice_folder
from core.training.earlier import shape_of
from pages.parts import errors, services
from pages.parts.language import lang, number, say
from pages.parts.plain import one_line, plain


def draw_encoder() -> None:
    """The base is the packaged encoder; said where another embedder is in force."""
    st.markdown(say("adapters_page.base_is"))
    if services.settings().get("embedder") != "builtin":
        st.warning(say("adapters_page.other_embedder"), icon=":material/info:")


def draw_model(db: Database) -> Base | None:
    """The choice of a language model; None until there is one that can be trained."""
    held = services.settings()
    found = {base.name: base for base in find_bases(held)}
    names = list(found)
    chosen = st.selectbox(
        say("adapters_chat.base"),
        names,
        index=0 if names else None,
        accept_new_options=True,
        format_func=lambda name: base_name(name),
        placeholder=say("adapters_chat.base_none"),
        help=say("adapters_chat.base_help"),
        key="chat-base",
        width=480,
    )
    _draw_practice(db, str(practice_folder(held)) in found)
    if not chosen:
        return None
    try:
        base = found.get(chosen) or find_base(chosen.strip())
    except AppError as error:
        st.error(plain(error_text(error, lang())), icon=":material/block:")
        return None
    if base.practice:
        st.info(say("adapters_chat.practice_note"), icon=":material/school:")
    return base


def choose_earlier(kind: str, base: Base | None) -> Path | None:
    """The folder of the adapter to go on from: one of the workspace's for this base. None for fresh matrices."""
    held = services.settings()
    wanted = base.name if base else None
    known = [
        name for name, card in adapters.list_adapters(held, kind)
        if name != "builtin" and (wanted is None or card.base == wanted)
    ]  # fmt: skip
    if not known:
        return None
    chosen = st.selectbox(
        say("adapters_page.earlier"),
        ["", *known],
        format_func=lambda name: one_line(name, 64) or say("adapters_page.earlier_none"),
        help=say("adapters_page.earlier_help"),
        key=f"earlier-{kind}",
        width=480,
    )
    return adapters.adapters_folder(held.workspace) / chosen if chosen else None


def keep_shape(config: Any, earlier: Path | None) -> Any:
    """The values with the rank and alpha of the earlier adapter, which cannot change any more; said where they do."""
    if earlier is None:
        return config
    try:
        shape = shape_of(check_adapter(earlier))
    except AppError as error:
        st.error(plain(error_text(error, lang())), icon=":material/block:")
        return config
    st.caption(say("adapters_page.earlier_shape", rank=number(shape["rank"]), alpha=number(shape["alpha"])))
    return dataclasses.replace(config, rank=shape["rank"], alpha=shape["alpha"])


def chosen_name() -> str:
    """The language model that is chosen, for the row of steps."""
    chosen = st.session_state.get("chat-base")
    return base_name(chosen) if chosen else "–"


def base_name(name: str) -> str:
    """A base as people know it: an id as it is, a folder by its last part, the practice model as such."""
    if name == str(practice_folder(services.settings())):
        return say("adapters_chat.practice_model")
    return one_line(name.rstrip("/").rsplit("/", 1)[-1] if name.startswith(("/", "~", ".")) else name, 60)


def _draw_practice(db: Database, there: bool) -> None:
    """Make a practice model, where there is none, and how far that is."""
    newest = next(iter(jobs.list_jobs(db, queue.PRACTISE)), None)
    if newest is not None and newest.state in jobs.OPEN:
        _draw_progress(newest.id)
        return
    if newest is not None and newest.error and not there:
        key, params = newest.error
        st.error(plain(say(key, **params)), icon=":material/error:")
    if not there:
        st.button(
            say("adapters_chat.make_practice"),
            icon=":material/school:",
            help=say("adapters_chat.make_practice_help"),
            on_click=_make_practice,
            args=(db,),
            key="make-practice",
        )


@st.fragment(run_every=1)
def _draw_progress(job_id: int) -> None:
    db = services.workspace().db
    job = next((one for one in jobs.list_jobs(db, queue.PRACTISE) if one.id == job_id), None)
    if job is None or job.state not in jobs.OPEN:
        st.rerun()
    services.ensure_worker()
    st.progress(min(1.0, job.progress), say("training.practice"))


@errors.guarded
def _make_practice(db: Database) -> None:
    queue.queue_practice(db)
    services.ensure_worker()
