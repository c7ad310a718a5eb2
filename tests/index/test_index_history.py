"""What is found depends on the documents alone: not on their order, on what was there once, or on a restart."""

import pytest

from core.index import trust
from core.index.embed import embed_missing
from core.index.search import SearchIndex
from core.settings import load
from core.state import documents, vectors

SAME = "The crane is checked every spring. A sling that is worn is taken away."
TEXTS = {
    "yard.txt": ("en", SAME),
    "dock.txt": ("en", SAME),
    "bees.txt": ("en", "Hives are opened in April. The keeper feeds the bees with sugar.\n\nHoney is taken in June."),
    "mill.txt": ("en", "The mill grinds oats. Oats are dried first.\n\nThe velocities of both stones are alike."),
    "kiln.txt": ("en", "The velocity of the belt is two metres. Bricks are dried for a week.\n\nThe kiln is lit."),
    "horno.txt": ("es", "El horno se enciende en abril. Los ladrillos se secan una semana."),
    "colmena.txt": ("es", "Las colmenas se abren en abril. La miel se saca en junio.\n\nLas abejas comen azúcar."),
}
QUESTIONS = [
    ("When is a worn sling taken away?", "en"),
    ("When is honey taken?", "en"),
    ("What is dried?", "en"),
    ("¿Cuándo se saca la miel?", "es"),
    ("¿Cuál es la velocidad de la cinta?", "es"),
    ("¿Qué se enciende?", "es"),
]


@pytest.fixture
def grow(open_db, add_to, word_embedder, tmp_path):
    """Library and index from files that are added in an order, so many at once; the index looks after each round."""

    def grown(names, at_once, db=None):
        db = db or open_db()
        index = SearchIndex(db, load(tmp_path), embedder=word_embedder())
        return index, add_more(db, index, names, at_once)

    def add_more(db, index, names, at_once):
        for start in range(0, len(names), at_once):
            for name in names[start : start + at_once]:
                lang, text = TEXTS[name]
                add_to(db, name, text, lang)
            embed_missing(db, word_embedder(), "words")
            index.refresh()
        return db

    grown.more = add_more
    grown.again = lambda db: SearchIndex(db, load(tmp_path), embedder=word_embedder())
    return grown


def found(index):
    """All that a question gets: trust, passages, scores and the sentences with theirs."""
    results = [index.search(question, lang=lang, k=4) for question, lang in QUESTIONS]
    assert all(result.hits for result in results)
    return [
        (
            result.trust,
            [(h.file, h.text, h.score, h.coverage, [(s.text, s.cosine) for s in h.sentences]) for h in result.hits],
        )
        for result in results
    ]


def delete(db, *names):
    for number, (name, *_) in documents.read_names(db).items():
        if name in names:
            documents.delete_document(db, number)


def test_the_order_of_the_files_makes_no_difference(grow):
    index, _ = grow(list(TEXTS), len(TEXTS))
    backwards, _ = grow(list(TEXTS)[::-1], 1)
    assert found(backwards) == found(index)


def test_a_restart_makes_no_difference(grow):
    index, db = grow(list(TEXTS)[::-1], 2)
    assert found(grow.again(db)) == found(index)


def test_a_file_that_went_and_came_back_makes_no_difference(grow, word_embedder):
    index, db = grow(list(TEXTS), len(TEXTS))
    before = found(index)
    for names in (["yard.txt", "kiln.txt"], ["horno.txt", "colmena.txt"]):
        delete(db, *names)
        embed_missing(db, word_embedder(), "words")
        assert found(index) != before
        grow.more(db, index, names, 1)
        assert found(index) == before


@pytest.mark.parametrize("gone", [["kiln.txt"], ["horno.txt", "colmena.txt"], ["bees.txt", "mill.txt"]])
def test_what_was_there_once_leaves_no_trace(grow, word_embedder, gone):
    index, db = grow(list(TEXTS), 3)
    delete(db, *gone)
    embed_missing(db, word_embedder(), "words")
    never, _ = grow([name for name in TEXTS if name not in gone], 2)
    assert found(index) == found(never) == found(grow.again(db))


def test_of_equal_passages_the_name_decides(grow):
    for names in (["yard.txt", "dock.txt"], ["dock.txt", "yard.txt"]):
        index, _ = grow(names, 1)
        first, second = index.search("worn sling", lang="en").hits
        assert (first.text, first.score) == (second.text, second.score)
        assert first.file == "dock.txt"


def test_a_word_that_no_text_holds_any_more_is_no_translation(grow, word_embedder):
    index, db = grow(["kiln.txt", "mill.txt"], 2)
    assert "velocity" in spoken(index, "velocidad")
    delete(db, "kiln.txt")
    embed_missing(db, word_embedder(), "words")
    index.refresh()
    assert not index._corpus.holds("bricks", "en")
    delete(db, "mill.txt")
    index.refresh()
    assert index._corpus.langs == []


def spoken(index, word):
    return {part for one in index.read_across(word, "es", "en") for meaning in one.meanings for part in meaning}


def test_a_trust_that_is_told_after_the_last_vector_is_taken_in(grow, word_embedder, monkeypatch):
    index, db = grow(["bees.txt"], 1)
    revision = vectors.revision(db)
    monkeypatch.setattr(trust, "estimate_trust", lambda *_: 0.625)
    vectors.write_meta(db, trust.TRUST, "")
    trust.refresh_trust(db, "words-1", "words")
    assert vectors.revision(db) == revision
    assert index.search("honey", lang="en").trust == 0.625
