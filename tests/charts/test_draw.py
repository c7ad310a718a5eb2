"""Figures: every offered chart of every case draws in both languages and themes, and no text of the data is markup."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.charts.arrange import arrange_bars, natural_order, with_gaps
from core.charts.curves import Curve, Estimate, draw_estimates, draw_lines
from core.charts.draw import draw, number_cards
from core.charts.escape import escape
from core.charts.fields import read_fields
from core.charts.numbers import axis_ticks, format_column, format_value
from core.charts.spread import box_summary, histogram_bins
from core.records import ChartSpec, QueryResult
from core.sql.charts.choose import possible_charts

HERE = Path(__file__).resolve().parent
CASES = [c for n in ("chart_cases", "chart_cases_aside") for c in json.loads((HERE / f"{n}.json").read_text("utf-8"))]
HOSTILE = "<a href='javascript:alert(1)'>x</a><b>%{x}</b> $\\alpha$ \u202e&lt;"


def result_of(case):
    return QueryResult(tuple(case["columns"]), tuple(case["types"]), tuple(map(tuple, case["rows"])))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_offered_chart_draws(case):
    result = result_of(case)
    for lang, theme in (("es", "dark"), ("en", "light")):
        for spec in possible_charts(result, lang):
            figure = draw(spec, result, lang, theme)
            assert figure.layout.height > 100
            assert not figure.layout.images


@pytest.mark.parametrize(
    "kind", ["bar", "line", "grouped_bar", "stacked_bar", "heatmap", "table", "box", "scatter", "number"]
)
def test_text_from_data_is_never_markup(kind):
    rows = tuple((HOSTILE + str(i), HOSTILE + str(i % 2), float(i), 2.0 * i) for i in range(6))
    result = QueryResult((HOSTILE, "g", "a", "b"), ("VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE"), rows)
    color = "g" if kind in ("grouped_bar", "stacked_bar", "heatmap") else None
    x = "a" if kind == "scatter" else HOSTILE
    text = draw(ChartSpec(kind, x, ("b",), color, title=HOSTILE), result).to_json()
    assert "javascript" in text
    assert not any(mark in text for mark in ("<a ", "\\u003ca ", "$\\\\alpha", "\u202e", "\\u202e"))


def test_escape_keeps_what_is_harmless():
    assert escape("Ñandú & Cía <3") == "Ñandú &amp; Cía &lt;3"
    assert escape("a\nb\x00c") == "a b c"
    assert len(escape("x" * 500, 50)) == 50


@pytest.mark.parametrize(
    ("value", "unit", "compact", "en", "es"),
    [
        (1234567.5, "", False, "1,234,567.5", "1.234.567,5"),
        (12400000, "", True, "12.4M", "12,4 M"),
        (1.2e9, "", True, "1.2B", "1,2 mil M"),
        (0.124, "fraction", False, "12.4%", "12,4 %"),
        (12.4, "percent", False, "12.4%", "12,4 %"),
        (12.5, "€", False, "€12.50", "12,50 €"),
        (-0.00123, "", False, "−0.00123", "−0,00123"),
        (-0.00000000001, "percent", False, "0%", "0 %"),
    ],
)
def test_numbers_in_words(value, unit, compact, en, es):
    assert format_value(value, "en", unit, compact) == en
    assert format_value(value, "es", unit, compact) == es


def test_large_numbers_beside_one_another_share_a_power_of_ten():
    assert format_column([2_671_701.98, 763_443.42, None, -1e6], "es", compact=True) == [
        "2,67 M",
        "0,76 M",
        "",
        "−1,00 M",
    ]
    assert format_column([2.6e9, 1.2e9], "en", "$", compact=True) == ["$2.6B", "$1.2B"]
    assert format_column([2_671_701.98, 12.5], "en", compact=True) == ["2.7M", "12.5"]


def test_axis_ticks_are_round_and_alike():
    assert axis_ticks(0, 12_000_000, "es")[1] == ["0", "2 M", "4 M", "6 M", "8 M", "10 M", "12 M"]
    assert axis_ticks(0, 12000, "es", count=3)[1] == ["0", "5.000", "10.000"]
    assert axis_ticks(0, 0.5, "en", "fraction")[1] == ["0%", "10%", "20%", "30%", "40%", "50%"]


def test_a_long_tail_is_folded_only_where_it_may_be_summed():
    rows = tuple((f"c{i}", 100 - i) for i in range(45))
    counted = read_fields(QueryResult(("c", "count"), ("VARCHAR", "BIGINT"), rows))
    grid = arrange_bars(counted[0], [counted[1]], "en")
    assert grid.labels[-1] == "Other (30)"
    assert sum(grid.series[0].y) == sum(n for _, n in rows)
    average = read_fields(QueryResult(("c", "avg(x)"), ("VARCHAR", "DOUBLE"), rows))
    grid = arrange_bars(average[0], [average[1]], "en")
    assert len(grid.labels) == 20
    assert grid.note == "First 20 of 45 rows"
    assert arrange_bars(counted[0], [counted[1]], "en", whole=False).rest is None


def test_orders_that_values_have_by_themselves():
    assert natural_order(["56+", "18-25", "<18", "26-35"]) == ["<18", "18-25", "26-35", "56+"]
    assert natural_order(["L", "S", "XL", "M"]) == ["S", "M", "L", "XL"]
    assert natural_order(["Ann", "Bob"]) is None


def test_a_line_breaks_where_a_month_is_missing():
    assert with_gaps([0, 1, 2, 4], [1, 2, 3, 4], "month") == ([0, 1, 2, 3.0, 4], [1, 2, 3, None, 4])


def test_histogram_counts_every_value_once():
    values = [0, 0.5, 1, 1, 2, 3, 3, 9.99, 10]
    edges, counts = histogram_bins(values)
    assert sum(counts) == len(values)
    for i, count in enumerate(counts):
        last = i == len(counts) - 1
        assert count == sum(edges[i] <= v < edges[i + 1] or (last and v == edges[-1]) for v in values)


def test_box_summary():
    box = box_summary([1, 2, 3, 4, 100])
    assert (box["q1"], box["median"], box["q3"], box["low"], box["high"], box["beyond"]) == (2, 3, 4, 1, 4, [100])


def test_cards_of_one_row():
    result = QueryResult(("sum(x)", "n"), ("DOUBLE", "BIGINT"), ((1234.5, None),))
    cards = number_cards(ChartSpec("number", y=("sum(x)", "n")), result, "es")
    assert [(card.label, card.value) for card in cards] == [("Suma de x", "1234,5"), ("N", "(sin valor)")]


def test_curves_and_estimates_for_other_pages():
    days = [dt.datetime(2024, 1, day) for day in (1, 2, 5)]
    figure = draw_lines([Curve("base", days, [1, 2, 3], [0, 1, 2], [2, 3, 4])], lang="es", theme="dark")
    assert len(figure.data) == 2
    assert draw_lines([], lang="en").layout.height
    runs = [Estimate("base", 0.5, 0.4, 0.6), Estimate("new", 0.7, 0.6, 0.8)]
    assert len(draw_estimates(runs, lang="en", unit="fraction", reference=0.5).data[0].x) == 2


@pytest.mark.parametrize(
    "spec",
    [
        ChartSpec("histogram", "who"),
        ChartSpec("scatter", "who", ("n",)),
        ChartSpec("bar", "who"),
        ChartSpec("line", "gone", ("n",)),
        ChartSpec("bar", "n", ("who",)),
        ChartSpec("number"),
    ],
)
def test_a_chart_that_does_not_fit_becomes_a_table(spec):
    result = QueryResult(("who", "n"), ("VARCHAR", "BIGINT"), (("a", 1), ("b", 2)))
    assert draw(spec, result).data[0].type == "table"


def test_a_result_of_ranks_alone_still_draws():
    rows = (("2024-01-01", 1.0), ("2024-02-03", None))
    result = QueryResult(("month", "rank"), ("DATE", "DOUBLE"), rows)
    for spec in possible_charts(result):
        assert draw(spec, result, "es").layout.height


def test_labels_of_many_upright_bars_keep_apart():
    days = tuple((f"2026-10-{day:02d}", kind, day) for day in range(1, 32) for kind in ("a", "b"))
    result = QueryResult(("day", "kind", "n"), ("DATE", "VARCHAR", "BIGINT"), days)
    figure = draw(ChartSpec("stacked_bar", "day", ("n",), "kind"), result)
    labels = figure.layout.xaxis.ticktext
    assert 4 <= len(labels) <= 10
    assert len(figure.data[0].x) == 31


def test_a_line_over_minutes_fills_its_chart():
    rows = tuple((f"2026-10-05 10:{minute:02d}:00", 1.5 * minute) for minute in range(0, 30, 5))
    figure = draw(ChartSpec("line", "at", ("ms",)), QueryResult(("at", "ms"), ("TIMESTAMP", "DOUBLE"), rows), "es")
    low, high = figure.layout.xaxis.range
    assert (max(figure.data[0].x) - min(figure.data[0].x)) / (high - low) > 0.9


def test_times_in_clusters_are_labelled_evenly():
    minutes = (0, 1, 2, 3, 4, 5, 6, 118)
    rows = tuple((f"2026-10-05 {10 + m // 60}:{m % 60:02d}:20", float(m)) for m in minutes)
    figure = draw(ChartSpec("line", "at", ("ms",)), QueryResult(("at", "ms"), ("TIMESTAMP", "DOUBLE"), rows), "es")
    assert figure.layout.xaxis.ticktext == ("10:15<br>5 oct", "10:30", "10:45", "11:00", "11:15", "11:30", "11:45")


def test_how_many_amounts_there_are_is_no_amount():
    result = QueryResult(("name", "distinct Importe (€)"), ("VARCHAR", "BIGINT"), (("a", 15), ("b", 16)))
    assert [field.unit for field in read_fields(result)] == ["", ""]
    result = QueryResult(("name", "total Importe (€)"), ("VARCHAR", "DOUBLE"), (("a", 15.0), ("b", 16.0)))
    assert read_fields(result)[1].unit == "€"


def test_bars_over_hours_name_the_day_once():
    rows = tuple((f"2026-10-05 {hour:02d}:30:00", hour + 1) for hour in range(24))
    figure = draw(ChartSpec("bar", "at", ("n",)), QueryResult(("at", "n"), ("TIMESTAMP", "BIGINT"), rows), "es")
    labels = figure.layout.xaxis.ticktext
    assert labels[0] == "00:30<br>5 oct" and all("oct" not in label for label in labels[1:])
    assert len(labels) <= 8


def test_every_month_of_a_year_keeps_its_label_and_values_without_room_stand_on_the_axis():
    rows = tuple((month, 500000.25 + 1000 * month) for month in range(1, 13))
    result = QueryResult(("mes", "importe (€)"), ("BIGINT", "DOUBLE"), rows)
    figure = draw(ChartSpec("bar", "mes", ("importe (€)",)), result, "es")
    assert len(figure.layout.xaxis.ticktext) == 12
    assert figure.data[0].text is None and figure.layout.yaxis.ticktext
    few = QueryResult(result.columns, result.types, rows[:3])
    assert draw(ChartSpec("bar", "mes", ("importe (€)",)), few, "es").data[0].text[0] == "501.000 €"


def test_every_bar_of_a_category_keeps_its_label():
    names = ("Nórdicos", "Centroeuropa", "Iberia Norte", "Iberia Sur", "Francia", "Italia")
    result = QueryResult(
        ("region", "total"), ("VARCHAR", "BIGINT"), tuple((name, 9 - n) for n, name in enumerate(names))
    )
    layout = draw(ChartSpec("bar", "region", ("total",)), result, "es").layout
    assert set(names) <= {*(layout.xaxis.ticktext or ()), *(layout.yaxis.ticktext or ())}


HALF_IMPORTED = """
import sys, threading
import plotly.graph_objects
from core.charts.draw import draw
from core.records import ChartSpec, QueryResult

rows = QueryResult(("a", "n"), ("VARCHAR", "DOUBLE"), (("x", 1.0), ("y", 2.0)))
importing = threading.Thread(target=__import__, args=("pandas",))
importing.start()
while "pandas" not in sys.modules:
    pass
draw(ChartSpec("bar", "a", ("n",)), rows)
importing.join()
"""


def test_a_chart_waits_for_pandas_that_another_thread_is_importing():
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run([sys.executable, "-c", HALF_IMPORTED], cwd=root, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
