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

from core.amounts import Amounts
from core.both import judge
from core.both.match import Pages
from core.both.named import called_documents, named_documents
from core.chat import answer as documents_answer
from core.chat.fragment import substitute
from core.conversation import Here, Turn
from core.house_words import AsMeant, HouseWords
from core.index.search import SearchIndex
from core.reconcile.tell import tell_comparisons
from core.records import Catalog, Document, DocumentsAnswer, Page, Route, Sounding, SqlAnswer
from core.router.choose import Hint, Signals, has_rows
from core.router.claim import claim_in
from core.router.mentions import sources_of
from core.router.phrases import Said, read_cues
from core.router.split import Parts, split_question
from core.settings import Settings
from core.sql.following.reshape import Edit
from core.validation.sql_aggregates import repeats_rows

_NAMED = 0.8  # a link this strong says that a table's column, value or the table itself is meant
_STRANGE = 2  # so many words that say nothing to the tables, and none that does, are for the documents


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


def says_one_part(parts: Parts, asked: Asked, told: Route) -> bool:
    """Whether one part of a question found something, where each part shows by itself which side it is for: it is told
    with what the other side lacks, unless the whole question (`told`) was answered by that other side."""
    if not parts.plain or asked.written is None or asked.data is None:
        return False
    rows, quoted = has_rows(asked.data), asked.written.status == "answered"
    return rows != quoted and told.kind in ("none", "data" if rows else "documents")


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

    def sound(self, turn: Turn, text: str, lang: str = "") -> Sounding:
        """How `text`, in the turn's language where none is given, sounds to the tables; that it asks whether something
        is so says nothing of where to look."""
        lang = lang or turn.lang
        claim = claim_in(text, lang)
        return self._sound(turn, claim.for_tables(lang) if claim is not None else text, lang)

    def _sound(self, turn: Turn, text: str, lang: str) -> Sounding:
        asked = (text, lang, _sorted(turn.sources))
        return turn.recall("sounding", asked, lambda: self.tables.sound(text, lang, sources=turn.sources))

    def split(self, turn: Turn) -> Parts | None:
        """What each side is to be asked, where the question has a part for each."""
        tables = turn.here.files.tables
        prose = (found for found in turn.here.documents if found.name not in {table.source for table in tables})
        sources = sources_of(turn.lang, prose, tables)
        return split_question(turn.completed, turn.lang, lambda text: self.sound(turn, text), substitute, sources)

    def pages(self, turn: Turn) -> Pages:
        """What figures of documents are read from, to be laid beside rows."""

        def named_in(line: str, lang: str) -> tuple[str, ...]:
            return tuple(stored for _, stored in self._sound(turn, line, lang).named)

        return Pages(self.library.page, turn.here.documents, named_in)

    def signals(self, turn: Turn, asked: Asked, sounding: Sounding | None = None) -> Signals:
        """What the router weighs, once the sides have said what they can."""
        parts = asked.parts
        heard = sounding or self.sound(turn, parts.data if parts else turn.completed)
        compares = parts is not None and parts.compares
        claims = parts is not None and parts.claimed is not None
        sure = not claims or (
            judge.can_check(parts, asked.data, heard) and not repeats_rows(asked.data, turn.here.catalog)
        )
        return Signals(self.said(turn), heard, asked.written, asked.data, parts is not None, compares, sure)

    def leaves_tables(self, turn: Turn) -> bool:
        """Whether a follow-up asks nothing of the tables by its own words, though what it goes on from may link there:
        after documents it names nothing of theirs, after rows none of its words says anything to them."""
        if turn.follows not in ("documents", "data"):
            return False
        own = self.sound(turn, turn.question)
        if turn.follows == "documents":
            return max(own.column, own.table, own.value) < _NAMED
        return len(own.unknown) >= _STRANGE and not own.linked and not own.measured

    # ------------------------------------------------------------ asking

    def ask(self, turn: Turn, wanted: Collection[str], among: Collection[int] | None, parts: Parts | None) -> Asked:
        """The sides wanted, in threads of their own where both are; each gets its part of the question.

        `among` are the documents to search; where the question names some, these alone."""
        if "data" not in wanted:
            return Asked(self._ask_part(turn, parts, among), parts=parts)
        if "documents" not in wanted:
            return Asked(data=self.ask_tables(turn, parts.data if parts else turn.completed), parts=parts)
        with ThreadPoolExecutor(1, thread_name_prefix="documents") as pool:
            written = pool.submit(self._ask_part, turn, parts, among)
            data, parts = self._ask_for_rows(turn, parts)
            asked = Asked(written.result(), data, parts)
        if parts is None or parts.compares or not judge.restates(asked.written, data):
            return asked
        others = (self.ask_documents(turn, said, self._named(turn, parts, among)) for said in parts.otherwise)
        new = (other for other in others if other.status == "answered" and not judge.restates(other, data))
        return dataclasses.replace(asked, written=next(new, asked.written))

    def _ask_for_rows(self, turn: Turn, parts: Parts | None) -> tuple[SqlAnswer, Parts | None]:
        """The tables' part; in its other words too where a figure is wanted and the first are not sure of one."""
        if parts is None:
            return self.ask_tables(turn, turn.completed), None
        best = self.ask_tables(turn, parts.data)
        if judge.is_sure_figure(best):
            return best, parts
        for said in parts.restated:
            other = self.ask_tables(turn, said)
            if judge.is_one_figure(other) and (not judge.is_one_figure(best) or other.confidence > best.confidence):
                best, parts = other, dataclasses.replace(parts, data=said)
        return best, parts

    def _ask_part(self, turn: Turn, parts: Parts | None, among: Collection[int] | None) -> DocumentsAnswer:
        """The documents' part, in its other words where the first find no answer or one that leaves its subject out."""
        if parts is None:
            return self.ask_documents(turn, turn.completed, among)
        among = self._named(turn, parts, among)
        called = called_documents(parts.subject, parts.documents, turn.here.documents, turn.lang)
        if called and not parts.about:
            asked = parts.otherwise[-1] if parts.otherwise else parts.documents  # they are about the subject already
            found = self.ask_documents(turn, asked, called if among is None else called & set(among))
            if found.status == "answered":
                return found
        found = self.ask_documents(turn, parts.documents, among)
        missed = parts.guessed and not self._mentions(found, parts.subject, turn.lang)
        if found.status == "answered" and not missed:
            return found
        others = (self.ask_documents(turn, said, among) for said in parts.otherwise)
        return next((other for other in others if other.status == "answered"), found)

    def _named(self, turn: Turn, parts: Parts, among: Collection[int] | None) -> Collection[int] | None:
        """Of the documents to search, those that the question names, where it names some."""
        if not parts.about:
            return among
        named = {document.id for document in named_documents(parts.about, turn.here.documents, turn.lang)}
        return (named & set(among) if among is not None else named) or among

    def ask_tables(self, turn: Turn, question: str) -> SqlAnswer:
        """The rows for a question; what it asks to verify is put to the tables as they would be asked for it."""
        claim = claim_in(question, turn.lang)
        if claim is not None:
            found = self.ask_tables(turn, claim.for_tables(turn.lang))
            laid = judge.beside_claim(claim.amount, found) if found.confidence >= judge.DENIES_FROM else None
            told = (tell_comparisons([laid], turn.lang),) if laid else ()
            return dataclasses.replace(found, question=question, insight=(*told, *found.insight))
        asked = (question, turn.lang, _sorted(turn.sources))
        return turn.recall("rows", asked, lambda: self.tables.ask(question, turn.lang, sources=turn.sources))

    def ask_edited(self, turn: Turn, edit: Edit) -> SqlAnswer:
        return self.tables.ask_edited(edit, turn.lang, sources=turn.sources)

    def ask_documents(self, turn: Turn, question: str, among: Collection[int] | None) -> DocumentsAnswer:
        """What the documents say; a fragment that the whole question's quotes do not mention is asked by itself."""
        found = self._search_documents(turn, question, among)
        if found.status != "answered" and turn.causes:
            others = (self._search_documents(turn, cause, among) for cause in turn.causes)
            return next((other for other in others if other.status == "answered"), found)
        if not turn.topic or self._mentions(found, turn.topic, turn.lang):
            return found
        alone = self._search_documents(turn, turn.topic, among)
        return alone if alone.status == "answered" and self._mentions(alone, turn.topic, turn.lang) else found

    def _mentions(self, found: DocumentsAnswer, said: str, lang: str) -> bool:
        wanted = set(self.index.terms(said, lang))
        return any(wanted & set(self.index.terms(citation.quote, lang)) for citation in found.citations)

    def _search_documents(self, turn: Turn, question: str, among: Collection[int] | None) -> DocumentsAnswer:
        asked = (question, turn.lang, _sorted(among))
        self.index.refresh()  # a model's citations and the checks read it, though the search be remembered
        return turn.recall("documents", asked, lambda: self._quote_documents(turn, question, among))

    def _quote_documents(self, turn: Turn, question: str, among: Collection[int] | None) -> DocumentsAnswer:
        k = self.settings.get("passages_per_answer")
        meant = self.as_meant(turn, question)
        question = meant.text
        search = functools.partial(self.index.search, lang=turn.lang, k=k, document_ids=among)
        result, shelf = search(question), self.library
        found = documents_answer.answer(
            question, result, self.index, turn.lang, shelf.page, shelf.page_count, search, Amounts()
        )
        timings = {**result.timings_ms, **found.timings_ms}
        message = f"{found.message} {meant.note(turn.lang)}".strip()
        return dataclasses.replace(found, message=message, hits=found.hits or result.hits, timings_ms=timings)

    def as_meant(self, turn: Turn, question: str) -> AsMeant:
        """The question as the documents would say it."""
        return self.words.read(question, turn.lang) if self.words is not None else AsMeant(question)


def _sorted(names: Collection | None) -> list | None:
    """The same text for the same restriction, in whatever order it came."""
    return None if names is None else sorted(names)
