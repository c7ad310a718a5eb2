"""Questions for both sides taken apart, from a list of questions and their parts."""

import pytest

from core.chat.fragment import substitute
from core.records import Sounding
from core.router.split import split_clauses, split_question

COUNTED = ("how many", "cuántos", "total", "sales", "ventas")


def sound(text):
    """Tables that hold sales and tickets: half of the words of a question about them link."""
    hit = any(word in text.lower() for word in COUNTED)
    return Sounding(words=4, linked=0.75 if hit else 0.0, unknown=() if hit else ("a", "b"))


@pytest.mark.parametrize(
    ("question", "lang", "data", "documents", "compares"),
    [
        (
            "¿Coinciden las ventas netas de 2025 del informe anual con las de la tabla de ventas?",
            "es",
            "Las ventas netas de 2025",
            "Las ventas netas de 2025 del informe anual",
            True,
        ),
        (
            "Does the Q3 report agree with the sales table on net sales in the third quarter of 2025?",
            "en",
            "Net sales in the third quarter of 2025",
            "Q3 report on net sales in the third quarter of 2025",
            True,
        ),
        (
            "How many total orders did Nordkork Distribution place in 2025, and why was their order late?",
            "en",
            "How many total orders did Nordkork Distribution place in 2025",
            "Why was their order late Nordkork Distribution",
            False,
        ),
        (
            "How many tickets were opened in July 2025, and what had happened in Mérida?",
            "en",
            "How many tickets were opened in July 2025",
            "What had happened in Mérida?",
            False,
        ),
        (
            "What were sales to Denmark in 2025, and what does the sales strategy say about it?",
            "en",
            "What were sales to Denmark in 2025",
            "What were sales to Denmark in 2025 sales strategy",
            False,
        ),
        (
            "¿Por qué cayeron las ventas de Francia en 2025 y qué dice el informe?",
            "es",
            "las ventas de Francia por mes en 2025",
            "¿Por qué cayeron las ventas de Francia en 2025 informe",
            False,
        ),
    ],
)
def test_parts(question, lang, data, documents, compares):
    parts = split_question(question, lang, sound, substitute)
    assert (parts.data, parts.documents, parts.compares) == (data, documents, compares)


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("How many days off does an employee get for moving house?", "en"),
        ("How much did the insurer pay for the hail damage, and when?", "en"),
        ("¿Qué dice el informe anual sobre el granizo?", "es"),
        ("Ventas por región en 2025, de mayor a menor", "es"),
    ],
)
def test_a_question_for_one_side_has_no_parts(question, lang):
    assert split_question(question, lang, sound, substitute) is None


def test_clauses_end_where_another_question_begins():
    assert split_clauses("Sales by region and country", "en") == ["Sales by region and country"]
    assert split_clauses("¿Cuánto vendimos y por qué bajó?", "es") == ["¿Cuánto vendimos", "por qué bajó?"]
