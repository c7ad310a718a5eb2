"""A training on the adapters page: how far it is, its curves while it learns; stop, go on, forget."""

from __future__ import annotations

import streamlit as st

from core.records import JobStatus
from core.settings import Settings
from core.state import jobs
from core.state.database import Database
from core.training import queue
from pages.parts import adapters_curves, errors, services
from pages.parts.language import say
from pages.parts.plain import one_line, plain


def choose(runs: list[JobStatus]) -> JobStatus | None:
    """The run to look at: the newest one until another is chosen."""
    names = {run.key: run for run in runs}
    if not names:
        return None
    chosen = st.session_state.get("adapter-run")
    return names[chosen] if chosen in names else runs[0]


def draw(db: Database, held: Settings, run: JobStatus) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(say("adapters_page.step_run"), anchor=False, width="content")
        names = [one.key for one in queue.kept_runs(db, held)]
        if len(names) > 1:
            index = names.index(run.key)
            st.selectbox(say("adapters_page.run"), names, index=index, key="adapter-run", width=280)
        else:
            st.caption(one_line(run.key), width="content")
    if run.state in jobs.OPEN:
        _draw_progress(run.id, run.key, run.state)
        return
    if run.error:
        key, params = run.error
        st.error(plain(say(key, **params)), icon=":material/error:")
    adapters_curves.draw(held, run.key)
    _draw_actions(db, held, run)
    adapters_curves.compare(held, [one.key for one in queue.kept_runs(db, held)])


@st.fragment(run_every=1)
def _draw_progress(job_id: int, name: str, state: str) -> None:
    """`state` is what the rest of the page was drawn with."""
    db, held = services.workspace().db, services.settings()
    job = next((one for one in queue.list_runs(db) if one.id == job_id), None)
    if job is None or job.state != state:
        st.rerun()
    services.ensure_worker()
    with st.container(horizontal=True, vertical_alignment="center"):
        said = say(job.step) if job.step else say(f"adapters_page.state_{job.state}")
        st.progress(min(1.0, job.progress), said)
        st.button(
            say("adapters_page.pause"),
            icon=":material/pause:",
            help=say("adapters_page.pause_help"),
            on_click=jobs.pause,
            args=(db, job.id),
            key="pause-training",
        )
        st.button(
            say("adapters_page.stop"),
            icon=":material/stop:",
            on_click=jobs.cancel,
            args=(db, job.id),
            key="stop-training",
        )
    adapters_curves.draw(held, name)


def _draw_actions(db: Database, held: Settings, run: JobStatus) -> None:
    """Go on with what was stopped or failed; forget a run with its pairs."""
    with st.container(horizontal=True):
        if run.state in ("paused", "cancelled", "failed"):
            st.button(
                say("adapters_page.go_on"),
                icon=":material/play_arrow:",
                on_click=_go_on,
                args=(db, run),
                key="continue-training",
            )
        with st.popover(say("adapters_page.forget"), icon=":material/delete:", type="tertiary", width="content"):
            st.markdown(say("adapters_page.forget_help"))
            st.button(
                say("adapters_page.forget"), on_click=_forget, args=(held, run.key), key="forget-run", type="primary"
            )


@errors.guarded
def _go_on(db: Database, run: JobStatus) -> None:
    queue.continue_training(db, run)
    services.ensure_worker()


@errors.guarded
def _forget(held: Settings, name: str) -> None:
    queue.forget_run(held, name)
    st.session_state.pop("adapter-run", None)
