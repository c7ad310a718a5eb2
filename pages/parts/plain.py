"""Text of documents, files, models and users, made safe for Streamlit's Markdown: shown as written, never obeyed.

Escaped text can start no image, link, heading, list, formula, colour or HTML tag. What is rewritten after parsing
(emoji and icon names between colons, typographic arrows) is broken by an invisible word joiner. It adds no formatting
of its own but what its callers ask for: `answer_text` and `marked`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REWRITTEN = re.compile(r":(?=[\w+-]+(?:/\w+)?:)|(?<=<)(?=-)|(?<=-)(?=[->])|(?<=[<>~])(?==)")
_JOINER = "\u2060"
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_MARK = re.compile(r"\[(\d{1,2})\]")


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly its characters, lines kept."""
    text = _REWRITTEN.sub(lambda match: match.group() + _JOINER, text)
    lines = (_PUNCTUATION.sub(r"\\\1", line.strip()) for line in text.split("\n"))
    return "  \n".join(lines)


def one_line(text: str, limit: int = 0) -> str:
    """`text` on one line, cut at `limit` characters, safe as a label."""
    text = " ".join(text.split())
    if limit and len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return plain(text)


def answer_text(text: str, numbers: Collection[int], doubtful: Collection[str] = ()) -> str:
    """An answer's text with what we allow in it: list items, **bold**, and [n] where n is one of its citations.

    `doubtful` are statements that could not be verified: they are set off by colour."""
    return "\n\n".join(
        "\n".join(_answer_line(line, numbers, doubtful) for line in block.split("\n")) for block in text.split("\n\n")
    )


def _answer_line(line: str, numbers: Collection[int], doubtful: Collection[str]) -> str:
    bullet, rest = ("- ", line[2:]) if line.startswith("- ") else ("", line)
    doubt = next((claim for claim in doubtful if claim and claim in rest), "")
    parts = rest.partition(doubt) if doubt else (rest, "", "")
    shown = "".join(
        f":orange-background[{_inline(part, numbers)}]" if doubt and n == 1 else _inline(part, numbers)
        for n, part in enumerate(parts)
    )
    return bullet + shown + ("" if bullet else "  ")


def _inline(text: str, numbers: Collection[int]) -> str:
    pieces = []
    for n, part in enumerate(_BOLD.split(text)):
        cited = _MARK.sub(lambda match: f"\0{match[1]}\1" if int(match[1]) in numbers else match[0], part)
        space = cited[: len(cited) - len(cited.lstrip())], cited[len(cited.rstrip()) :]
        shown = plain(cited).replace("\0", ":primary-badge[").replace("\1", "]")
        pieces.append(f"{space[0]}**{shown}**{space[1]}" if n % 2 else f"{space[0] and ' '}{shown}{space[1] and ' '}")
    return "".join(pieces)


def marked(text: str, start: int, end: int, before: int = 300, after: int = 1500) -> str:
    """`text` around `start`..`end`, that span set off, cut to so many characters before and after it."""
    first, last = max(0, start - before), min(len(text), end + after)
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
