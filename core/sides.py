"""Both sides of a workspace as one question may see them: its documents and its tables, asked apart or at once.

It chooses no side and words no answer; a language model is `author.py`'s.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from core import both
from core.chat import answer as documents_answer
from core.conversation import Here, Turn
from core.house_words import AsMeant, HouseWords
from core.index.search import SearchIndex
from core.records import Catalog, Document, DocumentsAnswer, Page, Sounding, SqlAnswer
from core.router.choose import Hint, Signals
from core.router.phrases import Said, read_cues
from core.router.split import Parts
from core.settings import Settings
from core.sql.reshape import Edit


class Shelf(Protocol):
    """What is read of the workspace's documents (`core.library.Library` is one)."""

    def documents(self) -> list[Document]: ...

    def page(self, document_id: int, number: int) -> Page | None: ...

    def page_count(self, document_id: int) -> int: ...


class TableSide(Protocol):
    """What is asked of the workspace's tables (`core.sql.tables.Tables` is one)."""

    def catalog(self) -> Catalog: ...

    def sound(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> Sounding: ...

    def ask(self, question: str, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer: ...

    def follow_up(self, said: str, answer: SqlAnswer, lang: str) -> Edit | None: ...

    def ask_edited(self, edit: Edit, lang: str, *, sources: Collection[str] | None = None) -> SqlAnswer: ...

    def run(self, sql: str, *, question: str = "", lang: str | None = None, limit: int | None = None) -> SqlAnswer: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sides said: None for one that was not asked. `parts` are what each was asked, where they differ;
    `parse` asks the tables, where a language model is to write before their answer is there."""

    written: DocumentsAnswer | None = None
    data: SqlAnswer | None = None
    parts: Parts | None = None
    parse: Callable[[], SqlAnswer] | None = None


def may_give_rows(hint: Hint, sources: Collection[str] | None, here: Here) -> Collection[str] | None:
    """The sources that may give rows: tables found in documents where rows are asked for; elsewhere the document
    itself is quoted, and the tables of files alone are asked."""
    if hint == "data":
        return sources
    files = {table.source for table in here.files.tables}
    return files if sources is None else files & set(sources)


@dataclass(frozen=True)
class Sides:
    """Threads may share it."""

    library: Shelf
    index: SearchIndex
    tables: TableSide
    settings: Settings
    words: HouseWords | None = None

    # ------------------------------------------------------------ what is here

    def look(self) -> Here:
        """What there is to ask, read once for a question."""
        catalog = self.tables.catalog()
        files = tuple(table for table in catalog.tables if table.origin == "file")
        return Here(catalog, dataclasses.replace(catalog, tables=files), tuple(self.library.documents()))

    def prose(self, turn: Turn) -> Collection[int] | None:
        """The documents to search: those that the turn is restricted to; else those that are more than the page of a
        table (what it says is asked of its rows), None where that is all of them.
        """
        if turn.hint != "auto" or turn.document_ids is not None:
            return turn.document_ids
        sources = {table.source for table in turn.here.files.tables}
        prose = {document.id for document in turn.here.documents if document.name not in sources}
        return None if len(prose) == len(turn.here.documents) else prose

    # ------------------------------------------------------------ what a question says of where to look

    def said(self, turn: Turn) -> Said:
        tables = tuple(table.name for table in turn.here.catalog.tables)
        documents = tuple(document.name.rsplit(".", 1)[0] for document in turn.here.documents)
        return read_cues(turn.completed, turn.lang, tables, documents)

    def sound(self, turn: Turn, text: str) -> Sounding:
        return self.tables.sound(text, turn.lang, sources=turn.sources)

    def signals(self, turn: Turn, asked: Asked, sounding: Sounding | None = None) -> Signals:
        """What the router weighs, once the sides have said what they can."""
        parts = asked.parts
        heard = sounding or self.sound(turn, parts.data if parts else turn.completed)
        compares = parts is not None and parts.compares
        return Signals(self.said(turn), heard, asked.written, asked.data, parts is not None, compares)

    # ------------------------------------------------------------ asking

    def ask(self, turn: Turn, wanted: Collection[str], among: Collection[int] | None, parts: Parts | None) -> Asked:
        """The sides wanted, in threads of their own where both are; each gets its part of the question.

        `among` are the documents to search; where the question names some, these alone."""
        if parts and parts.about:
            named = {document.id for document in both.named_documents(parts.about, turn.here.documents, turn.lang)}
            among = (named & set(among) if among is not None else named) or among
        data_question = parts.data if parts else turn.completed
        document_question = parts.documents if parts else turn.completed
        if "data" not in wanted:
            return Asked(self.ask_documents(turn, document_question, among), parts=parts)
        if "documents" not in wanted:
            return Asked(data=self.ask_tables(turn, data_question), parts=parts)
        with ThreadPoolExecutor(1, thread_name_prefix="documents") as pool:
            written = pool.submit(self.ask_documents, turn, document_question, among)
            data = self.ask_tables(turn, data_question)
            return Asked(written.result(), data, parts)

    def ask_tables(self, turn: Turn, question: str) -> SqlAnswer:
        return self.tables.ask(question, turn.lang, sources=turn.sources)

    def ask_edited(self, turn: Turn, edit: Edit) -> SqlAnswer:
        return self.tables.ask_edited(edit, turn.lang, sources=turn.sources)

    def ask_documents(self, turn: Turn, question: str, among: Collection[int] | None) -> DocumentsAnswer:
        """What the documents say; a fragment that the whole question's quotes do not mention is asked by itself."""
        found = self._search_documents(turn, question, among)
        if not turn.topic or self._mentions(found, turn):
            return found
        alone = self._search_documents(turn, turn.topic, among)
        return alone if alone.status == "answered" and self._mentions(alone, turn) else found

    def _mentions(self, found: DocumentsAnswer, turn: Turn) -> bool:
        wanted = set(self.index.terms(turn.topic, turn.lang))
        return any(wanted & set(self.index.terms(citation.quote, turn.lang)) for citation in found.citations)

    def _search_documents(self, turn: Turn, question: str, among: Collection[int] | None) -> DocumentsAnswer:
        k = self.settings.get("passages_per_answer")
        meant = self.as_meant(turn, question)
        question = meant.text
        search = functools.partial(self.index.search, lang=turn.lang, k=k, document_ids=among)
        result, shelf = search(question), self.library
        found = documents_answer.answer(question, result, self.index, turn.lang, shelf.page, shelf.page_count, search)
        timings = {**result.timings_ms, **found.timings_ms}
        message = f"{found.message} {meant.note(turn.lang)}".strip()
        return dataclasses.replace(found, message=message, hits=found.hits or result.hits, timings_ms=timings)

    def as_meant(self, turn: Turn, question: str) -> AsMeant:
        """The question as the documents would say it."""
        return self.words.read(question, turn.lang) if self.words is not None else AsMeant(question)
