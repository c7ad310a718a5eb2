"""A turn of a conversation in the background: a thread answers, its events go to the state file, pages draw those.

It outlives the page's run, so a click or a reload loses nothing. It answers nothing itself.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from core.assistant import Assistant
from core.errors import AppError
from core.i18n import detect_language, error_text
from core.provenance import made_with
from core.records import Answer, Event, Route, SqlAnswer
from core.settings import Settings
from core.state import chats, traces
from core.state.database import Database

log = logging.getLogger("cotejo.turns")
_TOKENS_EVERY_S = 0.08
_BEAT_S = 4.0
_CANCELLED = "sql.limits.cancelled"
_written = threading.Condition()
_writes = 0


def start_turn(db: Database, assistant: Assistant, conversation_id: int, question: str, **scope: Any) -> int:
    """Answer in a thread that outlives the page's run; returns the turn's id, whose events `chats` keeps."""
    history = [turn.answer for turn in chats.list_turns(db, conversation_id) if turn.answer]
    turn_id = chats.add_turn(db, conversation_id, question, str(os.getpid()))
    work = (db, assistant, turn_id, question, history, scope)
    threading.Thread(target=_run_turn, args=work, daemon=True, name=f"turn-{turn_id}").start()
    return turn_id


def count_writes() -> int:
    """How often this process has written of any turn: to be read before the turn, and handed to `wait_for_write`."""
    return _writes


def wait_for_write(counted: int, timeout_s: float) -> None:
    """Return as soon as something was written after `counted`, at the latest after `timeout_s`."""
    with _written:
        _written.wait_for(lambda: _writes != counted, timeout_s)


def _tell_written() -> None:
    global _writes
    with _written:
        _writes += 1
        _written.notify_all()


def _run_turn(db, assistant, turn_id, question, history, scope) -> None:
    lang = detect_language(question)
    try:
        with _beating(db, turn_id):
            answer = _store_events(db, turn_id, assistant.ask(question, history, **scope))
    except AppError as error:
        answer = Answer(question, question, lang, Route("none", error.key), "error", "", error_text(error, lang))
    except Exception:
        log.exception("turn %s failed", turn_id)
        message = error_text(AppError("assistant.internal"), lang)
        answer = Answer(question, question, lang, Route("none", ""), "error", "", message)
    if answer is not None:
        chats.finish_turn(db, turn_id, replace(answer, made_with=made_with(assistant.settings, db)))
        _tell_written()
        record(db, assistant.settings, answer, turn_id)


def record(db: Database, settings: Settings, answer: Answer, turn_id: int | None = None) -> None:
    """Leave a trace of an answered question, as the setting `log_questions` allows; after the answer, never before."""
    log_questions = settings.get("log_questions")
    if log_questions == "nothing":
        return
    try:
        traces.record(db, traces.of_answer(answer, log=log_questions, turn_id=turn_id))
    except AppError as error:  # a full disk: the answer stands, the line is lost
        log.warning("no trace of turn %s: %s", turn_id, error)


def record_rows(db: Database, settings: Settings, question: str, lang: str, data: SqlAnswer | None, ms: float) -> None:
    """The same for a question asked of the tables alone, which took `ms`; `data` is None where it was refused. One that
    was cancelled leaves no trace, as a turn that was stopped leaves none."""
    failed = (data.error or (data.result.error if data.result else None)) if data is not None else None
    if failed is not None and failed[0] == _CANCELLED:
        return
    ran = data is not None and data.sql is not None
    status = "refused" if data is None else "error" if failed and ran else "answered" if ran else "not_found"
    answer = Answer(question, question, lang, Route("data", ""), status, "", data=data)
    if data is not None:
        answer = replace(answer, confidence=data.confidence, engine=data.engine, uses=data.uses)
    timings = data.timings_ms if data is not None else {}
    record(db, settings, replace(answer, timings_ms={**timings, "total": round(ms, 2)}))


def _store_events(db: Database, turn_id: int, events: Iterator[Event]) -> Answer | None:
    """Write events as they come, tokens in bundles (each write is synced to disk) but for the first; the answer, or
    None where the turn was stopped."""
    seq, text, written, told = 0, "", time.monotonic(), False
    for event in events:
        if event.answer is not None:
            return event.answer
        if event.kind == "token":
            text += event.text
            if time.monotonic() - written < _TOKENS_EVERY_S and (told or not text):
                continue
            told = told or bool(text)
            event, text = Event("token", text), ""
        seq += 1
        if not chats.append_event(db, turn_id, seq, event.kind, _event_data(event)):
            return None
        _tell_written()
        written = time.monotonic()
    return None


@contextmanager
def _beating(db: Database, turn_id: int) -> Iterator[None]:
    """Keep the turn's heart beating while nothing is written: loading a model may take longer than a heartbeat."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(_BEAT_S) and chats.beat(db, turn_id):
            pass

    threading.Thread(target=beat, daemon=True, name=f"beat-{turn_id}").start()
    try:
        yield
    finally:
        ended.set()


def _event_data(event: Event) -> dict[str, Any]:
    if event.kind == "routed":
        return {"completed": event.text, "route": event.route.kind if event.route else ""}
    if event.kind == "sources":
        return {"files": sorted({hit.file for hit in event.hits}), "hits": len(event.hits)}
    return {"text": event.text}
