"""One turn: what was asked -> where to look -> an answer with its evidence, as a stream of events.

`Assistant.ask` tells the story of one answer; read it first. Each step has a module: `conversation` makes the question
whole, `router` says where to look, `sides` asks there, `author` has a language model write, `telling` puts it in words,
`validation` checks it. Whoever calls draws the events or, as `turns.start_turn` does, stores them.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from typing import TypeVar

from core.author import Author
from core.both.quoted import with_verdict
from core.both.weave import checks_of, unconfirmed
from core.conversation import Turn, begin_turn
from core.errors import AppError
from core.house_words import HouseWords
from core.i18n import detect_language, error_text, translate
from core.index.search import SearchIndex
from core.lexicon.translate import bilingual_of
from core.models.groundedness import grounded_in_use
from core.recall import Recall, afresh
from core.records import Answer, DocumentsAnswer, Event, Route, SqlAnswer
from core.router import unsourced
from core.router.choose import Hint, Signals, choose, foresee, has_rows, nothing_reason, plausible, sides
from core.settings import Settings
from core.sides import Asked, Shelf, Sides, TableSide, may_give_rows, says_one_part
from core.sql.safety.typed_sql import is_statement
from core.telling import explain_rows, from_rows, say_edit, tell, tell_place
from core.validation.check import check_answer

_TOKEN = re.compile(r"\S+\s*|\s+")
Side = TypeVar("Side", DocumentsAnswer, SqlAnswer)


class Assistant:
    """Answers questions over one workspace. Threads may share it."""

    def __init__(
        self,
        library: Shelf,
        index: SearchIndex,
        tables: TableSide,
        settings: Settings,
        author: Author | None = None,
        words: HouseWords | None = None,
    ) -> None:
        self.library = library
        self.index = index
        self.tables = tables
        self.settings = settings
        self.author = author
        self._sides = Sides(library, index, tables, settings, words)

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        document_ids: Collection[int] | None = None,
        sources: Collection[str] | None = None,
        route: Hint = "auto",
        lang: str | None = None,
        recall: Recall = afresh,
    ) -> Iterator[Event]:
        """Answer one question; `history` are the conversation's earlier answers, oldest first.

        `document_ids` and `sources` (names of table files) restrict where to look, `route` the side; `lang` ('es',
        'en') is the answer's language, else the question's; `recall` is where the stages get what they need."""
        here = self._sides.look()
        if route != "documents" and is_statement(question, here.files):
            answer = self.run_sql(question, lang=lang or detect_language(question))
            yield Event("routed", question, answer.route)
            yield from self._finish(Turn(question, question, answer.lang, time.perf_counter()), answer)
            return
        turn = begin_turn(
            question, history, self.tables.follow_up, hint=route, document_ids=document_ids,
            sources=may_give_rows(route, sources, here), lang=lang, here=here, recall=recall,
        )  # fmt: skip
        said = unsourced.without_source(turn.completed, turn.lang, [table.name for table in here.files.tables])
        if said is not None:
            yield Event("routed", turn.completed, said)
            reply = unsourced.reply(said, turn.completed, turn.lang, here.documents, here.files)
            yield from self._finish(turn, turn.answer(said, "answered", reply, 1.0))
            return
        if turn.stated is not None:
            yield from self._finish(turn, self._check(tell_place(turn, turn.stated)))
            return
        if turn.explained is not None:
            yield from self._finish(turn, self._check(explain_rows(turn, turn.explained)))
            return
        asked, chosen = self._ask_sides(turn)
        yield Event("routed", turn.completed, chosen)
        yield Event("sources", hits=asked.written.hits if asked.written else ())
        told = False
        if self.author is not None:
            asked, chosen, told = yield from self._ask_model(self.author, turn, asked, chosen)
        yield from self._finish(turn, self._check(self._tell(turn, asked, chosen)), told)

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

    # ------------------------------------------------------------ ask the sides, choose

    def _ask_sides(self, turn: Turn) -> tuple[Asked, Route]:
        """Ask the sides that are plausible, at the same time, and choose whose answer to show."""
        if turn.edit is not None:
            edited = self._sides.ask_edited(turn, turn.edit)
            if has_rows(edited):
                return Asked(data=edited), Route("data", say_edit(turn.edit, turn.lang))
        among = self._sides.prose(turn)
        wanted = sides(turn.hint, bool(turn.here.files.tables), among is None or bool(among))
        if len(wanted) == 1:
            asked = self._with_verdict(turn, self._sides.ask(turn, wanted, among, None))
            return asked, choose(Signals(self._sides.said(turn), written=asked.written, data=asked.data), turn.lang)
        parts = self._sides.split(turn)
        if parts is None:
            return self._ask_whole(turn, among)
        asked = self._sides.ask(turn, wanted, among, parts)
        chosen = choose(self._sides.signals(turn, asked), turn.lang)
        if chosen.kind == "both":
            return asked, chosen
        if parts.claimed is not None and asked.written.status == "answered":
            found = self._with_verdict(turn, asked)
            found = dataclasses.replace(found, written=unconfirmed(found.written, turn.lang))
            return found, Route("documents", translate("router.unconfirmed_reason", turn.lang))
        if parts.claimed:  # read whole, its figure would be a condition on the rows
            return asked, Route("none", translate("router.unconfirmed_nowhere", turn.lang))
        whole, told = self._ask_whole(turn, among)
        if says_one_part(parts, asked, told):
            return asked, Route("both", translate("router.one_part_reason", turn.lang))
        return whole, told

    @staticmethod
    def _with_verdict(turn: Turn, asked: Asked) -> Asked:
        """What the documents answer, with whether they bear out the amount that the question claims."""
        if asked.written is None:
            return asked
        return dataclasses.replace(asked, written=with_verdict(turn.completed, asked.written, turn.lang))

    def _ask_whole(self, turn: Turn, among: Collection[int] | None) -> tuple[Asked, Route]:
        """A question of one part: the side that its links leave no doubt about, else both. Where a model is to write,
        a side that is all but certain by then is not waited for."""
        started = time.perf_counter()
        signals = Signals(self._sides.said(turn), self._sides.sound(turn, turn.completed))
        signals = dataclasses.replace(signals, leaves_tables=self._sides.leaves_tables(turn))
        wanted = ("documents", "data") if signals.leaves_tables else plausible(signals.said, signals.sounding)
        turn.timings["route"] = _ms(started)
        if self.author is not None:
            written = self._sides.ask_documents(turn, turn.completed, among) if "documents" in wanted else None
            signals = dataclasses.replace(signals, written=written)
            foreseen = foresee(signals, turn.lang)
            if foreseen is not None:
                return Asked(written, parse=lambda: self._sides.ask_tables(turn, turn.completed)), foreseen
            asked = Asked(written, self._sides.ask_tables(turn, turn.completed) if "data" in wanted else None)
        else:
            asked = self._sides.ask(turn, wanted, among, None)
        if asked.data is not None and asked.written is None and not has_rows(asked.data):
            asked = dataclasses.replace(asked, written=self._sides.ask_documents(turn, turn.completed, among))
        return asked, self._choose_whole(turn, signals, asked)

    def _choose_whole(self, turn: Turn, signals: Signals, asked: Asked) -> Route:
        signals = dataclasses.replace(signals, written=asked.written, data=asked.data)
        if asked.data is None and asked.written is not None and asked.written.status != "answered":
            return Route("none", nothing_reason(signals, turn.lang))  # the links left the tables out
        return choose(signals, turn.lang)

    def signals_of(self, question: str, lang: str) -> Signals:
        """What the router reads of a whole question, both sides asked: for measuring and for fitting its weights."""
        turn = Turn(question, question, lang, time.perf_counter(), here=self._sides.look())
        return self._sides.signals(turn, self._sides.ask(turn, ("documents", "data"), self._sides.prose(turn), None))

    # ------------------------------------------------------------ the model's words

    def _ask_model(
        self, author: Author, turn: Turn, asked: Asked, chosen: Route
    ) -> Generator[Event, None, tuple[Asked, Route, bool]]:
        """What the chosen sides say in the model's words, and whether its text was told as it came. Where the side that
        was foreseen has nothing to say, both are weighed after all.

        An empty token tells whoever reads that the model is still silent."""
        if chosen.kind == "none":
            return *(yield from self._second_opinion(author, turn, asked, chosen)), False
        if chosen.kind == "documents":
            asked = yield from self._write_documents(author, turn, asked)
            spoke = asked.written.status == "answered"
        else:
            asked = yield from self._write_rows(author, turn, asked)
            spoke = has_rows(asked.data)
        if asked.parse is not None and not spoke:
            return *self._ask_rest(turn, asked), False
        return asked, chosen, chosen.kind == "documents"

    def _write_documents(
        self, author: Author, turn: Turn, asked: Asked, quiet: bool = False
    ) -> Generator[Event, None, Asked]:
        question = self._sides.as_meant(turn, asked.parts.documents if asked.parts else turn.completed).text
        steps = author.write_documents(question, turn.lang, asked.written, turn.history)
        return dataclasses.replace(asked, written=(yield from _tokens(steps, quiet)))

    def _write_rows(self, author: Author, turn: Turn, asked: Asked) -> Generator[Event, None, Asked]:
        if turn.edit is not None and asked.written is None:
            return asked  # a change to an earlier statement needs no new one
        question = asked.parts.data if asked.parts else turn.completed
        parse = asked.parse or (lambda: asked.data)
        steps = author.write_rows(question, turn.lang, parse, turn.sources, turn.history, turn.recall)
        return dataclasses.replace(asked, data=(yield from _tokens(steps)))

    def _second_opinion(
        self, author: Author, turn: Turn, asked: Asked, chosen: Route
    ) -> Generator[Event, None, tuple[Asked, Route]]:
        """Where the built-in engine finds no answer, the model's stands only if each of its statements is proven."""
        if asked.written is None or not asked.written.hits:
            return asked, chosen
        found = yield from self._write_documents(author, turn, asked, quiet=True)
        route = Route("documents", translate("router.model_reason", turn.lang))
        answer = self._check(self._tell(turn, found, route))
        proven = bool(answer.checks) and all(check.verdict == "supported" for check in answer.checks)
        if answer.status == "answered" and answer.engine != "builtin" and proven:
            return found, route
        return asked, chosen

    def _ask_rest(self, turn: Turn, asked: Asked) -> tuple[Asked, Route]:
        """The side that was not waited for, and whose answer to show now."""
        written = asked.written or self._sides.ask_documents(turn, turn.completed, self._sides.prose(turn))
        asked = Asked(written, asked.data or self._sides.ask_tables(turn, turn.completed))
        signals = Signals(self._sides.said(turn), self._sides.sound(turn, turn.completed))
        return asked, self._choose_whole(turn, signals, asked)

    # ------------------------------------------------------------ check, finish

    def _tell(self, turn: Turn, asked: Asked, chosen: Route) -> Answer:
        return tell(turn, chosen, asked, self._sides.pages(turn))

    def _check(self, draft: Answer) -> Answer:
        """The answer with each of its statements checked against its sources, whatever engine wrote it."""
        started = time.perf_counter()
        checked = check_answer(
            draft,
            read_page=self.library.page,
            embed=self.index.encode,
            catalog=self.tables.catalog(),
            policy=self.settings.get("unsupported_claims"),
            spanish=bilingual_of(self.settings.workspace).words,
            grounded=grounded_in_use(self.settings),
        )
        return dataclasses.replace(
            checked, checks=checks_of(checked), timings_ms={**draft.timings_ms, "check": _ms(started)}
        )

    def _finish(self, turn: Turn, answer: Answer, told: bool = False) -> Iterator[Event]:
        for token in () if told else _TOKEN.findall(answer.text):
            yield Event("token", token)
        yield Event("checked", checks=answer.checks)
        timings = {"route": 0.0, **answer.timings_ms, **turn.timings, "total": _ms(turn.started)}
        yield Event("done", answer=dataclasses.replace(answer, timings_ms=timings))


def _tokens(steps: Generator[str, None, Side], quiet: bool = False) -> Generator[Event, None, Side]:
    """Pieces of text as events, empty ones where it is `quiet`; returns what the steps return."""
    while True:
        try:
            text = next(steps)
        except StopIteration as ended:
            return ended.value
        try:
            yield Event("token", "" if quiet else text)
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
