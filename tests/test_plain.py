"""What documents and people wrote is shown as written: rendered by a CommonMark parser, it comes back as plain text."""

import pytest
from markdown_it import MarkdownIt

from pages.parts.plain import Doubt, answer_text, marked, one_line, plain

TEXTS = [
    "![x](http://evil.example/p.png)",
    "[a](javascript:alert(1)) [b]: http://evil.example",
    "<img src=x onerror=alert(1)> &lt; &amp;",
    "# heading\n- item\n1. one\n> quote\n    code",
    "**bold** _em_ ~~no~~ `code` $x^2$ $$y$$",
    ":red[colour] :material/home: :smile: :streamlit:",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "back\\slash \\[x\\] 12:30:45 a -> b >= c",
    "===\n---\n***",
    "write to ana@example.org, see https://evil.example/x or www.evil.example",
]


PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak"}


def render(text):
    """Text and tags of Markdown as a parser with tables and strikethrough sees it."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inner = [child for token in tokens for child in (token.children or [])]
    kinds = {token.type for token in tokens} | {child.type for child in inner}
    words = "".join("\n" if "break" in child.type else child.content for child in inner)
    return words, kinds - PLAIN


@pytest.mark.parametrize("text", TEXTS)
def test_plain_text_comes_back_as_written(text):
    words, kinds = render(plain(text))
    assert kinds == set()
    assert words.replace("\u2060", "") == "\n".join(line.strip() for line in text.split("\n"))


REWRITTEN = [":red[x]", ":material/home:", ":smile:", "a -> b", "a >= b", "a@b.org", "http://a.b", "WWW.a.b"]


@pytest.mark.parametrize("text", REWRITTEN)
def test_what_is_rewritten_after_parsing_is_broken_up(text):
    assert "\u2060" in plain(text) or "\\[" in plain(text)


def test_an_answer_keeps_its_own_marks_only():
    shown = answer_text("**24 days** — “*24* [7] ![x](y)” [1]\n- one [2]", {1, 2})
    assert "**24 days**" in shown
    assert ":primary-badge[1]" in shown
    assert ":primary-badge[2]" in shown
    assert "\\[7\\]" in shown
    assert "\\!\\[x\\]" in shown
    assert "\n- one" in shown


def test_a_doubtful_statement_is_a_link_to_nowhere_with_its_reason():
    text = "Sure. Doubt **5%** [1]."
    shown = answer_text(text, {1}, [Doubt(6, len(text), "partly", 'not "there" ](x)')])
    assert shown.startswith("Sure\\. [Doubt 5\\%](#partly")
    assert '\\"there\\"' in shown
    assert "](x)" not in shown.replace("\\]\\(x\\)", "")
    assert ":primary-badge[1]" in shown


def test_only_the_part_of_a_line_that_is_doubtful_is_marked():
    text = "One.\n- Two. Three."
    shown = answer_text(text, (), [Doubt(12, 18, "unsupported", "why")])
    assert shown.split("\n")[1] == '- Two\\. [Three\\.](#unsupported "why")'


def test_a_marked_passage_stands_in_its_text():
    text = "x" * 1000 + " The quote. " + "y" * 3000
    shown = marked(text, 1001, 1011)
    assert ":primary-background[The quote\\.]" in shown
    assert shown.startswith("… x")
    assert len(shown) < 2200


def test_a_marked_passage_is_cut_between_words():
    text = "before " * 200 + "The quote." + " after" * 500
    start = text.index("The")
    shown = marked(text, start, start + 10, before=303, after=101)
    assert shown.startswith("… before ") and shown.endswith(" after …")


def test_a_label_is_one_line_and_cut():
    assert one_line("a\nb   c") == "a b c"
    assert one_line("word " * 30, 20) == "word word word word…"
    assert one_line("of the board who all want more than that", 37) == "of the board who all want more than…"
