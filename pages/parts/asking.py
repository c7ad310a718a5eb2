"""What is asked on the data page and what came of it: the answer on the desk, its statement, the work under way.

A click only notes an `Order`; `work` has it done in the run that follows, in a thread, where its progress shows and it
can be stopped. Statements go through the workspace's guard like all others.
"""

from __future__ import annotations

import dataclasses
import secrets
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from core import turns
from core.errors import AppError
from core.i18n import detect_language, translate
from core.records import ChartSpec, Reading, SqlAnswer
from core.sql.safety.pretty import pretty_sql
from core.state import pairs, questions
from core.workspace import Workspace
from pages.parts import running, services
from pages.parts.language import lang, say


@dataclass(frozen=True)
class Order:
    """What is to be done: a question in words, or a statement (`sql`) that may answer one. `verdict` keeps the pair of
    both once it ran; `chart` is drawn in place of the one that would be chosen."""

    question: str = ""
    sql: str = ""
    reading: str = ""
    others: tuple[Reading, ...] = ()
    confidence: float = 1.0
    verdict: pairs.Verdict | None = None
    origin: pairs.Origin = "parser"
    chart: ChartSpec | None = None


@dataclass
class Desk:
    """The session's side of the page. `asked` is the question in words that the answer belongs to, if any.

    `serial` tells one answer's widgets from the next one's, `edition` one text of the editor from the next, `mark` one
    session's from another's; `wrong` is the place in the text that a refusal points at (-1: nowhere)."""

    answer: SqlAnswer | None = None
    asked: str = ""
    refused: str = ""
    sql: str = ""
    wrong: int = -1
    serial: int = 0
    edition: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    correcting: bool = False
    pending: Order | None = None
    order: Order | None = None
    running: running.Running | None = None


def desk() -> Desk:
    return st.session_state.setdefault("data-desk", Desk())


def in_words(answer: SqlAnswer) -> bool:
    """Whether it answers a question, not a bare statement."""
    return answer.sql is None or answer.question.strip() != answer.sql.text.strip()


def origin_of(answer: SqlAnswer) -> pairs.Origin:
    return "parser" if answer.engine == "builtin" else "model"


# ---------------------------------------------------------------- what a click notes


def ask_typed() -> None:
    """Note the question as it stands in its box."""
    ask(st.session_state.get("data-question", ""))


def ask(question: str) -> None:
    """Note a question in words."""
    if question.strip():
        st.session_state["data-question"] = question.strip()
        desk().pending = Order(question.strip())


def run_edited(sql: str) -> None:
    """Note a statement of the editor; while an answer is being corrected it becomes the answer to its question."""
    held = desk()
    held.sql = sql
    if held.correcting:
        held.pending = Order(held.asked, sql, verdict="corrected", origin="user")
    elif sql.strip():
        held.pending = Order(sql=sql)


def choose_reading(answer: SqlAnswer, place: int) -> None:
    """Note another reading of a question: it is kept as the one that was meant, the one before stays on offer."""
    reading = answer.alternatives[place]
    before = (Reading(answer.reading, answer.sql.text),) if answer.sql else ()
    others = before + tuple(other for other in answer.alternatives if other is not reading)
    verdict = "chosen" if in_words(answer) else None
    desk().pending = Order(
        answer.question, reading.sql, reading.reading, others, verdict=verdict, origin=origin_of(answer)
    )


def reopen(asked: questions.Asked) -> None:
    """Note a question of the history: its statement is run again."""
    answer = asked.answer
    question = answer.question if in_words(answer) else ""
    desk().pending = Order(question, answer.sql.text, answer.reading, answer.alternatives, answer.confidence)


def open_statement(question: str, sql: str, chart: ChartSpec) -> None:
    """Note a statement with the chart that it was pinned with."""
    desk().pending = Order("" if question.strip() == sql.strip() else question, sql, chart=chart)


