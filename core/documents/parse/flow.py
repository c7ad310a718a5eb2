"""Writes pages for formats without a layout: paragraphs, headings and tables appended in order, offsets kept exact.

Paragraphs are parted by an empty line, table rows are lines with tabs between their cells, as on PDF pages.
Nothing here reads a format; a document whose text passes a limit is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import AppError
from core.records import Heading, Line, Page, PageTable

CELL_BREAK = "\t"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufffe\uffff\ud800-\udfff]")
_BLANK = re.compile(r"\s+")
_TEXT_MAX = 20_000_000
_ROWS_MAX = 200_000


def clean_text(text: str) -> str:
    """Text without control characters and lone surrogates; line breaks kept."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def squeeze(text: str) -> str:
    """Text on one line, runs of white space as one space."""
    return _BLANK.sub(" ", clean_text(text)).strip()


class FlowWriter:
    """Collects one document's pages."""

    def __init__(self) -> None:
        self._pages: list[Page] = []
        self._total = 0
        self._new_page()

    def _new_page(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._tables: list[PageTable] = []
        self._lines: list[Line] = []
        self._in_text = False
        self._hidden: list[tuple[int, int]] = []
        self._furniture: list[tuple[int, int]] = []

    def paragraph(self, text: str, *, keep_lines: bool = False, hidden: bool = False, furniture: bool = False) -> None:
        """A paragraph; `keep_lines` keeps its line breaks (code, addresses, verses)."""
        text = (
            "\n".join(line.rstrip() for line in clean_text(text).split("\n")).strip("\n")
            if keep_lines
            else squeeze(text)
        )
        if not text.strip():
            return
        start = self._begin(in_text=not (hidden or furniture))
        self._put(text)
        if hidden:
            self._hidden.append((start, self._length))
        if furniture:
            self._furniture.append((start, self._length))

    def line(self, text: str) -> None:
        """A line that belongs to the paragraph above it (a list item, a field): no empty line between."""
        text = squeeze(text)
        if text:
            start = self._begin(gap="\n" if self._in_text else "\n\n")
            self._put(text)
            self._lines.append(Line(start, self._length))

    def heading(self, text: str, level: int) -> None:
        text = squeeze(text)
        if text:
            start = self._begin(in_text=False)
            self._put(text)
            self._headings.append(Heading(start, self._length, max(1, min(level, 6)), text))

    def table(self, rows: Sequence[Sequence[str]], title: str = "", has_header: bool = True) -> None:
        """A table; rows without any text are left out, and `rows[0]` of the record is always a header."""
        grid = [tuple(squeeze(cell) for cell in row) for row in rows[:_ROWS_MAX]]
        grid = [row for row in grid if any(row)]
        if not grid:
            return
        start = self._begin(in_text=False)
        self._put("\n".join(CELL_BREAK.join(cell for cell in row if cell) for row in grid))
        width = max(map(len, grid))
        padded = [row + ("",) * (width - len(row)) for row in grid]
        if not has_header:
            padded.insert(0, ("",) * width)
        self._tables.append(PageTable(start, self._length, tuple(padded), squeeze(title)[:300]))

    def last_heading(self) -> str:
        return self._headings[-1].text if self._headings else ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written since the last page break."""
        return not self._parts

    def page_break(self) -> None:
        """End the page, also an empty one: page numbers must stay those of the source."""
        self._pages.append(
            Page(
                number=len(self._pages) + 1,
                text="".join(self._parts),
                lines=tuple(self._lines),
                headings=tuple(self._headings),
                tables=tuple(self._tables),
                hidden=tuple(self._hidden),
                furniture=tuple(self._furniture),
            )
        )
        self._new_page()

    def finish(self) -> list[Page]:
        if self._parts or not self._pages:
            self.page_break()
        return self._pages

    def _begin(self, gap: str = "\n\n", in_text: bool = True) -> int:
        self._in_text = in_text
        if self._parts:
            self._put(gap)
        return self._length

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        self._total += len(text)
        if self._total > _TEXT_MAX:
            raise AppError("documents.too_much_text", allowed=_TEXT_MAX // 1_000_000)
