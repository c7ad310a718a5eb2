"""Questions in one language, documents in the other: the right sentence is found, quoted, or honestly missed."""

import pytest

from core.records import Page

ENGLISH = (
    "The mill sold 4,200 sacks of flour in the third quarter. The miller bought a new lorry.\n\n"
    "Payments fall due forty days after the invoice. Late payers owe two per cent a month.\n\n"
    "The bridge was built by Ana Robles in 1904. It was destroyed by a flood."
)
SPANISH = (
    "El molino vendió 4.200 sacos de harina en el tercer trimestre. El molinero compró un camión nuevo.\n\n"
    "Los pagos vencen a los cuarenta días de la factura. Quien se retrasa debe un dos por ciento al mes.\n\n"
    "El puente lo construyó Ana Robles en 1904. Lo destruyó una riada."
)


@pytest.fixture
def english(empty):
    empty.add("notes.txt", "en", [Page(1, ENGLISH)])
    return empty


@pytest.fixture
def spanish(empty):
    empty.add("notas.txt", "es", [Page(1, SPANISH)])
    return empty


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("¿Cuánta harina vendió el molino en el tercer trimestre?", "4,200"),
        ("¿Quién construyó el puente?", "Ana Robles"),
        ("¿Qué compró el molinero?", "lorry"),
    ],
)
def test_a_spanish_question_quotes_the_english_sentence(english, question, quote):
    assert quote in english.ask(question, "es").citations[0].quote


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How many sacks of flour did the mill sell in the third quarter?", "4.200"),
        ("Who built the bridge?", "Ana Robles"),
        ("What did the miller buy?", "camión"),
    ],
)
def test_an_english_question_quotes_the_spanish_sentence(spanish, question, quote):
    assert quote in spanish.ask(question, "en").citations[0].quote


def test_the_short_answer_never_repeats_the_question_in_the_other_language(english):
    text = english.ask("¿Cuánta harina vendió el molino en el tercer trimestre?", "es").text
    assert not text.startswith(("**third", "**quarter"))


def test_what_no_document_tells_is_declined_across_languages_too(english):
    found = english.ask("¿Qué vacuna recomienda el ministerio de sanidad contra la gripe?", "es")
    assert found.status == "not_found"
