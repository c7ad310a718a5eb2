"""Greetings and questions about the workspace, told from questions that need a source."""

import pytest

from core.records import Catalog, Column, Document, Route, Table
from core.router.unsourced import asks_place, reply, without_source

TABLES = ("sales", "customers")


@pytest.mark.parametrize(
    ("question", "lang", "kind"),
    [
        ("hola", "es", "smalltalk"),
        ("Muchas gracias, perfecto", "es", "smalltalk"),
        ("great, thanks a lot for your help", "en", "smalltalk"),
        ("What can I ask you about?", "en", "workspace"),
        ("Which tables are loaded?", "en", "workspace"),
        ("¿Qué documentos y tablas tienes?", "es", "workspace"),
        ("What columns does the sales table have?", "en", "workspace"),
        ("List customers", "en", None),
        ("good data", "en", None),
        ("What documents mention hail?", "en", None),
        ("¿Cuántas ventas hay?", "es", None),
    ],
)
def test_what_needs_no_source(question, lang, kind):
    route = without_source(question, lang, TABLES)
    assert (route.kind if route else None) == kind


def test_a_table_that_is_named_is_described():
    table = Table("sales", (Column("Region", "VARCHAR"), Column("Amount", "DOUBLE")), 12, "x.duckdb")
    told = reply(Route("workspace", ""), "which columns has the sales table?", "en", [], Catalog((table,)))
    assert "Region" in told and "12 rows" in told


@pytest.mark.parametrize(
    ("question", "lang", "expected"),
    [
        ("Where does the report say so?", "en", True),
        ("on which page?", "en", True),
        ("¿dónde lo dice?", "es", True),
        ("¿de dónde sale?", "es", True),
        ("Where is the warehouse?", "en", False),
        ("¿Dónde está la fábrica?", "es", False),
    ],
)
def test_asking_for_the_place(question, lang, expected):
    assert asks_place(question, lang) is expected


def test_an_empty_workspace_says_so():
    assert "empty" in reply(Route("workspace", ""), "what do you have", "en", [], Catalog())
    document = Document(1, "s", "a.pdf", "application/pdf", "A", "en", 1, 1, 1, "complete")
    assert "a.pdf" in reply(Route("workspace", ""), "what do you have", "en", [document], Catalog())


@pytest.mark.parametrize(
    ("question", "lang", "opens"),
    [("muchas gracias", "es", "De nada"), ("great, thanks a lot", "en", "You are welcome"), ("hola", "es", "Hola")],
)
def test_thanks_are_answered_as_thanks(question, lang, opens):
    assert reply(Route("smalltalk", ""), question, lang, [], Catalog((Table("ventas", (), 1, "x"),))).startswith(opens)
