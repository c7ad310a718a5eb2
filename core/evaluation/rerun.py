"""How long a case set takes the first time, and again after one prompt was changed; prints one JSON object.

    python -m core.evaluation.rerun [--cases 500] [--delay-ms 200] [--fresh 40] [--workspace DIR] [--prompt NAME ...]

The sample company's questions, filled up with questions made from its documents, are asked of a scripted language model
(`scripted_server`) that takes a fixed time. Then each of its instructions is changed in turn, and the same set is run
again: only the cases that used it are asked, and of these what the model writes and the checks alone are done anew.
`model_seconds` are the model's own, all calls one after another. Some of the cases asked again are asked once more with
nothing remembered: `same_as_fresh` counts those whose answer is the same but for its times. It judges no answers.
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
from core.assistant import Assistant, last_answer
from core.evaluation import first_token
from core.evaluation.cases import EvalCase, to_case
from core.evaluation.fill import fill
from core.evaluation.runs import RunSummary, holdings_of, run_set
from core.evaluation.variants import Variant
from core.records import Answer
from core.state import case_sets, codec
from core.state.database import Database
from core.training.from_documents import pairs_from_documents
from core.workspace import Workspace, open_workspace

_SET = "rerun"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.rerun")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--delay-ms", type=float, default=200.0, help="the scripted model's own time")
    parser.add_argument("--fresh", type=int, default=40, help="cases asked once more with nothing remembered")
    parser.add_argument(
        "--workspace", type=Path, help="keep (and use again) the workspace of the samples that is built"
    )
    parser.add_argument("--prompt", nargs="*", default=prompts.SETTINGS, choices=prompts.SETTINGS, help="default: all")
    options = parser.parse_args(arguments)
    folder = options.workspace or Path(tempfile.mkdtemp(prefix="cotejo-rerun-"))
    try:
        _fill(folder)
        with first_token.scripted_model(options.delay_ms, 0, alike=True) as url:
            settings = first_token.with_model(settings_table.load(folder), url)
            workspace = open_workspace(settings)
            try:
                report = measure(workspace, options.cases, options.prompt, options.fresh)
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
        fill(workspace)
    finally:
        workspace.close()


def measure(
    workspace: Workspace, count: int, changed_prompts: Sequence[str] = prompts.SETTINGS, fresh: int = 0
) -> dict:
    """Seconds and cases asked: of the first run, of one with nothing changed, of one for each prompt; `fresh` of the
    cases asked again are compared with answers of which nothing was remembered."""
    cases = draw_cases(workspace.db, count)
    set_id = case_sets.create_set(workspace.db, _SET)
    case_sets.add_cases(workspace.db, set_id, [dataclasses.asdict(case) for case in cases], "made")
    first = _run(workspace, set_id, {})
    report = {
        "cases": first.cases,
        "first": _told(workspace.db, first, first),
        "nothing_changed": _told(workspace.db, _run(workspace, set_id, {}), first),
    }
    same = compared = 0
    for name in changed_prompts:
        changed = {name: f"{prompts.default_text(name)}\n({time.time_ns()})"}
        found = _run(workspace, set_id, changed)
        report[name] = _told(workspace.db, found, first)
        again = _asked_in(workspace.db, found, first)[: fresh // len(changed_prompts)]
        same += sum(_as_fresh(workspace.variant(**changed), answer) for answer in again)
        compared += len(again)
    return {**report, "same_as_fresh": f"{same} of {compared}"}


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


def _asked_in(db: Database, found: RunSummary, first: RunSummary) -> list[Answer]:
    """The answers of a run that were not taken over: the model's times tell them apart."""
    before = {} if found is first else {one.case_id: one.answer.uses for one in case_sets.results_of(db, first.run_id)}
    results = case_sets.results_of(db, found.run_id)
    return [one.answer for one in results if one.answer.uses != before.get(one.case_id)]


def _told(db: Database, found: RunSummary, first: RunSummary) -> dict:
    model_ms = sum(use.total_ms for answer in _asked_in(db, found, first) for use in answer.uses)
    return {
        "seconds": round(found.seconds, 2),
        "asked": found.cases - found.reused,
        "of_first": round(found.seconds / first.seconds, 4) if first.seconds else 0.0,
        "model_seconds": round(model_ms / 1000, 2),
    }


def _as_fresh(assistant: Assistant, answer: Answer) -> bool:
    return plain(last_answer(assistant.ask(answer.question, lang=answer.lang))) == plain(answer)


def plain(answer: Answer) -> dict:
    """An answer without its times."""
    return json.loads(
        codec.dump(answer), object_hook=lambda found: {k: v for k, v in found.items() if not k.endswith("_ms")}
    )


if __name__ == "__main__":
    sys.exit(main())
