"""All that a workspace knows of its user's work, as one zip: a JSON-lines file a table, and the files that were added.

Vectors, indexes and page layouts are left out: they are made from what is here. It deletes nothing.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from core.state import dump
from core.state.database import Database

_DATASETS = "datasets"


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
        for number, (name, path) in enumerate(dump.stored_files(db), 1):
            if path.is_file() and path.is_relative_to(folder):
                out.write(path, f"files/{number:05d}-{Path(name).name}")
                entries += 1
    temporary.replace(target)
    return entries
