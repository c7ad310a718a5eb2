"""What a candidate gains or loses beside the learned score: forms that are asked for, roles, what was said last."""

import pytest

from core.chat.adjust import across_loss
from core.chat.form import find_earlier, replies_above

OUTLOOK = "Agreed, Tuesday then.\n\nFrom: Ann\nSent: 3 May\n\nMonday?\n\n-----Original Message-----\nFriday?"


@pytest.fixture
def office(empty):
    empty.add_texts("limpieza.es.txt", "correo.es.txt", "factura.es.txt")
    return empty


@pytest.mark.parametrize(
    ("question", "quote", "short"),
    [
        ("¿Cuánto dura el contrato de limpieza?", "vigencia de dos años", "dos años"),
        ("¿Quién es el tesorero?", "Luis Mena", "Luis Mena"),
        ("¿Cuántos días a la semana se puede limpiar?", "dos días por semana", "dos días"),
        ("¿Cuántas personas limpian?", "cuatro personas", "cuatro"),
        ("¿A qué hora entra el equipo?", "6:30", "6:30"),
        ("¿Cuándo se entrega el mostrador?", "27 de junio", "27 de junio"),
        ("¿Cuánto es el IVA de la factura?", "2.058,00", "2.058,00 €"),
        ("¿Quién es el cliente de la factura?", "Cliente: Hotel Miramar", "Hotel Miramar"),
    ],
)
def test_the_form_asked_for_comes_first(office, question, quote, short):
    found = office.ask(question, "es")
    assert quote in found.citations[0].quote
    assert found.text.startswith(f"**{short}")


@pytest.mark.parametrize("question", ["¿Cuántas bicicletas tiene Limpiezas Arce?", "¿Cuánto cobra el tesorero?"])
def test_what_is_counted_or_paid_nowhere_is_declined(office, question):
    assert office.ask(question, "es").status == "not_found"


def test_a_quoted_message_is_shown_without_its_mark(office):
    quotes = [citation.quote for citation in office.ask("¿Cuándo se entrega el mostrador?", "es").citations]
    assert not any(quote.startswith(">") for quote in quotes)


@pytest.mark.parametrize(("said", "above"), [("Tuesday", 0), ("Monday", 1), ("Friday", 2)])
def test_messages_that_quote_another_whole_stand_above_it(said, above):
    assert replies_above(OUTLOOK, OUTLOOK.index(said), find_earlier(OUTLOOK)) == above


def test_the_head_of_a_message_is_no_earlier_one():
    assert find_earlier("Plans\n\nFrom: Ann\nTo: Bob\n\nSee you on Monday.") == []


def test_another_language_loses_by_what_the_questions_own_one_holds():
    assert across_loss("es", ["en", "es"], [1.0, 0.8]) == pytest.approx(2.0)
    assert across_loss("es", ["en", "es"], [1.0, 0.0]) == pytest.approx(0.5)
    assert across_loss("es", ["en"], [1.0]) == 0.0
