"""The sample workspace that comes with the project: its documents and tables, and questions that they answer.

Adding it is the library's work; nothing here opens a workspace.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from core.records import Document

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "samples"


def files() -> list[Path]:
    """The sample's tables, which are quick to take in, then its documents, each in order of their names."""
    return [path for part in ("tables", "documents") for path in sorted((_FOLDER / part).glob("*")) if path.is_file()]


def tables() -> list[Path]:
    """The sample's files with tables."""
    return [path for path in files() if path.parent.name == "tables"]


def data_questions(sources: Collection[str], lang: str) -> list[str]:
    """The example questions in `lang` about tables; empty where not all of the sample's table files are `sources`."""
    if not {path.name for path in tables()} <= set(sources):
        return []
    return [
        case["question"]
        for case in _cases()
        if case["featured"] and case["lang"] == lang and case.get("kind") == "data"
    ]


def featured(held: Sequence[Document], lang: str) -> list[str]:
    """Example questions in `lang`: one whose document is among `held`, one on the tables and one for both where all of
    these are here, then the rest; empty where the sample is not open."""
    names = {document.name for document in held}
    cases = [case for case in _cases() if case["featured"] and case["lang"] == lang]
    written = [case["question"] for case in cases if case["kind"] == "documents" and case["file"] in names]
    counted = data_questions(names, lang)
    paired = [case["question"] for case in cases if case["kind"] == "both" and case["file"] in names and counted]
    return [*written[:1], *counted[:1], *paired[:1], *written[1:], *counted[1:], *paired[1:]] if written else []


def questions() -> list[dict]:
    """The sample's questions with what is right for each, as evaluation cases."""
    return _cases()


def _cases() -> list[dict]:
    path = _FOLDER / "questions.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def loop_cases() -> Path:
    """Questions in words that the sample's documents do not use, with what is right: to learn from, and to test with
    (`core.evaluation.loop`)."""
    return _FOLDER / "house_cases.jsonl"


def loop_words() -> Path:
    """What those words mean."""
    return _FOLDER / "house_words.jsonl"
