"""The parser's process: started clean, imports the parsers once, then forks a limited child for each file.

Run as `python -m core.documents.parser_server FD` it takes tasks (JSON, with the descriptor of a pipe) over the socket
FD and dies when that closes; run with `--once` it does one task from standard input without forking, for systems
without fork or limits. Results leave as JSON or PNG bytes, never pickled. What is limited and what an answer means is
the caller's side: see sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

from core.documents.layout import document_to_json
from core.errors import AppError

_REQUEST_MAX = 1 << 20
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def do_task(task: dict[str, Any]) -> bytes:
    """One byte for the kind (D document, I image, E error) and the answer."""
    try:
        if task["task"] == "image":
            from core.documents.page_image import draw_page

            boxes = [tuple(box) for box in task["highlights"]]
            return b"I" + draw_page(Path(task["path"]), task["page"], task["width"], boxes)
        from core.documents.parse import parse_document
        from core.settings import Settings

        settings = Settings(Path(task["workspace"]), task["settings"])
        return b"D" + document_to_json(parse_document(Path(task["path"]), task["name"], settings)).encode()
    except AppError as error:
        return _error(error.key, error.params)
    except MemoryError:
        return _error("documents.memory_limit", {"mb": task["memory_mb"]})
    except _FAULTS as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        suffix = task.get("name", "").rpartition(".")[2].upper()[:8]
        return _error("documents.broken", {"kind": suffix or "?"})


def _error(key: str, params: dict[str, Any]) -> bytes:
    return b"E" + json.dumps([key, params]).encode()


def serve(control: socket.socket) -> None:
    """Fork a child for each task until the socket closes; then end every child."""
    _import_parsers()
    woken, wake = socket.socketpair()
    woken.setblocking(False)
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    children: dict[int, int] = {}
    import select

    while True:
        ready, _, _ = select.select([control, woken], [], [])
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                woken.recv(4096)
            _reap(children)
        if control in ready:
            message, pipes, _, _ = socket.recv_fds(control, _REQUEST_MAX, 1)
            if not message:
                break
            if pipes:
                _start(json.loads(message), pipes[0], children, control)
    for child in children:
        _kill(child)


def _import_parsers() -> None:
    """Load what every child will need, so that each is forked with it; a cycle collector that moves no page."""
    import lxml.etree
    import openpyxl
    import PIL.Image
    import PIL.ImageChops
    import PIL.ImageDraw
    import PIL.PngImagePlugin
    import pypdfium2

    from core import i18n
    from core.documents import page_image
    from core.documents.parse import docx, html, pdf, plain, pptx, sheets, structured

    loaded = (lxml.etree, openpyxl, pypdfium2, page_image, docx, html, pdf, plain, pptx, sheets, structured)
    PIL.Image.MAX_IMAGE_PIXELS = 40_000_000
    assert all(loaded) and i18n.messages("en") and i18n.messages("es")
    _leave_network()
    gc.collect()
    gc.freeze()


def _leave_network() -> None:
    """Where the system lets us, an empty network namespace of our own: parsers have nobody to talk to."""
    new_user, new_network = 0x10000000, 0x40000000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(new_network) != 0:
        libc.unshare(new_user | new_network)


def _start(task: dict[str, Any], pipe: int, children: dict[int, int], control: socket.socket) -> None:
    child = os.fork()
    if child:
        children[child] = pipe
        return
    status = 1
    try:
        control.close()
        for other in children.values():
            os.close(other)
        _limit(task)
        _send(pipe, do_task(task))
        status = 0
    finally:
        os._exit(status)


def _limit(task: dict[str, Any]) -> None:
    """Own process group, death with the parent, and limits: memory, processor and wall time, no files written."""
    import resource

    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    megabytes, seconds = task["memory_mb"] << 20, task["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (megabytes, megabytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _send(pipe: int, answer: bytes) -> None:
    """Length, then the answer."""
    data = memoryview(len(answer).to_bytes(8, "big") + answer)
    while data:
        data = data[os.write(pipe, data) :]


def _reap(children: dict[int, int]) -> None:
    """Write how each ended child ended (exit status, peak memory in MB) behind its answer, and close its pipe."""
    while children:
        child, status, usage = os.wait4(-1, os.WNOHANG)
        if child == 0:
            return
        pipe = children.pop(child, None)
        _kill(child)
        if pipe is not None:
            trailer = json.dumps({"status": os.waitstatus_to_exitcode(status), "peak_mb": usage.ru_maxrss >> 10})
            with contextlib.suppress(OSError):
                os.write(pipe, trailer.encode())
            os.close(pipe)


def _kill(child: int) -> None:
    """End a child's group: the child, and a text recognition that it may have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    if arguments == ["--once"]:
        answer = do_task(json.loads(sys.stdin.buffer.read()))
        sys.stdout.buffer.write(answer)
        return
    assert threading.active_count() == 1
    with socket.socket(fileno=int(arguments[0])) as control:
        serve(control)


if __name__ == "__main__":
    main(sys.argv[1:])
