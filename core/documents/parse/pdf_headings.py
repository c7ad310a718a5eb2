"""What only the whole document tells of its blocks: which lines run on every page, and which are headings.

The size of the body text is what headings are measured by. It writes no text.
"""

from __future__ import annotations

import re
from collections import Counter

from core.documents.parse.pdf_blocks import BULLET, LETTER, LaidPage, TextLine

_NUMBERED = re.compile(
    r"(?:(?:item|note|part|section|chapter|capítulo|sección|nota|anexo|artículo)\s+[\dIVX]+[A-Z]?\b|\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+\S)",
    re.I,
)
_CALLED = (
    (3, re.compile(r"(?:part|parte|chapter|capítulo|título)\s+[\dIVX]", re.I)),
    (4, re.compile(r"(?:item|section|sección|artículo|anexo|annex|appendix)\s+[\dIVXA-Z]|\d{1,2}\.?\s", re.I)),
    (5, re.compile(r"(?:note|nota)\s+\d|\d{1,2}\.\d{1,2}\.?\s", re.I)),
)
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")


def _body_height(laid: list[LaidPage]) -> float:
    sizes: Counter[float] = Counter()
    for page in laid:
        for block in page.blocks:
            if block.kind == "text":
                for line in block.lines:
                    sizes[round(line.height * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def mark_furniture(laid: list[LaidPage]) -> None:
    """Lines at the edges of pages that recur but for their numbers: on an eighth of the pages where they stand in the
    margin, on a third elsewhere."""
    places: Counter[tuple[str, bool]] = Counter()
    edges: list[tuple[TextLine, tuple[str, bool], bool]] = []
    for page in laid:
        height = page.height if page.turn % 2 == 0 else page.width
        lines = sorted(
            (line for block in page.blocks if block.kind == "text" for line in block.lines),
            key=lambda line: line.box[1],
        )
        found = {}
        for line, at_top in [(line, True) for line in lines[:3]] + [(line, False) for line in lines[-3:]]:
            middle = (line.box[1] + line.box[3]) / 2
            in_margin = middle < 0.12 * height if at_top else middle > 0.88 * height
            if in_margin or line is lines[0 if at_top else -1]:
                found[id(line)] = (line, (_NUMBER.sub("#", line.text), at_top), in_margin)
        places.update({key for _, key, _ in found.values()})
        edges += found.values()
    for line, key, in_margin in edges:
        needed = max(3, len(laid) // 8) if in_margin else max(3, len(laid) // 3)
        line.furniture = places[key] >= (2 if in_margin and len(laid) < 5 else needed)


def mark_headings(laid: list[LaidPage]) -> None:
    """Short blocks that are larger or bolder than the body, with a level."""
    body, bold_share = _body_height(laid), _bold_share(laid)
    for page in laid:
        for block in page.blocks:
            if block.kind != "text" or block.lines[0].furniture or len(block.lines) > 3:
                continue
            text = " ".join(line.text for line in block.lines)
            size = block.lines[0].height / body
            if _looks_like_heading(text, size, block.lines[0].bold and bold_share < 0.5):
                block.kind, block.level = "heading", _level(text, size)


def _level(text: str, size: float) -> int:
    """By size where that tells (1 to 3), else by what the heading calls itself (part, item, note), else 6."""
    for level, least in ((1, 1.8), (2, 1.4), (3, 1.15)):
        if size >= least:
            return level
    for level, pattern in _CALLED:
        if pattern.match(text):
            return level
    return 5 if text.upper() == text else 6


def _bold_share(laid: list[LaidPage]) -> float:
    shown = (block for page in laid for block in page.blocks if block.kind in ("text", "table"))
    lines = [line for block in shown for line in block.lines]
    total = sum(len(line.text) for line in lines)
    return sum(len(line.text) for line in lines if line.bold) / total if total else 0.0


def _looks_like_heading(text: str, size: float, bold: bool) -> bool:
    letters = len(LETTER.findall(text))
    if letters < 3 or len(text) > 160 or letters < 0.5 * len(text.replace(" ", "")):
        return False
    if (BULLET.match(text) and not bold) or (text[0] == "(" and text[-1] == ")"):
        return False
    if text.endswith((".", ",", ";")) and not (bold and len(text) < 90) and not _NUMBERED.match(text):
        return False
    if size >= 1.18:
        return True
    return bold and (size > 0.85) and len(text) < 130
