"""Downloads: nothing in them runs, numbers stay numbers, and the page stands alone."""

import csv
import io

import pytest
from openpyxl import load_workbook

from core.charts.draw import draw
from core.charts.export import figure_html, figure_png, find_browser, quote_formula, to_csv, to_xlsx
from core.records import ChartSpec, QueryResult

RESULT = QueryResult(
    ("nombre", "=total", "big"),
    ("VARCHAR", "DOUBLE", "HUGEINT"),
    (("=HYPERLINK(1)", -5.5, "12345678901234567890"), ("＋1", 2.0, 3), ("\t=1", None, 4), ("Ñandú", 1e6, None)),
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＠x", " =1"])
def test_formulas_are_quoted(text):
    assert quote_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["a=1", "5-3", "", "Ñandú", "'x"])
def test_other_text_is_left_alone(text):
    assert quote_formula(text) == text


def test_csv_keeps_numbers_and_quotes_text():
    rows = list(csv.reader(io.StringIO(to_csv(RESULT).decode("utf-8-sig"))))
    assert rows[0] == ["nombre", "'=total", "big"]
    assert rows[1] == ["'=HYPERLINK(1)", "-5.5", "12345678901234567890"]
    assert rows[4] == ["Ñandú", "1000000.0", ""]


def test_xlsx_holds_no_formula_and_keeps_long_numbers():
    sheet = load_workbook(io.BytesIO(to_xlsx(RESULT, "Ventas: [2024]"))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert [cell.value for cell in sheet[2]] == ["'=HYPERLINK(1)", -5.5, "12345678901234567890"]
    assert sheet.title == "Ventas   2024"


def test_the_page_stands_alone():
    spec = ChartSpec("bar", "nombre", ("=total",), title="</title><script>alert(1)</script>")
    page = figure_html(draw(spec, RESULT), title=spec.title)
    assert "<script>alert(1)" not in page
    assert 'src="http' not in page


@pytest.mark.skipif(find_browser() is None, reason="no Chromium on this machine")
def test_png_is_drawn_by_the_machines_browser():
    png = figure_png(draw(ChartSpec("bar", "nombre", ("=total",), title="Ventas"), RESULT, "es", "dark"), "dark")
    assert png is not None
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) > 10000
