"""What a quote says of the amount that a question claims."""

import pytest

from core.both.quoted import beside_quote, with_verdict
from core.records import Citation, DocumentsAnswer

CAT = "La tarifa de adopción de un gato es de 75 euros."
STAY = "The average stay was 63 days in Leeds."


@pytest.mark.parametrize(
    ("said", "claimed", "quote", "lang", "verdict"),
    [
        ("the average stay in Leeds was 63 days", "63", STAY, "en", "agree"),
        ("the average stay in Leeds was 70 days", "70", STAY, "en", "differ"),
        ("the average stay was more than 60 days", "more than 60", STAY, "en", "agree"),
        ("the average stay in York was 70 days", "70", STAY, "en", None),  # another place
        ("la tarifa de adopción de un gato es de 60 euros", "60 euros", CAT, "es", "differ"),
        ("la tarifa de adopción de un perro es de 60 euros", "60 euros", CAT, "es", None),
        ("the adoption fee of a cat is 75%", "75%", CAT, "en", None),
        ("the fee of a cat is 60 euros", "60 euros", "The fee of a cat is 75 euros, of a dog 120 euros.", "en", None),
        ("the fee is 75 euros", "75 euros", "The fee is not 75 euros.", "en", None),
    ],
)
def test_an_amount_is_laid_beside_the_quote(said, claimed, quote, lang, verdict):
    found = beside_quote(said, claimed, quote, lang)
    assert (found.verdict if found else None) == verdict


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Is it true that the average stay in Leeds was 70 days?", "says otherwise"),
        ("Is it true that every stay in Leeds was at least 63 days?", ""),  # no figure of its own is claimed
        ("Is it true that the average stay in Leeds fell 63%?", ""),
    ],
)
def test_a_verdict_is_told_only_on_an_amount_that_is_said(question, told):
    citation = Citation(1, 1, "stays.md", 1, STAY, 0, len(STAY), 1.0, True)
    answer = DocumentsAnswer("answered", STAY, citations=(citation,))
    assert told in with_verdict(question, answer, "en").message
    assert bool(with_verdict(question, answer, "en").message) == bool(told)
