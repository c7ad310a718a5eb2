"""Setting up a language model, in the background: look for servers on this machine, download, try.

A page draws what it holds and calls its verbs; each runs in a thread of its own, one of a kind at a time. It changes no
settings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil

from core.errors import AppError
from core.model_trial import Trial, try_model
from core.models.discover import Server, find_servers, is_ollama
from core.models.download import Progress, fetch_from_hub, pull_from_ollama
from core.models.suggested import Suggested, gpu_memory_gb, suggest_model
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Found:
    """What this machine offers: servers that run, and the model to start with, by Ollama and in this process."""

    servers: tuple[Server, ...]
    by_ollama: Suggested | None
    in_process: Suggested | None

    @property
    def ollama(self) -> Server | None:
        return next((server for server in self.servers if is_ollama(server.url)), None)


@dataclass(frozen=True, slots=True)
class Download:
    """A download under way, done or failed."""

    model: str
    progress: Progress
    running: bool
    error: AppError | None = None


class ModelSetup:
    """Shared by all visitors of a server. `found`, `download` and `trial` are None before their first time."""

    def __init__(self, find: Callable[[], list[Server]] = find_servers) -> None:
        self.found: Found | None = None
        self.download: Download | None = None
        self.trial: Trial | None = None
        self._find = find
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def is_running(self, kind: str = "") -> bool:
        """Whether work of that kind (look, download, try) is under way; any, where none is named."""
        with self._lock:
            return kind in self._running if kind else bool(self._running)

    def look(self) -> None:
        """Look for servers, and for what fits this machine."""
        self._start("look", self._look)

    def fetch(self, model: str, settings: Settings) -> None:
        """Download a model from the Hugging Face hub."""
        token = settings.secrets.get("HF_TOKEN", "")
        self._start("download", lambda: self._download(model, lambda: fetch_from_hub(model, token)))

    def pull(self, model: str, url: str) -> None:
        """Have the Ollama at `url` download a model; the servers' lists are read again after it."""

        def work() -> None:
            self._download(model, lambda: pull_from_ollama(url, model))
            self._look()

        self._start("download", work)

    def stop_download(self) -> None:
        """Stop reading an Ollama download; it goes on where it was when it is asked for again."""
        self._stop.set()

    def try_out(self, settings: Settings, lang: str) -> None:
        """Ask the model of the settings one real question."""
        self._start("try", lambda: self._try(settings, lang))

    def _start(self, kind: str, work: Callable[[], None]) -> None:
        with self._lock:
            if kind in self._running:
                return
            self._running.add(kind)

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._running.discard(kind)

        threading.Thread(target=run, daemon=True, name=f"model-{kind}").start()

    def _look(self) -> None:
        servers = tuple(self._find())
        free, gpu = psutil.virtual_memory().available / 1e9, gpu_memory_gb()
        self.found = Found(servers, suggest_model("ollama", free, gpu), suggest_model("hub", free, gpu))

    def _download(self, model: str, start: Callable[[], Iterator[Progress]]) -> None:
        self._stop.clear()
        self.download = Download(model, Progress(0, 0), True)
        error = None
        try:
            for progress in start():
                self.download = Download(model, progress, True)
                if self._stop.is_set():
                    break
        except AppError as failed:
            error = failed
        self.download = Download(model, self.download.progress, False, error)

    def _try(self, settings: Settings, lang: str) -> None:
        self.trial = None
        self.trial = try_model(settings, lang)
