"""PDF files: opened with pdfium, page by page to words, then to pages; scanned pages go to OCR where there is one.

Layout lives in pdf_words, pdf_layout, pdf_tables and pdf_text; nothing here limits memory or time (the sandbox does).
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.documents.parse import ocr
from core.documents.parse.pdf_blocks import LaidPage, lay_out
from core.documents.parse.pdf_text import build_pages
from core.documents.parse.pdf_words import Frame, Word, read_frame, read_words
from core.errors import AppError
from core.records import Page


@dataclass(frozen=True, slots=True)
class PdfContent:
    pages: list[Page]
    title: str


def parse_pdf(path: Path, pages_max: int, ocr_seconds: float = 0.0) -> PdfContent:
    """All pages of a PDF; scanned ones are recognised until `ocr_seconds` have passed, then left as images.

    Raises documents.encrypted, .broken, .too_many_pages."""
    with open_pdf(path) as document:
        count = len(document)
        if count > pages_max:
            raise AppError("documents.too_many_pages", pages=count, allowed=pages_max)
        deadline = time.monotonic() + ocr_seconds
        laid: list[LaidPage] = []
        images: set[int] = set()
        read: dict[int, Page] = {}
        for index in range(count):
            page, is_image = _read_page(document, index)
            laid.append(page)
            if is_image:
                images.add(page.number)
                may_read = time.monotonic() < deadline
                recognised = ocr.read_page(document, index, page.width, page.height) if may_read else None
                if recognised is not None:
                    read[page.number] = recognised
        pages = [read.get(page.number) or _kind(page, page.number in images) for page in build_pages(laid)]
        return PdfContent(pages, _metadata_title(document))


def _kind(page: Page, is_image: bool) -> Page:
    return replace(page, kind="image") if is_image else page


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """A pdfium document, closed afterwards; a file that pdfium cannot open has a named reason."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (4, 5) or "password" in str(error).lower():
            raise AppError("documents.encrypted") from None
        raise AppError("documents.broken", kind="PDF") from None
    try:
        if len(document) == 0:
            raise AppError("documents.empty")
        yield document
    finally:
        document.close()


def _read_page(document: Any, index: int) -> tuple[LaidPage, bool]:
    """One laid-out page, and whether it is an image (no visible text, but something painted)."""
    import pypdfium2.raw as pdfium

    page = pdfium.FPDF_LoadPage(document.raw, index)
    if not page:
        return LaidPage(index + 1, 595, 842, 0), False
    text_page = None
    try:
        text_page = pdfium.FPDFText_LoadPage(page)
        frame = read_frame(page)
        words = read_words(page, text_page, frame) if text_page else []
        words += _annotation_words(page, frame, len(words))
        width, height = frame.size
        visible = sum(len(word.text) for word in words if not word.hidden)
        is_image = visible < 3 and _has_image(page)
        return lay_out(index + 1, words, width, height), is_image
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)


def _has_image(page: Any) -> bool:
    """Whether anything but text is painted: images, or many paths (outlined letters)."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFPage_CountObjects(page), 2000)
    kinds = [pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index)) for index in range(count)]
    return any(kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM) for kind in kinds) or len(kinds) > 40


def _annotation_words(page: Any, frame: Frame, line: int) -> list[Word]:
    """Values of form fields and texts of notes, as words where they stand on the page."""
    import pypdfium2.raw as pdfium

    words: list[Word] = []
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), 1000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        key = {
            pdfium.FPDF_ANNOT_WIDGET: b"V",
            pdfium.FPDF_ANNOT_FREETEXT: b"Contents",
            pdfium.FPDF_ANNOT_TEXT: b"Contents",
        }.get(kind)
        text = _annotation_string(annotation, key) if key else ""
        rect = pdfium.FS_RECTF()
        if text and text != "Off" and pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
            box = frame.place(rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))
            words += _place_text(text, box, line + 10_000 + 100 * index)
        pdfium.FPDFPage_CloseAnnot(annotation)
    return words


def _annotation_string(annotation: Any, key: bytes) -> str:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size < 100_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace").strip()


def _place_text(text: str, box: tuple[float, float, float, float], line: int) -> list[Word]:
    """A text's words spread over its box, in the proportions of their lengths."""
    words: list[Word] = []
    rows = [row for row in text.splitlines() if row.strip()][:100]
    height = min((box[3] - box[1]) / max(1, len(rows)), 12.0)
    top = (box[1] + box[3] - height * len(rows)) / 2
    for number, row in enumerate(rows):
        parts = row.split()
        total = max(1, len(" ".join(parts)))
        unit, at = min((box[2] - box[0]) / total, 0.6 * height), 0
        for part in parts:
            x0 = box[0] + unit * at
            y0 = top + number * height
            words.append(Word(part, x0, y0, x0 + unit * len(part), y0 + height, line + number))
            at += len(part) + 1
    return words


def _metadata_title(document: Any) -> str:
    return str(document.get_metadata_value("Title") or "").strip()
