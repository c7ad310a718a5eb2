"""Spans that answer at a glance; what is told as a change is not the thing's own size."""

import pytest

from core.chat.spans import asks_change, find_spans, is_change


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("Sales increased 2% or $1.5 billion in spring.", [True]),
        ("Sales increased by $4 million.", [True]),
        ("Sales increased to $9 million.", [False]),
        ("Sales were $9 million.", [False]),
        ("Las ventas subieron a 9 millones de euros.", [False]),
        ("Las ventas aumentaron en 4 millones de euros.", [True]),
    ],
)
def test_changes_are_told_from_sizes(text, changes):
    assert [is_change(text, span) for span in find_spans(text, "en") if span.sort == "money"] == changes


def test_questions_about_change():
    assert asks_change("How much did sales grow?")
    assert asks_change("¿Cuánto crecieron las ventas?")
    assert not asks_change("What were sales in 2023?")
