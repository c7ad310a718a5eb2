"""A model's Markdown: nothing that loads or links is left, whole or in pieces, as an independent parser reads it."""

import json
import random
import time
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from core.chat.markdown import CleanStream, clean_markdown

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "markdown.jsonl").read_text("utf-8").splitlines()
]


def live_parts(text):
    """What CommonMark sees in `text` that loads, links or is HTML."""
    tokens = [token for block in MarkdownIt("commonmark").parse(text) for token in (block, *(block.children or ()))]
    return [token.type for token in tokens if token.type in ("image", "link_open", "html_inline", "html_block")]


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
    assert live_parts(text) == []


def test_plain_words_are_not_held_back():
    stream = CleanStream()
    assert [stream.feed(word) for word in ("Sales", " rose", " by 5 %.")] == ["Sales", " rose", " by 5 %."]


PARTS = (
    "!",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "\\",
    "\n",
    "\n\n",
    ":",
    " ",
    "a",
    "b",
    "ref",
    "//x.y/p.png",
    "/x",
    "img src=",
    "> ",
)
PARTS += (
    "![",
    "](",
    "][",
    "]:",
    "[ref]",
    "[ref]: /x",
    "![a\nb](/x)",
    "![a ![b](/x) c](/y)",
    "<img",
    "</a",
    "<!--",
    "`",
    "- ",
)
ROUNDS = 1500


def test_what_is_made_of_the_signs_of_links_and_tags_is_never_live():
    chance, hostile = random.Random(7), 0
    for _ in range(ROUNDS):
        said = "".join(chance.choices(PARTS, k=chance.randint(2, 16)))
        hostile += bool(live_parts(said))
        assert live_parts(clean_markdown(said)) == [], said
        stream, at, shown = CleanStream(), 0, []
        while at < len(said):
            size = chance.randint(1, 6)
            shown.append(stream.feed(said[at : at + size]))
            at += size
        assert live_parts("".join([*shown, stream.finish()])) == [], said
    assert hostile > ROUNDS / 5


@pytest.mark.parametrize("sign", ["![", "[a](", "[a][", "<a ", "[", "![a\n", "[1]", "("])
def test_signs_repeated_take_no_long_time(sign):
    started = time.perf_counter()
    clean_markdown(sign * 3000)
    assert time.perf_counter() - started < 2
