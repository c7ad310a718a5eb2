"""A variant: a name and the settings that it changes; and what an answer of it depends on, as one short key.

Settings that shape the index need a workspace of their own; the others are read at each question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.evaluation.cases import EvalCase, to_jsonl
from core.settings import TABLE, Settings

INDEX_SETTINGS = ("embedder", "passage_tokens", "passage_overlap_tokens", "retriever_adapter")
_NO_PART = ("language", "log_questions", "minutes_by_hand", "hour_cost", "upload_max_mb")  # no answer depends on them
_CORE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Variant:
    """`changes` are settings by name; none is the workspace as it stands."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, held: Settings) -> Settings:
        return held.replace(**self.changes)

    def needs_own_index(self, held: Settings) -> bool:
        return any(held.get(name) != value for name, value in self.changes.items() if name in INDEX_SETTINGS)


def case_key(case: EvalCase, settings: Settings, holdings: str, code: str) -> str:
    """The answer's dependencies in one text: the case, every setting that can matter, what is held, the code.

    The text of a prompt is such a setting, and one of a language reaches the questions of that language alone."""
    values = {}
    for setting in TABLE:
        if setting.name in _NO_PART or setting.name.startswith("alert_"):
            continue
        if setting.name.startswith("prompt_") and not setting.name.endswith(f"_{case.lang}"):
            continue
        values[setting.name] = settings.get(setting.name)
    parts = [to_jsonl([case]), json.dumps(values, sort_keys=True, default=str), holdings, code]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def code_key() -> str:
    """One text for the code and the weights that are in force."""
    digest = hashlib.sha256()
    for path in sorted(_CORE.rglob("*")):
        if path.suffix in (".py", ".toml", ".json", ".safetensors", ".txt") and path.is_file():
            digest.update(path.relative_to(_CORE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
