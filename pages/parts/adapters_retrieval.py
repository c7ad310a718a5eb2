"""Looking for settings of the search in the background: what was tried, in a picture and a table, and into use."""

from __future__ import annotations

import streamlit as st

from core.charts import curves
from core.charts.draw import CONFIG
from core.evaluation.retrieval_search import DEPTH, Tried, best_of, fewest_passages, read_tried
from core.settings import Settings
from core.state import jobs
from core.state.database import Database
from core.training import queue
from pages.parts import errors, result, services
from pages.parts.language import lang, number, percent, say
from pages.parts.plain import plain

_MINUTES = (2, 5, 10, 30, 60)
_SHOWN = 8


def draw(db: Database, held: Settings) -> None:
    with st.expander(say("retrieval_search.title"), icon=":material/tune:", key="retrieval-search"):
        st.caption(say("retrieval_search.help"))
        newest = next(iter(jobs.list_jobs(db, queue.RETRIEVAL)), None)
        if newest is not None and newest.state in jobs.OPEN:
            _draw_progress(newest.id)
            return
        if newest is not None and newest.error:
            key, params = newest.error
            st.error(plain(say(key, **params)), icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            minutes = st.select_slider(
                say("adapters_page.search_minutes"), _MINUTES, 10, key="retrieval-minutes", width=280
            )
            st.button(
                say("retrieval_search.start"),
                icon=":material/play_arrow:",
                on_click=_start,
                args=(db, minutes),
                key="start-retrieval",
            )
        _draw_tried(held)


@errors.guarded
def _start(db: Database, minutes: int) -> None:
    queue.queue_retrieval_search(db, minutes)
    services.ensure_worker()


@st.fragment(run_every=1)
def _draw_progress(job_id: int) -> None:
    db = services.workspace().db
    job = next((one for one in jobs.list_jobs(db, queue.RETRIEVAL) if one.id == job_id), None)
    if job is None or job.state not in jobs.OPEN:
        st.rerun()
    services.ensure_worker()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, job.progress), say("retrieval_search.trying"))
        st.button(
            say("adapters_page.stop"),
            icon=":material/stop:",
            on_click=jobs.cancel,
            args=(db, job.id),
            key="stop-retrieval",
        )


def _draw_tried(held: Settings) -> None:
    tried = read_tried(queue.search_folder(held, queue.RETRIEVAL))
    best = best_of(tried)
    if best is None:
        return
    _draw_picture(tried)
    _draw_table(tried)
    st.caption(say("retrieval_search.asked", n=number(len(best.ranks))))
    enough, now = fewest_passages(best.recall), held.get("passages_per_answer")
    st.markdown(say("retrieval_search.enough", k=number(enough), most=number(DEPTH), now=number(now)))
    if not best.better:
        st.markdown(say("retrieval_search.stay"))
        return
    gain = best.mrr - tried[0].mrr
    told = {"gain": percent(gain), "low": percent(best.low), "high": percent(best.high)}
    st.markdown(say("retrieval_search.better", **told))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("retrieval_search.use"),
            type="primary",
            icon=":material/done_all:",
            on_click=_use,
            args=(best.values,),
            key="use-retrieval",
        )
        st.caption(say("retrieval_search.use_note"), width="content")


@errors.guarded
def _use(values: dict[str, int]) -> None:
    services.change_settings(**values)


def _draw_picture(tried: list[Tried]) -> None:
    """A line a length; the weight that is told from the texts is no number and stands in the table alone."""
    lengths = list(dict.fromkeys(one.values["piece_tokens"] for one in tried))
    lines = []
    for length in lengths:
        mine = [one for one in tried if one.values["piece_tokens"] == length and one.values["dense_weight_percent"]]
        mine.sort(key=lambda one: one.values["dense_weight_percent"])
        if mine:
            x = [one.values["dense_weight_percent"] for one in mine]
            name = say("retrieval_search.length", n=number(length))
            lines.append(curves.Curve(name, x, [one.recall["1"] for one in mine]))
    title = say("retrieval_search.picture")
    figure = curves.draw_lines(
        lines,
        lang=lang(),
        theme=result.theme(),
        x_title=say("retrieval_search.weight"),
        y_title=title,
        unit="fraction",
    )
    st.plotly_chart(figure, theme=None, config=CONFIG, key="retrieval-curve", alt=title)


def _draw_table(tried: list[Tried]) -> None:
    names = ("column_length", "column_weight", "column_first", "column_rank")
    lines = ["| " + " | ".join(say(f"retrieval_search.{name}") for name in names) + " |", "|---:|---:|---:|---:|"]
    for one in sorted(tried, key=lambda one: -one.mrr)[:_SHOWN]:
        weight = one.values["dense_weight_percent"]
        shown = percent(weight / 100, 0) if weight else say("retrieval_search.by_itself")
        cells = (number(one.values["piece_tokens"]), shown, percent(one.recall["1"]), percent(one.mrr))
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))
