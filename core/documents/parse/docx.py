"""Word documents: body text in order, with headings, tables, text boxes, notes and comments, and page breaks.

Pages are where Word last broke them (or where its writer did); a document without breaks is one page. Deleted text
is not read; text formatted as hidden is marked hidden. Images and embedded objects are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.documents.parse.flow import FlowWriter
from core.documents.parse.ooxml import Package, attribute, child, descendants, name_of
from core.errors import AppError
from core.records import Page

_SKIPPED = {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "sectPr", "delInstrText"}
_PAGE = "\f"
_HEADING_NAME = re.compile(r"(?:heading|título|titulo|encabezado|überschrift|titre)\s*(\d)", re.I)
_DEPTH_MAX = 400


@dataclass(frozen=True, slots=True)
class _Style:
    level: int | None
    based_on: str | None
    is_list: bool = False


def parse_docx(path: Path) -> tuple[list[Page], str]:
    """(pages, title from the metadata). Raises documents.broken."""
    with Package(path, "DOCX") as package:
        main = package.main_part("word/document.xml")
        root = package.part(main)
        body = child(root, "body") if root is not None else None
        if body is None:
            raise AppError("documents.broken", kind="DOCX")
        reader = _Reader(package, main)
        return reader.read(body), package.title()


class _Reader:
    """Walks the body once and writes what it meets."""

    def __init__(self, package: Package, main: str) -> None:
        self._flow = FlowWriter()
        self._styles = _read_styles(package, main)
        self._relations = package.relations(main)
        self._package = package
        self._notes = {kind: self._note_texts(kind) for kind in ("footnotes", "endnotes")}
        self._page_notes: list[str] = []

    def read(self, body: Any) -> list[Page]:
        for text in self._part_texts("header"):
            self._flow.paragraph(text, furniture=True)
        self._blocks(body, 0)
        self._write_notes()
        for text in self._part_texts("footer"):
            self._flow.paragraph(text, furniture=True)
        for text in self._comments():
            self._flow.paragraph(text)
        return self._flow.finish()

    def _blocks(self, parent: Any, depth: int) -> None:
        if depth > _DEPTH_MAX:
            return
        for item in parent:
            name = name_of(item)
            if name == "p":
                self._paragraph(item)
            elif name == "tbl":
                self._table(item, depth)
            elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice", "smartTag"):
                self._blocks(item, depth + 1)

    def _paragraph(self, paragraph: Any) -> None:
        properties = child(paragraph, "pPr")
        if properties is not None and child(properties, "pageBreakBefore") is not None:
            self._break_page()
        level = self._level(properties)
        is_item = level is None and self._is_item(properties)
        runs = list(_runs(paragraph, self._notes, self._page_notes))
        visible = "".join(text for text, hidden, _ in runs if not hidden)
        bold = bool(visible.strip()) and all(is_bold for text, hidden, is_bold in runs if text.strip() and not hidden)
        for number, part in enumerate(visible.split(_PAGE)):
            if number:
                self._break_page()
            self._write(part, level, is_item, bold)
        secret = "".join(text for text, hidden, _ in runs if hidden)
        self._flow.paragraph(secret.replace(_PAGE, " "), hidden=True)
        for box in _text_boxes(paragraph):
            self._blocks(box, 1)
        section = child(properties, "sectPr")
        if section is not None and _value(child(section, "type")) in (None, "nextPage", "oddPage", "evenPage"):
            self._break_page()

    def _write(self, text: str, level: int | None, is_item: bool, bold: bool) -> None:
        if level is not None:
            self._flow.heading(text, level)
        elif bold and not is_item and 3 < len(text.strip()) < 100 and not text.rstrip().endswith((".", ",", ";", ":")):
            self._flow.heading(text, 6)
        elif is_item:
            self._flow.line(text)
        else:
            self._flow.paragraph(text, keep_lines="\n" in text)

    def _break_page(self) -> None:
        if not self._flow.is_blank:
            self._write_notes()
            self._flow.page_break()

    def _write_notes(self) -> None:
        for text in self._page_notes:
            self._flow.paragraph(text)
        self._page_notes.clear()

    def _table(self, table: Any, depth: int) -> None:
        rows = [list(_cells(row)) for row in table if name_of(row) == "tr" or name_of(row) == "sdt"]
        cells = [cell for row in rows for cell, _ in row]
        if len(cells) == 1:  # a frame drawn as a table
            self._blocks(cells[0], depth + 1)
            return
        grid = [[text for cell, span in row for text in (_cell_text(cell), *[""] * (span - 1))] for row in rows]
        self._flow.table(grid, title=self._flow.last_heading())

    def _level(self, properties: Any) -> int | None:
        if properties is None:
            return None
        outline = child(properties, "outlineLvl")
        if outline is not None and (_value(outline) or "").isdigit() and int(_value(outline) or 9) < 9:
            return int(_value(outline) or 0) + 1
        return next((style.level for style in self._style_chain(properties) if style.level is not None), None)

    def _is_item(self, properties: Any) -> bool:
        """Whether a paragraph is numbered or bulleted, by itself or by its style."""
        own = child(properties, "numPr")
        if own is not None:
            return _value(child(own, "numId")) != "0"
        return any(style.is_list for style in self._style_chain(properties))

    def _style_chain(self, properties: Any) -> Iterator[_Style]:
        """The paragraph's style and those that it is based on."""
        name = _value(child(properties, "pStyle"))
        for _ in range(12):
            style = self._styles.get(name or "")
            if style is None:
                return
            yield style
            name = style.based_on

    def _part_texts(self, kind: str) -> list[str]:
        """Distinct texts of the headers or footers."""
        texts: list[str] = []
        for relation, target in self._relations.values():
            root = self._package.optional(target) if relation == kind else None
            for paragraph in descendants(root, "p") if root is not None else ():
                text = _plain(paragraph)
                if text and text not in texts:
                    texts.append(text)
        return texts

    def _note_texts(self, kind: str) -> dict[str, str]:
        for relation, target in self._relations.values():
            root = self._package.optional(target) if relation == kind else None
            if root is not None:
                return {attribute(note, "id") or "": _block_text(note) for note in root if isinstance(note.tag, str)}
        return {}

    def _comments(self) -> Iterator[str]:
        for relation, target in self._relations.values():
            root = self._package.optional(target) if relation == "comments" else None
            for comment in root if root is not None else ():
                text = _block_text(comment)
                author = attribute(comment, "author")
                if text:
                    yield f"{author}: {text}" if author else text


