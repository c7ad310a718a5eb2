"""The program that runs statements: a clean process that forks once a question, or serves one question and ends.

Started by exec with an empty environment and one thread; imports duckdb and the standard library only, never `core`.
`zygote.py fork` takes 5-byte messages over the socket that is its standard input: F (a socket comes along: fork a
child that serves it), R + pid (that child is done with: kill what is left of it and reap it). It ends, with its
children, when the socket closes. `zygote.py once` serves one question over standard input and output, where fork
does not exist.

A child reads one request (a JSON line), attaches the data sets READ_ONLY, makes a view for each table, locks the engine
down, drops to limits (and to user nobody where it is root), runs the statements and answers in JSON lines. It trusts
nothing of the guard: each layer holds alone. It does not decide what may run and keeps no time but a last alarm: the
parent measures and kills.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import os
import signal
import socket
import struct
import sys
import time
import types
import uuid

import duckdb

MESSAGE = struct.Struct("!cI")
BATCH_ROWS = 50
BATCH_BYTES = 256 * 1024
NOBODY = 65534
_MB = 1024 * 1024


# ---------------------------------------------------------------- the zygote


def serve(answer) -> None:
    """Fork a child for every F until the control socket closes; `answer(source, sink)` is what a child does."""
    control = socket.socket(fileno=os.dup(0))
    children: set[int] = set()
    while True:
        message, fds, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
        if len(message) < MESSAGE.size:
            break
        operation, pid = MESSAGE.unpack(message)
        if operation == b"F":
            children.add(_fork_child(control, fds[0], answer))
        elif operation == b"R" and pid in children:
            children.discard(pid)
            _reap(pid)
    for pid in children:
        _reap(pid)


def _fork_child(control: socket.socket, fd: int, answer) -> int:
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    code = 1
    try:
        control.close()
        # Standard input was the control socket: a child that kept it would keep the zygote alive.
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        channel = socket.socket(fileno=fd)
        answer(channel.makefile("rb"), channel.makefile("wb"))
        code = 0
    finally:
        os._exit(code)


def _reap(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


# ---------------------------------------------------------------- one question


def answer_question(source, sink) -> None:
    """Read the request, lock down, run; one JSON line a frame."""

    def send(**frame) -> None:
        sink.write(json.dumps(frame).encode("ascii") + b"\n")
        sink.flush()

    send(pid=os.getpid())
    request = json.loads(source.readline())
    limits = request["limits"]
    try:
        connection = open_locked(request["datasets"], request["views"], limits)
        drop_privileges(limits)
    except (duckdb.Error, OSError) as error:
        send(fail=-1, kind=type(error).__name__, text=str(error))
        return
    send(ready=True)
    for number, statement in enumerate(request["statements"]):
        run_statement(connection, number, statement, limits, send)
    send(done=True)


def open_locked(datasets, views, limits):
    """A memory database with the data sets attached and a view for each table, that can open nothing any more.

    The order matters: external access goes off while the attached files are known, and the file system of the
    machine only after that, or the first of the two fails. It also closes the files in use, which would otherwise stay
    on the engine's own list of what COPY may write."""
    connection = duckdb.connect(":memory:")
    run = connection.execute
    run("SET temp_directory = ''")
    run(f"SET memory_limit = '{limits['engine_memory_mb']}MB'")
    run(f"SET threads = {int(limits['threads'])}")
    run("SET TimeZone = 'UTC'")
    run("SET enable_progress_bar = false")
    for alias, path in datasets:
        run(f"ATTACH {_text(path)} AS {_name(alias)} (READ_ONLY)")
    for view, alias, table in views:
        run(f"CREATE VIEW {_name(view)} AS SELECT * FROM {_name(alias)}.main.{_name(table)}")
    run("SET autoinstall_known_extensions = false")
    run("SET autoload_known_extensions = false")
    run("SET allow_community_extensions = false")
    run("SET allow_persistent_secrets = false")
    run("SET python_enable_replacements = false")
    run("SET max_expression_depth = 250")
    run("SET pivot_limit = 1000")
    run(f"SET max_execution_time = {int(limits['time_ms'])}")
    run("SET enable_external_access = false")
    run("SET disabled_filesystems = 'LocalFileSystem'")
    run("SET lock_configuration = true")
    return connection


