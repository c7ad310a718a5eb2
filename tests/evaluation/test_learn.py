"""Pairs to train with from corrections and words of the house: as many as the documents give, each with its passage."""

import hashlib

import pytest

from core.documents.chunk import chunk_document
from core.documents.layout import layout_to_json
from core.evaluation import learn
from core.records import Page, ParsedDocument
from core.state import chats, documents, feedback, house_words
from core.state.database import Database
from core.state.house_words import HouseWord

PAGES = {
    "tarifas.txt": "Los portes son gratuitos a partir de 1.200 euros. El pedido mínimo es de 250 euros. "
    "Los portes urgentes a Canarias se presupuestan aparte por Logística.",
    "plazos.txt": "Se cobran portes de 38 euros por cada envío a las islas. Las devoluciones se admiten quince días.",
}


@pytest.fixture
def db(tmp_path):
    held = Database(tmp_path / "state.sqlite")
    for name, text in PAGES.items():
        page = Page(1, text)
        parsed = ParsedDocument("text/plain", "", "es", (page,))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        layouts = [layout_to_json(page).encode()]
        documents.add_document(held, parsed, layouts, chunk_document(parsed), sha256=sha256, name=name, size=len(text))
    yield held
    held.close()


def test_a_word_of_the_house_gives_phrases_of_every_sentence_that_means_it(db):
    before = learn.pairs_in_house_words(db)
    house_words.add(db, HouseWord("fletes", "portes", "es"))
    spoken = [pair for pair in learn.pairs_in_house_words(db) if "flete" in pair.question]
    asked = {pair.question: pair for pair in spoken}
    assert not [pair for pair in before if "flete" in pair.question]
    assert {"fletes urgentes a Canarias se", "fletes de 38 euros por", "Se cobran fletes"} <= set(asked)
    assert all("portes" in pair.passage and "flete" not in pair.passage for pair in spoken)
    keys = {pair.passage: pair.key for pair in before}
    assert all(keys.get(pair.passage, pair.key) == pair.key for pair in spoken)


def test_a_frequent_word_does_not_crowd_out_the_others(db, monkeypatch):
    monkeypatch.setattr(learn, "_MENTIONS_MOST", 2)
    house_words.add(db, HouseWord("fletes", "portes", "es"))
    phrases = [pair for pair in learn.pairs_in_house_words(db) if "flete" in pair.question]
    assert len([pair for pair in phrases if len(pair.question.split()) <= 5]) == 2


def test_a_corrected_question_is_a_pair_of_its_document_in_both_wordings(db):
    house_words.add(db, HouseWord("fletes", "portes", "es"))
    conversation = chats.create_conversation(db)
    turn = chats.add_turn(db, conversation, "¿Desde qué importe no se pagan fletes?", "a")
    place = learn.Passage(1, "tarifas.txt", 1, PAGES["tarifas.txt"])
    learn.correct(db, turn, text="1.200 euros", place=place)
    for one in feedback.corrections(db):
        feedback.review(db, one.id, approved=True)
    pairs = learn.corrected_pairs(db)
    assert [pair.question for pair in pairs] == [
        "¿Desde qué importe no se pagan fletes?",
        "¿Desde qué importe no se pagan portes?",
    ]
    (key,) = {pair.key for pair in pairs}
    assert {pair.document for pair in pairs} == {"tarifas.txt"}
    assert key in {pair.key for pair in learn.pairs_in_house_words(db) if pair.document == "tarifas.txt"}
