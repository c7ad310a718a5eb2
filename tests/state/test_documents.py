"""Documents and vectors in a real SQLite file: whole or absent, ids never reused, nothing left after deletion."""

import pytest

from core.records import Chunk, Page, ParsedDocument, Piece, Sentence
from core.state import documents, vectors
from core.state.database import Database

TEXT = "Primera frase. Segunda frase con secreto."


def parsed(text=TEXT):
    return ParsedDocument("txt", "Informe", "es", (Page(1, text),))


def parts(text=TEXT):
    cut = text.index(".") + 1
    spans = (Sentence(1, 0, cut), Sentence(1, cut + 1, len(text)))
    return [Piece(1, 0, len(text), "Resultados", 0, spans)], [Chunk(0, 0, 0)]


def add(db, sha="a", text=TEXT):
    return documents.add_document(db, parsed(text), [b"{}"], parts(text), sha256=sha, name=f"{sha}.txt", size=9)


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def test_the_same_bytes_are_stored_once(db):
    assert add(db) == add(db)
    assert len(documents.list_documents(db, "m")) == 1


def test_a_failed_addition_leaves_nothing(db):
    broken = parts()[0], [Chunk(0, 0, 0), Chunk(0, 0, 0)]  # the same ordinal twice breaks a key late in the transaction
    with pytest.raises(Exception, match="UNIQUE"):
        documents.add_document(db, parsed(), [b"{}"], broken, sha256="x", name="x", size=1)
    assert documents.list_documents(db, "m") == []
    assert documents.pieces_after(db, 0) == []


def test_ids_are_never_used_again(db):
    first = add(db)
    last = documents.pieces_after(db, 0)[-1].id
    documents.delete_document(db, first)
    add(db, "b")
    assert [piece.id for piece in documents.pieces_after(db, last)] == [last + 1]


def test_missing_texts_run_through_pieces_and_sentences(db):
    add(db)
    piece = vectors.next_missing(db, "m", "piece", 10)[0]
    assert piece.texts == ("Informe · Resultados\n" + TEXT,)
    vectors.put_vectors(db, "m", [(piece, b"\0\0")])
    assert vectors.next_missing(db, "m", "piece", 10) == []
    first = vectors.next_missing(db, "m", "sentence", 1)[0]
    vectors.put_vectors(db, "m", [(first, b"\0\0")])
    second = vectors.next_missing(db, "m", "sentence", 10)[0]
    assert (first.texts, second.texts) == (("Primera frase.",), ("Segunda frase con secreto.",))
    vectors.put_vectors(db, "m", [(second, b"\0\0")])
    assert documents.list_documents(db, "m")[0].state == "complete"
    assert documents.list_documents(db, "other")[0].state == "parsed"


def test_deletion_leaves_no_byte_of_the_text(db, tmp_path):
    document_id = add(db)
    missing = vectors.next_missing(db, "m", "piece", 10)[0]
    documents.delete_document(db, document_id)
    assert not vectors.put_vectors(db, "m", [(missing, b"\0\0")])
    assert documents.deletions_after(db, 0) == [(1, document_id)]
    db.close()
    import sqlite3

    with sqlite3.connect(tmp_path / "state.sqlite") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"secreto" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
