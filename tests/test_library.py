"""Uploads through the real parser, chunker and state: whole, once, by their own names, and gone when deleted."""

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from core import settings
from core.errors import AppError
from core.index import embed
from core.library import Library, walk_folder
from core.models.adapters import encoder_name
from core.sql.tables import Tables
from core.state import catalog_notes, documents, jobs
from core.state.catalog_notes import Note
from core.state.database import Database

NOTE = "Informe de marzo\n\nLas ventas de Lisboa fueron 4.200 euros. El margen subió dos puntos.\n"


@pytest.fixture
def library(tmp_path):
    configured = settings.load(tmp_path / "workspace")
    shelf = Library(Database(configured.workspace / "state.sqlite"), configured)
    yield shelf
    shelf.close()
    shelf.db.close()


def ingest_all(library):
    while (job := jobs.claim(library.db, "test", ("ingest",))) is not None:
        library.ingest(job.payload["file_id"])
        jobs.finish(library.db, job.id)
    return [library.report(row.id) for row in library.files()]


def test_an_upload_becomes_a_document_with_exact_offsets(library):
    library.add_upload("marzo.txt", NOTE.encode())
    (report,) = ingest_all(library)
    (document,) = library.documents()
    assert (report.status, document.name, document.lang) == ("added", "marzo.txt", "es")
    page = library.page(document.id, 1)
    for piece in documents.pieces_after(library.db, 0):
        assert page.text[piece.start : piece.end] == piece.text
    assert not any((library.folder / "inbox").iterdir())


def test_a_name_never_decides_a_path(library):
    library.add_upload("../../../etc/cron.d/x.txt", NOTE.encode())
    ingest_all(library)
    (document,) = library.documents()
    assert "/" not in document.name
    assert library.originals.path(document.sha256).parent == library.folder / "files"


def test_identical_files_are_one_document_under_the_first_name(library, tmp_path):
    folder = tmp_path / "papers"
    (folder / "old").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "old/c.txt"):
        (folder / name).write_text(NOTE, encoding="utf-8")
    library.add_folder(folder)
    reports = ingest_all(library)
    assert [(r.file, r.status) for r in reports] == [("a.txt", "added"), ("b.txt", "known"), ("old/c.txt", "known")]
    assert [document.name for document in library.documents()] == ["a.txt"]


