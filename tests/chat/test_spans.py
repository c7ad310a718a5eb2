"""Spans that answer at a glance; what is told as a change is not the thing's own size."""

import pytest

from core.chat.spans import asks_change, find_range, find_spans, is_change, is_former


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


@pytest.mark.parametrize(
    ("text", "lang", "sort", "found"),
    [
        ("La próxima será el jueves 19 de junio en Lugo.", "es", "date", ["jueves 19 de junio"]),
        ("La campaña de marzo reunió 512 donaciones.", "es", "date", []),
        ("The meeting began at 18:30 with 40 members.", "en", "number", ["40"]),
        ("It was said in the report on Form 10-Q.", "en", "number", []),
    ],
)
def test_spans_of_a_sort(text, lang, sort, found):
    assert [text[s.start : s.end] for s in find_spans(text, lang) if s.sort == sort] == found


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("It rose from 120 to 135 euros.", [True, False]),
        ("De 120 a 135 euros.", [True, False]),
        ("De 120 pasos.", [False]),
    ],
)
def test_the_figure_before_a_change(text, former):
    assert [is_former(text, s) for s in find_spans(text, "es") if s.sort in ("number", "money")] == former


@pytest.mark.parametrize(
    ("text", "sort", "found"),
    [
        ("Enrolment is open from 9 to 28 April.", "date", "9 to 28 April"),
        ("El montaje será del 16 al 27 de febrero.", "date", "16 al 27 de febrero"),
        ("Se cierra del 3 de marzo al 21 de junio de 2026.", "date", "3 de marzo al 21 de junio de 2026"),
        ("The war lasted from 1914 to 1918.", "year", "1914 to 1918"),
        ("Abre de 10:00 a 20:00.", "time", "10:00 a 20:00"),
        ("Keep it between 18 and 22 degrees.", "number", "18 and 22"),
        ("Sales went from 120 to 135 units.", "number", ""),
        ("The fair moved from 3 May to 5 May.", "date", ""),
        ("It opens on 3 May and costs 5 euros.", "date", ""),
    ],
)
def test_both_ends_of_a_range(text, sort, found):
    spans = [span for span in find_spans(text, "en") if span.sort == sort]
    whole = {text[r[0].start : r[0].end] for span in spans if (r := find_range(text, span))}
    assert whole == ({found} if found else set())
