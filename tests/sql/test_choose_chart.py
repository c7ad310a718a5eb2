"""The chart rules against results with the chart an analyst would pick (tests/charts/*.json)."""

import json
from pathlib import Path

import pytest

from core.records import QueryResult
from core.sql.charts.choose import choose_chart, possible_charts
from core.sql.charts.shape import read_wishes

FOLDER = Path(__file__).resolve().parent.parent / "charts"
CASES = json.loads((FOLDER / "chart_cases.json").read_text("utf-8"))
ASIDE = json.loads((FOLDER / "chart_cases_aside.json").read_text("utf-8"))


def result_of(case):
    return QueryResult(tuple(case["columns"]), tuple(case["types"]), tuple(map(tuple, case["rows"])))


def agrees(case):
    spec = choose_chart(result_of(case), case["question"], case["lang"])
    wanted = {name: case[name] for name in ("x", "color") if name in case}
    ok = spec.kind == case["kind"] and all(getattr(spec, name) == value for name, value in wanted.items())
    return ok and ("y" not in case or list(spec.y) == case["y"]), spec


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_an_analyst_would_pick_the_same(case):
    ok, spec = agrees(case)
    assert ok, spec


@pytest.mark.parametrize(
    ("question", "kind", "intent"),
    [
        ("ventas por línea de producto", None, None),
        ("ventas en línea por mes", None, None),
        ("ventas por mes como línea", "line", None),
        ("sales as a pie chart", "bar", None),
        ("gráfico de dispersión de precio y peso", "scatter", None),
        ("dispersión de los salarios", None, "spread"),
        ("¿hay relación entre precio y peso?", None, "relation"),
        ("the best month", None, "ranking"),
        ("desglose por país", None, "share"),
    ],
)
def test_words_of_the_question(question, kind, intent):
    found, intents = read_wishes(question)
    assert found == kind
    assert intent is None or intent in intents


def test_a_wish_is_granted_only_where_the_columns_can_carry_it():
    names = QueryResult(("name",), ("VARCHAR",), (("Ann",), ("Bob",)))
    assert choose_chart(names, "names as a line chart").kind == "table"


@pytest.mark.parametrize("case", CASES + ASIDE, ids=[case["id"] for case in CASES + ASIDE])
def test_every_offered_chart_names_columns_that_exist(case):
    offered = possible_charts(result_of(case), case["lang"])
    assert len({spec.kind for spec in offered}) == len(offered)
    assert offered[0].kind == "table" or any(spec.kind == "table" for spec in offered)
    for spec in offered:
        assert {*spec.y, *filter(None, (spec.x, spec.color))} <= set(case["columns"])


@pytest.mark.parametrize("case", ASIDE, ids=[case["id"] for case in ASIDE])
def test_the_same_on_cases_that_the_rules_were_not_made_for(case):
    ok, spec = agrees(case)
    assert ok, spec
