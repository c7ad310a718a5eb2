"""The instructions that a language model gets, as settings: `prompt_<name>_<language>`, empty for the text that comes
with the app. What stands around them (fences, passages, schema, the question) is not theirs to change.

It reads and checks texts; prompts are put together in `chat/prompt.py` and `sql/generate.py`.
"""

from __future__ import annotations

import re

from core import i18n
from core.errors import AppError

NAMES = ("documents", "sql")
SETTINGS = tuple(f"prompt_{name}_{lang}" for name in NAMES for lang in i18n.LANGUAGES)
MOST = 6000  # characters: what is read before every question
_NEEDED = {"documents": ("not_found",), "sql": ()}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def setting_of(name: str, lang: str) -> str:
    """The setting that holds the instructions called `name` for questions in `lang`."""
    return f"prompt_{name}_{lang}"


def default_text(setting: str) -> str:
    """The text that comes with the app, its placeholders unfilled."""
    _, name, lang = setting.split("_", 2)
    return i18n.messages(lang)[f"prompt.{name}"]


def check_text(setting: str, text: str) -> str:
    """The text as it is kept, '' for the one that comes with the app. AppError `prompts.*` says what it lacks."""
    text = text.replace("\r\n", "\n").strip()
    if not text or text == default_text(setting).strip():
        return ""
    needed, found = _NEEDED[setting.split("_")[1]], _PLACEHOLDER.findall(text)
    missing = [name for name in needed if name not in found]
    if missing:
        raise AppError("prompts.missing", name=setting, missing=", ".join(f"{{{name}}}" for name in missing))
    unknown = [name for name in found if name not in needed]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in needed) or "–"
        raise AppError("prompts.unknown", name=setting, unknown=f"{{{unknown[0]}}}", known=known)
    if len(text) > MOST:
        raise AppError("prompts.too_long", name=setting, n=len(text), most=MOST)
    return text


def fill(text: str, **values: str) -> str:
    """The text with its placeholders filled; other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
