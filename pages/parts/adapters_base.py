"""The base of a new adapter: the packaged encoder, a language model of this machine, or a practice model."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.i18n import error_text
from core.state import jobs
from core.state.database import Database
from core.training import queue
from core.training.bases import Base, find_base, find_bases, practice_folder
from pages.parts import errors, services
from pages.parts.language import lang, say
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
