"""Models as records: messages to a language model, what a call took, the card of an adapter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a chat model. Text of documents and tables never stands in the system role."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one call of a model took. `cost` is None where no price is set; `estimated` says that the tokens were
    guessed from the length of the text, because the endpoint did not count them; `first_token_ms` is None where
    nothing came."""

    model: str
    adapter: str | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    first_token_ms: float | None = None
    total_ms: float = 0.0
    cost: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """What an adapter is, how it was made and how it was judged. `scores` are the gate's: measure -> {base, adapter,
    low, high} (an interval of the difference); `passed` is None before the gate has seen it. `created` is ISO 8601.
    `words_sha256`: the list of words through which it reads Spanish. `against`: what `base` in the scores was, as the
    `setting` for it and the id of its `model`; empty: the bare base. `continues`: the hash of the adapter that it was
    trained on from. `made_by`: who was logged in where it was made. `config_sha256`: the configuration that the weights
    were judged with; empty on cards that were written without it. `langs`: the languages whose texts it reads, where
    these are not all: the others are read by the base, as without it."""

    name: str
    kind: Literal["retriever", "chat"]
    base: str
    base_sha256: str
    adapter_sha256: str
    data_sha256: str
    data: dict[str, Any] = field(default_factory=dict)
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    passed: bool | None = None
    reasons: tuple[tuple[str, dict[str, Any]], ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    licence: str = ""
    created: str = ""
    words_sha256: str = ""
    against: dict[str, str] = field(default_factory=dict)
    continues: str = ""
    made_by: str = ""
    config_sha256: str = ""
    langs: tuple[str, ...] = ()
