"""How figures, dates and limits are read: pairs of what stands in a text and what it means."""

import pytest

from core.lexicon.bounds import bound_of, turned
from core.validation.dates import Moment, read_dates
from core.validation.match import close
from core.validation.older import is_older
from core.validation.quantities import read_quantities
from core.validation.separators import decimal_mark


@pytest.mark.parametrize(
    ("text", "value", "kind", "unit"),
    [
        ("nearly two thirds of revenue", 66.67, "percent", ""),
        ("nueve de cada diez clientes", 90.0, "percent", ""),
        ("half a million euros", 500_000.0, "number", "EUR"),
        ("seis décimas", 0.6, "points", ""),
        ("half a point", 0.5, "points", ""),
        ("12.000 metros cúbicos", 12_000.0, "number", "cubic_metre"),
        ("NOK 3,218 million", 3_218_000_000.0, "number", "NOK"),
        ("the fifteenth day", 15.0, "number", "day"),
    ],
)
def test_a_figure_and_what_it_says(text, value, kind, unit):
    (found,) = read_quantities(text)
    assert found.readings[0][0] == pytest.approx(value, abs=0.01)
    assert (found.kind, found.unit) == (kind, unit)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03", Moment(2025, None, 3)),
        ("H2 2026", Moment(2026, half=2)),
        ("primer semestre de 2024", Moment(2024, half=1)),
    ],
)
def test_a_period_and_its_reading(text, moment):
    assert read_dates(text)[0].readings[0] == moment


def test_a_month_lies_in_its_half():
    assert Moment(2026, half=2).agrees(Moment(2026, None, 9))
    assert not Moment(2026, half=2).agrees(Moment(2026, None, 3))


@pytest.mark.parametrize(
    ("text", "lang", "mark"),
    [
        ("Revenue 1,234 and margin 12.5% or 3.75", "en", "."),
        ("Ingresos 1.234 y margen 12,5 %", "es", ","),
        ("Ventas 1,234.50 y 2,345.75 y 12.5 %", "es", ""),
        ("nothing to tell", "en", "."),
    ],
)
def test_the_decimal_mark_of_a_text(text, lang, mark):
    assert decimal_mark(text, lang) in ({mark, "."} if not mark else {mark})


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("about 12.4 million", 12_412_300.0, True),
        ("about 64%", 59.7, False),
        ("roughly 60%", 59.7, True),
        ("more than 68,000", 68_420.0, True),
        ("more than 70,000", 68_420.0, False),
        ("almost 3,000", 2_965.0, True),
        ("unos 20.300", 20_305.0, True),
    ],
)
def test_about_reaches_as_far_as_its_last_digit(text, value, fits):
    assert close(read_quantities(text)[0], value) is fits


@pytest.mark.parametrize(
    ("before", "after", "bound"),
    [
        ("Trips may last no longer than ", " days", "ceiling"),
        ("ningún cliente debería superar el ", " %", "ceiling"),
        ("un seguro de al menos ", " euros", "floor"),
        ("puede variar más de un ", " %", "over"),
        ("it is ", " days at most", "ceiling"),
        ("it was ", " days", ""),
    ],
)
def test_a_limit_in_words(before, after, bound):
    assert bound_of(before, after) == bound


def test_a_ceiling_is_no_floor():
    assert turned("over", "ceiling")
    assert not turned("over", "over")
    assert not turned("", "ceiling")


@pytest.mark.parametrize(
    ("before", "after", "older"),
    [
        ("fell to 0.92% from ", "", True),
        ("pasó del ", " al 83,9 %", True),
        ("frente a los ", "", True),
        ("it was ", " a year earlier", True),
        ("it was ", " fewer than a year earlier", False),
    ],
)
def test_what_came_before(before, after, older):
    assert is_older(before, after) is older
