"""A question read for text in the other language, over what an index holds."""

import pytest

from core.index.bilingual import read_across
from core.lexicon.cognates import Cognates
from core.lexicon.translate import builtin_bilingual


@pytest.fixture
def read():
    def across(question, source, target, *held):
        cognates = Cognates()
        cognates.add(held)
        return read_across(question, source, target, builtin_bilingual(), lambda word: word in held, cognates)

    return across


def test_a_phrase_has_a_slot_for_each_of_its_words(read):
    (one,) = read("el tercer trimestre", "es", "en", "third", "quarter")
    assert (one.text, one.words) == ("tercer trimestre", ("third", "quarter"))


def test_a_name_stays_beside_what_else_it_may_be(read):
    assert read("And Apple?", "en", "es", "apple")[0].meanings[0] == ("apple",)


def test_a_word_that_is_not_listed_meets_the_one_of_its_root(read):
    (one,) = read("la fotosíntesis", "es", "en", "photosynthesis", "photograph")
    assert ("photosynthesis",) in one.meanings


def test_a_word_that_nothing_knows_stays_as_it_is(read):
    assert read("zurbarán", "es", "en")[0].meanings == (("zurbarán",),)


def test_function_words_are_left_out(read):
    assert [one.text for one in read("¿Quién es el presidente de la junta?", "es", "en")] == ["presidente", "junta"]
