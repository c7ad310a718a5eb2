"""From a document's laid-out pages to `Page` records: text, running lines, joined hyphens, tables with titles, offsets.

A paragraph is one line of the page's text (its printed lines joined by a space), paragraphs and headings are parted
by an empty line, a table has one row a line with tabs between its cells. Nothing here opens a file.
"""

from __future__ import annotations

import re
from collections import Counter

from core.documents.parse.pdf_blocks import Block, LaidPage, TextLine, fraction_box
from core.documents.parse.pdf_headings import mark_furniture, mark_headings
from core.records import Heading, Line, Page, PageTable

_UNITS = re.compile(r"\([^()]*\b(?:millions?|thousands?|millones|miles|euros|dollars|%|except|salvo)\b.*\)?", re.I)


def build_pages(laid: list[LaidPage]) -> list[Page]:
    """Pages with text, lines, headings, tables and hidden spans; running headers and footers marked."""
    mark_furniture(laid)
    mark_headings(laid)
    vocabulary = _vocabulary(laid)
    return [_PageWriter(page, vocabulary).write() for page in laid]


def _vocabulary(laid: list[LaidPage]) -> Counter[str]:
    """How often each word occurs inside lines: what decides whether a cut word keeps its hyphen."""
    words: Counter[str] = Counter()
    lines = [line for page in laid for block in page.blocks for line in block.lines]
    if any(line.hyphen for line in lines):
        for line in lines:
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
        self._lines.append(Line(start, self._length, fraction_box(self._page, line.box)))
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
