"""The trust in the embedder: from what the corpus shows, never far from the prior, the same however the text came."""

import numpy as np
import pytest

from core.index import trust
from core.index.embed import embed_missing
from core.state import documents, vectors

TEXTS = ["red apples ripen", "red apples fall", "blue whales sing", "blue whales dive"]


def test_a_side_that_finds_its_neighbours_is_trusted():
    groups = np.array([0, 0, 1, 1])
    rows = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], np.float32)
    assert trust.shares(rows, TEXTS, groups, "en") == (1.0, 1.0, 4)
    crossed = np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1]], np.float32)
    assert trust.shares(crossed, TEXTS, groups, "en") == (0.0, 1.0, 4)


def test_sentences_alone_in_their_piece_are_not_asked():
    assert trust.shares(np.eye(4, dtype=np.float32), TEXTS, np.array([0, 1, 2, 2]), "en")[2] == 2


@pytest.mark.parametrize(
    ("dense", "lexical", "low", "high"), [(1, 1, 0.4, 0.5), (1, 0, 1, 1), (0, 1, 0, 0), (0, 0, 0.5, 0.5)]
)
def test_weigh(dense, lexical, low, high):
    assert low <= trust.weigh(dense, lexical) <= high


def test_little_text_hardly_moves_the_prior_and_no_text_moves_it_far(db, add_text, word_embedder):
    add_text("a.txt", "Red apples ripen. Red apples fall.\n\nBlue whales sing. Blue whales dive.")
    embedder = word_embedder()
    embed_missing(db, embedder, "builtin")
    weight = trust.estimate_trust(db, embedder.id, "en", "builtin")
    assert 0 < abs(weight - trust.PRIOR["en"]) < 0.02


def test_the_weight_is_computed_anew_only_when_its_sample_is_another_one(db, add_text, word_embedder, monkeypatch):
    asked = []
    estimate = trust.estimate_trust
    monkeypatch.setattr(trust, "estimate_trust", lambda *given: asked.append(given[2]) or estimate(*given))
    embedder = word_embedder()
    add_text("a.txt", "Red apples ripen. Red apples fall. Red apples rot. They are red. They fall.")
    embed_missing(db, embedder, "words")
    embed_missing(db, embedder, "words")
    assert asked == ["en"]
    add_text("b.txt", "Uno más.", "es")
    embed_missing(db, embedder, "words")
    assert asked == ["en", "es"]
    added = add_text("c.txt", "Blue whales sing. Blue whales dive. Whales are big.")
    embed_missing(db, embedder, "words")
    documents.delete_document(db, added)
    embed_missing(db, embedder, "words")
    assert asked == ["en", "es", "en", "en"]


def test_of_many_documents_the_same_are_asked_whenever_they_came():
    held = [vectors.Embedded(n, f"{n * 7919 % 997:03}", 3, 50) for n in range(200)]
    drawn = trust._draw(held)
    assert sum(n for _, n in drawn) == 1200
    assert trust._draw(held[::-1]) == drawn
    assert trust._draw([*held, vectors.Embedded(999, "999", 3, 50)]) == drawn


def test_the_trust_is_settled_when_it_is_that_of_the_text_as_it_is_now(db, add_text, word_embedder):
    embedder = word_embedder()
    assert not trust.is_settled(db)
    number = add_text("a.txt", "Red apples ripen. Red apples fall.")
    embed_missing(db, embedder, "words")
    assert trust.is_settled(db)
    documents.delete_document(db, number)
    assert not trust.is_settled(db)
    embed_missing(db, embedder, "words")
    assert trust.is_settled(db)
    assert trust.trust_of(vectors.read_meta(db, trust.TRUST), embedder.id) == {}


def test_the_trust_in_another_model_is_not_taken(db, add_text, word_embedder):
    add_text("a.txt", "Red apples ripen. Red apples fall.")
    embed_missing(db, word_embedder(), "words")
    stored = vectors.read_meta(db, trust.TRUST)
    assert trust.trust_of(stored, "words-1").keys() == {"en"}
    assert trust.trust_of(stored, "words-2") == trust.trust_of(None, "words-1") == {}
