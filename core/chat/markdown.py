"""A model's Markdown with nothing in it that loads, links or hides: paragraphs, lists, bold and [n] marks remain.

`clean_markdown` reads a whole text, `CleanStream` pieces as they come. What is known is taken out so that its words
read well; what is left of the signs that any image, link or tag needs is then parted by a space, whatever was meant.
It judges no claim.
"""

from __future__ import annotations

import re

_WORDS = r"((?:\\.|[^\[\]\\\n]|\n(?![ \t]*\n)|\[\d{1,3}\](?!\())*)"  # of an image or link: one paragraph, marks in it
_TARGET = r"\((?:[^()\n]|\n(?![ \t]*\n)|\([^()\n]*\)){0,2000}\)"
_LINK = re.compile(rf"!?\[{_WORDS}\]{_TARGET}")
_IMAGE = re.compile(rf"!\[{_WORDS}\](?:\[[^\[\]]*\])?")
_DEEPEST = 8  # images and links within each other that are taken out one by one
_REFERENCE_LINK = re.compile(r"\[([^\]\n]+)\]\[(?!\d+\])[^\]\n]*\]")
_REFERENCE = re.compile(r"^[ \t]{0,3}\[[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)
_AUTOLINK = re.compile(r"<(?:https?|ftp|mailto|data|javascript|file):[^>\n]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.*?(?:-->|\Z)|<![a-zA-Z][^>\n]*>", re.DOTALL)
_ADDRESS = re.compile(
    r"\b(?:(?:https?|ftp|file)://|data:[\w.+-]+[/;,])[^\s<>)\]]*|\bwww\.[^\s<>)\]]+|\b(?:javascript|vbscript):[^\s<>\]]*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+•][ \t]+", re.MULTILINE)
_CODE_FENCE = re.compile(r"^[ \t]*```.*$\n?", re.MULTILINE)
# Without these no image, link, reference, tag or address in angle brackets begins.
_SIGNS = (
    (re.compile(r"!(?=\[)"), "! "),
    (re.compile(r"\](?=[(\[])(?!\[\d{1,3}\])"), "] "),
    (re.compile(r"^([ \t>*+\-\d.)]*\[(?:\\.|[^\[\]\\])*\])(?=:)", re.MULTILINE | re.DOTALL), r"\1 "),
    (re.compile(r"<(?=[a-zA-Z/!?])"), "< "),
)
_MEETS = re.compile(r"\][(\[:]|!\[|<[a-zA-Z/!?]")  # the same where one piece ends and the next begins
_BLANK_LINES = re.compile(r"\n{3,}")
# What may still become an image, a link, a tag or an address.
_OPEN = re.compile(
    r"(?:!|\]|!?\[(?:[^\]\n]|\n(?![ \t]*\n))*(?:\](?:\([^)\n]*|\[[^\]\n]*|:[ \t]*\n?)?)?"
    r"|<[^<>\n]{0,500}|<!--.*|\b[a-z]{1,10}:\S*|www\.\S*"
    r"|\b(?:h|ht|htt|https?|ftp?|f|w|ww|www|d|da|dat|data|fi|fil|file|j\w{0,9}|v\w{0,8})|`+|\n[ \t#*+•>]*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_HELD_MAX = 1100  # a reference may be 999 long


def clean_markdown(text: str) -> str:
    """The text without images, links, HTML and addresses; a link keeps its words, a heading becomes bold."""
    text = _CODE_FENCE.sub("", text)
    text = _REFERENCE.sub("", text)
    for _ in range(_DEEPEST):  # the innermost first
        before = text
        text = _LINK.sub(lambda match: match[1], text)
        if text == before:
            break
    text = _IMAGE.sub(lambda match: match[1], text)
    text = _REFERENCE_LINK.sub(lambda match: match[1], text)
    text = _AUTOLINK.sub("", text)
    text = _TAG.sub("", text)
    text = _ADDRESS.sub("…", text)
    text = _HEADING.sub(lambda match: f"**{match[1].replace('**', '')}**", text)
    text = _BULLET.sub(lambda match: f"{match[1]}- ", text)
    for sign, parted in _SIGNS:
        text = sign.sub(parted, text)
    return _BLANK_LINES.sub("\n\n", text)


class CleanStream:
    """Cleans pieces: what could still become something to remove is held back until it is decided."""

    def __init__(self) -> None:
        self._held = ""
        self._last = ""

    def feed(self, piece: str) -> str:
        self._held += piece
        recent = self._held[-_HELD_MAX:]
        match = _OPEN.search(recent)
        at = match.start() if match else len(recent)
        whole = (found for pattern in (_LINK, _IMAGE, _TAG) for found in pattern.finditer(recent))
        at = min((found.start() for found in whole if found.start() < at < found.end()), default=at)
        at += len(self._held) - len(recent)
        ready, self._held = self._held[:at], self._held[at:]
        return self._joined(ready)

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return self._joined(rest)

    def _joined(self, text: str) -> str:
        """The piece cleaned, parted from what was given before it where the two would make a sign."""
        text = clean_markdown(text)
        if _MEETS.match(self._last + text):
            text = " " + text
        self._last = text[-1:] or self._last
        return text