def _read_styles(package: Package, main: str) -> dict[str, _Style]:
    target = next((place for kind, place in package.relations(main).values() if kind == "styles"), "word/styles.xml")
    root = package.optional(target)
    styles: dict[str, _Style] = {}
    for style in root if root is not None else ():
        if name_of(style) == "style":
            name = _value(child(style, "name")) or ""
            properties = child(style, "pPr")
            outline = _value(child(properties, "outlineLvl"))
            styles[attribute(style, "styleId") or ""] = _Style(
                _style_level(name, outline),
                _value(child(style, "basedOn")),
                child(properties, "numPr") is not None,
            )
    return styles


def _style_level(name: str, outline: str | None) -> int | None:
    match = _HEADING_NAME.match(name)
    if match:
        return int(match.group(1))
    if name.lower() in ("title", "título", "titulo", "puesto"):
        return 1
    if name.lower() in ("subtitle", "subtítulo"):
        return 2
    return int(outline) + 1 if outline is not None and outline.isdigit() and int(outline) < 9 else None


def _value(element: Any) -> str | None:
    return attribute(element, "val") if element is not None else None


def _is_on(properties: Any, name: str) -> bool:
    element = child(properties, name)
    return element is not None and _value(element) not in ("0", "false", "off", "none")


def _runs(
    paragraph: Any, notes: dict[str, dict[str, str]] | None = None, pending: list[str] | None = None
) -> Iterator[tuple[str, bool, bool]]:
    """(text, hidden, bold) of a paragraph's runs in order; page breaks as form feeds. Text boxes are left out."""
    stack = [(item, False, False) for item in reversed(paragraph)]
    while stack:
        item, hidden, bold = stack.pop()
        name = name_of(item)
        if name in _SKIPPED or name in ("txbxContent", ""):
            continue
        if name == "r":
            properties = child(item, "rPr")
            hidden, bold = _is_on(properties, "vanish"), _is_on(properties, "b")
        if name == "t":
            yield item.text or "", hidden, bold
        elif name in ("tab", "ptab"):
            yield " ", hidden, bold
        elif name in ("br", "cr"):
            yield (_PAGE if attribute(item, "type") == "page" else "\n"), hidden, bold
        elif name == "lastRenderedPageBreak":
            yield _PAGE, hidden, bold
        elif name == "noBreakHyphen":
            yield "-", hidden, bold
        elif name in ("footnoteReference", "endnoteReference") and notes is not None and pending is not None:
            text = notes["footnotes" if name == "footnoteReference" else "endnotes"].get(attribute(item, "id") or "")
            if text:
                pending.append(text)
        else:
            stack += [(inner, hidden, bold) for inner in reversed(item)]


def _plain(paragraph: Any) -> str:
    return "".join(text for text, hidden, _ in _runs(paragraph) if not hidden).replace(_PAGE, " ").strip()


def _block_text(element: Any) -> str:
    """All paragraphs of a cell, a note or a comment on one line."""
    return " ".join(text for text in (_plain(paragraph) for paragraph in descendants(element, "p")) if text)


def _cells(row: Any) -> Iterator[tuple[Any, int]]:
    """(cell, columns it spans) of a row, content controls looked into."""
    for item in row.iter():
        if name_of(item) == "tc" and _owner_row(item) in (row, _first_row(row)):
            span = _value(child(child(item, "tcPr"), "gridSpan")) or "1"
            yield item, min(int(span), 200) if span.isdigit() else 1


def _first_row(element: Any) -> Any:
    return element if name_of(element) == "tr" else next(descendants(element, "tr"), None)


def _owner_row(cell: Any) -> Any:
    return next((item for item in cell.iterancestors() if name_of(item) == "tr"), None)


def _cell_text(cell: Any) -> str:
    return _block_text(cell)


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    """The contents of text boxes, once each: a box is stored twice, for new and for old readers."""
    for box in descendants(paragraph, "txbxContent"):
        if not any(name_of(item) in ("Fallback", "txbxContent") for item in box.iterancestors()):
            yield box
