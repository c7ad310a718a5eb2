"""Follow-ups that want the same rows otherwise: what is said, the whole question, and the rows that come of it."""

import datetime
import json
from pathlib import Path

import pytest
from shop import make_shop, runner

from core.sql.ask import ask
from core.sql.following.edit_statement import is_plain, order_sql, share_sql
from core.sql.following.follow_up import edit_question

TODAY = datetime.date(2025, 1, 10)
CASES = [json.loads(line) for line in (Path(__file__).parent / "reshape_cases.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def shops():
    return {lang: make_shop(lang) for lang in ("en", "es")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["said"])
def test_reshaped(shops, case):
    con, catalog = shops[case["lang"]]
    answer = ask(case["before"], catalog, runner(con), lang=case["lang"], today=TODAY)
    edit = edit_question(case["said"], case["before"], answer, catalog, case["lang"])
    if case["question"] is None:
        assert edit is None or edit.sql is None
        return
    assert (edit.question, edit.changed) == (case["question"], (case["changed"],))
    if edit.sql is None:
        return
    figures = [row[-1] for row in con.execute(edit.sql).fetchall()]
    assert len(figures) == case.get("count", len(answer.result.rows))
    if "rows" in case:
        assert figures == sorted(figures, reverse=case["rows"] == "down")
    if "sum" in case:
        assert sum(figures) == pytest.approx(case["sum"], abs=0.05)


def test_what_it_means_is_the_one_row_that_was_shown(shops):
    con, catalog = shops["en"]
    before = "Which category has the highest total amount?"
    answer = ask(before, catalog, runner(con), lang="en", today=TODAY)
    edit = edit_question("how many products does it have?", before, answer, catalog, "en")
    assert edit.question == f"How many products does {answer.result.rows[0][0]} have?"
    edit = edit_question("what is its average price?", before, answer, catalog, "en")
    assert edit.question == f"What is {answer.result.rows[0][0]}'s average price?"
    assert edit_question("why did it fall?", before, answer, catalog, "en") is None


def test_rows_that_were_cut_are_sorted_and_stay_the_same(shops):
    con, _ = shops["en"]
    cut = "SELECT product_name, price FROM products ORDER BY price DESC LIMIT 3"
    rows = con.execute(order_sql(cut, "price", False)).fetchall()
    assert rows == con.execute(cut).fetchall()[::-1]
    assert share_sql(cut, ("product_name", "price"), "price", "share") is None


def test_a_statement_of_parts_takes_no_further_condition():
    assert is_plain("SELECT a FROM t WHERE b = 1")
    assert not is_plain("WITH s AS (SELECT a FROM t) SELECT a FROM s")
    assert not is_plain("SELECT a, sum(b) OVER () FROM t")
