"""What went wrong at an endpoint, in words its user can act on. No key, and no part of one, gets into a message.

It asks nothing and retries nothing.
"""

from __future__ import annotations

import datetime
import email.utils
import re
from typing import Any

import httpx

from core.errors import AppError

_DETAIL_MAX = 200
_KEY_LIKE = re.compile(r"\b(?:sk|pk|hf|gsk|key)[-_][\w\-*.]{6,}|Bearer\s+\S+", re.IGNORECASE)
_MEMORY = re.compile(r"out of memory|more (?:system )?memory|insufficient memory|not enough memory", re.I)
_TOO_LONG = re.compile(r"context[ _](?:length|window|size)|maximum context|too many tokens|prompt is too long", re.I)
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.I)


class Failure(Exception):
    """An error of one request: what to tell, whether asking again may help and when, what the server said."""

    def __init__(
        self, error: AppError, *, may_retry: bool = False, retry_after_s: float | None = None,
        status: int | None = None, said: str = "",
    ) -> None:  # fmt: skip
        super().__init__(error.key)
        self.error = error
        self.may_retry = may_retry
        self.retry_after_s = retry_after_s
        self.status = status
        self.said = said


class _Explain:
    """`explain(error, url=, model=, key=)` gives the Failure; `explain.catches` are the exceptions it knows."""

    @property
    def catches(self) -> tuple[type[Exception], ...]:
        import openai

        # ValueError and its kin: what LlamaIndex and pydantic make of a stream that is no chat completion.
        broken = (ValueError, TypeError, KeyError, AttributeError, IndexError)
        return (openai.OpenAIError, httpx.HTTPError, httpx.StreamError, OSError, *broken)

    def __call__(self, error: Exception, *, url: str, model: str, key: str) -> Failure:
        import openai

        detail = clean(str(error), key)
        if isinstance(error, openai.APIStatusError):
            return _status_failure(error, url, model, key)
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            return Failure(AppError("models.endpoint_silent", url=url), may_retry=_never_connected(error))
        if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
            return Failure(AppError("models.endpoint_unreachable", url=url), may_retry=True)
        if isinstance(error, httpx.HTTPError | httpx.StreamError | OSError):
            return Failure(AppError("models.broke_off", model=model), may_retry=True)
        if isinstance(error, openai.APIError):  # an error event inside the stream
            if _MEMORY.search(str(error)):
                return Failure(AppError("models.endpoint_memory", model=model, detail=detail))
            return Failure(AppError("models.broke_off_saying", model=model, detail=detail), may_retry=True)
        return Failure(AppError("models.garbage", model=model, url=url))


explain = _Explain()


def _status_failure(error: Any, url: str, model: str, key: str) -> Failure:
    status, said = error.status_code, _said(error)
    detail = clean(said, key)
    told = {"status": status, "said": said}
    if status in (401, 403):
        return Failure(AppError("models.key_wrong" if key else "models.key_missing", url=url), **told)
    if status == 404:
        kind = "models.model_missing" if "model" in said.lower() else "models.endpoint_path"
        return Failure(AppError(kind, model=model, url=url), **told)
    if _MEMORY.search(said):
        return Failure(AppError("models.endpoint_memory", model=model, detail=detail), **told)
    if status == 429 and _QUOTA.search(said):
        return Failure(AppError("models.quota", url=url), **told)
    if status == 429:
        after = retry_after_s(error.response.headers)
        failure = AppError("models.rate_limited", url=url)
        return Failure(failure, may_retry=True, retry_after_s=after, **told)
    if status in (400, 413, 422) and _TOO_LONG.search(said):
        return Failure(AppError("models.too_long", model=model), **told)
    if status >= 500 or status == 408:
        after = retry_after_s(error.response.headers)
        failure = AppError("models.endpoint_failed", url=url, status=str(status), detail=detail)
        return Failure(failure, may_retry=True, retry_after_s=after, **told)
    return Failure(AppError("models.request_refused", url=url, status=str(status), detail=detail), **told)


def clean(text: str, key: str = "") -> str:
    """One short line without any key."""
    if key:
        text = text.replace(key, "…")
    return _KEY_LIKE.sub("…", " ".join(text.split()))[:_DETAIL_MAX] or "…"


def retry_after_s(headers: Any) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as a date."""
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return max(0.0, (when - datetime.datetime.now(datetime.UTC)).total_seconds())


def _said(error: Any) -> str:
    """The server's own words; its body where the client could not read it."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            return " ".join(str(inner.get(name) or "") for name in ("message", "code", "detail")).strip() or str(inner)
        return str(inner)
    return str(body or error.message or "")


def _never_connected(error: Exception) -> bool:
    return isinstance(error, httpx.ConnectTimeout) or isinstance(error.__cause__, httpx.ConnectTimeout)
