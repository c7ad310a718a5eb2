"""Measures quality on cases, over the very assistant that the app uses; prints one JSON object.

    python -m core.evaluation.run retrieval --cases FILE.jsonl --documents DIR [--workspace DIR] [--limit N]
    python -m core.evaluation.run learned --set FILE.jsonl=DIR [--also FILE.jsonl=DIR] [--workspaces DIR]
    python -m core.evaluation.run sql --cases FILE.jsonl --databases DIR
    python -m core.evaluation.run routing --cases FILE.jsonl --documents DIR [--workspaces DIR] [--held-out NAME ...]
    python -m core.evaluation.run both --cases FILE.jsonl --documents DIR [--workspaces DIR]
    python -m core.evaluation.run conversations --cases FILE.jsonl --documents DIR [--workspaces DIR]
    python -m core.evaluation.run set --cases FILE --documents DIR [--set NAME=VALUE ...]
    python -m core.evaluation.run validation --cases FILE.jsonl --documents DIR   (or --tatqa FILE)
    python -m core.evaluation.run validation --groundedness MODEL [--workspace DIR]

What each measures is told at its module in `commands`. A workspace is made for the run, or kept where one is named.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from core.errors import AppError
from core.evaluation.baseline import Notes, fallen, read_scores, write_scores
from core.evaluation.commands import both, conversations, learned, retrieval, routing, sql, validation, whole
from core.i18n import error_text

_COMMANDS = (
    ("retrieval", retrieval, "documents: what is found, quoted, declined"),
    ("learned", learned, "documents: what the learned parts give, on other articles"),
    ("sql", sql, "tables: execution accuracy without a language model"),
    ("routing", routing, "documents, data, both or nowhere: the right route"),
    ("both", both, "questions for documents and tables together"),
    ("conversations", conversations, "follow-ups over documents and tables, turn by turn"),
    ("validation", validation, "changed answers caught, true ones passed"),
    ("set", whole, "whole turns, routed as in the chat; a gate against an earlier run"),
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    notes = Notes()
    try:
        before = read_scores(options.against, options.command) if options.against else None
        report = options.run(options, notes)
        if options.save:
            write_scores(options.save, options.command, notes.scores)
        if before is not None:
            report["fell"] = fallen(before, notes.scores)
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.stderr.writelines(f"{line}\n" for line in report.get("fell", ()))
    return 1 if report.get("fell") else 0


def _parser() -> argparse.ArgumentParser:
    """The commands, each with its function as `run`."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.run")
    chosen = parser.add_subparsers(dest="command", required=True)
    for name, module, told in _COMMANDS:
        command = chosen.add_parser(name, help=told)
        command.set_defaults(run=module.run)
        module.add_arguments(command)
        command.add_argument("--save", type=Path, metavar="FILE", help="write the scores, to compare later runs with")
        command.add_argument("--against", type=Path, metavar="FILE", help="scores saved by an earlier run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
