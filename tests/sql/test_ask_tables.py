"""Questions about a small shop, in both languages and across them, against the rows of an expected statement."""

import json
from pathlib import Path

import pytest
from shop import make_shop, run_one, runner

from core.records import CheckedSql
from core.sql.ask import ask
from core.sql.parser.compare import same_answer

CASES = [json.loads(line) for line in (Path(__file__).parent / "ask_cases.jsonl").read_text("utf-8").splitlines()]


def admit(text, catalog):
    return CheckedSql(text, tuple(table.name for table in catalog.tables))


@pytest.fixture(scope="module")
def shops():
    return {lang: make_shop(lang) for lang in ("en", "es")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['db']}: {case['question']}")
def test_answers_have_the_expected_rows(case, shops):
    con, catalog = shops[case["db"]]
    answer = ask(case["question"], catalog, runner(con), check=admit)
    assert answer.result is not None, answer.error
    assert same_answer(run_one(con, case["sql"]), answer.result), answer.sql.text


def test_an_answer_says_how_it_was_read_in_the_question_s_language(shops):
    con, catalog = shops["es"]
    answer = ask("¿Cuántos clientes hay en cada ciudad?", catalog, runner(con), check=admit)
    assert answer.lang == "es"
    assert "para cada “ciudad”" in answer.reading
    assert 0 < answer.confidence <= 1
    assert len(answer.alternatives) <= 2
    assert {"link", "compose", "execute", "total"} <= answer.timings_ms.keys()


def test_words_that_link_to_nothing_are_named(shops):
    con, catalog = shops["en"]
    answer = ask("How many zebras graze in Mordor?", catalog, runner(con), check=admit)
    assert "zebras" in answer.unknown
    assert answer.confidence < 0.5


def test_alternatives_run_and_differ(shops):
    con, catalog = shops["en"]
    answer = ask("Which product has the highest price?", catalog, runner(con), check=admit)
    others = [run_one(con, other.sql) for other in answer.alternatives]
    assert all(other.error is None for other in others)
    assert not any(same_answer(answer.result, other) for other in others)


def test_no_tables_is_said():
    from core.records import Catalog

    answer = ask("How many customers?", Catalog(), lambda statements: [])
    assert answer.error == ("sql.ask.no_tables", {})
