"""Which column of a row a question means: by period, by how long it lasts, by the sort of figure."""

import pytest

from core.chat.tables import Row, choose_cell, describe, rows_of
from core.chat.words import Vocabulary
from core.records import Page, PageTable


class NoIndex:
    """Words as they are, each as rare as any other."""

    def terms(self, text, lang):
        return text.lower().split()

    def idf(self, term):
        return 1.0

    def bearers(self, term):
        return frozenset()


HEADINGS = ("", "Three Months Ended June 2022", "Three Months Ended June 2021", "Change", "Nine Months Ended June 2022")
ROW = Row(0, 9, tuple((cell, 0, 0) for cell in ("Sales", "82", "81", "2 %", "304")), HEADINGS, "")


@pytest.mark.parametrize(
    ("question", "want", "cell"),
    [
        ("What were sales in Q3 2022?", "money", "82"),
        ("What were sales in Q3 2021?", "money", "81"),
        ("What were sales in the nine months of 2022?", "money", "304"),
        ("What was the change of sales?", "percent", "2 %"),
        ("What were sales in 2019?", "money", None),
        ("What were sales in 2022 and 2021?", "money", None),
        ("How long did the sales last?", "duration", None),
    ],
)
def test_the_cell_that_is_meant(question, want, cell):
    vocabulary = Vocabulary(NoIndex())
    column = choose_cell(ROW, vocabulary.question_words(question, "en"), question, "en", vocabulary, want)
    assert (ROW.cells[column][0] if column is not None else None) == cell


def test_who_is_a_cell_of_words():
    row = Row(0, 9, tuple((cell, 0, 0) for cell in ("Spill", "Elena Petrova", "4410")), ("", "Person", "Extension"), "")
    assert choose_cell(row, (), "Who is to be called about a spill?", "en", Vocabulary(NoIndex()), "person") == 1


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("What is the power of the Maxi 300 S?", 2),
        ("What is the power of the Maxi 300?", 1),
        ("What is the power of the 300 S?", 2),
        ("What is the power?", None),
    ],
)
def test_a_column_is_called_by_its_last_words(question, column):
    row = Row(0, 9, tuple((cell, 0, 0) for cell in ("Power", "750 W", "900 W")), ("", "Maxi 300", "Maxi 300 S"), "")
    vocabulary = Vocabulary(NoIndex())
    assert choose_cell(row, vocabulary.question_words(question, "en"), question, "en", vocabulary) == column


STATEMENT = (
    "Results of the quarter (dollars in millions)\n"
    "\tThree months ended June 30, 2024\tThree months ended June 30, 2023\n"
    "Gross margin:\n"
    "Boats\t$ 812\t$ 790\n"
    "Sails\t96\t91\n"
    "Total gross margin\t$ 908\t$ 881\n"
    "Gross margin percentage:\n"
    "Boats\t31.5 %\t30.2 %\n"
    "Sails\t42.0 %\t41.1 %\n"
)


@pytest.fixture
def statement():
    """The rows of a quarter's statement with two sections, as a page holds them."""
    start = STATEMENT.index("\tThree")
    rows = tuple(tuple(line.split("\t")) for line in STATEMENT[start:].rstrip("\n").split("\n"))
    rows = tuple((*row, *[""] * (3 - len(row))) for row in rows)
    return rows_of(Page(1, STATEMENT, tables=(PageTable(start, len(STATEMENT), rows),)))


def test_a_row_knows_its_section_and_what_it_counts_in(statement):
    assert [(row.section, row.label) for row in statement] == [
        ("Gross margin", "Boats"),
        ("Gross margin", "Sails"),
        ("Gross margin", "Total gross margin"),
        ("Gross margin percentage", "Boats"),
        ("Gross margin percentage", "Sails"),
    ]
    assert describe(statement[1], 1) == "Gross margin: Sails, Three months ended June 30, 2024, in millions"
    assert describe(statement[4], 2) == "Gross margin percentage: Sails, Three months ended June 30, 2023"


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What was the gross margin on sails in the second quarter?", "96"),
        ("What was the gross margin on sails in 2023?", "91"),
        ("What was the gross margin on sails?", "96"),
        ("What was the gross margin on sails in 2021?", None),
    ],
)
def test_a_report_s_own_period_is_meant_where_none_is_named(statement, question, cell):
    vocabulary = Vocabulary(NoIndex())
    column = choose_cell(statement[1], vocabulary.question_words(question, "en"), question, "en", vocabulary, "money")
    assert (statement[1].cells[column][0] if column is not None else None) == cell
