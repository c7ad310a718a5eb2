"""`set`: whole turns on documents and tables, routed and answered as in the chat."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from core.evaluation.baseline import Notes
from core.evaluation.cases import read_case_file
from core.evaluation.fill import fill
from core.evaluation.runs import holdings_of, run_set
from core.evaluation.variants import Variant
from core.evaluation.workspaces import measured_workspace
from core.state import case_sets


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True, help="JSONL, CSV, SQuAD or Spider")
    command.add_argument("--documents", type=Path, required=True, help="a folder of documents and tables")
    command.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    command.add_argument("--set", dest="changes", action="append", default=[], metavar="NAME=VALUE", help="a setting")


def run(options: argparse.Namespace, note: Notes) -> dict:
    changes = dict(change.partition("=")[::2] for change in options.changes)
    cases = read_case_file(options.cases)
    with measured_workspace(options.workspace, changes) as workspace:
        fill(workspace, options.documents)
        name = options.cases.name
        set_id = case_sets.create_set(workspace.db, name)
        case_sets.add_cases(workspace.db, set_id, [dataclasses.asdict(case) for case in cases], "file")
        holdings = holdings_of(workspace.db, workspace.assistant)
        found = run_set(workspace.db, set_id, Variant(name, changes), workspace.assistant, holdings)
        ids = {held.id: held.data["id"] for held in case_sets.list_cases(workspace.db, set_id)}
        for number, scores in case_sets.scores_of(workspace.db, found.run_id).items():
            note(ids[number], scores)
    return dataclasses.asdict(found)
