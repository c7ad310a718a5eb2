"""What a child answers, frame by frame, turned into results; and the limits kept while it does.

A frame is a JSON line of `zygote.py`. A `Watch` reads one child to its end, or kills it when it goes over time, memory
or bytes, or is cancelled, and then says which. It starts nothing.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import itertools
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from core.records import QueryResult
from core.settings import Settings
from core.sql.safety.children import Child

_MB = 1024 * 1024
_LOOK_S = 0.004
_START_S = 15.0
# The engine stops itself at the limit where it can (cooperative); this is how long it is given before the kill.
_GRACE_S = 0.25


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use: rows and size of its result, time, memory."""

    rows: int
    result_mb: int
    time_ms: int
    memory_mb: int

    @classmethod
    def of(cls, settings: Settings, rows: int | None = None, time_ms: int | None = None) -> Limits:
        """The workspace's limits; a caller may ask for less, never for more."""
        most_rows, most_ms = settings.get("sql_rows_max"), settings.get("sql_time_limit_ms")
        return cls(
            rows=most_rows if rows is None else max(0, min(rows, most_rows)),
            result_mb=settings.get("sql_result_max_mb"),
            time_ms=most_ms if time_ms is None else max(1, min(time_ms, most_ms)),
            memory_mb=settings.get("sql_memory_limit_mb"),
        )

    def request(self, threads: int) -> dict[str, int]:
        """As the child reads them. The engine gets half of the memory: its own limit covers its buffers only."""
        return {
            "rows": self.rows,
            "bytes": self.result_mb * _MB,
            "time_ms": self.time_ms,
            "memory_mb": self.memory_mb,
            "engine_memory_mb": max(64, self.memory_mb // 2),
            "cpu_s": (self.time_ms // 1000 + 2) * threads * 64,
            "threads": threads,
        }


@dataclass
class _Statement:
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)


@dataclass
class Watch:
    """Reads one child's frames and keeps its limits. `reason` is the limit that made us kill it."""

    child: Child
    limits: Limits
    cancel: threading.Event | None
    results: list[QueryResult] = field(default_factory=list)
    current: _Statement | None = None
    begun: float = field(default_factory=time.monotonic)
    received: int = 0
    reason: str = ""
    done: bool = False

    def collect(self) -> list[QueryResult]:
        buffer = b""
        while not self.done:
            chunk = self.child.read(_LOOK_S)
            if chunk == b"":
                break
            if chunk:
                self.received += len(chunk)
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    self._frame(json.loads(line))
            self._keep_limits()
        if not self.done:
            self.results.append(self._died())
        return self.results

    def _frame(self, frame: dict[str, Any]) -> None:
        if "pid" in frame:
            self.child.pid = frame["pid"]
        elif "start" in frame:
            self.current = _Statement()
        elif "columns" in frame:
            self.current.columns, self.current.types = tuple(frame["columns"]), tuple(frame["types"])
        elif "rows" in frame:
            self.current.rows += [tuple(decode(cell) for cell in json.loads(row)) for row in frame["rows"]]
        elif "end" in frame:
            self.results.append(self._ended(frame))
            self.current = None
        elif "fail" in frame:
            self.results.append(self._refused(frame))
            self.done = frame["fail"] < 0
            self.current = None
        elif "done" in frame:
            self.done = True

    def _keep_limits(self) -> None:
        """Kill what is over. The end of the stream then tells that it died, and `reason` why."""
        if self.reason:
            # Again: the first kill was for nothing if the child had not told its pid yet.
            self.child.kill()
            return
        now = time.monotonic()
        if self.cancel is not None and self.cancel.is_set():
            self.reason = "cancelled"
        elif self.child.resident_mb() > self.limits.memory_mb:
            self.reason = "memory"
        elif self.received > 4 * self.limits.result_mb * _MB * (len(self.results) + 1) + _MB:
            self.reason = "bytes"
        elif self.current is not None and now - self.current.begun > self.limits.time_ms / 1000 + _GRACE_S:
            self.reason = "time"
        elif self.current is None and not self.results and now - self.begun > _START_S:
            self.reason = "start"
        if self.reason:
            self.child.kill()

    def _ended(self, frame: dict[str, Any]) -> QueryResult:
        statement = self.current
        over = frame["limit"] == "bytes"
        return QueryResult(
            columns=statement.columns,
            types=statement.types,
            rows=tuple(statement.rows),
            truncated=frame["truncated"],
            elapsed_ms=frame["ms"],
            error=self._limit("bytes") if over else None,
        )

    def _refused(self, frame: dict[str, Any]) -> QueryResult:
        if frame["fail"] < 0:
            return failed("sql.run.dataset", kind=frame["kind"])
        elapsed = 0.0 if self.current is None else (time.monotonic() - self.current.begun) * 1000
        return QueryResult(error=self._explain(frame["kind"], frame["text"]), elapsed_ms=elapsed)

    def _died(self) -> QueryResult:
        elapsed = 0.0 if self.current is None else (time.monotonic() - self.current.begun) * 1000
        if self.reason:
            return QueryResult(error=self._limit(self.reason), elapsed_ms=elapsed)
        if elapsed >= self.limits.time_ms:
            return QueryResult(error=self._limit("time"), elapsed_ms=elapsed)
        # It fell by itself: an allocation that the kernel refused ends the engine hard.
        return QueryResult(error=self._limit("memory"), elapsed_ms=elapsed)

    def _explain(self, kind: str, text: str) -> tuple[str, dict[str, Any]]:
        if kind == "InterruptException":
            return self._limit("time")
        if kind == "OutOfMemoryException" or any(sign in text for sign in _MEMORY_SIGNS):
            return self._limit("memory")
        lines = [line.strip() for line in text.split("\n")]
        detail = lines[0].partition("Error: ")[2] or lines[0]
        return "sql.run.failed", {"kind": kind, "detail": detail[:300], **_caret(text)}

    def _limit(self, name: str) -> tuple[str, dict[str, Any]]:
        values = {
            "time": {"limit_ms": self.limits.time_ms},
            "memory": {"limit_mb": self.limits.memory_mb},
            "bytes": {"limit_mb": self.limits.result_mb},
            "start": {"limit_s": int(_START_S)},
        }
        return f"sql.limits.{name}", values.get(name, {})


_MEMORY_SIGNS = ("could not allocate", "failed to allocate", "bad_alloc", "Out of Memory", "out of memory")


def _caret(text: str) -> dict[str, int]:
    """Where the engine's message points, as `line` and `column` (from 1), if it points anywhere."""
    lines = text.split("\n")
    for above, below in itertools.pairwise(lines):
        if above.startswith("LINE ") and set(below.strip()) == {"^"} and "..." not in above[:12]:
            number, _, _ = above[5:].partition(":")
            return {"line": int(number), "column": below.index("^") - len(f"LINE {number}: ") + 1}
    return {}


def failed(key: str, **params: Any) -> QueryResult:
    """A result that is an error of this key."""
    return QueryResult(error=(key, params))


def decode(cell: Any) -> Any:
    """The value that `zygote.encode` wrote; decimals, dates, times, bytes, lists and structs are what they were."""
    if isinstance(cell, list):
        return [decode(item) for item in cell]
    if not isinstance(cell, dict):
        return cell
    value = cell["v"]
    if cell["t"] == "struct":
        return {_key(decode(key)): decode(item) for key, item in value}
    if cell["t"] == "interval":
        return datetime.timedelta(days=value[0], seconds=value[1], microseconds=value[2])
    return _DECODERS[cell["t"]](value)


def _key(key: Any) -> Any:
    """A map's key; one that Python cannot use as a key is named by its text."""
    return key if key.__hash__ else str(key)


_DECODERS = {
    "float": float,
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "bytes": base64.b64decode,
    "timestamp": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
}
