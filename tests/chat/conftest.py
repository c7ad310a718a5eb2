"""A small library of Spanish and English documents, indexed by keyword in a real state file, for the chat tests."""

import functools
from pathlib import Path

import pytest

from core.amounts import Amounts
from core.chat.answer import answer
from core.documents.chunk import chunk_document
from core.documents.layout import layout_to_json, page_from_json
from core.index.search import SearchIndex
from core.records import Heading, Page, PageTable, ParsedDocument
from core.settings import Settings
from core.state import documents
from core.state.database import Database

TEXTS = Path(__file__).parent / "data" / "documents"


class Library:
    """Documents that can be asked: `ask(question, lang)` gives the answer, `page(citation)` the page it cites."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "state.sqlite")
        self.index = SearchIndex(self.database, Settings(folder))
        self.pages: dict[int, int] = {}

    def add(self, name: str, lang: str, pages: list[Page]) -> int:
        parsed = ParsedDocument("text/plain", "", lang, tuple(pages))
        layouts = [layout_to_json(page).encode() for page in pages]
        parts = chunk_document(parsed)
        document_id = documents.add_document(
            self.database, parsed, layouts, parts, sha256=name.ljust(64, "0"), name=name, size=1
        )
        self.pages[document_id] = len(pages)
        return document_id

    def add_texts(self, *names: str) -> None:
        for name in names:
            parts = (TEXTS / name).read_text(encoding="utf-8").split("\f")
            self.add(name, name.split(".")[-2][-2:], [read_text(number, part) for number, part in enumerate(parts, 1)])

    def read_page(self, document_id: int, number: int) -> Page:
        stored = documents.read_page(self.database, document_id, number)
        return page_from_json(stored.layout, stored.text)

    def ask(self, question: str, lang: str):
        search = functools.partial(self.index.search, lang=lang)
        count = self.pages.__getitem__
        return answer(question, search(question), self.index, lang, self.read_page, count, search, Amounts())


def read_text(number: int, text: str) -> Page:
    """A page of a fixture: lines that begin with '# ' are headings, runs of lines with '|' are tables."""
    text = text.strip("\n")
    headings, tables, at, rows, first = [], [], 0, [], 0
    for line in [*text.split("\n"), ""]:
        if "|" in line:
            first = first if rows else at
            rows.append(tuple(cell.strip() for cell in line.split("|")))
        elif rows:
            tables.append(PageTable(first, at - 1, tuple(rows)))
            rows = []
        if line.startswith("# "):
            headings.append(Heading(at, at + len(line), 1, line[2:]))
        at += len(line) + 1
    return Page(number, text, headings=tuple(headings), tables=tuple(tables))


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Library:
    made = Library(tmp_path_factory.mktemp("library"))
    made.add_texts(
        "informe.es.txt", "vacaciones.es.txt", "alquiler.es.txt", "travel.en.txt", "lease.en.txt", "report.en.txt"
    )
    return made


@pytest.fixture
def empty(tmp_path) -> Library:
    return Library(tmp_path)
