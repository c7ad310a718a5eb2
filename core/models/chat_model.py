"""One way to talk to a language model, whatever runs it: messages in, text out as it is made (`reply.py`).

`open_chat_model` reads the settings; the engines (`engine.py` says what they are) are imported when one is opened. It
writes no prompts and judges no answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import AppError
from core.models.engine import Engine, Limits, guess_tokens
from core.models.reply import Reply
from core.records import Message
from core.settings import Settings


class ChatModel:
    """A model that is ready to be asked. Threads may share it."""

    def __init__(self, engine: Engine, kind: str, limits: Limits, adapter: str | None = None) -> None:
        self.kind = kind
        self.adapter = adapter
        self.limits = limits
        self._engine = engine

    @property
    def name(self) -> str:
        return self._engine.model

    @property
    def context_tokens(self) -> int:
        """Tokens that the model reads, its answer included."""
        return self._engine.context_tokens

    @property
    def room_tokens(self) -> int:
        """Tokens that a prompt may fill, so that an answer still finds room."""
        return self.context_tokens - min(self.limits.tokens_max, self.context_tokens // 2)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, guessed from its length where only the endpoint could tell."""
        counted = self._engine.count_tokens(text)
        return guess_tokens(text) if counted is None else counted

    def stream(
        self,
        messages: Sequence[Message],
        *,
        stop: Sequence[str] = (),
        tokens_max: int | None = None,
        idle_s: float | None = None,
    ) -> Reply:
        """Ask; the reply yields text as it is made. Closing it stops the model and the request.

        With `idle_s` it yields '' after each such silence, so that its reader can look whether it is still wanted."""
        tokens = min(tokens_max or self.limits.tokens_max, self.limits.tokens_max, max(16, self.context_tokens // 2))
        return Reply(self._engine, tuple(messages), tuple(stop), tokens, self.limits, self.adapter, idle_s)

    def close(self) -> None:
        self._engine.close()


def open_chat_model(settings: Settings) -> ChatModel:
    """The model that the settings name. Loading a local one takes seconds to minutes; an endpoint is only looked at.

    Raises AppError `models.*`: nothing listens, the model is missing, the key is wrong, memory does not suffice."""
    kind = settings.get("engine")
    adapter = settings.get("chat_adapter")
    adapter = None if adapter in ("", "none") else adapter
    _check_passed(settings, adapter)
    if kind == "openai":
        from core.models.endpoint import Endpoint

        return ChatModel(Endpoint.open(settings), kind, Limits.of(settings), adapter)
    if kind == "transformers":
        from core.models.local_llm import LlamaEngine

        return ChatModel(LlamaEngine.load(settings, adapter), kind, Limits.of(settings), adapter)
    raise AppError("models.no_engine", engine=kind)


def _check_passed(settings: Settings, adapter: str | None) -> None:
    """An adapter of the workspace is used once it passed its gate; what lies elsewhere is its owner's to judge."""
    from core.models.adapters import adapters_folder, is_usable

    folder = Path(adapter).expanduser() if adapter else None
    mine = folder is not None and folder.parent.resolve() == adapters_folder(settings.workspace).resolve()
    if mine and not is_usable(folder):
        raise AppError("adapters.not_passed", name=folder.name)
