"""Which kind of file this is, by its first bytes and its name together; nothing is parsed here.

A file is never trusted to be what its name says: a PDF named .txt is a PDF, a ZIP that holds no Word document is not
opened as one, and a program is no text whatever it is called.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from core.errors import AppError

BY_SUFFIX = {
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "dotx": "docx",
    "pptx": "pptx",
    "pptm": "pptx",
    "ppsx": "pptx",
    "potx": "pptx",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xltx": "xlsx",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "text": "text",
    "log": "text",
    "rst": "text",
    "adoc": "text",
    "asciidoc": "text",
    "srt": "vtt",
    "vtt": "vtt",
    "csv": "csv",
    "tsv": "csv",
    "tab": "csv",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "ipynb": "ipynb",
    "eml": "eml",
}
_OOXML = (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx"))
_TEXT_KINDS = {"html", "markdown", "text", "vtt", "csv", "json", "ipynb", "eml"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "RTF"),
)
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "markdown": "text/markdown",
    "text": "text/plain",
    "vtt": "text/vtt",
    "csv": "text/csv",
    "json": "application/json",
    "ipynb": "application/x-ipynb+json",
    "eml": "message/rfc822",
}


def find_kind(path: Path, name: str) -> str:
    """The kind of the file at `path`, called `name` by its user: a key of MEDIA.

    Raises documents.empty, .kind_unsupported (with the kind as its user would call it) or .kind_mismatch."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        if path.stat().st_size <= 4096:
            raise AppError("documents.empty")
        raise AppError("documents.broken", kind=suffix_of(name).upper() or "?")
    suffix = suffix_of(name)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(path, suffix)
    if head[:8] == _OLE:
        return _refuse_ole(suffix, path)
    for magic, kind in _FOREIGN:
        if head.startswith(magic) and not (magic == b"MZ" and _is_text(head)):
            raise AppError("documents.kind_unsupported", kind=kind)
    return _text_kind(head, suffix)


def suffix_of(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _zip_kind(path: Path, suffix: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:5000]
    except (zipfile.BadZipFile, OSError, ValueError):
        raise AppError("documents.broken", kind=suffix.upper() or "ZIP") from None
    if "[Content_Types].xml" in names:
        for prefix, kind in _OOXML:
            if any(entry.startswith(prefix) for entry in names):
                return kind
    if BY_SUFFIX.get(suffix) in ("docx", "pptx", "xlsx"):
        raise AppError("documents.broken", kind=suffix.upper())
    raise AppError("documents.kind_unsupported", kind=suffix.upper() or "ZIP")


def _refuse_ole(suffix: str, path: Path) -> str:
    """Old Office files, and new ones that are locked by a password (they are OLE containers too)."""
    if BY_SUFFIX.get(suffix) in ("docx", "pptx", "xlsx"):
        with path.open("rb") as file:
            head = file.read(1 << 20)
        locked = "EncryptedPackage".encode("utf-16-le") in head
        raise AppError("documents.encrypted") if locked else AppError("documents.broken", kind=suffix.upper())
    raise AppError("documents.kind_unsupported", kind=suffix.upper() or "OLE")


def _text_kind(head: bytes, suffix: str) -> str:
    if not _is_text(head):
        if BY_SUFFIX.get(suffix) in ("pdf", "docx", "pptx", "xlsx"):
            raise AppError("documents.broken", kind=suffix.upper())
        raise AppError("documents.kind_unsupported", kind=suffix.upper() or "?")
    kind = BY_SUFFIX.get(suffix)
    if kind in _TEXT_KINDS:
        return kind
    if kind is not None:
        raise AppError("documents.broken", kind=suffix.upper())
    if suffix == "":
        return "html" if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")) else "text"
    raise AppError("documents.kind_unsupported", kind=suffix.upper())


def _is_text(head: bytes) -> bool:
    """Bytes of a text in any encoding: few control bytes, or UTF-16's even or odd zeros."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    zeros = head.count(0)
    if zeros > 0.3 * len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        return max(even, odd) > 20 * (min(even, odd) + 1) or max(even, odd) == zeros
    control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head) - zeros
    return control <= 0.02 * len(head) and zeros <= 0.02 * len(head)
