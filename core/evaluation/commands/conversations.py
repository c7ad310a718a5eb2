"""`conversations`: follow-ups over documents and tables, turn by turn: route, rows, quotes, charts."""

from __future__ import annotations

import argparse

from core.evaluation.baseline import Notes
from core.evaluation.commands.both import add_arguments
from core.evaluation.conversations import read_conversations, summarize_conversations, tell_conversation
from core.evaluation.workspaces import each_workspace

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace, note: Notes) -> dict:
    told = []
    for _, workspace, own in each_workspace(read_conversations(options.cases), options.documents, options.workspaces):
        told += [(case, tell_conversation(workspace.assistant, case)) for case in own]
    for case, turns in told:
        for number, turn in enumerate(turns, 1):
            note(f"{case.id}.{number}", {**turn.verdicts, "right": turn.right})
    return summarize_conversations(told)
