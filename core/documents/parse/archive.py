"""Checks a ZIP container before any of it is read: sizes, ratio, number and names of its entries, real bytes.

The limits are far above honest documents and far below what would hurt; nothing is written to disk.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from core.errors import AppError

TOTAL_MAX = 400_000_000
XML_MAX = 150_000_000
ENTRIES_MAX = 5_000
RATIO_MAX = 200
_SMALL = 5_000_000
_STEP = 1 << 20


def check_archive(path: Path, kind: str) -> None:
    """Raises documents.zip_bomb, .encrypted or .broken; the entries' real sizes are counted, headers can lie."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRIES_MAX:
                raise AppError("documents.zip_bomb", kind=kind)
            if any(entry.flag_bits & 1 for entry in entries):
                raise AppError("documents.encrypted")
            if sum(entry.file_size for entry in entries) > TOTAL_MAX:
                raise AppError("documents.zip_bomb", kind=kind)
            xml_total = sum(_check_entry(archive, entry, kind) for entry in entries)
            if xml_total > XML_MAX:
                raise AppError("documents.zip_bomb", kind=kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise AppError("documents.broken", kind=kind) from None


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, kind: str) -> int:
    """The entry's real size where it is XML (what a parser would load), else 0."""
    if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
        raise AppError("documents.broken", kind=kind)
    if not entry.filename.endswith((".xml", ".rels", ".vml")):
        return 0
    size = 0
    with archive.open(entry) as stream:
        while block := stream.read(_STEP):
            if size == 0 and entry.filename.endswith(".xml") and b"<!DOCTYPE" in block[:4096]:
                raise AppError("documents.broken", kind=kind)
            size += len(block)
            if size > XML_MAX or (size > _SMALL and size > RATIO_MAX * max(1, entry.compress_size)):
                raise AppError("documents.zip_bomb", kind=kind)
    return size
