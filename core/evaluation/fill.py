"""A workspace filled for a measurement: files taken in, and everything read and embedded before the first question."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from core import samples
from core.errors import AppError
from core.library import Library
from core.state import jobs
from core.state.database import Database

_POLL_S = 0.05


class Filled(Protocol):
    """What is needed of a workspace (`core.workspace.Workspace` is one)."""

    db: Database
    library: Library
    worker: Popen | None

    def start_worker(self) -> None: ...


def fill(workspace: Filled, folder: Path | None = None) -> None:
    """Take in a folder, or the sample where none is given, unless files are there; return when all is embedded."""
    library = workspace.library
    if not library.files():
        if folder is not None:
            library.add_folder(folder)
        else:
            for path in samples.files():
                library.add_path(path)
    wait(workspace, lambda: not jobs.count_open(workspace.db) and library.fully_embedded())


def wait(workspace: Filled, ended: Callable[[], bool]) -> None:
    """Let the worker work until `ended` says so. AppError `library.worker_died` where it ends before."""
    workspace.start_worker()
    while not ended():
        if workspace.worker.poll() is not None:
            raise AppError("library.worker_died", code=workspace.worker.returncode)
        time.sleep(_POLL_S)
