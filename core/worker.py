"""The worker process: takes queued jobs of one workspace, and makes missing vectors when no job waits.

    python -m core.worker --workspace DIR

One worker holds a workspace at a time (a file lock that the kernel releases with the process). It ends when its
standard input closes, so it never outlives whoever started it. It answers no questions.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from core import library, settings
from core.documents.sandbox import PARSERS
from core.errors import AppError
from core.i18n import error_text
from core.index import embed
from core.library import Library
from core.models.adapters import encoder_name
from core.models.embedder import Embedder, load_embedder
from core.records import JobStatus
from core.settings import Settings
from core.state import jobs, vectors
from core.state.database import Database
from core.state.lock import try_lock
from core.training.child import look_for_settings, look_for_values, practise, train
from core.training.queue import PRACTISE, RETRIEVAL, SEARCH, TRAIN
from core.trial import EVALUATE, run_trial

_IDLE_S = 0.1
log = logging.getLogger("cotejo.worker")


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m core.worker")
    options.add_argument("--workspace", type=Path, required=True)
    chosen = options.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    if sys.platform != "win32":
        os.nice(5)  # whoever asks meanwhile goes first
    stop = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    lock = _take_lock(chosen.workspace, stop)
    if lock is None:
        return 0
    try:
        run(chosen.workspace, stop)
    except AppError as error:
        log.error(error_text(error, "en"))
        return 1
    return 0


def run(workspace: Path, stop: threading.Event) -> None:
    """Work until `stop` is set. The caller holds the workspace's worker lock."""
    configured = settings.load(workspace)
    db = Database(workspace / "state.sqlite")
    shelf = Library(db, configured)
    jobs.requeue_running(db)
    shelf.sweep()
    with ThreadPoolExecutor(PARSERS) as executor, ThreadPoolExecutor(1) as long_work:
        running: set[Future] = set()
        long: Future | None = None
        embedding = Embedding(db, configured, stop)
        while not stop.is_set():
            running = {future for future in running if not _collect(future)}
            long = None if long is None or _collect(long) else long
            kinds = (library.INGEST,) if len(running) < PARSERS else ()
            kinds += tuple(LONG) if long is None else ()
            job = jobs.claim(db, str(os.getpid()), kinds) if kinds else None
            if job is not None and job.kind in LONG:
                long = long_work.submit(_work, LONG[job.kind], db, configured, job, stop)
            elif job is not None:
                running.add(executor.submit(_ingest, shelf, job))
            elif running or not embedding.step():
                time.sleep(_IDLE_S)
    shelf.close()
    db.close()


# What takes minutes, one at a time, while files still come in: job kind -> function(db, settings, job, stop).
LONG: dict[str, Callable[[Database, Settings, JobStatus, threading.Event], object]] = {
    EVALUATE: run_trial,
    TRAIN: train,
    PRACTISE: practise,
    SEARCH: look_for_values,
    RETRIEVAL: look_for_settings,
}


def _work(function, db: Database, configured: Settings, job: JobStatus, stop: threading.Event) -> None:
    """Do a long job; what it cannot do is kept with it. One that was stopped with the worker is queued again."""
    try:
        function(db, configured, job, stop)
    except AppError as error:
        jobs.finish(db, job.id, (error.key, error.params))
        return
    except Exception:  # the boundary of a job: one that fails must not be queued again for ever
        log.exception("job %s failed", job.id)
        jobs.finish(db, job.id, ("assistant.internal", {}))
        return
    if not stop.is_set():
        jobs.finish(db, job.id)


class Embedding:
    """The vectors that are missing, made a batch at a time between jobs; the model loads in a thread of its own."""

    def __init__(self, db: Database, configured: Settings, stop: threading.Event) -> None:
        self._db = db
        self._name = encoder_name(configured)
        self._stop = stop
        self._embedder: Embedder | None = None
        self._done_at: tuple[int, int, int] | None = None
        threading.Thread(target=self._load, daemon=True, name="load-embedder").start()

    def step(self) -> bool:
        """Embed until a job waits or nothing is missing; False where there was nothing to do."""
        before = vectors.revision(self._db)
        if self._embedder is None or before == self._done_at:
            return False
        if embed.embed_missing(self._db, self._embedder, self._name, stop=self._must_pause):
            self._done_at = before  # what comes or goes meanwhile is seen by the next step
        return True

    def _must_pause(self) -> bool:
        return self._stop.is_set() or jobs.count_open(self._db, library.INGEST) > 0

    def _load(self) -> None:
        try:
            self._embedder = load_embedder(self._name, settings.cache_folder())
            embed.note_failure(self._db, None)
        except AppError as error:
            log.error("no embedder: %s", error)
            embed.note_failure(self._db, error)


def _ingest(shelf: Library, job: JobStatus) -> None:
    report = shelf.ingest(job.payload["file_id"])
    jobs.finish(shelf.db, job.id)
    log.debug("%s: %s %s", report.file, report.status, report.reason)


def _collect(future: Future) -> bool:
    """True where the future ended; an unexpected error ends the worker loudly rather than losing a file silently."""
    if not future.done():
        return False
    future.result()
    return True


def _wait_for_end_of_input(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):  # unbuffered: the interpreter may end while this thread waits here
        pass
    stop.set()


def _take_lock(workspace: Path, stop: threading.Event):
    """Wait for the workspace's worker lock; the open file that holds it, or None when stopped before."""
    workspace.mkdir(parents=True, exist_ok=True)
    while not stop.is_set():
        held = try_lock(workspace / "worker.lock")
        if held is not None:
            return held
        time.sleep(0.2)
    return None


if __name__ == "__main__":
    sys.exit(main())
