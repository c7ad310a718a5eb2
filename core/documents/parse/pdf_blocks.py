"""One PDF page's words as blocks in reading order: paragraphs, tables, text that stands sideways, hidden text.

What needs the whole document (`pdf_headings`) is not decided here. Nothing here opens a file.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from core.documents.parse.pdf_layout import Row, order_rows
from core.documents.parse.pdf_tables import TableBlock, merge_cells, split_tables
from core.documents.parse.pdf_words import Word
from core.records import BoxTuple

CELL_BREAK = "\t"
BULLET = re.compile(r"(?:[•·▪▫◦●○■□➢‣⁃]|[-–—*](?=\s)|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)](?=\s))")


_TERMINAL = (".", ":", ";", "!", "?", ".”", '."', ".)", "»")
LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class TextLine:
    """A printed line. `height` is its usual word's; `bold` only if all of it is; `hyphen`: its last word is cut."""

    text: str
    box: BoxTuple
    height: float
    bold: bool
    hyphen: bool = False
    furniture: bool = False
    first_width: float = 0.0


@dataclass(slots=True)
class Block:
    kind: str
    lines: list[TextLine]
    table: TableBlock | None = None
    title: str = ""
    level: int = 0


@dataclass(slots=True)
class LaidPage:
    """A page after layout, before the document-wide decisions. Boxes are points; `turn` rotates them back."""

    number: int
    width: float
    height: float
    turn: int
    blocks: list[Block] = field(default_factory=list)


def lay_out(number: int, words: list[Word], width: float, height: float) -> LaidPage:
    """Blocks of one page in reading order: text and tables first, then text that stands sideways, then hidden text."""
    turn = _page_turn(words)
    page = LaidPage(number, width, height, turn)
    upright, aside, hidden = [], [], []
    for word in words:
        if turn:
            _turn_word(word, turn, width, height)
        if word.hidden:
            hidden.append(word)
        elif word.turn == turn or word.turn < 0 or (turn == 0 and word.turn == 2):
            upright.append(word)
        else:
            aside.append(word)
    for region in order_rows(upright):
        for part in split_tables(region):
            if isinstance(part, TableBlock):
                page.blocks.append(Block("table", [_table_line(row) for row in part.rows], part))
            else:
                page.blocks += _paragraphs([_text_line(row) for row in part])
    page.blocks += [Block("aside", [line]) for line in _loose_lines(aside)]
    page.blocks += [Block("hidden", [line]) for line in _loose_lines(hidden) if LETTER.search(line.text)]
    return page


def _page_turn(words: list[Word]) -> int:
    turns = Counter(word.turn for word in words if word.turn >= 0 and len(word.text) > 2 and not word.hidden)
    if not turns:
        return 0
    turn, count = turns.most_common(1)[0]
    return turn if count > 0.5 * turns.total() else 0


def _turn_word(word: Word, turn: int, width: float, height: float) -> None:
    """Rotate a word's box so that the page's main text reads to the right."""
    x0, y0, x1, y1 = word.x0, word.y0, word.x1, word.y1
    if turn == 1:
        word.x0, word.y0, word.x1, word.y1 = y0, width - x1, y1, width - x0
    elif turn == 2:
        word.x0, word.y0, word.x1, word.y1 = width - x1, height - y1, width - x0, height - y0
    elif turn == 3:
        word.x0, word.y0, word.x1, word.y1 = height - y1, x0, height - y0, x1


def fraction_box(page: LaidPage, box: BoxTuple) -> BoxTuple:
    """A box of the turned page as fractions of the page that the reader sees, cut to it."""
    width, height = page.width, page.height
    x0, y0, x1, y1 = box
    if page.turn == 1:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    elif page.turn == 2:
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    elif page.turn == 3:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    values = (x0 / width, y0 / height, x1 / width, y1 / height)
    return tuple(round(min(1.0, max(0.0, value)), 4) for value in values)  # type: ignore[return-value]


def _text_line(row: Row) -> TextLine:
    words = [word for segment in row.segments for word in segment.words]
    text = " ".join(cell.text for cell in merge_cells(row))
    first = row.segments[0].words[0]
    return TextLine(
        text,
        (row.x0, row.y0, row.x1, row.y1),
        median(word.height for word in words),
        all(word.bold for word in words if LETTER.search(word.text)) and any(word.bold for word in words),
        words[-1].hyphen or bool(re.search(r"[^\W\d_]-$", words[-1].text)),
        first_width=first.x1 - first.x0,
    )


def _table_line(row: object) -> TextLine:
    return TextLine(
        CELL_BREAK.join(cell.text for cell in row.cells),
        row.box,
        row.box[3] - row.box[1],
        row.bold,  # type: ignore[attr-defined]
    )


def _loose_lines(words: list[Word]) -> list[TextLine]:
    """Words outside the layout, by pdfium's own lines."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return [
        TextLine(
            " ".join(word.text for word in line),
            (min(w.x0 for w in line), min(w.y0 for w in line), max(w.x1 for w in line), max(w.y1 for w in line)),
            0.0,
            False,
        )
        for line in lines.values()
    ]


def _paragraphs(lines: list[TextLine]) -> list[Block]:
    """Printed lines put together to paragraphs by distance, size, weight, indent and how full a line is."""
    if not lines:
        return []
    gaps = sorted(b.box[1] - a.box[3] for a, b in pairwise(lines))
    usual = gaps[len(gaps) // 3] if gaps else 0.0
    left, right = min(line.box[0] for line in lines), max(line.box[2] for line in lines)
    blocks = [Block("text", [lines[0]])]
    for above, line in pairwise(lines):
        if _breaks(above, line, usual, left, right):
            blocks.append(Block("text", [line]))
        else:
            blocks[-1].lines.append(line)
    return blocks


def _breaks(above: TextLine, line: TextLine, usual: float, left: float, right: float) -> bool:
    height = max(above.height, line.height, 1.0)
    gap = line.box[1] - above.box[3]
    if gap > usual + 0.35 * height and gap > 0.25 * height:
        return True
    if above.bold is not line.bold or not 0.87 < above.height / max(line.height, 0.1) < 1.15:
        return True
    if BULLET.match(line.text):
        return True
    shift = line.box[0] - above.box[0]
    if above.bold and abs(shift) > height and abs(shift + line.box[2] - above.box[2]) < height:
        return True  # centred titles stand line by line
    room = right - above.box[2]
    if room > line.first_width + 0.4 * height:
        starts_new = line.text[:1].isupper() or line.text[:1].isdigit() or line.text[:1] in '¿¡«“"('
        return above.text.endswith(_TERMINAL) or (starts_new and room > 0.25 * (right - left))
    indented = shift > 0.9 * height and above.box[0] < left + 0.5 * height
    return indented and above.text.endswith(_TERMINAL)
