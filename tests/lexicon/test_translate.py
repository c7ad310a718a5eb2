"""Words of a question in the other language: phrases, inflected forms, a workspace's own entries."""

from pathlib import Path

import pytest

from core.lexicon.entries import WORDS, read_entries
from core.lexicon.translate import OWN_FILE, bilingual_of, builtin_bilingual

LINES = (Path(__file__).parent / "data" / "readings.txt").read_text(encoding="utf-8").splitlines()
READINGS = [tuple(part.strip() for part in line.split("|")) for line in LINES if not line.startswith("#")]
OTHER = {"es": "en", "en": "es"}


def meanings(question, lang, bilingual=None):
    found = (bilingual or builtin_bilingual()).read(question, lang, OTHER[lang])
    return {one.text: {" ".join(words) for words in one.meanings} for one in found}


@pytest.mark.parametrize(("lang", "question", "text", "meaning"), READINGS)
def test_a_word_is_read_in_the_other_language(lang, question, text, meaning):
    assert meaning in meanings(question, lang)[text]


def test_a_language_needs_no_translation_into_itself():
    assert builtin_bilingual().read("the loan", "en", "en") == []


def test_readings_say_where_they_stand():
    question = "¿Hubo un tercer trimestre?"
    (one,) = [one for one in builtin_bilingual().read(question, "es", "en") if one.meanings]
    assert question[one.start : one.end] == "tercer trimestre"


def test_a_workspace_adds_words_of_its_own_which_come_first(tmp_path):
    (tmp_path / OWN_FILE).write_text("acción = deed\nchisme = gizmo  # ours\n", encoding="utf-8")
    bilingual = bilingual_of(tmp_path)
    assert meanings("el chisme", "es", bilingual) == {"chisme": {"gizmo"}}
    assert bilingual.read("una acción", "es", "en")[0].meanings[0] == ("deed",)
    assert meanings("gizmos", "en", bilingual)["gizmos"] == {"chisme"}


def test_every_entry_has_both_sides():
    empty = [
        (path.name, spanish)
        for path in WORDS.glob("*.txt")
        if not path.name.startswith("families_")
        for spanish, english in read_entries(path)
        if not english
    ]
    assert empty == []


def test_the_lexicon_is_large():
    spanish = {
        text for path in WORDS.glob("*.txt") if not path.name.startswith("families_") for text, _ in read_entries(path)
    }
    assert len(spanish) > 5000
