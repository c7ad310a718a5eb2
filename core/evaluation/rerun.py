"""How long a case set takes the first time, and again after one prompt was changed; prints one JSON object.

    python -m core.evaluation.rerun [--cases 500] [--delay-ms 200] [--workspace DIR] [--prompt NAME ...]

The sample company's questions, filled up with questions made from its documents, are asked of a scripted language model
(`scripted_server`) that takes a fixed time. Then each of its instructions is changed in turn, and the same set is run
again: only the cases that used it are asked. It judges no answers.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from core import prompts, samples
from core import settings as settings_table
from core.evaluation import first_token
from core.evaluation.cases import EvalCase, to_case
from core.evaluation.runs import RunSummary, holdings_of, run_set
from core.evaluation.variants import Variant
from core.state import case_sets, jobs
from core.state.database import Database
from core.training.from_documents import pairs_from_documents
from core.workspace import Workspace, open_workspace

_POLL_S = 0.1
_SET = "rerun"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.rerun")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--delay-ms", type=float, default=200.0, help="the scripted model's own time")
    parser.add_argument(
        "--workspace", type=Path, help="keep (and use again) the workspace of the samples that is built"
    )
    parser.add_argument("--prompt", nargs="*", default=prompts.SETTINGS, choices=prompts.SETTINGS, help="default: all")
    options = parser.parse_args(arguments)
    folder = options.workspace or Path(tempfile.mkdtemp(prefix="cotejo-rerun-"))
    try:
        _fill(folder)
        with first_token.scripted_model(options.delay_ms) as url:
            settings = first_token.with_model(settings_table.load(folder), url)
            workspace = open_workspace(settings)
            try:
                report = measure(workspace, options.cases, options.prompt)
            finally:
                workspace.close()
    finally:
        if options.workspace is None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


def _fill(folder: Path) -> None:
    """The sample, read and embedded."""
    workspace = open_workspace(settings_table.load(folder))
    try:
        if not workspace.library.files():
            for path in samples.files():
                workspace.library.add_path(path)
        workspace.start_worker()
        while jobs.count_open(workspace.db) or not workspace.library.fully_embedded():
            time.sleep(_POLL_S)
    finally:
        workspace.close()


def measure(workspace: Workspace, count: int, changed_prompts: Sequence[str] = prompts.SETTINGS) -> dict:
    """Seconds and cases taken over: of the first run, of one with nothing changed, of one for each prompt."""
    cases = draw_cases(workspace.db, count)
    set_id = case_sets.create_set(workspace.db, _SET)
    case_sets.add_cases(workspace.db, set_id, [dataclasses.asdict(case) for case in cases], "made")
    first = _run(workspace, set_id, {})
    report = {
        "cases": first.cases,
        "first": _told(first, first),
        "nothing_changed": _told(_run(workspace, set_id, {}), first),
    }
    for name in changed_prompts:
        changed = {name: f"{prompts.default_text(name)}\n({time.time_ns()})"}
        report[name] = _told(_run(workspace, set_id, changed), first)
    return report


def draw_cases(db: Database, count: int) -> list[EvalCase]:
    """The sample's questions and as many made from its documents as are missing, the same each time."""
    cases = [to_case(row, number) for number, row in enumerate(samples.questions(), 1)][:count]
    pairs = [pair for pair in pairs_from_documents(db) if len(pair.question) < 200]
    made = random.Random(0).sample(pairs, min(len(pairs), count - len(cases)))
    return [*cases, *(to_case({"id": f"made-{n}", "question": p.question, "lang": p.lang}) for n, p in enumerate(made))]


def _run(workspace: Workspace, set_id: int, changes: dict[str, str]) -> RunSummary:
    assistant = workspace.variant(**changes)
    holdings = holdings_of(workspace.db, assistant)
    return run_set(workspace.db, set_id, Variant("rerun", changes), assistant, holdings)


def _told(found: RunSummary, first: RunSummary) -> dict:
    share = found.seconds / first.seconds if first.seconds else 0.0
    return {"seconds": round(found.seconds, 2), "asked": found.cases - found.reused, "of_first": round(share, 4)}


if __name__ == "__main__":
    sys.exit(main())
