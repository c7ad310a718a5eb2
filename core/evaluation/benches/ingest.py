"""`ingest`: seconds per stage until a folder is searchable and embedded, beside a plain LlamaIndex pipeline."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from core.evaluation.workspaces import measured_workspace
from core.state import jobs, vectors
from core.workspace import Workspace

_POLL_S = 0.02


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--documents", type=Path, required=True)
    command.add_argument("--plain", action="store_true", help="also run LlamaIndex's own pipeline on the PDFs")


def run(options: argparse.Namespace) -> dict:
    """Wall seconds from the first file queued, in a new workspace with a cold worker."""
    report = {"ours": _ingest_ours(options.documents)}
    if options.plain:
        command = [sys.executable, "-m", "core.evaluation.plain_pipeline", str(options.documents)]
        report["plain"] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        ours, plain = report["ours"], report["plain"]
        report["times_faster"] = {
            "searchable": round(plain["total_s"] / ours["searchable_s"], 1),
            "passages_embedded": round(plain["total_s"] / ours["passages_embedded_s"], 2),
            "sentences_embedded": round(plain["total_s"] / ours["sentences_embedded_s"], 2),
        }
    return report


def _ingest_ours(folder: Path) -> dict:
    memory = PeakMemory()
    with measured_workspace(None) as workspace:
        started = time.perf_counter()
        workspace.library.add_folder(folder)
        workspace.start_worker()
        searchable = _wait(lambda: jobs.count_open(workspace.db) == 0, started)
        passages = _wait(lambda: _all_made(workspace, "piece"), started)
        sentences = _wait(lambda: _all_made(workspace, "sentence"), started)
        progress = vectors.embedding_progress(workspace.db, workspace.library.active_model())
        rows = workspace.library.files()
    return {
        "files": len(rows),
        "searchable_s": round(searchable, 2),
        "passages_embedded_s": round(passages, 2),
        "sentences_embedded_s": round(sentences, 2),
        "passages": progress["piece"][1],
        "sentences": progress["sentence"][1],
        "passages_per_s": round(progress["piece"][1] / max(passages - searchable, 0.001), 1),
        "peak_memory_mb": memory.stop(),
    }


def _all_made(workspace: Workspace, kind: str) -> bool:
    """A model becomes the active one when it has embedded every passage."""
    model = workspace.library.active_model()
    made, wanted = vectors.embedding_progress(workspace.db, model)[kind]
    return bool(model) and made >= wanted


def _wait(condition: Callable[[], bool], started: float) -> float:
    while not condition():
        time.sleep(_POLL_S)
    return time.perf_counter() - started


class PeakMemory:
    """The highest resident memory of this process and its children, sampled every 50 ms."""

    def __init__(self) -> None:
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Peak in MB."""
        self._done.set()
        self._thread.join()
        return round(self._peak / 1e6)

    def _sample(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.05):
            total = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self._peak = max(self._peak, total)
