"""Which model servers run on this machine, and what they serve.

It looks at local ports and reads lists; it downloads nothing (`download.py`) and talks to no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from core.errors import AppError
from core.models.endpoint import http_client
from core.models.endpoint_errors import clean

LOOK_S = 0.5
LIST_S = 5.0
OLLAMA_CONTEXT = 4096  # what Ollama gives a model unless told otherwise, whatever the model could read
OLLAMA_PORT = 11434
_PORTS = (("Ollama", OLLAMA_PORT), ("LM Studio", 1234), ("vLLM", 8000), ("llama.cpp", 8080))
_EMBEDS = ("embed", "bge-", "minilm", "rerank")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that an endpoint lists; `context_tokens` is 0 where it does not say."""

    name: str
    context_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """A server found running here, and its chat models."""

    kind: str
    url: str
    models: tuple[ServedModel, ...]


def find_servers() -> list[Server]:
    """The model servers on this machine's usual ports; all are looked at at once, half a second each."""
    with ThreadPoolExecutor(len(_PORTS), "discover") as pool:
        found = pool.map(lambda place: look_at(place[0], f"http://127.0.0.1:{place[1]}/v1"), _PORTS)
        return [server for server in found if server is not None]


def look_at(kind: str, url: str, timeout_s: float = LOOK_S) -> Server | None:
    """The server at `url`, or None where nothing there lists models."""
    try:
        listed = _get_json(url, f"{url}/models", "", timeout_s)
    except AppError:
        return None
    if kind == "vLLM" and not any(entry.get("owned_by") == "vllm" for entry in _entries(listed)):
        kind = "OpenAI-compatible"
    return Server(kind, url, tuple(_read_models(listed, url)))


def served_models(url: str, key: str = "") -> list[ServedModel]:
    """The chat models that an endpoint lists. Raises AppError `models.*` in the words of what is wrong."""
    return _read_models(_get_json(url, f"{url}/models", key, LIST_S), url)


def is_ollama(url: str) -> bool:
    return urlsplit(url).port == OLLAMA_PORT


def root_of(url: str) -> str:
    """The address without its path: where Ollama's own interface lives."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def _get_json(base: str, address: str, key: str, timeout_s: float) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with http_client(base, timeout_s) as client:
            response = client.get(address, headers=headers)
            if response.status_code in (401, 403):
                raise AppError("models.key_wrong" if key else "models.key_missing", url=base)
            if response.status_code == 404:
                raise AppError("models.endpoint_path", url=base)
            response.raise_for_status()
            return response.json()
    except httpx.TimeoutException:
        raise AppError("models.endpoint_silent", url=base) from None
    except httpx.HTTPStatusError as error:
        status = str(error.response.status_code)
        raise AppError(
            "models.endpoint_failed", url=base, status=status, detail=clean(error.response.text, key)
        ) from None
    except (httpx.HTTPError, OSError):
        raise AppError("models.endpoint_unreachable", url=base) from None
    except ValueError:
        raise AppError("models.garbage", model="-", url=base) from None


def _entries(listed: Any) -> Sequence[dict[str, Any]]:
    data = listed.get("data") if isinstance(listed, dict) else None
    return [entry for entry in data or () if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _read_models(listed: Any, url: str) -> list[ServedModel]:
    """Models that can chat, as far as names tell."""
    entries = [e for e in _entries(listed) if not any(mark in e["id"].lower() for mark in _EMBEDS)]
    return [ServedModel(entry["id"], _context_of(entry, url)) for entry in entries]


def _context_of(entry: dict[str, Any], url: str) -> int:
    if is_ollama(url):
        return OLLAMA_CONTEXT
    meta = entry.get("meta") if isinstance(entry.get("meta"), dict) else {}
    places = (entry.get("max_model_len"), entry.get("loaded_context_length"), entry.get("context_length"))
    for value in (*places, meta.get("n_ctx"), meta.get("n_ctx_train")):
        if isinstance(value, int) and value > 0:
            return value
    return 0
