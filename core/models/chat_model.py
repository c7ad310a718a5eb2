"""One way to talk to a language model, whatever runs it: messages in, text out as it is made, and what it took.

`open_chat_model` reads the settings; the engines are LlamaIndex LLM classes (`endpoint.py`, `local_llm.py`), imported
when one is opened. It writes no prompts and judges no answers.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import AppError
from core.models.thinking import VisibleText
from core.records import Message, ModelUse
from core.settings import Settings

log = logging.getLogger("cotejo.models")
FIRST_TOKEN_SHARE = 0.6  # of the time for an answer, the part in which its first word must come
CHARACTERS_PER_TOKEN = 3.2  # of prose in Spanish or English, on the safe side
_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class Piece:
    """What an engine yields: new text; the tokens counted so far, where it counts them; `finish`: why it ended."""

    text: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    finish: str | None = None


_IDLE = Piece()  # nothing came for a while


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


class Reply:
    """An answer in the making: an iterator of text without thinking. Use it in `with`, or `close` it.

    After its end `text` is the whole answer, `use` what it took, `finish` 'stop', 'length' (cut at the tokens it may
    write) or what else the engine said. It raises AppError `models.*`: `too_slow` beyond the limits, `empty` where no
    visible text came, whatever the engine raised. What came before an error has been yielded."""

    def __init__(
        self, engine, messages, stop, tokens_max: int, limits: Limits, adapter: str | None, idle_s: float | None = None
    ) -> None:
        self._engine = engine
        self._idle_s = idle_s
        self._limits = limits
        self._adapter = adapter
        self._call = Call()
        self._visible = VisibleText(stop, engine.thinking)
        self._pieces: queue.SimpleQueue[Piece | AppError | None] = queue.SimpleQueue()
        self._started = time.perf_counter()
        self._first_ms: float | None = None
        self._total_ms = 0.0
        self._counted: dict[str, int] = {}
        self._chunks = 0
        self._prompt_characters = sum(len(message.text) for message in messages)
        self._ended = False
        self.finish: str | None = None
        work = (messages, stop, tokens_max, adapter)
        threading.Thread(target=self._pump, args=work, daemon=True, name="model-call").start()

    def __enter__(self) -> Reply:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self._ended:
            piece = self._next_piece()
            if piece is _IDLE:
                return ""
            shown = self._visible.finish() if piece is None else self._read(piece)
            if piece is None or self._visible.stopped:
                self.close()
                if not self.text.strip():
                    raise AppError("models.empty", model=self._engine.model)
            if shown:
                return shown
        raise StopIteration

    @property
    def text(self) -> str:
        """Everything that may be shown so far; shorter than what was yielded where thinking was taken back."""
        return self._visible.text

    @property
    def taken_back(self) -> bool:
        return self._visible.taken_back

    @property
    def use(self) -> ModelUse:
        estimated = not self._counted
        prompt = self._counted.get("prompt", round(self._prompt_characters / CHARACTERS_PER_TOKEN))
        answer = self._counted.get("answer", self._chunks)
        limits = self._limits
        priced = limits.price_in or limits.price_out
        cost = (prompt * limits.price_in + answer * limits.price_out) / 1e6 if priced else None
        total = self._total_ms if self._ended else _ms(self._started)
        return ModelUse(
            self._engine.model, self._adapter, prompt, answer, self._first_ms, round(total, 2), cost, estimated
        )

    def close(self) -> None:
        """Stop the model where it still writes; harmless otherwise."""
        if not self._ended:
            self._ended = True
            self._total_ms = _ms(self._started)
            self._call.cancel()

    def _next_piece(self) -> Piece | None:
        limit = self._limits.total_s if self._first_ms is not None else self._limits.first_s
        asked = time.perf_counter()
        while True:
            left = limit - (time.perf_counter() - self._started)
            try:
                piece = self._pieces.get(timeout=max(0.0, min(left, _POLL_S)))
            except queue.Empty:
                if left <= 0:
                    self._fail(AppError("models.too_slow", model=self._engine.model, seconds=round(limit)))
                if self._idle_s is not None and time.perf_counter() - asked >= self._idle_s:
                    return _IDLE
                continue
            if isinstance(piece, AppError):
                self._fail(piece)
            if left <= 0:
                self._fail(AppError("models.too_slow", model=self._engine.model, seconds=round(limit)))
            return piece

    def _fail(self, error: AppError) -> None:
        self._visible.finish()
        self.close()
        raise error

    def _read(self, piece: Piece) -> str:
        if piece.prompt_tokens is not None:
            self._counted["prompt"] = piece.prompt_tokens
        if piece.answer_tokens is not None:
            self._counted["answer"] = piece.answer_tokens
        self.finish = piece.finish or self.finish
        if not piece.text:
            return ""
        self._chunks += 1
        if self._first_ms is None:
            self._first_ms = _ms(self._started)
        return self._visible.feed(piece.text)

    def _pump(self, messages, stop, tokens_max, adapter) -> None:
        """In a thread of its own, so that a model that says nothing can be left and a limit can be kept."""
        try:
            pieces = self._engine.generate(messages, stop=stop, tokens_max=tokens_max, adapter=adapter, call=self._call)
            for piece in pieces:
                if self._call.cancelled:
                    pieces.close()
                    return
                self._pieces.put(piece)
            self._pieces.put(None)
        except AppError as error:
            self._pieces.put(error)
        except Exception as error:  # the top of a thread: what it does not say would be waited for
            log.exception("a call of %s failed", self._engine.model)
            self._pieces.put(AppError("models.failed", model=self._engine.model, detail=type(error).__name__))


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


def _ms(since: float) -> float:
    return round(1000 * (time.perf_counter() - since), 2)
