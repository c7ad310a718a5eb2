"""`both`: questions for documents and tables together, their rows, quotes and agreement."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.evaluation.baseline import Notes
from core.evaluation.both_cases import judge_both, read_both_cases, summarize_both
from core.evaluation.routing import ask_case
from core.evaluation.workspaces import each_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The cases, and where their workspaces are."""
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument("--documents", type=Path, required=True, help="a folder for each workspace of the cases")
    command.add_argument("--workspaces", type=Path, help="keep (and use again) the workspaces that are built")


def run(options: argparse.Namespace, note: Notes) -> dict:
    answered = []
    for _, workspace, own in each_workspace(read_both_cases(options.cases), options.documents, options.workspaces):
        answered += [(case, ask_case(workspace.assistant, case)) for case in own]
    for case, answer in answered:
        parts = dict(zip(("rows", "quote", "agreement"), judge_both(case, answer), strict=True))
        note(case.id, {**parts, "right": all(parts.values())})
    return summarize_both(answered)
