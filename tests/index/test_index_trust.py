"""The trust in the embedder: from what the corpus shows, never far from the prior, kept until the text changes."""

import numpy as np
import pytest

from core.index import trust
from core.index.embed import embed_missing

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
    weight, count = trust.estimate_trust(db, embedder.id, "en", "builtin")
    assert count == 4
    assert abs(weight - trust.PRIOR["en"]) < 0.02


def test_the_weight_is_stored_and_computed_anew_only_when_the_text_changed(db, add_text, word_embedder):
    embedder = word_embedder()
    add_text("a.txt", "Red apples ripen. Red apples fall. Red apples rot. They are red. They fall.")
    embed_missing(db, embedder, "words")
    first = trust.read_trust(db, embedder.id)
    assert first["en"][1] == 5
    add_text("b.txt", "One more.")
    embed_missing(db, embedder, "words")
    assert trust.read_trust(db, embedder.id) == first
    add_text("c.txt", "Blue whales sing. Blue whales dive. Whales are big.")
    embed_missing(db, embedder, "words")
    assert trust.read_trust(db, embedder.id)["en"][1] == 9
