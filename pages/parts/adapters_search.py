"""Looking for good values in the background: for how long, how far it is, what was tried, and the best into use."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.charts import curves
from core.charts.draw import CONFIG
from core.state import jobs
from core.state.database import Database
from core.training import queue, search
from pages.parts import adapters_settings, errors, result, services
from pages.parts.language import lang, number, say
from pages.parts.plain import plain

_MINUTES = (2, 5, 10, 30, 60, 120)
_SHOWN = 8


def draw(db: Database, kind: str, material: list[Any], config: Any, base: str) -> None:
    """`material`: the pairs or examples as they are queued for a training."""
    with st.expander(say("adapters_page.search"), icon=":material/manage_search:", key=f"search-{kind}"):
        st.caption(say("adapters_page.search_help"))
        newest = next((job for job in jobs.list_jobs(db, queue.SEARCH) if job.key == kind), None)
        if newest is not None and newest.state in jobs.OPEN:
            _draw_progress(newest.id, kind)
            return
        if newest is not None and newest.error:
            key, params = newest.error
            st.error(plain(say(key, **params)), icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            minutes = st.select_slider(
                say("adapters_page.search_minutes"), _MINUTES, 10, key=f"search-minutes-{kind}", width=280
            )
            st.button(
                say("adapters_page.search_start"),
                icon=":material/play_arrow:",
                on_click=_start,
                args=(kind, material, config, base, minutes),
                key=f"start-search-{kind}",
            )
        _draw_trials(kind)


@errors.guarded
def _start(kind: str, material: list[Any], config: Any, base: str, minutes: int) -> None:
    workspace = services.workspace()
    queue.queue_search(workspace.db, services.settings(), kind, material, config, base, minutes)
    services.ensure_worker()


@st.fragment(run_every=1)
def _draw_progress(job_id: int, kind: str) -> None:
    db = services.workspace().db
    job = next((one for one in jobs.list_jobs(db, queue.SEARCH) if one.id == job_id), None)
    if job is None or job.state not in jobs.OPEN:
        st.rerun()
    services.ensure_worker()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, job.progress), say(job.step) if job.step else say(f"adapters_page.state_{job.state}"))
        st.button(
            say("adapters_page.stop"),
            icon=":material/stop:",
            on_click=jobs.cancel,
            args=(db, job.id),
            key=f"stop-search-{kind}",
        )
    _draw_trials(kind)


def _draw_trials(kind: str) -> None:
    trials = search.read_trials(queue.search_folder(services.settings(), kind))
    best = search.best_trial(trials)
    if best is None:
        return
    _draw_picture(kind, trials)
    _draw_table(kind, trials)
    ended = sum(one.state == "pruned" for one in trials)
    st.caption(say("adapters_page.search_said", tried=number(len(trials)), ended=number(ended)))
    st.button(
        say("adapters_page.search_use"),
        icon=":material/done_all:",
        type="primary",
        on_click=adapters_settings.take,
        args=(kind, best.values),
        key=f"use-search-{kind}",
    )


def _draw_picture(kind: str, trials: list[search.Trial]) -> None:
    """The loss of each trial that came to its end, and the best until then."""
    ended = [one for one in trials if one.state == "done" and one.loss is not None]
    numbers, losses = [one.number for one in ended], [one.loss for one in ended]
    lowest = [min(losses[: n + 1]) for n in range(len(losses))]
    lines = [
        curves.Curve(say("adapters_page.search_trial"), numbers, losses),
        curves.Curve(say("adapters_page.search_best"), numbers, lowest, dashed=True),
    ]
    title = say("adapters_page.search_picture")
    figure = curves.draw_lines(
        lines, lang=lang(), theme=result.theme(), x_title=say("adapters_page.search_number"), y_title=title
    )
    st.plotly_chart(figure, theme=None, config=CONFIG, key=f"search-curve-{kind}", alt=title)


def _draw_table(kind: str, trials: list[search.Trial]) -> None:
    """The best first; those that were ended early have no comparable loss and stay out."""
    ended = sorted((one for one in trials if one.state == "done" and one.loss is not None), key=lambda one: one.loss)
    names = list(search.SPACES[kind])
    head = [say("adapters_page.loss_held_out"), *(say(f"adapters_page.value_{name}") for name in names)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---:|" * len(head)]
    for one in ended[:_SHOWN]:
        cells = [number(one.loss, 3), *(_show(name, one.values[name]) for name in names)]
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))


def _show(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return say(f"adapters_page.{'yes' if value else 'no'}")
    return adapters_settings.show_value(name, value)
