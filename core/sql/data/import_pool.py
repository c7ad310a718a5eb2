"""`ImportPool`: table files read in limited child processes, forked from one clean server; nothing is read in here.

It hands a request to a child (`import_child.py`), passes its progress on, and ends it at a limit of memory or time or
when it is cancelled. What is asked for, and what becomes of the result, is `sources.py`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.children import Child
from core.sql.safety.fork_server import ForkServer

MEMORY_MB = 1400
TIME_LIMIT_S = 1800
Progress = Callable[[float, str], None]
_ROOT = Path(__file__).resolve().parents[3]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.sql.data.import_child import main; main(sys.argv[2])"
# More than one thread cannot be forked, and numpy's linear algebra, which nothing here needs, starts some.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass
class Watch:
    """The limits of one import, where its progress goes, and what cancels it."""

    progress: Progress | None = None
    cancel: threading.Event | None = None
    memory_mb: int = MEMORY_MB
    time_limit_s: int = TIME_LIMIT_S

    def report(self, share: float, step: str) -> None:
        if self.progress is not None:
            self.progress(share, step)


class ImportPool:
    """Use as `with ImportPool() as pool`; threads may share it. The server starts at the first request."""

    def __init__(self) -> None:
        self.server = ForkServer(["-c", _PROGRAM, str(_ROOT)], _ENVIRONMENT)

    def __enter__(self) -> ImportPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.server.close()

    def run(self, request: dict[str, Any], watch: Watch) -> dict[str, Any]:
        """A child's last word on one request; raises what it or the watch says (`sql.sources.*`)."""
        child = self.server.open_child()
        try:
            child.write(json.dumps({**request, "memory_mb": watch.memory_mb}).encode("ascii") + b"\n")
            return _follow(child, watch)
        finally:
            child.kill()
            child.close()


def _follow(child: Child, watch: Watch) -> dict[str, Any]:
    deadline, buffer = time.monotonic() + watch.time_limit_s, b""
    while True:
        chunk = child.read(0.02)
        if chunk == b"":
            raise AppError("sql.sources.crashed", limit_mb=watch.memory_mb)
        if chunk:
            *lines, buffer = (buffer + chunk).split(b"\n")
            for frame in map(json.loads, lines):
                if "pid" in frame:
                    child.pid = frame["pid"]
                elif "progress" in frame:
                    watch.report(frame["progress"], frame["step"])
                elif "error" in frame:
                    raise AppError(frame["error"][0], **frame["error"][1])
                else:
                    return frame
        if watch.cancel is not None and watch.cancel.is_set():
            raise AppError("sql.sources.cancelled")
        if child.resident_mb() > watch.memory_mb:
            raise AppError("sql.sources.memory", limit_mb=watch.memory_mb)
        if time.monotonic() > deadline:
            raise AppError("sql.sources.time", limit_s=watch.time_limit_s)
