"""Lines that may and may not be of what a statement covers."""

import pytest

from core.reconcile.scope import name_quarters, same_scope

YEAR = "SELECT SUM(x) FROM t WHERE d >= DATE '2025-01-01' AND d < DATE '2026-01-01'"
APRIL = "SELECT SUM(x) FROM t WHERE d >= DATE '2025-04-01' AND d < DATE '2025-05-01'"
THIRD = "SELECT SUM(x) FROM t WHERE d BETWEEN '2025-07-01' AND '2025-09-30 23:59:59'"
LEMON = YEAR + " AND kind = 'Limonero'"


@pytest.mark.parametrize(
    ("line", "figure", "sql", "named", "expected"),
    [
        ("Las ventas fueron de 113.696 €.", "113.696", YEAR, (), True),
        ("En el cuarto trimestre se vendieron 28.980 €.", "28.980", YEAR, (), False),
        ("Valdeolivas vendió 15.200 €.", "15.200", YEAR, ("Valdeolivas",), False),
        ("El limonero sumó 34.900 €.", "34.900", LEMON, ("Limonero",), True),
        ("La camelia sumó 16.000 €.", "16.000", LEMON, ("Camelia",), False),
        ("El limonero, tras la camelia, sumó 34.900 €.", "34.900", LEMON, ("Limonero", "Camelia"), True),
        ("Las ventas fueron de 113.696 €.", "113.696", APRIL, (), False),
        ("En abril se vendieron 14.600 €.", "14.600", APRIL, (), True),
        ("In the third quarter we sold 86.", "86", THIRD, (), True),
        ("In July we sold 86.", "86", THIRD, (), False),
        ("Concerts cost £562,300, including the top-up agreed in November.", "£562,300", YEAR, (), True),
        ("La plantilla era de 107 personas a 31 de diciembre.", "107", YEAR, (), True),
    ],
)
def test_a_figure_is_compared_within_its_scope(line, figure, sql, named, expected):
    assert same_scope(line, line.find(figure), "", sql, "", named) is expected


def test_the_quarter_may_stand_in_the_name_of_the_document():
    assert same_scope("We sold 86.", 8, "q3 2025 report", THIRD, "", ())


def test_a_quarter_has_one_name():
    said = ("Q3 of 2025", "the third quarter", "tercer trimestre de 2025", "3T 2025")
    assert [name_quarters(text) for text in said] == ["Q3 of 2025", "the Q3", "Q3 de 2025", "Q3 2025"]
