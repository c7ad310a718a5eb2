"""`query`: milliseconds a question, and memory, at a given number of passages."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import psutil

from core.assistant import last_answer
from core.evaluation.benches.material import fill_up, make_questions, tell_percentiles
from core.evaluation.workspaces import measured_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--documents", type=Path, required=True)
    command.add_argument("--passages", type=int, default=10000)
    command.add_argument("--questions", type=Path, help="JSONL with `question`; else sentences of the documents")
    command.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")


def run(options: argparse.Namespace) -> dict:
    """Wall milliseconds of whole turns in a running process, and the resident memory after them."""
    with measured_workspace(options.workspace) as workspace:
        fill_up(workspace, options.documents, options.passages)
        questions = make_questions(workspace, options.questions)
        opened = time.perf_counter()
        last_answer(workspace.assistant.ask(questions[0]))
        first_ms = 1000 * (time.perf_counter() - opened)
        answers = [last_answer(workspace.assistant.ask(question)) for question in questions]
        memory = psutil.Process().memory_info().rss / 1e6
    stages = sorted({name for answer in answers for name in answer.timings_ms})
    return {
        "passages": options.passages,
        "questions": len(answers),
        "first_ms": round(first_ms),
        "memory_mb": round(memory),
        "ms": {name: tell_percentiles([answer.timings_ms.get(name, 0.0) for answer in answers]) for name in stages},
    }
