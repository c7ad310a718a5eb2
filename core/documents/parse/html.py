"""HTML: the visible text in order, with headings, tables and the title. Scripts, styles and links are not followed.

Read as a stream of tags, never as a tree: half a million nested elements cost no more than as many in a row.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from core.documents.parse.flow import FlowWriter, squeeze
from core.records import Page

_BLOCKS = frozenset(
    "p div section article main aside header footer nav ul ol dl dt dd li pre blockquote figure figcaption form "
    "fieldset address details summary hr table caption thead tbody tfoot tr td th option legend center body html "
    "title br".split()
)
_SKIPPED = frozenset("script style template noscript svg math iframe object canvas select datalist".split())
_CELLS_MAX = 200_000
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)


def parse_html(text: str) -> tuple[list[Page], str]:
    """(one page, title)."""
    flow = FlowWriter()
    title = write_html(text, flow)
    return flow.finish(), title


def write_html(text: str, flow: FlowWriter) -> str:
    """Write the visible text of `text` to `flow` and return its title."""
    reader = _Reader(flow)
    reader.feed(text)
    reader.close()
    reader.flush()
    return squeeze(reader.title)


class _Reader(HTMLParser):
    def __init__(self, flow: FlowWriter) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._flow = flow
        self._text: list[str] = []
        self._heading = 0
        self._in_title = False
        self._is_item = False
        self._keep_lines = 0
        self._navs = 0
        self._skip: tuple[str, int] | None = None
        self._secret: tuple[str, int] | None = None
        self._tables: list[_TableState] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skip is not None:
            if tag == self._skip[0]:
                self._skip = (tag, self._skip[1] + 1)
            return
        if tag in _SKIPPED:
            self._skip = (tag, 1)
            return
        self._track_hidden(tag, attrs)
        if tag == "title" and not self.title:
            self.flush()
            self._in_title = True
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.flush()
            self._heading = int(tag[1])
        elif tag in ("table", "tr", "td", "th"):
            self._open_table_part(tag, dict(attrs))
        elif tag in _BLOCKS:
            self._break(tag)
            self._navs += tag == "nav"
        elif tag in ("a", "button") and self._navs:
            self._text.append(" ")  # links of a menu stand apart without a space between them
        elif tag == "img":
            alt = dict(attrs).get("alt") or ""
            self._text.append(f" {alt} " if len(alt) > 3 else "")
        elif tag == "input":
            values = dict(attrs)
            if values.get("type", "text") in ("text", "submit", "button", "number", "date", "email"):
                self._text.append(f" {values.get('value') or ''} ")

    def handle_endtag(self, tag: str) -> None:
        if self._skip is not None:
            if tag == self._skip[0]:
                self._skip = (tag, self._skip[1] - 1) if self._skip[1] > 1 else None
            return
        if tag == "title" and self._in_title:
            self.title, self._text, self._in_title = "".join(self._text), [], False
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.flush()
        elif tag in ("td", "th", "tr", "table"):
            self._close_table_part(tag)
        elif tag in _BLOCKS:
            self._break(tag)
            self._keep_lines = max(0, self._keep_lines - (tag == "pre"))
            self._navs = max(0, self._navs - (tag == "nav"))
        if self._secret is not None and tag == self._secret[0]:
            self._secret = (tag, self._secret[1] - 1)
            if self._secret[1] <= 0:
                self.flush()
                self._secret = None

    def handle_data(self, data: str) -> None:
        if self._skip is None:
            self._text.append(data)

    def _track_hidden(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._secret is not None:
            if tag == self._secret[0]:
                self._secret = (tag, self._secret[1] + 1)
            return
        if tag in ("br", "img", "input", "hr", "meta", "link", "body", "html") or self._tables:
            return
        if any(name == "hidden" or (name == "style" and _HIDDEN_STYLE.search(value or "")) for name, value in attrs):
            self.flush()
            self._secret = (tag, 1)

    def _break(self, tag: str) -> None:
        if self._tables:
            self._text.append(" ")
        elif tag == "br":
            self._text.append("\n" if self._keep_lines else " ")
        else:
            self.flush()
            self._is_item = tag in ("li", "dd", "option")
            self._keep_lines += tag == "pre"

    def flush(self) -> None:
        """Write what was collected as a heading, an item or a paragraph."""
        text, self._text = "".join(self._text), []
        if self._tables:
            self._text = [text]
            return
        level, self._heading = self._heading, 0
        if level and self._secret is None:
            self._flow.heading(text, level)
        elif self._is_item and self._secret is None and not self._keep_lines:
            self._flow.line(text)
        else:
            self._flow.paragraph(text, keep_lines=bool(self._keep_lines), hidden=self._secret is not None)

    def _open_table_part(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table":
            if not self._tables:
                self.flush()
            elif len(self._tables) < 50:
                self._text.append(" ")
            self._tables.append(_TableState(self._text if self._tables else []))
            self._text = []
        elif self._tables:
            self._tables[-1].take(self._text)
            self._text = []
            if tag == "tr":
                self._tables[-1].rows.append([])
            else:
                span = attrs.get("colspan") or "1"
                self._tables[-1].open_cell(tag == "th", min(int(span), 100) if span.isdigit() else 1)

    def _close_table_part(self, tag: str) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        table.take(self._text)
        self._text = []
        if tag != "table":
            table.close_cell()
            return
        self._tables.pop()
        if self._tables:
            self._text = [*table.before, " ", " ".join(cell for row in table.rows for cell in row)]
        else:
            table.write(self._flow)

    def close(self) -> None:
        super().close()
        while self._tables:
            self._close_table_part("table")


class _TableState:
    """A table while it is read. `before` is the text of the cell that a nested table stands in."""

    def __init__(self, before: list[str]) -> None:
        self.before = before
        self.rows: list[list[str]] = []
        self.caption = ""
        self._has_header = False
        self._cells = 0
        self._open = False

    def open_cell(self, is_header: bool, span: int) -> None:
        self._cells += span
        if self._cells > _CELLS_MAX:
            self._open = False
            return
        if not self.rows:
            self.rows.append([])
        self._has_header |= is_header and len(self.rows) == 1
        self.rows[-1] += [""] * span
        self._at = len(self.rows[-1]) - span
        self._open = True

    def take(self, text: list[str]) -> None:
        joined = squeeze("".join(text))
        if not joined:
            return
        if self._open:
            cell = self.rows[-1][self._at]
            self.rows[-1][self._at] = f"{cell} {joined}".strip()
        else:
            self.caption = f"{self.caption} {joined}".strip()

    def close_cell(self) -> None:
        self._open = False

    def write(self, flow: FlowWriter) -> None:
        """As a table; one that only lays out a page (one column, or very long cells) as paragraphs."""
        flow.paragraph(self.caption)
        rows = [row for row in self.rows if any(row)]
        longest = max((len(cell) for row in rows for cell in row), default=0)
        if max((sum(map(bool, row)) for row in rows), default=0) < 2 or longest > 1500:
            for row in rows:
                for cell in row:
                    flow.paragraph(cell)
            return
        flow.table(
            rows, title=self.caption or flow.last_heading(), has_header=self._has_header or not _has_figure(rows[0])
        )


def _has_figure(row: list[str]) -> bool:
    return any(re.fullmatch(r"[-+(]?[$€£]?\s?\d[\d.,]*\)?%?", cell) for cell in row if cell)
