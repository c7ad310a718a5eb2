"""The tables of one workspace: what there is, questions in words, statements of the user's own. The way in to `sql/`.

Every statement, whoever wrote it, passes the guard and runs in the sandbox; charts and sentences are added to what
comes back. It imports no files (`data/sources.py`) and draws nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Callable, Collection, Generator, Sequence
from pathlib import Path

from core.errors import AppError
from core.i18n import detect_language
from core.models.writer import Writer
from core.recall import Recall, afresh
from core.records import (
    Answer,
    Catalog,
    ChartSpec,
    CheckedSql,
    Metric,
    QueryResult,
    Sounding,
    SqlAnswer,
)
from core.settings import Settings
from core.sql.charts.choose import choose_chart
from core.sql.charts.request import without_chart
from core.sql.confirmed import recall as recall_confirmed
from core.sql.data.catalog import build_catalog
from core.sql.data.named_metrics import check_metric, metric_sql
from core.sql.data.schema import schema_of
from core.sql.examples import example_questions
from core.sql.following.edit_statement import keep_scope, order_sql, restrict_sql
from core.sql.following.follow_up import Edit, edit_question
from core.sql.following.reshape import LIMITED
from core.sql.following.result_columns import measure_of
from core.sql.generate import write_sql
from core.sql.insight.insight import describe
from core.sql.insight.listing import say_rows
from core.sql.language.lexicon import builtin_lexicon
from core.sql.parts import Parts, ask_parts, keep_tables
from core.sql.safety.execute import admit_sql, run_queries
from core.sql.safety.guard import check_sql
from core.sql.safety.sandbox import Sandbox
from core.sql.safety.typed_sql import is_statement
from core.sql.sound import sound
from core.state import catalog_notes, pairs
from core.state.database import Database


class Tables:
    """The data sets in a workspace's `datasets` folder. Threads may share it; close it to end its sandbox.

    With `db`, tables carry what users said of them, and a question whose answer was confirmed is answered by the
    confirmed statement."""

    def __init__(self, settings: Settings, db: Database | None = None) -> None:
        self._db = db
        self.folder = settings.workspace / "datasets"
        self._sandbox = Sandbox(settings)
        self._lock = threading.Lock()
        self._settings = settings
        self._catalog = Catalog()
        self._state: tuple = ()
        self._parts: dict[frozenset[str] | None, Parts] = {}

    def close(self) -> None:
        self._sandbox.close()

    def catalog(self) -> Catalog:
        """Every table with its profile and relations; read again when a data set or a note came, changed or went."""
        said = catalog_notes.revision(self._db) if self._db is not None else 0
        state = (self._settings.get("document_tables"), said, _state_of(self.folder))
        with self._lock:
            if state != self._state:
                held = build_catalog(self.folder, catalog_notes.read(self._db) if self._db is not None else None)
                hidden = ("document",) if state[0] == "off" else ()
                self._catalog = keep_tables(held, lambda table: table.origin not in hidden)
                self._state, self._parts = state, {}
            return self._catalog

    def examples(self, lang: str) -> list[str]:
        """Questions in `lang` that the tables of files can be asked; none was tried."""
        return list(example_questions(self._parts_of(None).files, lang))

    def sound(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> Sounding:
        """How well the question's words link to the tables of files, wholly where its answer was confirmed; nothing is
        run."""
        files = self._parts_of(sources).files
        heard = sound(question, lang, files)
        if self._db is None or pairs.find(self._db, question, [table.name for table in files.tables]) is None:
            return heard
        return dataclasses.replace(heard, linked=1.0, unknown=(), column=1.0, table=1.0, measured=True, left=0)

    def follow_up(self, said: str, answer: SqlAnswer, lang: str) -> Edit | None:
        """`said` as an edit of the question that `answer` answered; None where it asks something of its own."""
        files = self._parts_of(None).files
        ours = answer.sql is not None and set(answer.sql.tables) <= {table.name for table in files.tables}
        return edit_question(said, answer.question, answer, files if ours else self.catalog(), lang)

    def ask_edited(self, edit: Edit, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer:
        """An edited question: the same statement shown otherwise, or asked anew, over the rows that were meant."""
        if edit.sql is not None:
            return dataclasses.replace(self.run(edit.sql, question=edit.question, lang=lang), question=edit.question)
        asked = edit.question if edit.top is None else LIMITED.sub("", edit.question)
        answer = dataclasses.replace(self.ask(asked, lang, sources=sources), question=edit.question)
        sql = self._as_meant(answer, edit) if answer.sql is not None else None
        if sql is None or sql == answer.sql.text:
            return answer
        merged = schema_of(self.catalog(), builtin_lexicon()).spellings.merge(sql)
        narrowed = self.run(merged, question=edit.question, lang=lang)
        return dataclasses.replace(
            narrowed,
            question=edit.question,
            reading=answer.reading,
            confidence=answer.confidence,
            unknown=answer.unknown,
        )

    def _as_meant(self, answer: SqlAnswer, edit: Edit) -> str | None:
        """The statement of a question asked anew, over the rows that it goes on from; None where it cannot be."""
        sql = answer.sql.text
        if edit.only is not None:
            sql = restrict_sql(sql, *edit.only, self.catalog())
        if sql is not None and edit.scope:
            sql = keep_scope(sql, edit.scope, dated=not {"period", "compare"} & set(edit.changed))
        measure = measure_of(answer.result) if edit.top is not None and answer.result is not None else None
        return order_sql(sql, measure, edit.top, 1) if sql is not None and measure is not None else sql

    def ask(
        self,
        question: str,
        lang: str,
        *,
        sources: Collection[str] | None = None,
        cancel: threading.Event | None = None,
    ) -> SqlAnswer:
        """A question answered from the tables, with chart and sentences; `sources` restricts it to those files.

        Tables of files are asked first and alone; those found in documents where these have no answer, or one that
        leaves words of the question without meaning, and then only the few that are nearest to it.
        Setting `cancel` from another thread ends what runs; the answer's error is then `sql.limits.cancelled`."""
        parts = self._parts_of(sources)
        if is_statement(question, parts.every):
            return self._run_typed(question, lang, cancel)
        answer = self._recall(question, lang, parts, cancel)
        if answer is None:
            run = functools.partial(self._run_texts, cancel=cancel)
            answer = ask_parts(without_chart(question), lang, parts, run)
            answer = dataclasses.replace(answer, question=question)
        if cancel is not None and cancel.is_set():
            return SqlAnswer(question, lang, None, None, error=("sql.limits.cancelled", {}))
        return _complete(answer)

    def _run_typed(self, sql: str, lang: str, cancel: threading.Event | None) -> SqlAnswer:
        """A statement typed as a question: its rows, or why the guard refuses it."""
        try:
            return self.run(sql, lang=lang, cancel=cancel)
        except AppError as error:
            return SqlAnswer(sql, lang, None, None, error=(error.key, error.params))

    def write(
        self,
        question: str,
        lang: str,
        open_model: Callable[[], Writer],
        parse: Callable[[], SqlAnswer],
        *,
        sources: Collection[str] | None = None,
        history: Sequence[Answer] = (),
        rules: str = "",
        recall: Recall = afresh,
    ) -> Generator[str, None, SqlAnswer]:
        """The same question by a model's statement over the tables of files; what `parse` gives (`ask` does) stands
        where none runs. What a user has confirmed is not written anew; other accepted pairs are the model's examples.
        Yields '' while the model writes."""
        catalog = self._parts_of(sources).files
        confirmed = self._recall(question, lang, self._parts_of(sources), None)
        if confirmed is not None:
            return _complete(confirmed)
        kept = pairs.list_pairs(self._db, [table.name for table in catalog.tables]) if self._db is not None else []
        examples = [(pair.question, pair.sql) for pair in kept]

        seen = None if sources is None else sorted(sources)

        def run_one(text: str) -> QueryResult:
            return recall("result", (text, seen), lambda: self._run_texts([text], catalog)[0])

        def run(texts: list[str]) -> list[QueryResult]:
            return [run_one(text) for text in texts]

        answer = yield from write_sql(
            question, catalog, run, open_model, parse, lang=lang, pairs=examples, history=history, rules=rules,
            recall=lambda work: recall("schema", (question, lang, seen), work),
        )  # fmt: skip
        return answer if answer.chart is not None else _complete(answer)

    def _recall(self, question: str, lang: str, parts: Parts, cancel: threading.Event | None) -> SqlAnswer | None:
        """The answer that a user has confirmed, where there is one."""
        if self._db is None:
            return None
        return recall_confirmed(
            question, lang, parts.every, self._db, lambda sql: self._run_checked(sql, parts.every, cancel)
        )

    def _parts_of(self, sources: Collection[str] | None) -> Parts:
        """The catalog as one question may see it, kept while the catalog stays as it is."""
        catalog, key = self.catalog(), None if sources is None else frozenset(sources)
        with self._lock:
            if key not in self._parts:
                self._parts[key] = Parts(catalog, key)
            return self._parts[key]

    def run(
        self,
        sql: str,
        *,
        question: str = "",
        lang: str | None = None,
        limit: int | None = None,
        cancel: threading.Event | None = None,
    ) -> SqlAnswer:
        """A statement of the user's own. Raises AppError `sql.guard.*` where the guard does not admit it."""
        catalog = self.catalog()
        lang = lang or detect_language(question)
        started = time.perf_counter()
        checked = admit_sql(sql, catalog, self._sandbox, cancel=cancel)
        result = self._run_checked(checked, catalog, cancel, limit)
        timings = {"execute": round(1000 * (time.perf_counter() - started), 2)}
        answer = SqlAnswer(
            question or sql, lang, checked, result, confidence=1.0, error=result.error, timings_ms=timings
        )
        return _complete(answer, asked=question)

    def try_metric(self, metric: Metric, lang: str) -> SqlAnswer:
        """What a metric comes to over its whole table. Raises `sql.metrics.*` or `sql.guard.*` where it is none; an
        error of the engine (text that is summed) is the answer's."""
        table = next(table for table in self.catalog().tables if table.name == metric.table)
        return self.run(metric_sql(check_metric(metric, table)), lang=lang)

    def _run_checked(
        self, checked: CheckedSql, catalog: Catalog, cancel: threading.Event | None, limit: int | None = None
    ) -> QueryResult:
        return run_queries([checked], catalog, self._sandbox, limit=limit, cancel=cancel)[0]

    def _run_texts(
        self, texts: list[str], catalog: Catalog, cancel: threading.Event | None = None
    ) -> list[QueryResult]:
        """Results of statements in order; one that the guard refuses gets its reason as error."""
        results: dict[int, QueryResult] = {}
        admitted = {}
        for position, text in enumerate(texts):
            try:
                admitted[position] = check_sql(text, catalog)
            except AppError as error:
                results[position] = QueryResult(error=(error.key, error.params))
        ran = run_queries(list(admitted.values()), catalog, self._sandbox, cancel=cancel)
        results.update(zip(admitted, ran, strict=True))
        return [results[position] for position in range(len(texts))]


def _complete(answer: SqlAnswer, asked: str | None = None) -> SqlAnswer:
    """The answer with the chart for its rows and one to three true sentences about them."""
    result = answer.result
    if result is None or result.error is not None:
        return answer
    question = answer.question if asked is None else asked
    chart: ChartSpec = choose_chart(result, question, answer.lang)
    sentences = answer.insight or tuple(describe(result, question, answer.lang, chart))
    sentences = sentences or tuple(filter(None, [say_rows(result, answer.lang)]))
    return dataclasses.replace(answer, chart=chart, insight=sentences)


def _state_of(folder: Path) -> tuple:
    """What tells one state of the folder from another: its cards and notes with their times."""
    if not folder.is_dir():
        return ()
    return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.json")))
