"""Which of a sentence's parallel clauses a question is about."""

import pytest

from core.chat.citations import key_span
from core.chat.question import understand
from core.chat.words import Vocabulary
from core.records import Page

COSTS = "A hip scan costs EUR 140 and a knee's costs EUR 85."
TERMS = "The buyer pays invoices within 30 days; the agent pays its drivers within 45 days."
INTAKE = "En 2024 la escuela admitió 455 alumnos, de los que 322 terminaron."
FINES = "Las faltas leves se sancionan con 300 euros, las graves con 1.500 euros y las muy graves con 6.000 euros."
SHARED = "The courier charges EUR 14 for a letter and EUR 25 for a parcel."


@pytest.mark.parametrize(
    ("question", "lang", "text", "key"),
    [
        ("How much does a hip scan cost?", "en", COSTS, "140"),
        ("How much does the scan of a knee cost?", "en", COSTS, "85"),
        ("Within how many days are invoices paid?", "en", TERMS, "30 days"),
        ("Within how many days does the agent pay its drivers?", "en", TERMS, "45 days"),
        ("¿Cuántos alumnos terminaron?", "es", INTAKE, "322"),
        ("¿Cuántos alumnos admitió la escuela?", "es", INTAKE, "455"),
        ("¿De cuánto es la multa de las faltas graves?", "es", FINES, "1.500 euros"),
        ("How much does the courier charge for a parcel?", "en", SHARED, "25"),
    ],
)
def test_the_figure_of_the_clause_that_is_asked_about(empty, question, lang, text, key):
    empty.add("terms.txt", lang, [Page(1, text)])
    vocabulary = Vocabulary(empty.index)
    words, asked = vocabulary.words(text, lang), vocabulary.question_words(question, lang)
    found = key_span(understand(question, lang), text, words, asked, lang)
    assert key in text[found.start : found.end]
