"""Follow-ups to an answer from tables become whole questions, from a list of what is said and what it becomes."""

import datetime

import pytest
from shop import make_shop, runner

from core.sql.ask import ask
from core.sql.charts.request import chart_asked, chart_said, without_chart
from core.sql.following.edit_statement import restrict_sql
from core.sql.following.follow_up import edit_question

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
        (
            "en",
            "Total amount by category in 2024",
            "as a line by month",
            "Total amount by month in 2024 as a line",
            "grouping",
        ),
        (
            "en",
            "Total amount by month in 2024",
            "plot it as a bar chart",
            "Total amount by month in 2024 as a bar chart",
            "chart",
        ),
        (
            "en",
            "Total amount by month in 2024 as a line",
            "show it as stacked bars by category",
            "Total amount by month in 2024 and by category as stacked bars",
            "grouping",
        ),
        (
            "es",
            "Importe total por categoría en 2024",
            "por mes en líneas",
            "Importe total por mes en 2024 en líneas",
            "grouping",
        ),
        (
            "es",
            "Importe total por mes en 2024",
            "muéstralo en barras por categoría",
            "Importe total por categoría en 2024 en barras",
            "grouping",
        ),
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


@pytest.mark.parametrize(
    ("question", "rest", "chart"),
    [
        ("Sales by month as a line chart?", "Sales by month?", "as a line chart"),
        ("Ventas por mes en un gráfico de barras", "Ventas por mes", "en un gráfico de barras"),
        ("Costes por mes en barras apiladas", "Costes por mes", "en barras apiladas"),
        ("A pie chart of costs by office", "costs by office", "as a pie chart"),
        ("Muéstrame un gráfico de líneas de las altas por mes", "las altas por mes", "como gráfico de líneas"),
        ("Show me a table of costs by office", "costs by office", "as a table"),
        ("Costes por mes en un gráfico de líneas por oficina", "Costes por mes por oficina", "en un gráfico de líneas"),
        ("Muéstrame en barras los costes por oficina", "Muéstrame los costes por oficina", "en barras"),
        ("Plot costs by month", "costs by month", ""),
        ("Gráfico de costes por mes", "costes por mes", ""),
    ],
)
def test_the_chart_that_is_asked_for_is_set_apart(question, rest, chart):
    assert (without_chart(question), chart_asked(question)) == (rest, chart)


@pytest.mark.parametrize(
    "question",
    [
        "Sales in France",
        "Ventas en línea por región",
        "Productos vendidos en cajas por región",
        "How many parts are in line?",
        "Chart of accounts by type",
        "Plot of land by owner",
        "Rooms with a table of oak",
    ],
)
def test_words_that_ask_for_no_chart_stay(question):
    assert (without_chart(question), chart_asked(question)) == (question, "")


@pytest.mark.parametrize("said", ["bar code list", "tabla de precios", "line managers in Madrid"])
def test_a_kind_that_names_something_else_is_no_chart(said):
    assert chart_said(said, "en") == (said, "")
