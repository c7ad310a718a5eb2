"""Questions for both sides taken apart, from a list of questions and their parts."""

import pytest

from core.chat.fragment import substitute
from core.records import Column, Document, Sounding, Table
from core.router.mentions import Sources, sources_of
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
            "Why was Nordkork Distribution's order late",
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
        (
            "Total sales of 2025: is it the same in the season review?",
            "en",
            "Total sales of 2025",
            "Total sales of 2025 the season review",
            True,
        ),
        (
            "¿Cuántos pedidos hubo en 2025 y qué número da la memoria?",
            "es",
            "¿Cuántos pedidos hubo en 2025",
            "Cuántos pedidos hubo en 2025 la memoria",
            True,
        ),
        (
            "Ventas del limonero según los pedidos y según la memoria",
            "es",
            "Ventas del limonero",
            "Ventas del limonero la memoria",
            True,
        ),
        (
            "¿Cuántas ventas hizo Quinta do Souto y por qué bajó?",
            "es",
            "¿Cuántas ventas hizo Quinta do Souto",
            "Por qué bajó Quinta do Souto",
            False,
        ),
        (
            "¿Cuántas ventas hubo en agosto de 2025 y qué dice el informe sobre ese mes?",
            "es",
            "¿Cuántas ventas hubo en agosto de 2025",
            "Qué dice el informe sobre agosto de 2025",
            False,
        ),
        (
            "¿Qué total de ventas hubo en 2025 y qué ventas recoge el informe?",
            "es",
            "¿Qué total de ventas hubo en 2025",
            "Qué total de ventas hubo en 2025 informe",
            True,
        ),
    ],
)
def test_parts(question, lang, data, documents, compares):
    sources = Sources(lang, ("review", "memoria"), ("pedidos",))
    parts = split_question(question, lang, sound, substitute, sources)
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


def test_documents_are_called_by_the_head_noun_of_their_name_unless_a_column_is():
    held = [
        Document(1, "a", "season-review-2025.md", "", "", "en", 0, 1, 1, "complete"),
        Document(2, "b", "memoria-2025.md", "", "", "es", 0, 1, 1, "complete"),
        Document(3, "c", "plan-2026.md", "", "", "es", 0, 1, 1, "complete"),
    ]
    sources = sources_of("en", held, [Table("members", (Column("plan", "VARCHAR"),), 1, "x")])
    assert sources.nouns == ("memoria", "review")
    assert sources.pattern("document").search("what does the season review say")
    assert not sources.pattern("document").search("how many members have the patron plan")


def test_a_part_that_may_have_lost_its_subject_is_asked_with_and_without_it():
    parts = split_question(
        "¿Cuántas ventas hizo Pier Hall y qué papel necesitan para salir de allí?", "es", sound, substitute
    )
    assert parts.subject == "Pier Hall"
    assert len(parts.otherwise) == 2
