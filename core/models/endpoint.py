"""A model behind an OpenAI-compatible endpoint (Ollama, vLLM, LM Studio, OpenAI), through LlamaIndex's OpenAILike.

Retries are made before the first token only, so that nothing is said twice. Cancelling shuts the connection's socket,
which ends the request at the server. Which servers run here, and what they serve, is found in `discover.py`.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from core.errors import AppError
from core.models.endpoint_errors import Failure, explain
from core.models.engine import Call, Piece, merge_system
from core.records import Message
from core.settings import Settings

if TYPE_CHECKING:
    from llama_index.llms.openai_like import OpenAILike

CONNECT_S = 5.0
RETRY_DELAYS_S = (0.3, 1.0, 3.0)
RETRY_AFTER_MAX_S = 30.0
CONTEXT_UNKNOWN = 8192
_ADAPTATIONS = 5
_NO_KEY = "none"
_IDLE_MAX = 4
# What a server may not know; one that it names in an error 400 is left out from then on.
_OPTIONAL = ("chat_template_kwargs", "reasoning_effort", "stream_options", "seed", "temperature", "stop")


class Endpoint:
    """One model of one endpoint. Threads may share it; each call has a connection of its own."""

    thinking = False

    def __init__(
        self, url: str, model: str, key: str, *, temperature: float, seed: int, timeout_s: float, context_tokens: int
    ) -> None:
        self.url = url
        self.model = model
        self.context_tokens = context_tokens
        self._key = key
        self._options: dict[str, Any] = {"temperature": temperature, "seed": seed, **_thinking_off(url)}
        self._options["stream_options"] = {"include_usage": True}
        self._tokens_name = "max_tokens"
        self._system_role = True
        self._timeout_s = timeout_s
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> Endpoint:
        """The endpoint of the settings; asks it what it serves only where that is not said."""
        from core.models.discover import served_models

        url = check_url(settings.get("endpoint_url"))
        key = key_for(url, settings)
        model, context = settings.get("chat_model"), settings.get("context_tokens_max")
        if model == "auto" or not context:
            try:
                served = served_models(url, key)
            except AppError:
                if model == "auto":
                    raise
                served = []
            if model == "auto" and not served:
                raise AppError("models.nothing_served", url=url)
            model = served[0].name if model == "auto" else model
            known = next((found.context_tokens for found in served if found.name == model), 0)
            context = context or known or CONTEXT_UNKNOWN
        opened = cls(
            url, model, key, temperature=settings.get("temperature"), seed=settings.get("seed"),
            timeout_s=float(settings.get("model_timeout_s")), context_tokens=context,
        )  # fmt: skip
        opened._return_connection(opened._take_connection(), keep=True)  # its libraries take seconds to import
        return opened

    def generate(
        self, messages: Sequence[Message], *, stop: Sequence[str], tokens_max: int, adapter: str | None, call: Call
    ) -> Iterator[Piece]:
        retries = adaptations = 0
        while not call.cancelled:
            began = False
            try:
                for piece in self._ask(messages, stop, tokens_max, adapter or self.model, call):
                    began = began or bool(piece.text)
                    yield piece
                return
            except Failure as failure:
                if call.cancelled:
                    return
                if not began and adaptations < _ADAPTATIONS and self._adapt(failure, stop):
                    adaptations += 1
                    continue
                if began or not failure.may_retry or retries == len(RETRY_DELAYS_S):
                    raise failure.error from None
                delay = max(RETRY_DELAYS_S[retries], failure.retry_after_s or 0.0)
                if delay > RETRY_AFTER_MAX_S:
                    raise failure.error from None
                retries += 1
                call.wait(delay)

    def count_tokens(self, text: str) -> int | None:
        del text  # no endpoint tells in a way that all share
        return None

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _ask(self, messages, stop, tokens_max: int, model: str, call: Call) -> Iterator[Piece]:
        """One request. Raises Failure."""
        from llama_index.core.base.llms.types import ChatMessage

        held = messages if self._system_role else merge_system(messages)
        said = [ChatMessage(role=message.role, content=message.text) for message in held]
        connection = self._take_connection()
        call.on_cancel(connection.shut_down)
        ended = False
        try:
            finish = None
            for response in connection.llm.stream_chat(said, **self._request(stop, tokens_max, model)):
                piece = _read_piece(response)
                finish = piece.finish or finish
                yield piece
            if finish is None and not call.cancelled:
                raise Failure(AppError("models.broke_off", model=model), may_retry=True)
            ended = True
        except explain.catches as error:
            raise explain(error, url=self.url, model=model, key=self._key) from None
        finally:
            call.forget_wakers()
            self._return_connection(connection, keep=ended and not call.cancelled)

    def _request(self, stop: Sequence[str], tokens_max: int, model: str) -> dict[str, Any]:
        import openai

        options = dict(self._options)
        extra = {name: options.pop(name) for name in ("chat_template_kwargs",) if name in options}
        options.setdefault("temperature", openai.omit)
        if stop and self._options.get("stop", True):
            options["stop"] = list(stop)[:4]
        else:
            options.pop("stop", None)
        return {**options, "model": model, self._tokens_name: tokens_max, **({"extra_body": extra} if extra else {})}

    def _adapt(self, failure: Failure, stop: Sequence[str]) -> bool:
        """Leave out what the server says it does not know; False where nothing is left to change."""
        if failure.status not in (400, 422):
            return False
        said = failure.said.lower()
        if "system" in said and "role" in said and self._system_role:
            self._system_role = False
            return True
        if "max_completion_tokens" in said and self._tokens_name == "max_tokens":
            self._tokens_name = "max_completion_tokens"
            return True
        named = [name for name in _OPTIONAL if name in said and self._options.get(name) is not False]
        for name in named:
            self._options.pop(name, None)
            if name == "stop":
                self._options["stop"] = False
        if named:
            return True
        extras = [name for name in ("chat_template_kwargs", "reasoning_effort") if name in self._options]
        for name in extras:
            del self._options[name]
        return bool(extras)

    def _take_connection(self) -> _Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Connection(self.url, self.model, self._key, self._timeout_s)

    def _return_connection(self, connection: _Connection, keep: bool) -> None:
        with self._lock:
            if keep and len(self._idle) < _IDLE_MAX:
                self._idle.append(connection)
                return
        connection.close()


class _Connection:
    """A LlamaIndex LLM with an HTTP client of its own, whose socket another thread can shut."""

    def __init__(self, url: str, model: str, key: str, timeout_s: float) -> None:
        import openai
        from llama_index.llms.openai_like import OpenAILike

        self._sockets: list[socket.socket] = []
        self._client = http_client(url, timeout_s)
        self._client.event_hooks = {"request": [self._watch]}
        client = openai.OpenAI(api_key=key or _NO_KEY, base_url=url, http_client=self._client, max_retries=0)
        _ = client.chat.completions  # imported on first use, which should not be the first question's
        self.llm: OpenAILike = OpenAILike(
            model=model, api_base=url, api_key=key or _NO_KEY, is_chat_model=True, max_retries=0, openai_client=client,
        )  # fmt: skip

    def shut_down(self) -> None:
        """Wakes the thread that reads, and tells the server: `close` alone would leave both waiting."""
        for held in self._sockets:
            with contextlib.suppress(OSError):  # closed meanwhile, which is what was wanted
                socket.socket.shutdown(held, socket.SHUT_RDWR)  # past TLS, which its reader may be using

    def close(self) -> None:
        self._client.close()

    def _watch(self, request: httpx.Request) -> None:
        request.extensions["trace"] = self._trace

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets = [info["return_value"].get_extra_info("socket")]


def _read_piece(response: Any) -> Piece:
    raw = response.raw
    usage = getattr(raw, "usage", None)
    choices = getattr(raw, "choices", None) or ()
    return Piece(
        text=response.delta or "",
        prompt_tokens=getattr(usage, "prompt_tokens", None),
        answer_tokens=getattr(usage, "completion_tokens", None),
        finish=choices[0].finish_reason if choices else None,
    )


def http_client(url: str, timeout_s: float) -> httpx.Client:
    """A client that follows no redirect (a key would follow too) and asks this machine without any proxy."""
    parts = urlsplit(url)
    timeout = httpx.Timeout(timeout_s, connect=CONNECT_S)
    verify = _tls() if parts.scheme == "https" else False
    return httpx.Client(timeout=timeout, verify=verify, trust_env=not is_local(url), follow_redirects=False)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def check_url(url: str) -> str:
    """The address without a closing slash; raises `models.url_wrong` for anything but http and https."""
    url = url.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise AppError("models.url_wrong", url=f"{parts.scheme}://{parts.hostname or ''}")
    return url


def is_local(url: str) -> bool:
    """Whether an address is this very machine."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")


def key_for(url: str, settings: Settings) -> str:
    """The key to send there, '' for none. OpenAI's own goes to OpenAI alone; none crosses a network unencrypted."""
    host = urlsplit(url).hostname or ""
    key = settings.secrets.get("COTEJO_ENDPOINT_KEY", "")
    if not key and (host == "api.openai.com" or host.endswith(".openai.com")):
        key = settings.secrets.get("OPENAI_API_KEY", "")
    if key and urlsplit(url).scheme == "http" and not is_local(url):
        raise AppError("models.key_unencrypted", url=url)
    return key


def _thinking_off(url: str) -> dict[str, Any]:
    """How to ask for answers without thinking: the template's switch (vLLM, transformers serve), Ollama's effort."""
    host = urlsplit(url).hostname or ""
    if host.endswith("openai.com"):
        return {}
    ollama = {"reasoning_effort": "none"} if urlsplit(url).port == 11434 else {}
    return {"chat_template_kwargs": {"enable_thinking": False}, **ollama}
