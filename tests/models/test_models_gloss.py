"""Spanish read through a list of words: what the shipped list makes of phrases, and what it must leave alone."""

from pathlib import Path

import pytest

from core.models.adapters import packaged_words
from core.models.gloss import Gloss, hash_list

CASES = [
    tuple(part.strip() for part in line.split("|"))
    for line in Path(__file__).with_name("gloss_cases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
VOCABULARY = {"constitution", "democratic", "university", "democracy", "##ation"}


@pytest.fixture(scope="module")
def gloss():
    return Gloss(packaged_words(), VOCABULARY)


@pytest.mark.parametrize(("spanish", "english"), CASES)
def test_words_stand_in_english(gloss, spanish, english):
    assert gloss(spanish) == english


def test_nothing_is_lost_around_the_words(gloss):
    text = "\n\t— 3,5 %: «…»\r\n"
    assert gloss(text) == text
    assert gloss("") == ""


def test_each_form_of_the_list_is_read_as_it_says(gloss):
    lines = [line for line in packaged_words().read_text(encoding="utf-8").splitlines() if "=" in line]
    entries = [line.partition("=")[::2] for line in lines if not line.startswith("#")]
    wrong = [
        (form, english)
        for forms, english in entries
        for form in (form.strip() for form in forms.split(","))
        if gloss(form) != english.strip()
    ]
    assert len(entries) > 4000
    assert wrong == []


def test_a_list_of_its_own_and_its_hash(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("# a list\ncasa, hogar = house\nsalir = leave\n", encoding="utf-8")
    gloss = Gloss(path)
    assert gloss("Los hogares salieron") == "Los house leave"
    before = hash_list(path)
    path.write_text("casa = home\n", encoding="utf-8")
    assert hash_list(path) != before


def test_long_text_is_read_in_time_that_grows_with_it(gloss):
    assert gloss("a" * 100_000) == "a" * 100_000
    assert gloss("de la " * 20_000).startswith("of the of the")
