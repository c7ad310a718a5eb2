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
