"""What a quote says of the amount that a question claims."""

import pytest

from core.both.quoted import beside_quote

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
