"""What the writers of answers and of SQL need of a language model, so that a test or another backend can stand in.

`core.models.chat_model.ChatModel` and `core.models.reply.Reply` are the real ones. Nothing is loaded or called here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.records import Message, ModelUse


class Writing(Protocol):
    """A reply on its way."""

    text: str
    use: ModelUse
    finish: str | None

    def __iter__(self) -> Iterator[str]: ...

    def __next__(self) -> str: ...

    def close(self) -> None: ...


class Writer(Protocol):
    """A model that can be asked."""

    name: str
    kind: str
    room_tokens: int

    def count_tokens(self, text: str) -> int: ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        stop: Sequence[str] = (),
        tokens_max: int | None = None,
        idle_s: float | None = None,
    ) -> Writing: ...
