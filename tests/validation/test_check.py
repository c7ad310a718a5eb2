"""Each statement of an answer against its sources: what is true passes, what was changed is caught and named."""

import json
from pathlib import Path

import pytest

from core.records import Answer, Citation, Page, Route
from core.validation.check import check_answer, explain

CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "claims.jsonl").read_text("utf-8").splitlines()]
PAGE = Page(1, (Path(__file__).parent / "data" / "page.txt").read_text("utf-8"))


def answer(text, quotes, engine="openai"):
    citations = [
        Citation(
            n,
            1,
            "annual-report-2025.pdf",
            1,
            quote,
            PAGE.text.index(quote),
            PAGE.text.index(quote) + len(quote),
            1,
            False,
        )
        for n, quote in enumerate(quotes, start=1)
    ]
    return Answer("q", "q", "en", Route("documents", ""), "answered", text, citations=tuple(citations), engine=engine)


def checked(text, quotes, **options):
    return check_answer(answer(text, quotes), read_page=lambda document, number: PAGE, **options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_statement_and_its_verdict(case):
    found = checked(case["text"], case["quotes"]).checks
    assert [check.verdict == "supported" for check in found] == [case["reason"] in ("found", "computed")]
    assert found[0].reason == case["reason"]


def test_every_reason_has_words_in_both_languages():
    for case in CASES:
        check = checked(case["text"], case["quotes"]).checks[0]
        assert explain(check, "en") != explain(check, "es")


def test_a_check_says_where_its_statement_stands():
    text = "Revenue was 12.4 million euros [1]. The dividend was approved [2]."
    first, second = checked(text, ["Revenue in 2025 was €12,412,300", "The board did not approve a dividend."]).checks
    assert text[first.start : first.end] == "Revenue was 12.4 million euros [1]."
    assert text[second.start : second.end] == "The dividend was approved [2]."
    assert (first.citations, second.citations) == ((1,), (2,))


def test_what_nothing_supports_is_left_out_and_counted():
    text = "Revenue was 12.4 million euros [1]. Profit tripled in Japan [1].\n\n- Gold was found in Peru [1]."
    left = checked(text, ["Revenue in 2025 was €12,412,300"], policy="remove")
    assert left.text == "Revenue was 12.4 million euros [1]."
    assert "2" in left.message
    assert [check.end > 0 for check in left.checks] == [True, False, False]
