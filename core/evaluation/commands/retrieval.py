"""`retrieval`: recall@1/5, MRR and nDCG of dense, BM25, rank fusion and ours in one run; then the answers."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from core.evaluation.answers import measure_answers
from core.evaluation.baseline import Notes
from core.evaluation.fill import fill
from core.evaluation.retrieval import measure_retrieval, read_cases
from core.evaluation.workspaces import measured_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument("--documents", type=Path, required=True)
    command.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    command.add_argument("--limit", type=int, help="only the first N cases")


def run(options: argparse.Namespace, note: Notes) -> dict:
    cases = read_cases(options.cases)[: options.limit]
    with measured_workspace(options.workspace) as workspace:
        fill(workspace, options.documents)
        ranked = measure_retrieval(workspace.index, cases, workspace.library.page, note)
        answers = measure_answers(workspace.assistant, workspace.library, cases, note)
    return {"retrieval": dataclasses.asdict(ranked), "answers": dataclasses.asdict(answers)}
