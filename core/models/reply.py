"""An answer of a language model in the making: text as it comes, without thinking, within its time, and what it took.

The engine runs in a thread of its own, so that one that says nothing can be left. Prompts and answers are not judged.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator

from core.errors import AppError
from core.models.engine import CHARACTERS_PER_TOKEN, Call, Limits, Piece
from core.models.thinking import VisibleText
from core.records import ModelUse

log = logging.getLogger("cotejo.models")
_POLL_S = 0.25
_IDLE = Piece()  # nothing came for a while


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


def _ms(since: float) -> float:
    return round(1000 * (time.perf_counter() - since), 2)
