"""Downloads of a result and its chart: CSV, XLSX, a self-contained HTML page, and PNG where a Chromium is installed.

Text cells that a spreadsheet would run as a formula get a leading apostrophe, as OWASP advises; numbers stay numbers.
A PNG needs a browser, which this project neither ships nor downloads: without one, the chart's own camera button on
the page makes the same picture."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.charts.draw import CONFIG
from core.charts.escape import plain_text
from core.charts.fields import to_number
from core.records import QueryResult

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_CELL_LIMIT = 32767
_EXACT_DIGITS = 15
_PNG_SECONDS = 20


def quote_formula(text: str) -> str:
    """The text with a leading apostrophe where a spreadsheet would read it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def to_csv(result: QueryResult, delimiter: str = ",") -> bytes:
    """UTF-8 with a byte order mark (so that spreadsheets read accents), numbers with a decimal point."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([quote_formula(name) for name in result.columns])
    for row in result.rows:
        writer.writerow([_csv_cell(cell, _is_number_type(result, i)) for i, cell in enumerate(row)])
    return out.getvalue().encode("utf-8-sig")


def _is_number_type(result: QueryResult, i: int) -> bool:
    name = result.types[i].upper() if i < len(result.types) else ""
    return name.endswith("INT") or name.startswith(("INTEGER", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "UINTEGER"))


def _csv_cell(cell: Any, number: bool) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, (bool, int, float, Decimal)) or (number and to_number(cell) is not None):
        return cell
    return quote_formula(str(cell))


def to_xlsx(result: QueryResult, title: str = "") -> bytes:
    """A workbook of one sheet with a bold header that stays in view; whole numbers of more than 15 digits, which
    spreadsheets would round, are written as text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    header = []
    for name in result.columns:
        cell = WriteOnlyCell(sheet, value=_xlsx_cell(name, ""))
        cell.font = Font(bold=True)
        cell.data_type = "s"
        header.append(cell)
    sheet.append(header)
    types = list(result.types) + [""] * len(result.columns)
    for row in result.rows:
        cells = []
        for value, type_name in zip(row, types, strict=False):
            cell = WriteOnlyCell(sheet, value=_xlsx_cell(value, type_name))
            if isinstance(cell.value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    name = "".join(" " if c in "[]:*?/\\'" else c for c in plain_text(title, 31)).strip()
    return name or "Cotejo"


def _xlsx_cell(value: Any, type_name: str) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or isinstance(value, bool):
        return value
    number = _is_number_type(QueryResult(types=(type_name,)), 0)
    if isinstance(value, (int, float, Decimal)) or (number and to_number(value) is not None):
        return _xlsx_number(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    return ILLEGAL_CHARACTERS_RE.sub("", quote_formula(str(value)))[:_CELL_LIMIT]


def _xlsx_number(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    exact = Decimal(str(value))
    digits = len(exact.as_tuple().digits)
    return str(value) if digits > _EXACT_DIGITS else int(exact) if exact == exact.to_integral_value() else float(exact)


def figure_html(figure: Figure, title: str = "", theme: str = "light") -> str:
    """A page that holds the chart and Plotly itself (about 5 MB): it opens without a network and loads nothing."""
    from plotly.io import to_html

    from core.charts.theme import look_of

    body = to_html(figure, include_plotlyjs=True, include_mathjax=False, full_html=False, config=CONFIG)
    name = plain_text(title, 120).replace("&", "&amp;").replace("<", "&lt;")
    style = f"margin:0 auto;max-width:960px;padding:24px;background:{look_of(theme).background}"
    head = f'<!doctype html><html><head><meta charset="utf-8"><title>{name}</title></head>'
    return f'{head}<body style="{style}">{body}</body></html>'


def find_browser() -> str | None:
    """The first Chromium or Chrome on the path, or None."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def figure_png(figure: Figure, theme: str = "light", width: int = 960) -> bytes | None:
    """The chart as a PNG at twice its size, drawn by the machine's own Chromium without a network; None where there
    is no browser or it does not answer in time."""
    browser = find_browser()
    if browser is None:
        return None
    height = int(figure.layout.height or 400) + 48
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "chart.html", Path(folder) / "chart.png"
        page.write_text(figure_html(figure, theme=theme), encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions"]
        command += [f"--user-data-dir={folder}/profile", "--force-device-scale-factor=2", "--virtual-time-budget=4000"]
        command += [f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=_PNG_SECONDS, check=True)
        except (subprocess.SubprocessError, OSError):
            return None
        return picture.read_bytes() if picture.exists() else None
