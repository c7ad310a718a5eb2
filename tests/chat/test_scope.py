"""The year, the quarter and the company that are asked for decide between sentences that read alike."""

import pytest

from core.records import Page

HEAD = "{company}\nAnnual report {year}\n\n"
BODY = "Net sales of the group reached {sales} million euros. The board proposes a dividend.\n\nThe plant grew."


def report(company, year, sales):
    return [Page(1, (HEAD + BODY).format(company=company, year=year, sales=sales)), Page(2, "Notes follow here.")]


@pytest.fixture
def reports(empty):
    for company, year, sales in (("Brisa Foods", 2022, 31), ("Brisa Foods", 2023, 47), ("Tolva Mills", 2023, 90)):
        empty.add(f"{company.split()[0].lower()}-{year}.txt", "en", report(company, year, sales))
    return empty


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What were the net sales of Brisa in 2022?", "31 million"),
        ("What were the net sales of Brisa in 2023?", "47 million"),
        ("What were the net sales of Tolva in 2023?", "90 million"),
    ],
)
def test_the_sentence_of_the_right_report_comes_first(reports, question, answer):
    assert answer in reports.ask(question, "en").citations[0].quote


def test_a_year_that_no_report_covers_is_declined(reports):
    found = reports.ask("What were the net sales of Brisa in 2017?", "en")
    assert found.status == "not_found"
    assert "2017" in found.message


def test_a_year_said_beside_another_is_not_missed(empty):
    empty.add(
        "review-2023.txt", "en", [Page(1, "Sales fell from 12 million in 2021 to 9 million in 2023. Costs rose.")]
    )
    assert empty.ask("What were sales in 2021?", "en").status == "answered"
