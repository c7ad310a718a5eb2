"""Data sets as a person left them: kept in the workspace under the hash of their text, listed, read back, taken out.

A version is JSON lines, the very text that an export gives. It cleans and splits nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import AppError
from core.settings import Settings
from core.training.examples import Example, format_examples, read_examples
from core.training.pairs import Pair, format_pairs, read_pairs

_SHOWN = 16  # letters of the hash that name a file
_FORMATS = {"pairs": (format_pairs, read_pairs), "examples": (format_examples, read_examples)}


@dataclass(frozen=True, slots=True)
class Version:
    """`name`: the first letters of the hash; `items`: how many; `at`: when it was kept (UTC, ISO 8601)."""

    name: str
    items: int
    at: str


def keep_version(settings: Settings, kind: str, items: list[Pair] | list[Example]) -> str:
    """Keep 'pairs' or 'examples'; the version's name. The same items are kept once."""
    text = _FORMATS[kind][0](items)
    name = hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]
    path = _path(settings, kind, name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path.with_suffix(f".{os.getpid()}")
        work.write_text(text, encoding="utf-8")
        os.replace(work, path)
    return name


def list_versions(settings: Settings, kind: str) -> list[Version]:
    """Newest first."""
    found = []
    for path in _folder(settings, kind).glob("*.jsonl"):
        stamp = path.stat().st_mtime_ns
        with path.open("rb") as handle:
            items = sum(1 for _ in handle)
        at = dt.datetime.fromtimestamp(stamp / 1e9, dt.UTC).isoformat(timespec="seconds")
        found.append((stamp, Version(path.stem, items, at)))
    return [version for _, version in sorted(found, key=lambda pair: pair[0], reverse=True)]


def read_version(settings: Settings, kind: str, name: str) -> list[Pair] | list[Example]:
    """Its items. Raises AppError `training.version` where it is gone or its text is not what its name says."""
    path = _path(settings, kind, name)
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest()[:_SHOWN] != name:
        raise AppError("training.version", name=name)
    return _FORMATS[kind][1](path)


def remove_version(settings: Settings, kind: str, name: str) -> None:
    """Delete it: it holds words of the user's documents."""
    _path(settings, kind, name).unlink(missing_ok=True)


def _folder(settings: Settings, kind: str) -> Path:
    return settings.workspace / "material" / kind


def _path(settings: Settings, kind: str, name: str) -> Path:
    if len(name) != _SHOWN or set(name) - set("0123456789abcdef"):
        raise AppError("training.version", name=name[:_SHOWN])
    return _folder(settings, kind) / f"{name}.jsonl"
