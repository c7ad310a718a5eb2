"""`ForkServer`: a clean program, started once by exec, that forks a child for each piece of work; and what stands in.

One server a program and purpose, used by any number of threads. Work gets a child with its own socket (`children.py`);
where fork does not exist it gets a process of its own. What a child does, and its limits, are its program's affair.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.children import Child, ForkedChild, PlainChild

MESSAGE = struct.Struct("!cI")


class ForkServer:
    """`program` is the interpreter's arguments: run with `fork` behind them it serves forks over its standard input
    (`zygote.serve`), with `once` one request over standard input and output. The server starts at the first use."""

    def __init__(self, program: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self.program = tuple(program)
        self.environment = environment or {}
        self.mode = "fork" if hasattr(os, "fork") and hasattr(socket, "send_fds") else "process"
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._closed = False

    def start(self) -> None:
        """Start the server now, so that the first child does not wait for it."""
        if self.mode == "fork":
            with self._lock:
                self._ensure()

    def close(self) -> None:
        """End the server and whatever still runs under it."""
        with self._lock:
            self._closed = True
            self._stop()

    def open_child(self) -> Child:
        """A child that waits for its request. Raises `sql.limits.closed` after `close`."""
        if self.mode != "fork":
            return PlainChild(self._run("once", subprocess.PIPE))
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            if self._closed:
                ours.close()
                raise AppError("sql.limits.closed")
            for attempt in (1, 2):
                self._ensure()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [MESSAGE.pack(b"F", 0)], [theirs.fileno()])
                    break
                except OSError:
                    # The server was killed from outside: a new one, once.
                    self._stop()
                    if attempt == 2:
                        raise
        return ForkedChild(ours, self.forget)

    def forget(self, pid: int) -> None:
        """Tell the server that a child is done with; until then its pid cannot be given to another process."""
        with self._lock:
            if self._control is not None:
                try:
                    self._control.sendall(MESSAGE.pack(b"R", pid))
                except OSError:
                    self._stop()

    def _ensure(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self._stop()
        self._control, theirs = socket.socketpair()
        with theirs:
            self.process = self._run("fork", theirs)

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def _run(self, mode: str, stdin: Any) -> subprocess.Popen[bytes]:
        """The program with nothing of our environment; Windows cannot start one without its system folder."""
        needed = {"SYSTEMROOT": str(Path(sys.executable).anchor) + "Windows"} if sys.platform == "win32" else {}
        return subprocess.Popen(
            [sys.executable, "-I", *self.program, mode],
            stdin=stdin,
            stdout=subprocess.PIPE if stdin is subprocess.PIPE else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**self.environment, **needed},
            cwd=Path(sys.executable).anchor,
        )
