"""The words of a PDF page with their boxes, weight and visibility, straight from pdfium's text page.

Only the first and last character of a word are asked for their boxes: a page costs about two calls a word
instead of three a character. Coordinates leave here as the reader sees the page: points, origin at the top left,
page rotation applied. Nothing here orders words or builds lines.
"""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile("\r\n|[^\\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\x02": "-", "\ufffe": "-"}
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufffd\uffff]")
_LINE_HYPHENS = "\x02\ufffe"  # what pdfium writes for a hyphen at a line's end, in place of the line break
_WHITE = 250
_TINY_POINTS = 1.0
_INVISIBLE = 3


@dataclass(slots=True)
class Word:
    """A word as the page shows it. `line` is pdfium's own line; `hyphen` marks a word cut at a line end."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    bold: bool = False
    hidden: bool = False
    hyphen: bool = False
    turn: int = 0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible box of a page in PDF user space, and its rotation in quarter turns clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation % 2 else (width, height)

    def place(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A user-space box (y upwards) as the reader sees it (y downwards)."""
        if self.rotation == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        if self.rotation == 1:
            return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
        if self.rotation == 2:
            return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
        return self.top - y1, self.right - x1, self.top - y0, self.right - x0


def read_frame(page: Any) -> Frame:
    """The crop of a page; a page without a usable box gets A4."""
    import pypdfium2.raw as pdfium

    rect = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(rect))
    rotation = max(0, pdfium.FPDFPage_GetRotation(page)) % 4
    if rect.right - rect.left < 1 or rect.top - rect.bottom < 1:
        return Frame(0, 0, 595, 842, rotation)
    return Frame(rect.left, rect.bottom, rect.right, rect.top, rotation)


def read_words(page: Any, text_page: Any, frame: Frame) -> list[Word]:
    """All words of a page in pdfium's order, hidden ones marked; doubled ones (false bold) once."""
    read_box = _BoxReader(text_page, frame).read
    read_style = _StyleReader(page, text_page, frame).read
    words: list[Word] = []
    seen: set[tuple[str, int, int]] = set()
    for line, start, raw in _tokens(text_page):
        text = raw if raw.isascii() and raw.isprintable() else _CONTROL.sub("", raw.translate(_LIGATURES))
        if not text:
            continue
        first = read_box(start)
        if len(raw) == 1:
            x0, y0, x1, y1 = first
            turn = -1
        else:
            x0, y0, x1, y1 = last = read_box(start + len(raw) - 1 - (raw[-1] in _LINE_HYPHENS))
            turn = _direction(first, last, text)
            x0, y0, x1, y1 = min(first[0], x0), min(first[1], y0), max(first[2], x1), max(first[3], y1)
        key = (text, int(x0), int(y0))
        if key in seen:
            continue
        seen.add(key)
        bold, hidden = read_style(start, x0, y0, x1, y1)
        words.append(Word(text, x0, y0, x1, y1, line, bold, hidden, raw[-1] in _LINE_HYPHENS, turn))
    return words


