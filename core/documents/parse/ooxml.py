"""A Word or PowerPoint container: its parts as XML trees and the relations between them. No format knowledge.

XML is read without entities, without a network and without a DTD. Elements are told apart by local name, so that
the strict and the transitional namespaces are one.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import AppError


def name_of(element: Any) -> str:
    """The local name; comments and processing instructions have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """The value of an attribute by local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: Any, name: str) -> Any | None:
    if element is None:
        return None
    return next((item for item in element if name_of(item) == name), None)


def descendants(element: Any, name: str) -> Iterator[Any]:
    return (item for item in element.iter() if name_of(item) == name)


class Package:
    """An opened container. `kind` names the format in errors."""

    def __init__(self, path: Path, kind: str) -> None:
        self._kind = kind
        self._archive = zipfile.ZipFile(path)
        self._names = {name.lower(): name for name in self._archive.namelist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def part(self, name: str) -> Any | None:
        """The root element of a part, None where it is missing. Raises documents.broken where it is no XML."""
        from lxml import etree

        stored = self._names.get(name.lstrip("/").lower())
        if stored is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self._archive.read(stored), parser)
        except (etree.XMLSyntaxError, zipfile.BadZipFile, KeyError, ValueError):
            raise AppError("documents.broken", kind=self._kind) from None

    def optional(self, name: str) -> Any | None:
        """Like `part`, for parts that a document can be read without."""
        try:
            return self.part(name)
        except AppError:
            return None

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """id -> (last word of the type, target part) of a part's relations; links out of the package are left out."""
        folder, _, file = name.rpartition("/")
        root = self.optional(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
        found: dict[str, tuple[str, str]] = {}
        for item in root if root is not None else ():
            if not isinstance(item.tag, str) or item.get("TargetMode") == "External":
                continue
            target = item.get("Target", "")
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[item.get("Id", "")] = (item.get("Type", "").rpartition("/")[2], place)
        return found

    def main_part(self, default: str) -> str:
        """The part that the container names as its document."""
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and target.lower() in self._names:
                return target
        return default

    def title(self) -> str:
        root = self.optional("docProps/core.xml")
        found = next(descendants(root, "title"), None) if root is not None else None
        return (found.text or "").strip() if found is not None else ""
