"""The sample workspace that comes with the project: its documents and tables, and questions that they answer.

Adding it is the library's work; nothing here opens a workspace.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from core.records import Document

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "samples"


def files() -> list[Path]:
    """The sample's documents, then its tables, each in order of their names."""
    return [path for part in ("documents", "tables") for path in sorted((_FOLDER / part).glob("*")) if path.is_file()]


def featured(held: Sequence[Document], lang: str) -> list[str]:
    """The example questions in `lang` whose document is among `held`; empty where the sample is not open."""
    names = {document.name for document in held}
    return [
        case["question"]
        for case in _cases()
        if case["featured"] and case["lang"] == lang and case.get("kind") == "documents" and case.get("file") in names
    ]


def _cases() -> list[dict]:
    path = _FOLDER / "questions.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
