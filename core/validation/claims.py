"""An answer's text -> the statements it makes, with their places in that text and the marks that stand behind them.

A statement is a sentence, a list item, or the part of a sentence that ends with a mark of its own. A heading, a
greeting or 'In summary:' states nothing. It reads no sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.documents.sentences import split_sentences

MARK = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_LEADING_MARKS = re.compile(r"\s*(?:\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]\s*[.,;]?\s*)+")
_QUOTED = re.compile(r"“([^”]{1,900})”|«([^»]{1,900})»|\"([^\"\n]{1,900})\"")
_BULLET = re.compile(r"[ \t]*(?:[-*•+]|\d{1,2}[.)])[ \t]+|[ \t]*#{1,6}[ \t]+|[ \t]*>[ \t]+")
_AFTER_MARK = re.compile(r"\]\s*[,;]?\s+(?=[^\s\[])")
_WORD = re.compile(r"[^\W_]{2,}")
_LABEL = re.compile(r"\*\*(?:[^\W\d_]+ ?){1,4}[.:]\*\*\s*")  # '**Tables.**' before what they say


@dataclass(frozen=True, slots=True)
class Claim:
    """`text` is answer[start:end]; `marks` the numbers cited for it, `own` whether it carries them itself; `quotes`
    are (start, end) of quoted words, counted in `text`; `block` numbers its paragraph or list item."""

    start: int
    end: int
    text: str
    marks: tuple[int, ...] = ()
    own: bool = False
    quotes: tuple[tuple[int, int], ...] = ()
    block: int = 0


def split_claims(text: str) -> list[Claim]:
    """The statements of `text`, in order. One without a mark takes those of the next one in its paragraph, else of the
    one before."""
    claims: list[Claim] = []
    for block, (start, end) in enumerate(_blocks(text)):
        spans = [part for span in _sentences(text, start, end) for part in _parts(text, *span)]
        made = [_claim(text, *span, block) for span in spans]
        claims += _inherit([claim for claim in made if is_statement(claim)])
    return claims


def is_statement(claim: Claim) -> bool:
    """Whether it says anything that could be false."""
    bare = MARK.sub("", claim.text).strip(" *_#|\t")
    if len(_WORD.findall(bare)) < 2 and not any(char.isdigit() for char in bare):
        return False
    return not bare.endswith((":", "?"))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Lines without what opens a list item; a line that only goes on with a sentence belongs to the one above."""
    at = 0
    for line in text.split("\n"):
        opener = _BULLET.match(line)
        start = at + (opener.end() if opener else 0)
        label = _LABEL.match(text, start)
        start = label.end() if label else start
        if text[start : at + len(line)].strip():
            yield start, at + len(line.rstrip())
        at += len(line) + 1


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence spans; quoted words are one piece, and marks behind a full stop belong to the sentence before."""
    masked = _QUOTED.sub(lambda m: m.group()[0] + "x" * (len(m.group()) - 2) + m.group()[-1], text[start:end])
    spans: list[tuple[int, int]] = []
    for first, last in split_sentences(masked):
        first, last = first + start, last + start
        lead = _LEADING_MARKS.match(text, first, last)
        if lead and spans:
            spans[-1] = (spans[-1][0], first + len(text[first : lead.end()].rstrip()))
            first = lead.end()
        if first < last:
            joined = spans and (
                text[spans[-1][0] : spans[-1][1]].count("“") > text[spans[-1][0] : spans[-1][1]].count("”")
            )
            if joined:
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
    return spans


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence cut behind each mark that more words follow."""
    parts, at = [], start
    for match in _AFTER_MARK.finditer(text, start, end):
        rest = MARK.sub("", text[match.end() : end])
        if MARK.search(text[at : match.start() + 1]) and len(_WORD.findall(rest)) >= 2:
            parts.append((at, match.start() + 1))
            at = match.end()
    return [*parts, (at, end)]


def _claim(text: str, start: int, end: int, block: int) -> Claim:
    said = text[start:end]
    marks = tuple(dict.fromkeys(int(n) for found in MARK.findall(said) for n in re.findall(r"\d+", found)))
    quotes = tuple((match.start(), match.end()) for match in _QUOTED.finditer(said))
    return Claim(start, end, said, marks, bool(marks), quotes, block)


def _inherit(claims: list[Claim]) -> list[Claim]:
    for order in (range(len(claims) - 2, -1, -1), range(1, len(claims))):
        for n in order:
            near = claims[n + 1] if order.step < 0 else claims[n - 1]
            if not claims[n].marks and near.marks:
                claims[n] = replace(claims[n], marks=near.marks)
    return claims
