"""From a document's laid-out pages to `Page` records: paragraphs, headings, running lines, joined hyphens, offsets.

A paragraph is one line of the page's text (its printed lines joined by a space), paragraphs and headings are parted
by an empty line, a table has one row a line with tabs between its cells. What needs the whole document (the size of
its body text, which lines run on every page) is decided here. Nothing here opens a file.
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
from core.records import BoxTuple, Heading, Line, Page, PageTable

CELL_BREAK = "\t"
_BULLET = re.compile(r"(?:[•·▪▫◦●○■□➢‣⁃]|[-–—*](?=\s)|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)](?=\s))")
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
_UNITS = re.compile(r"\([^()]*\b(?:millions?|thousands?|millones|miles|euros|dollars|%|except|salvo)\b.*\)?", re.I)
_TERMINAL = (".", ":", ";", "!", "?", ".”", '."', ".)", "»")
_LETTER = re.compile(r"[^\W\d_]")


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
    page.blocks += [Block("hidden", [line]) for line in _loose_lines(hidden) if _LETTER.search(line.text)]
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


def _fraction_box(page: LaidPage, box: BoxTuple) -> BoxTuple:
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
        all(word.bold for word in words if _LETTER.search(word.text)) and any(word.bold for word in words),
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
    if _BULLET.match(line.text):
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


# ---------------------------------------------------------------- the whole document


def build_pages(laid: list[LaidPage]) -> list[Page]:
    """Pages with text, lines, headings, tables and hidden spans; running headers and footers marked."""
    _mark_furniture(laid)
    body = _body_height(laid)
    _mark_headings(laid, body)
    vocabulary = _vocabulary(laid)
    return [_PageWriter(page, vocabulary).write() for page in laid]


def _body_height(laid: list[LaidPage]) -> float:
    sizes: Counter[float] = Counter()
    for page in laid:
        for block in page.blocks:
            if block.kind == "text":
                for line in block.lines:
                    sizes[round(line.height * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _mark_furniture(laid: list[LaidPage]) -> None:
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


def _mark_headings(laid: list[LaidPage], body: float) -> None:
    """Short blocks that are larger or bolder than the body, with a level."""
    bold_share = _bold_share(laid)
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
    letters = len(_LETTER.findall(text))
    if letters < 3 or len(text) > 160 or letters < 0.5 * len(text.replace(" ", "")):
        return False
    if (_BULLET.match(text) and not bold) or (text[0] == "(" and text[-1] == ")"):
        return False
    if text.endswith((".", ",", ";")) and not (bold and len(text) < 90) and not _NUMBERED.match(text):
        return False
    if size >= 1.18:
        return True
    return bold and (size > 0.85) and len(text) < 130


def _vocabulary(laid: list[LaidPage]) -> Counter[str]:
    """How often each word occurs inside lines: what decides whether a cut word keeps its hyphen."""
    words: Counter[str] = Counter()
    for page in laid:
        for block in page.blocks:
            if any(line.hyphen for line in block.lines):
                break
        else:
            continue
        break
    else:
        return words
    for page in laid:
        for block in page.blocks:
            for line in block.lines:
                words.update(word.strip(".,;:()¿?¡!\"'").lower() for word in line.text.split())
    return words


class _PageWriter:
    """Writes one page's blocks into its text and notes where everything stands."""

    def __init__(self, page: LaidPage, vocabulary: Counter[str]) -> None:
        self._page, self._vocabulary = page, vocabulary
        self._parts: list[str] = []
        self._length = 0
        self._lines: list[Line] = []
        self._headings: list[Heading] = []
        self._tables: list[PageTable] = []
        self._hidden: list[tuple[int, int]] = []
        self._furniture: list[tuple[int, int]] = []
        self._recent: list[str] = []

    def write(self) -> Page:
        for block in self._page.blocks:
            if self._parts:
                self._put("\n\n")
            start = self._length
            if block.table is not None:
                self._write_table(block, start)
                continue
            self._write_paragraph(block)
            text = "".join(self._parts)[start:] if block.kind == "heading" else ""
            if block.kind == "heading":
                self._headings.append(Heading(start, self._length, block.level, text))
            if block.kind == "hidden":
                self._hidden.append((start, self._length))
            self._recent.append(" ".join(line.text for line in block.lines) if len(block.lines) < 4 else "")
        page = self._page
        return Page(
            number=page.number,
            text="".join(self._parts),
            width=round(page.width, 2),
            height=round(page.height, 2),
            lines=tuple(self._lines),
            headings=tuple(self._headings),
            tables=tuple(self._tables),
            hidden=tuple(self._hidden),
            furniture=tuple(self._furniture),
        )

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _put_line(self, line: TextLine, text: str) -> None:
        start = self._length
        self._put(text)
        self._lines.append(Line(start, self._length, _fraction_box(self._page, line.box)))
        if line.furniture:
            self._furniture.append((start, self._length))

    def _write_paragraph(self, block: Block) -> None:
        for index, line in enumerate(block.lines):
            after = block.lines[index + 1] if index + 1 < len(block.lines) else None
            if after is None:
                self._put_line(line, line.text)
            elif not line.hyphen:
                self._put_line(line, line.text)
                self._put(" ")
            else:
                self._put_line(line, line.text if self._keeps_hyphen(line.text, after.text) else line.text[:-1])

    def _keeps_hyphen(self, text: str, after: str) -> bool:
        """Whether a word cut at a line end is written with its hyphen: as elsewhere in the document, else by form."""
        head = text.split()[-1][:-1].lower().lstrip("(\"'“¿¡")
        tail = after.split()[0].strip(".,;:()¿?¡!\"'”").lower()
        joined, dashed = self._vocabulary[head + tail], self._vocabulary[f"{head}-{tail}"]
        if joined != dashed:
            return dashed > joined
        return not after[:1].islower() or not head.isalpha() or len(head) < 2

    def _write_table(self, block: Block, start: int) -> None:
        for index, line in enumerate(block.lines):
            if index:
                self._put("\n")
            self._put_line(line, line.text)
        rows = tuple(tuple(row) for row in block.table.grid) if block.table else ()
        self._tables.append(PageTable(start, self._length, rows, self._table_title()))
        self._recent.append("")

    def _table_title(self) -> str:
        """The sentence that leads to the table, else the nearest heading above it, with a line that states units ('in
        millions') if one stands between."""
        last = self._recent[-1] if self._recent else ""
        if last.endswith(":") and len(last) < 300:
            return last
        title = self._headings[-1].text if self._headings and self._length - self._headings[-1].end < 4000 else ""
        units = next((text for text in reversed(self._recent[-3:]) if _UNITS.match(text)), "")
        if not title and last and len(last) < 150:
            title = last
        return " ".join(part for part in (title, units) if part and (part is title or part not in title))[:300]
