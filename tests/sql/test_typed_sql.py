"""Statements typed where a question was expected are told apart from questions."""

import json
from pathlib import Path

import pytest
from shop import make_shop

from core.sql.safety.typed_sql import is_statement

CASES = json.loads((Path(__file__).parent / "typed_cases.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def catalog():
    return make_shop("en")[1]


@pytest.mark.parametrize("text", CASES["statements"])
def test_a_statement_is_told(text, catalog):
    assert is_statement(text, catalog)


@pytest.mark.parametrize("text", CASES["questions"])
def test_a_question_is_no_statement(text, catalog):
    assert not is_statement(text, catalog)
