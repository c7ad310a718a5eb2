"""Questions that want two things: taken apart, each part whole, and answered as one."""

import pytest

from core.chat.wants import split_wants
from tests.chat.conftest import read_text


@pytest.mark.parametrize(
    ("question", "lang", "parts"),
    [
        ("How long is the lease and who signs it?", "en", ("How long is the lease", "Who signs the lease?")),
        ("When and where was the firm founded?", "en", ("When was the firm founded", "where was the firm founded")),
        ("Who wrote the report and on what date?", "en", ("Who wrote the report", "on what date wrote the report")),
        ("¿Qué plazo hay y quién firma el acta?", "es", ("Qué plazo hay", "quién firma el acta")),
        ("¿Quién da el curso y con cuántas horas?", "es", ("Quién da el curso", "con cuántas horas da el curso")),
        ("¿Qué peso se admite y qué tamaño?", "es", ("Qué peso se admite", "qué tamaño se admite")),
    ],
)
def test_a_question_in_two(question, lang, parts):
    assert split_wants(question, lang) == parts


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("Who built the tower and the bridge?", "en"),
        ("Who was the man who built it and who died in 1900?", "en"),
        ("What is the fee for adults and children?", "en"),
        ("List the rooms and what they cost", "en"),
        ("¿Qué dice de los socios que pagan y que viven fuera?", "es"),
        ("¿Qué pasa si llueve y cuando nieva?", "es"),
    ],
)
def test_one_question_stays_one(question, lang):
    assert split_wants(question, lang) is None


def test_each_part_has_its_answer(library):
    found = library.ask("How long is the lease and how much is the monthly rent?", "en")
    assert found.status == "answered"
    assert found.text.count("**") == 4
    assert [c.n for c in found.citations] == list(range(1, len(found.citations) + 1))


def test_a_quote_that_answers_both_stands_once(empty):
    text = "# Course\n\nThe first aid course is taught by Nora Field in 12 hours.\n\nBring a pen. Coffee is free."
    empty.add("course.txt", "en", [read_text(1, text)])
    found = empty.ask("Who teaches the first aid course and in how many hours?", "en")
    assert found.text.startswith("**Nora Field · 12 hours** — “The first aid course")
    assert len(found.citations) == 1
