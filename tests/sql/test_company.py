"""Questions of a sales director and a controller on the sample company's tables (`data/cases/company`), and the shapes
of tables that such questions meet elsewhere: a day in the table above, yes and no beside a third value."""

import json
from pathlib import Path

import pytest

from core.sql.ask import ask
from core.sql.learning.trust import TODAY, open_tables, run_statements
from core.sql.parser.compare import same_answer

DATA = Path(__file__).resolve().parents[2] / "data"
LINES = (DATA / "cases" / "company" / "questions.jsonl").read_text("utf-8").splitlines()
QUESTIONS = [json.loads(line) for line in LINES[::4]]  # some of them, for time
LEAST = 0.85

SHOP = {
    "customers": "id,name,born\n7,Ana,1980-03-01\n8,Luis,1975-07-09\n9,Eva,1991-11-30\n",
    "orders": "id,customer_id,order_date\n1,7,2024-01-05\n2,8,2024-01-20\n3,7,2024-02-11\n4,9,2024-02-12\n",
    "payments": "id,order_id,method,amount\n1,1,card,10\n2,2,cash,25\n3,3,card,40\n4,4,card,5\n",
    "subscribers": (
        "subscriberID,PhoneService,TechSupport,Dependents,Charges,Churn\n"
        "a1,Yes,No,No,10,Yes\na2,Yes,Yes,No,20,No\na3,No,No phone service,Yes,30,No\na4,Yes,No,Yes,40,Yes\n"
    ),
}


def answer(question, opened):
    catalog, connection = opened
    return ask(question, catalog, lambda texts: run_statements(connection, texts), today=TODAY)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return open_tables(DATA / "samples" / "tables", tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, text in SHOP.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return open_tables(folder, tmp_path_factory.mktemp("shop"))


def test_most_questions_on_the_company_are_answered_right(company):
    right = 0
    for case in QUESTIONS:
        result = answer(case["question"], company).result
        right += any(same_answer(gold, result) for gold in run_statements(company[1], case["gold_sql"]))
    assert right >= LEAST * len(QUESTIONS)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("total amount by method and month", {("card", 1, 10), ("cash", 1, 25), ("card", 2, 45)}),
        ("Total amount by method, highest first", {("card", 55), ("cash", 25)}),
        ("qué % de los suscriptores tiene servicio telefónico", {(75.0,)}),
        ("average charges of subscribers who left versus those who stayed", {("Yes", 25.0), ("No", 25.0)}),
        ("How many subscribers have phone service but no tech support?", {(2,)}),
        ("¿Cuántos suscriptores no tienen soporte técnico?", {(2,)}),
        ("What percentage of subscribers without dependents churned?", {(50.0,)}),
        ("Average charges of those who churned and of those who stayed", {("Yes", 25.0), ("No", 25.0)}),
        ("average charges and number of subscribers by churn", {("Yes", 25.0, 2), ("No", 25.0, 2)}),
    ],
)
def test_a_question_has_its_rows(question, rows, shop):
    found = answer(question, shop).result.rows
    plain = {tuple(getattr(value, "month", value) for value in row) for row in found}
    assert {frozenset(row) for row in plain} == {frozenset(row) for row in rows}
