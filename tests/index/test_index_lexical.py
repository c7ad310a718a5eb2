"""BM25 against an independent implementation, and after every kind of change."""

import random

import bm25s
import numpy as np
import pytest

from core.index.lexical import K1, B, LexicalIndex, question_terms, terms

TEXTS = (
    "The quarterly revenue grew by 12 percent. Revenue of services grew too.",
    "Margins fell because freight costs rose in the second quarter.",
    "The board approved a dividend of 1,234.50 per share.",
    "Freight, freight and more freight: costs everywhere.",
    "Nothing to see here, but the word quarter.",
    "A café in México served the board.",
)


def oracle(texts, question):
    """bm25s with Lucene's idf; it leaves out the factor k1 + 1, which changes no order."""
    vocabulary = {}
    ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms(text, "en")] for text in texts]
    retriever = bm25s.BM25(method="lucene", k1=K1, b=B)
    retriever.index((ids, vocabulary), show_progress=False)
    asked = [vocabulary[term] for term in question_terms(question, ["en"]) if term in vocabulary]
    return retriever.get_scores_from_ids(asked) * (K1 + 1)


def built(texts):
    index = LexicalIndex()
    index.add(list(texts), ["en"] * len(texts))
    return index


@pytest.mark.parametrize(
    "question", ["quarter revenue", "freight costs of the board", "dividend 1234.50", "cafe mexico"]
)
def test_scores_equal_an_independent_implementation(question):
    ours = built(TEXTS).scores(question_terms(question, ["en"]))
    np.testing.assert_allclose(ours, oracle(TEXTS, question), rtol=1e-4)


def test_any_order_of_additions_and_removals_ends_in_the_same_scores():
    chance = random.Random(3)
    words = [f"word{n}" for n in range(40)]
    index, kept = LexicalIndex(), []
    for _ in range(30):
        fresh = [" ".join(chance.choices(words, k=chance.randint(1, 30))) for _ in range(chance.randint(1, 5))]
        index.add(fresh, ["en"] * len(fresh))
        kept += fresh
        if chance.random() < 0.4:
            keep = np.array([chance.random() < 0.7 for _ in kept])
            index.remove(keep)
            kept = [text for text, stays in zip(kept, keep, strict=True) if stays]
    asked = question_terms("word1 word7 word39", ["en"])
    np.testing.assert_allclose(index.scores(asked), built(kept).scores(asked), rtol=1e-5)
    np.testing.assert_allclose(index.scores(asked), oracle(kept, "word1 word7 word39"), rtol=1e-4)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Canciones", "es", ["canciones", "~cancion"]),
        ("canción", "es", ["cancion", "~cancion"]),
        ("grew growing", "en", ["grew", "~grew", "growing", "~grow"]),
        ("1.234,50", "es", ["123450", "~1.234,50"]),
        ("Q3 2023", "en", ["q3", "~q3", "2023", "~2023"]),
        ("cafe\u0301", "es", ["cafe", "~caf"]),
        ("", "en", []),
    ],
)
def test_terms(text, lang, expected):
    assert terms(text, lang) == expected


def test_rare_terms_weigh_more_and_unseen_ones_most():
    index = built(TEXTS)
    assert index.idf("the") < index.idf("dividend") < index.idf("zebra")


def test_an_empty_index_scores_nothing():
    assert LexicalIndex().scores(["word"]).shape == (0,)


def test_of_several_meanings_the_best_one_counts():
    index = LexicalIndex()
    index.add(["sell and trade the goods", "sell the goods", "nothing of it"], ["en"] * 3)
    sell, trade = terms("sell", "en"), terms("trade", "en")
    both = index.best_scores([(tuple(sell), tuple(trade))])
    assert both == pytest.approx(np.maximum(index.scores(sell), index.scores(trade)))
    assert index.best_scores([(("~never",),)]).tolist() == [0, 0, 0]
