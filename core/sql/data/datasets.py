"""Data sets on disk: immutable DuckDB files named by content, each complete when the JSON card beside it exists.

A card holds what the import decided and measured: tables, columns, types, profile, keys, source, doubts. Readers
ignore a file without a card. Nothing here reads a user's file or runs a statement.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CARD_VERSION = 1


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set: its file, the name of the file it came from, its tables' names and rows, and what a user should
    read about the import as (message key, params). `known`: it was there already. `origin`: file, or document for the
    tables found in one; `sha256` is that of the file's content."""

    path: str
    source: str
    tables: tuple[str, ...]
    rows: tuple[int, ...]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    known: bool = False
    origin: str = "file"
    sha256: str = ""


def fold_name(name: str) -> str:
    """`Ventas 2024` -> `ventas_2024`: accents and case folded, everything else an underscore."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "table"


def free_name(name: str, taken: set[str]) -> str:
    """`name`, or `name_2`, `name_3` ... where it is taken (names compare without case)."""
    unique, number = name, 2
    while unique.lower() in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def read_cards(folder: Path) -> list[dict[str, Any]]:
    """The cards of all complete data sets, oldest first. They are shared: read them, change none."""
    cards = []
    for path in folder.glob("*.json"):
        try:
            card = _read_card(path, path.stat().st_mtime_ns)
        except (OSError, ValueError):
            continue  # Being removed at this moment, or not ours.
        if card is not None and path.with_suffix(".duckdb").exists():
            cards.append(card)
    return sorted(cards, key=lambda card: (card["created"], card["hash"]))


@functools.lru_cache(maxsize=4096)
def _read_card(path: Path, written_ns: int) -> dict[str, Any] | None:
    """One card, parsed once for each time it was written: a catalog of a thousand is asked for often."""
    card = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(card, dict) or card.get("card") != CARD_VERSION:
        return None
    return {**card, "path": str(path.with_suffix(".duckdb").absolute())}


def find_card(folder: Path, hash_: str) -> dict[str, Any] | None:
    """The card of the data set with this content hash."""
    return next((card for card in read_cards(folder) if card["hash"] == hash_), None)


def to_dataset(card: dict[str, Any], known: bool = False) -> DataSet:
    """A card as a record, with the notes on what was doubtful; `known` where it was here before."""
    notes = [(key, params) for table in card["tables"] for key, params in table["notes"]]
    for table in card["tables"]:
        for column in table["columns"]:
            if column.get("doubt"):
                params = {"table": table["name"], "column": column["name"], "format": column.get("format", "text")}
                params["count"] = column.get("left_out", 0)
                notes.append((f"sql.sources.doubt_{column['doubt']}", params))
    return DataSet(
        path=card["path"],
        source=card["source"],
        tables=tuple(table["name"] for table in card["tables"]),
        rows=tuple(table["rows"] for table in card["tables"]),
        notes=tuple(notes),
        known=known,
        origin=card.get("origin", "file"),
        sha256=card.get("sha256", ""),
    )


def list_datasets(folder: Path) -> list[DataSet]:
    """All complete data sets of a folder."""
    return [to_dataset(card) for card in read_cards(folder)]


def remove_dataset(path: Path | str) -> None:
    """Take a data set away: its card first, so that no reader meets half of it. Queries under way keep their file."""
    path = Path(path)
    path.with_suffix(".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One writer of names and cards at a time, also across processes; the kernel frees the lock of a dead one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:  # Windows: one worker imports there.
            pass
        yield


def publish(folder: Path, built: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Put a finished file into place under its hash, read-only, and its card last."""
    target = folder / f"{card['hash']}.duckdb"
    _sync(built)
    built.chmod(0o444)
    os.replace(built, target)
    _sync(folder)
    temporary = folder / f".{card['hash']}.card"
    with temporary.open("w", encoding="utf-8") as out:
        json.dump({"card": CARD_VERSION, **card}, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, target.with_suffix(".json"))
    _sync(folder)
    return {**card, "path": str(target.absolute())}


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
