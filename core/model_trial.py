"""Tries the language model of the settings with one real question on a page of the sample, and says how it did.

It opens the model anew and closes it again; nothing is stored.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from core import samples
from core.chat.prompt import NOT_FOUND, ask_documents
from core.errors import AppError
from core.i18n import translate
from core.models.chat_model import open_chat_model
from core.prompts import setting_of
from core.records import Hit, ModelUse
from core.settings import Settings

_PAGE = "support-faq.md"
_SECTION = "What if my goods arrive damaged?"
_ANSWER = "48"
_SLOW_PER_S = 4.0  # tokens: an answer of a hundred would take half a minute
_LATE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went: `key` names a message of `trial` with `params`; `error` is what stood in the way, or None."""

    ok: bool
    key: str
    params: dict[str, Any]
    text: str = ""
    use: ModelUse | None = None
    error: AppError | None = None


def try_model(settings: Settings, lang: str) -> Trial:
    """Ask the settings' model how soon damaged goods must be reported. Raises nothing; may take as long as the
    setting `model_timeout_s` allows, and longer where weights must be loaded first."""
    started = time.perf_counter()
    try:
        model = open_chat_model(settings)
    except AppError as error:
        return Trial(False, "trial.failed", {}, error=error)
    opened_s = time.perf_counter() - started
    try:
        question = translate("trial.question", lang)
        rules = settings.get(setting_of("documents", lang))
        prompt = ask_documents(question, lang, [_sample()], model.count_tokens, model.room_tokens, rules=rules)
        with model.stream(prompt.messages, tokens_max=120) as reply:
            for _ in reply:
                pass
        return _judge(reply.text, reply.use, opened_s)
    except AppError as error:
        return Trial(False, "trial.failed", {}, error=error)
    finally:
        model.close()


def _judge(text: str, use: ModelUse, opened_s: float) -> Trial:
    first_ms = use.first_token_ms or use.total_ms
    speed = 1000 * use.answer_tokens / max(use.total_ms - first_ms, 1.0) if use.answer_tokens > 1 else 0.0
    params = {
        "model": use.model,
        "first_s": round(first_ms / 1000, 1),
        "speed": round(speed, 1),
        "opened_s": round(opened_s, 1),
    }
    if _ANSWER not in text or NOT_FOUND in text:
        return Trial(False, "trial.wrong", params, text, use)
    if (speed and speed < _SLOW_PER_S) or first_ms > _LATE_MS:
        return Trial(True, "trial.slow", params, text, use)
    return Trial(True, "trial.good", params, text, use)


def _sample() -> Hit:
    """The section of the sample's page that answers, as a passage."""
    path = next((path for path in samples.files() if path.name == _PAGE), None)
    if path is None:
        raise AppError("trial.no_sample", file=_PAGE)
    text = path.read_text(encoding="utf-8")
    start = text.find(_SECTION)
    piece = text[start : text.find("###", start)].strip()
    return Hit(0, 0, _PAGE, 1, text, 1.0, piece=piece, heading=_SECTION, lang="en")
