"""Conversations survive their process: events in order, answers back as records, a dead owner shown as interrupted."""

import time

import pytest
from sqlalchemy import update

from core.records import Answer, Citation, Route
from core.state import chats, schema
from core.state.database import Database


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def answer(document_id=7):
    quote = Citation(1, document_id, "a.pdf", 2, "La cita.", 3, 11, 0.5, True, ((0.1, 0.2, 0.3, 0.4),), (3, 5))
    return Answer("q", "q", "es", Route("documents", "r"), "answered", "La cita. [1]", citations=(quote,))


@pytest.fixture
def turn(db):
    return chats.add_turn(db, chats.create_conversation(db), "¿Cuánto?", "me")


def test_an_answer_comes_back_as_it_was(db, turn):
    chats.finish_turn(db, turn, answer())
    assert chats.read_turn(db, turn).answer == answer()


def test_the_first_question_names_the_conversation(db, turn):
    assert chats.list_conversations(db)[0].title == "Cuánto"
    assert chats.list_conversations(db, "nada de eso") == []


def test_a_stopped_turn_takes_no_more_events(db, turn):
    assert chats.append_event(db, turn, 1, "token", {"text": "La"})
    chats.stop_turn(db, turn)
    assert not chats.append_event(db, turn, 2, "token", {"text": " cita"})
    assert [event.data for event in chats.events_after(db, turn, 0)] == [{"text": "La"}]


def test_a_turn_whose_owner_died_is_interrupted(db, turn):
    assert chats.read_turn(db, turn).state == "running"
    with db.write() as connection:
        connection.execute(update(schema.turns).values(heartbeat=time.time() - 60))
    assert chats.read_turn(db, turn).state == "interrupted"


def test_answers_that_quote_a_deleted_document_lose_its_words(db, turn):
    chats.finish_turn(db, turn, answer(7))
    assert chats.forget_document(db, 8, "borrado") == 0
    assert chats.forget_document(db, 7, "borrado") == 1
    assert chats.read_turn(db, turn).answer.citations == ()


def test_a_beating_turn_is_not_interrupted(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    turn_id = chats.add_turn(db, chats.create_conversation(db), "q", "1")
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE turns SET heartbeat = 0")
    assert chats.read_turn(db, turn_id).state == "interrupted"
    assert chats.beat(db, turn_id)
    assert chats.read_turn(db, turn_id).state == "running"
    chats.stop_turn(db, turn_id)
    assert not chats.beat(db, turn_id)
    assert chats.read_conversation(db, 1).title == "Q"
    assert chats.read_conversation(db, 99) is None


def test_a_conversation_is_named_by_its_first_question(db):
    assert chats.title_of("  ¿cuánto vendimos en 2025?  ") == "Cuánto vendimos en 2025"
    long = chats.title_of("What were the net sales of the company in the third quarter of the year 2025 by region?")
    assert len(long) <= 61 and long.endswith("…") and " " not in long[-2:]


def test_a_search_shows_where_the_words_stand(db):
    first = chats.create_conversation(db)
    turn_id = chats.add_turn(db, first, "Who signed the contract?", "1")
    chats.finish_turn(db, turn_id, Answer("q", "q", "en", Route("documents", ""), "answered", "It was Carmen Ibáñez."))
    second = chats.create_conversation(db)
    chats.add_turn(db, second, "Sales by region", "1")
    assert [(c.id, place) for c, place in chats.search_conversations(db, "ibáñez")] == [
        (first, "It was Carmen Ibáñez.")
    ]
    assert [(c.id, place) for c, place in chats.search_conversations(db, "by region")] == [(second, "")]
    assert chats.search_conversations(db, "completed_question") == []
