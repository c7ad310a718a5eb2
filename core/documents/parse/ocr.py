"""Scanned pages: the tesseract program, where it is installed, called on the page's image. No Python OCR package.

Nothing here decides which page is a scan.
"""

from __future__ import annotations

import functools
import io
import re
import shutil
import subprocess
from typing import Any

from core.documents.parse.pdf_blocks import lay_out
from core.documents.parse.pdf_text import build_pages
from core.documents.parse.pdf_words import Word
from core.records import Page

_DPI = 200
_MAX_PIXELS = 20_000_000
_WANTED = ("spa", "eng")
_SECONDS = 30


def is_available() -> bool:
    return shutil.which("tesseract") is not None


@functools.cache
def _languages() -> str:
    """The installed ones of Spanish and English, else tesseract's own default."""
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=20)
    installed = set(listed.stdout.split())
    return "+".join(lang for lang in _WANTED if lang in installed)


def read_page(document: Any, index: int, width: float, height: float) -> Page | None:
    """The recognised page (kind 'ocr'), or None where nothing could be read. Sizes are points."""
    scale = min(_DPI / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    page = document[index]
    image = page.render(scale=scale, grayscale=True).to_pil()
    page.close()
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return page_from_tsv(_recognise(buffer.getvalue()), index + 1, width, height, scale)


def _recognise(png: bytes) -> str:
    command = ["tesseract", "stdin", "stdout", "--dpi", str(_DPI)]
    command += ["-l", _languages()] if _languages() else []
    try:
        done = subprocess.run([*command, "tsv"], input=png, capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


def page_from_tsv(tsv: str, number: int, width: float, height: float, scale: float) -> Page | None:
    """A page from tesseract's table of words (pixels at `scale` a point); words it doubts entirely are left out."""
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in tsv.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) < 12 or fields[0] != "5" or not fields[11].strip() or float(fields[10]) < 20:
            continue
        x, y, w, h = (int(value) / scale for value in fields[6:10])
        line = lines.setdefault(tuple(fields[1:5]), len(lines))
        text = re.sub(r"\s+", "", fields[11])
        words.append(Word(text, x, y, x + w, y + h, line, turn=0))
    if not words:
        return None
    _level_heights(words)
    page = build_pages([lay_out(number, words, width, height)])[0]
    return Page(page.number, page.text, page.width, page.height, "ocr", page.lines, page.headings, page.tables, (), ())


def _level_heights(words: list[Word]) -> None:
    """Ink boxes differ by ascenders: give every word of a line the line's top and bottom."""
    spans: dict[int, tuple[float, float]] = {}
    for word in words:
        top, bottom = spans.get(word.line, (word.y0, word.y1))
        spans[word.line] = (min(top, word.y0), max(bottom, word.y1))
    for word in words:
        word.y0, word.y1 = spans[word.line]
