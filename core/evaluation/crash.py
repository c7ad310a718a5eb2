"""Kills the worker at random moments of an ingest and looks whether every file is whole or absent afterwards.

    python -m core.evaluation.crash --documents DIR [--rounds 30] [--seed 0]

Each round adds the folder to a new workspace, kills the worker and all its children (SIGKILL), checks what is stored,
starts a worker again and checks that it finishes without any repair by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

from core import settings as settings_table
from core.state import documents, files, jobs
from core.workspace import Workspace, open_workspace


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.crash")
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    draw = random.Random(options.seed)
    span = run_round(options.documents, None)["seconds"]
    results = [run_round(options.documents, draw.uniform(0, span)) for _ in range(options.rounds)]
    whole = sum(not result["broken"] for result in results)
    report = {"rounds": len(results), "whole_or_absent": whole, "uninterrupted_s": span, "results": results}
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0 if whole == len(results) else 1


def run_round(folder: Path, kill_after_s: float | None) -> dict:
    workspace = open_workspace(settings_table.load(Path(tempfile.mkdtemp(prefix="cotejo-crash-"))))
    try:
        started = time.perf_counter()
        workspace.library.add_folder(folder)
        workspace.start_worker()
        broken: list[str] = []
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            kill_tree(workspace)
            broken += find_broken(workspace)
            workspace.start_worker()
        while jobs.count_open(workspace.db) or not workspace.library.fully_embedded():
            time.sleep(0.02)
        seconds = round(time.perf_counter() - started, 2)
        broken += find_broken(workspace) + find_unfinished(workspace)
        return {"killed_after_s": kill_after_s, "seconds": seconds, "broken": broken}
    finally:
        workspace.close()
        shutil.rmtree(workspace.settings.workspace, ignore_errors=True)


def kill_tree(workspace: Workspace) -> None:
    """SIGKILL the worker and every process below it."""
    worker = psutil.Process(workspace.worker.pid)
    for process in (worker, *worker.children(recursive=True)):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    workspace.worker.wait()


def find_broken(workspace: Workspace) -> list[str]:
    """Documents of which a part is missing: pages, pieces, sentences, or the original."""
    broken = []
    pieces = documents.pieces_after(workspace.db, 0)
    for document in workspace.library.documents():
        own = [piece for piece in pieces if piece.document_id == document.id]
        numbers = [page.number for page in documents.read_pages(workspace.db, document.id)]
        if len(own) != document.pieces or [piece.ordinal for piece in own] != list(range(document.pieces)):
            broken.append(f"{document.name}: {len(own)} of {document.pieces} pieces")
        if numbers != list(range(1, len(numbers) + 1)):
            broken.append(f"{document.name}: pages {numbers}")
        original = workspace.library.originals.path(document.sha256)
        if not original.exists() or original.stat().st_size != document.size:
            broken.append(f"{document.name}: original is not whole")
    return broken


def find_unfinished(workspace: Workspace) -> list[str]:
    """Files without an outcome, documents not embedded, bytes that nothing owns."""
    rows = workspace.library.files()
    unfinished = [f"{row.name}: {row.status}" for row in rows if row.status in files.OPEN]
    unfinished += [f"{d.name}: {d.state}" for d in workspace.library.documents() if d.state != "complete"]
    kept = len(workspace.library.originals.hashes())
    if kept != len(workspace.library.documents()):
        unfinished.append(f"{kept} originals for {len(workspace.library.documents())} documents")
    return unfinished


if __name__ == "__main__":
    sys.exit(main())
