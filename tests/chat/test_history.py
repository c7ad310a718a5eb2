"""Follow-ups from pairs: what a question becomes after the turn before it, and which questions are left alone."""

import json
from pathlib import Path

import pytest

from core.chat.history import complete_question, readable

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "follow_ups.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["question"])
def test_follow_up(pair):
    completed, changed = complete_question(pair["question"], [(pair["previous"], pair["answer"])], pair["lang"])
    expected = pair["completed"] or pair["question"]
    assert (completed, changed) == (expected, pair["completed"] is not None)


def test_a_first_question_is_left_alone():
    assert complete_question("¿y en 2022?", [], "es") == ("¿y en 2022?", False)


def test_a_chain_keeps_its_subject():
    first = "¿Cuál fue el margen de Norte en 2023?"
    second, _ = complete_question("¿y en 2022?", [(first, "")], "es")
    third, _ = complete_question("¿y los ingresos?", [(first, ""), (second, "")], "es")
    assert third == "¿Cuáles fueron los ingresos de Norte en 2022?"


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        ("¿Qué se decidió sobre el cuerdas de la batea?", "¿y las cuerdas? (el importe)"),
        ("¿Qué se decidió sobre las cuerdas de la batea?", "¿Qué se decidió sobre las cuerdas de la batea?"),
    ],
)
def test_a_completion_that_clashes_is_the_question_with_its_topic_after_it(completed, expected):
    assert readable(completed, "¿y las cuerdas?", "¿Qué se decidió sobre el importe?", "", "es") == expected
