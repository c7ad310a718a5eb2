"""Words of one root in both languages, by their letters."""

import pytest

from core.lexicon.cognates import Cognates

WORDS = "constitution constituency photosynthesis velocity aristotle plastic plates philosophy contract".split()


@pytest.fixture
def cognates():
    found = Cognates()
    found.add(WORDS)
    return found


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("constitución", "constitution"),
        ("fotosíntesis", "photosynthesis"),
        ("velocidad", "velocity"),
        ("Aristóteles", "aristotle"),
        ("filosofía", "philosophy"),
    ],
)
def test_a_word_finds_its_sister_first(cognates, spanish, english):
    assert cognates.find(spanish)[0] == english


@pytest.mark.parametrize("word", ["plata", "pan", "murciélago", "constante"])
def test_short_words_and_strangers_find_none(cognates, word):
    assert cognates.find(word) == ()


def test_words_may_come_later(cognates):
    assert cognates.find("hidrógeno") == ()
    cognates.add(["hydrogen"])
    assert cognates.find("hidrógeno") == ("hydrogen",)
