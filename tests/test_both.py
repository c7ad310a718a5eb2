"""The section that lays both sides beside each other is judged by its figures, not by the words that tell it."""

import dataclasses

import pytest

from core.both import checks_of
from core.reconcile.tell import tell_comparisons
from core.records import Answer, Check, Comparison, Route

FIGURES = (
    Comparison("2024", 1, "report.pdf", 5, "2.781.487", 2781487.0, 2781487.39, 0.0, "agree"),
    Comparison("2025", 1, "report.pdf", 5, "3.321.606", 3321606.0, 3400000.0, 2.3, "differ", "unknown"),
)


def woven(lang, told):
    text = f"Sales rose. \n\n{told}"
    at = text.index(told)
    inside = Check("They agree", "unsupported", "name_missing", at, at + 8)
    before = Check("Sales rose.", "supported", "insight", 0, 11)
    return Answer("q", "q", lang, Route("both", ""), "answered", text, checks=(before, inside), comparisons=FIGURES)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_was_told_of_the_comparison_is_judged_once_by_its_figures(lang):
    answer = woven(lang, tell_comparisons(FIGURES, lang))
    assert [check.reason for check in checks_of(answer)] == ["insight", "figures_agree", "figures_differ"]


def test_a_section_that_somebody_changed_stays_doubted():
    answer = woven("en", tell_comparisons(FIGURES, "en").replace("3.321.606", "9.321.606"))
    assert "name_missing" in [check.reason for check in checks_of(answer)]


def test_without_a_comparison_the_checks_stay_as_they_are():
    answer = dataclasses.replace(woven("en", "Nothing else."), comparisons=())
    assert checks_of(answer) == answer.checks
