"""Follow-ups to an answer from tables become whole questions, from a list of what is said and what it becomes."""

import datetime

import pytest
from shop import make_shop, runner

from core.sql.ask import ask
from core.sql.chart_request import chart_asked, without_chart
from core.sql.edit_statement import restrict_sql
from core.sql.follow_up import edit_question

TODAY = datetime.date(2025, 1, 10)


@pytest.fixture(scope="module")
def shops():
    return {lang: make_shop(lang) for lang in ("en", "es")}


def answer(shops, lang, question):
    con, catalog = shops[lang]
    return ask(question, catalog, runner(con), lang=lang, today=TODAY), catalog


@pytest.mark.parametrize(
    ("lang", "before", "said", "question", "changed"),
    [
        (
            "en",
            "Total amount by category in 2024",
            "only France",
            "Total amount by category in 2024 only France",
            "filter",
        ),
        ("en", "Total amount by category in 2024", "and in 2023?", "Total amount by category in 2023", "period"),
        ("en", "Total amount by category in 2024", "by month", "Total amount by month in 2024", "grouping"),
        ("en", "Total amount in France in 2024", "what about Spain?", "Total amount in Spain in 2024", "filter"),
        ("en", "Total amount by month in 2024", "as a line", "Total amount by month in 2024 as a line", "chart"),
        ("en", "Total amount in 2024", "compare with last year", "Total amount in 2023 and 2024 by year", "compare"),
        (
            "es",
            "Importe total por categoría en 2024",
            "solo Francia",
            "Importe total por categoría en 2024 solo Francia",
            "filter",
        ),
        ("es", "Importe total por categoría en 2024", "y por mes", "Importe total por mes en 2024", "grouping"),
        ("es", "Importe total por mes en 2024", "en barras", "Importe total por mes en 2024 en barras", "chart"),
        (
            "es",
            "Importe total por mes en 2024 como líneas",
            "¿y en 2023?",
            "Importe total por mes en 2023 como líneas",
            "period",
        ),
    ],
)
def test_a_follow_up_edits_the_question_before(shops, lang, before, said, question, changed):
    given, catalog = answer(shops, lang, without_chart(before))
    edit = edit_question(said, before, given, catalog, lang)
    assert edit.question == question
    assert changed in edit.changed


@pytest.mark.parametrize("said", ["How many customers are there?", "Who signed the contract?", "why?"])
def test_a_question_of_its_own_is_no_edit(shops, said):
    given, catalog = answer(shops, "en", "Total amount by category in 2024")
    assert edit_question(said, "Total amount by category in 2024", given, catalog, "en") is None


def test_one_of_the_rows_is_meant(shops):
    given, catalog = answer(shops, "en", "Total amount by country in 2024")
    first = next(cell for cell in given.result.rows[0] if isinstance(cell, str))
    edit = edit_question("the first one by month", "Total amount by country in 2024", given, catalog, "en")
    assert first in edit.question
    assert "by month" in edit.question


def test_those_are_the_rows_that_were_shown(shops):
    given, catalog = answer(shops, "en", "Total amount by product in 2024")
    edit = edit_question("of those, which sold most in 2023?", "Total amount by product in 2024", given, catalog, "en")
    column, values = edit.only
    assert set(values) == {cell for row in given.result.rows for cell in row if isinstance(cell, str)}
    sql = f'SELECT "{column}", count(*) FROM products GROUP BY 1'
    con, _ = shops["en"]
    kept = con.execute(restrict_sql(sql, column, values[:2], catalog)).fetchall()
    assert {row[0] for row in kept} == set(values[:2])
    assert restrict_sql("SELECT 1", column, values, catalog) is None


def test_the_chart_that_is_asked_for_is_set_apart():
    assert without_chart("Sales by month as a line chart?") == "Sales by month?"
    assert chart_asked("Ventas por mes en un gráfico de barras") == "en un gráfico de barras"
    assert without_chart("Sales in France") == "Sales in France"
