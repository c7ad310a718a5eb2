"""The history of the data page: newest first, one line a question, without rows, found by its words."""

import pytest

from core.records import ChartSpec, CheckedSql, QueryResult, Reading, SqlAnswer
from core.state import questions
from core.state.database import Database


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def answer(question):
    checked = CheckedSql("SELECT n FROM t", ("t",))
    result = QueryResult(("n",), ("INTEGER",), ((1,), (2,)))
    return SqlAnswer(
        question, "es", checked, result, ChartSpec("table"), ("Dos filas.",), "n de t", 0.9, (Reading("m", "SELECT 2"),)
    )


def test_questions_come_back_newest_first_without_their_rows(db):
    for question in ("uno", "dos", "uno"):
        questions.keep(db, answer(question))
    held = questions.list_questions(db)
    assert [(asked.question, asked.rows) for asked in held] == [("uno", 2), ("dos", 2)]
    assert held[0].answer.result is None and held[0].answer.insight == ()
    assert held[0].answer.alternatives == (Reading("m", "SELECT 2"),)
    assert held[0].answer.sql.tables == ("t",)


def test_only_the_newest_are_kept_and_they_can_be_searched_and_forgotten(db, monkeypatch):
    monkeypatch.setattr(questions, "KEPT", 3)
    for n in range(5):
        questions.keep(db, answer(f"Ventas {n} %"))
    assert [asked.question for asked in questions.list_questions(db)] == ["Ventas 4 %", "Ventas 3 %", "Ventas 2 %"]
    assert [asked.question for asked in questions.list_questions(db, "ventas 3")] == ["Ventas 3 %"]
    assert questions.list_questions(db, "%%") == []
    questions.forget(db, questions.list_questions(db)[0].id)
    assert len(questions.list_questions(db)) == 2
    questions.forget(db)
    assert questions.list_questions(db) == []
