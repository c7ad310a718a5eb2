"""Downloads: Ollama's stream of layers from a real server, what has arrived from the hub, failures in words."""

import json
import threading

import pytest

from core.errors import AppError
from core.models import download
from tests.model_peer import Peer, refuses, send_chunk, start_stream


def ollama(*lines):
    def behave(handler):
        start_stream(handler)
        for line in lines:
            send_chunk(handler, json.dumps(line).encode() + b"\n")
        send_chunk(handler, b"")

    return behave


def talks_html(handler):
    start_stream(handler)
    send_chunk(handler, b"<html>\n")
    send_chunk(handler, b"")


@pytest.fixture
def peer():
    opened = []

    def start(behaviour):
        opened.append(Peer(behaviour))
        return opened[-1].url

    yield start
    for one in opened:
        one.close()


def test_layers_add_up(peer):
    url = peer(
        ollama(
            {"status": "pulling manifest"},
            {"status": "pulling a", "digest": "a", "total": 100, "completed": 40},
            {"status": "pulling b", "digest": "b", "total": 300},
            {"status": "pulling a", "digest": "a", "total": 100, "completed": 100},
            {"status": "success"},
        )
    )
    steps = [(step.done, step.total) for step in download.pull_from_ollama(url, "qwen3:0.6b")]
    assert steps == [(0, 0), (40, 100), (40, 400), (100, 400), (100, 400)]


@pytest.mark.parametrize(
    ("behaviour", "key"),
    [
        (ollama({"error": "pull model manifest: file does not exist"}), "download_failed"),
        (ollama({"status": "pulling a"}), "download_failed"),
        (refuses(404, "no such model"), "download_failed"),
        (
            lambda handler: (start_stream(handler), send_chunk(handler, b"<html>\n"), send_chunk(handler, b"")),
            "garbage",
        ),
    ],
)
def test_what_went_wrong_is_told(peer, behaviour, key):
    with pytest.raises(AppError, match=rf"models\.{key}"):
        list(download.pull_from_ollama(peer(behaviour), "x"))


class Fetching(threading.Thread):
    """A download that writes a file in two parts."""

    def __init__(self, folder, error=None):
        super().__init__()
        self.folder, self.error, self.half = folder, error, threading.Event()

    def run(self):
        (self.folder / "a.incomplete").write_bytes(b"x" * 40)
        self.half.wait(10)
        (self.folder / "a.incomplete").write_bytes(b"x" * 100)


def test_the_hubs_progress_is_what_has_arrived(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_LOOK_S", 0.02)
    fetch = Fetching(tmp_path)
    steps = download._watch(fetch, tmp_path, 100)
    seen = next(step for step in steps if step.done)
    assert (seen.done, seen.share) == (40, 0.4)
    fetch.half.set()
    assert list(steps)[-1] == download.Progress(100, 100)


def test_a_fetch_that_failed_is_told(tmp_path):
    fetch = Fetching(tmp_path, AppError("models.download_failed", model="m", detail="gone"))
    fetch.half.set()
    with pytest.raises(AppError, match="gone"):
        list(download._watch(fetch, tmp_path, 100))
