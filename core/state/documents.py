"""Documents as stored: added in one transaction, read by page or piece, deleted whole. It neither parses nor searches.

Page layouts (lines, boxes, headings, tables) are opaque bytes here; `core.documents.store` makes and reads them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from core.records import Chunk, Document, ParsedDocument, Piece
from core.state.database import Database, now
from core.state.schema import deletions, documents, pages, passages, pieces, sentences, vectors


@dataclass(frozen=True, slots=True)
class StoredPage:
    number: int
    kind: str
    text: str
    layout: bytes


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """A piece with what search needs beside it. `ordinal` counts pieces in the document from 0."""

    id: int
    document_id: int
    ordinal: int
    page: int
    start: int
    end: int
    passage: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredSentence:
    id: int
    piece_id: int
    page: int
    start: int
    end: int


def add_document(
    db: Database,
    parsed: ParsedDocument,
    layouts: Sequence[bytes],
    parts: tuple[list[Piece], list[Chunk]],
    *,
    sha256: str,
    name: str,
    size: int,
) -> int:
    """Store a parsed document whole, or not at all; returns its id. `layouts` go with `parsed.pages`.

    A document with the same sha256 that was added meanwhile wins: its id is returned and nothing is written."""
    found, chunks = parts
    with db.write() as connection:
        known = connection.execute(select(documents.c.id).where(documents.c.sha256 == sha256)).scalar()
        if known is not None:
            return known
        row = {
            "sha256": sha256,
            "name": name,
            "size": size,
            "media": parsed.media,
            "title": parsed.title,
            "lang": parsed.lang,
            "added_at": now(),
            "notes": json.dumps(parsed.notes),
            "pieces": len(found),
            "sentences": sum(len(piece.sentences) for piece in found),
        }
        document_id = connection.execute(insert(documents).values(row)).inserted_primary_key[0]
        page_rows = [
            {"document_id": document_id, "number": p.number, "kind": p.kind, "text": p.text, "layout": layout}
            for p, layout in zip(parsed.pages, layouts, strict=True)
        ]
        if page_rows:
            connection.execute(insert(pages), page_rows)
        if chunks:
            connection.execute(
                insert(passages),
                [{"document_id": document_id, "ordinal": c.ordinal, "first": c.first, "last": c.last} for c in chunks],
            )
        _add_pieces(connection, document_id, parsed, found)
    return document_id


def _add_pieces(connection: Connection, document_id: int, parsed: ParsedDocument, found: list[Piece]) -> None:
    if not found:
        return
    texts = {page.number: page.text for page in parsed.pages}
    first_piece = _next_id(connection, "pieces")
    first_sentence = _next_id(connection, "sentences")
    piece_rows: list[dict[str, Any]] = []
    sentence_rows: list[dict[str, Any]] = []
    for ordinal, piece in enumerate(found):
        piece_id = first_piece + ordinal
        piece_rows.append(
            {
                "id": piece_id,
                "document_id": document_id,
                "ordinal": ordinal,
                "page": piece.page,
                "start": piece.start,
                "end": piece.end,
                "passage": piece.passage,
                "heading": piece.heading,
                "text": texts[piece.page][piece.start : piece.end],
            }
        )
        for sentence in piece.sentences:
            sentence_rows.append(
                {
                    "id": first_sentence + len(sentence_rows),
                    "document_id": document_id,
                    "piece_id": piece_id,
                    "page": sentence.page,
                    "start": sentence.start,
                    "end": sentence.end,
                }
            )
    connection.execute(insert(pieces), piece_rows)
    if sentence_rows:
        connection.execute(insert(sentences), sentence_rows)
    connection.execute(
        documents.update()
        .where(documents.c.id == document_id)
        .values(first_piece=first_piece, first_sentence=first_sentence)
    )


def _next_id(connection: Connection, table: str) -> int:
    """The id that SQLite's AUTOINCREMENT would give next: above every id ever used."""
    row = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar()
    return (row or 0) + 1


def list_documents(db: Database, model: str) -> list[Document]:
    """Every document, newest first; its state says how far `model` has embedded it."""
    done = (
        select(vectors.c.document_id, vectors.c.kind, func.sum(vectors.c.n).label("n"))
        .where(vectors.c.model == model)
        .group_by(vectors.c.document_id, vectors.c.kind)
    )
    page_count = select(pages.c.document_id, func.count().label("n")).group_by(pages.c.document_id)
    with db.read() as connection:
        counts = {(row.document_id, row.kind): row.n for row in connection.execute(done)}
        page_counts = {row.document_id: row.n for row in connection.execute(page_count)}
        rows = connection.execute(select(documents).order_by(documents.c.id.desc())).all()
    return [_to_document(row, page_counts.get(row.id, 0), counts) for row in rows]


def _to_document(row, page_count: int, counts: dict[tuple[int, str], int]) -> Document:
    state = "parsed"
    if counts.get((row.id, "piece"), 0) >= row.pieces:
        state = "complete" if counts.get((row.id, "sentence"), 0) >= row.sentences else "embedded"
    return Document(
        id=row.id,
        sha256=row.sha256,
        name=row.name,
        media=row.media,
        title=row.title,
        lang=row.lang,
        size=row.size,
        pages=page_count,
        pieces=row.pieces,
        state=state,
        reason=row.notes if row.notes != "[]" else "",
        added_at=row.added_at,
    )


