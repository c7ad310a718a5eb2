"""A model's Markdown with nothing in it that loads, links or hides: paragraphs, lists, bold and [n] marks remain.

`clean_markdown` reads a whole text, `CleanStream` pieces as they come. It judges no claim.
"""

from __future__ import annotations

import re

_IMAGE = re.compile(r"!\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_REFERENCE_LINK = re.compile(r"\[([^\]\n]+)\]\[(?!\d+\])[^\]\n]*\]")
_REFERENCE = re.compile(r"^[ \t]{0,3}\[[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)
_AUTOLINK = re.compile(r"<(?:https?|ftp|mailto|data|javascript|file):[^>\n]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>|<!--.*?(?:-->|\Z)|<![a-zA-Z][^>\n]*>", re.DOTALL)
_ADDRESS = re.compile(
    r"\b(?:(?:https?|ftp|file)://|data:[\w.+-]+[/;,])[^\s<>)\]]*|\bwww\.[^\s<>)\]]+|\b(?:javascript|vbscript):[^\s<>\]]*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+•][ \t]+", re.MULTILINE)
_CODE_FENCE = re.compile(r"^[ \t]*```.*$\n?", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
# What may still become an image, a link, a tag or an address.
_OPEN = re.compile(
    r"(?:!|!?\[[^\]\n]*(?:\](?:\([^)\n]*|\[[^\]\n]*)?)?|<[^<>\n]{0,500}|<!--.*|\b[a-z]{1,10}:\S*|www\.\S*"
    r"|\b(?:h|ht|htt|https?|ftp?|f|w|ww|www|d|da|dat|data|fi|fil|file|j\w{0,9}|v\w{0,8})|`+|\n[ \t#*+•>]*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_HELD_MAX = 600


def clean_markdown(text: str) -> str:
    """The text without images, links, HTML and addresses; a link keeps its words, a heading becomes bold."""
    text = _CODE_FENCE.sub("", text)
    text = _REFERENCE.sub("", text)
    text = _IMAGE.sub(lambda match: match[1], text)
    text = _LINK.sub(lambda match: match[1], text)
    text = _REFERENCE_LINK.sub(lambda match: match[1], text)
    text = _AUTOLINK.sub("", text)
    text = _TAG.sub("", text)
    text = _ADDRESS.sub("…", text)
    text = _HEADING.sub(lambda match: f"**{match[1].replace('**', '')}**", text)
    text = _BULLET.sub(lambda match: f"{match[1]}- ", text)
    return _BLANK_LINES.sub("\n\n", text)


class CleanStream:
    """Cleans pieces: what could still become something to remove is held back until it is decided."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        self._held += piece
        recent = self._held[-_HELD_MAX:]
        match = _OPEN.search(recent)
        at = match.start() if match else len(recent)
        whole = (found for pattern in (_IMAGE, _LINK, _TAG) for found in pattern.finditer(recent))
        at = min((found.start() for found in whole if found.start() < at < found.end()), default=at)
        at += len(self._held) - len(recent)
        ready, self._held = self._held[:at], self._held[at:]
        return clean_markdown(ready)

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return clean_markdown(rest)
