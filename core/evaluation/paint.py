"""How long until the first heading of the app stands in a browser, beside an empty Streamlit app in the same run.

Each round starts both servers cold, on a new workspace, and opens them in a headless Chromium. Needs playwright (a
development dependency) and a Chromium on the machine. It judges nothing else about a page.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core import settings
from core.errors import AppError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_ROOT = Path(__file__).resolve().parents[2]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
_EMPTY_APP = 'import streamlit as st\n\nst.set_page_config(page_title="empty")\nst.title("empty")\n'
_UP_S = 60.0


def measure_paint(rounds: int) -> dict:
    """Median seconds from the request to the first `h1`, of the app and of an empty one, and their ratio."""
    seconds: dict[str, list[float]] = {"empty": [], "app": []}
    with tempfile.TemporaryDirectory(prefix="cotejo-paint-") as scratch, open_browser() as browser:
        empty = Path(scratch) / "empty"
        empty.mkdir()
        (empty / "app.py").write_text(_EMPTY_APP, encoding="utf-8")
        for number in range(rounds):
            for name, folder in (("empty", empty), ("app", _ROOT)):
                workspace = Path(scratch) / f"workspace-{name}-{number}"
                seconds[name].append(_first_heading(browser, folder, workspace))
    medians = {name: round(statistics.median(values), 2) for name, values in seconds.items()}
    return {"rounds": rounds, **{f"{name}_s": value for name, value in medians.items()}, "times": _ratio(seconds)}


def _ratio(seconds: dict[str, list[float]]) -> float:
    """App over empty app, the median of the rounds' own ratios: a load that comes and goes hits both of a round."""
    return round(statistics.median(app / empty for app, empty in zip(seconds["app"], seconds["empty"], strict=True)), 2)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium. Raises `bench.no_browser` where this machine has none."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise AppError("bench.no_browser", browsers=", ".join(_BROWSERS))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_FLAGS.split())
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serve_app(workspace: Path, folder: Path = _ROOT) -> Iterator[str]:
    """The address of a Streamlit server of `folder`'s app, cold, on a workspace. Raises `bench.server_silent`."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    server = subprocess.Popen(
        command,
        cwd=folder,
        env=settings.child_environment(workspace),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _first_heading(browser: Browser, folder: Path, workspace: Path) -> float:
    """Seconds until a cold server's first heading is visible."""
    context = browser.new_context()
    try:
        with serve_app(workspace, folder) as address:
            page = context.new_page()
            started = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_selector("h1")
            return time.perf_counter() - started
    finally:
        context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + _UP_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise AppError("bench.server_silent", seconds=round(_UP_S)) from None
            time.sleep(0.05)
