"""One turn: what was asked -> where to look -> an answer with its evidence, as a stream of events.

`ask` is a generator that knows no page: whoever calls it draws its events or, as `start_turn` does, stores them.
Every quote is checked here, last, whatever engine wrote it. Nothing heavy is loaded: search and models come with
the workspace.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from core import router
from core.chat import answer as documents_answer
from core.chat import history as follow_ups
from core.errors import AppError
from core.i18n import detect_language, error_text
from core.index.search import SearchIndex
from core.records import Answer, Document, Event, Page, Route
from core.settings import Settings
from core.state import chats
from core.state.database import Database
from core.validation import grounding

log = logging.getLogger("cotejo.assistant")
_TOKEN = re.compile(r"\S+\s*|\s+")
_TOKENS_EVERY_S = 0.08
_BEAT_S = 4.0


class Shelf(Protocol):
    """What the assistant reads of the workspace's documents (`core.library.Library` is one)."""

    def documents(self) -> list[Document]: ...

    def page(self, document_id: int, number: int) -> Page | None: ...

    def page_count(self, document_id: int) -> int: ...


class Assistant:
    """Answers questions over one workspace. Threads may share it."""

    def __init__(self, library: Shelf, index: SearchIndex, settings: Settings) -> None:
        self.library = library
        self.index = index
        self.settings = settings

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        document_ids: Sequence[int] | None = None,
        lang: str | None = None,
    ) -> Iterator[Event]:
        """Answer one question; `history` are the conversation's earlier answers, oldest first.

        `document_ids` restricts the search; `lang` ('es', 'en') is the answer's language, else the question's."""
        started = time.perf_counter()
        question = question.strip()
        if not question:
            raise AppError("assistant.empty_question")
        lang = lang or detect_language(question, default=history[-1].lang if history else "en")
        asked_before = [(past.completed_question, past.text) for past in history]
        completed, _ = follow_ups.complete_question(question, asked_before, lang)
        route = router.route(completed, lang)
        if route.kind in ("workspace", "smalltalk"):
            text = router.reply(route, lang, self.library.documents())
            yield Event("routed", completed, route)
            yield from self._finish(Answer(question, completed, lang, route, "answered", text, confidence=1.0), started)
            return
        result = self.index.search(
            completed, lang=lang, k=self.settings.get("passages_per_answer"), document_ids=document_ids
        )
        yield Event("routed", completed, route)
        yield Event("sources", hits=result.hits)
        found_at = time.perf_counter()
        found = documents_answer.answer(completed, result, self.index, lang, self.library.page, self.library.page_count)
        citations, checks = grounding.check_quotes(found.citations, self.library.page)
        timings = {**result.timings_ms, **found.timings_ms, "answer": _ms(found_at)}
        answer = Answer(
            question=question,
            completed_question=completed,
            lang=lang,
            route=route if found.status == "answered" else Route("none", found.message),
            status=found.status,
            text=found.text,
            message=found.message,
            confidence=found.confidence,
            citations=citations,
            hits=found.hits or result.hits,
            checks=checks,
            timings_ms=timings,
        )
        yield from self._finish(answer, started)

    def _finish(self, answer: Answer, started: float) -> Iterator[Event]:
        for token in _TOKEN.findall(answer.text):
            yield Event("token", token)
        yield Event("checked", checks=answer.checks)
        timings = {"route": 0.0, **answer.timings_ms, "total": _ms(started)}
        yield Event("done", answer=dataclasses.replace(answer, timings_ms=timings))


def last_answer(events: Iterator[Event]) -> Answer:
    """Run a turn to its end and return its answer."""
    for event in events:
        if event.answer is not None:
            return event.answer
    raise AppError("assistant.no_answer")


def start_turn(db: Database, assistant: Assistant, conversation_id: int, question: str, **scope: Any) -> int:
    """Answer in a thread that outlives the page's run; returns the turn's id, whose events `chats` keeps."""
    history = [turn.answer for turn in chats.list_turns(db, conversation_id) if turn.answer]
    turn_id = chats.add_turn(db, conversation_id, question, str(os.getpid()))
    work = (db, assistant, turn_id, question, history, scope)
    threading.Thread(target=_run_turn, args=work, daemon=True, name=f"turn-{turn_id}").start()
    return turn_id


def _run_turn(db, assistant, turn_id, question, history, scope) -> None:
    lang = detect_language(question)
    try:
        with _beating(db, turn_id):
            _store_events(db, turn_id, assistant.ask(question, history, **scope))
    except AppError as error:
        failed = Answer(question, question, lang, Route("none", error.key), "error", "", error_text(error, lang))
        chats.finish_turn(db, turn_id, failed)
    except Exception:
        log.exception("turn %s failed", turn_id)
        message = error_text(AppError("assistant.internal"), lang)
        chats.finish_turn(db, turn_id, Answer(question, question, lang, Route("none", ""), "error", "", message))


def _store_events(db: Database, turn_id: int, events: Iterator[Event]) -> None:
    """Write events as they come, tokens in bundles (each write is synced to disk); ends where the turn was stopped."""
    seq, text, written = 0, "", time.monotonic()
    for event in events:
        if event.answer is not None:
            chats.finish_turn(db, turn_id, event.answer)
            return
        if event.kind == "token":
            text += event.text
            if time.monotonic() - written < _TOKENS_EVERY_S:
                continue
            event, text = Event("token", text), ""
        seq += 1
        if not chats.append_event(db, turn_id, seq, event.kind, _event_data(event)):
            return
        written = time.monotonic()


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


def _ms(since: float) -> float:
    return round(1000 * (time.perf_counter() - since), 2)
