"""A model's Markdown: nothing that loads or links is left, whole or in pieces."""

import json
from pathlib import Path

import pytest

from core.chat.markdown import CleanStream, clean_markdown

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "markdown.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["said"][:24] for case in CASES])
def test_whole(case):
    assert clean_markdown(case["said"]) == case["shown"]


@pytest.mark.parametrize("case", CASES, ids=[case["said"][:24] for case in CASES])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_pieces_let_nothing_through(case, size):
    stream = CleanStream()
    shown = [stream.feed(case["said"][at : at + size]) for at in range(0, len(case["said"]), size)]
    text = "".join([*shown, stream.finish()])
    assert not any(mark in text for mark in ("](", "://", "<img", "<script", "javascript:", "www."))


def test_plain_words_are_not_held_back():
    stream = CleanStream()
    assert [stream.feed(word) for word in ("Sales", " rose", " by 5 %.")] == ["Sales", " rose", " by 5 %."]
