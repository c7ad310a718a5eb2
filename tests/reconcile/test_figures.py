"""Figures in both notations, read from a list of lines: value, unit, what its last digit stands for."""

import pytest

from core.reconcile.figures import read_figures, read_number, stated_scale


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (
            "ventas netas de 7.847.632 €, un 18,9 % más que en 2024",
            "es",
            [(7847632, "money", 1), (18.9, "percent", 0.1)],
        ),
        ("12,4 M€ en 2024", "es", [(12_400_000, "money", 100_000)]),
        ("net sales rose 23.4% to €1,782,653", "en", [(23.4, "percent", 0.1), (1782653, "money", 1)]),
        ("a loss of (1,234) thousand euros", "en", [(-1234, "", 1)]),
        ("Iberia Sur (-2,4 %)", "es", [(-2.4, "percent", 0.1)]),
        ("about 31 tickets on 3 October 2025", "en", [(31, "", 1)]),
        ("el 14 de junio de 2025, p. 12, artículo 7", "es", []),
        ("Nordics\t1,178,393\t+58.0%", "en", [(1178393, "", 1), (58.0, "percent", 0.1)]),
        ("$3.2 billion", "en", [(3.2e9, "money", 1e8)]),
        ("3,5 mil millones de euros", "es", [(3.5e9, "money", 1e8)]),
        ("Only two were rejected and three returned", "en", [(2, "", 1), (3, "", 1)]),
        ("hay cuatro bateas, de las que once son de madera", "es", [(4, "", 1), (11, "", 1)]),
        ("two hundred and treinta y dos, twenty-five, una vez", "", []),
        ("sixteen crates, sixty five trays, seventy-one lids", "en", [(16, "", 1)]),
        ("setenta cajas y ochenta y dos tapas", "es", [(70, "", 1)]),
    ],
)
def test_figures_of_a_line(text, lang, expected):
    found = read_figures(text, lang)
    assert [figure.unit for figure in found] == [unit for _, unit, _ in expected]
    assert [figure.value for figure in found] == pytest.approx([value for value, _, _ in expected])
    assert [figure.step for figure in found] == pytest.approx([step for _, _, step in expected])


def test_a_figure_stands_where_it_says():
    text = "Sales of €1,782,653 in the quarter"
    (figure,) = read_figures(text, "en")
    assert text[figure.start : figure.end] == figure.text == "€1,782,653"


def test_about_is_heard():
    assert read_figures("unos 12,4 millones de euros", "es")[0].approximate
    assert not read_figures("12,4 millones de euros", "es")[0].approximate


def test_one_mark_before_three_digits_has_two_readings():
    assert [value for value, _ in read_number("1.234", "es")] == [1234, 1.234]
    assert [value for value, _ in read_number("1.234", "en")] == [1.234, 1234]
    assert [value for value, _ in read_number("12.4", "es")] == [12.4]


def test_a_page_in_thousands_multiplies_plain_figures_only():
    text = "(in thousands of euros) Revenue 1,234 up 5%"
    scale = stated_scale(text)
    assert [figure.value for figure in read_figures(text, "en", scale)] == [1_234_000, 5]
