"""One upload's way in: queue it; parse, cut, store and embed a document, bring in a table; and its way out again.

A file may be both: a CSV or a workbook becomes a data set to query and a page to find it by. `add*` and `delete` are
for whoever faces the user and return at once; `ingest` is for the worker process. Vectors are made by the worker
afterwards (`core.index.embed`). It draws nothing.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
import unicodedata
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.documents.chunk import chunk_document
from core.documents.layout import layout_to_json, page_from_json
from core.documents.sandbox import ParserPool
from core.documents.store import FileStore, hash_file, safe_name
from core.errors import AppError
from core.i18n import translate
from core.index import embed, trust
from core.models.adapters import encoder_name
from core.records import Document, IngestReport, Page
from core.settings import Settings
from core.sql.data import sources
from core.state import case_sets, chats, documents, feedback, files, jobs, vectors
from core.state.database import Database
from core.table_files import TableFiles

INGEST = "ingest"
VARIANTS = "variants"  # the folder of workspaces that evaluation runs make
_SKIPPED = {"documents.kind_unsupported", "library.hidden", "library.not_regular"}


class Library:
    """The documents of one workspace. `settings.workspace` is its folder."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.folder = settings.workspace
        self.originals = FileStore(settings.workspace)
        self.pool = ParserPool(settings)
        self.table_files = TableFiles(db, settings, self.originals)

    def close(self) -> None:
        self.pool.close()
        self.table_files.close()

    # ------------------------------------------------------------ in

    def add_upload(self, name: str, data: Any) -> int:
        """Queue an uploaded file (bytes or a binary stream); returns the id of its row in the list of files.

        The bytes are kept under a name of ours: the upload's own name is only shown."""
        inbox = self.folder / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        path = inbox / uuid.uuid4().hex
        with path.open("wb") as target:
            target.write(data if isinstance(data, (bytes, bytearray, memoryview)) else data.read())
            target.flush()
            os.fsync(target.fileno())
        return self._queue(safe_name(name), path)

    def add_path(self, path: Path, name: str | None = None) -> int:
        """Queue a file of this computer, read where it lies."""
        if not os.path.lexists(path) or path.is_dir():
            raise AppError("library.not_a_file", path=str(path))
        return self._queue(_drop_controls(name or path.name), path.absolute())

    def add_folder(self, folder: Path) -> list[int]:
        """Queue every file below a folder, to any depth, named by its path relative to it."""
        if not folder.is_dir():
            raise AppError("library.not_a_folder", path=str(folder))
        return [self.add_path(path, name) for path, name in walk_folder(folder)]

    def _queue(self, name: str, path: Path) -> int:
        file_id = files.add_file(self.db, name, str(path), path.lstat().st_size)
        jobs.enqueue(self.db, INGEST, str(file_id), {"file_id": file_id})
        return file_id

    def ingest(self, file_id: int) -> IngestReport:
        """Do one queued file, in the worker. Safe to start over: a document is stored in one transaction, last."""
        row = files.read_file(self.db, file_id)
        if row is None:
            return IngestReport(str(file_id), "skipped")
        started = time.perf_counter()
        path = Path(row.path)
        files.update_file(self.db, file_id, status="parsing")
        try:
            outcome = self._store(row, path)
        except AppError as error:
            status = "skipped" if error.key in _SKIPPED else "failed"
            outcome = {"status": status, "reason": (error.key, error.params)}
        except OSError as error:
            outcome = {
                "status": "failed",
                "reason": ("library.unreadable", {"name": row.name, "detail": error.strerror}),
            }
        files.update_file(self.db, file_id, ms=round(1000 * (time.perf_counter() - started)), **outcome)
        if "document_id" in outcome:
            files.settle_first(self.db, outcome["document_id"])
        if path.parent == self.folder / "inbox":
            path.unlink(missing_ok=True)
        return self.report(file_id)

    def _store(self, row: files.FileRow, path: Path) -> dict[str, Any]:
        """What became of the file. It counts as added when its tables or its text could be taken in."""
        _check_kind(path, row.name)
        row = dataclasses.replace(row, sha256=hash_file(path), size=path.stat().st_size)
        files.update_file(self.db, row.id, sha256=row.sha256, size=row.size)
        outcome: dict[str, Any] = {}
        refusals: list[AppError] = []
        for take in (self._take_tables, self._take_document, self._take_document_tables):
            try:
                outcome |= take(row, path, outcome)
            except AppError as error:
                refusals.append(error)
        if not outcome.get("tables") and "document_id" not in outcome:
            raise refusals[-1]
        return outcome

    def _take_tables(self, row: files.FileRow, path: Path, _: dict[str, Any]) -> dict[str, Any]:
        return self.table_files.take(row, path)

    def _take_document_tables(self, row: files.FileRow, path: Path, outcome: dict[str, Any]) -> dict[str, Any]:
        """The tables on a document's pages, as data. The page of a table file is data already."""
        document_id = outcome.get("document_id")
        off = self.settings.get("document_tables") == "off"
        if document_id is None or off or sources.source_kind(row.name, path) is not None:
            return {}
        return self.table_files.take_document(row, document_id, self.document(document_id).lang)

    def _take_document(self, row: files.FileRow, path: Path, _: dict[str, Any]) -> dict[str, Any]:
        sha256, size = row.sha256, row.size
        known = documents.find_by_hash(self.db, sha256)
        if known is not None:
            return {"status": "known", "document_id": known}
        parsed = self.pool.parse(path, row.name)
        tokens, overlap = self.settings.get("passage_tokens"), self.settings.get("passage_overlap_tokens")
        piece = self.settings.get("piece_tokens")
        parts = chunk_document(parsed, passage_tokens=tokens, overlap_tokens=overlap, piece_tokens=piece)
        layouts = [layout_to_json(page).encode() for page in parsed.pages]
        if self.originals.add(path) != sha256:
            raise AppError("library.changed_meanwhile", name=row.name)
        document_id = documents.add_document(self.db, parsed, layouts, parts, sha256=sha256, name=row.name, size=size)
        return {"status": "added", "document_id": document_id}

    # ------------------------------------------------------------ what is here

    def documents(self) -> list[Document]:
        return documents.list_documents(self.db, self.active_model())

    def document(self, document_id: int) -> Document | None:
        return next((found for found in self.documents() if found.id == document_id), None)

    def active_model(self) -> str:
        """The id of the model whose vectors answer; empty before the first."""
        active = embed.read_active(self.db)
        return active.id if active else ""

    def fully_embedded(self) -> bool:
        """Nothing is left for the worker: every passage and sentence has its vector and the trust in them is told by
        all of them, or no model can be had."""
        if embed.read_failure(self.db):
            return True
        active = embed.read_active(self.db)
        if active is None or active.name != encoder_name(self.settings):
            return not self.documents()
        made = vectors.embedding_progress(self.db, active.id).values()
        return all(count >= wanted for count, wanted in made) and trust.is_settled(self.db)

    def page(self, document_id: int, number: int) -> Page | None:
        stored = documents.read_page(self.db, document_id, number)
        return page_from_json(stored.layout, stored.text) if stored else None

    def page_count(self, document_id: int) -> int:
        return documents.count_pages(self.db, document_id)

    def page_image(self, document_id: int, number: int, width_px: int, boxes: Iterable[tuple] = ()) -> bytes | None:
        """A page as PNG with boxes highlighted; None where the format has no page images."""
        document = self.document(document_id)
        if document is None or document.media != "application/pdf":
            return None
        return self.pool.page_image(self.originals.path(document.sha256), number, width_px, tuple(boxes))

    def files(self, after_id: int = 0) -> list[files.FileRow]:
        return files.list_files(self.db, after_id)

    def open_files(self) -> int:
        """How many files wait or are being read."""
        return files.count_open(self.db)

    def report(self, file_id: int, lang: str = "en") -> IngestReport:
        """What became of a queued file, in words."""
        row = files.read_file(self.db, file_id)
        document = self.document(row.document_id) if row.document_id else None
        return IngestReport(
            file=row.name,
            status=row.status if row.status not in files.OPEN else "failed",
            reason=translate(row.reason[0], lang, **row.reason[1]) if row.reason else "",
            pages=document.pages if document else 0,
            chunks=document.pieces if document else 0,
            tables=row.tables,
            ms=row.ms,
        )

    # ------------------------------------------------------------ out

    def delete(self, document_id: int, lang: str = "en") -> None:
        """Remove every trace: rows, vectors, original, page images, and its words in past answers."""
        document = self.document(document_id)
        if document is None:
            return
        documents.delete_document(self.db, document_id)
        files.forget_files(self.db, document_id=document_id)
        chats.forget_document(self.db, document_id, translate("library.answer_forgotten", lang, name=document.name))
        case_sets.forget_file(self.db, document.name)
        feedback.forget_file(self.db, document.name)
        shutil.rmtree(self.folder / VARIANTS, ignore_errors=True)  # indexes of runs: made again when they are wanted
        self.originals.delete(document.sha256)
        self.table_files.delete_document(document.sha256)
        self.delete_tables(document.name)

    def delete_tables(self, source: str, *, forget: bool = False) -> None:
        """Take away the data sets that came from the table file added under this name; with `forget`, also what was
        said of their tables."""
        self.table_files.delete(source, forget=forget)

    def change_import(self, source: str, options: dict[str, Any]) -> None:
        """Have a table file read anew by `options` (`core.sql.data.sources`), which its next versions keep."""
        row = self.table_files.choose(source, options)
        jobs.enqueue(self.db, INGEST, str(row.id), {"file_id": row.id})

    def forget_file(self, file_id: int) -> None:
        """Drop a failed or skipped file from the list."""
        files.forget_files(self.db, file_id=file_id)

    def sweep(self) -> None:
        """Remove bytes that no row owns: what a killed process left. Only for the worker, before it starts."""
        self.originals.sweep()
        self.table_files.sweep()
        owned = {document.sha256 for document in self.documents()} | self.table_files.hashes()
        for sha256 in set(self.originals.hashes()) - owned:
            self.originals.delete(sha256)
        waiting = {row.path for row in self.files() if row.status in files.OPEN}
        for path in (self.folder / "inbox").glob("*"):
            if str(path) not in waiting:
                path.unlink(missing_ok=True)


def walk_folder(folder: Path) -> list[tuple[Path, str]]:
    """(path, name relative to the folder) of everything below it but folders, in order; linked folders stay shut, and
    links to files elsewhere are left out."""
    found, inside = [], folder.resolve()
    for root, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(root) / name for name in sorted(names)]
    own = [path for path in found if not path.is_symlink() or path.resolve().is_relative_to(inside)]
    return [(path, path.relative_to(folder).as_posix()) for path in own]


def _check_kind(path: Path, name: str) -> None:
    """Refuse what is no ordinary visible file: hidden files, dead links, devices, pipes."""
    if any(part.startswith(".") for part in Path(name).parts):
        raise AppError("library.hidden", name=name)
    if not path.is_file():
        raise AppError("library.not_regular", name=name)


def _drop_controls(name: str) -> str:
    """A name as it is on disk, without characters that could not be shown as they are (control, direction)."""
    shown = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in shown if unicodedata.category(char)[0] != "C")
