"""Which documents a subject calls for, when an answer only restates the rows, and when one part is told alone."""

import dataclasses

import pytest

from core.both.judge import can_check, restates
from core.both.named import called_documents
from core.records import CheckedSql, Citation, Document, DocumentsAnswer, QueryResult, Route, Sounding, SqlAnswer
from core.router.split import Parts
from core.sides import Asked, says_one_part

ROWS = SqlAnswer("q", "es", CheckedSql("SELECT 1", ("t",)), QueryResult(("n",), ("DOUBLE",), ((29730.95,),)))
NO_ROWS = SqlAnswer("q", "es", None, None)
SILENT = DocumentsAnswer("not_found", "")


def quoting(*quotes):
    cited = tuple(Citation(n, 1, "a.md", 1, quote, 0, 9, 1.0, True) for n, quote in enumerate(quotes, 1))
    return DocumentsAnswer("answered", "", citations=cited)


def test_a_document_is_called_by_the_subject_and_something_else_that_is_asked():
    names = ("retraso-pedido-nordkork.eml", "informe-nordkork.pdf", "retraso-pedidos.md")
    held = [Document(n, str(n), name, "", "", "es", 0, 1, 1, "complete") for n, name in enumerate(names)]
    assert called_documents("Nordkork", "Por qué se retrasó el pedido de Nordkork", held, "es") == {0}
    assert called_documents("", "Por qué se retrasó el pedido", held, "es") == set()


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        (("Quinta do Souto vendió 29.731 €.",), True),
        (("Quinta do Souto vendió 29.731 €.", "El invernadero estuvo cerrado."), False),
        (("Valdeolivas vendió 15.200 €.",), False),
    ],
)
def test_a_quote_restates_the_rows_where_it_says_their_figure_alone(quotes, expected):
    assert restates(quoting(*quotes), ROWS) is expected


@pytest.mark.parametrize(
    ("written", "data", "whole", "expected"),
    [
        (SILENT, ROWS, "none", True),
        (SILENT, ROWS, "data", True),
        (SILENT, ROWS, "documents", False),
        (quoting("a b c"), NO_ROWS, "none", True),
        (quoting("a b c"), NO_ROWS, "data", False),
        (SILENT, NO_ROWS, "none", False),
    ],
)
def test_a_part_is_told_alone_unless_the_whole_was_answered_by_the_other_side(written, data, whole, expected):
    parts = Parts("data", "documents", False, plain=True)
    assert says_one_part(parts, Asked(written, data, parts), Route(whole, "")) is expected


@pytest.mark.parametrize(
    ("claimed", "confidence", "measured", "left", "expected"),
    [
        ("31.000", 0.9, True, 1, True),
        ("", 0.9, True, 0, True),
        ("31.000", 0.2, True, 0, False),
        ("31.000", 0.9, False, 0, False),
        ("31.000", 0.9, True, 2, False),
        ("3,2 %", 0.9, True, 0, False),
    ],
)
def test_rows_can_bear_out_a_claim_where_its_question_was_read_and_is_of_their_sort(
    claimed, confidence, measured, left, expected
):
    data = dataclasses.replace(ROWS, confidence=confidence)
    parts = Parts("data", "documents", True, claimed=claimed)
    assert can_check(parts, data, Sounding(measured=measured, left=left, column=0.5)) is expected


@pytest.mark.parametrize(
    ("sql", "claimed", "confidence", "column", "expected"),
    [
        ("SELECT SUM(a) FROM t", "30.000", 0.9, 0.5, True),
        ("SELECT SUM(a) FROM t", "30.000", 0.9, 0.0, False),  # the figure was guessed: another one denies nothing
        ("SELECT COUNT(*) FROM t", "30.000", 0.9, 0.0, True),
        ("SELECT COUNT(*) FROM t", "30.000 años", 0.9, 0.5, False),  # years are no number of rows
        ("SELECT SUM(a) FROM t", "más de 20.000", 0.9, 0.5, True),
        ("SELECT SUM(a) FROM t", "más de 20.000", 0.4, 0.5, False),  # half of all figures lie on that side
        ("SELECT SUM(a) FROM t", "29.731", 0.4, 0.0, True),
    ],
)
def test_to_deny_or_to_bound_takes_more_than_the_very_amount(sql, claimed, confidence, column, expected):
    data = dataclasses.replace(ROWS, sql=CheckedSql(sql, ("t",)), confidence=confidence)
    parts = Parts("data", "documents", True, claimed=claimed)
    assert can_check(parts, data, Sounding(measured=True, column=column)) is expected
