"""The sample workspace holds what it says: every expected answer stands on its page, every stated figure follows from
the tables, and the script makes the same files again. Documents and tables are read here with other code than the
script's and the app's, so that none of them vouches for itself."""

import csv
import email
import email.policy
import json
import re
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

import docx
import duckdb
import openpyxl
import pandas as pd
import pptx
import pypdfium2
import pytest
from lxml import html

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
ANNUAL = "informe-anual-2025.pdf"


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def read_docx(path: Path) -> list[str]:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return ["\n".join([paragraph.text for paragraph in document.paragraphs] + cells)]


def read_pptx(path: Path) -> list[str]:
    slides = []
    for slide in pptx.Presentation(str(path)).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        texts += [
            cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells
        ]
        slides.append("\n".join(texts))
    return slides


def read_pdf(path: Path) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]


READERS = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".md": lambda path: [path.read_text(encoding="utf-8")],
    ".html": lambda path: [html.parse(str(path)).getroot().text_content()],
    ".eml": lambda path: [email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_content()],
}


@cache
def pages(file: str) -> list[str]:
    path = SAMPLES / "documents" / file
    return [squeeze(text) for text in READERS[path.suffix](path)]


# ---------------------------------------------------------------- tables


def spanish_value(text: str):
    if not text:
        return None
    if re.fullmatch(r"\d\d/\d\d/\d{4}", text):
        return datetime.strptime(text, "%d/%m/%Y")
    return float(text.replace(",", ".")) if re.fullmatch(r"-?\d+(,\d+)?", text) else text


def read_spanish_csv(name: str) -> pd.DataFrame:
    with (SAMPLES / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return pd.DataFrame(
            [{k: spanish_value(v) for k, v in row.items()} for row in csv.DictReader(file, delimiter=";")]
        )


def read_sheet(file: str, sheet: str, header: int) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(SAMPLES / "tables" / file)[sheet].iter_rows(min_row=header, values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0])


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    tickets = pd.read_csv(SAMPLES / "tables" / "support_tickets.csv", parse_dates=["opened_at", "closed_at"])
    return {
        "support_tickets": tickets,
        "catalogo": read_sheet("productos.xlsx", "Catálogo", 3),
        "existencias": read_sheet("productos.xlsx", "Existencias", 1),
        "presupuesto": read_sheet("presupuesto.xlsx", "Presupuesto", 1),
    } | {name: read_spanish_csv(name) for name in ("ventas", "clientes", "indicadores_mensuales")}


@pytest.fixture(scope="module")
def database(tables):
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame)
        yield connection


@pytest.fixture(scope="module")
def sales(tables) -> pd.DataFrame:
    return tables["ventas"].assign(year=lambda frame: frame["Fecha"].dt.year, euros=lambda frame: frame["Importe (€)"])


