"""Questions about tables as documents print them: pairs of question and statement, and which tables are near."""

import json
from pathlib import Path

import pytest

from core.records import Catalog, Column, Table
from core.sql.crosstab import read_lookup, read_words, write_lookup
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.nearest import NearestTables


def table(name, label, labels, *columns):
    figures = tuple(Column(column, "BIGINT") for column in columns)
    return Table(name, (Column(label, "VARCHAR", values=labels), *figures), len(labels), "x", origin="document", page=2)


TABLES = {
    "region": table(
        "net_sales_by_region_p2", "Region", ("Nordics", "Northern Iberia", "Total"), "Q3 2024", "Q3 2025", "Share of Q3"
    ),
    "income": table(
        "cuenta_de_resultados_p14", "concepto", ("Ingresos", "Gastos de personal", "EBITDA"), "2024", "2025"
    ),
    "words": Table("how_we_answer_p1", (Column("Priority", "VARCHAR"), Column("First answer", "VARCHAR")), 4, "x"),
}
CASES = [json.loads(line) for line in (Path(__file__).parent / "lookup_cases.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"])
def test_a_question_about_a_printed_table(case):
    found = read_lookup(case["question"], case.get("lang", "en"), TABLES[case["table"]], builtin_lexicon())
    assert (found and write_lookup(found)) == case["sql"]


def test_what_is_not_accounted_for_lowers_the_cover_and_is_named():
    found = read_lookup("net sales by region in Q3 2025 with delays", "en", TABLES["region"], builtin_lexicon())
    assert found.unknown == ("delays",) and 0.7 <= found.covered < 1


def test_the_reading_is_said_in_the_questions_language():
    found = read_lookup("net sales of Nordics in Q3 2025", "en", TABLES["region"], builtin_lexicon())
    assert read_words(found, "en") == ("“Q3 2025” of “net_sales_by_region_p2”, where “Region” is Nordics")
    assert "Nordics" in read_words(found, "es") and read_words(found, "es") != read_words(found, "en")


def test_the_tables_that_hold_the_rare_words_are_near():
    others = [table(f"headcount_by_office_{i}_p{i}", "Office", ("Lisbon", "Porto"), "2024", "2025") for i in range(200)]
    nearest = NearestTables(Catalog((*others, *TABLES.values())), builtin_lexicon())
    assert nearest.find("net sales by region in Q3 2025", "en").tables[0].name == "net_sales_by_region_p2"
    assert nearest.find("gastos de personal en 2024", "es").tables[0].name == "cuenta_de_resultados_p14"
    assert nearest.find("quantum chromodynamics", "en").tables == ()
    assert len(nearest.find("headcount by office", "en").tables) <= 6
