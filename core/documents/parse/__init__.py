"""Files to pages: `parse_document` looks at what a file is and hands it to the module of its format.

One module a format family; each returns pages and the title that the file states. This module runs in whatever process
calls it: the sandbox is what limits its memory and time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from core.documents.parse.archive import check_archive
from core.documents.parse.kinds import MEDIA, find_kind
from core.errors import AppError
from core.i18n import detect_language
from core.records import Page, ParsedDocument
from core.settings import Settings

_Reader = Callable[[Path, str, Settings], tuple[list[Page], str]]
_TITLE_MAX = 200
_BAD_TITLE = re.compile(
    r"(?:\(?anonymous\)?|untitled.*|sin título.*|documento?\d*|microsoft (?:word|powerpoint)\b.*|slide 1"
    r"|powerpoint presentation|.*\.(?:docx?|pdf|pptx?|indd|tex|dvi|xlsx?|html?|qxd|pmd|wpd)|\S*[_.]\S*)",
    re.I,
)


def parse_document(path: Path, name: str, settings: Settings) -> ParsedDocument:
    """The file at `path`, which its user calls `name`, as pages with text, headings and tables.

    Raises AppError `documents.<reason>`: missing, too_large, empty, broken, encrypted, kind_unsupported, zip_bomb,
    too_many_pages, too_much_text, no_text."""
    if not path.is_file():
        raise AppError("documents.missing")
    allowed = settings.get("upload_max_mb")
    if path.stat().st_size > allowed * 1_000_000:
        raise AppError("documents.too_large", mb=round(path.stat().st_size / 1e6), allowed=allowed)
    kind = find_kind(path, name)
    pages, title = _READERS[kind](path, name, settings)
    if not any(page.text.strip() for page in pages):
        images = sum(page.kind == "image" for page in pages)
        raise AppError("documents.no_text", pages=images) if images else AppError("documents.empty")
    return ParsedDocument(
        media=MEDIA[kind],
        title=choose_title(title, pages, name),
        lang=detect_language(_sample(pages)),
        pages=tuple(pages),
        notes=tuple(_notes(pages)),
    )


def choose_title(stated: str, pages: list[Page], name: str) -> str:
    """What the file calls itself if that is a title, else its first main heading (a short one, like 'Form 10-Q', says
    little and takes the name along), else its name."""
    stated = " ".join(stated.split())[:_TITLE_MAX]
    if len(stated) > 3 and not _BAD_TITLE.fullmatch(stated) and re.search(r"[^\W\d_]{3}", stated):
        return stated
    stem = Path(name).stem[:_TITLE_MAX] or name
    first = [heading for page in pages[:2] for heading in page.headings]
    top = [heading for heading in first if heading.level == min(other.level for other in first)]
    if not top or not 3 < len(top[0].text) <= 120 or top[0].level > 3:
        return stem
    heading = top[0].text
    if heading.casefold() == stem.casefold():
        return stem
    return heading if len(re.findall(r"[^\W\d_]{4,}", heading)) > 2 else f"{heading} ({stem})"


def _sample(pages: list[Page]) -> str:
    """Text from the whole document, at most 20,000 characters."""
    share = max(500, 20_000 // max(1, len(pages)))
    return " ".join(page.text[:share] for page in pages)[:20_000]


def _notes(pages: list[Page]) -> list[tuple[str, dict[str, object]]]:
    """What a user should know: pages that are images, pages read by OCR, hidden text."""
    found: list[tuple[str, dict[str, object]]] = []
    for key, numbers in (
        ("documents.page_image", [page.number for page in pages if page.kind == "image"]),
        ("documents.page_ocr", [page.number for page in pages if page.kind == "ocr"]),
        ("documents.page_hidden", [page.number for page in pages if page.hidden]),
    ):
        if len(numbers) == 1:
            found.append((f"{key}.one", {"n": numbers[0]}))
        elif numbers:
            found.append((f"{key}.other", {"pages": _ranges(numbers)}))
    return found


def _ranges(numbers: list[int]) -> str:
    """Page numbers as people write them: 1-3, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def _read_pdf(path: Path, _: str, settings: Settings) -> tuple[list[Page], str]:
    from core.documents.parse import ocr
    from core.documents.parse.pdf import parse_pdf

    use_ocr = settings.get("ocr") == "auto" and ocr.is_available()
    ocr_seconds = 0.6 * settings.get("parser_time_limit_s") if use_ocr else 0.0
    content = parse_pdf(path, settings.get("parser_pages_max"), ocr_seconds)
    return content.pages, content.title


def _read_docx(path: Path, *_: object) -> tuple[list[Page], str]:
    from core.documents.parse.docx import parse_docx

    check_archive(path, "DOCX")
    return parse_docx(path)


def _read_pptx(path: Path, *_: object) -> tuple[list[Page], str]:
    from core.documents.parse.pptx import parse_pptx

    check_archive(path, "PPTX")
    return parse_pptx(path)


def _read_xlsx(path: Path, *_: object) -> tuple[list[Page], str]:
    from core.documents.parse.sheets import parse_workbook

    check_archive(path, "XLSX")
    return parse_workbook(path)


def _read_csv(path: Path, name: str, _: Settings) -> tuple[list[Page], str]:
    from core.documents.parse.plain import decode
    from core.documents.parse.sheets import parse_csv

    return parse_csv(decode(path.read_bytes()), name)


def _read_text_kind(kind: str) -> _Reader:
    def read(path: Path, _name: str, _settings: Settings) -> tuple[list[Page], str]:
        from core.documents.parse import html, plain, structured

        data = path.read_bytes()
        if kind == "eml":
            return structured.parse_email(data)
        reader = {
            "html": html.parse_html,
            "markdown": plain.parse_markdown,
            "text": plain.parse_text,
            "vtt": plain.parse_subtitles,
            "json": structured.parse_json,
            "ipynb": structured.parse_notebook,
        }[kind]
        return reader(plain.decode(data))

    return read


_READERS: dict[str, _Reader] = {
    "pdf": _read_pdf,
    "docx": _read_docx,
    "pptx": _read_pptx,
    "xlsx": _read_xlsx,
    "csv": _read_csv,
    **{kind: _read_text_kind(kind) for kind in ("html", "markdown", "text", "vtt", "json", "ipynb", "eml")},
}