def show(answer: SqlAnswer) -> None:
    """Put an answer on the desk: the one that was worked out, or one that the chat gave."""
    held = desk()
    held.answer, held.refused, held.wrong, held.correcting = answer, "", -1, False
    held.serial += 1
    if in_words(answer):
        held.asked = st.session_state["data-question"] = answer.question
    if answer.sql is not None:
        held.sql = pretty_sql(answer.sql.text)


def correct() -> None:
    """Open the statement to be corrected, as it stands in the editor."""
    desk().correcting = True


def leave_correcting() -> None:
    """The statement of the answer back into the editor."""
    held = desk()
    held.correcting, held.refused, held.wrong, held.edition = False, "", -1, held.edition + 1
    held.sql = pretty_sql(held.answer.sql.text)


# ---------------------------------------------------------------- the work


def work() -> None:
    """Do what was noted, or go on following it: before anything is drawn that shows its outcome."""
    held = desk()
    if held.pending is not None:
        if held.running is not None:
            held.running.cancel.set()  # nobody waits for it any more
        order, workspace, language = held.pending, services.workspace(), lang()
        held.pending, held.order = None, order
        held.running = running.start(lambda cancel: carry_out(order, workspace, language, cancel))
    if held.running is None:
        return
    followed = held.running
    running.follow(followed, say("data_page.working"), "question")
    held.running = None
    try:
        answer = followed.future.result()
    except AppError as error:
        _refuse((error.key, error.params))
        return
    failed = answer.error or (answer.result.error if answer.result else None)
    if failed and held.order.sql:
        _refuse(failed)
    else:
        show(answer)


def _refuse(reason: tuple[str, dict]) -> None:
    """A statement that was not admitted or failed: it stands in the editor with the reason; the answer before stays."""
    held = desk()
    key, params = reason
    held.refused = translate(key, lang(), **params)
    held.wrong = params.get("position", -1)
    if held.sql != held.order.sql:
        held.sql, held.edition = held.order.sql, held.edition + 1


def carry_out(order: Order, workspace: Workspace, lang: str, cancel: threading.Event) -> SqlAnswer:
    """The answer to an order, kept in the history, and as a pair where it was given a verdict; it leaves a trace like a
    question of the chat. Raises AppError where the guard refuses a statement."""
    started, answer = time.perf_counter(), None
    spoken = detect_language(order.question, default=lang)
    try:
        answer = _answer(order, workspace, spoken, cancel)
    finally:
        ms = 1000 * (time.perf_counter() - started)
        turns.record_rows(workspace.db, workspace.settings, order.question or order.sql, spoken, answer, ms)
    if answer.sql is None or answer.error or answer.result.error:
        return answer
    questions.keep(workspace.db, answer)
    if order.verdict and order.question:
        keep_pair(workspace, answer, order.verdict, order.origin)
    return answer


def _answer(order: Order, workspace: Workspace, lang: str, cancel: threading.Event) -> SqlAnswer:
    if not order.sql:
        return _by_model(workspace.tables.ask(order.question, lang, cancel=cancel), workspace, cancel)
    answer = workspace.tables.run(order.sql, question=order.question, lang=lang, cancel=cancel)
    return dataclasses.replace(
        answer,
        reading=order.reading,
        alternatives=order.others,
        confidence=order.confidence,
        chart=order.chart or answer.chart,
    )


def _by_model(parsed: SqlAnswer, workspace: Workspace, cancel: threading.Event) -> SqlAnswer:
    """The question by the language model's statement, where one is set; the parser's answer where there is none, and
    where the model was stopped."""
    author = workspace.assistant.author
    if author is None or cancel.is_set():
        return parsed
    steps = author.write_rows(parsed.question, parsed.lang, lambda: parsed, None)
    try:
        while not cancel.is_set():
            next(steps)
    except StopIteration as written:
        return written.value
    steps.close()
    return parsed


def keep_pair(workspace: Workspace, answer: SqlAnswer, verdict: pairs.Verdict, origin: pairs.Origin) -> None:
    """Keep a question with the statement that answers it."""
    tables = pairs.hashes(workspace.tables.catalog(), answer.sql.tables)
    pairs.add(workspace.db, answer.question, answer.sql.text, answer.lang, tables, origin, verdict, answer.reading)
