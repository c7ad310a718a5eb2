"""The library's table side: table files and documents' tables become data sets, are read anew otherwise, and go again.

How a file is to be read is remembered by its name, for its next version too. Nothing here reads a table (that is
`core.sql.data.sources`, in a child process) or asks one; documents are `core.library`'s.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal

from core.documents.found_tables import find_tables
from core.documents.layout import page_from_json
from core.documents.store import FileStore
from core.errors import AppError
from core.settings import Settings
from core.sql.data import datasets, sources
from core.sql.data.import_pool import ImportPool
from core.state import catalog_notes, documents, files
from core.state.database import Database


class TableFiles:
    """The data sets of one workspace, by the files that they came from. Threads may share it."""

    def __init__(self, db: Database, settings: Settings, originals: FileStore) -> None:
        self.db = db
        self.originals = originals
        self.folder = settings.workspace / "datasets"
        self.inbox = settings.workspace / "inbox"
        self.pool = ImportPool()
        self._importing = threading.Lock()

    def close(self) -> None:
        self.pool.close()

    # ------------------------------------------------------------ in

    def take(self, row: files.FileRow, path: Path) -> dict[str, Any]:
        """What became of a file as tables: columns of its row; nothing where it is no table file.

        The file is read as its user chose for that name. A choice that no longer fits a new version gives way."""
        if sources.source_kind(row.name, path) is None:
            return {}
        options = catalog_notes.import_options(self.db, row.name)
        how = {"replace": self._replaces(row), "pool": self.pool}
        dropped = ()
        with self._importing:  # names are given in the order in which files were added
            try:
                found = sources.import_source(path, row.name, self.folder, options=options, **how)
            except AppError:
                if not options:
                    raise
                found = sources.import_source(path, row.name, self.folder, **how)
                dropped = (("sql.sources.choice_dropped", {"name": row.name}),)
        if path.parent == self.inbox:
            self.originals.add(path)
        notes = [*dropped, *(note for dataset in found for note in dataset.notes)]
        known = all(dataset.known for dataset in found)
        outcome = {"status": "known" if known else "added", "tables": sum(len(dataset.tables) for dataset in found)}
        return {**outcome, "reason": notes[0]} if notes else outcome

    def _replaces(self, row: files.FileRow) -> bool | Literal["alike"]:
        """Whether this is a new version of a file that is here: the same bytes read otherwise, the same path with
        other bytes; or an upload of the same name, if it has the same columns."""
        held = [dataset for dataset in self.held() if dataset.source == row.name and dataset.origin == "file"]
        if any(dataset.sha256 == row.sha256 for dataset in held):
            return True
        if Path(row.path).parent == self.inbox:
            return "alike"
        return any(other.path == row.path and other.id < row.id for other in files.list_files(self.db))

    def take_document(self, row: files.FileRow, document_id: int, lang: str) -> dict[str, Any]:
        """The tables on a document's pages, as data."""
        if any(dataset.sha256 == row.sha256 and dataset.origin == "document" for dataset in self.held()):
            return {}
        stored = documents.read_pages(self.db, document_id)
        found = find_tables(page_from_json(page.layout, page.text) for page in stored)
        if not found:
            return {}
        with self._importing:
            made = sources.import_tables(found, row.name, row.sha256, self.folder, lang=lang, pool=self.pool)
        return {"tables": sum(len(dataset.tables) for dataset in made)}

    # ------------------------------------------------------------ read otherwise

    def options(self, source: str) -> dict[str, Any]:
        """How the file of that name is read, where its user chose it."""
        return catalog_notes.import_options(self.db, source)

    def preview(self, source: str, options: dict[str, Any] | None = None) -> list[sources.Preview]:
        """How a file that is here would come in. Raises `library.original_gone`, `sql.sources.*`."""
        return sources.preview_source(self._original(source)[0], source, options=options, pool=self.pool)

    def choose(self, source: str, options: dict[str, Any]) -> files.FileRow:
        """Remember how a file is to be read; returns its row, to be ingested again. The data set that is here stays
        until the new one is in its place."""
        path, row = self._original(source)
        catalog_notes.save_import_options(self.db, source, options)
        if row is None or row.status in ("failed", "skipped"):
            row = files.read_file(self.db, files.add_file(self.db, source, str(path), path.stat().st_size))
        files.update_file(self.db, row.id, path=str(path), status="queued", reason=None)
        return row

    def _original(self, source: str) -> tuple[Path, files.FileRow | None]:
        """The bytes that a data set was made from, kept or where its user has them; and the row they came by."""
        held = [dataset for dataset in self.held() if dataset.source == source and dataset.origin == "file"]
        rows = [row for row in files.list_files(self.db) if row.name == source]
        row = next((row for row in reversed(rows) if any(row.sha256 == dataset.sha256 for dataset in held)), None)
        for dataset in reversed(held):
            if dataset.sha256 and self.originals.has(dataset.sha256):
                return self.originals.path(dataset.sha256), row
        if row is not None and Path(row.path).is_file():
            return Path(row.path), row
        raise AppError("library.original_gone", name=source)

    # ------------------------------------------------------------ what is here, out

    def held(self) -> list[datasets.DataSet]:
        return datasets.list_datasets(self.folder)

    def hashes(self) -> set[str]:
        """The originals that data sets were made from."""
        return {dataset.sha256 for dataset in self.held()}

    def delete(self, source: str, *, forget: bool = False) -> None:
        """Take away the data sets that came from the table file of that name; with `forget`, also what was said of
        their tables and how the file was to be read."""
        gone = [dataset for dataset in self.held() if dataset.source == source and dataset.origin == "file"]
        self._remove(gone)
        if forget:
            catalog_notes.forget(self.db, {table for dataset in gone for table in dataset.tables}, source)

    def delete_document(self, sha256: str) -> None:
        """Take away the data sets of a document, or of a table file with these bytes."""
        self._remove([dataset for dataset in self.held() if dataset.sha256 == sha256])

    def _remove(self, gone: list[datasets.DataSet]) -> None:
        for dataset in gone:
            datasets.remove_dataset(dataset.path)
        for sha256 in {dataset.sha256 for dataset in gone if dataset.sha256} - self.hashes():
            if documents.find_by_hash(self.db, sha256) is None:
                self.originals.delete(sha256)

    def sweep(self) -> None:
        sources.sweep(self.folder)
