"""Vectors as stored: runs of float16 rows beside the document they belong to, and what is still to be made.

A run covers consecutive ids of one document's pieces or sentences, from its first id on without gaps, so what is
missing is known from one sum. It makes no vectors and searches none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, delete, func, insert, select

from core.state.database import Database
from core.state.schema import documents, meta, pieces, sentences, vectors

Kind = Literal["piece", "sentence"]
_WORD = re.compile(r"[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class Run:
    """`n` vectors of rows `first_id` .. `first_id + n - 1`; `data` is n x dimension float16, row-major."""

    seq: int
    document_id: int
    kind: Kind
    first_id: int
    n: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """The next texts of one document to embed; `texts` go with ids `first_id`, `first_id + 1`, ..."""

    document_id: int
    kind: Kind
    first_id: int
    texts: tuple[str, ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document with vectors: its id, the hash of its file, and how many pieces and sentences it has."""

    id: int
    sha256: str
    pieces: int
    sentences: int


def next_missing(db: Database, model: str, kind: Kind, limit: int) -> list[Missing]:
    """At most `limit` texts that `model` has not embedded, oldest document first, an entry a document; [] when done.

    A piece's text is given with its document's title and heading in front, as it is to be embedded."""
    total = documents.c.pieces if kind == "piece" else documents.c.sentences
    first = documents.c.first_piece if kind == "piece" else documents.c.first_sentence
    done = (
        select(vectors.c.document_id, func.sum(vectors.c.n).label("n"))
        .where(vectors.c.model == model, vectors.c.kind == kind)
        .group_by(vectors.c.document_id)
        .subquery()
    )
    made = func.coalesce(done.c.n, 0)
    query = (
        select(documents.c.id, documents.c.title, documents.c.lang, first.label("first"), made.label("made"))
        .select_from(documents.outerjoin(done, done.c.document_id == documents.c.id))
        .where(made < total)
        .order_by(documents.c.id)
        .limit(limit)
    )
    read = _piece_texts if kind == "piece" else _sentence_texts
    found: list[Missing] = []
    with db.read() as connection:
        for row in connection.execute(query):
            start = row.first + row.made
            texts = tuple(read(connection, row, start, limit))
            found.append(Missing(row.id, kind, start, texts, row.lang))
            limit -= len(texts)
            if limit <= 0:
                break
    return found


def embedding_text(title: str, heading: str, text: str) -> str:
    """What is embedded for a piece: where it stands, then what it says. A title without a word ('p_00_01') is noise."""
    context = " · ".join(part for part in (title if _WORD.search(title) else "", heading) if part)
    return f"{context}\n{text}" if context else text


def _piece_texts(connection, row, start: int, limit: int) -> list[str]:
    query = (
        select(pieces.c.heading, pieces.c.text)
        .where(pieces.c.document_id == row.id, pieces.c.id >= start)
        .order_by(pieces.c.id)
        .limit(limit)
    )
    return [embedding_text(row.title, heading, text) for heading, text in connection.execute(query)]


def _sentence_texts(connection, row, start: int, limit: int) -> list[str]:
    query = (
        select(func.substr(pieces.c.text, sentences.c.start - pieces.c.start + 1, sentences.c.end - sentences.c.start))
        .select_from(sentences.join(pieces, and_(pieces.c.id == sentences.c.piece_id)))
        .where(sentences.c.document_id == row.id, sentences.c.id >= start)
        .order_by(sentences.c.id)
        .limit(limit)
    )
    return [text for (text,) in connection.execute(query)]


def put_vectors(db: Database, model: str, made: list[tuple[Missing, bytes]]) -> int:
    """Store vectors of several documents in one transaction, but for those deleted meanwhile; how many were left."""
    with db.write() as connection:
        wanted = [missing.document_id for missing, _ in made]
        alive = set(connection.execute(select(documents.c.id).where(documents.c.id.in_(wanted))).scalars())
        rows = [
            {
                "document_id": missing.document_id,
                "model": model,
                "kind": missing.kind,
                "first_id": missing.first_id,
                "n": len(missing.texts),
                "data": data,
            }
            for missing, data in made
            if missing.document_id in alive
        ]
        if rows:
            connection.execute(insert(vectors).prefix_with("OR IGNORE"), rows)
    return len(rows)


