"""Two documents that give different figures for one thing are both quoted, and it is said; alike facts are not."""

import pytest

from tests.chat.conftest import read_text

CONTRACT = (
    "# Service contract\n\nThe client shall pay each invoice within 30 days of its date.\n\n"
    "The deposit for the key card is £20. Visitors get a day pass.\n\nThe canteen of Quay House seats 120 guests."
)


@pytest.fixture
def pair(empty):
    def ask(other: str, question: str):
        empty.add("contract.txt", "en", [read_text(1, CONTRACT)])
        empty.add("note.txt", "en", [read_text(1, f"# Note\n\n{other}\n\nThe lift is out of order until May.")])
        return empty.ask(question, "en")

    return ask


@pytest.mark.parametrize(
    ("other", "question", "figures"),
    [
        ("Remember that the client has 45 days to pay each invoice.", "How many days to pay an invoice?", ("30", "45")),
        ("From now on the deposit for a key card is £25.", "How much is the deposit for the key card?", ("£20", "£25")),
    ],
)
def test_both_figures_are_quoted_and_the_difference_is_told(pair, other, question, figures):
    found = pair(other, question)
    assert [c.against for c in found.citations] == [0, 1]
    assert {c.file for c in found.citations} == {"contract.txt", "note.txt"}
    assert "differ" in found.message
    assert all(figure in found.message and f"**{figure}" in found.text for figure in figures)


@pytest.mark.parametrize(
    ("other", "question"),
    [
        ("Remember that the client has 30 days to pay each invoice.", "How many days to pay an invoice?"),
        ("The deposit for the car park is £25.", "How much is the deposit for the key card?"),
        ("Suppliers of Brightwater Ltd. are paid within 60 days.", "How many days to pay an invoice?"),
        ("The canteen of Harrow Hall seats 80 guests.", "How many guests does the canteen seat?"),
    ],
)
def test_figures_of_other_things_or_the_same_figure_are_no_difference(pair, other, question):
    found = pair(other, question)
    assert not any(c.against for c in found.citations), found.message
    assert found.message == ""
