"""The way in to the tables: questions, statements of the user's own, refusals, a catalog that follows the folder."""

import pytest

from core import settings
from core.errors import AppError
from core.records import FoundTable
from core.sql.data.datasets import list_datasets, remove_dataset
from core.sql.data.sources import import_source, import_tables
from core.sql.tables import Tables

SALES = "Fecha;Región;Importe (€)\n" + "".join(
    f"{day:02d}/0{month}/2024;{region};{month * 100 + day},50\n"
    for month in (1, 2, 3)
    for day in (3, 14, 25)
    for region in ("Norte", "Sur")
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    (folder / "Ventas 2024.csv").write_text(SALES, encoding="cp1252")
    opened = Tables(settings.load(folder / "workspace"))
    import_source(folder / "Ventas 2024.csv", "Ventas 2024.csv", opened.folder)
    yield opened
    opened.close()


def test_a_question_gets_rows_a_chart_and_sentences(tables):
    answer = tables.ask("ventas por mes en 2024", "es")
    assert [round(row[1], 2) for row in answer.result.rows] == [687.0, 1287.0, 1887.0]
    assert answer.chart.kind in ("line", "bar")
    assert answer.insight


def test_questions_made_of_the_columns_are_answered(tables):
    asked = tables.examples("es")
    assert asked == ["Total de importe por región", "Total de importe por mes", "¿Qué región tiene más importe?"]
    totals, months, most = (tables.ask(question, "es") for question in asked)
    assert sorted(totals.result.rows) == [("Norte", 1930.5), ("Sur", 1930.5)]
    assert len(months.result.rows) == 3
    assert most.result.rows[0][0] in ("Norte", "Sur")
    assert tables.examples("en")[1] == "Total importe by month"


def test_a_statement_of_the_users_own_runs(tables):
    answer = tables.run('SELECT "Región", count(*) AS n FROM ventas_2024 GROUP BY ALL ORDER BY 1')
    assert answer.result.rows == (("Norte", 9), ("Sur", 9))
    assert tables.run("SELECT * FROM ventas_2024", limit=5).result.truncated


def test_an_open_pivot_gets_its_values(tables):
    answer = tables.run('PIVOT ventas_2024 ON "Región" USING count(*) GROUP BY "Fecha"')
    assert len(answer.result.rows) == 9


@pytest.mark.parametrize("sql", ["SELECT * FROM read_csv('/etc/passwd')", "DROP TABLE ventas_2024", "SELEC 1"])
def test_what_the_guard_does_not_admit_is_refused_by_name(tables, sql):
    with pytest.raises(AppError) as caught:
        tables.run(sql)
    assert caught.value.key.startswith("sql.guard.")


def test_a_statement_typed_as_a_question_runs_or_is_refused(tables):
    assert tables.ask("SELECT count(*) FROM ventas_2024", "es").result.rows == ((18,),)
    for text in ("DROP TABLE ventas_2024; SELECT 1", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM"):
        answer = tables.ask(text, "en")
        assert answer.result is None and answer.error[0].startswith("sql.guard.")


def test_the_catalog_follows_the_folder(tables, tmp_path):
    (tmp_path / "otra.csv").write_text("a,b\n1,2\n3,4\n")
    import_source(tmp_path / "otra.csv", "otra.csv", tables.folder)
    assert [table.name for table in tables.catalog().tables] == ["ventas_2024", "otra"]
    remove_dataset(next(d.path for d in list_datasets(tables.folder) if d.source == "otra.csv"))
    assert [table.name for table in tables.catalog().tables] == ["ventas_2024"]


FOUND = FoundTable(
    (("Segment", "Q3 2024", "Q3 2025"), ("Retail", "1,200", "1,350"), ("Wholesale", "800", "(90)")),
    4,
    4,
    "Revenue by segment",
)


def test_a_table_of_a_document_answers_what_the_files_tables_cannot(tmp_path, tables):
    alone = Tables(settings.load(tmp_path / "alone"))
    import_tables([FOUND], "report.pdf", "0" * 64, alone.folder)
    answer = alone.ask("revenue in Q3 by segment", "en")
    assert answer.result.rows == (("Retail", 1350), ("Wholesale", -90)) and answer.sql.tables == (
        "revenue_by_segment_p4",
    )
    assert alone.ask("how many zebras live on Mars?", "en").error[0] == "sql.ask.nothing_linked"
    alone.close()
    before = tables.ask("ventas por mes en 2024", "es")
    (dataset,) = import_tables([FOUND], "report.pdf", "0" * 64, tables.folder)
    assert tables.ask("ventas por mes en 2024", "es").sql == before.sql
    assert tables.ask("Q3 2025 revenue by segment", "en").sql.tables == ("revenue_by_segment_p4",)
    restricted = tables.ask("revenue by segment", "en", sources={"Ventas 2024.csv"})
    assert restricted.sql is None or restricted.sql.tables == ("ventas_2024",)
    remove_dataset(dataset.path)