def test_a_file_whose_name_is_no_utf8_is_read_like_any_other(library, tmp_path):
    (tmp_path / "papers").mkdir()
    path = os.fsencode(tmp_path / "papers") + b"/m\xe1laga.txt"
    try:
        Path(os.fsdecode(path)).write_text(NOTE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    library.add_folder(tmp_path / "papers")
    (report,) = ingest_all(library)
    assert (report.file, report.status) == ("m?laga.txt", "added")


def test_every_file_met_gets_an_outcome(library, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "good.txt").write_text(NOTE, encoding="utf-8")
    (folder / ".hidden.txt").write_text(NOTE, encoding="utf-8")
    (folder / "link.txt").symlink_to(folder / "good.txt")
    (folder / "dead.txt").symlink_to(folder / "nowhere.txt")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (folder / "program.exe").write_bytes(b"MZ\x90\x00" + bytes(100))
    library.add_folder(folder)
    outcome = {report.file: report for report in ingest_all(library)}
    assert {name: report.status for name, report in outcome.items()} == {
        ".hidden.txt": "skipped",
        "broken.pdf": "failed",
        "good.txt": "added",
        "link.txt": "known",
        "dead.txt": "skipped",
        "program.exe": "skipped",
    }
    assert all(report.reason for report in outcome.values() if report.status in ("skipped", "failed"))


def test_deleting_leaves_neither_row_nor_bytes(library):
    library.add_upload("marzo.txt", NOTE.encode())
    ingest_all(library)
    (document,) = library.documents()
    library.delete(document.id)
    assert library.documents() == []
    assert library.files() == []
    assert library.originals.hashes() == []
    library.db.truncate_log()
    stored = b"".join(path.read_bytes() for path in library.folder.rglob("*") if path.is_file())
    assert b"Lisboa" not in stored


def test_the_sweep_removes_what_no_row_owns(library):
    library.add_upload("marzo.txt", NOTE.encode())
    ingest_all(library)
    (library.folder / "inbox" / "torn").write_bytes(b"x")
    (library.folder / "files" / ("0" * 64)).write_bytes(b"x")
    library.sweep()
    assert not (library.folder / "inbox" / "torn").exists()
    assert library.originals.hashes() == [library.documents()[0].sha256]


def test_a_missing_file_is_named(library, tmp_path):
    with pytest.raises(AppError) as caught:
        library.add_path(tmp_path / "nowhere.pdf")
    assert caught.value.params["path"].endswith("nowhere.pdf")


REPORT = """# Informe 2025

## Ventas por zona

| Zona | T3 2024 | T3 2025 | Cambio |
|---|---|---|---|
| Norte | 1.200,50 € | 1.350,00 € (1) | 12,5 % |
| Sur | 800,00 € | (90,25) € | — |

| Nota | Texto |
|---|---|
| sola | una |
"""


def test_the_tables_of_a_document_are_data_and_go_with_it(library):
    library.add_upload("informe 2025.md", REPORT.encode())
    (report,) = ingest_all(library)
    tables = Tables(library.settings)
    (table,) = tables.catalog().tables
    assert (report.tables, table.name, table.origin, table.source) == (
        1, "ventas_por_zona_p1", "document", "informe 2025.md",
    )  # fmt: skip
    rows = tables.run("SELECT * FROM ventas_por_zona_p1").result.rows
    assert rows == (("Norte", 1200.5, 1350.0, 12.5), ("Sur", 800.0, -90.25, None))
    (document,) = library.documents()
    library.delete(document.id)
    assert tables.catalog().tables == () and not list(library.table_files.folder.glob("*.duckdb"))
    tables.close()


def test_document_tables_can_be_switched_off(library):
    library.settings = library.settings.replace(document_tables="off")
    library.add_upload("informe 2025.md", REPORT.encode())
    assert [report.tables for report in ingest_all(library)] == [0]


def test_a_table_file_keeps_its_name_beside_document_tables(library):
    library.add_upload("informe.md", REPORT.encode())
    library.add_upload("ventas por zona.csv", b"zona,importe\nA,1\nB,2\n")
    ingest_all(library)
    tables = Tables(library.settings)
    assert sorted(t.name for t in tables.catalog().tables) == ["ventas_por_zona", "ventas_por_zona_p1"]
    answer = tables.ask("suma de importe por zona", "es")
    assert answer.sql.tables == ("ventas_por_zona",)
    tables.close()


DATES = "fecha;importe;código\n01/02/2024;1.234;007\n03/04/2024;2.345;008\n05/06/2024;x;009\n"


def test_a_file_is_read_otherwise_and_so_are_its_next_versions(library):
    library.add_upload("datos.csv", DATES.encode())
    ingest_all(library)
    tables, options = (
        Tables(library.settings),
        {"tables": {"": {"columns": {"fecha": "date_mdy", "importe": "number_point"}}}},
    )
    (before,) = tables.catalog().tables
    (preview,) = library.table_files.preview("datos.csv", options)
    assert preview.columns[0]["type"] == "DATE" and preview.columns[1]["left_out"] == 1
    library.change_import("datos.csv", options)
    (report,) = ingest_all(library)
    (after,) = tables.catalog().tables
    assert after.name == before.name and after.dataset != before.dataset and report.status == "added"
    assert not Path(before.dataset).exists()
    rows = tables.run("SELECT * FROM datos").result.rows
    assert (str(rows[0][0]), *rows[0][1:]) == ("2024-01-02", 1.234, "007")
    library.add_upload("datos.csv", (DATES + "07/08/2024;9.5;010\n").encode())
    report = ingest_all(library)[-1]
    assert report.status == "added" and "sustituye" in library.report(library.files()[-1].id, "es").reason
    assert str(tables.run("SELECT max(fecha) FROM datos").result.rows[0][0]) == "2024-07-08"
    assert [table.name for table in tables.catalog().tables] == ["datos"]
    tables.close()


def test_an_upload_with_other_columns_is_another_table(library):
    library.add_upload("datos.csv", DATES.encode())
    library.add_upload("datos.csv", b"a,b\n1,2\n3,4\n")
    ingest_all(library)
    assert sorted(dataset.tables for dataset in library.table_files.held()) == [("datos",), ("datos_2",)]


def test_what_was_said_of_a_table_outlives_it_unless_it_is_to_be_forgotten(library):
    for forget in (False, True):
        library.add_upload("datos.csv", DATES.encode())
        ingest_all(library)
        catalog_notes.describe(library.db, "datos", "", Note("Ventas"))
        library.delete_tables("datos.csv", forget=forget)
        assert catalog_notes.has_any(library.db, {"datos"}) is not forget


def test_a_database_that_was_uploaded_keeps_its_bytes_while_its_tables_are_here(library, tmp_path):
    con = sqlite3.connect(tmp_path / "s.sqlite")
    con.executescript("CREATE TABLE t (d TEXT); INSERT INTO t VALUES ('2024-01-05'), ('2024-02-05');")
    con.close()
    library.add_upload("s.sqlite", (tmp_path / "s.sqlite").read_bytes())
    ingest_all(library)
    library.sweep()
    library.change_import("s.sqlite", {"tables": {"t": {"columns": {"d": "date_iso"}}}})
    ingest_all(library)
    tables = Tables(library.settings)
    assert tables.catalog().tables[0].columns[0].type == "DATE"
    tables.close()
    library.delete_tables("s.sqlite")
    assert library.originals.hashes() == []


def test_a_link_to_a_file_elsewhere_is_left_out(tmp_path):
    (tmp_path / "secret.txt").write_text("elsewhere")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.txt").write_text("here")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert [name for _, name in walk_folder(folder)] == ["own.txt"]


class _Flat:
    """Every text has one and the same vector."""

    id, dimension, max_tokens = "flat@1", 4, 256

    def encode(self, texts, *, kind="passage", lang=""):
        return np.full((len(texts), 4), 0.5, np.float32)


def test_a_library_is_ready_when_the_trust_is_told_by_all_of_it(library, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("The crane is checked every spring. A worn sling is taken away.")
    library.add_path(tmp_path / "a.txt")
    ingest_all(library)
    name = encoder_name(library.settings)
    with monkeypatch.context() as before:
        before.setattr(embed, "refresh_trust", lambda *_: None)
        embed.embed_missing(library.db, _Flat(), name)
    assert not library.fully_embedded()
    embed.embed_missing(library.db, _Flat(), name)
    assert library.fully_embedded()
    library.delete(library.documents()[0].id)
    assert not library.fully_embedded()
