"""Everyday questions on small companies' tables (`data/cases/everyday`): what is empty, shares of rows, the youngest
and the latest, amounts, months without a year; and what such a question shows beside its answer."""

import json
from pathlib import Path

import pytest

from core.sql.ask import ask
from core.sql.learning.trust import TODAY, open_tables, run_statements
from core.sql.parser.compare import same_answer

CASES = Path(__file__).resolve().parents[2] / "data" / "cases" / "everyday"
NAMES = ("library", "inmobiliaria")
QUESTIONS = [
    case for case in map(json.loads, (CASES / "questions.jsonl").read_text("utf-8").splitlines()) if case["db"] in NAMES
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    work = tmp_path_factory.mktemp("everyday")
    return {name: open_tables(CASES / name, work / name) for name in NAMES}


def answer(question, db, opened):
    catalog, connection = opened[db]
    return ask(question, catalog, lambda texts: run_statements(connection, texts), today=TODAY)


def test_nearly_all_are_answered_right(opened):
    right = 0
    for case in QUESTIONS:
        result = answer(case["question"], case["db"], opened).result
        right += any(same_answer(gold, result) for gold in run_statements(opened[case["db"]][1], case["gold_sql"]))
    assert right >= 0.9 * len(QUESTIONS)


@pytest.mark.parametrize(
    ("question", "db", "said"),
    [
        ("members with no email", "library", "where “email” is empty"),
        ("¿Qué porcentaje de los libros está en francés?", "library", "porcentaje de filas donde “language” es French"),
        ("¿Quién es el agente más joven?", "inmobiliaria", "solo el de mayor “Nacimiento”"),
        ("properties not sold yet by type", "inmobiliaria", "where “Fecha venta” is empty"),
    ],
)
def test_the_reading_says_the_condition(question, db, said, opened):
    assert said in answer(question, db, opened).reading


def test_a_month_without_a_year_tells_its_year_and_offers_every_year(opened):
    found = answer("¿Cuántos préstamos hubo en marzo?", "library", opened)
    assert "del 01/03/2025 al 31/03/2025" in found.reading
    assert any("en marzo de cada año" in other.reading for other in found.alternatives)
