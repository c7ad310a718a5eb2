"""Which column of a row a question means: by period, by how long it lasts, by the sort of figure."""

import pytest

from core.chat.tables import Row, choose_cell
from core.chat.words import Vocabulary


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