def drop_privileges(limits) -> None:
    """From here on: no file can grow, no core dump, memory and processor bounded, no longer root."""
    try:
        import resource
    except ImportError:
        return
    memory = int(limits["memory_mb"]) * _MB
    # Private writable memory is what a runaway statement grows: the kernel refuses more of it, so that the cap holds
    # between two looks of the parent. The address space has slack, because allocators reserve more than they use.
    _limit(resource, "RLIMIT_DATA", memory)
    _limit(resource, "RLIMIT_AS", memory * 2 + 1024 * _MB)
    _limit(resource, "RLIMIT_FSIZE", 0)
    _limit(resource, "RLIMIT_CORE", 0)
    _limit(resource, "RLIMIT_NOFILE", 64)
    _limit(resource, "RLIMIT_CPU", int(limits["cpu_s"]))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    die_with_parent()


def limit_memory(memory_mb: int) -> None:
    """For the import child: bounded memory, no core dump, and an end with its parent."""
    try:
        import resource
    except ImportError:
        return
    # Twice: what is reserved runs far ahead of what is used (1.45 GB against 0.74 for ten million rows); the parent
    # keeps the limit itself, by looking at the memory in use.
    _limit(resource, "RLIMIT_DATA", 2 * memory_mb * _MB)
    _limit(resource, "RLIMIT_CORE", 0)
    die_with_parent()


def _limit(resource, name: str, value: int) -> None:
    if hasattr(resource, name):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def die_with_parent() -> None:
    """Linux kills this process when the zygote dies. Asked last: a change of user clears it."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


# ---------------------------------------------------------------- one statement


def run_statement(connection, number: int, statement: str, limits, send) -> None:
    """Run and stream one statement: columns, rows in batches, then its end or its failure."""
    if hasattr(signal, "setitimer"):
        # The default action of SIGALRM ends the process wherever it is, also inside one endless scalar call.
        signal.setitimer(signal.ITIMER_REAL, limits["time_ms"] / 1000 + 0.5)
    send(start=number)
    begun = time.perf_counter()
    try:
        cursor = connection.execute(statement)
        send(columns=[d[0] for d in cursor.description], types=[str(d[1]) for d in cursor.description])
        outcome = stream_rows(cursor, limits, send)
        send(end=number, ms=(time.perf_counter() - begun) * 1000, **outcome)
    except MemoryError:
        send(fail=number, kind="OutOfMemoryException", text="")
    except (duckdb.Error, RuntimeError, ValueError, OverflowError, RecursionError) as error:
        send(fail=number, kind=type(error).__name__, text=str(error)[:2000])
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def stream_rows(cursor, limits, send) -> dict:
    """Send at most `rows` rows and `bytes` bytes of them; one row more is fetched to know whether there are more."""
    kept = size = 0
    batch: list[str] = []
    while rows := cursor.fetchmany(BATCH_ROWS):
        for row in rows:
            if kept == limits["rows"]:
                _send_rows(batch, send)
                return {"truncated": True, "limit": "rows"}
            line = json.dumps([encode(value) for value in row])
            size += len(line)
            if size > limits["bytes"]:
                _send_rows(batch, send)
                return {"truncated": True, "limit": "bytes"}
            kept += 1
            batch.append(line)
        if sum(map(len, batch)) > BATCH_BYTES:
            _send_rows(batch, send)
            batch = []
    _send_rows(batch, send)
    return {"truncated": False, "limit": ""}


def _send_rows(batch: list[str], send) -> None:
    if batch:
        send(rows=batch)


def encode(value):
    """A cell as JSON that keeps its type: what JSON has no word for is an object `{"t": kind, "v": text or list}`."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"t": "struct", "v": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"t": "bytes", "v": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, datetime.timedelta):
        return {"t": "interval", "v": [value.days, value.seconds, value.microseconds]}
    for kind, tag in _TEXTS:
        if isinstance(value, kind):
            return {"t": tag, "v": str(value) if tag in ("decimal", "uuid") else value.isoformat()}
    return str(value)


_TEXTS = (
    (decimal.Decimal, "decimal"),
    (uuid.UUID, "uuid"),
    (datetime.datetime, "timestamp"),
    (datetime.date, "date"),
    (datetime.time, "time"),
)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


class _Utc(datetime.tzinfo):
    """The little of pytz's UTC that duckdb asks for."""

    def utcoffset(self, when):
        return datetime.timedelta(0)

    def dst(self, when):
        return datetime.timedelta(0)

    def tzname(self, when):
        return "UTC"

    def localize(self, when):
        return when.replace(tzinfo=datetime.UTC)

    def normalize(self, when):
        return when


def _stand_in_for_pytz() -> None:
    """duckdb wants pytz for a timestamp with time zone; it is no part of the project, and the session's zone is UTC."""
    module = types.ModuleType("pytz")
    module.utc = _Utc()
    module.timezone = lambda name: module.utc
    sys.modules["pytz"] = module


def main(mode: str) -> None:
    _stand_in_for_pytz()
    if mode == "fork":
        serve(answer_question)
    else:
        answer_question(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1])
