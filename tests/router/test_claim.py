"""Questions that ask to verify: what is claimed, and the question for its figure."""

import pytest

from core.records import Sounding
from core.router.claim import asked_for_figure, claim_in, without_report
from core.router.mentions import Sources
from core.router.refer import lay_beside
from core.router.split import split_question


@pytest.mark.parametrize(
    ("question", "lang", "figure", "data"),
    [
        (
            "Did the Skua really carry 3,960 passengers in 2025?",
            "en",
            "3,960",
            "How many passengers the Skua carry in 2025",
        ),
        ("Is it true that the company employs 41 people?", "en", "41", "How many people the company employs"),
        ("Were three crossings cancelled, as the report says?", "en", "three", "How many crossings cancelled"),
        ("Check whether revenue in May was EUR 125,600.", "en", "EUR 125,600", "Revenue in May"),
        (
            "Can you confirm that the average delay was 5.9 minutes in 2025?",
            "en",
            "5.9 minutes",
            "The average delay in 2025",
        ),
        (
            "We had 450 late trips in 2025, right?",
            "en",
            "450",
            "How many late trips did we have in 2025",
        ),
        ("Is the average delay that Ann gave for the Tern right?", "en", "", "The average delay for the Tern"),
        ("Does the report get the number of cars right?", "en", "", "The number of cars"),
        ("¿De verdad el Petrel tiene seis tripulantes?", "es", "seis", "Cuántos tripulantes tiene el Petrel"),
        ("Comprueba si los barcos diésel son tres.", "es", "tres", "Cuántos barcos diésel"),
        ("¿Son cinco los barcos, como dijo Arrieta en el consejo?", "es", "cinco", "Cuántos barcos"),
        ("El acta dice que el casco costó 6.240 euros, ¿es así?", "es", "6.240 euros", "Cuánto el casco costó"),
        ("¿Está bien la cifra de pasajeros de 2025 que da el informe?", "es", "", "Pasajeros de 2025"),
        ("¿La memoria da bien los kilos de 2025?", "es", "", "Los kilos de 2025"),
        ("Is it true that more than 50 ships sailed?", "en", "more than 50", "How many ships sailed"),
        ("Is it true that no ship has more than 100 seats?", "en", "0", "How many ship has more than 100 seats"),
        ("Is it true that the Petrel has 90 seats?", "en", "90", "How many seats does the Petrel have"),
        ("¿Es verdad que gastamos 9.000 euros o más?", "es", "9.000 euros o más", "Cuánto gastamos"),
        ("Verifica que el sueldo sube un 3,2 %.", "es", "3,2 %", "El sueldo sube"),
    ],
)
def test_a_claim_is_asked_as_the_question_for_its_figure(question, lang, figure, data):
    parts = split_question(question, lang, lambda text: Sounding(), lambda *_: "", Sources(lang))
    assert (parts.claimed, parts.data, parts.compares) == (figure, data, True)


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("Who is really in charge of the 12 ships?", "en"),
        ("What is the correct procedure for 3 or more claims?", "en"),
        ("How many passengers did the Skua carry in 2025?", "en"),
        ("Did the Skua sail in 2025?", "en"),
        ("Is it true that the board agreed to sell the ship?", "en"),
        ("¿Cuántos barcos son realmente diésel?", "es"),
        ("¿Qué plazo es correcto según el contrato de 12 meses?", "es"),
        ("¿Es obligatorio avisar con 15 días?", "es"),
        ("Pedidos de más de 500 euros", "es"),
    ],
)
def test_other_questions_claim_nothing(question, lang):
    parts = split_question(question, lang, lambda text: Sounding(), lambda *_: "", Sources(lang))
    assert parts is None or parts.claimed is None


def test_a_year_a_date_and_a_code_are_no_amounts():
    for said in ("it opened in 2024", "it opened on 3 May", "BT-08 is of steel", "it fell in Q3"):
        assert claim_in(f"Is it true that {said}?", "en").figure == ""


def test_who_says_it_is_left_out_and_its_place_kept_apart():
    assert without_report("the costs in May given in the minutes", "en") == "the costs in May, in the minutes"
    assert asked_for_figure("there were 12 of them in May", "en") == "how many were there of them in May"


@pytest.mark.parametrize(
    ("said", "before", "lang", "question"),
    [
        (
            "does the annual report say the same?",
            "How many loans were there in 2025?",
            "en",
            "How many loans were there in 2025 according to the annual report and according to the data?",
        ),
        (
            "¿lo confirma la memoria?",
            "¿Cuántos socios hay?",
            "es",
            "¿Cuántos socios hay según la memoria y según los datos?",
        ),
        ("does the weather say the same?", "How many loans were there in 2025?", "en", ""),
        ("does the report name its author?", "How many loans were there in 2025?", "en", ""),
    ],
)
def test_a_document_is_laid_beside_the_figure_before(said, before, lang, question):
    assert lay_beside(said, before, lang) == question
