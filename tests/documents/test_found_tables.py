"""Which tables of a document become data: joined over pages, titled, layout and tiny ones left out."""

import pytest

from core.documents.found_tables import find_tables, is_data
from core.records import Heading, Page, PageTable

SALES = (("Zona", "2024", "2025"), ("Norte", "1.200", "1.350"), ("Sur", "800", "(90)"))


def page(number, *tables, headings=()):
    return Page(
        number,
        "x" * 2000,
        tables=tuple(PageTable(1000, 1500, rows, title) for rows, title in tables),
        headings=headings,
    )


def test_a_table_with_header_and_rows_is_found_with_its_title():
    (found,) = find_tables([page(3, (SALES, "Ventas  por zona"))])
    assert (found.rows, found.page, found.last_page, found.title) == (SALES, 3, 3, "Ventas por zona")


def test_the_heading_right_above_names_a_table_without_a_caption():
    near, far = Heading(900, 920, 1, "Resultados"), Heading(0, 20, 1, "Informe")
    assert find_tables([page(1, (SALES, ""), headings=(far, near))])[0].title == "Resultados"
    assert find_tables([page(1, (SALES, ""), headings=(far,))])[0].title == ""


def test_a_table_that_goes_on_over_pages_is_one():
    rest = (SALES[0], ("Este", "1", "2"), ("Oeste", "3", "4"))
    blank = (("", "", ""), ("Centro", "5", "6"))
    (found,) = find_tables([page(1, (SALES, "Ventas")), page(2, (rest, "")), page(3, (blank, ""))])
    assert [row[0] for row in found.rows] == ["Zona", "Norte", "Sur", "Este", "Oeste", "Centro"]
    assert (found.page, found.last_page) == (1, 3)


def test_another_header_or_a_page_between_makes_two_tables():
    other = (("Región", "2024", "2025"), *SALES[1:])
    assert len(find_tables([page(1, (SALES, "")), page(2, (other, ""))])) == 2
    assert len(find_tables([page(1, (SALES, "")), page(3, (SALES, ""))])) == 2


def test_a_header_of_two_lines_is_joined_and_empty_columns_go():
    rows = (("", "Nine months", "", "Change"), ("", "2025", "", "in %"), ("A", "1", "", "2"), ("B", "3", "", "4"))
    assert find_tables([page(1, (rows, ""))])[0].rows[0] == ("", "Nine months 2025", "Change in %")


def test_a_row_of_figures_is_no_header():
    rows = (("", "Change"), ("", "5"), ("A", "1"), ("B", "3"))
    assert len(find_tables([page(1, (rows, ""))])[0].rows) == 4


PROSE = "A paragraph that is set in two columns, as newsletters and forms do it, and so was read as a table."


@pytest.mark.parametrize(
    ("why", "rows"),
    [
        ("one row", SALES[:2]),
        ("one column", (("Zona",), ("Norte",), ("Sur",))),
        ("no header", (("", "", ""), *SALES[1:])),
        ("prose in columns", (("Left", "Right"), (PROSE, PROSE + "!"), (PROSE + "?", PROSE + "."))),
        ("mostly empty", (("A", "B", "C", "D"), ("1", "", "", ""), ("", "2", "", ""), ("", "", "3", ""))),
        ("one word all over", (("A", "B"), ("yes", "yes"), ("yes", "yes"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_data(why, rows):
    assert not is_data(rows)