def es(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


# ---------------------------------------------------------------- questions


def test_there_are_sixty_questions_half_in_each_language():
    assert len(QUESTIONS) == len({q["id"] for q in QUESTIONS}) == len({q["question"] for q in QUESTIONS}) == 60
    assert sum(q["lang"] == "es" for q in QUESTIONS) == 30
    assert sum(q["kind"] == "unanswerable" for q in QUESTIONS) == 8
    for lang in ("es", "en"):
        for kind in ("documents", "data", "both", "unanswerable"):
            assert sum(q["featured"] for q in QUESTIONS if (q["lang"], q["kind"]) == (lang, kind)) == 3


@pytest.mark.parametrize("question", [q for q in QUESTIONS if "answers" in q], ids=lambda q: q["id"])
def test_every_answer_stands_on_its_page(question):
    text = pages(question["file"])[question["page"] - 1]
    assert question["answers"]
    for answer in question["answers"]:
        assert answer in text


@pytest.mark.parametrize("question", [q for q in QUESTIONS if "sql" in q], ids=lambda q: q["id"])
def test_the_statement_gives_the_expected_rows(question, database):
    found = database.execute(question["sql"]).fetchall()
    assert len(found) == len(question["rows"]) > 0
    for row, expected in zip(found, question["rows"], strict=True):
        assert [cell if isinstance(cell, str) else pytest.approx(cell, abs=0.006) for cell in row] == expected


# ---------------------------------------------------------------- documents against tables


def test_every_format_and_size():
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 2_500_000
    assert {path.suffix for path in (SAMPLES / "documents").iterdir()} == set(READERS)
    assert len(pages(ANNUAL)) == 15
    assert len(pages("q3-2025-report.pdf")) == 7
    assert all(len(text) > 200 for text in pages(ANNUAL)[1:])


@pytest.mark.parametrize("key, page", [("Región", 6), ("Producto", 7)])
def test_annual_report_states_the_sales_of_the_table(key, page, sales):
    totals = sales[sales["year"] == 2025].groupby(key)["euros"].sum()
    text = pages(ANNUAL)[page - 1]
    for name, value in totals.items():
        assert re.search(re.escape(name) + r"[ \d.,%-]* " + re.escape(es(value)) + r"\b", text), (name, value)


def test_annual_report_states_the_budget_of_the_table(tables):
    year = tables["presupuesto"][pd.to_datetime(tables["presupuesto"]["Mes"]).dt.year == 2025]
    for area, rows in year.groupby("Área"):
        planned, real = rows["Presupuesto (€)"].sum(), rows["Real (€)"].sum()
        assert f"{area} {es(planned)} {es(real)}" in pages(ANNUAL)[13]


def test_quarterly_report_states_the_sales_of_the_table(sales):
    quarter = sales[(sales["Fecha"] >= "2025-07-01") & (sales["Fecha"] < "2025-10-01")]
    text = pages("q3-2025-report.pdf")[1]
    for value in quarter.groupby("Región")["euros"].sum():
        assert f"{value:,.0f}" in text
    assert f"{quarter['euros'].sum():,.0f}" in text


def test_income_statement_adds_up(tables, sales):
    year = sales[sales["year"] == 2025]
    spent = tables["presupuesto"][pd.to_datetime(tables["presupuesto"]["Mes"]).dt.year == 2025]["Real (€)"].sum()
    ebitda = year["euros"].sum() - year["Coste (€)"].sum() - spent
    before_tax = ebitda - 214_500 + 212_000 - 41_300
    text = pages(ANNUAL)[13]
    assert es(ebitda) in text
    assert es(before_tax) in text
    assert es(before_tax * 0.75) in text


def test_the_draft_differs_by_the_credit_notes_of_december(sales):
    december = sales[(sales["Fecha"] >= "2025-12-01") & sales["Pedido"].str.startswith("AB-")]["euros"].sum()
    final = sales[sales["year"] == 2025]["euros"].sum()
    assert december < -10_000
    draft = pages("avance-resultados-2025-borrador.pdf")[0]
    assert es(final - december) in draft
    assert es(final) not in draft
    assert es(final) in pages(ANNUAL)[1]


def test_the_other_two_disagreements_are_there(sales):
    nordic = sales[sales["Región"] == "Nórdicos"].groupby("year")["euros"].sum()
    growth = 100 * (nordic[2025] / nordic[2024] - 1)
    assert f"{growth:.1f}".replace(".", ",") + " %" in pages(ANNUAL)[5]
    assert f"{growth:.1f}%" not in " ".join(pages("sales-strategy-2026.pptx"))
    assert "within 30 days of delivery" in pages("support-faq.md")[0]
    assert "en los 15 días naturales siguientes a la entrega" in pages("catalogo-condiciones-2026.html")[0]


def test_the_stories_of_the_readme_are_in_the_tables(tables, sales):
    months = tables["indicadores_mensuales"]
    pair = months[["Seguidores en LinkedIn", "Precio del corcho (€/quintal)"]]
    assert pair.corr().iloc[0, 1] > 0.9
    assert abs(pair.diff().corr().iloc[0, 1]) < 0.3
    flor = sales[sales["Id producto"] == "P-501"].groupby("year")["Cantidad"].sum()
    assert flor[2025] / flor[2023] == pytest.approx(0.27, abs=0.01)
    assert sales["Descuento (%)"].isna().sum() > 50
    assert sales.groupby(sales["Fecha"].dt.month)["euros"].sum().idxmin() == 8


def test_keys_join(tables):
    assert set(tables["ventas"]["Id cliente"]) <= set(tables["clientes"]["Id cliente"])
    assert set(tables["ventas"]["Id producto"]) == set(tables["catalogo"]["Id producto"])
    assert set(tables["support_tickets"]["customer_id"]) <= set(tables["clientes"]["Id cliente"])
    last = (
        tables["ventas"].merge(tables["clientes"], on="Id cliente").query("Cantidad > 0").dropna(subset="Fecha de baja")
    )
    assert (last["Fecha"] <= last["Fecha de baja"]).all()


def test_the_script_makes_the_same_again(tmp_path):
    subprocess.run([sys.executable, SAMPLES / "make_samples.py", tmp_path], check=True, timeout=60)
    for name in ("questions.jsonl", "tables/ventas.csv", "tables/clientes.csv", "tables/support_tickets.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes(), name
    for path in (SAMPLES / "documents").iterdir():
        assert READERS[path.suffix](tmp_path / "documents" / path.name) == READERS[path.suffix](path), path.name
