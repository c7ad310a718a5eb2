"""A small workspace in a real SQLite file, and an embedder whose vectors come from words."""

import hashlib
import re

import numpy as np
import pytest

from core.records import Chunk, Page, ParsedDocument, Piece, Sentence
from core.state import documents
from core.state.database import Database


class WordEmbedder:
    """Each word has a fixed random direction; a text is the sum of its words."""

    dimension = 64
    max_tokens = 256

    def __init__(self, id="words-1"):
        self.id = id
        self.encoded = []

    def encode(self, texts, *, kind="passage", lang=""):
        self.encoded += texts
        rows = np.stack([self._row(text) for text in texts]) if texts else np.empty((0, 64), np.float32)
        return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)

    def count_tokens(self, text):
        return len(text.split())

    def _row(self, text):
        row = np.full(64, 1e-6)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.sha256(f"{self.id}{word}".encode()).digest()[:4], "big")
            row += np.random.default_rng(seed).standard_normal(64)
        return row


def add(db, name, text, lang="en", title=""):
    """One document: a piece a paragraph, two pieces a parent passage, a sentence a full stop."""
    pieces, start = [], 0
    for ordinal, paragraph in enumerate(text.split("\n\n")):
        ends = [match.end() for match in re.finditer(r"[.?!](?=\s|$)", paragraph)] or [len(paragraph)]
        starts = [0, *(end + 1 for end in ends[:-1])]
        sentences = tuple(Sentence(1, start + a, start + b) for a, b in zip(starts, ends, strict=True))
        pieces.append(Piece(1, start, start + len(paragraph), "", ordinal // 2, sentences))
        start += len(paragraph) + 2
    chunks = [Chunk(n, 2 * n, min(2 * n + 1, len(pieces) - 1)) for n in range((len(pieces) + 1) // 2)]
    parsed = ParsedDocument("txt", title, lang, (Page(1, text),))
    sha256 = hashlib.sha256((name + text).encode()).hexdigest()
    return documents.add_document(db, parsed, [b"{}"], (pieces, chunks), sha256=sha256, name=name, size=len(text))


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


@pytest.fixture
def add_text(db):
    return lambda *args, **kwargs: add(db, *args, **kwargs)


@pytest.fixture
def open_db(tmp_path):
    """Further workspaces, each in a file of its own."""
    opened = []

    def open_one():
        opened.append(Database(tmp_path / f"state-{len(opened)}.sqlite"))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def add_to():
    return add


@pytest.fixture
def word_embedder():
    return WordEmbedder
