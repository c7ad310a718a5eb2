"""What users said of answers: votes, reasons, corrections, and the queue in which corrections are reviewed.

It makes no case and no training pair: who approves a correction decides what becomes of it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from core.records import Answer
from core.state import codec
from core.state.database import Database
from core.state.schema import feedback, turns

REASONS = ("wrong", "incomplete", "wrong_source", "not_found", "slow", "other")
Kind = Literal["vote", "answer", "sql", "citation"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """`value` is the correction: {'text'}, {'sql'} or {'document_id', 'file', 'page', 'quote'}; empty for a vote."""

    id: int
    turn_id: int
    vote: int
    reason: str
    kind: Kind
    value: dict[str, Any]
    state: Literal["open", "approved", "rejected"]
    at: float
    question: str = ""
    answer: Answer | None = None


def vote(db: Database, turn_id: int, value: int, reason: str = "") -> None:
    """A thumb up (1) or down (-1), or none (0); a turn has one, the last."""
    with db.write() as connection:
        mine = (feedback.c.turn_id == turn_id) & (feedback.c.kind == "vote")
        connection.execute(delete(feedback).where(mine))
        if value:
            row = {"turn_id": turn_id, "vote": value, "reason": reason, "at": time.time(), "state": "approved"}
            connection.execute(insert(feedback).values(row))


def vote_of(db: Database, turn_id: int) -> tuple[int, str]:
    """(vote, reason) of a turn; (0, '') where nobody voted."""
    query = select(feedback.c.vote, feedback.c.reason).where(feedback.c.turn_id == turn_id, feedback.c.kind == "vote")
    with db.read() as connection:
        row = connection.execute(query).first()
    return (row.vote, row.reason) if row else (0, "")


def correct(db: Database, turn_id: int, kind: Kind, value: dict[str, Any]) -> int:
    """Keep a correction for review; it counts as a vote against the answer as it was."""
    row = {"turn_id": turn_id, "vote": -1, "kind": kind, "value": json.dumps(value, ensure_ascii=False)}
    with db.write() as connection:
        return connection.execute(insert(feedback).values(**row, at=time.time())).inserted_primary_key[0]


def review(db: Database, feedback_id: int, approved: bool) -> None:
    with db.write() as connection:
        state = "approved" if approved else "rejected"
        connection.execute(update(feedback).where(feedback.c.id == feedback_id).values(state=state))


def corrections(db: Database, state: str | None = "open", limit: int = 500) -> list[Feedback]:
    """Corrections with the question and the answer that they are about, oldest first; `state` None for all."""
    query = select(feedback, turns.c.question, turns.c.answer).join(turns, turns.c.id == feedback.c.turn_id)
    query = query.where(feedback.c.kind != "vote").order_by(feedback.c.id).limit(limit)
    if state is not None:
        query = query.where(feedback.c.state == state)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [
        Feedback(
            id=row.id,
            turn_id=row.turn_id,
            vote=row.vote,
            reason=row.reason,
            kind=row.kind,
            value=json.loads(row.value or "{}"),
            state=row.state,
            at=row.at,
            question=row.question,
            answer=codec.load(Answer, row.answer) if row.answer else None,
        )
        for row in rows
    ]


def forget_file(db: Database, name: str) -> None:
    """Delete corrections that quote this file."""
    with db.write() as connection:
        quoted = feedback.c.value.like(f"%{json.dumps(name, ensure_ascii=False)}%")
        connection.execute(delete(feedback).where(feedback.c.kind == "citation", quoted))


def votes(db: Database, since: float = 0.0, until: float = float("inf")) -> tuple[int, int]:
    """(thumbs up, thumbs down) in a period."""
    query = select(feedback.c.vote, func.count()).where(
        feedback.c.kind == "vote", feedback.c.at >= since, feedback.c.at < until
    )
    with db.read() as connection:
        found = dict(connection.execute(query.group_by(feedback.c.vote)).all())
    return found.get(1, 0), found.get(-1, 0)
