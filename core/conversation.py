"""What was asked, made whole from the conversation before it: a `Turn`, which says what is asked and where to look.

It asks no side. What a follow-up means is read by `sql.follow_up` over rows and by `chat.history` over pages.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from core.chat import history as follow_ups
from core.errors import AppError
from core.i18n import detect_language
from core.recall import Recall, afresh
from core.records import Answer, Catalog, Document, Route, SqlAnswer
from core.router import split, unsourced
from core.router.choose import Hint
from core.router.refer import lay_beside, refer_to_one
from core.sql.charts.request import without_chart
from core.sql.following.of_rows import name_time
from core.sql.following.reshape import Edit, counts_them
from core.sql.following.result_columns import label_of

ReadEdit = Callable[[str, SqlAnswer, str], Edit | None]


@dataclass(frozen=True, slots=True)
class Here:
    """What the workspace holds when a question is asked, read once for it. `files` is the catalog without the tables
    that were found in documents."""

    catalog: Catalog = field(default_factory=Catalog)
    files: Catalog = field(default_factory=Catalog)
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way: as asked, as completed, its language, where to look, when it began.

    `edit` is a change to the statement before, `stated` the answer whose place in the documents is asked for,
    `explained` the answer from rows that is to be explained, `causes` are questions for the reason of single rows,
    where one for all of them has no answer, `history` the conversation's earlier answers. `recall` is where its
    stages get what they need, `follows` the side of the answer that it goes on from ('' where it stands by itself)."""

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
    explained: Answer | None = None
    topic: str = ""
    causes: tuple[str, ...] = ()
    history: tuple[Answer, ...] = ()
    here: Here = field(default_factory=Here)
    follows: str = ""
    recall: Recall = afresh

    def answer(self, route: Route, status: str, text: str = "", confidence: float = 0.0, message: str = "") -> Answer:
        return Answer(self.question, self.completed, self.lang, route, status, text, message, confidence)


def begin_turn(
    question: str,
    history: Sequence[Answer],
    read_edit: ReadEdit,
    *,
    hint: Hint = "auto",
    document_ids: Collection[int] | None = None,
    sources: Collection[str] | None = None,
    lang: str | None = None,
    here: Here | None = None,
    recall: Recall = afresh,
) -> Turn:
    """The question made whole, and its language. `read_edit(said, answer, lang)` reads it as a change to earlier rows.

    Raises AppError `assistant.empty_question`."""
    started = time.perf_counter()
    question = question.strip()
    if not question:
        raise AppError("assistant.empty_question")
    spoken = history[-1].lang if history else "en"
    lang = lang or unsourced.language_of(question) or detect_language(question, default=spoken)
    turn = Turn(
        question, question, lang, started, hint, document_ids, sources, history=tuple(history), here=here or Here(),
        recall=recall,
    )  # fmt: skip
    past = _meant(history)
    return _complete(turn, past, read_edit) if past is not None else turn


def _meant(history: Sequence[Answer]) -> Answer | None:
    """The answer that a follow-up goes on from: the last one, but for fragments that were not understood."""
    for answer in reversed(history):
        if answer.status == "answered" or follow_ups.is_whole(answer.completed_question, answer.lang):
            return answer
    return history[-1] if history else None


def _rows_before_aside(question: str, history: Sequence[Answer]) -> SqlAnswer | None:
    """The rows that a bare 'why?' asked about, or 'where does it say so?' after it: a follow-up may go on from them.
    'How many of them' goes on from the last rows, whatever was asked in between."""
    if counts_them(question):
        return next((answer.data for answer in reversed(history) if answer.data is not None), None)
    for asides, answer in enumerate(reversed(history)):
        if not (split.is_bare_why(answer.question) or unsourced.asks_place(answer.question, answer.lang)):
            return answer.data if asides else None
    return None


_VALUE = re.compile(r"(?:= |\bIN \()'((?:[^']|'')+)'")


def _single_name(data: SqlAnswer) -> str:
    """The one thing that an answer from rows is about: the value that its statement keeps to, else the only name in its
    only row; '' where there is none or several."""
    if data.sql is None or data.result is None:
        return ""
    kept = {value for text in data.sql.filters for value in _VALUE.findall(text)}
    if kept:
        return next(iter(kept)).replace("''", "'") if len(kept) == 1 else ""
    rows = data.result.rows
    names = [cell for cell in rows[0] if isinstance(cell, str)] if len(rows) == 1 else []
    return names[0].strip() if len(names) == 1 else ""


def _causes(asked: str, data: SqlAnswer) -> tuple[str, ...]:
    """'Why?' after rows by name, asked of the rows that stand out: the first and the last of those shown."""
    label = label_of(data.result) if data.result is not None and data.result.rows else None
    if label is None:
        return ()
    place, rows = data.result.columns.index(label), data.result.rows
    why = asked.strip(" ¿?¡!.")
    return tuple(dict.fromkeys(f"{why} {row[place]}" for row in (rows[0], rows[-1])))


def _complete(turn: Turn, past: Answer, read_edit: ReadEdit) -> Turn:
    if unsourced.asks_place(turn.question, turn.lang):  # 'where does the report say so?'
        stated = past if past.citations else None
        return dataclasses.replace(turn, completed=past.completed_question, hint="documents", stated=stated)
    if unsourced.asks_to_explain(turn.question, turn.lang):
        explained = past if past.data is not None and past.data.sql is not None else None
        return dataclasses.replace(turn, completed=past.completed_question, explained=explained)
    compared = lay_beside(turn.question, past.completed_question, turn.lang) if past.data else ""
    if compared:
        return dataclasses.replace(turn, completed=compared)
    rows = past.data or _rows_before_aside(turn.question, turn.history)
    if rows is not None and turn.hint != "documents":
        name = _single_name(rows)
        referred = refer_to_one(turn.question, name, turn.lang) if name else ""
        if referred:  # of the one that was named or found, not of whatever else it shares
            return dataclasses.replace(turn, completed=referred)
        timed = name_time(turn.question, past.completed_question, rows, turn.lang)
        if timed:  # 'that year' is one that both sides know
            return dataclasses.replace(turn, completed=timed)
        edit = read_edit(turn.question, rows, turn.lang)
        if edit is not None:  # what is asked of one row may be for the documents
            own = edit.changed == ("row",) and edit.sql is None and edit.only is None
            whole = follow_ups.readable(edit.question, turn.question, past.completed_question, past.text, turn.lang)
            return dataclasses.replace(turn, completed=edit.question if own else whole, edit=None if own else edit)
    asked_before = [(past.completed_question, past.text)]
    if past.data is not None and split.is_bare_why(turn.question):  # rows tell no causes
        turn = dataclasses.replace(turn, hint="documents", causes=_causes(turn.question, past.data))
        asked_before.append((without_chart(past.data.question), past.text))
    completed, changed = follow_ups.complete_question(turn.question, asked_before, turn.lang)
    topic = follow_ups.new_topic(turn.question, completed, asked_before[-1][0], turn.lang) if changed else ""
    completed = follow_ups.readable(completed, turn.question, *asked_before[-1], turn.lang)
    follows = past.route.kind if changed and past.status == "answered" else ""
    return dataclasses.replace(turn, completed=completed, topic=topic, follows=follows)
