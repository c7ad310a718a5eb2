"""What runs a language model, as the rest of the house sees it: pieces of text as they are made, one call that can be
cancelled, the limits of an answer.

The engines are LlamaIndex LLM classes (`endpoint.py`, `local_llm.py`). Nothing is opened or asked here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.records import Message
from core.settings import Settings

FIRST_TOKEN_SHARE = 0.6  # of the time for an answer, the part in which its first word must come
CHARACTERS_PER_TOKEN = 3.2  # of prose in Spanish or English, on the safe side


@dataclass(frozen=True, slots=True)
class Piece:
    """What an engine yields: new text; the tokens counted so far, where it counts them; `finish`: why it ended."""

    text: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    finish: str | None = None


class Call:
    """One request to an engine. `cancel` may be called from any thread and wakes whatever waits for the model."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._wakers: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep; True where the call was cancelled meanwhile."""
        return self._cancelled.wait(seconds)

    def on_cancel(self, wake: Callable[[], None]) -> None:
        with self._lock:
            if not self.cancelled:
                self._wakers.append(wake)
                return
        wake()

    def forget_wakers(self) -> None:
        """What was to be woken has ended by itself, and may serve another call."""
        with self._lock:
            self._wakers = []

    def cancel(self) -> None:
        with self._lock:
            self._cancelled.set()
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()


class Engine(Protocol):
    """What runs a model. `thinking` says that the prompt already opens a thinking tag."""

    model: str
    context_tokens: int
    thinking: bool

    def generate(
        self, messages: Sequence[Message], *, stop: Sequence[str], tokens_max: int, adapter: str | None, call: Call
    ) -> Iterator[Piece]:
        """Pieces as they are made. Raises AppError `models.*`; ends soon after `call` is cancelled."""

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text, or None where the engine cannot tell."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds until the first word, seconds for the whole answer, tokens of an answer, prices of a million tokens."""

    first_s: float
    total_s: float
    tokens_max: int
    price_in: float = 0.0
    price_out: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        total = float(settings.get("model_timeout_s"))
        prices = settings.get("price_in_per_million"), settings.get("price_out_per_million")
        return cls(total * FIRST_TOKEN_SHARE, total, settings.get("answer_tokens_max"), *prices)


def merge_system(messages: Sequence[Message]) -> list[Message]:
    """The same without a system role, for templates that know none: its text opens the first message."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if not system or not others:
        return [Message("user", message.text) for message in messages]
    first = Message(others[0].role, f"{system}\n\n{others[0].text}")
    return [first, *others[1:]]


def guess_tokens(text: str) -> int:
    return int(len(text) / CHARACTERS_PER_TOKEN) + 1
