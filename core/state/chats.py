"""Conversations, their turns, and the events of a turn as it is answered. It answers nothing.

A turn has an owner (the process that answers it) and a heartbeat: a running turn whose heartbeat stopped is read as
`interrupted`. Events are what the page draws while the answer streams; the finished answer is one JSON text.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from core.records import Answer
from core.state import codec
from core.state.database import Database, now
from core.state.schema import conversations, events, turns

_HEARTBEAT_LOST_S = 15.0
_TITLE_MAX = 60
_BESIDE = 32


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    title: str
    created_at: str
    updated_at: str
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """`state`: running, done, stopped (by its user) or interrupted (its process died)."""

    id: int
    conversation_id: int
    question: str
    state: str
    answer: Answer | None
    created_at: str


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    kind: str
    data: dict[str, Any]


def create_conversation(db: Database, title: str = "") -> int:
    with db.write() as connection:
        row = {"title": title, "created_at": now(), "updated_at": now()}
        return connection.execute(insert(conversations).values(row)).inserted_primary_key[0]


def list_conversations(db: Database, search: str = "", limit: int = 200) -> list[Conversation]:
    """Newest first; `search` looks in titles, questions and answers."""
    counted = select(turns.c.conversation_id, func.count().label("n")).group_by(turns.c.conversation_id).subquery()
    query = select(conversations, func.coalesce(counted.c.n, 0).label("n")).outerjoin(
        counted, counted.c.conversation_id == conversations.c.id
    )
    if search:
        pattern = f"%{search}%"
        inside = select(turns.c.conversation_id).where(
            or_(turns.c.question.like(pattern), turns.c.answer.like(pattern))
        )
        query = query.where(or_(conversations.c.title.like(pattern), conversations.c.id.in_(inside)))
    query = query.order_by(conversations.c.updated_at.desc()).limit(limit)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [Conversation(row.id, row.title, row.created_at, row.updated_at, row.n) for row in rows]


def read_conversation(db: Database, conversation_id: int) -> Conversation | None:
    with db.read() as connection:
        row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
    return Conversation(row.id, row.title, row.created_at, row.updated_at) if row else None


def rename_conversation(db: Database, conversation_id: int, title: str) -> None:
    with db.write() as connection:
        connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(title=title))


def delete_conversation(db: Database, conversation_id: int) -> None:
    with db.write() as connection:
        connection.execute(delete(conversations).where(conversations.c.id == conversation_id))


def add_turn(db: Database, conversation_id: int, question: str, owner: str) -> int:
    """A running turn; the first question names a conversation that has no title."""
    with db.write() as connection:
        row = {
            "conversation_id": conversation_id,
            "question": question,
            "owner": owner,
            "heartbeat": time.time(),
            "created_at": now(),
        }
        turn_id = connection.execute(insert(turns).values(row)).inserted_primary_key[0]
        connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(updated_at=now()))
        connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation_id, conversations.c.title == "")
            .values(title=title_of(question))
        )
    return turn_id


def title_of(question: str) -> str:
    """A conversation's name from its first question: no marks around it, at most 60 characters, whole words."""
    text = " ".join(question.split()).strip(" ¿?¡!.,;:")
    if len(text) > _TITLE_MAX:
        text = text[:_TITLE_MAX].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
    return text[:1].upper() + text[1:]


def search_conversations(db: Database, words: str, limit: int = 200) -> list[tuple[Conversation, str]]:
    """Conversations that say `words` in a title, a question or an answer, newest first, each with the place where they
    stand ('' where it is the title)."""
    wanted = " ".join(words.split()).casefold()
    found = []
    for conversation in list_conversations(db, words.strip(), limit):
        if wanted in conversation.title.casefold():
            found.append((conversation, ""))
            continue
        texts = (said for turn in list_turns(db, conversation.id) for said in _said(turn))
        place = next((snippet for text in texts if (snippet := _around(text, wanted))), "")
        if place:
            found.append((conversation, place))
    return found


def _said(turn: Turn) -> tuple[str, ...]:
    return (turn.question, turn.answer.text, turn.answer.message) if turn.answer else (turn.question,)


