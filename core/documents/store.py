"""The original files of a workspace, by the hash of their bytes: written once, read, deleted. No names in paths.

A user's name for a file is kept elsewhere, as text; here it is only made safe to show. Nothing here parses.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path

NAME_MAX = 120
_BLOCK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PATH_CHARS = re.compile(r'[/\\:*?"<>|]+')


class FileStore:
    """The folder `files` of a workspace. A file is whole or absent: it is renamed into place when it is on disk."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / "files"

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are, or would be."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return self._folder / sha256

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def add(self, source: Path) -> str:
        """Copy a file in and return its hash; one that is already here is not written again. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as target, source.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            sha256 = digest.hexdigest()
            if not self.has(sha256):
                os.replace(temporary, self.path(sha256))
                _sync_folder(self._folder)
            return sha256
        finally:
            Path(temporary).unlink(missing_ok=True)

    def delete(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def hashes(self) -> list[str]:
        """All hashes here, for a check against the state."""
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if _SHA256.fullmatch(path.name))

    def sweep(self) -> None:
        """Remove what an interrupted copy left behind. Call where no other process adds files."""
        for path in self._folder.glob(".new-*") if self._folder.is_dir() else ():
            path.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """sha256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_name(name: str) -> str:
    """A name that can be shown anywhere: no control, direction or path characters, NFC, at most NAME_MAX characters.

    The ending survives the cut; an empty name becomes 'file'."""
    composed = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    kept = "".join(char for char in composed if unicodedata.category(char) not in _DROPPED)
    kept = " ".join(_PATH_CHARS.sub("_", kept).split()).strip(". ") or "file"
    if len(kept) <= NAME_MAX:
        return kept
    stem, dot, suffix = kept.rpartition(".")
    if dot and 0 < len(suffix) <= 10:
        return f"{stem[: NAME_MAX - len(suffix) - 2].rstrip()}….{suffix}"
    return kept[: NAME_MAX - 1].rstrip() + "…"


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be synced."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
