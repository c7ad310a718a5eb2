"""The local model as a LlamaIndex LLM, and LlamaIndex LLMs as engines of `chat_model`.

Importing this module loads LlamaIndex (seconds), so it is imported when a model is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse, LLMMetadata
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback

from core.models.engine import Call, Piece
from core.models.loading import load_model
from core.models.local_model import LocalModel
from core.records import Message
from core.settings import Settings

_TOKENS_MAX = 700


class CotejoLLM(CustomLLM):
    """A `LocalModel` wherever LlamaIndex takes an LLM."""

    _model: LocalModel = PrivateAttr()

    def __init__(self, model: LocalModel, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._model = model

    @classmethod
    def class_name(cls) -> str:
        return "CotejoLLM"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self._model.context_tokens,
            num_output=_TOKENS_MAX,
            is_chat_model=True,
            model_name=self._model.name,
        )

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Iterator[ChatResponse]:
        """`tokens_max`, `adapter` and `call` may be given; the raw response is the `Piece`."""
        call, said = kwargs.get("call") or Call(), [_message(message) for message in messages]
        pieces = self._model.generate(said, kwargs.get("tokens_max") or _TOKENS_MAX, kwargs.get("adapter"), call)

        def responses() -> Iterator[ChatResponse]:
            text = ""
            for piece in pieces:
                text += piece.text
                yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=piece.text, raw=piece)

        return responses()

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        last = ChatResponse(message=ChatMessage(role="assistant", content=""))
        for response in self.stream_chat(messages, **kwargs):
            last = response
        return last

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Iterator[CompletionResponse]:
        del formatted
        replies = self.stream_chat([ChatMessage(role="user", content=prompt)], **kwargs)
        return (CompletionResponse(text=reply.message.content or "", delta=reply.delta) for reply in replies)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        del formatted
        reply = self.chat([ChatMessage(role="user", content=prompt)], **kwargs)
        return CompletionResponse(text=reply.message.content or "")


class LlamaEngine:
    """The engine of `chat_model.ChatModel` over a model in this process."""

    def __init__(self, llm: CotejoLLM, model: LocalModel, context_tokens: int = 0) -> None:
        self.model = model.name
        self.context_tokens = min(context_tokens or model.context_tokens, model.context_tokens)
        self.thinking = model.thinking
        self.local = model
        self._llm = llm

    @classmethod
    def load(cls, settings: Settings, adapter: str | None) -> LlamaEngine:
        model = load_model(settings)
        if adapter is not None:
            model.use_adapter(adapter)
        return cls(CotejoLLM(model), model, settings.get("context_tokens_max"))

    def generate(
        self, messages: Sequence[Message], *, stop: Sequence[str], tokens_max: int, adapter: str | None, call: Call
    ) -> Iterator[Piece]:
        del stop  # `chat_model` ends the call where one is met
        said = [ChatMessage(role=message.role, content=message.text) for message in messages]
        for response in self._llm.stream_chat(said, tokens_max=tokens_max, adapter=adapter, call=call):
            yield response.raw

    def count_tokens(self, text: str) -> int | None:
        return self.local.count_tokens(text)

    def close(self) -> None:
        """Nothing is held but memory, which goes with the last reference."""


def _message(message: ChatMessage) -> Message:
    role = message.role.value if message.role.value in ("system", "user") else "assistant"
    return Message(role, message.content or "")
