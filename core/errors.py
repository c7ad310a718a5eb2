"""The one error that core raises for its user, with template and values kept apart so that it can be translated.

Rendering is `core.i18n.error_text`; nothing here knows a language.
"""

from __future__ import annotations

from typing import Any


class AppError(Exception):
    """A failure its user can understand and mend.

    `key` names a message in `core/locales/*/`; `params` fill its placeholders: the bad value, what is allowed,
    the remedy."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({values})"
