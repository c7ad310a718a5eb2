"""Two short answers beside each other: do they exclude each other, and which is more by how much."""

import pytest

from core.amounts import Amounts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 días", "45 días"),
        ("three days", "5 días"),
        ("1,85 millones de euros", "1,65 millones de euros"),
        ("$12.4 million", "$12,100,000"),
        ("48 hours", "3 days"),
        ("12 %", "15 %"),
        ("18 November 2025", "19 November"),
        ("10:00", "10:30"),
        ("2019", "2021"),
        ("18 y 22", "16 y 22"),
    ],
)
def test_figures_that_exclude_each_other(one, other):
    assert Amounts().clash(one, other)
    assert Amounts().clash(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 días", "30 days"),
        ("three days", "3 días"),
        ("24 hours", "one day"),
        ("$12.4 million", "$12,412,300"),
        ("1.850", "1,850"),
        ("12 %", "12,4 %"),
        ("18 November 2025", "November 2025"),
        ("30 days", "one month"),  # nobody says how many days the month has
        ("about 30", "45"),
        ("30 days", "£45"),
        ("Ana Ruiz", "Luis Mena"),
        ("30", ""),
    ],
)
def test_figures_that_may_both_be_true(one, other):
    assert not Amounts().clash(one, other)
    assert not Amounts().clash(other, one)


@pytest.mark.parametrize(
    ("one", "other", "written", "lang", "told"),
    [
        ("6.300 euros", "14.800 euros", "es", "es", (False, "8500 euros")),
        ("£62", "£48", "en", "en", (True, "£14")),
        ("12.4 million", "9 million", "en", "en", (True, "3.4 million")),
        ("three days", "five days", "en", "en", (False, "2 days")),
        ("12 %", "9,5 %", "es", "es", (True, "2,5 puntos")),
        ("412", "380", "en", "es", (True, "32")),
        ("30 days", "£45", "en", "en", None),
        ("18 to 22", "30", "en", "en", None),
        ("30 days", "30 días", "en", "en", None),
    ],
)
def test_the_larger_and_by_how_much(one, other, written, lang, told):
    assert Amounts().lead(one, other, written, lang) == told
