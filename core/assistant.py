"""One turn: what was asked -> where to look -> an answer with its evidence, as a stream of events.

`ask` is a generator that knows no page: whoever calls it draws its events or, as `turns.start_turn` does, stores them.
The steps are methods in the order they run: complete, route, ask the sides, write, check. Nothing heavy is loaded here.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from core import both
from core.author import Author
from core.chat import answer as documents_answer
from core.chat import history as follow_ups
from core.chat.fragment import substitute
from core.errors import AppError
from core.i18n import detect_language, error_text, plural, translate
from core.index.search import SearchIndex
from core.records import (
    Answer,
    Catalog,
    Document,
    DocumentsAnswer,
    Event,
    Page,
    Route,
    Sounding,
    SqlAnswer,
)
from core.router import split, unsourced
from core.router.choose import Hint, Signals, choose, has_rows, nothing_reason, plausible, sides
from core.router.phrases import Said, read_cues
from core.router.split import Parts, split_question
from core.settings import Settings
from core.sql.chart_request import without_chart
from core.sql.follow_up import Edit
from core.sql.lexicon import builtin_lexicon
from core.validation.check import check_answer

_TOKEN = re.compile(r"\S+\s*|\s+")
Side = TypeVar("Side", DocumentsAnswer, SqlAnswer)


class Shelf(Protocol):
    """What the assistant reads of the workspace's documents (`core.library.Library` is one)."""

    def documents(self) -> list[Document]: ...

    def page(self, document_id: int, number: int) -> Page | None: ...

    def page_count(self, document_id: int) -> int: ...


