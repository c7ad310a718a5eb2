"""Execution accuracy is counted right, against hand values."""

import json

import pytest

from core.evaluation.sql_cases import is_ordered, kind_of_query, measure_cases, read_sql_cases, summarize
from core.records import QueryResult, Reading, SqlAnswer
from core.sql.parser.compare import same_answer

ROWS = {"gold": [(1,), (2,)], "same": [(2,), (1,)], "other": [(3,)]}


def run(db, sql):
    return QueryResult(("n",), ("INTEGER",), tuple(ROWS[sql])) if sql in ROWS else QueryResult(error=("errors.sql", {}))


def test_right_among_and_sure_shares(tmp_path):
    lines = [
        {"id": "a", "question": "first", "db": "d", "gold_sql": "gold"},
        {"id": "b", "question": "second", "file": "d", "gold_sql": "gold"},
        {"id": "c", "question": "third", "db": "d", "gold_sql": "fails"},
        {"id": "d", "question": "fourth", "db": "d", "gold_sql": ["gold", "other"]},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    def answer(case):
        first, second = ("same", "other") if case.id == "a" else ("other", "same")
        confidence = 0.9 if case.id == "a" else 0.2
        return SqlAnswer(
            case.question, "en", None, run("d", first), alternatives=(Reading("", second),), confidence=confidence
        )

    score = summarize(measure_cases(read_sql_cases(path), answer, run))
    assert (score.cases, score.right, score.among, score.sure_right) == (3, 2 / 3, 1.0, 1.0)
    assert score.confident == (1, 1)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT a FROM t", "list"),
        ("SELECT a FROM t WHERE b = 'group by'", "filter"),
        ("SELECT count(*) FROM t", "aggregate"),
        ("SELECT a, count(*) FROM t GROUP BY a", "group"),
        ("SELECT a FROM t ORDER BY b LIMIT 1", "top"),
        ("SELECT a FROM t WHERE b > (SELECT avg(b) FROM t)", "nested"),
        ("SELECT a FROM t UNION SELECT a FROM u", "set"),
        ("SELECT a, sum(b) OVER (ORDER BY a) FROM t", "window"),
    ],
)
def test_kinds_of_query(sql, kind):
    assert kind_of_query(sql) == kind


def test_order_counts_only_outside_brackets():
    assert is_ordered("SELECT a FROM t ORDER BY a")
    assert not is_ordered("SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 3)")


@pytest.mark.parametrize(
    ("gold", "found", "same"),
    [
        ((48.8, 33.9), (48.79902, 33.90199), True),
        ((48.79902, 33.90199), (33.9, 48.8), True),
        ((48.8, 33.91), (48.79902, 33.90199), False),
        ((3, 4), (3.001, 4.0), False),
    ],
)
def test_a_figure_rounded_to_two_decimals_is_the_same(gold, found, same):
    results = [QueryResult(("share",), ("DOUBLE",), tuple((value,) for value in rows)) for rows in (gold, found)]
    assert same_answer(*results) is same
