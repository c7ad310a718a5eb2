"""The language model's part in a turn: it writes anew what the built-in engine has answered, side by side.

The built-in engine's answers stand in where the model fails: of documents it is there before (routing reads it), of
tables the parser may still be at work.
It routes nothing and checks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.chat.gather import ReadPage
from core.chat.generate import write_answer
from core.chat.words import Terms
from core.models.writer import Writer
from core.recall import Recall, afresh
from core.records import Answer, DocumentsAnswer, SqlAnswer

Sources = Collection[str] | None
Parse = Callable[[], SqlAnswer]
Rules = Callable[[str, str], str]


class TableWriter(Protocol):
    """What is asked of the workspace's tables (`core.sql.tables.Tables` is one)."""

    def write(
        self,
        question: str,
        lang: str,
        open_model: Callable[[], Writer],
        parse: Parse,
        *,
        sources: Sources = None,
        history: Sequence[Answer] = (),
        rules: str = "",
        recall: Recall = afresh,
    ) -> Generator[str, None, SqlAnswer]: ...


@dataclass(frozen=True)
class Author:
    """Writes with the model that `open_model` gives; it may raise AppError each time. `history` are the conversation's
    earlier answers, which the model gets in short; `rules(name, lang)` are instructions that a user wrote, '' for those
    that come with the app."""

    open_model: Callable[[], Writer]
    index: Terms
    read_page: ReadPage
    tables: TableWriter
    rules: Rules = lambda name, lang: ""

    def write_documents(
        self, question: str, lang: str, builtin: DocumentsAnswer, history: Sequence[Answer] = ()
    ) -> Generator[str, None, DocumentsAnswer]:
        """Text as the model writes it; returns the answer with its citations."""
        rules = self.rules("documents", lang)
        return write_answer(
            question, builtin.hits, lang, self.open_model, self.index, self.read_page, builtin, history, rules
        )

    def write_rows(
        self,
        question: str,
        lang: str,
        parse: Parse,
        sources: Sources,
        history: Sequence[Answer] = (),
        recall: Recall = afresh,
    ) -> Generator[str, None, SqlAnswer]:
        """'' while the model writes its statement; returns the rows. `parse` asks the parser, or hands over what it
        gave."""
        rules = self.rules("sql", lang)
        return self.tables.write(
            question, lang, self.open_model, parse, sources=sources, history=history, rules=rules, recall=recall
        )
