"""Runs on the evaluation page: ask a set of a variant, see what came of it, hold two runs side by side."""

from __future__ import annotations

import statistics

import streamlit as st

from core.evaluation.cases import to_case
from core.evaluation.compare import interval
from core.evaluation.variants import Variant
from core.state import case_sets, jobs
from core.state.database import Database
from pages.parts import case_view, changes, compared, errors, services
from pages.parts.cases import set_name
from pages.parts.language import duration, number, percent, say
from pages.parts.plain import one_line, plain

_KIND = "evaluate"
_HEADLINE = "right"
_SHOWN = 12
_HARD_SPACE = "\N{NO-BREAK SPACE}"


def draw(db: Database, held: list[case_sets.CaseSet]) -> None:
    names = {one.id: set_name(one) for one in held}
    set_id = st.selectbox(say("evaluation_page.set"), list(names), format_func=names.get, key="run-set", width=420)
    found = case_sets.list_runs(db, set_id)
    _draw_start(set_id, first=not found)
    _draw_work(db)
    if not found:
        st.caption(say("evaluation_page.no_runs"))
        return
    _draw_runs(db, found)
    if len(found) > 1:
        compared.draw(db, set_id, found)
    else:
        _draw_cases(db, set_id, found[0])


def _draw_start(set_id: int, first: bool) -> None:
    """The variant: a name and the settings that differ from those in force; open where there is nothing else to do."""
    label = say("evaluation_page.new_run")
    with st.expander(label, icon=":material/play_arrow:", key="new-run", expanded=first):
        st.text_input(say("evaluation_page.variant"), key="variant-name", placeholder=say("evaluation_page.as_is"))
        changed = changes.draw("variant")
        st.button(say("evaluation_page.run"), type="primary", on_click=_start, args=(set_id, changed), key="start-run")


@errors.guarded
def _start(set_id: int, changed: list[str]) -> None:
    from core.trial import queue

    values = changes.values("variant", changed)
    name = st.session_state.get("variant-name", "").strip()
    variant = Variant(name or changes.words(values) or say("evaluation_page.as_is"), values)
    queue(services.workspace().db, set_id, variant)
    services.ensure_worker()


def _draw_work(db: Database) -> None:
    """The run at work, with its progress; and why the last one failed."""
    newest = jobs.list_jobs(db, _KIND, limit=1)
    if newest and newest[0].state in jobs.OPEN:
        _draw_progress(newest[0].id)
    elif newest and newest[0].error:
        key, params = newest[0].error
        st.error(plain(say(key, **params)), icon=":material/error:")


@st.fragment(run_every=1)
def _draw_progress(job_id: int) -> None:
    db = services.workspace().db
    job = next((one for one in jobs.list_jobs(db, _KIND, limit=5) if one.id == job_id), None)
    if job is None or job.state not in jobs.OPEN:
        st.rerun()
    services.ensure_worker()
    with st.container(horizontal=True, vertical_alignment="center"):
        said = say(job.step) if job.step else say("evaluation_page.queued")
        st.progress(min(1.0, job.progress), f"{one_line(job.payload.get('name', ''), 40)} · {said}")
        st.button(say("chat_page.stop"), on_click=jobs.cancel, args=(db, job.id), key="cancel-run")


def _draw_runs(db: Database, found: list[case_sets.Run]) -> None:
    """One line a run: its variant, its headline with the interval, what it cost."""
    header = [say(f"evaluation_page.column_{name}") for name in ("variant", "right_within", "cases", "reused", "time")]
    lines = ["| " + " | ".join(header) + " |", "|---|---:|---:|---:|---:|"]
    for run in found[:_SHOWN]:
        scores = case_sets.scores_of(db, run.id)
        right = [one[_HEADLINE] for one in scores.values() if _HEADLINE in one]
        low, high = interval(right)
        cells = (
            f"{plain(run.variant['name'])} (#{run.id})",
            f"{percent(statistics.fmean(right))} ({number(100 * low, 1)}\N{EN DASH}{number(100 * high, 1)})"
            if right
            else "–",
            number(len(scores)),
            number(run.reused),
            duration(1000 * run.seconds).replace(" ", _HARD_SPACE)
            if run.state == "done"
            else say(f"evaluation_page.state_{run.state}"),
        )
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))


def _draw_cases(db: Database, set_id: int, run: case_sets.Run) -> None:
    """Each case of a run; a click shows its answer."""
    st.subheader(say("evaluation_page.each", name=plain(run.variant["name"])), anchor=False)
    cases = {held.id: to_case(held.data, held.id) for held in case_sets.list_cases(db, set_id)}
    results = [one for one in case_sets.results_of(db, run.id) if one.case_id in cases]
    chosen = st.dataframe(
        {
            say("evaluation_page.column_right"): [one.scores.get(_HEADLINE) == 1.0 for one in results],
            say("monitoring.question"): [cases[one.case_id].question for one in results],
            say("monitoring.route"): [say(f"monitoring.route_{one.answer.route.kind}") for one in results],
            say("monitoring.outcome"): [say(f"monitoring.{one.answer.status}") for one in results],
            "ms": [round(one.ms) for one in results],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"each-{run.id}",
    )
    if chosen.selection.rows:
        one = results[chosen.selection.rows[0]]
        case_view.draw_expected(cases[one.case_id])
        case_view.draw(one, run)
