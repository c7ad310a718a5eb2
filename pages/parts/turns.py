"""One question and its answer, as drawn in a conversation; and the answer while it is still being written.

The thread that answers writes to the state file; here its events are only followed, so a click or a reload loses
nothing. It asks no questions itself.
"""

from __future__ import annotations

import time

import streamlit as st

from core.records import Answer
from core.state import chats
from core.state.experiments import note
from core.turns import count_writes, start_turn, wait_for_write
from core.validation.check import explain
from pages.parts import arrivals, conversations, errors, evidence, experiments, opinion, results, services
from pages.parts.how import engine_name
from pages.parts.language import duration, lang, say, say_count
from pages.parts.plain import Doubt, answer_text, one_line, plain

FOLLOWING = "following"
_WAIT_S = 0.25
_NEAREST = 3


def stand_open(conversation_id: int | None) -> None:
    """Note in which conversation the page can follow the next turn alone; None until it is drawn."""
    st.session_state[FOLLOWING] = conversation_id


@errors.guarded
def ask(question: str) -> None:
    """Start a turn in the open conversation, or in a new one: a widget's callback. Where the conversation stands there,
    the page follows the new turn alone."""
    if question.strip() and st.session_state.get(FOLLOWING) == _start(question.strip()):
        st.rerun(FOLLOWING)


def _start(question: str) -> int:
    """The id of the conversation that it is a turn of."""
    workspace = services.workspace()
    conversation_id = conversations.current()
    if conversation_id is None or chats.read_conversation(workspace.db, conversation_id) is None:
        conversation_id = chats.create_conversation(workspace.db)
        conversations.open_conversation(conversation_id)
    scope = st.session_state.get("scope") or None
    st.session_state.pop("shown", None)
    assistant, experiment, side = experiments.side_of(conversation_id)
    turn_id = start_turn(workspace.db, assistant, conversation_id, question, document_ids=scope)
    if experiment is not None:
        note(workspace.db, experiment.id, turn_id, side)
    return conversation_id


def draw(turn: chats.Turn) -> chats.Turn:
    """Draw a turn, following it to its end where it still runs; returns it as it is then."""
    with st.container(key=f"question-{turn.id}"):
        st.markdown(plain(turn.question))
    place = st.empty()
    if turn.state == "running":
        turn = _follow(turn, place)
    with place.container(key=f"answer-{turn.id}", gap="small"):
        if turn.answer is not None:
            _draw_answer(turn.id, turn.answer)
            if turn.answer.route.kind not in ("smalltalk", "workspace"):
                opinion.draw(turn.id, turn.answer)
        elif turn.state in ("stopped", "interrupted"):
            _draw_broken_off(turn)
    return turn


def _follow(turn: chats.Turn, place) -> chats.Turn:
    """Draw events as they come, until the turn runs no more."""
    db = services.workspace().db
    with place.container():
        shown = st.empty()
        stop = st.empty()
    shown.markdown(f":shimmer[{say('chat_page.searching')}]")
    seq, text, stoppable = 0, "", False
    started = time.monotonic()
    while True:
        counted = count_writes()
        for event in chats.events_after(db, turn.id, seq):
            seq = event.seq
            if event.kind == "sources":
                found = say_count("chat_page.reading", event.data["hits"], files=len(event.data["files"]))
                shown.markdown(f":shimmer[{found}]")
            elif event.kind == "token":
                text += event.data["text"]
                shown.markdown(answer_text(text, ()))
        now = chats.read_turn(db, turn.id)
        if now is None or now.state != "running":
            stop.empty()
            return now or turn
        if not stoppable and time.monotonic() - started > 0.5:  # most answers are there before a button could be read
            stop.button(
                say("chat_page.stop"),
                icon=":material/stop_circle:",
                key=f"stop-{turn.id}",
                on_click=chats.stop_turn,
                args=(db, turn.id),
            )
            stoppable = True
        wait_for_write(counted, _WAIT_S)


def _draw_broken_off(turn: chats.Turn) -> None:
    st.markdown(f":material/error: {say(f'chat_page.{turn.state}')}")
    _draw_again(turn.id, turn.question)


def _draw_again(turn_id: int, question: str) -> None:
    st.button(
        say("chat_page.ask_again"), icon=":material/refresh:", key=f"again-{turn_id}", on_click=ask, args=(question,)
    )


