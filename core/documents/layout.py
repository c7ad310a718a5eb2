"""A page's layout as compact JSON, for storage and for the pipe out of the parser's process; and boxes for a span.

Boxes are stored as ten-thousandths of the page. The page's text travels beside the layout, never inside it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import Any

from core.records import BoxTuple, Heading, Line, Page, PageTable, ParsedDocument

_SCALE = 10_000


def layout_to_json(page: Page) -> str:
    """Everything of a page but its text, as one line of JSON."""
    lines = [
        [line.start, line.end, *(round(edge * _SCALE) for edge in line.box)] if line.box else [line.start, line.end]
        for line in page.lines
    ]
    layout: dict[str, Any] = {"n": page.number, "w": page.width, "h": page.height, "k": page.kind}
    for key, value in (
        ("l", lines),
        ("g", [[item.start, item.end, item.level] for item in page.headings]),
        ("t", [[table.start, table.end, table.title, table.rows] for table in page.tables]),
        ("x", page.hidden),
        ("f", page.furniture),
    ):
        if value:
            layout[key] = value
    return json.dumps(layout, ensure_ascii=False, separators=(",", ":"))


@functools.lru_cache(maxsize=256)
def page_from_json(layout: str | bytes, text: str) -> Page:
    """The page that `layout_to_json` described, with its text; one that was read lately is not built again."""
    data = json.loads(layout)
    return Page(
        number=data["n"],
        text=text,
        width=data["w"],
        height=data["h"],
        kind=data["k"],
        lines=tuple(Line(item[0], item[1], _box(item[2:])) for item in data.get("l", ())),
        headings=tuple(Heading(start, end, level, text[start:end]) for start, end, level in data.get("g", ())),
        tables=tuple(
            PageTable(start, end, tuple(tuple(row) for row in rows), title)
            for start, end, title, rows in data.get("t", ())
        ),
        hidden=tuple((start, end) for start, end in data.get("x", ())),
        furniture=tuple((start, end) for start, end in data.get("f", ())),
    )


def _box(edges: Sequence[int]) -> BoxTuple | None:
    if len(edges) != 4:
        return None
    return edges[0] / _SCALE, edges[1] / _SCALE, edges[2] / _SCALE, edges[3] / _SCALE


def document_to_json(document: ParsedDocument) -> str:
    pages = [[page.text, layout_to_json(page)] for page in document.pages]
    return json.dumps(
        {
            "media": document.media,
            "title": document.title,
            "lang": document.lang,
            "pages": pages,
            "notes": document.notes,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def document_from_json(data: str | bytes) -> ParsedDocument:
    loaded = json.loads(data)
    return ParsedDocument(
        media=loaded["media"],
        title=loaded["title"],
        lang=loaded["lang"],
        pages=tuple(page_from_json(layout, text) for text, layout in loaded["pages"]),
        notes=tuple((key, params) for key, params in loaded["notes"]),
    )


def boxes_for(page: Page, start: int, end: int) -> tuple[BoxTuple, ...]:
    """One box for each line that the span touches, as fractions of the page; proportional within a line."""
    boxes: list[BoxTuple] = []
    for line in page.lines:
        low, high = max(start, line.start), min(end, line.end)
        if line.box is None or low >= high:
            continue
        x0, y0, x1, y1 = line.box
        share = (x1 - x0) / (line.end - line.start)
        boxes.append((x0 + share * (low - line.start), y0, x0 + share * (high - line.start), y1))
    return tuple(boxes)
