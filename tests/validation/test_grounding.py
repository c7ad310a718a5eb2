"""A quote stands only where its page holds it, character by character."""

from dataclasses import replace

import pytest

from core.errors import AppError
from core.records import Citation, Page
from core.validation.grounding import check_quote, check_quotes

PAGE = Page(2, "La renta mensual es de 4.150 euros.\nSe paga por adelantado.")
GOOD = Citation(1, 7, "alquiler.txt", 2, "renta mensual es de 4.150", 3, 28, 1.0, False)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "found"),
        ({"start": 0, "end": 25}, "moved"),
        ({"quote": "renta mensual es de 4.250"}, "not_found"),
        ({"quote": "renta  mensual es de 4.150"}, "not_found"),
        ({"quote": "  "}, "empty"),
        ({"quote": "x" * 351}, "too_long"),
        ({"page": 3}, "no_page"),
    ],
)
def test_a_quote_and_its_page(changed, reason):
    assert check_quote(replace(GOOD, **changed), PAGE).reason == reason


def test_a_moved_quote_is_kept_where_it_stands():
    kept, faults = check_quotes([replace(GOOD, start=0, end=25)], lambda document_id, number: PAGE)
    assert (kept[0].start, kept[0].end, kept[0].verified) == (3, 28, True)
    assert faults == {}


def test_a_quote_of_a_deleted_document_is_unsupported():
    def gone(document_id, number):
        raise AppError("errors.page_gone")

    kept, faults = check_quotes([replace(GOOD, verified=True)], gone)
    assert not kept[0].verified
    assert faults == {1: "no_page"}
