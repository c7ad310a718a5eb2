"""Questions on an office's own tables against expected rows, and how sure an answer may look that leaves a word out."""

import datetime
import json
from pathlib import Path

import pytest
from office import make_office
from shop import run_one, runner

from core.sql.ask import ask
from core.sql.parser.compare import same_answer
from core.sql.safety.guard import check_sql

CASES = [json.loads(line) for line in (Path(__file__).parent / "office_cases.jsonl").read_text("utf-8").splitlines()]
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(scope="module")
def office():
    return make_office()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['why']}: {case['question']}")
def test_an_office_question_has_the_expected_rows(case, office):
    con, catalog = office
    answer = ask(case["question"], catalog, runner(con), check=check_sql, today=TODAY)
    assert answer.result is not None, answer.error
    assert same_answer(run_one(con, case["sql"]), answer.result), answer.sql.text


def test_a_word_that_splits_nothing_is_named_and_lowers_the_confidence(office):
    con, catalog = office
    known = ask("importe por zona", catalog, runner(con), check=check_sql, today=TODAY)
    lost = ask("importe por planeta", catalog, runner(con), check=check_sql, today=TODAY)
    assert lost.unknown == ("planeta",)
    assert lost.confidence < 0.5 < known.confidence


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("importe por mes y zona en 2025", ("mes", "Zona", "total_de_importe (€)")),
        ("tasa de cancelación por mes", ("mes", "cancelada_pct")),
        ("average amount by month in 2025", ("month", "average_amount")),
    ],
)
def test_computed_columns_are_named_in_the_question_s_language(question, columns, office):
    con, catalog = office
    assert ask(question, catalog, runner(con), check=check_sql, today=TODAY).result.columns == columns
