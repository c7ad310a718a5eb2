"""The workspace's language model, opened when it is first needed and kept.

One that failed to open is not tried again for a while: a question should not wait for the same refusal each time.
"""

from __future__ import annotations

import threading
import time

from core.errors import AppError
from core.models.chat_model import ChatModel, open_chat_model
from core.settings import Settings

_AGAIN_S = 10.0


class HeldModel:
    """Opens the settings' model once. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._model: ChatModel | None = None
        self._failed: tuple[AppError, float] | None = None

    def open(self) -> ChatModel:
        """The model, ready to be asked. Raises AppError `models.*`."""
        with self._lock:
            if self._failed is not None and time.monotonic() - self._failed[1] < _AGAIN_S:
                raise self._failed[0]
            if self._model is None:
                try:
                    self._model = open_chat_model(self._settings)
                except AppError as error:
                    self._failed = (error, time.monotonic())
                    raise
            return self._model

    def close(self) -> None:
        with self._lock:
            if self._model is not None:
                self._model.close()
            self._model = None