class TableSide(Protocol):
    """What the assistant asks of the workspace's tables (`core.sql.tables.Tables` is one)."""

    def catalog(self) -> Catalog: ...

    def sound(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> Sounding: ...

    def ask(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer: ...

    def follow_up(self, said: str, answer: SqlAnswer, lang: str) -> Edit | None: ...

    def ask_edited(self, edit: Edit, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer: ...

    def run(self, sql: str, *, question: str = "", lang: str | None = None, limit: int | None = None) -> SqlAnswer: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way: as asked, as completed, its language, where to look, when it began."""

    question: str
    completed: str
    lang: str
    started: float
    hint: Hint = "auto"
    document_ids: Collection[int] | None = None
    sources: Collection[str] | None = None
    timings: dict[str, float] = field(default_factory=dict)
    edit: Edit | None = None
    stated: Answer | None = None

    def answer(self, route: Route, status: str, text: str = "", confidence: float = 0.0, message: str = "") -> Answer:
        return Answer(self.question, self.completed, self.lang, route, status, text, message, confidence)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sides said: None for one that was not asked. `parts` are what each was asked, where they differ."""

    written: DocumentsAnswer | None = None
    data: SqlAnswer | None = None
    parts: Parts | None = None


class Assistant:
    """Answers questions over one workspace. Threads may share it."""

    def __init__(
        self, library: Shelf, index: SearchIndex, tables: TableSide, settings: Settings, author: Author | None = None
    ) -> None:
        self.library = library
        self.index = index
        self.tables = tables
        self.settings = settings
        self.author = author

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        document_ids: Collection[int] | None = None,
        sources: Collection[str] | None = None,
        route: Hint = "auto",
        lang: str | None = None,
    ) -> Iterator[Event]:
        """Answer one question; `history` are the conversation's earlier answers, oldest first.

        `document_ids` and `sources` (names of table files) restrict where to look, `route` the side; `lang` ('es',
        'en') is the answer's language, else the question's."""
        turn = self._complete(question, history, route, document_ids, sources, lang)
        catalog = self._files()
        said = unsourced.without_source(turn.completed, turn.lang, [table.name for table in catalog.tables])
        if said is not None:
            yield Event("routed", turn.completed, said)
            reply = unsourced.reply(said, turn.completed, turn.lang, self.library.documents(), catalog)
            yield from self._finish(turn, turn.answer(said, "answered", reply, 1.0))
            return
        if turn.stated is not None:
            yield from self._finish(turn, self._check(tell_place(turn, turn.stated)))
            return
        asked, chosen = self._ask_sides(turn)
        yield Event("routed", turn.completed, chosen)
        yield Event("sources", hits=asked.written.hits if asked.written else ())
        told = False
        if self.author is not None:
            asked, told = yield from self._ask_model(self.author, turn, chosen, asked)
        draft = self._write(turn, chosen, asked)
        yield from self._finish(turn, self._check(draft), told)

    def run_sql(self, sql: str, question: str = "", lang: str | None = None) -> Answer:
        """A statement of the user's own: guarded and limited like any other; `question` helps to choose the chart."""
        started = time.perf_counter()
        lang = lang or detect_language(question)
        turn = Turn(question or sql, question or sql, lang, started)
        route = Route("data", translate("router.sql_reason", lang))
        try:
            answer = from_rows(turn, self.tables.run(sql, question=question, lang=lang), route)
        except AppError as error:
            answer = turn.answer(route, "refused", "", 1.0, error_text(error, lang))
        answer = self._check(answer)
        return dataclasses.replace(answer, timings_ms={**answer.timings_ms, "total": _ms(started)})

    # ------------------------------------------------------------ complete

    def _complete(self, question, history, hint, document_ids, sources, lang) -> Turn:
        """The question made whole from the conversation, and its language."""
        started = time.perf_counter()
        question = question.strip()
        if not question:
            raise AppError("assistant.empty_question")
        spoken = history[-1].lang if history else "en"
        lang = lang or unsourced.language_of(question) or detect_language(question, default=spoken)
        turn = Turn(question, question, lang, started, hint, document_ids, self._sources(hint, sources))
        past = history[-1] if history else None
        if past is None:
            return turn
        if unsourced.asks_place(question, lang):  # 'where does the report say so?'
            stated = past if past.citations else None
            return dataclasses.replace(turn, completed=past.completed_question, hint="documents", stated=stated)
        if past.data is not None and hint != "documents":
            edit = self.tables.follow_up(question, past.data, lang)
            if edit is not None:
                return dataclasses.replace(turn, completed=edit.question, edit=edit)
        asked_before = [(earlier.completed_question, earlier.text) for earlier in history]
        if past.data is not None and split.is_bare_why(question):  # rows tell no causes
            turn = dataclasses.replace(turn, hint="documents")
            asked_before.append((without_chart(past.data.question), past.text))
        completed, _ = follow_ups.complete_question(question, asked_before, lang)
        return dataclasses.replace(turn, completed=completed)

    # ------------------------------------------------------------ route, ask

    def _ask_sides(self, turn: Turn) -> tuple[Asked, Route]:
        """Ask the sides that are plausible, at the same time, and choose whose answer to show."""
        prose = self._prose() if turn.hint == "auto" and turn.document_ids is None else turn.document_ids
        if turn.edit is not None:
            edited = self.tables.ask_edited(turn.edit, turn.lang, sources=turn.sources)
            if has_rows(edited):
                return Asked(data=edited), Route("data", self._say_edit(turn.edit, turn.lang))
        wanted = sides(turn.hint, bool(self._files().tables), prose is None or bool(prose))
        if len(wanted) == 1:
            asked = self._ask(turn, wanted, None, prose)
            return asked, choose(
                Signals(self._said(turn.completed, turn.lang), Sounding(), asked.written, asked.data), turn.lang
            )
        parts = split_question(
            turn.completed,
            turn.lang,
            lambda text: self._sound(turn, text),
            substitute,
        )
        if parts is not None:
            asked = self._ask(turn, wanted, parts, prose)
            chosen = choose(self._signals(turn, asked), turn.lang)
            if chosen.kind == "both":
                return asked, chosen
        return self._ask_whole(turn, prose)

    def _ask_whole(self, turn: Turn, prose: Collection[int] | None) -> tuple[Asked, Route]:
        """A question of one part: the side that its links leave no doubt about, else both."""
        started = time.perf_counter()
        sounding = self._sound(turn, turn.completed)
        wanted = plausible(self._said(turn.completed, turn.lang), sounding)
        turn.timings["route"] = _ms(started)
        asked = self._ask(turn, wanted, None, prose)
        if asked.data is not None and asked.written is None and not has_rows(asked.data):
            asked = dataclasses.replace(asked, written=self._ask_documents(turn, turn.completed, prose))
        signals = self._signals(turn, asked, sounding)
        chosen = choose(signals, turn.lang)
        if asked.data is None and asked.written is not None and asked.written.status != "answered":
            chosen = Route("none", nothing_reason(signals, turn.lang))  # the links left the tables out
        return asked, chosen

    def _say_edit(self, edit: Edit, lang: str) -> str:
        changed = ", ".join(translate(f"router.changed_{name}", lang) for name in edit.changed)
        return translate("router.edit_reason", lang, changed=changed)

    def signals_of(self, question: str, lang: str) -> Signals:
        """What the router reads of a whole question, both sides asked: for measuring and for fitting its weights."""
        turn = Turn(question, question, lang, time.perf_counter())
        asked = self._ask(turn, ("documents", "data"), None, self._prose())
        return self._signals(turn, asked)

    def _ask(self, turn: Turn, wanted: Collection[str], parts: Parts | None, prose: Collection[int] | None) -> Asked:
        """Both sides in threads of their own where both are wanted; each gets its part of the question."""
        if parts and parts.about:
            named = {document.id for document in both.named_documents(parts.about, self.library.documents(), turn.lang)}
            prose = (named & set(prose) if prose is not None else named) or prose
        data_question = parts.data if parts else turn.completed
        document_question = parts.documents if parts else turn.completed
        if "data" not in wanted:
            return Asked(self._ask_documents(turn, document_question, prose), parts=parts)
        if "documents" not in wanted:
            return Asked(data=self.tables.ask(data_question, turn.lang, sources=turn.sources), parts=parts)
        with ThreadPoolExecutor(1, thread_name_prefix="documents") as pool:
            written = pool.submit(self._ask_documents, turn, document_question, prose)
            data = self.tables.ask(data_question, turn.lang, sources=turn.sources)
            return Asked(written.result(), data, parts)

    def _ask_documents(self, turn: Turn, question: str, prose: Collection[int] | None) -> DocumentsAnswer:
        k = self.settings.get("passages_per_answer")
        result = self.index.search(question, lang=turn.lang, k=k, document_ids=prose)
        shelf = self.library
        search = functools.partial(self.index.search, lang=turn.lang, k=k, document_ids=prose)
        found = documents_answer.answer(question, result, self.index, turn.lang, shelf.page, shelf.page_count, search)
        return dataclasses.replace(
            found, hits=found.hits or result.hits, timings_ms={**result.timings_ms, **found.timings_ms}
        )

    def _signals(self, turn: Turn, asked: Asked, sounding: Sounding | None = None) -> Signals:
        parts = asked.parts
        question = parts.data if parts else turn.completed
        return Signals(
            self._said(turn.completed, turn.lang),
            sounding or self._sound(turn, question),
            asked.written,
            asked.data,
            parts is not None,
            parts is not None and parts.compares,
        )

    def _said(self, question: str, lang: str) -> Said:
        tables = tuple(table.name for table in self.tables.catalog().tables)
        documents = tuple(document.name.rsplit(".", 1)[0] for document in self.library.documents())
        return read_cues(question, lang, tables, documents)

    def _sound(self, turn: Turn, text: str) -> Sounding:
        return self.tables.sound(text, turn.lang, sources=turn.sources)

    def _sources(self, hint: Hint, sources: Collection[str] | None) -> Collection[str] | None:
        """The sources that may give rows: tables found in documents where rows are asked for; elsewhere the document
        itself is quoted, and the tables of files alone are asked."""
        if hint == "data":
            return sources
        files = {table.source for table in self._files().tables}
        return files if sources is None else files & set(sources)

    def _files(self) -> Catalog:
        """The catalog without the tables that were found in documents."""
        catalog = self.tables.catalog()
        return dataclasses.replace(catalog, tables=tuple(table for table in catalog.tables if table.origin == "file"))

    def _prose(self) -> set[int] | None:
        """The documents that are more than the page of a table; None where that is all of them, or nothing is here.

        What a table says is asked of its rows, not of the lines that list them."""
        sources = {table.source for table in self._files().tables}
        held = self.library.documents()
        prose = {document.id for document in held if document.name not in sources}
        return None if len(prose) == len(held) else prose

    def _ask_model(
        self, author: Author, turn: Turn, chosen: Route, asked: Asked
    ) -> Generator[Event, None, tuple[Asked, bool]]:
        """What the chosen sides say in the model's words, and whether its text was told as it came.

        An empty token tells whoever reads that the model is still silent."""
        parts, told = asked.parts, False
        edited = turn.edit is not None and asked.written is None  # a change to an earlier statement needs no new one
        if chosen.kind in ("data", "both") and asked.data is not None and not edited:
            question = parts.data if parts else turn.completed
            steps = author.write_rows(question, turn.lang, asked.data, turn.sources)
            asked = dataclasses.replace(asked, data=(yield from _tokens(steps)))
        if chosen.kind not in ("data", "both") and asked.written is not None:
            question = parts.documents if parts else turn.completed
            steps = author.write_documents(question, turn.lang, asked.written)
            asked, told = dataclasses.replace(asked, written=(yield from _tokens(steps))), True
        return asked, told

    # ------------------------------------------------------------ write, check

    def _write(self, turn: Turn, chosen: Route, asked: Asked) -> Answer:
        """The answer of the chosen sides, its text in words; `none` where they have none."""
        if chosen.kind == "both":
            answer = self._from_both(turn, asked, chosen)
        elif chosen.kind == "none":
            hits = asked.written.hits if asked.written else ()
            answer = dataclasses.replace(turn.answer(chosen, "not_found", message=chosen.reason), hits=hits)
        elif chosen.kind == "data" and asked.data is not None:
            answer = from_rows(turn, asked.data, chosen)
        elif asked.written is not None:
            answer = from_passages(turn, asked.written, chosen)
        else:
            answer = turn.answer(chosen, "not_found")
        timings = {
            **(asked.written.timings_ms if asked.written else {}),
            **(asked.data.timings_ms if asked.data else {}),
        }
        if answer.status != "answered":
            answer = dataclasses.replace(answer, route=Route("none", answer.message or chosen.reason))
        return dataclasses.replace(answer, timings_ms=timings)

    def _from_both(self, turn: Turn, asked: Asked, chosen: Route) -> Answer:
        """Rows and passages in one text, laid side by side where both state a figure."""
        documents = self.library.documents()
        woven = both.weave(asked.parts, asked.written, asked.data, turn.lang, self.library.page, documents)
        confidence = min(asked.data.confidence, max(asked.written.confidence, asked.written.chance / 2))
        answer = turn.answer(chosen, "answered", woven.text, round(confidence, 4))
        return dataclasses.replace(
            answer,
            citations=woven.citations,
            hits=asked.written.hits,
            data=asked.data,
            agreement=woven.agreement,
            comparisons=woven.comparisons,
            engine=asked.data.engine,
            uses=asked.data.uses,
            message=asked.data.message,
        )

    def _check(self, draft: Answer) -> Answer:
        """The answer with each of its statements checked against its sources, whatever engine wrote it."""
        started = time.perf_counter()
        checked = check_answer(
            draft,
            read_page=self.library.page,
            embed=self.index.encode,
            catalog=self.tables.catalog(),
            policy=self.settings.get("unsupported_claims"),
            spanish=builtin_lexicon().spanish,
        )
        checks = (*checked.checks, *both.checks_of(draft.comparisons))
        timings = {**draft.timings_ms, "check": round(1000 * (time.perf_counter() - started), 2)}
        return dataclasses.replace(checked, checks=checks, timings_ms=timings)

    def _finish(self, turn: Turn, answer: Answer, told: bool = False) -> Iterator[Event]:
        for token in () if told else _TOKEN.findall(answer.text):
            yield Event("token", token)
        yield Event("checked", checks=answer.checks)
        timings = {"route": 0.0, **answer.timings_ms, **turn.timings, "total": _ms(turn.started)}
        yield Event("done", answer=dataclasses.replace(answer, timings_ms=timings))


def from_passages(turn: Turn, found: DocumentsAnswer, route: Route) -> Answer:
    """What the documents say, or why they say nothing."""
    answer = turn.answer(route, found.status, found.text, found.confidence, found.message)
    answer = dataclasses.replace(answer, citations=found.citations, hits=found.hits)
    return _by_engine(answer, found)


def tell_place(turn: Turn, past: Answer) -> Answer:
    """Where the documents say what was answered before: file and page of its citations, with their words."""
    lines = []
    for citation in past.citations:
        head = translate("assistant.stated_at", turn.lang, file=citation.file, page=str(citation.page))
        lines.append(f"{head} “{' '.join(citation.quote.split())}” [{citation.n}]")
    route = Route("documents", translate("router.place_reason", turn.lang))
    answer = turn.answer(route, "answered", "\n\n".join(lines), past.confidence)
    return dataclasses.replace(answer, citations=past.citations, hits=past.hits, data=past.data)


def from_rows(turn: Turn, data: SqlAnswer, route: Route) -> Answer:
    """A result in words: its sentences, or what it holds; and why, where there is none."""
    status, text, message = tell(data, turn.lang)
    answer = turn.answer(route, status, text, data.confidence, message)
    answer = dataclasses.replace(answer, data=data, timings_ms=data.timings_ms)
    return _by_engine(dataclasses.replace(answer, message=f"{message} {data.message}".strip()), data)


def _by_engine(answer: Answer, side: DocumentsAnswer | SqlAnswer) -> Answer:
    """The answer with who wrote it, and what that took."""
    adapter = side.uses[0].adapter if side.uses and side.engine != "builtin" else None
    return dataclasses.replace(answer, engine=side.engine, adapter=adapter, uses=side.uses)


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


def _tokens(steps: Generator[str, None, Side]) -> Generator[Event, None, Side]:
    """Pieces of text as events; returns what the steps return."""
    while True:
        try:
            text = next(steps)
        except StopIteration as ended:
            return ended.value
        try:
            yield Event("token", text)
        except GeneratorExit:
            steps.close()
            raise


def last_answer(events: Iterator[Event]) -> Answer:
    """Run a turn to its end and return its answer."""
    for event in events:
        if event.answer is not None:
            return event.answer
    raise AppError("assistant.no_answer")


def _ms(since: float) -> float:
    return round(1000 * (time.perf_counter() - since), 2)
