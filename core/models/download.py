"""Downloads a model, by Ollama or from the Hugging Face hub, and tells how far it is.

Only weights in safetensors and JSON are fetched from the hub. Closing the generator stops an Ollama download; it goes
on where it stopped when it is asked for again. It chooses no model.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.errors import AppError
from core.models.discover import root_of
from core.models.endpoint import http_client
from core.models.endpoint_errors import clean

HUB_FILES = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt", "LICENSE*")
_LOOK_S = 0.5
_SILENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes that are here and bytes in all (0 while that is not known)."""

    done: int
    total: int

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0


def pull_from_ollama(url: str, model: str) -> Iterator[Progress]:
    """Have the Ollama server at `url` download `model`. Raises AppError `models.*`."""
    layers: dict[str, tuple[int, int]] = {}
    ended = False
    try:
        with (
            http_client(url, _SILENCE_S) as client,
            client.stream("POST", f"{root_of(url)}/api/pull", json={"model": model, "stream": True}) as response,
        ):
            if response.status_code != 200:
                response.read()
                raise AppError("models.download_failed", model=model, detail=clean(response.text))
            for line in response.iter_lines():
                told = json.loads(line) if line.strip() else {}
                if told.get("error"):
                    raise AppError("models.download_failed", model=model, detail=clean(str(told["error"])))
                if isinstance(told.get("total"), int):
                    layers[str(told.get("digest"))] = (int(told.get("completed") or 0), told["total"])
                ended = told.get("status") == "success"
                yield _sum(layers)
    except (httpx.HTTPError, OSError):
        raise AppError("models.endpoint_unreachable", url=url) from None
    except ValueError:
        raise AppError("models.garbage", model=model, url=url) from None
    if not ended:
        raise AppError("models.download_failed", model=model, detail="…")


def fetch_from_hub(model: str, token: str = "") -> Generator[Progress, None, None]:
    """Download a model into the Hugging Face cache. Raises AppError `models.*`. It goes on where it was broken off."""
    from huggingface_hub import HfApi, constants, file_download
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import filter_repo_objects

    try:
        info = HfApi(token=token or None).model_info(model, files_metadata=True)
    except (httpx.HTTPError, OSError, ValueError, HFValidationError) as error:
        raise AppError("models.download_failed", model=model, detail=clean(str(error), token)) from None
    files = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    wanted = list(filter_repo_objects(files, allow_patterns=list(HUB_FILES)))
    if not any(name.endswith(".safetensors") for name in wanted):
        raise AppError("models.no_safetensors", model=model)
    folder = Path(constants.HF_HUB_CACHE) / file_download.repo_folder_name(repo_id=model, repo_type="model")
    yield from _watch(_Fetch(model, token), folder / "blobs", sum(files[name] for name in wanted))


def _watch(fetch: _Fetch, folder: Path, total: int) -> Iterator[Progress]:
    """The progress of a fetch by what has arrived in `folder`. Raises what the fetch failed of."""
    fetch.start()
    while fetch.is_alive():
        fetch.join(_LOOK_S)
        yield Progress(min(size_of(folder), total), total)
    if fetch.error is not None:
        raise fetch.error
    yield Progress(total, total)


class _Fetch(threading.Thread):
    """The hub's own download, in a thread."""

    def __init__(self, model: str, token: str) -> None:
        super().__init__(daemon=True, name="fetch-model")
        self._model = model
        self._token = token
        self.error: AppError | None = None

    def run(self) -> None:
        from huggingface_hub import snapshot_download

        try:
            snapshot_download(self._model, allow_patterns=list(HUB_FILES), token=self._token or None)
        except (httpx.HTTPError, OSError, ValueError) as error:
            detail = clean(str(error), self._token)
            self.error = AppError("models.download_failed", model=self._model, detail=detail)


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder, unfinished ones included."""
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) if folder.is_dir() else 0


def _sum(layers: dict[str, tuple[int, int]]) -> Progress:
    return Progress(sum(done for done, _ in layers.values()), sum(total for _, total in layers.values()))
