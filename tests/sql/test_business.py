"""Business questions on the shop against expected rows; mistyped words; plans that must not be made; confidence."""

import datetime
import json
from pathlib import Path

import pytest
from shop import make_shop, run_one, runner

from core.records import Catalog, CheckedSql, Column, Table
from core.sql.ask import ask
from core.sql.data.names import time_of
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.spelling import edit_distance, suggest_names
from core.sql.parser.compare import same_answer
from core.sql.parser.propose import builtin_parser, link_question
from core.sql.readings import business_statements
from core.sql.safety.guard import check_sql

CASES = [json.loads(line) for line in (Path(__file__).parent / "business_cases.jsonl").read_text("utf-8").splitlines()]
TODAY = datetime.date(2026, 11, 23)


def admit(text, catalog):
    return CheckedSql(text, tuple(table.name for table in catalog.tables))


@pytest.fixture(scope="module")
def shops():
    return {lang: make_shop(lang) for lang in ("en", "es")}


def statements(question, lang, catalog):
    schema = schema_of(catalog, builtin_lexicon())
    links = link_question(question, lang, schema, builtin_lexicon(), builtin_parser())
    return business_statements(links, schema, TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['db']}: {case['question']}")
def test_a_business_question_has_the_expected_rows(case, shops):
    con, catalog = shops[case["db"]]
    answer = ask(case["question"], catalog, runner(con), check=check_sql, today=TODAY)
    assert answer.result is not None, answer.error
    assert same_answer(run_one(con, case["sql"]), answer.result), answer.sql.text


@pytest.mark.parametrize(
    ("written", "meant", "question"),
    [
        ("Mardid", "Madrid", "How many customers are in Mardid?"),
        ("categry", "category", "sales by categry"),
        ("clientez", "clientes", "¿Cuántos clientez hay?"),
    ],
)
def test_a_mistyped_word_is_put_right_and_said(written, meant, question, shops):
    con, catalog = shops["es" if "¿" in question else "en"]
    wrong = ask(question, catalog, runner(con), check=admit, today=TODAY)
    right = ask(question.replace(written, meant), catalog, runner(con), check=admit, today=TODAY)
    assert same_answer(right.result, wrong.result)
    assert written in wrong.reading
    assert wrong.confidence < right.confidence


def test_edits_between_words():
    pairs = {("madrid", "mardid"): 1, ("city", "city"): 0, ("region", "rejion"): 1, ("price", "prise"): 1}
    assert {pair: edit_distance(*pair, 2) for pair in pairs} == pairs
    assert edit_distance("customer", "product", 2) > 2


def test_names_are_offered_for_a_word_that_found_nothing(shops):
    schema = schema_of(shops["en"][1], builtin_lexicon())
    assert suggest_names("custmers", schema)[0] == "customers"
    assert suggest_names("zzzz", schema) == []


def test_a_sum_over_repeated_rows_is_not_the_first_choice():
    invoice = Table(
        "invoices", (Column("invoice_id", "BIGINT", 0, 9, 1, 9), Column("total", "DOUBLE")), 9, "", "", ("invoice_id",)
    )
    line = Table(
        "lines",
        (
            Column("invoice_id", "BIGINT", 0, 9, 1, 9),
            Column("genre", "VARCHAR", 0, 2, "Jazz", "Rock", ("Jazz", "Rock")),
            Column("price", "DOUBLE"),
            Column("quantity", "BIGINT"),
        ),
        40,
        "",
    )
    from core.records import ForeignKey

    catalog = Catalog((invoice, line), (ForeignKey("lines", ("invoice_id",), "invoices", ("invoice_id",)),))
    found = statements("total revenue by genre", "en", catalog)
    assert '"price" * "quantity"' in found[0][1]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (Column("day", "VARCHAR", 0, 2, "2024-01-02", "2024-03-04", ("2024-01-02", "2024-03-04")), "day_text"),
        (Column("at", "VARCHAR", 0, 2, "2024-01-02 10:00:00", "2024-03-04 11:30:00.000"), "day_text"),
        (Column("month", "VARCHAR", 0, 2, "2024-01", "2024-03"), "month_text"),
        (Column("Año", "BIGINT", 0, 2, 1999, 2024), "year"),
        (Column("model_year", "BIGINT", 0, 2, 70, 82), ""),
        (Column("when", "TIMESTAMP"), "date"),
        (Column("note", "VARCHAR", 0, 2, "2024-01-02", "never"), ""),
    ],
)
def test_how_a_column_holds_time(column, kind):
    assert time_of(column) == kind


def test_a_question_that_the_rules_do_not_read_gives_no_plan(shops):
    assert statements("List the names of all customers", "en", shops["en"][1]) == []


def test_words_that_found_nothing_lower_the_confidence(shops):
    con, catalog = shops["en"]
    plain = ask("sales by month in 2023", catalog, runner(con), check=admit, today=TODAY)
    odd = ask("sales by month in 2023 of blorptastic gizmotrons", catalog, runner(con), check=admit, today=TODAY)
    assert odd.confidence < plain.confidence - 0.1


def test_a_correlation_is_told_with_its_pairs_and_interval_and_no_cause(shops):
    con, catalog = shops["es"]
    answer = ask("¿Hay relación entre cantidad e importe?", catalog, runner(con), check=check_sql, today=TODAY)
    assert "n = 240" in answer.insight[0]
    assert "95 %" in answer.insight[0]
    assert "no prueba" in answer.insight[0]


def test_the_unit_of_a_measured_header_stays_in_the_result():
    sales = Table(
        "sales", (Column("Region", "VARCHAR", 0, 2, "a", "b", ("a", "b")), Column("Amount (€)", "DOUBLE")), 20, ""
    )
    ((_, sql), *_) = statements("total amount by region", "en", Catalog((sales,)))
    assert '"total_amount (€)"' in sql


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("amount of orders from 2024 to 2023", "2023-01-01 to 2024-12-31"),
        ("amount of orders on 30 February 2024", "“30 February 2024”"),
        ("importe de los pedidos del 31/11/2024", "“31/11/2024”"),
    ],
)
def test_a_period_that_is_read_otherwise_than_said_is_told(question, said, shops):
    con, catalog = shops["en" if "amount" in question else "es"]
    answer = ask(question, catalog, runner(con), check=admit, today=TODAY)
    assert said in answer.message


def test_a_period_that_is_applied_is_no_unknown_word(shops):
    con, catalog = shops["en"]
    answer = ask("amount in Q4 2024 and the second half of 2023", catalog, runner(con), check=admit, today=TODAY)
    assert answer.unknown == ()


@pytest.mark.parametrize(
    ("lang", "question", "said"),
    [
        ("en", "which countries grew in 2024", "only those that rose"),
        ("es", "productos cuyas ventas cayeron en 2024 respecto a 2023", "solo los que bajaron"),
        ("en", "year over year growth of amount by month", "the same period of the year before"),
    ],
)
def test_what_kind_of_growth_is_shown_is_said_in_words(shops, lang, question, said):
    con, catalog = shops[lang]
    answer = ask(question, catalog, runner(con), lang=lang, check=admit, today=TODAY)
    assert said in answer.reading
