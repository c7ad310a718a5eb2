"""How rows stand to each other, in words: what the cells say passes, the same of another row is caught."""

import json
from pathlib import Path

import pytest

from core.records import Answer, QueryResult, Route, SqlAnswer
from core.validation.check import check_answer

CASES = [json.loads(x) for x in (Path(__file__).parent / "data" / "standings.jsonl").read_text("utf-8").splitlines()]
RESULT = QueryResult(
    ("tienda", "units", "devoluciones"),
    ("VARCHAR", "BIGINT", "BIGINT"),
    (("Nara", 410, 20), ("Ovar", 120, 4), ("Pisa", 260, 12)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_standing_and_its_verdict(case):
    data = SqlAnswer(case["text"], "en", None, RESULT)
    answer = Answer("", "", "en", Route("data", ""), "answered", case["text"], data=data, engine="openai")
    checks = check_answer(answer, read_page=lambda document, page: None).checks
    assert all(check.verdict == "supported" for check in checks) == case["true"]


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Ober made the most cider in 2023.", True),
        ("Lund made the most cider in 2023.", False),
        ("The two mills made cider worth $7.5 million in 2024.", True),
        ("The two mills made cider worth $7.1 million in 2024.", False),
        ("Lund's waste rate fell from 4.5 to 3.8.", True),
        ("Lund's waste rate fell from 5.2 to 4.4.", False),
        ("Ober's waste rate fell from 4.4 to 4.1.", False),
    ],
)
def test_rows_of_several_years_are_compared_within_one(text, true):
    columns, types = ("mill", "year", "cider_kusd", "waste_rate"), ("VARCHAR", "BIGINT", "BIGINT", "DOUBLE")
    rows = (("Ober", 2023, 3900, 4.1), ("Ober", 2024, 2900, 4.4), ("Lund", 2023, 3200, 4.5), ("Lund", 2024, 4600, 3.8))
    data = SqlAnswer(text, "en", None, QueryResult(columns, types, rows))
    answer = Answer("", "", "en", Route("data", ""), "answered", text, data=data, engine="x")
    checks = check_answer(answer, read_page=lambda document, page: None).checks
    assert all(check.verdict == "supported" for check in checks) == true, checks
