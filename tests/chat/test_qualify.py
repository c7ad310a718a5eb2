"""Sorts that a question names decide between facts that read alike, and decline where only other sorts are told."""

import pytest

from core.chat.citations import key_span
from core.chat.qualify import asked_sorts, compare_sorts, find_marks
from core.chat.question import understand
from core.chat.words import Vocabulary
from core.records import Page

STAFF = Page(
    1,
    "Employees have 24 days of paid leave per year. Employees may work from home two days per week.\n\n"
    "Interns are paid 13 euros per hour. An internship lasts at most six months.\n\n"
    "Claims over 500 euros need the approval of the finance director. Claims below 500 euros are approved by the "
    "line manager.",
)
TASAS = Page(
    1,
    "La tasa de basuras es de 90 euros al año. El presupuesto máximo de la obra es de 40.000 euros.\n\n"
    "El beneficio bruto fue de 12.000 euros. La infracción leve prescribe a los seis meses.",
)
PARTY = "De una parte, INMUEBLES DUERO SUR, S.L., por ella don Luis Paz (en adelante, la ARRENDADORA)."


@pytest.fixture
def office(empty):
    empty.add("staff.txt", "en", [STAFF])
    empty.add("tasas.txt", "es", [TASAS])
    return empty


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("paid 300 euros per month", {("rate", "month")}),
        ("una cuota mensual de 30 euros", {("rate", "month")}),
        ("dos veces por semana", {("rate", "week")}),
        ("the annual report of the company", set()),
        ("at least 18 and at most 30", {("bound", "least"), ("bound", "most")}),
        ("hasta 6.000 euros", {("bound", "most"), ("side", "below")}),
        ("hasta el 15 de septiembre", set()),
        ("las infracciones muy graves", {("weight", "grave")}),
        ("el beneficio neto", {("tax", "net"), ("measure", "profit")}),
        ("los becarios cobran menos", {("people", "intern")}),
    ],
)
def test_sorts_are_found_in_both_languages(text, named):
    assert {(mark.respect, mark.sort) for mark in find_marks(text)} == named


def test_only_what_names_other_sorts_clashes():
    asked = asked_sorts("How much is the rent per month?", "money")
    assert compare_sorts(asked, "The rent is 300 euros per week.", "") == (1, 0)
    assert compare_sorts(asked, "The rent is 300 euros per week, 1,200 per month.", "") == (0, 1)
    assert compare_sorts(asked, "The rent is 300 euros.", "") == (0, 0)
    assert compare_sorts(asked, "300 euros a week for tools", "Monthly rent") == (0, 1)


def test_a_rate_matters_only_where_a_figure_is_asked_for():
    assert asked_sorts("Who pays the monthly fee?", "person") == {}


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("How many days per month may employees work from home?", "en"),
        ("How many days of leave do interns get?", "en"),
        ("¿Cuánto es la tasa de basuras al mes?", "es"),
        ("¿Cuál es el presupuesto mínimo de la obra?", "es"),
        ("¿Cuál fue el beneficio neto?", "es"),
        ("¿En cuánto tiempo prescribe la infracción muy grave?", "es"),
    ],
)
def test_what_is_said_of_another_sort_answers_nothing(office, question, lang):
    assert office.ask(question, lang).status == "not_found"


@pytest.mark.parametrize(
    ("question", "lang", "answer"),
    [
        ("How many days per week may employees work from home?", "en", "two days"),
        ("How much are interns paid per hour?", "en", "13 euros"),
        ("Who approves claims below 500 euros?", "en", "line manager"),
        ("Who must approve claims above 500 euros?", "en", "finance director"),
        ("¿Cuánto es la tasa de basuras al año?", "es", "90 euros"),
        ("¿Cuál fue el beneficio bruto?", "es", "12.000"),
    ],
)
def test_what_is_said_of_the_same_sort_answers(office, question, lang, answer):
    assert answer in office.ask(question, lang).citations[0].quote


@pytest.mark.parametrize(
    ("question", "text", "lang", "span"),
    [
        ("¿Cuánto es el segundo año?", "Son 980 euros el primer año y 1.120 euros el segundo.", "es", "1.120 euros"),
        ("Who signed for the tenant?", "By Ann Roe for the Landlord and by Tom Ash for the Tenant.", "en", "Tom Ash"),
        ("What were sales in fiscal 2024?", "Sales were £48m, after £41m in fiscal 2024.", "en", "£41m"),
        ("On which date is the fair?", "The fair moves from 12 March to 26 March, rain or shine.", "en", "26 March"),
        ("¿Quién es la arrendadora?", PARTY, "es", "INMUEBLES DUERO SUR"),
        ("¿Quién representa a la panadería?", "PANADERÍA LA ESPIGA, por ella doña Nuria Cid.", "es", "Nuria Cid"),
    ],
)  # fmt: skip
def test_the_span_beside_the_sort_that_is_asked_for(office, question, text, lang, span):
    vocabulary = Vocabulary(office.index)
    words, asked = vocabulary.words(text, lang), vocabulary.question_words(question, lang)
    found = key_span(understand(question, lang), text, words, asked, lang)
    assert text[found.start : found.end] == span
