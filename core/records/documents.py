"""Documents as records: pages with their lines and tables, what they are cut into, what became of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

BoxTuple = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page's text and where it stands on the page; `box` is None where the format has no layout."""

    start: int
    end: int
    box: BoxTuple | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table found on a page: its cells, and the span of the page's text that renders it: one row a line, tabs
    between the cells. `rows[0]` is the header, its cells empty where none was found."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its reader sees it. `kind`: text, ocr (text read from an image) or image (no text could be read).

    `hidden` are spans that a reader of the page cannot see (white, size zero, outside the page); `furniture` are
    the running headers and footers that other pages repeat."""

    number: int
    text: str
    width: float = 0.0
    height: float = 0.0
    kind: Literal["text", "ocr", "image"] = "text"
    lines: tuple[Line, ...] = ()
    headings: tuple[Heading, ...] = ()
    tables: tuple[PageTable, ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser makes of one file. `notes` are (message key, params) pairs a user should read."""

    media: str
    title: str
    lang: str
    pages: tuple[Page, ...]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is embedded and ranked: a span of one page that the embedder reads whole, with its heading path."""

    page: int
    start: int
    end: int
    heading: str
    passage: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A parent passage: the run of pieces `first` to `last` (ordinals in the document, both included)."""

    ordinal: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the workspace. `state`: parsed (searchable by keyword), embedded (passage vectors made),
    complete (sentence vectors made too) or failed."""

    id: int
    sha256: str
    name: str
    media: str
    title: str
    lang: str
    size: int
    pages: int
    pieces: int
    state: Literal["parsed", "embedded", "complete", "failed"]
    reason: str = ""
    added_at: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of one file: `reason` is a sentence for its user, empty when there is nothing to say."""

    file: str
    status: Literal["added", "known", "skipped", "failed"]
    reason: str = ""
    pages: int = 0
    chunks: int = 0
    tables: int = 0
    ms: int = 0