def _draw_answer(turn_id: int, answer: Answer) -> None:
    if " ".join(answer.completed_question.split()) != " ".join(answer.question.split()):
        _draw_completed(turn_id, answer)
    if answer.status == "answered":
        st.markdown(answer_text(answer.text, {citation.n for citation in answer.citations}, doubts(answer)))
        if answer.data is not None:
            results.draw_inline(answer.data, str(turn_id))
            results.draw_doubtful(answer.data, str(turn_id))
        if answer.message:
            st.caption(f":material/info: {plain(answer.message)}")
        with st.container(horizontal=True, gap="xsmall"):
            _draw_chips(turn_id, evidence.cited(answer))
            if answer.data is not None:
                _draw_rows_chip(turn_id)
        if answer.data is not None or answer.citations or answer.checks:
            st.caption(quiet_line(answer))
        return
    icon = "search_off" if answer.status == "not_found" else "error"
    with st.container(border=True, key=f"not-found-{turn_id}"):
        st.markdown(f":material/{icon}: {plain(answer.message)}")
        if answer.status == "not_found":
            _draw_too_early(turn_id, answer)
        for source in evidence.nearest(answer)[:_NEAREST]:
            _draw_chips(turn_id, [source])
            st.caption(one_line(source.quote, 220))


def _draw_too_early(turn_id: int, answer: Answer) -> None:
    """Nothing was found while documents were still being read: said as long as they are, then the question can be
    asked again."""
    early = st.session_state.setdefault("asked-early", set())
    if arrivals.is_working():
        early.add(turn_id)
        _follow_reading()
    elif turn_id in early:
        st.markdown(f":material/done_all: {say('chat_page.read_since')}")
        _draw_again(turn_id, answer.completed_question or answer.question)


@st.fragment(run_every=2)
def _follow_reading() -> None:
    if not arrivals.is_working():
        st.rerun()
    st.markdown(f":orange[:material/hourglass_top:] {say('chat_page.still_reading')}")


@st.fragment
def _draw_completed(turn_id: int, answer: Answer) -> None:
    """How a follow-up was understood, and the way to put that right: the whole question, to be changed and asked."""
    completed = one_line(answer.completed_question)
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(
            f":material/subdirectory_arrow_right: {say('chat_page.completed', question=completed)}", width="content"
        )
        editor = st.popover(
            say("chat_page.edit"), icon=":material/edit:", type="tertiary", key=f"edit-{turn_id}", on_change="rerun"
        )
    if editor.open:
        with editor:
            st.text_area(say("chat_page.edit_question"), value=answer.completed_question, key=f"edited-{turn_id}")
            st.button(
                say("chat_page.ask_edited"),
                type="primary",
                key=f"ask-edited-{turn_id}",
                on_click=_ask_edited,
                args=(turn_id,),
            )


@errors.guarded
def _ask_edited(turn_id: int) -> None:
    """The whole page is drawn anew, which closes the editor before the answer is there."""
    question = st.session_state.get(f"edited-{turn_id}", "").strip()
    if question:
        st.session_state[f"edit-{turn_id}"] = False
        _start(question)
        st.rerun()


def _draw_chips(turn_id: int, sources: list[evidence.Source]) -> None:
    for source in sources:
        chosen = evidence.is_shown(turn_id, source)
        st.button(
            source.label,
            key=f"chip-{turn_id}-{source.key}",
            type="primary" if chosen else "secondary",
            icon=":material/format_quote:" if source.verified else ":material/description:",
            help=say("chat_page.open_source"),
            on_click=evidence.show,
            args=(turn_id, source.key),
        )


def _draw_rows_chip(turn_id: int) -> None:
    shown = st.session_state.get("shown") or {}
    chosen = (shown.get("turn"), shown.get("key")) == (turn_id, evidence.ROWS)
    st.button(
        say("chat_page.open_rows"),
        key=f"chip-{turn_id}-{evidence.ROWS}",
        type="primary" if chosen else "secondary",
        icon=":material/table_chart:",
        on_click=evidence.show,
        args=(turn_id, evidence.ROWS),
    )


def doubts(answer: Answer) -> list[Doubt]:
    """The statements of an answer that are not proven, with the reason in the reader's language."""
    return [
        Doubt(check.start, check.end, check.verdict, explain(check, lang()))
        for check in answer.checks
        if check.verdict != "supported" and check.end > check.start
    ]


def quiet_line(answer: Answer) -> str:
    """'3 of 3 statements verified · 2 sources · 41 ms · built-in'; of rows that they agree with these, how many there
    are, and doubts about the query."""
    statements = [check for check in answer.checks if not check.reason.startswith("sql_")]
    supported = sum(check.verdict == "supported" for check in statements)
    files = len({citation.document_id for citation in answer.citations})
    told = "chat_page.agree" if answer.data is not None and not files else "chat_page.verified"
    parts = [say_count(told, len(statements), supported=supported)] if statements else []
    parts += [say_count("chat_page.sources", files)] if files else []
    parts += results.quiet_parts(answer.data) if answer.data is not None else []
    about_query = len(answer.checks) - len(statements)
    parts += [say_count("chat_page.doubts", about_query)] if about_query else []
    return " · ".join((*parts, duration(answer.timings_ms.get("total", 0)), engine_name(answer)))
