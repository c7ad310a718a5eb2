"""What the stages of an answer came to, remembered from run to run: the documents' quotes, the tables' rows, those of a
model's statement and of a case's own, how a question sounds to the tables, the schema that a model is shown.

It decides nothing about what a stage depends on beside the question: `variants.world_key` says it in one text.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from core.records import DocumentsAnswer, QueryResult, Sounding, SqlAnswer
from core.sql.safety.frames import decode
from core.sql.safety.zygote import encode
from core.state import case_sets, codec
from core.state.database import Database

_KINDS = {
    "documents": DocumentsAnswer,
    "rows": SqlAnswer,
    "sounding": Sounding,
    "schema": str,
    "result": QueryResult,
    "gold": QueryResult,
}
_WITH_CELLS = ("rows", "result", "gold")  # dates and decimals among them
T = TypeVar("T")


class Stages:
    """The memory of one case; its stages may be asked for from several threads.

    `made` are new ones as (key, value, milliseconds), to be stored; `spared_ms` is what those remembered once took."""

    def __init__(self, db: Database, world: str) -> None:
        self.made: list[tuple[str, str, float]] = []
        self.spared_ms = 0.0
        self._db = db
        self._world = world
        self._lock = threading.Lock()

    def recall(self, stage: str, asked: tuple[Any, ...], work: Callable[[], T]) -> T:
        """What `work` gives, or gave when the same was asked of the same world."""
        key = hashlib.sha256(json.dumps([self._world, stage, *asked]).encode()).hexdigest()[:32]
        known = case_sets.find_stage(self._db, key)
        if known is not None:
            with self._lock:
                self.spared_ms += known[1]
            return _load(stage, known[0])
        started = time.perf_counter()
        found = work()
        ms = 1000 * (time.perf_counter() - started)
        text = _dump(stage, found)
        if not _hit_limit(found) and _load(stage, text) == found:  # a cell of some odd type may not come back as it was
            with self._lock:
                self.made.append((key, text, ms))
        return found


def _dump(stage: str, found: Any) -> str:
    """A record as text that keeps the types of its cells."""
    held = dataclasses.asdict(found) if dataclasses.is_dataclass(found) else found
    return json.dumps(encode(held) if stage in _WITH_CELLS else held, ensure_ascii=False, default=str)


def _load(stage: str, text: str) -> Any:
    held = json.loads(text)
    return codec.build(_KINDS[stage], decode(held) if stage in _WITH_CELLS else held)


def _hit_limit(found: Any) -> bool:
    """Whether a query ran into a limit: on a quieter machine it may not."""
    error = getattr(found, "error", None)
    return error is not None and error[0].startswith("sql.limits.")
