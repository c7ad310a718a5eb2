"""Periods and grains from words, in both languages, with a fixed today."""

import datetime

import pytest

from core.sql.language.lexicon import builtin_lexicon
from core.sql.language.periods import find_grain, find_periods
from core.sql.language.question import tokenize

TODAY = datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("question", "lang", "first", "after"),
    [
        ("sales in 2024", "en", "2024-01-01", "2025-01-01"),
        ("sales in March 2024", "en", "2024-03-01", "2024-04-01"),
        ("ventas de marzo de 2024", "es", "2024-03-01", "2024-04-01"),
        ("sales in Q3 2025", "en", "2025-07-01", "2025-10-01"),
        ("ventas del tercer trimestre de 2025", "es", "2025-07-01", "2025-10-01"),
        ("sales last month", "en", "2026-10-01", "2026-11-01"),
        ("ventas del mes pasado", "es", "2026-10-01", "2026-11-01"),
        ("ventas de este año", "es", "2026-01-01", "2027-01-01"),
        ("sales of the last 30 days", "en", "2026-10-25", "2026-11-24"),
        ("ventas de los últimos 7 días", "es", "2026-11-17", "2026-11-24"),
        ("orders on 2024-02-29", "en", "2024-02-29", "2024-03-01"),
        ("ventas del primer semestre de 2024", "es", "2024-01-01", "2024-07-01"),
        ("sales in the last quarter of 2025", "en", "2025-10-01", "2026-01-01"),
        ("ventas del último mes de 2024", "es", "2024-12-01", "2025-01-01"),
        ("sales in December", "en", "2025-12-01", "2026-01-01"),
        ("ventas entre octubre y diciembre", "es", "2025-10-01", "2026-01-01"),
        ("sales on 9 March 2024", "en", "2024-03-09", "2024-03-10"),
        ("sales on March 9th, 2024", "en", "2024-03-09", "2024-03-10"),
        ("ventas del 9 de marzo", "es", "2026-03-09", "2026-03-10"),
        ("ventas entre el 3 de marzo y el 5 de abril de 2024", "es", "2024-03-03", "2024-04-06"),
        ("sales from 2025 to 2023", "en", "2023-01-01", "2026-01-01"),
        ("sales on 30 February 2024", "en", "2024-03-01", "2024-03-01"),
    ],
)
def test_periods(question, lang, first, after):
    (period,) = find_periods(tokenize(question, lang, builtin_lexicon()), TODAY)
    assert (str(period.first), str(period.after)) == (first, after)


@pytest.mark.parametrize(
    "question", ["sales of more than 2000", "sales above 1950", "at least 2010 units", "repairs over 1990 euros"]
)
def test_an_amount_is_no_year(question):
    assert not find_periods(tokenize(question, "en", builtin_lexicon()), TODAY)


@pytest.mark.parametrize(
    ("question", "lang", "unit"),
    [
        ("sales by month", "en", "month"),
        ("ventas por trimestre", "es", "quarter"),
        ("monthly revenue", "en", "month"),
        ("growth month over month", "en", "month"),
        ("ventas de cada año", "es", "year"),
        ("sales by channel and quarter", "en", "quarter"),
        ("ventas por semestre", "es", "half"),
        ("list all customers", "en", None),
        ("sales by hour of the day", "en", "hour"),
        ("pieces per hour", "en", None),
        ("ventas por hora del día", "es", "hour"),
    ],
)
def test_grains(question, lang, unit):
    grain = find_grain(tokenize(question, lang, builtin_lexicon()))
    assert (grain.unit if grain else None) == unit
