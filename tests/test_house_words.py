"""A question in the words of the house, read in those of the documents."""

import pytest

from core.house_words import HouseWords, replace_words, stems_of
from core.state import house_words
from core.state.database import Database
from core.state.house_words import HouseWord

WORDS = {("casa matriz", "es"): "sede", ("fletes", "es"): "portes", ("casa", "es"): "vivienda", ("kit", "en"): "device"}


@pytest.fixture
def words(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    for (said, lang), meant in WORDS.items():
        house_words.add(db, HouseWord(said, meant, lang))
    yield HouseWords(db)
    db.close()


@pytest.mark.parametrize(
    ("lang", "asked", "meant"),
    [
        ("es", "¿Dónde está la casa matriz?", "¿Dónde está la sede?"),
        ("es", "¿Qué flete se paga?", "¿Qué portes se paga?"),
        ("es", "la Casa  Matriz y su casa", "la sede y su vivienda"),
        ("es", "¿Qué kit hay?", "¿Qué kit hay?"),
        ("en", "Which kit is lost?", "Which device is lost?"),
        ("en", "Which kitchen is lost?", "Which kitchen is lost?"),
        ("es", "", ""),
    ],
)
def test_words_are_read_as_what_they_mean(words, lang, asked, meant):
    assert words.read(asked, lang).text == meant


def test_what_was_read_otherwise_is_told(words):
    found = words.read("¿Qué flete paga la casa matriz?", "es")
    assert found.read == (("flete", "portes"), ("casa matriz", "sede"))
    assert "«flete» = «portes», «casa matriz» = «sede»" in found.note("es")
    assert words.read("¿Cuánto es?", "es").note("es") == ""


def test_a_word_that_is_taken_back_is_read_as_written(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    house_words.add(db, HouseWord("fletes", "portes", "es"))
    words = HouseWords(db)
    assert words.read("fletes", "es").text == "portes"
    house_words.remove(db, house_words.list_words(db)[0])
    assert words.read("fletes", "es").text == "fletes"
    db.close()


def test_words_for_tables_are_left_to_the_tables(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    house_words.add(db, HouseWord("vikingos", "Nórdicos", "es", ("ventas", "Región", "Nórdicos")))
    assert HouseWords(db).read("ventas a los vikingos", "es").text == "ventas a los vikingos"
    db.close()


def test_the_longest_run_wins_and_nothing_is_replaced_twice():
    words = {stems_of("a b", "en"): "b a", stems_of("b", "en"): "c"}
    assert replace_words("a b b", "en", words).text == "b a c"
