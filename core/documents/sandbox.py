"""`ParserPool`: files parsed and pages drawn in limited child processes, two at a time; nothing is parsed in here.

A clean server process (parser_server) is started once and forks a child for each file, so that hundreds of small files
cost a fork each and a file that eats memory, spins or crashes the parser takes nothing with it. Where fork and limits
do not exist (Windows, macOS) each file gets a plain process that is killed at the time limit, without a memory limit.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from core.documents.layout import document_from_json
from core.errors import AppError
from core.records import BoxTuple, ParsedDocument
from core.settings import Settings

PARSERS = 2
HAS_LIMITS = sys.platform == "linux"
_ROOT = Path(__file__).resolve().parent.parent.parent
_ANSWER_MAX = 400_000_000
_GRACE_S = 3.0
_TIME_SIGNALS = (-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL) if HAS_LIMITS else ()
_PARSER_SETTINGS = ("ocr", "upload_max_mb", "parser_pages_max", "parser_time_limit_s")


class ParserPool:
    """Use as `with ParserPool(settings) as pool: parsed = pool.parse(path, name)`; safe from several threads."""

    def __init__(self, settings: Settings, parsers: int = PARSERS) -> None:
        self._settings = settings
        self._places = threading.BoundedSemaphore(parsers)
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def parse(self, path: Path, name: str) -> ParsedDocument:
        """The parsed file. Raises AppError documents.*: what `parse_document` raises, and time_limit, memory_limit,
        parser_died."""
        answer = self._ask({"task": "parse", "path": str(path.resolve()), "name": name})
        return document_from_json(answer)

    def page_image(
        self, path: Path, page: int, width_px: int = 1000, highlights: Sequence[BoxTuple] = ()
    ) -> bytes | None:
        """PNG of a PDF's page with the boxes marked; None for a file that is no PDF."""
        with path.open("rb") as file:
            if b"%PDF-" not in file.read(1024):
                return None
        return self._ask(
            {
                "task": "image",
                "path": str(path.resolve()),
                "page": page,
                "width": width_px,
                "highlights": list(highlights),
            }
        )

    def close(self) -> None:
        """End the server and whatever it still runs."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            try:
                self._server.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._control = self._server = None

    def _ask(self, task: dict[str, Any]) -> bytes:
        settings = self._settings
        task |= {
            "workspace": str(settings.workspace),
            "settings": {name: settings.get(name) for name in _PARSER_SETTINGS},
            "memory_mb": settings.get("parser_memory_mb"),
            "seconds": settings.get("parser_time_limit_s"),
        }
        with self._places:
            answer = self._run_forked(task) if HAS_LIMITS else _run_plain(task)
        if answer[:1] == b"E":
            key, params = json.loads(answer[1:])
            raise AppError(key, **params)
        return answer[1:]

    def _run_forked(self, task: dict[str, Any]) -> bytes:
        reading, writing = os.pipe()
        try:
            self._send(json.dumps(task).encode(), writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        try:
            return _read_answer(reading, task)
        finally:
            os.close(reading)

    def _send(self, message: bytes, pipe: int) -> None:
        """Hand the task over; a server that died (killed by hand, out of memory) is started again once."""
        with self._lock:
            for attempt in (1, 2):
                if self._server is None or self._server.poll() is not None:
                    self._stop()
                    self._start()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [message], [pipe])
                    return
                except OSError:
                    self._stop()
                    if attempt == 2:
                        raise AppError("documents.parser_died") from None

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "core.documents.parser_server", str(theirs.fileno())],
                cwd=_ROOT,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours


def _environment() -> dict[str, str]:
    """What the parsers may know of this process's environment: where programs are, and nothing secret."""
    tesseract = shutil.which("tesseract")
    folders = [str(Path(tesseract).parent)] if tesseract else []
    return {
        "PATH": os.pathsep.join([*folders, os.defpath]),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
    }


def _read_answer(pipe: int, task: dict[str, Any]) -> bytes:
    """The child's answer; where it ended without one, an error that says why."""
    deadline = time.monotonic() + task["seconds"] + _GRACE_S
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise AppError("documents.time_limit", seconds=task["seconds"])
        block = os.read(pipe, 1 << 20)
        if not block:
            break
        data += block
        if len(data) > _ANSWER_MAX:
            raise AppError("documents.too_much_text", allowed=_ANSWER_MAX // 20_000_000)
    size = int.from_bytes(data[:8], "big")
    if len(data) >= 9 and len(data) >= 8 + size:
        return bytes(data[8 : 8 + size])
    raise _explain(bytes(data), task)


def _explain(data: bytes, task: dict[str, Any]) -> AppError:
    """Why a child gave no answer, from the trailer that the server wrote behind what there is."""
    end: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        end = json.loads(data[data.rindex(b'{"status"') :])
    if end.get("status") in _TIME_SIGNALS:
        return AppError("documents.time_limit", seconds=task["seconds"])
    if end.get("peak_mb", 0) > 0.5 * task["memory_mb"]:
        return AppError("documents.memory_limit", mb=task["memory_mb"])
    return AppError("documents.parser_died")


def _run_plain(task: dict[str, Any]) -> bytes:
    """One task in a process of its own, without fork: only the time is limited."""
    limit = task["seconds"]
    command = [sys.executable, "-m", "core.documents.parser_server", "--once"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(task).encode(),
            capture_output=True,
            cwd=_ROOT,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AppError("documents.time_limit", seconds=limit) from None
    if done.returncode != 0 or not done.stdout:
        raise AppError("documents.parser_died")
    return done.stdout
