"""The composition root: settings in, wired objects out. It holds no logic of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from core import settings as settings_table
from core.assistant import Assistant
from core.author import Author
from core.house_words import HouseWords
from core.index.search import SearchIndex
from core.library import Library
from core.models.held import HeldModel
from core.prompts import setting_of
from core.settings import Settings
from core.sql.tables import Tables
from core.state.database import Database

_ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Workspace:
    """Everything that works on one workspace folder. Close it to end its worker."""

    settings: Settings
    db: Database
    library: Library
    index: SearchIndex
    tables: Tables
    assistant: Assistant
    model: HeldModel | None = None
    worker: subprocess.Popen | None = field(default=None)
    variants: dict[str, tuple[Assistant, HeldModel | None]] = field(default_factory=dict)

    def start_worker(self) -> None:
        """Start the worker process unless it runs. It ends by itself when this process does."""
        if self.worker is None or self.worker.poll() is not None:
            command = [sys.executable, "-m", "core.worker", "--workspace", str(self.settings.workspace)]
            self.worker = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=_ROOT)

    def change_settings(self, **changes) -> Workspace:
        """Check and save settings; returns a workspace that works by them (the worker starts anew)."""
        changed = self.settings.replace(**changes)
        settings_table.save(changed)
        self.close()
        return open_workspace(changed)

    def variant(self, **changes) -> Assistant:
        """An assistant with other settings over the same documents and tables; what it opened is kept until the end."""
        key = json.dumps(changes, sort_keys=True)
        if key not in self.variants:
            changed = self.settings.replace(**changes)
            self.variants[key] = _assistant(changed, self.db, self.library, self.index, self.tables)
        return self.variants[key][0]

    def close(self) -> None:
        if self.worker is not None:
            self.worker.stdin.close()
            try:
                self.worker.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.worker.kill()
                self.worker.wait()
            self.worker = None
        for model in (self.model, *(held for _, held in self.variants.values())):
            if model is not None:
                model.close()
        self.tables.close()
        self.library.close()
        self.db.close()


def open_workspace(settings: Settings) -> Workspace:
    """Open (and make, where it is new) the workspace folder that the settings name."""
    db = Database(settings.workspace / "state.sqlite")
    library = Library(db, settings)
    index = SearchIndex(db, settings)
    tables = Tables(settings, db)
    assistant, model = _assistant(settings, db, library, index, tables)
    return Workspace(settings, db, library, index, tables, assistant, model)


def _assistant(
    settings: Settings, db: Database, library: Library, index: SearchIndex, tables: Tables
) -> tuple[Assistant, HeldModel | None]:
    """The assistant that the settings ask for, and the model that it holds where it has one."""
    model = None if settings.get("engine") == "builtin" else HeldModel(settings)
    author = (
        None
        if model is None
        else Author(model.open, index, library.page, tables, lambda n, lang: settings.get(setting_of(n, lang)))
    )
    return Assistant(library, index, tables, settings, author, HouseWords(db)), model
