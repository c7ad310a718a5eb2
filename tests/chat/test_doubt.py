"""What lowers the chance of an answer: a name of another file, part of a name, one fact of many, another row."""

import pytest

from core.records import Page, PageTable

RENT = Page(
    1,
    "The rent of the premises is 900 euros. The deposit is two months of rent.\n\nThe premises are used as a bakery.",
)
VISIT = Page(1, "The visit to Bilbao takes place in May. The hotel in Bilbao is near the river.")
GROUP = Page(
    1,
    "Kestrel reported its results today.\n\nNet profit rose to 5 million euros. Costs fell by 2 %.\n\n"
    "The subsidiary Kestrel Medical opened a plant in Leeds. It employs 140 people.",
)
POLICY = Page(
    1,
    "Home policy of the family Roe.\n\nBreakage of glass has an excess of 60 euros.\n\n"
    "Damage by water has an excess of 150 euros.\n\n"
    + "Other things are told elsewhere. " * 12
    + "\n\nAfter theft the police must be told.",
)


@pytest.fixture
def office(empty):
    for name, page in (("rent.txt", RENT), ("visit.txt", VISIT), ("results.txt", GROUP), ("policy.txt", POLICY)):
        empty.add(name, "en", [page])
    return empty


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent of the premises in Bilbao?",
        "What was the net profit of Kestrel Medical?",
        "How much is the excess for theft?",
    ],
)
def test_a_fact_about_something_else_is_declined(office, question):
    assert office.ask(question, "en").status == "not_found"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the rent of the premises?", "900 euros"),
        ("What was the net profit of Kestrel?", "5 million"),
        ("How much is the excess for glass?", "60 euros"),
        ("When is the visit to Bilbao?", "May"),
    ],
)
def test_the_fact_itself_is_answered(office, question, answer):
    assert answer in office.ask(question, "en").citations[0].quote


def test_a_row_that_is_not_named_is_no_answer(empty):
    text = "Zone\tDay\tNight\nResidential\t55 dB\t45 dB\nCommercial\t65 dB\t55 dB\nIndustrial areas are in annex B."
    rows = tuple(tuple(line.split("\t")) for line in text.split("\n")[:3])
    page = Page(1, text, tables=(PageTable(0, text.index("Industrial") - 1, rows),))
    empty.add("noise.txt", "en", [page])
    assert empty.ask("What is the limit at night in the hospital zone?", "en").status == "not_found"
    assert "45 dB" in empty.ask("What is the limit at night in the residential zone?", "en").citations[0].quote