def vectors_after(db: Database, model: str, seq: int) -> Iterator[Run]:
    """Runs of `model` stored since `seq`, in order."""
    columns = (vectors.c.seq, vectors.c.document_id, vectors.c.kind, vectors.c.first_id, vectors.c.n, vectors.c.data)
    query = select(*columns).where(vectors.c.model == model, vectors.c.seq > seq).order_by(vectors.c.seq)
    with db.read() as connection:
        for row in connection.execute(query):
            yield Run(*row)


def embedding_progress(db: Database, model: str) -> dict[Kind, tuple[int, int]]:
    """For pieces and sentences: how many `model` has embedded, of how many."""
    with db.read() as connection:
        totals = connection.execute(select(func.sum(documents.c.pieces), func.sum(documents.c.sentences))).one()
        made = dict(
            connection.execute(
                select(vectors.c.kind, func.sum(vectors.c.n)).where(vectors.c.model == model).group_by(vectors.c.kind)
            ).all()
        )
    return {"piece": (made.get("piece", 0), totals[0] or 0), "sentence": (made.get("sentence", 0), totals[1] or 0)}


def forget_other_models(db: Database, keep: set[str]) -> None:
    with db.write() as connection:
        connection.execute(delete(vectors).where(vectors.c.model.not_in(keep)))


def revision(db: Database) -> tuple[int, int, int]:
    """Three counters that only grow: last piece, last vector run, last deletion. Equal means nothing to refresh."""
    return revision_and_meta(db, ())[0]


def revision_and_meta(db: Database, keys: Sequence[str]) -> tuple[tuple[int, int, int], list[str | None]]:
    """The revision and the meta values of `keys`, as of one moment."""
    query = (
        "SELECT name, seq FROM sqlite_sequence WHERE name IN ('pieces', 'vectors', 'deletions') "
        f"UNION ALL SELECT 'meta:' || key, value FROM meta WHERE key IN ({', '.join('?' * len(keys))})"
    )
    with db.read() as connection:
        found = dict(connection.exec_driver_sql(query, tuple(keys)).tuples().all())
    counters = (found.get("pieces", 0), found.get("vectors", 0), found.get("deletions", 0))
    return counters, [found.get(f"meta:{key}") for key in keys]


def read_meta(db: Database, key: str) -> str | None:
    with db.read() as connection:
        return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def write_meta(db: Database, key: str, value: str) -> None:
    with db.write() as connection:
        connection.execute(insert(meta).prefix_with("OR REPLACE").values(key=key, value=value))


def embedded_documents(db: Database, model: str) -> dict[str, list[Embedded]]:
    """Language -> its documents with sentence vectors of `model`."""
    embedded = select(vectors.c.document_id).where(vectors.c.model == model, vectors.c.kind == "sentence")
    columns = (documents.c.lang, documents.c.id, documents.c.sha256, documents.c.pieces, documents.c.sentences)
    found: dict[str, list[Embedded]] = {}
    with db.read() as connection:
        for lang, *row in connection.execute(select(*columns).where(documents.c.id.in_(embedded))):
            found.setdefault(lang, []).append(Embedded(*row))
    return found


def embedded_sentences(db: Database, model: str, document_id: int, limit: int) -> list[tuple[int, str, bytes]]:
    """(piece id, text, float16 row) of at most about `limit` first sentences of a document."""
    runs = (
        select(vectors.c.first_id, vectors.c.n, vectors.c.data)
        .where(vectors.c.model == model, vectors.c.kind == "sentence", vectors.c.document_id == document_id)
        .order_by(vectors.c.first_id)
    )
    length = sentences.c.end - sentences.c.start
    texts = (
        select(
            sentences.c.id,
            sentences.c.piece_id,
            func.substr(pieces.c.text, sentences.c.start - pieces.c.start + 1, length),
        )
        .select_from(sentences.join(pieces, pieces.c.id == sentences.c.piece_id))
        .where(sentences.c.document_id == document_id)
        .order_by(sentences.c.id)
        .limit(limit)
    )
    with db.read() as connection:
        found = {row[0]: (row[1], row[2]) for row in connection.execute(texts)}
        rows: list[tuple[int, str, bytes]] = []
        for first, n, data in connection.execute(runs):
            size = len(data) // n
            inside = [number for number in range(first, first + n) if number in found]
            rows += [(*found[number], data[(number - first) * size : (number - first + 1) * size]) for number in inside]
            if len(rows) >= len(found):
                break
    return rows
