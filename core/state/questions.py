"""What was asked on the data page, newest first: question, statement, reading and chart, without the rows.

Rows are left out on purpose: opening a question reads them again from the tables as they are then. It runs nothing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from core.records import SqlAnswer
from core.state import codec
from core.state.database import Database, now
from core.state.schema import data_questions

KEPT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`answer` has no rows and no sentences; `rows` is how many there were; `at` is UTC, ISO 8601."""

    id: int
    question: str
    answer: SqlAnswer
    rows: int
    at: str


def keep(db: Database, answer: SqlAnswer) -> int:
    """Put an answer at the top, in place of an earlier one of the same question by the same statement; the newest KEPT
    stay. Its id."""
    rows = len(answer.result.rows) if answer.result else 0
    bare = dataclasses.replace(answer, result=None, insight=(), timings_ms={})
    row = {"question": answer.question, "answer": codec.dump(bare), "rows": rows, "at": now()}
    with db.write() as connection:
        same = select(data_questions).where(data_questions.c.question == answer.question)
        repeated = [old.id for old in connection.execute(same) if codec.load(SqlAnswer, old.answer).sql == answer.sql]
        connection.execute(delete(data_questions).where(data_questions.c.id.in_(repeated)))
        key = connection.execute(insert(data_questions).values(row)).inserted_primary_key[0]
        newest = select(data_questions.c.id).order_by(data_questions.c.id.desc()).limit(KEPT)
        connection.execute(delete(data_questions).where(data_questions.c.id.not_in(newest)))
    return key


def list_questions(db: Database, search: str = "", limit: int = KEPT) -> list[Asked]:
    """Newest first; `search` looks in the questions, in either case (of the letters A to Z)."""
    query = select(data_questions).order_by(data_questions.c.id.desc()).limit(limit)
    if search.strip():
        query = query.where(data_questions.c.question.icontains(search.strip(), autoescape=True))
    with db.read() as connection:
        found = connection.execute(query).all()
    return [Asked(row.id, row.question, codec.load(SqlAnswer, row.answer), row.rows, row.at) for row in found]


def forget(db: Database, question_id: int | None = None) -> None:
    """Delete one, or all of them."""
    query = delete(data_questions)
    with db.write() as connection:
        connection.execute(query if question_id is None else query.where(data_questions.c.id == question_id))
