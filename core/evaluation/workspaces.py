"""Workspaces to measure in: kept where a folder is named, else made for it and gone after it. It measures nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol, TypeVar

from core import settings as settings_table
from core.evaluation.fill import fill
from core.workspace import Workspace, open_workspace


class Placed(Protocol):
    """A case that names the workspace it is asked in."""

    workspace: str


C = TypeVar("C", bound=Placed)


@contextmanager
def measured_folder(kept: Path | None) -> Iterator[Path]:
    """The folder named, or one that goes again."""
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="cotejo-run-") as folder:
        yield Path(folder)


@contextmanager
def measured_workspace(kept: Path | None, changes: dict[str, str] | None = None) -> Iterator[Workspace]:
    """A workspace in the folder named, or in one that goes again, with some settings changed."""
    with measured_folder(kept) as folder:
        settings = settings_table.load(folder).replace(**(changes or {}))
        settings_table.save(settings)  # the worker reads them too
        workspace = open_workspace(settings)
        try:
            yield workspace
        finally:
            workspace.close()


def each_workspace(cases: Sequence[C], documents: Path, kept: Path | None) -> Iterator[tuple[str, Workspace, list[C]]]:
    """Every workspace that the cases name, filled from the folder of that name in `documents`, with its own cases."""
    for name in dict.fromkeys(case.workspace for case in cases):
        with measured_workspace(kept / name if kept else None) as workspace:
            fill(workspace, documents / name)
            yield name, workspace, [case for case in cases if case.workspace == name]
