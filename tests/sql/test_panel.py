"""Questions on public tables (panels, wide tables, columns named like units of time) against expected rows."""

import datetime
import json
from pathlib import Path

import pytest
from panel import make_panel
from shop import run_one, runner

from core.sql.ask import ask
from core.sql.parser.compare import same_answer
from core.sql.safety.guard import check_sql

CASES = [json.loads(line) for line in (Path(__file__).parent / "panel_cases.jsonl").read_text("utf-8").splitlines()]
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['why']}: {case['question']}")
def test_a_public_table_s_question_has_the_expected_rows(case, panel):
    con, catalog = panel
    answer = ask(case["question"], catalog, runner(con), check=check_sql, today=TODAY)
    assert answer.result is not None, answer.error
    assert any(same_answer(run_one(con, sql), answer.result) for sql in case["sql"]), answer.sql.text