def _around(text: str, wanted: str) -> str:
    """The words of `text` around the first `wanted`; '' where it is not there."""
    plain = " ".join(text.split())
    at = plain.casefold().find(wanted)
    if at < 0:
        return ""
    start, end = max(0, at - _BESIDE), at + len(wanted) + _BESIDE
    return f"{'…' if start else ''}{plain[start:end].strip()}{'…' if end < len(plain) else ''}"


def append_event(db: Database, turn_id: int, seq: int, kind: str, data: dict[str, Any]) -> bool:
    """Add an event and beat the turn's heart. False where the turn no longer runs (stopped or deleted)."""
    with db.write() as connection:
        beat = update(turns).where(turns.c.id == turn_id, turns.c.state == "running").values(heartbeat=time.time())
        if connection.execute(beat).rowcount == 0:
            return False
        connection.execute(
            insert(events).values(turn_id=turn_id, seq=seq, kind=kind, data=json.dumps(data, default=str))
        )
    return True


def beat(db: Database, turn_id: int) -> bool:
    """Say that a turn is still being answered. False where it no longer runs."""
    with db.write() as connection:
        query = update(turns).where(turns.c.id == turn_id, turns.c.state == "running").values(heartbeat=time.time())
        return connection.execute(query).rowcount == 1


def events_after(db: Database, turn_id: int, seq: int) -> list[Event]:
    query = select(events).where(events.c.turn_id == turn_id, events.c.seq > seq).order_by(events.c.seq)
    with db.read() as connection:
        return [Event(row.seq, row.kind, json.loads(row.data)) for row in connection.execute(query)]


def finish_turn(db: Database, turn_id: int, answer: Answer) -> None:
    """Store the answer of a running turn; its events have done their work and go."""
    with db.write() as connection:
        query = update(turns).where(turns.c.id == turn_id, turns.c.state == "running")
        if connection.execute(query.values(state="done", answer=codec.dump(answer))).rowcount:
            connection.execute(delete(events).where(events.c.turn_id == turn_id))


def stop_turn(db: Database, turn_id: int) -> None:
    """The user's 'stop': the thread that answers sees it at its next event."""
    with db.write() as connection:
        connection.execute(
            update(turns).where(turns.c.id == turn_id, turns.c.state == "running").values(state="stopped")
        )


def read_turn(db: Database, turn_id: int) -> Turn | None:
    with db.read() as connection:
        row = connection.execute(select(turns).where(turns.c.id == turn_id)).first()
    return _to_turn(row) if row else None


def list_turns(db: Database, conversation_id: int, after: int = 0) -> list[Turn]:
    """In the order asked; those later than the turn `after`."""
    query = select(turns).where(turns.c.conversation_id == conversation_id, turns.c.id > after).order_by(turns.c.id)
    with db.read() as connection:
        return [_to_turn(row) for row in connection.execute(query)]


def forget_document(db: Database, document_id: int, replacement: str) -> int:
    """Blank the answers that quote a deleted document; how many. Questions stay, evidence and text go."""
    changed = 0
    with db.write() as connection:
        rows = connection.execute(select(turns).where(turns.c.answer.like(f'%"document_id": {document_id},%'))).all()
        for row in rows:
            answer = codec.load(Answer, row.answer)
            if all(document_id != found.document_id for found in (*answer.citations, *answer.hits)):
                continue
            blank = Answer(
                question=answer.question,
                completed_question=answer.completed_question,
                lang=answer.lang,
                route=answer.route,
                status="not_found",
                text="",
                message=replacement,
            )
            connection.execute(update(turns).where(turns.c.id == row.id).values(answer=codec.dump(blank)))
            changed += 1
    return changed


def _to_turn(row) -> Turn:
    state = row.state
    if state == "running" and time.time() - row.heartbeat > _HEARTBEAT_LOST_S:
        state = "interrupted"
    answer = codec.load(Answer, row.answer) if row.answer else None
    return Turn(row.id, row.conversation_id, row.question, state, answer, row.created_at)
