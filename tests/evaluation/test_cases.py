"""Case files of every format, and what an answer is worth against its case, counted by hand."""

import json
from dataclasses import replace

import pytest

from core.errors import AppError
from core.evaluation.cases import EvalCase, read_case_file, to_case, to_jsonl
from core.evaluation.score import score, summarise
from core.records import Answer, ChartSpec, Check, CheckedSql, Citation, Hit, QueryResult, Route, SqlAnswer


def answer(**fields):
    return Answer(
        "q", "q", "en", Route("documents", ""), fields.pop("status", "answered"), fields.pop("text", ""), **fields
    )


def quote(text, file="a.pdf", page=1, verified=True):
    return Citation(1, 1, file, page, text, 0, len(text), 1.0, verified)


def hit(file):
    return Hit(1, 1, file, 1, "t", 1.0)


def rows(*values):
    return QueryResult(("n",), ("BIGINT",), tuple((value,) for value in values))


def from_rows(result, kind="bar"):
    return SqlAnswer("q", "en", CheckedSql("SELECT 1", ()), result, ChartSpec(kind))


def never(sql):
    raise AssertionError(sql)


def test_files_of_every_format(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"question": "¿Cuántos?", "answers": ["3"], "file": "a.pdf", "page": 2}\n\n'
        '{"id": "x", "question": "why?", "answerable": false}\n',
        encoding="utf-8",
    )
    first, second = read_case_file(tmp_path / "a.jsonl")
    assert (first.id, first.lang, first.kind, first.files, first.page) == ("1", "es", "documents", ("a.pdf",), 2)
    assert (second.id, second.kind, second.answerable) == ("x", "none", False)

    (tmp_path / "b.csv").write_text("question,answers,gold_sql,lang\nhow many?,3|three,SELECT 3,en\n", encoding="utf-8")
    (case,) = read_case_file(tmp_path / "b.csv")
    assert (case.kind, case.answers, case.gold_sql) == ("both", ("3", "three"), "SELECT 3")

    squad = {
        "data": [
            {
                "paragraphs": [
                    {
                        "qas": [
                            {"id": "1", "question": "who?", "answers": [{"text": "Ana"}, {"text": "Ana"}]},
                            {"id": "2", "question": "when?", "answers": [], "is_impossible": True},
                        ]
                    }
                ]
            }
        ]
    }
    (tmp_path / "c.json").write_text(json.dumps(squad), encoding="utf-8")
    assert [(c.answers, c.kind) for c in read_case_file(tmp_path / "c.json")] == [(("Ana",), "documents"), ((), "none")]

    (tmp_path / "d.json").write_text(json.dumps([{"db_id": "shop", "question": "list", "query": "SELECT 1"}]))
    (case,) = read_case_file(tmp_path / "d.json")
    assert (case.kind, case.db, case.gold_sql) == ("data", "shop", "SELECT 1")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.jsonl", '{"question": "x"}\n{"q": 1}', "2"),
        ("a.jsonl", "not json", "1"),
        ("a.jsonl", '{"question": "x", "kind": "poem"}', "poem"),
        ("a.csv", "question\n", "a.csv"),
    ],
)
def test_a_bad_line_is_named(tmp_path, name, text, says):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AppError) as error:
        read_case_file(tmp_path / name)
    assert says in str(error.value.params.values())


def test_written_cases_are_read_back(tmp_path):
    cases = [
        EvalCase("1", "¿Qué?", "es", "both", ("a",), 3, ("x", "y"), "SELECT 1"),
        EvalCase("2", "who?", "en", "none"),
    ]
    (tmp_path / "x.jsonl").write_text(to_jsonl(cases), encoding="utf-8")
    assert read_case_file(tmp_path / "x.jsonl") == cases


def test_documents_answer_by_hand():
    case = to_case({"question": "q", "lang": "en", "files": ["a.pdf"], "page": 4, "answers": ["12  tonnes"]})
    given = answer(
        hits=(hit("b.pdf"), hit("b.pdf"), hit("a.pdf")),
        citations=(quote("nothing", "b.pdf"), quote("It was 12 tonnes.", "a.pdf", 4), quote("12", "a.pdf", 5, False)),
        checks=(Check("x", "supported", ""), Check("y", "unsupported", "")),
    )
    found = score(case, given, never)
    assert found["recall1"] == 0.0 and found["recall5"] == 1.0 and found["mrr"] == 0.5
    assert found["first_quote"] == 0.0 and found["answer_found"] == 1.0
    assert found["verbatim"] == pytest.approx(2 / 3)
    assert found["citation_precision"] == pytest.approx(1 / 3)
    assert found["citation_recall"] == 0.5
    assert found["right"] == 1.0
    assert score(case, replace(given, status="not_found"), never)["right"] == 0.0


def test_declining_counts_only_where_nothing_answers():
    case = to_case({"question": "q", "answerable": False})
    assert score(case, answer(status="not_found"), never) == {"declined": 1.0, "right": 1.0}
    assert score(case, answer(), never)["right"] == 0.0


def test_rows_against_gold_rows():
    case = to_case({"question": "q", "gold_sql": "SELECT n FROM t ORDER BY n", "chart": "line"})
    gold = {"SELECT n FROM t ORDER BY n": rows(1, 2)}
    right = score(case, answer(data=from_rows(rows(1, 2))), gold.get)
    assert (right["execution"], right["valid_sql"], right["chart"], right["right"]) == (1.0, 1.0, 0.0, 1.0)
    assert score(case, answer(data=from_rows(rows(2, 1))), gold.get)["right"] == 0.0  # the gold has an order
    failed = answer(data=from_rows(QueryResult(error=("x", {}))))
    assert score(case, failed, gold.get)["valid_sql"] == 0.0
    assert score(case, answer(), gold.get)["right"] == 0.0


def test_both_sides_must_be_right():
    case = to_case({"question": "q", "gold_sql": "SELECT 1", "answers": ["late"]})
    both = answer(text="It was late.", data=from_rows(rows(1)))
    assert case.kind == "both"
    assert score(case, both, lambda _: rows(1))["right"] == 1.0
    assert score(case, both, lambda _: rows(2))["right"] == 0.0
    assert score(case, replace(both, text="It was early."), lambda _: rows(1))["right"] == 0.0


def test_means_are_over_the_cases_that_have_the_metric():
    assert summarise([{"a": 1.0, "b": 0.5}, {"a": 0.0}]) == {"a": 0.5, "b": 0.5}
