"""Roles, grains and units of columns, and periods in words."""

import datetime as dt

import pytest

from core.charts.fields import read_fields, same_scale
from core.charts.periods import period_label, read_slashed, read_text
from core.charts.titles import humanise, join_words
from core.records import QueryResult


def field(name, type_name, values):
    return read_fields(QueryResult((name,), (type_name,), tuple((v,) for v in values)))[0]


@pytest.mark.parametrize(
    ("name", "type_name", "values", "role", "grain", "unit"),
    [
        ("año", "BIGINT", [2019, 2020], "time", "year", ""),
        ("number_of_years", "BIGINT", [2019, 2020], "measure", "", ""),
        ("month", "BIGINT", [1, 12], "time", "month_of_year", ""),
        ("month", "BIGINT", [1, 13], "measure", "", ""),
        ("mes", "BIGINT", [202401, 202402], "time", "month", ""),
        ("d", "DATE", ["2024-01-01", "2024-02-01"], "time", "month", ""),
        ("d", "DATE", [dt.date(2024, 1, 1), dt.date(2024, 1, 3)], "time", "day", ""),
        ("t", "TIMESTAMP", ["2024-01-01 10:30:00"], "time", "moment", ""),
        ("p", "VARCHAR", ["1T 2024", "2T 2024"], "time", "quarter", ""),
        ("p", "VARCHAR", ["ene-24", "feb-24"], "time", "month", ""),
        ("p", "VARCHAR", ["13/02/2024", "01/03/2024"], "time", "day", ""),
        ("p", "VARCHAR", ["03/02/2024", "01/03/2024"], "category", "", ""),
        ("p", "VARCHAR", ["2024", "unknown"], "category", "", ""),
        ("customer_id", "BIGINT", [1, 2], "id", "", ""),
        ("count(customer_id)", "BIGINT", [1, 2], "measure", "", ""),
        ("paid", "BOOLEAN", [True, False], "category", "", ""),
        ("tags", "VARCHAR[]", [["a"], ["b"]], "other", "", ""),
        ("Importe (€)", "DOUBLE", [1.5], "measure", "", "€"),
        ("pct", "DOUBLE", [20.0, 80.0], "measure", "", "percent"),
        ("pct", "DOUBLE", [0.2, 0.8], "measure", "", "fraction"),
        ("pct", "DOUBLE", [0.2, 0.3], "measure", "", ""),
        ("churn_rate", "DOUBLE", [0.2, 0.3], "measure", "", "fraction"),
        ("exchange_rate", "DOUBLE", [1.08, 1.1], "measure", "", ""),
        ("importe", "DECIMAL(18,2)", ["12.50", None], "measure", "", ""),
    ],
)
def test_role_grain_and_unit(name, type_name, values, role, grain, unit):
    found = field(name, type_name, values)
    assert (found.role, found.grain, found.unit) == (role, grain, unit)


def test_values_that_are_not_numbers_are_missing():
    assert field("x", "DOUBLE", ["12.5", float("nan"), None]).values == (12.5, None, None)


def test_day_and_month_are_never_guessed():
    assert read_slashed(["02/13/2024", "03/01/2024"]) == [dt.datetime(2024, 2, 13), dt.datetime(2024, 3, 1)]
    assert read_slashed(["13/02/2024", "02/13/2024"]) is None


@pytest.mark.parametrize("text", ["", "May the force", "2024-13-01", "Q5 2024", "12", "2024-W60", "1234567"])
def test_what_is_no_period(text):
    assert read_text(text) is None


def test_period_labels_follow_the_language():
    march = dt.datetime(2024, 3, 1)
    assert period_label(march, "month", "es") == "marzo de 2024"
    assert period_label(march, "month", "en", short=True) == "Mar 2024"
    assert period_label(march, "quarter", "es") == "T1 2024"
    assert period_label(2, "weekday", "es") == "martes"


@pytest.mark.parametrize(
    ("header", "en", "es"),
    [
        ("count_star()", "Number of rows", "Número de filas"),
        ("sum(total_freight)", "Sum of total freight", "Suma de total freight"),
        ("PriceUSD", "Price USD", "Price USD"),
        ("Importe (€)", "Importe (€)", "Importe (€)"),
    ],
)
def test_headers_become_words(header, en, es):
    assert (humanise(header, "en"), humanise(header, "es")) == (en, es)


def test_lists_of_words():
    assert join_words(["ventas", "ingresos"], "es") == "ventas e ingresos"
    assert join_words(["ventas", "hielo"], "es") == "ventas y hielo"
    assert join_words(["a", "b", "c"], "en") == "a, b and c"


def test_one_axis_only_for_like_measures():
    rows = tuple((float(i), 1000.0 * i, 2.0 * i) for i in range(1, 5))
    a, b, c = read_fields(QueryResult(("a", "b", "c"), ("DOUBLE",) * 3, rows))
    assert same_scale([a, c])
    assert not same_scale([a, b])
