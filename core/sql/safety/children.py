"""One running child of the sandbox, forked or plain, behind one face: write, read with a wait, look at, kill, close.

Nothing here knows limits or frames; `frames.py` watches, `sandbox.py` starts.
"""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

_MB = 1024 * 1024


class Child:
    """One running child: `read` gives bytes, b"" when it has ended, None when nothing came within the wait."""

    pid = 0

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def read(self, wait_s: float) -> bytes | None:
        raise NotImplementedError

    def kill(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def resident_mb(self) -> float:
        """Resident memory in MiB; 0 where the process cannot be looked at."""
        if not self.pid:
            return 0.0
        try:
            if sys.platform == "linux":
                pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
                return pages * os.sysconf("SC_PAGE_SIZE") / _MB
            import psutil

            try:
                return psutil.Process(self.pid).memory_info().rss / _MB
            except psutil.Error:
                return 0.0
        except (OSError, IndexError):
            return 0.0


class ForkedChild(Child):
    def __init__(self, channel: socket.socket, forget: Callable[[int], None]) -> None:
        self.channel = channel
        self.forget = forget

    def write(self, data: bytes) -> None:
        try:
            self.channel.sendall(data)
        except OSError:
            return  # It died at once: `read` finds the end.

    def read(self, wait_s: float) -> bytes | None:
        self.channel.settimeout(wait_s)
        try:
            return self.channel.recv(1 << 18)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def kill(self) -> None:
        if self.pid:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def close(self) -> None:
        self.channel.close()
        if self.pid:
            self.forget(self.pid)


class PlainChild(Child):
    """A process of its own, read by a thread: pipes cannot be polled everywhere."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self.chunks: queue.Queue[bytes] = queue.Queue(maxsize=64)
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        assert self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 1 << 18):
            self.chunks.put(chunk)
        self.chunks.put(b"")

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.close()
        except OSError:
            return

    def read(self, wait_s: float) -> bytes | None:
        try:
            return self.chunks.get(timeout=wait_s)
        except queue.Empty:
            return None

    def kill(self) -> None:
        self.process.kill()

    def close(self) -> None:
        self.process.kill()
        while self.read(1.0):
            pass
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
