"""`routing`: the right route, over a folder of documents and tables for each workspace that the cases name; with `--fit
FILE` the router's weights are fitted on those not held out and written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.evaluation.baseline import Notes
from core.evaluation.commands import both
from core.evaluation.routing import ask_case, fit_router, gather, read_routing_cases, summarize_routing
from core.evaluation.workspaces import each_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    both.add_arguments(command)
    command.add_argument(
        "--held-out", nargs="*", default=[], metavar="NAME", help="workspaces told apart in the report"
    )
    command.add_argument("--fit", type=Path, metavar="FILE", help="fit the weights on the others and write them")


def run(options: argparse.Namespace, note: Notes) -> dict:
    """Ask every case in its workspace; or, to fit, gather what the router reads of those that are not held out."""
    return _fit(options) if options.fit else _measure(options, note)


def _measure(options: argparse.Namespace, note: Notes) -> dict:
    answered = []
    for _, workspace, own in each_workspace(read_routing_cases(options.cases), options.documents, options.workspaces):
        answered += [(case, ask_case(workspace.assistant, case)) for case in own]
    for case, answer in answered:
        note(case.id, {"route": case.route == answer.route.kind})
    return summarize_routing(answered, options.held_out)


def _fit(options: argparse.Namespace) -> dict:
    cases = [case for case in read_routing_cases(options.cases) if case.workspace not in options.held_out]
    gathered = []
    for _, workspace, own in each_workspace(cases, options.documents, options.workspaces):
        gathered += [row for case in own if (row := gather(workspace.assistant, case)) is not None]
    options.fit.write_text(json.dumps(fit_router(gathered), indent=1) + "\n", encoding="utf-8")
    return {"fitted_on": len(gathered), "weights": str(options.fit)}
