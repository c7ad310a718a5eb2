"""A PDF page as a PNG picture with passages marked, as a reader of the page would mark them.

Runs inside the parser's process (see sandbox); nothing here caches or decides what to mark.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.documents.parse.pdf import open_pdf
from core.errors import AppError
from core.records import BoxTuple

_PIXELS_MAX = 40_000_000
_MARKER = (255, 214, 51)
_MARGIN = 0.0015


def draw_page(path: Path, number: int, width_px: int, highlights: Sequence[BoxTuple] = ()) -> bytes:
    """The page `number` (from 1), `width_px` wide, boxes (fractions of the page) under a translucent marker.

    Raises documents.image_failed where there is no such page."""
    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            raise AppError("documents.image_failed", page=number)
        document.init_forms()
        page = document[number - 1]
        width, height = page.get_size()
        if width < 1 or height < 1:
            raise AppError("documents.image_failed", page=number)
        scale = min(width_px / width, (_PIXELS_MAX / (width * height)) ** 0.5)
        image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
        page.close()
    buffer = io.BytesIO()
    _mark(image, highlights).save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()


def _mark(image: Any, highlights: Sequence[BoxTuple]) -> Any:
    """The picture multiplied by the marker's colour inside the boxes: paper turns yellow, ink stays dark."""
    from PIL import Image, ImageChops, ImageDraw

    if not highlights:
        return image
    layer = Image.new("RGB", image.size, (255, 255, 255))
    pen = ImageDraw.Draw(layer)
    for x0, y0, x1, y1 in highlights:
        left, top = (x0 - _MARGIN) * image.width, (y0 - _MARGIN) * image.height
        right, bottom = (x1 + _MARGIN) * image.width, (y1 + _MARGIN) * image.height
        pen.rectangle((left, top, max(left + 1, right), max(top + 1, bottom)), fill=_MARKER)
    return ImageChops.multiply(image, layer)
