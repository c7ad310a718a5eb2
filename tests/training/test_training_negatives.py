"""Hard wrong answers: what search would rank high of the training set, but never what may be right."""

import numpy as np

from core.training.negatives import mine
from core.training.pairs import Pair

AXES = {"pay": 0, "leave": 1, "tax": 2}


def encode(texts):
    """A direction for each word of AXES."""
    rows = np.stack([[text.count(word) + 0.01 for word in AXES] for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def pair(question, passage, key, **more):
    return Pair(question, passage, key, key, "en", "en", **more)


PAIRS = [
    pair("how much pay while on leave", "leave leave pay: half of it", "a"),
    pair("when is pay due", "pay comes on the last day", "b"),
    pair("who asks for leave", "leave is asked for in writing", "c"),
    pair("which tax applies", "tax is a fifth", "d"),
]


def test_a_passage_that_search_would_find_is_a_wrong_answer_and_the_own_one_never():
    found = mine(PAIRS, encode, 1)
    assert [one.negatives for one in found][:3] != [(), (), ()]
    for one in found:
        assert one.passage not in one.negatives and len(one.negatives) <= 1
    assert found[2].negatives == ("leave leave pay: half of it",)


def test_what_scores_like_the_right_passage_may_be_right_and_is_left_out():
    twin = pair("when does pay come", "pay comes on the last days", "e")
    found = mine([*PAIRS, twin], encode, 4)
    assert twin.passage not in found[1].negatives
    assert PAIRS[1].passage not in found[4].negatives


def test_another_form_of_the_right_passage_is_never_wrong_and_given_negatives_stay():
    other = pair("when is pay due", "pay falls due when the month ends", "b")
    given = pair("which tax applies", "tax is a fifth", "d", negatives=("no tax at all",))
    found = mine([*PAIRS[:3], other, given], encode, 3)
    assert not {PAIRS[1].passage, other.passage} & set(found[3].negatives)
    assert found[4].negatives[0] == "no tax at all"
    assert [one.question for one in found] == [one.question for one in (*PAIRS[:3], other, given)]


def test_without_words_in_common_meaning_alone_decides():
    apart = [Pair("pay", "pay", "a", "a", "es", "en"), Pair("leave", "leave pay", "b", "b", "es", "en")]
    assert all(len(one.negatives) <= 1 for one in mine(apart, encode, 2))
