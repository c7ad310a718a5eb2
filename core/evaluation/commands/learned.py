"""`learned`: what the packaged encoder and the sentence ranker give over plain ones, by the `article` of the cases."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.chat.train import search_cases
from core.evaluation.baseline import Notes
from core.evaluation.fill import fill
from core.evaluation.learned import learn_rankers, measure_learned
from core.evaluation.workspaces import measured_folder, measured_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    told = {"action": "append", "default": [], "metavar": "CASES.jsonl=DOCUMENTS"}
    command.add_argument("--set", dest="sets", required=True, help="questions to measure and to learn from", **told)
    command.add_argument("--also", help="questions that the ranker only learns from", **told)
    command.add_argument("--workspaces", type=Path, help="keep (and use again) the workspaces that are built")


def run(options: argparse.Namespace, note: Notes) -> dict:
    """Every set in a workspace as the app makes it; those that are measured also in one of the bare encoder."""
    asked = {}
    with measured_folder(options.workspaces) as root:
        for pair in (*options.sets, *options.also):
            cases, documents = map(Path, pair.split("=", 1))
            for adapter in ("builtin", "none") if pair in options.sets else ("builtin",):
                folder = root / f"{cases.stem}_{adapter}"
                with measured_workspace(folder, {"retriever_adapter": adapter}) as workspace:
                    fill(workspace, documents)
                asked[cases.stem, adapter] = search_cases("rank", f"{cases}={folder}")
        rankers = learn_rankers([one for (_, adapter), found in asked.items() if adapter == "builtin" for one in found])
        measured = (name for name, adapter in asked if adapter == "none")
        return {name: measure_learned(asked[name, "none"], asked[name, "builtin"], rankers) for name in measured}
