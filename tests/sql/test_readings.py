"""Both readers on small companies' tables (`data/cases/business`): keys, short values, lists of two sets, readings."""

import json
from pathlib import Path

import pytest

from core.records import Catalog, CheckedSql, Column, QueryResult, Table
from core.sql.arrange import arrange
from core.sql.ask import ask
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.learning.trust import TODAY, open_tables, run_statements
from core.sql.parser.compare import same_answer
from core.sql.parser.propose import builtin_parser
from core.sql.readings import business_statements, find_readings, link_corrected

CASES = Path(__file__).resolve().parents[2] / "data" / "cases" / "business"
NAMES = ("school", "logistica", "clinica")
QUESTIONS = [
    case for case in map(json.loads, (CASES / "questions.jsonl").read_text("utf-8").splitlines()) if case["db"] in NAMES
]
SETS = [case for case in QUESTIONS if "INTERSECT" in str(case["gold_sql"]) or "EXCEPT" in str(case["gold_sql"])]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    work = tmp_path_factory.mktemp("business")
    return {name: open_tables(CASES / name, work / name) for name in NAMES}


def golds(case, connection):
    texts = [case["gold_sql"]] if isinstance(case["gold_sql"], str) else case["gold_sql"]
    return run_statements(connection, texts)


def read(case, catalog):
    schema = schema_of(catalog, builtin_lexicon())
    links, _ = link_corrected(case["question"], case["lang"], schema, builtin_lexicon(), builtin_parser())
    return links, schema


def test_keys_named_in_the_other_language_are_found(opened):
    keys = {(key.table, key.columns[0]): key.ref_table for key in opened["clinica"][0].foreign_keys}
    assert keys == {("appointments", "patient_id"): "pacientes", ("appointments", "doctor_id"): "medicos"}


@pytest.mark.parametrize("case", SETS, ids=lambda case: case["question"])
def test_lists_of_two_sets_are_read_by_the_rules(opened, case):
    catalog, connection = opened[case["db"]]
    (_, statement), *_ = business_statements(*read(case, catalog), TODAY)
    (found,) = run_statements(connection, [statement])
    assert any(same_answer(gold, found) for gold in golds(case, connection))


def test_nearly_all_questions_are_answered_right_and_among_three_readings(opened):
    first = among = 0
    for case in QUESTIONS:
        catalog, connection = opened[case["db"]]
        answer = ask(case["question"], catalog, lambda texts, c=connection: run_statements(c, texts), today=TODAY)
        shown = [answer.result, *run_statements(connection, [other.sql for other in answer.alternatives])]
        hits = [any(same_answer(gold, result) for gold in golds(case, connection)) for result in shown if result]
        first += bool(hits) and hits[0]
        among += any(hits)
    assert first >= 0.85 * len(QUESTIONS)
    assert among >= 0.92 * len(QUESTIONS)


def test_the_readings_shown_differ_in_their_rows(opened):
    catalog, connection = opened["school"]
    case = {"question": "total absences by term", "lang": "en"}
    links, schema = read(case, catalog)
    run = lambda texts: run_statements(connection, texts)  # noqa: E731
    options, confidence = arrange(find_readings(links, schema, builtin_parser(), run, "en", TODAY), links, schema, 0)
    assert 2 <= len(options) <= 3
    assert 0 < confidence < 1
    pairs = [(a, b) for place, a in enumerate(options) for b in options[place + 1 :]]
    assert not any(same_answer(a.result, b.result) for a, b in pairs)


AIRLINES = Table(
    "airlines",
    (
        Column("code", "VARCHAR", distinct=3, values=("AS", "UA", "DL")),
        Column("name", "VARCHAR", distinct=3, values=("Alaska", "United", "Delta")),
    ),
    3,
    "airlines.duckdb",
)


def hits_of(question):
    links, _ = read({"question": question, "lang": "en"}, Catalog((AIRLINES,)))
    return [(value, links.tokens[m.start].source) for m in links.values for _, value, _ in m.hits]


@pytest.mark.parametrize(("question", "expected"), [("asdf", []), ("name of AS", [("AS", "AS")]), ("uas", [])])
def test_short_values_are_only_themselves(question, expected):
    assert hits_of(question) == expected


def test_nonsense_is_declined_with_its_words():
    run = lambda texts: [QueryResult(error=("errors.sql", {})) for _ in texts]  # noqa: E731
    answer = ask("asdf qwzx", Catalog((AIRLINES,)), run, lang="en", check=lambda text, _: CheckedSql(text, ()))
    assert answer.error[0].startswith("sql.ask.nothing_linked")
    assert "asdf" in answer.error[1]["words"]
