"""The process that trains: seen from the worker, started for one job, heard line by line, ended when it is no longer
wanted; and what its commands have in common. It decides nothing about adapters.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import error_text
from core.records import JobStatus
from core.settings import Settings
from core.state import jobs
from core.state.database import Database
from core.training.bases import practice_folder
from core.training.queue import JOB, run_folder, search_folder, shelve

_ROOT = Path(__file__).resolve().parents[2]
_PASSED, _REFUSED = 0, 1


def train(db: Database, settings: Settings, job: JobStatus, stop: threading.Event) -> None:
    """Do one job to its end, and shelve the adapter where it passed. Stopped with the worker, it goes on from its
    checkpoint next time; cancelled, its process is ended. Raises AppError for what went wrong in the process."""
    name = job.payload["name"]
    folder = run_folder(settings, name)
    module = ("core.training.run", str(folder / JOB), "--out", str(folder / "adapter"))
    if _run_child(db, job, stop, module) == _PASSED:
        shelve(settings, name)


def practise(db: Database, settings: Settings, job: JobStatus, stop: threading.Event) -> None:
    """Make the workspace's practice model from its documents."""
    folder = practice_folder(settings)
    _run_child(db, job, stop, ("core.training.practice", str(settings.workspace), str(folder)))


def look_for_values(db: Database, settings: Settings, job: JobStatus, stop: threading.Event) -> None:
    """Try hyperparameters until the job's minutes are over."""
    folder = search_folder(settings, job.payload["kind"])
    minutes = str(job.payload["minutes"])
    module = ("core.training.search", str(folder / JOB), "--out", str(folder), "--minutes", minutes)
    _run_child(db, job, stop, module)


def look_for_settings(db: Database, settings: Settings, job: JobStatus, stop: threading.Event) -> None:
    """Try settings of the search until the job's minutes are over."""
    out, minutes = search_folder(settings, job.kind), str(job.payload["minutes"])
    module = ("core.evaluation.retrieval_search", str(settings.workspace), "--out", str(out), "--minutes", minutes)
    _run_child(db, job, stop, module)


def run_command(work: Callable[[], int], child: bool) -> int:
    """The exit code of a command's work; of what went wrong a line is written, and 2. `child`: end with who started
    it."""
    if child:
        _end_with_parent()
    try:
        return work()
    except AppError as error:
        write_line({"error": [error.key, error.params]})
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2


def write_line(values: dict[str, Any]) -> bool:
    """Tell who hears it; True, for nothing asks to stop."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()
    return True


def _end_with_parent() -> None:
    """End when whoever started the process is gone, which closes standard input. Its work can be cut off at any
    moment."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(2)

    threading.Thread(target=wait, daemon=True).start()


def _run_child(db: Database, job: JobStatus, stop: threading.Event, module: Sequence[str]) -> int:
    """Run a module of ours to its end; its exit code: 0, 1, or any where it was stopped or cancelled."""
    command = [sys.executable, "-m", *module, "--child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(db, job, process, stop, ended), daemon=True)
        watcher.start()
        error = _hear(db, job, process)
        code = process.wait()
        ended.set()
        watcher.join()
    if code not in (_PASSED, _REFUSED) and not stop.is_set() and jobs.is_running(db, job.id):
        raise error or AppError("training.broke_off", code=code)
    return code


def _hear(db: Database, job: JobStatus, process: subprocess.Popen) -> AppError | None:
    """Keep each line of the process as the job's progress; the error that it named, if any."""
    error = None
    for line in process.stdout:
        told = json.loads(line)
        if "error" in told:
            error = AppError(told["error"][0], **told["error"][1])
        elif "card" not in told:
            known = {name: value for name, value in told.items() if name not in ("progress", "message")}
            jobs.report(db, job.id, told["progress"], told.get("message", ""), known)
    return error


def _watch(
    db: Database, job: JobStatus, process: subprocess.Popen, stop: threading.Event, ended: threading.Event
) -> None:
    """End the process when the worker stops or the job was cancelled; tell meanwhile that it is alive."""
    while not ended.wait(0.5):
        if stop.is_set() or not jobs.is_running(db, job.id):
            process.kill()
            return
