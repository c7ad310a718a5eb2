"""Writes rows as CSV and XLSX files, and gives office files fixed times, so that the bytes repeat. It makes no rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from . import company as c

STAMP = (2026, 2, 10, 9, 0, 0)


def _spanish(header: str, value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float):
        return (f"{value:.2f}" if "€" in header else str(value)).replace(".", ",")
    return str(value)


def _english(header: str, value) -> str:
    if value is None:
        return ""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)


def _write_csv(path: Path, rows: list[dict], delimiter: str, show) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(rows[0].keys())
    writer.writerows([show(header, value) for header, value in row.items()] for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _fill_sheet(sheet, rows: list[dict], top: int) -> None:
    for column, header in enumerate(rows[0], start=1):
        cell = sheet.cell(top, column, header)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="2F4A3A")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        widest = max(len(str(row[header] or "")) for row in rows)
        sheet.column_dimensions[cell.column_letter].width = min(44, max(12, widest + 2))
    for number, row in enumerate(rows, start=top + 1):
        for column, (header, value) in enumerate(row.items(), start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, date):
                cell.number_format = "dd/mm/yyyy"
            elif "€" in header:
                cell.number_format = "#,##0.00" if isinstance(value, float) else "#,##0"
    sheet.freeze_panes = sheet.cell(top + 1, 1)


def settle_zip(path: Path) -> None:
    """Rewrites an office file with fixed times, so that the same rows always give the same bytes."""
    path.write_bytes(_settled(path.read_bytes()))


def _settled(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".xlsx"):  # the workbook behind a chart
                data = _settled(data)
            elif name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", b"2026-02-10T09:00:00Z", data)
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return out.getvalue()


def write_tables(folder: Path, tables: dict[str, list[dict]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("ventas", "clientes", "indicadores_mensuales"):
        _write_csv(folder / f"{name}.csv", tables[name], ";", _spanish)
    _write_csv(folder / "support_tickets.csv", tables["support_tickets"], ",", _english)
    book = Workbook()
    sheet = book.active
    sheet.title = "Catálogo"
    sheet["A1"] = f"{c.NAME} - Catálogo de productos y tarifa 2026"
    sheet["A1"].font = Font(bold=True, size=14, color="2F4A3A")
    sheet.merge_cells("A1:H1")
    _fill_sheet(sheet, tables["catalogo"], top=3)
    _fill_sheet(book.create_sheet("Existencias"), tables["existencias"], top=1)
    book.save(folder / "productos.xlsx")
    book = Workbook()
    book.active.title = "Presupuesto"
    _fill_sheet(book.active, tables["presupuesto"], top=1)
    book.save(folder / "presupuesto.xlsx")
    for name in ("productos", "presupuesto"):
        settle_zip(folder / f"{name}.xlsx")
