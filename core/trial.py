"""One evaluation job: opens the workspace that a variant asks for, and runs a case set over it.

A variant that changes the index gets a workspace of its own below the main one, filled with the same files and kept, so
that its next run finds it ready. It scores nothing itself.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable

from core import settings as settings_table
from core.documents.store import FileStore
from core.errors import AppError
from core.evaluation.runs import RunSummary, holdings_of, run_set
from core.evaluation.variants import INDEX_SETTINGS, Variant
from core.library import INGEST, VARIANTS
from core.records import JobStatus
from core.settings import Settings
from core.state import jobs, knowledge
from core.state.database import Database
from core.state.dump import stored_files
from core.workspace import Workspace, open_workspace

EVALUATE = "evaluate"
_POLL_S = 0.2
_INDEXING_SHARE = 0.3  # of a job's progress, where an index must be made first


def queue(db: Database, set_id: int, variant: Variant) -> int:
    """Ask for a run; the id of its job."""
    payload = {"set_id": set_id, "name": variant.name, "changes": dict(variant.changes)}
    return jobs.enqueue(db, EVALUATE, json.dumps(payload, sort_keys=True), payload)


def run_trial(db: Database, held: Settings, job: JobStatus, stop: threading.Event) -> RunSummary | None:
    """Do a queued job; None where it was cancelled before its first case. Its result is in the run's rows."""
    variant = Variant(job.payload["name"], job.payload["changes"])

    def told(share: float, step: str = "trial.asking") -> bool:
        return jobs.report(db, job.id, share, step) and not stop.is_set()

    own = variant.needs_own_index(held)
    workspace = _own_workspace(variant, held) if own else open_workspace(variant.settings(held))
    try:
        first = _INDEXING_SHARE if own else 0.0
        if own and not _fill(db, workspace, held, lambda share: told(first * share, "trial.indexing")):
            return None
        asked = workspace.assistant
        holdings = holdings_of(workspace.db, asked)
        return run_set(
            db, job.payload["set_id"], variant, asked, holdings, lambda share: told(first + (1 - first) * share)
        )
    finally:
        workspace.close()


def _own_workspace(variant: Variant, held: Settings) -> Workspace:
    """The workspace of this variant's index, named by the settings that shape it."""
    changed = variant.settings(held)
    shape = json.dumps({name: changed.get(name) for name in INDEX_SETTINGS if name in _known()}, sort_keys=True)
    folder = held.workspace / VARIANTS / hashlib.sha256(shape.encode()).hexdigest()[:16]
    own = Settings(folder, dict(changed.values))
    settings_table.save(own)
    return open_workspace(own)


def _known() -> set[str]:
    return {setting.name for setting in settings_table.TABLE}


def _fill(db: Database, workspace: Workspace, held: Settings, told: Callable[[float], bool]) -> bool:
    """Bring in the main workspace's files and what it was told, and wait until all is embedded; False where the job was
    cancelled."""
    knowledge.copy(db, workspace.db)
    originals, have = FileStore(held.workspace), {row.name for row in workspace.library.files()}
    files = [(name, sha256) for name, sha256 in stored_files(db) if originals.has(sha256)]
    for name, sha256 in files:
        if name not in have:
            workspace.library.add_path(originals.path(sha256), name)
    workspace.start_worker()
    while jobs.count_open(workspace.db, INGEST) or not workspace.library.fully_embedded():
        if workspace.worker.poll() is not None:
            raise AppError("library.worker_died", code=workspace.worker.returncode)
        waiting = jobs.count_open(workspace.db, INGEST)
        if not told(1 - waiting / max(1, len(files) + 1)):
            return False
        time.sleep(_POLL_S)
    return True
