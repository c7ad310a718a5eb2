"""The passages in the order that their sentences give them."""

from dataclasses import replace

import pytest

from core.chat.extract import order_found
from core.records import Page

MEETING = "El comité se reunió en la sede. El comité de la sede habló de la sede y del comité durante la reunión."
DECISION = "Hubo otros asuntos en la agenda. El comité se reunió en Vigo el 3 de mayo de 2021. Después hubo una cena."


@pytest.fixture
def two(empty):
    empty.add("acta.es.txt", "es", [Page(1, MEETING)])
    empty.add("agenda.es.txt", "es", [Page(1, DECISION)])
    return empty


def found(library, trust):
    """Both passages, the wordy one scored a little higher by search."""
    result = library.index.search("¿Cuándo se reunió el comité?", lang="es")
    hits = {hit.file: hit for hit in result.hits}
    first, second = replace(hits["acta.es.txt"], score=2.0), replace(hits["agenda.es.txt"], score=1.8)
    result = replace(result, hits=(first, second), trust=trust)
    return [hit.file for hit in order_found(result, library.index, library.read_page)]


def test_where_the_embedder_cannot_be_trusted_the_passage_with_the_better_sentence_comes_first(two):
    assert found(two, trust=0.3) == ["agenda.es.txt", "acta.es.txt"]


def test_where_it_can_the_order_of_the_search_stays(two):
    assert found(two, trust=0.6) == ["acta.es.txt", "agenda.es.txt"]


def test_without_sentences_the_order_of_the_search_stays(two):
    result = two.index.search("¿Cuándo se reunió el comité?", lang="es")
    bare = replace(result, hits=tuple(replace(hit, sentences=()) for hit in result.hits))
    assert order_found(bare, two.index, two.read_page) == bare.hits
