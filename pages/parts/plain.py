"""Text of documents, files, models and users, made safe for Streamlit's Markdown: shown as written, never obeyed.

Escaped text can start no image, link, heading, list, formula, colour or HTML tag. What is rewritten after parsing
(emoji and icon names between colons, typographic arrows, addresses of pages and mail) is broken by an invisible word
joiner. It adds no formatting of its own but what its callers ask for: `answer_text` and `marked`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REWRITTEN = re.compile(
    r":(?=[\w+-]+(?:/\w+)?:)|(?<=<)(?=-)|(?<=-)(?=[->])|(?<=[<>~])(?==)|(?<=\w)@(?=\w)|:(?=//)|(?i:www)(?=\.)"
)
_JOINER = "\u2060"
_SPACE, _LONG_WORD = re.compile(r"\s"), 40
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_MARK = re.compile(r"\[(\d{1,2})\]")
_LAST_MARKS = re.compile(r"\s*(?:\[\d{1,2}\]\s*)+[.,;]?\s*$|\s+$")


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly its characters, lines kept."""
    text = _REWRITTEN.sub(lambda match: match.group() + _JOINER, text)
    lines = (_PUNCTUATION.sub(r"\\\1", line.strip()) for line in text.split("\n"))
    return "  \n".join(lines)


def one_line(text: str, limit: int = 0) -> str:
    """`text` on one line, cut at `limit` characters, between words where one ends near, safe as a label."""
    text = " ".join(text.split())
    if limit and len(text) > limit:
        cut = text[: limit - 1]
        whole = cut if text[limit - 1] == " " else cut.rpartition(" ")[0]
        text = (whole if len(whole) > 0.8 * limit else cut).rstrip() + "…"
    return plain(text)


def unmarked(text: str) -> str:
    """An answer's text without the marks of its bold words, for where it is shown in short."""
    return _BOLD.sub(r"\1", text)


class Doubt(NamedTuple):
    """A statement at `start`..`end` of an answer's text that is not proven, and why in words."""

    start: int
    end: int
    verdict: str
    reason: str


def answer_text(text: str, numbers: Collection[int], doubts: Sequence[Doubt] = ()) -> str:
    """An answer's text with what we allow in it: list items, **bold**, and [n] where n is one of its citations.

    `doubts` are underlined by the style sheet, the reason is seen on hovering."""
    lines, at = [], 0
    for line in text.split("\n"):
        inside = [d for d in doubts if d.start < at + len(line) and at < d.end]
        lines.append(_answer_line(line, numbers, [d._replace(start=d.start - at, end=d.end - at) for d in inside]))
        at += len(line) + 1
    return "\n".join(lines)


def _answer_line(line: str, numbers: Collection[int], doubts: Sequence[Doubt]) -> str:
    if not line.strip():
        return ""
    bullet = "- " if line.startswith("- ") else ""
    at, shown = len(bullet), []
    for doubt in sorted(doubts):
        start, end = max(doubt.start, at), min(doubt.end, len(line))
        if start < end:
            shown += [_inline(line[at:start], numbers), _doubtful(line[start:end], doubt, numbers)]
            at = end
    return bullet + "".join([*shown, _inline(line[at:], numbers)]) + ("" if bullet else "  ")


def _doubtful(said: str, doubt: Doubt, numbers: Collection[int]) -> str:
    """A link that leads nowhere: its title is the reason, and its address tells the style sheet how to draw it."""
    marks = _LAST_MARKS.search(said)
    body, tail = (said[: marks.start()], said[marks.start() :]) if marks else (said, "")
    inner = plain(unmarked(body)).strip()
    title = plain(" ".join(doubt.reason.split()))
    return f'[{inner}](#{doubt.verdict} "{title}")' + _inline(tail, numbers) if inner else _inline(said, numbers)


def _inline(text: str, numbers: Collection[int]) -> str:
    pieces = []
    for n, part in enumerate(_BOLD.split(text)):
        cited = _MARK.sub(lambda match: f"\0{match[1]}\1" if int(match[1]) in numbers else match[0], part)
        space = cited[: len(cited) - len(cited.lstrip())], cited[len(cited.rstrip()) :]
        shown = plain(cited).replace("\0", ":primary-badge[").replace("\1", "]")
        pieces.append(f"{space[0]}**{shown}**{space[1]}" if n % 2 else f"{space[0] and ' '}{shown}{space[1] and ' '}")
    return "".join(pieces)


def marked(text: str, start: int, end: int, before: int = 300, after: int = 1500) -> str:
    """`text` around `start`..`end`, that span set off, cut between words, about so many
    characters before and after it."""
    first, last = max(0, start - before), min(len(text), end + after)
    if first and (space := _SPACE.search(text, first, min(start, first + _LONG_WORD))):
        first = space.end()
    if last < len(text) and (space := _SPACE.search(text, last, last + _LONG_WORD)):
        last = space.start()
    head = ("… " if first else "") + text[first:start]
    tail = text[end:last] + (" …" if last < len(text) else "")
    spans = [f":primary-background[{plain(line)}]" for line in text[start:end].split("\n") if line.strip()]
    return _joined(head) + "  \n".join(spans) + _joined(tail)


def _joined(text: str) -> str:
    """`plain`, keeping a space at either end and paragraphs apart."""
    shown = plain(text)
    head = "\n\n" if text.lstrip(" ").startswith("\n\n") else " " * text[:1].isspace()
    tail = "\n\n" if text.rstrip(" ").endswith("\n\n") else " " * text[-1:].isspace()
    return f"{head}{shown.strip()}{tail}"
