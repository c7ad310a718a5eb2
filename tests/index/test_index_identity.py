"""What documents say they are, and whose a question means: names, periods, the latest."""

import json
from pathlib import Path

import pytest

from core.index.embed import embed_missing
from core.index.identity import Identities, find_periods
from core.index.search import SearchIndex
from core.settings import Settings

PERIODS = [json.loads(line) for line in (Path(__file__).parent / "data" / "periods.jsonl").open(encoding="utf-8")]


@pytest.mark.parametrize("case", PERIODS, ids=lambda case: case["text"])
def test_periods(case):
    found = find_periods(case["text"])
    assert sorted(found.years) == case["years"]
    assert sorted(found.quarters) == case["quarters"]
    assert sorted(map(list, found.days)) == case["days"]


def labelled(labels):
    identities = Identities()
    for number, (name, head) in enumerate(labels):
        identities.add(number, name, "", head, "en")
    return identities


def best(question, labels):
    gains = labelled(labels).boost(question, ["en"], None, lambda term, documents: 1.0)
    top = max(gains.values(), default=0.0)
    return {number for number, gain in gains.items() if gain == top and top > 0}


REPORTS = [
    ("2022 Q4 OAK.pdf", "Oakley Paper Inc. For the quarter ended December 31, 2022"),
    ("2023 Q1 OAK.pdf", "Oakley Paper Inc. For the quarter ended March 31, 2023"),
    ("2022 Q4 BRK.pdf", "Birken Mills Corp. For the quarter ended December 31, 2022"),
    ("2023 Q1 BRK.pdf", "Birken Mills Corp. For the quarter ended March 31, 2023"),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How did Oakley's revenue change?", {0, 1}),
        ("Revenue of Birken in the first quarter of 2023", {3}),
        ("What is the latest gross margin of Oakley?", {1}),
        ("¿Cuál es el último margen de Birken?", {3}),
        ("birken costs for the quarter ended December 31, 2022", {2}),
        ("How many people work there?", set()),
    ],
)
def test_the_documents_that_are_meant(question, expected):
    assert best(question, REPORTS) == expected


def test_a_word_used_everywhere_names_no_document():
    labels = [("a.pdf", "Products and Services"), ("b.pdf", "Annual Letter"), ("c.pdf", "Minutes")]
    gains = labelled(labels).boost("Which products sold well?", ["en"], None, lambda term, documents: 0.02)
    assert max(gains.values()) < 0.01


def test_removed_documents_are_forgotten():
    identities = labelled(REPORTS)
    identities.remove([2, 3, 99])
    assert identities.boost("Birken", ["en"], None, lambda term, documents: 1.0) == {}


def test_scope_keeps_others_out():
    gains = labelled(REPORTS).boost("Oakley in 2023", ["en"], {0, 2, 3}, lambda term, documents: 1.0)
    assert 1 not in gains


def test_search_tells_alike_reports_apart_by_their_first_page(db, add_text, word_embedder, tmp_path):
    filler = "The gross margin was stable.\n\nOperating costs rose with freight.\n\nOther matters follow here."
    for company in ("Oakley Paper", "Birken Mills", "Cedar Works"):
        for day, name in (("March 31, 2023", "a"), ("June 30, 2023", "b")):
            text = f"{company} Inc. report for the quarter ended {day}.\n\n{filler} Copy {company[0]}{name}."
            add_text(f"{company[:2].lower()}-{name}.txt", text)
    embed_missing(db, word_embedder(), "words")
    index = SearchIndex(db, Settings(tmp_path), embedder=word_embedder())
    assert index.search("gross margin of Birken Mills in June 2023", lang="en").hits[0].file == "bi-b.txt"
    assert index.search("the latest gross margin of Cedar Works", lang="en").hits[0].file == "ce-b.txt"
