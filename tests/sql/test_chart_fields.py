"""Which columns a chart may be made of, on every chart that the cases of the rules offer: each choice draws."""

import json
from pathlib import Path

import pytest

from core.charts.draw import draw
from core.records import ChartSpec, QueryResult
from core.sql.charts.choose import possible_charts
from core.sql.charts.fields import FieldChoices, change_fields, field_choices

CASES = json.loads((Path(__file__).parents[1] / "charts" / "chart_cases.json").read_text("utf-8"))
SALES = QueryResult(
    ("month", "region", "total", "orders", "price"),
    ("DATE", "VARCHAR", "DECIMAL(12,2)", "BIGINT", "DOUBLE"),
    tuple(
        (f"2025-{month:02d}-01", region, month * 10 + n, month, 1.5 * month + n)
        for month in range(1, 7)
        for n, region in enumerate(("Norte", "Sur"))
    ),
)


def result_of(case):
    return QueryResult(tuple(case["columns"]), tuple(case["types"]), tuple(map(tuple, case["rows"])))


def named(result, name):
    return [row[result.columns.index(name)] for row in result.rows]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_choice_draws_and_is_a_choice_again(case):
    result = result_of(case)
    if len(set(result.columns)) < len(result.columns):
        pytest.skip("columns of one name cannot be told apart")
    for spec in possible_charts(result, "en"):
        choices = field_choices(spec, result)
        for part in ("x", "color"):
            for name in getattr(choices, part):
                changed = change_fields(spec, result, "en", **{part: name})
                assert getattr(changed, part) == name
                assert changed.kind == spec.kind
                assert changed.x in field_choices(changed, result).x
                assert draw(changed, result, "en").layout.height > 100


def test_an_axis_and_a_colour_change_places():
    spec = ChartSpec("stacked_bar", "month", ("total",), "region")
    changed = change_fields(spec, SALES, "en", x="region")
    assert (changed.x, changed.color, changed.y) == ("region", "month", ("total",))
    assert changed.title and changed.reason == ""


def test_bars_are_offered_only_columns_that_name_each_row_once():
    assert field_choices(ChartSpec("bar", "month", ("total",)), SALES).x == ()
    one = QueryResult(SALES.columns, SALES.types, SALES.rows[::2])
    choices = field_choices(ChartSpec("bar", "month", ("total",)), one)
    assert "month" in choices.x and "region" not in choices.x
    assert len(set(named(one, "month"))) == len(one.rows)
    assert choices.several and set(choices.y) >= {"total", "price"}


def test_prices_are_not_stacked_and_figures_have_no_columns_to_choose():
    choices = field_choices(ChartSpec("stacked_bar", "month", ("total",), "region"), SALES)
    assert "price" not in choices.y and {"total", "orders"} <= set(choices.y)
    assert field_choices(ChartSpec("number", None, ("total",)), SALES) == FieldChoices()


def test_several_measures_are_kept_in_their_order_up_to_four():
    one = QueryResult(SALES.columns, SALES.types, SALES.rows[::2])
    spec = ChartSpec("line", "month", ("total",))
    assert change_fields(spec, one, "es", y=("price", "total")).y == ("price", "total")
    assert change_fields(spec, one, "es", y=()).y == ("total",)
    assert change_fields(spec, one, "es", x="gone") == spec
