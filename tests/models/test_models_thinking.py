"""Thinking text and stop strings, split at every place."""

import pytest

from core.models.thinking import VisibleText

CASES = [
    ("Madrid", "Madrid"),
    ("<think>hm</think>\n\nMadrid", "Madrid"),
    ("<think></think>Madrid", "Madrid"),
    ("<THINK>hm</Think>Madrid", "Madrid"),
    ("a <think>x</think>b", "a b"),
    ("<think>never closed", ""),
    ("I see.</think>\nMadrid", "Madrid"),
    ("1 < 2 and <b> is no tag", "1 < 2 and <b> is no tag"),
    ("ends with <thi", "ends with <thi"),
    ("<thinking>x</thinking>y", "y"),
    ("before STOP after", "before "),
    ("ST OP STO", "ST OP STO"),
]


@pytest.mark.parametrize(("said", "shown"), CASES)
def test_every_split_shows_the_same(said, shown):
    for size in range(1, len(said) + 1):
        visible = VisibleText(stop=("STOP",))
        parts = [visible.feed(said[at : at + size]) for at in range(0, len(said), size)]
        parts.append(visible.finish())
        assert visible.text == shown
        assert "".join(parts) == shown or visible.taken_back


def test_a_prompt_that_opens_the_tag():
    visible = VisibleText(thinking=True)
    assert visible.feed("I wonder") == ""
    assert visible.feed("</think>Madrid") == "Madrid"
    assert not visible.taken_back


def test_nothing_is_held_back_without_need():
    visible = VisibleText(stop=("STOP",))
    assert [visible.feed(piece) for piece in ("a", " b", " c")] == ["a", " b", " c"]
