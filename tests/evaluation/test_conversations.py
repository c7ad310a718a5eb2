"""Conversation cases: what is read, what is judged of a turn, what is summed up."""

import json

import pytest

from core.errors import AppError
from core.evaluation.conversations import Told, judge_turn, read_conversations, summarize_conversations
from core.records import Answer, ChartSpec, Citation, QueryResult, Route, SqlAnswer

CASE = {
    "id": "talk",
    "workspace": "garden",
    "lang": "es",
    "turns": [
        {"question": "¿Cuántos pedidos hubo?", "route": "data", "rows": [[11]], "count": 1, "chart": "number"},
        {"question": "¿por qué?", "route": "documents", "answers": ["helada"]},
    ],
}


def rows_of(value):
    data = SqlAnswer("q", "es", None, QueryResult(("n",), ("INTEGER",), ((value,),)), ChartSpec("number"))
    return Answer("q", "q", "es", Route("data", ""), "answered", "", data=data)


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(CASE) + "\n", encoding="utf-8")
    return read_conversations(path)[0]


def test_a_turn_is_judged_by_what_its_case_says(case):
    assert judge_turn(case.turns[0], rows_of(11)) == {"route": True, "rows": True, "count": True, "chart": True}
    assert judge_turn(case.turns[0], rows_of(12))["rows"] is False
    quote = Citation(1, 1, "a.md", 1, "La helada tardía.", 0, 17, 1.0, True)
    answer = Answer("q", "q", "es", Route("documents", ""), "answered", "", citations=(quote,))
    assert judge_turn(case.turns[1], answer) == {"route": True, "quote": True}


def test_follow_ups_are_told_apart(case):
    told = [Told(turn, rows_of(11), judge_turn(turn, rows_of(11))) for turn in case.turns]
    report = summarize_conversations([(case, told)])
    assert (report["right"], report["follow_ups"], report["whole"]) == (0.5, 0.0, 0)
    assert [wrong["id"] for wrong in report["wrong"]] == ["talk.2"]


def test_a_line_without_turns_is_refused(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(AppError, match=r"evaluation\.case"):
        read_conversations(path)
