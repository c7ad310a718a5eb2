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
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from core import router
from core.chat import answer as documents_answer
from core.chat import history as follow_ups
from core.errors import AppError
from core.i18n import detect_language, error_text, plural, translate
from core.index.search import SearchIndex
from core.records import Answer, Catalog, Document, Event, Page, Route, SqlAnswer
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


class TableSide(Protocol):
    """What the assistant asks of the workspace's tables (`core.sql.tables.Tables` is one)."""

    def catalog(self) -> Catalog: ...

    def ask(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer: ...

    def run(self, sql: str, *, question: str = "", lang: str | None = None, limit: int | None = None) -> SqlAnswer: ...


class Assistant:
    """Answers questions over one workspace. Threads may share it."""

    def __init__(self, library: Shelf, index: SearchIndex, tables: TableSide, settings: Settings) -> None:
        self.library = library
        self.index = index
        self.tables = tables
        self.settings = settings

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        document_ids: Collection[int] | None = None,
        sources: Collection[str] | None = None,
        route: router.Hint = "auto",
        lang: str | None = None,
    ) -> Iterator[Event]:
        """Answer one question; `history` are the conversation's earlier answers, oldest first.

        `document_ids` and `sources` (names of table files) restrict where to look, `route` the side; `lang` ('es',
        'en') is the answer's language, else the question's."""
        started = time.perf_counter()
        question = question.strip()
        if not question:
            raise AppError("assistant.empty_question")
        spoken = history[-1].lang if history else "en"
        lang = lang or router.language_of(question) or detect_language(question, default=spoken)
        asked_before = [(past.completed_question, past.text) for past in history]
        completed, _ = follow_ups.complete_question(question, asked_before, lang)
        turn = _Turn(question, completed, lang, started)
        said = router.without_source(completed, lang)
        if said is not None:
            yield Event("routed", completed, said)
            yield from turn.finish(turn.answer(said, "answered", router.reply(said, lang, *self._holdings()), 1.0))
            return
        prose = self._prose() if route == "auto" and document_ids is None else document_ids
        wanted = router.sides(route, bool(self.tables.catalog().tables), prose is None or bool(prose))
        data = self.tables.ask(completed, lang, sources=sources) if "data" in wanted else None
        written = self._ask_documents(turn, prose) if "documents" in wanted else None
        chosen = router.choose(completed, lang, written, data)
        yield Event("routed", completed, chosen)
        yield Event("sources", hits=written.hits if written else ())
        answer = written
        if written is None or chosen.kind == "data":
            answer = turn.from_rows(data, chosen) if data else turn.answer(chosen, "not_found", "", 0.0)
        if answer.status != "answered":
            chosen = Route("none", answer.message or chosen.reason)
        yield from turn.finish(dataclasses.replace(answer, route=chosen, timings_ms=_merge(written, data)))

    def run_sql(self, sql: str, question: str = "", lang: str | None = None) -> Answer:
        """A statement of the user's own: guarded and limited like any other; `question` helps to choose the chart."""
        started = time.perf_counter()
        lang = lang or detect_language(question)
        turn = _Turn(question or sql, question or sql, lang, started)
        route = Route("data", translate("router.sql_reason", lang))
        try:
            answer = turn.from_rows(self.tables.run(sql, question=question, lang=lang), route)
        except AppError as error:
            answer = dataclasses.replace(turn.answer(route, "refused", "", 1.0), message=error_text(error, lang))
        return dataclasses.replace(answer, timings_ms={**answer.timings_ms, "total": _ms(started)})

    def _prose(self) -> set[int] | None:
        """The documents that are more than the page of a table; None where that is all of them, or nothing is here.

        What a table says is asked of its rows, not of the lines that list them."""
        sources = {table.source for table in self.tables.catalog().tables}
        held = self.library.documents()
        prose = {document.id for document in held if document.name not in sources}
        return None if len(prose) == len(held) else prose

    def _holdings(self) -> tuple[list[Document], Catalog]:
        return self.library.documents(), self.tables.catalog()

    def _ask_documents(self, turn: _Turn, document_ids: Collection[int] | None) -> Answer:
        """The documents' answer, each quote checked again on its page."""
        k = self.settings.get("passages_per_answer")
        result = self.index.search(turn.completed, lang=turn.lang, k=k, document_ids=document_ids)
        found_at = time.perf_counter()
        shelf = self.library
        found = documents_answer.answer(turn.completed, result, self.index, turn.lang, shelf.page, shelf.page_count)
        citations, checks = grounding.check_quotes(found.citations, shelf.page)
        route = Route("documents", translate("router.documents_reason", turn.lang))
        return dataclasses.replace(
            turn.answer(route, found.status, found.text, found.confidence),
            message=found.message,
            citations=citations,
            hits=found.hits or result.hits,
            checks=checks,
            timings_ms={**result.timings_ms, **found.timings_ms, "answer": _ms(found_at)},
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Turn:
    """One question on its way: as asked, as completed, its language, when it began."""

    question: str
    completed: str
    lang: str
    started: float

    def answer(self, route: Route, status: str, text: str, confidence: float) -> Answer:
        return Answer(self.question, self.completed, self.lang, route, status, text, confidence=confidence)

    def from_rows(self, data: SqlAnswer, route: Route) -> Answer:
        """A result in words: its sentences, or what it holds; and why, where there is none."""
        status, text, message = tell(data, self.lang)
        answer = self.answer(route, status, text, data.confidence)
        return dataclasses.replace(answer, message=message, data=data, timings_ms=data.timings_ms)

    def finish(self, answer: Answer) -> Iterator[Event]:
        for token in _TOKEN.findall(answer.text):
            yield Event("token", token)
        yield Event("checked", checks=answer.checks)
        timings = {"route": 0.0, **answer.timings_ms, "total": _ms(self.started)}
        yield Event("done", answer=dataclasses.replace(answer, timings_ms=timings))


def tell(data: SqlAnswer, lang: str) -> tuple[str, str, str]:
    """(status, text, message) of an answer from tables."""
    if data.error is not None or data.result is None:
        key, params = data.error or ("assistant.no_table_has", {"words": ", ".join(data.unknown)})
        status = "error" if data.sql is not None else "not_found"
        return status, "", translate(key, lang, **params)
    rows = len(data.result.rows)
    if not rows:
        return "answered", translate("assistant.no_row", lang), ""
    text = " ".join(data.insight) or plural("assistant.rows", rows, lang)
    return "answered", text, translate("assistant.truncated", lang, n=rows) if data.result.truncated else ""


def _merge(written: Answer | None, data: SqlAnswer | None) -> dict[str, float]:
    return {**(written.timings_ms if written else {}), **(data.timings_ms if data else {})}


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