def _tokens(text_page: Any) -> Iterator[tuple[int, int, str]]:
    """(line, index of the first character, raw text) of every word; indexes are pdfium's character indexes."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return
    buffer = (ctypes.c_ushort * (count + 1))()
    got = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: 2 * max(0, got - 1)].decode("utf-16-le", "replace")
    if len(text) != count:  # some character has no code or two units: ask one by one
        codes = (pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count))
        text = "".join(chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " " for code in codes)
    line = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "\r\n":
            line += 1
            continue
        yield line, match.start(), token
        if token[-1] in _LINE_HYPHENS:
            line += 1


def _direction(first: tuple[float, ...], last: tuple[float, ...], text: str) -> int:
    """Quarter turns clockwise of the reading direction: 0 right, 1 down, 2 left, 3 up."""
    dx, dy = last[0] - first[0], last[1] + last[3] - first[1] - first[3]
    if abs(dy) > 3 * abs(dx):
        return 1 if dy > 0 else 3
    return 2 if dx < 0 and text.isascii() else 0


@functools.cache
def _bind(name: str, result: Any, *arguments: Any) -> Any:
    """A pdfium function under a plainer prototype (handles as integers, no lock given up): calls come by the million
    and cost half as much."""
    import pypdfium2.raw as pdfium

    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


class _BoxReader:
    """Character boxes in reader's coordinates; a font without usable metrics falls back to the ink box."""

    def __init__(self, text_page: Any, frame: Frame) -> None:
        import pypdfium2.raw as pdfium

        self._handle = ctypes.cast(text_page, ctypes.c_void_p).value
        self._text_page, self._frame = text_page, frame
        self._left, self._top, self._upright = frame.left, frame.top, frame.rotation == 0
        self._values = (ctypes.c_float * 4)()  # FS_RECTF: left, top, right, bottom
        self._reference = ctypes.addressof(self._values)
        self._loose = _bind("FPDFText_GetLooseCharBox", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._tight = pdfium.FPDFText_GetCharBox

    def read(self, index: int) -> tuple[float, float, float, float]:
        if self._loose(self._handle, index, self._reference):
            left, top, right, bottom = self._values
            if top - bottom > 0.1:
                if self._upright:
                    return left - self._left, self._top - top, right - self._left, self._top - bottom
                return self._frame.place(left, bottom, right, top)
        edges = [ctypes.c_double() for _ in range(4)]
        self._tight(self._text_page, index, *(ctypes.byref(edge) for edge in edges))
        left, right, bottom, top = (edge.value for edge in edges)
        return self._frame.place(left, bottom, right, top)


class _StyleReader:
    """Weight and visibility of words, asked once for each text object."""

    def __init__(self, page: Any, text_page: Any, frame: Frame) -> None:
        self._page, self._frame = page, frame
        self._handle = ctypes.cast(text_page, ctypes.c_void_p).value
        self._object = _bind("FPDFText_GetTextObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
        self._mode = _bind("FPDFTextObj_GetTextRenderMode", ctypes.c_int, ctypes.c_void_p)
        self._font = _bind("FPDFTextObj_GetFont", ctypes.c_void_p, ctypes.c_void_p)
        pointers = [ctypes.c_void_p] * 4
        self._fill = _bind("FPDFText_GetFillColor", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *pointers)
        self._color = (ctypes.c_uint * 4)()
        start = ctypes.addressof(self._color)
        self._channels = [start + 4 * channel for channel in range(4)]
        self._width, self._height = frame.size
        self._known: dict[int, tuple[bool, bool, bool]] = {}
        self._bold_fonts: dict[int | None, bool] = {None: False}
        self._covers: list[tuple[tuple[float, float, float, float], bool]] | None = None

    def read(self, index: int, x0: float, y0: float, x1: float, y1: float) -> tuple[bool, bool]:
        """(bold, hidden) of the word in that box that starts at character `index`."""
        address = self._object(self._handle, index)
        if not address:
            return False, False
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = self._look(address, index)
        bold, pale, unpainted = known
        if x1 <= 0 or y1 <= 0 or x0 >= self._width or y0 >= self._height:
            return bold, True
        if y1 - y0 < _TINY_POINTS and x1 - x0 < 2 * _TINY_POINTS:
            return bold, True
        if pale or unpainted:
            return bold, not self._on_ground((x0 + x1) / 2, (y0 + y1) / 2, image_only=unpainted)
        return bold, False

    def _look(self, address: int, index: int) -> tuple[bool, bool, bool]:
        self._fill(self._handle, index, *self._channels)
        red, green, blue, alpha = self._color
        pale = alpha < 5 or (red >= _WHITE and green >= _WHITE and blue >= _WHITE)
        font = self._font(address)
        bold = self._bold_fonts.get(font)
        return self._is_bold(font) if bold is None else bold, pale, self._mode(address) == _INVISIBLE

    def _is_bold(self, font: int | None) -> bool:
        import pypdfium2.raw as pdfium

        handle = ctypes.cast(font, pdfium.FPDF_FONT)
        buffer = ctypes.create_string_buffer(128)
        pdfium.FPDFFont_GetBaseFontName(handle, buffer, 128)
        name = buffer.value.decode("latin-1").lower()
        named = any(mark in name for mark in ("bold", "black", "heavy", "semib", "demi", "-bd"))
        self._bold_fonts[font] = named or pdfium.FPDFFont_GetWeight(handle) >= 600
        return self._bold_fonts[font]

    def _on_ground(self, x: float, y: float, image_only: bool) -> bool:
        """Whether something painted lies under a point (an image, or any dark filled shape)."""
        if self._covers is None:
            self._covers = list(painted_boxes(self._page, self._frame))
        return any(
            box[0] <= x <= box[2] and box[1] <= y <= box[3] and (is_image or not image_only)
            for box, is_image in self._covers
        )


def painted_boxes(page: Any, frame: Frame) -> Iterator[tuple[tuple[float, float, float, float], bool]]:
    """(box, is it an image?) of the images, shadings and filled, not white shapes of a page, forms included."""
    import pypdfium2.raw as pdfium

    for index in range(min(pdfium.FPDFPage_CountObjects(page), 5000)):
        item = pdfium.FPDFPage_GetObject(page, index)
        yield from _painted(item, frame, 0)


def _painted(item: Any, frame: Frame, depth: int) -> Iterator[tuple[tuple[float, float, float, float], bool]]:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_FORM:
        inner = range(min(pdfium.FPDFFormObj_CountObjects(item), 5000)) if depth < 4 else ()
        if any(_is_ground(pdfium.FPDFFormObj_GetObject(item, index), depth) for index in inner):
            yield _bounds(item, frame), _holds_image(item)
        return
    if _is_ground(item, depth):
        yield _bounds(item, frame), kind == pdfium.FPDF_PAGEOBJ_IMAGE


def _is_ground(item: Any, depth: int) -> bool:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFPageObj_GetType(item)
    if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
        return True
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 4:
        count = min(pdfium.FPDFFormObj_CountObjects(item), 5000)
        return any(_is_ground(pdfium.FPDFFormObj_GetObject(item, index), depth + 1) for index in range(count))
    if kind != pdfium.FPDF_PAGEOBJ_PATH:
        return False
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroke))
    channels = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(item, *(ctypes.byref(channel) for channel in channels))
    return mode.value != 0 and min(channel.value for channel in channels[:3]) < _WHITE and channels[3].value > 20


def _holds_image(item: Any) -> bool:
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFFormObj_CountObjects(item), 5000)
    kinds = (pdfium.FPDFPageObj_GetType(pdfium.FPDFFormObj_GetObject(item, index)) for index in range(count))
    return any(kind == pdfium.FPDF_PAGEOBJ_IMAGE for kind in kinds)


def _bounds(item: Any, frame: Frame) -> tuple[float, float, float, float]:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, ctypes.byref(left), ctypes.byref(bottom), ctypes.byref(right), ctypes.byref(top))
    return frame.place(left.value, bottom.value, right.value, top.value)
