"""Words of the house: kept with their origins, written into the catalog's notes, taken back, told apart by meaning."""

import pytest

from core.state import catalog_notes, house_words, knowledge
from core.state.catalog_notes import Note
from core.state.database import Database
from core.state.house_words import HouseWord

REGION = ("ventas", "Región", "Nórdicos")


@pytest.fixture
def db(tmp_path):
    opened = Database(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def test_a_word_comes_back_with_its_origins(db):
    number = house_words.add(db, HouseWord(" fletes ", "portes", "es", origins=(3, 7)))
    (word,) = house_words.list_words(db)
    assert (word.id, word.said, word.meant, word.origins, word.target) == (
        number,
        "fletes",
        "portes",
        (3, 7),
        "documents",
    )


def test_a_word_for_documents_has_one_meaning_a_language(db):
    for meant in ("portes", "transportes"):
        house_words.add(db, HouseWord("fletes", meant, "es"))
    house_words.add(db, HouseWord("fletes", "freight", "en"))
    assert {(word.lang, word.meant) for word in house_words.list_words(db)} == {
        ("es", "transportes"),
        ("en", "freight"),
    }


def test_a_word_for_tables_goes_into_the_notes_and_out_again(db):
    catalog_notes.describe(db, "ventas", "Región", Note("zona comercial", ("zona",)))
    house_words.add(db, HouseWord("vikingos", "Nórdicos", "es", REGION))
    house_words.add(db, HouseWord("comarca", "Región", "es", ("ventas", "Región", "")))
    note = catalog_notes.read(db).of("ventas", "Región")
    assert note == Note("zona comercial", ("zona", "comarca"), (("vikingos", "Nórdicos"),))
    for word in house_words.list_words(db):
        house_words.remove(db, word)
    assert catalog_notes.read(db).of("ventas", "Región") == Note("zona comercial", ("zona",))


def test_a_word_left_aside_is_kept_and_changes_no_note(db):
    house_words.add(db, HouseWord("vikingos", "Nórdicos", "es", REGION, state="rejected"))
    assert house_words.list_words(db) == [] and len(house_words.list_words(db, "rejected")) == 1
    assert not catalog_notes.read(db).said


def test_a_revision_stands_for_one_set_of_words(db):
    seen = {house_words.revision(db): []}
    for said in ("a", "b", "", "c", "", "d"):
        if said:
            house_words.add(db, HouseWord(said, "x", "es"))
        else:
            house_words.remove(db, house_words.list_words(db)[0])
        words = [word.said for word in house_words.list_words(db)]
        assert seen.setdefault(house_words.revision(db), words) == words


def test_knowledge_is_the_same_text_for_the_same_words_and_can_be_copied(db, tmp_path):
    empty = knowledge.state_of(db)
    house_words.add(db, HouseWord("vikingos", "Nórdicos", "es", REGION))
    told = knowledge.state_of(db)
    house_words.remove(db, house_words.list_words(db)[0])
    assert told != empty == knowledge.state_of(db)
    house_words.add(db, HouseWord("vikingos", "Nórdicos", "es", REGION, origins=(5,)))
    assert knowledge.state_of(db) == told  # where it came from changes no answer
    other = Database(tmp_path / "other.sqlite")
    house_words.add(other, HouseWord("b", "y", "es"))
    knowledge.copy(db, other)
    assert knowledge.state_of(other) == told
    assert catalog_notes.read(other).of("ventas", "Región").value_names == (("vikingos", "Nórdicos"),)
    other.close()
