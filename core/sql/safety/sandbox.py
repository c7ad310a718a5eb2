"""The sandbox: runs admitted statements in a child process that can be killed, and turns its frames into results.

One `Sandbox` a program, used by any number of threads. It starts the zygote (`zygote.py`) by exec at the first
question; each question is then a fork of it, with its own socket, watched from here: memory is polled, a deadline is
kept for every statement, and what goes over is killed. A statement that dies takes only itself along: the rest of its
question goes on in a new child. Where fork does not exist each question is a plain process (`mode` says which).

It runs whatever text it is handed, safely; that only the guard's `CheckedSql` gets here is `execute.py`'s rule.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.records import QueryResult
from core.settings import Settings
from core.sql.safety.fork_server import ForkServer
from core.sql.safety.frames import Limits, Watch, failed

_PROGRAM = Path(__file__).with_name("zygote.py")
_WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class Job:
    """What one question needs: data sets as (alias, path), views as (view, alias, table), statements in order."""

    datasets: tuple[tuple[str, str], ...]
    views: tuple[tuple[str, str, str], ...]
    statements: tuple[str, ...]


class Sandbox:
    """Runs jobs in killable children. A context manager; thread-safe; at most `sql_processes_max` children at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.threads = max(1, min(4, os.cpu_count() or 1))
        self._slots = threading.BoundedSemaphore(settings.get("sql_processes_max"))
        self.zygote = ForkServer([str(_PROGRAM)])

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def mode(self) -> str:
        """How questions are run: `fork`, or `process` where fork does not exist."""
        return self.zygote.mode

    def start(self) -> None:
        """Start the zygote now, so that the first question does not wait for it (about 0.2 s)."""
        self.zygote.start()

    def close(self) -> None:
        """End the zygote and whatever still runs under it."""
        self.zygote.close()

    def run(self, job: Job, limits: Limits, cancel: threading.Event | None = None) -> list[QueryResult]:
        """One result a statement, in order. A statement that fails or hits a limit has `error`, never raises."""
        results: list[QueryResult] = []
        with self._slot(cancel) as free:
            while len(results) < len(job.statements):
                rest = Job(job.datasets, job.views, job.statements[len(results) :])
                if not free or (cancel is not None and cancel.is_set()):
                    results += [failed("sql.limits.cancelled")] * len(rest.statements)
                    break
                results += self._run_until_death(rest, limits, cancel)
        return results

    @contextlib.contextmanager
    def _slot(self, cancel: threading.Event | None) -> Iterator[bool]:
        """One of the places for children, waited for; False where it was cancelled while all were taken."""
        while not self._slots.acquire(timeout=None if cancel is None else _WAIT_S):
            if cancel.is_set():
                yield False
                return
        try:
            yield True
        finally:
            self._slots.release()

    def _run_until_death(self, job: Job, limits: Limits, cancel: threading.Event | None) -> list[QueryResult]:
        """Results of at least one statement: all of them, or up to the one that had to be killed."""
        child = self.zygote.open_child()
        watch = Watch(child, limits, cancel)
        try:
            request = {
                "datasets": job.datasets,
                "views": job.views,
                "statements": job.statements,
                "limits": limits.request(self.threads),
            }
            child.write(json.dumps(request).encode("ascii") + b"\n")
            return watch.collect()
        finally:
            child.close()


def aliases(paths: Sequence[str]) -> dict[str, str]:
    """An alias for each data set file; no user's name goes into it."""
    return {path: f"dataset_{number}" for number, path in enumerate(dict.fromkeys(paths))}
