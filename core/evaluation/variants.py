"""A variant: a name and the settings that it changes; and what an answer of it depends on, as one short key.

Settings that shape the index need a workspace of their own; the others are read at each question.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.evaluation.cases import EvalCase, to_jsonl
from core.i18n import LANGUAGES
from core.prompts import NAMES, setting_of
from core.records import Answer
from core.settings import TABLE, Settings

INDEX_SETTINGS = ("embedder", "passage_tokens", "passage_overlap_tokens", "piece_tokens", "retriever_adapter")
_NO_PART = (  # no answer depends on them
    "language", "log_questions", "minutes_by_hand", "hour_cost", "upload_max_mb", "cases_at_once",
)  # fmt: skip
_OF_MODELS = (
    "chat_model", "chat_adapter", "endpoint_url", "temperature", "seed", "answer_tokens_max", "context_tokens_max",
    "model_timeout_s", "price_in_per_million", "price_out_per_million",
)  # fmt: skip
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


def case_key(case: EvalCase, settings: Settings, holdings: str, surroundings: str, prompts: Sequence[str] = ()) -> str:
    """The answer's dependencies in one text: the case, every setting that can matter, what is held, its surroundings,
    and of the model's instructions those called `prompts`, in the language of the case."""
    values = _values(settings, with_model=settings.get("engine") != "builtin")
    lang = case.lang if case.lang in LANGUAGES else "en"
    values |= {name: settings.get(name) for name in (setting_of(prompt, lang) for prompt in prompts)}
    parts = [to_jsonl([case]), json.dumps(values, sort_keys=True, default=str), holdings, surroundings]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def world_key(settings: Settings, holdings: str, surroundings: str) -> str:
    """All that the stages of an answer depend on beside the question, up to where a model writes."""
    values = _values(settings, with_model=False)
    del values["engine"]
    parts = [json.dumps(values, sort_keys=True, default=str), holdings, surroundings]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _values(settings: Settings, with_model: bool) -> dict[str, Any]:
    """The settings that an answer may depend on, the model's instructions left out."""
    return {
        setting.name: settings.get(setting.name)
        for setting in TABLE
        if setting.name not in _NO_PART
        and not setting.name.startswith(("alert_", "prompt_"))
        and (with_model or setting.name not in _OF_MODELS)
    }


def possible_keys(case: EvalCase, settings: Settings, holdings: str, surroundings: str) -> list[str]:
    """The keys that an answer to this case may have. Which instructions it uses is the route's choice, which no
    instruction changes: so an earlier answer under any of them is the one that would be given again."""
    used = [()] if settings.get("engine") == "builtin" else [(), *((name,) for name in NAMES)]
    return [case_key(case, settings, holdings, surroundings, prompts) for prompts in used]


def key_of(case: EvalCase, settings: Settings, holdings: str, surroundings: str, answer: Answer) -> str:
    """The key of an answer that was given; '' for one that is not to be taken over, because the model failed it."""
    prompts = () if not answer.uses else ("sql",) if answer.data is not None else ("documents",)
    if not answer.uses and _lacks_model(answer, settings):
        return ""
    return case_key(case, settings, holdings, surroundings, prompts)


def _lacks_model(answer: Answer, settings: Settings) -> bool:
    """Whether the built-in engine stands in where a model was to write."""
    confirmed = answer.data is not None and bool(answer.data.confirmed)
    told = answer.status == "answered" and answer.route.kind in ("documents", "data", "both")
    return settings.get("engine") != "builtin" and told and answer.engine == "builtin" and not confirmed


def surroundings_key(today: datetime.date) -> str:
    """One text for what else is in force: the code, its weights, and the day, for 'last month' is another one
    tomorrow."""
    digest = hashlib.sha256(today.isoformat().encode())
    for path in sorted(_CORE.rglob("*")):
        if path.suffix in (".py", ".toml", ".json", ".safetensors", ".txt") and path.is_file():
            digest.update(path.relative_to(_CORE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
