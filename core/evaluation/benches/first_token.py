"""`first-token`: what is added to a language model's own time to first token, headless and on the page."""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from core import samples
from core.evaluation import first_token
from core.evaluation.fill import fill
from core.evaluation.workspaces import measured_folder, measured_workspace
from core.settings import Settings
from core.workspace import open_workspace


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--delay-ms", type=float, default=200.0, help="the scripted model's own time")
    command.add_argument("--page", action="store_true", help="on the page too, in a headless browser")
    command.add_argument(
        "--workspace", type=Path, help="keep (and use again) the workspace of the samples that is built"
    )


def run(options: argparse.Namespace) -> dict:
    """Milliseconds that questions on the sample documents, routed as in the chat, add to a model's own first token; on
    the page also until the question and the whole answer stand there, and the same with the built-in engine."""
    questions = [case["question"] for case in samples.questions() if case["kind"] == "documents"]
    with measured_folder(options.workspace) as folder:
        with measured_workspace(folder) as workspace:
            fill(workspace)
            plain = workspace.settings
        with first_token.scripted_model(options.delay_ms) as url:
            settings = first_token.with_model(plain, url)
            own = statistics.median(first_token.own_ms(url))
            report = {"own_p50": round(own, 1)}
            asked = open_workspace(settings)
            try:
                report["headless"] = first_token.summarize(first_token.headless_ms(asked.assistant, questions), own)
            finally:
                asked.close()
            if options.page:
                report["page"] = _on_page(settings, questions, own)
                report["page_builtin"] = _on_page(settings.replace(engine="builtin"), questions, own)
    return report


def _on_page(settings: Settings, questions: list[str], own: float) -> dict:
    seen = first_token.page_ms(settings, questions)
    words = [found["word"] for found in seen if "word" in found]
    report = first_token.summarize(words, own) if words else {"questions": len(seen)}
    return report | first_token.spread(seen, "question") | first_token.spread(seen, "answer")
