"""Presentations: a page a slide, with its title as heading, its tables, its charts' figures, and the speaker's notes.

Pictures and embedded objects are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.documents.parse.flow import FlowWriter
from core.documents.parse.ooxml import Package, attribute, child, descendants, name_of
from core.errors import AppError
from core.records import Page

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("ftr", "sldNum", "dt", "hdr")
_SHAPES_MAX = 20_000


def parse_pptx(path: Path) -> tuple[list[Page], str]:
    """(a page for each slide, title from the metadata). Raises documents.broken."""
    with Package(path, "PPTX") as package:
        main = package.main_part("ppt/presentation.xml")
        root = package.part(main)
        if root is None:
            raise AppError("documents.broken", kind="PPTX")
        relations = package.relations(main)
        flow = FlowWriter()
        slides = [attribute(item, "id") for item in descendants(root, "sldId")]
        identifiers = [
            item.get(key) for item in descendants(root, "sldId") for key in item.attrib if key.endswith("}id")
        ]
        for identifier in identifiers or slides:
            target = relations.get(identifier or "", ("", ""))[1]
            slide = package.optional(target) if target else None
            if slide is not None:
                _write_slide(flow, package, target, slide)
            flow.page_break()
        return flow.finish(), package.title()


def _write_slide(flow: FlowWriter, package: Package, part: str, slide: Any) -> None:
    relations = package.relations(part)
    shapes = list(_shapes(slide))
    shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
    for shape in shapes:
        if name_of(shape) == "graphicFrame":
            _write_frame(flow, package, relations, shape)
        else:
            _write_text(flow, shape)
    for kind, target in relations.values():
        if kind == "notesSlide":
            for paragraph in _notes(package.optional(target)):
                flow.paragraph(paragraph)
        elif kind == "comments":
            root = package.optional(target)
            for text in descendants(root, "text") if root is not None else ():
                flow.paragraph(text.text or "")


def _shapes(slide: Any) -> Iterator[Any]:
    """Text shapes and frames in drawing order, groups looked into, fallbacks for old readers left out."""
    count = 0
    stack = list(reversed(slide))
    while stack:
        item = stack.pop()
        name = name_of(item)
        if name in ("sp", "graphicFrame", "cxnSp"):
            count += 1
            if count > _SHAPES_MAX:
                return
            yield item
        elif name not in ("Fallback", "timing", "transition", ""):
            stack += list(reversed(item))


def _placeholder(shape: Any) -> str:
    mark = next(descendants(shape, "ph"), None)
    return (attribute(mark, "type") or "body") if mark is not None else ""


def _write_text(flow: FlowWriter, shape: Any) -> None:
    body = child(shape, "txBody")
    if body is None:
        return
    kind = _placeholder(shape)
    paragraphs = [text for text in (_text(item) for item in body if name_of(item) == "p") if text.strip()]
    if kind in _TITLES:
        flow.heading(" ".join(paragraphs), 1)
        return
    for number, text in enumerate(paragraphs):
        if kind in _FURNITURE:
            flow.paragraph(text, furniture=True)
        elif number == 0 or len(text) > 200:
            flow.paragraph(text)
        else:
            flow.line(text)


def _text(paragraph: Any) -> str:
    parts: list[str] = []
    for item in paragraph.iter():
        name = name_of(item)
        if name == "t":
            parts.append(item.text or "")
        elif name in ("br", "tab"):
            parts.append(" ")
    return "".join(parts)


def _write_frame(flow: FlowWriter, package: Package, relations: dict[str, tuple[str, str]], frame: Any) -> None:
    table = next(descendants(frame, "tbl"), None)
    if table is not None:
        rows = [[_cell(cell) for cell in row if name_of(cell) == "tc"] for row in table if name_of(row) == "tr"]
        flow.table(rows, title=flow.last_heading())
        return
    for item in frame.iter():
        target = relations.get(attribute(item, "id") or "", ("", ""))
        if name_of(item) == "chart" and target[0] == "chart":
            root = package.optional(target[1])
            if root is not None:
                _write_chart(flow, root)
        elif name_of(item) == "relIds":
            data = relations.get(attribute(item, "dm") or "", ("", ""))[1]
            root = package.optional(data) if data else None
            for paragraph in descendants(root, "p") if root is not None else ():
                flow.paragraph(_text(paragraph))


def _cell(cell: Any) -> str:
    return " ".join(text for text in (_text(item) for item in descendants(cell, "p")) if text.strip())


def _write_chart(flow: FlowWriter, chart: Any) -> None:
    """A chart's title, and its cached figures as a table: categories down, series across."""
    title_element = next(descendants(chart, "title"), None)
    title = "".join(item.text or "" for item in descendants(title_element, "t")) if title_element is not None else ""
    series = list(descendants(chart, "ser"))
    names = [_points(child(item, "tx")) for item in series]
    columns = [
        _points(child(item, "val") if child(item, "val") is not None else child(item, "yVal")) for item in series
    ]
    categories = _points(child(series[0], "cat") if series and child(series[0], "cat") is not None else None)
    flow.paragraph(title)
    height = max([len(categories), *map(len, columns)], default=0)
    rows = [["", *(" ".join(name.values()) for name in names)]]
    rows += [[categories.get(index, ""), *(column.get(index, "") for column in columns)] for index in range(height)]
    if height:
        flow.table(rows, title=title or flow.last_heading())


def _points(element: Any) -> dict[int, str]:
    """index -> cached value of a chart's reference."""
    found: dict[int, str] = {}
    for point in descendants(element, "pt") if element is not None else ():
        value = child(point, "v")
        index = attribute(point, "idx") or ""
        if value is not None and index.isdigit() and int(index) < 5000:
            found[int(index)] = value.text or ""
    if not found and element is not None:
        value = next(descendants(element, "v"), None)
        found = {0: value.text or ""} if value is not None else {}
    return found


def _notes(root: Any) -> Iterator[str]:
    for shape in _shapes(root) if root is not None else ():
        body = child(shape, "txBody")
        if body is not None and _placeholder(shape) == "body":
            yield from (_text(item) for item in body if name_of(item) == "p")