def find_by_hash(db: Database, sha256: str) -> int | None:
    with db.read() as connection:
        return connection.execute(select(documents.c.id).where(documents.c.sha256 == sha256)).scalar()


def read_pages(db: Database, document_id: int) -> list[StoredPage]:
    query = select(pages).where(pages.c.document_id == document_id).order_by(pages.c.number)
    with db.read() as connection:
        return [StoredPage(row.number, row.kind, row.text, row.layout) for row in connection.execute(query)]


def count_pages(db: Database, document_id: int) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).where(pages.c.document_id == document_id)).scalar_one()


def read_page(db: Database, document_id: int, number: int) -> StoredPage | None:
    query = "SELECT number, kind, text, layout FROM pages WHERE document_id = ? AND number = ?"
    with db.read() as connection:
        row = connection.exec_driver_sql(query, (document_id, number)).first()
    return StoredPage(*row) if row else None


def list_headings(db: Database, document_id: int, limit: int = 200) -> list[str]:
    """The heading paths of a document's pieces, in reading order, each once."""
    query = (
        select(pieces.c.heading, func.min(pieces.c.id).label("first"))
        .where(pieces.c.document_id == document_id, pieces.c.heading != "")
        .group_by(pieces.c.heading)
        .order_by("first")
        .limit(limit)
    )
    with db.read() as connection:
        return [row.heading for row in connection.execute(query)]


def pieces_after(db: Database, last_id: int) -> list[StoredPiece]:
    """Pieces added since `last_id`, in order: what a live index has not seen."""
    with db.read() as connection:
        rows = connection.execute(select(pieces).where(pieces.c.id > last_id).order_by(pieces.c.id)).all()
    return [_to_piece(row) for row in rows]


def sentences_after(db: Database, last_id: int) -> list[StoredSentence]:
    columns = (sentences.c.id, sentences.c.piece_id, sentences.c.page, sentences.c.start, sentences.c.end)
    with db.read() as connection:
        rows = connection.execute(select(*columns).where(sentences.c.id > last_id).order_by(sentences.c.id)).all()
    return [StoredSentence(*row) for row in rows]


def read_piece_ranges(db: Database, ranges: Sequence[tuple[int, int]]) -> dict[int, StoredPiece]:
    """The pieces whose ids lie in the given ranges (both ends included), by id; those that are gone are left out."""
    where = " OR ".join("id BETWEEN ? AND ?" for _ in ranges)
    query = f"SELECT id, document_id, ordinal, page, start, end, passage, heading, text FROM pieces WHERE {where}"
    if not ranges:
        return {}
    with db.read() as connection:
        rows = connection.exec_driver_sql(query, tuple(end for pair in ranges for end in pair)).all()
    return {row[0]: StoredPiece(*row) for row in rows}


def read_names(db: Database) -> dict[int, tuple[str, str, str]]:
    """Name, title and language of every document, by id."""
    query = select(documents.c.id, documents.c.name, documents.c.title, documents.c.lang)
    with db.read() as connection:
        return {row.id: (row.name, row.title, row.lang) for row in connection.execute(query)}


def _to_piece(row) -> StoredPiece:
    return StoredPiece(
        row.id, row.document_id, row.ordinal, row.page, row.start, row.end, row.passage, row.heading, row.text
    )


def delete_document(db: Database, document_id: int) -> None:
    """Forget a document: its text, pieces and vectors go; live indexes learn it from `deletions`."""
    with db.write() as connection:
        connection.execute(delete(documents).where(documents.c.id == document_id))
        connection.execute(insert(deletions).values(document_id=document_id))
    db.truncate_log()


def deletions_after(db: Database, seq: int) -> list[tuple[int, int]]:
    """(seq, document id) of the deletions since `seq`."""
    query = select(deletions.c.seq, deletions.c.document_id).where(deletions.c.seq > seq).order_by(deletions.c.seq)
    with db.read() as connection:
        return [(row.seq, row.document_id) for row in connection.execute(query)]


def passages_after(db: Database, document_id: int) -> list[tuple[int, int, int, int]]:
    """(document id, ordinal, first piece, last piece) of the passages of documents added since `document_id`."""
    query = "SELECT document_id, ordinal, first, last FROM passages WHERE document_id > ? ORDER BY document_id, ordinal"
    with db.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query, (document_id,))]


def heads_after(db: Database, document_id: int, length: int) -> dict[int, str]:
    """The first `length` characters of the first page of each document added since `document_id`."""
    query = (
        "SELECT document_id, substr(text, 1, ?) FROM pages p WHERE document_id > ? "
        "AND number = (SELECT min(number) FROM pages WHERE document_id = p.document_id)"
    )
    with db.read() as connection:
        return dict(connection.exec_driver_sql(query, (length, document_id)).tuples().all())
