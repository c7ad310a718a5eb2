"""All that a workspace knows of its user's work, as one zip: a JSON-lines file a table, and the files that were added.

Vectors, indexes and page layouts are left out: they are made from what is here. It deletes nothing.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from core.documents.store import FileStore
from core.state import dump
from core.state.database import Database


def export_everything(db: Database, folder: Path, target: Path) -> int:
    """Write the zip to `target`; how many entries. `folder` is the workspace; a file that has gone is left out."""
    entries = 0
    temporary = target.with_name(target.name + ".tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as out:
        for table in dump.tables():
            lines = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in dump.rows(db, table))
            if lines:
                out.writestr(f"state/{table}.jsonl", lines)
                entries += 1
        settings = folder / "settings.json"
        if settings.exists():
            out.write(settings, "settings.json")
            entries += 1
        originals = FileStore(folder)
        for number, (name, sha256) in enumerate(dump.stored_files(db), 1):
            if originals.has(sha256):
                out.write(originals.path(sha256), f"files/{number:05d}-{Path(name).name}")
                entries += 1
    temporary.replace(target)
    return entries
