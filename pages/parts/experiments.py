"""The live comparison on the evaluation page: start one, see what the votes say, ask both sides one question."""

from __future__ import annotations

import streamlit as st

from core.assistant import Assistant, last_answer
from core.evaluation.live import assign, settle
from core.evaluation.variants import INDEX_SETTINGS
from core.state import experiments
from core.state.database import Database
from pages.parts import changes, errors, services
from pages.parts.language import date, duration, number, say
from pages.parts.plain import answer_text, one_line, plain


def side_of(conversation_id: int) -> tuple[Assistant, experiments.Experiment | None, str]:
    """Who answers a conversation: the assistant, the experiment that runs, the side that the conversation is on."""
    workspace = services.workspace()
    running = experiments.running(workspace.db)
    if running is None:
        return workspace.assistant, None, ""
    side = assign(f"{running.id} {running.name}", str(conversation_id), running.share)
    return (workspace.variant(**running.changes) if side == "b" else workspace.assistant), running, side


def draw(db: Database) -> None:
    st.markdown(say("experiments.what"))
    running = experiments.running(db)
    if running is None:
        _draw_start()
    else:
        _draw_running(db, running)
    past = [one for one in experiments.list_experiments(db) if one.ended_at]
    if past:
        st.subheader(say("experiments.past"), anchor=False)
        for one in past[:10]:
            st.markdown(
                f"**{one_line(one.name)}** · {date(one.started_at)} – {date(one.ended_at)}  \n{_verdict(db, one)}"
            )


def _draw_start() -> None:
    with st.container(border=True):
        st.text_input(say("evaluation_page.variant"), key="experiment-name")
        changed = changes.draw("experiment", without=INDEX_SETTINGS)
        st.slider(say("experiments.share"), 5, 95, 50, 5, format="%d %%", key="experiment-share")
        st.button(
            say("experiments.start"),
            type="primary",
            disabled=not changed,
            on_click=_start,
            args=(changed,),
            key="start-ab",
        )


@errors.guarded
def _start(changed: list[str]) -> None:
    values = changes.values("experiment", changed)
    name = st.session_state.get("experiment-name", "").strip() or changes.words(values)
    share = st.session_state.get("experiment-share", 50) / 100
    experiments.start(services.workspace().db, name, values, share)


def _draw_running(db: Database, running: experiments.Experiment) -> None:
    with st.container(border=True):
        st.markdown(f"**{one_line(running.name)}** · {plain(changes.words(running.changes))}")
        st.caption(say("experiments.since", date=date(running.started_at), percent=number(100 * running.share, 0)))
        st.markdown(_verdict(db, running))
        st.button(say("experiments.end"), icon=":material/stop:", on_click=experiments.end, args=(db,), key="end-ab")
    st.text_input(say("experiments.both"), key="both-question")
    question = st.session_state.get("both-question", "").strip()
    if question:
        workspace = services.workspace()
        for place, side, answering in zip(
            st.columns(2, gap="large"),
            "AB",
            (workspace.assistant, workspace.variant(**running.changes)),
            strict=True,
        ):
            with place, st.container(border=True):
                answer = last_answer(answering.ask(question))
                st.markdown(f"**{side}**")
                st.markdown(answer_text(answer.text, {found.n for found in answer.citations}) or plain(answer.message))
                st.caption(duration(answer.timings_ms.get("total", 0)))


def _verdict(db: Database, one: experiments.Experiment) -> str:
    found = settle(experiments.votes(db, one.id))
    if not found.votes_a + found.votes_b:
        return say("experiments.no_votes")
    counted = say(
        "experiments.votes",
        a=number(found.votes_a),
        b=number(found.votes_b),
        share_a=number(100 * found.share_a, 0),
        share_b=number(100 * found.share_b, 0),
    )
    if found.winner:
        said = say("experiments.winner", winner=found.winner.upper(), evidence=number(min(found.evidence, 9999), 0))
    else:
        said = say("experiments.open", low=number(100 * found.low, 0), high=number(100 * found.high, 0))
    return f"{counted} {said}"
