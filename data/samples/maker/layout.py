"""The look of the PDF documents: page templates, paragraph styles, tables, footnotes and vector charts.

It knows how things look, not what they say. Every PDF is written with fixed dates, so the bytes repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

FOREST, CORK, SAND, INK, GREY = (HexColor(code) for code in ("#2F4A3A", "#B5793D", "#F4EEE4", "#23272A", "#71787D"))
PALETTE = [FOREST, CORK, HexColor("#7FA08A"), HexColor("#D9B88C"), HexColor("#4F6D7A"), HexColor("#A9B8BF")]
WIDTH = A4[0] - 44 * mm

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14.4, textColor=INK, spaceAfter=6)
STYLES = {
    "body": BODY,
    "column": ParagraphStyle("column", BODY, fontSize=9.9, leading=14.4, alignment=TA_JUSTIFY),
    "lead": ParagraphStyle("lead", BODY, fontSize=11.5, leading=16.5, textColor=FOREST, spaceAfter=10),
    "h1": ParagraphStyle("h1", BODY, fontName="Helvetica-Bold", fontSize=20, leading=24, textColor=FOREST, spaceAfter=10),
    "h2": ParagraphStyle("h2", BODY, fontName="Helvetica-Bold", fontSize=12.5, leading=16, textColor=CORK, spaceBefore=8, spaceAfter=5, keepWithNext=1),
    "caption": ParagraphStyle("caption", BODY, fontName="Helvetica-Bold", fontSize=8.8, leading=12, textColor=FOREST, spaceBefore=8, spaceAfter=4, keepWithNext=1),
    "source": ParagraphStyle("source", BODY, fontSize=7.6, leading=10, textColor=GREY, spaceBefore=3, spaceAfter=9),
    "bullet": ParagraphStyle("bullet", BODY, leftIndent=12, bulletIndent=2, spaceAfter=4),
    "clause": ParagraphStyle("clause", BODY, alignment=TA_JUSTIFY, leftIndent=20, firstLineIndent=-20, spaceAfter=5),
    "cell": ParagraphStyle("cell", BODY, fontSize=8.8, leading=11.4, spaceAfter=0),
    "quote": ParagraphStyle("quote", BODY, fontName="Helvetica-Oblique", fontSize=11, leading=16, textColor=CORK, leftIndent=12, spaceBefore=6, spaceAfter=10),
}


def p(text: str, style: str = "body") -> Paragraph:
    return Paragraph(text.replace("&", "&amp;"), STYLES[style])


def bullets(items: Sequence[str]) -> list[Paragraph]:
    return [Paragraph(item.replace("&", "&amp;"), STYLES["bullet"], bulletText="•") for item in items]


class Heading(Paragraph):
    """A heading of the first level: it also enters the contents and the outline."""

    def __init__(self, text: str):
        super().__init__(text, STYLES["h1"])
        self.contents_text = text


class Footnote(Flowable):
    """Takes no room where it stands; the page prints its text above the footer."""

    def __init__(self, mark: str, text: str):
        super().__init__()
        self.mark, self.text = mark, text

    def wrap(self, *_):
        return 0, 0

    def draw(self):
        self.canv.notes = [*getattr(self.canv, "notes", []), (self.mark, self.text)]


def columns(items: Sequence[Flowable]) -> Table:
    """Two columns of about the same height; a paragraph is never cut and a heading never ends a column."""
    width = (WIDTH - 8 * mm) / 2
    heights = [item.wrap(width, 9999)[1] + item.getSpaceBefore() + item.getSpaceAfter() for item in items]
    splits = [at for at in range(1, len(items)) if items[at - 1].style.name != "h2"]
    best = min(splits, key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    table = Table([[list(items[:best]), "", list(items[best:])]], colWidths=[width, 8 * mm, width], spaceAfter=8)
    table.setStyle(TableStyle([(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")] + [("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def grid(rows: Sequence[Sequence[str]], widths: Sequence[float], total: bool = False, left: int = 1) -> Table:
    """A table with a header row; the first `left` columns are text, the others numbers. Widths are shares of the page."""
    cells = [[p(cell, "cell") if left > 1 and r and c < left and len(cell) > 22 else cell for c, cell in enumerate(row)] for r, row in enumerate(rows)]
    table = Table(cells, colWidths=[WIDTH * share / sum(widths) for share in widths], repeatRows=1)
    style = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 8.8),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.4),
        ("TEXTCOLOR", (0, 0), (-1, 0), white),
        ("BACKGROUND", (0, 0), (-1, 0), FOREST),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, SAND]),
        ("ALIGN", (left, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 4.0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.0),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, FOREST),
    ]
    if total:
        style += [("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 8.6), ("LINEABOVE", (0, -1), (-1, -1), 0.8, FOREST)]
    table.setStyle(TableStyle(style))
    return table


def cards(items: Sequence[tuple[str, str, str]]) -> Table:
    """Key figures in a row: value, label, remark."""
    big = ParagraphStyle("big", BODY, fontName="Helvetica-Bold", fontSize=17, leading=21, textColor=FOREST, spaceAfter=1)
    label = ParagraphStyle("label", BODY, fontName="Helvetica-Bold", fontSize=8.4, leading=11, spaceAfter=1)
    small = ParagraphStyle("small", BODY, fontSize=7.8, leading=10, textColor=GREY, spaceAfter=0)
    row = [[Paragraph(value, big), Paragraph(name, label), Paragraph(remark, small)] for value, name, remark in items]
    table = Table([row], colWidths=[WIDTH / len(items)] * len(items))
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), SAND),
                ("LINEABOVE", (0, 0), (-1, 0), 2, CORK),
                ("INNERGRID", (0, 0), (-1, -1), 4, white),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 8),
                ("TOPPADDING", (0, 0), (-1, -1), 8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return table


# ---------------------------------------------------------------- charts (vector)


def _axis(drawing: Drawing, box, top: float, step: float, show) -> None:
    x, y, width, height = box
    value = 0.0
    while value <= top + 1e-9:
        level = y + height * value / top
        drawing.add(Line(x, level, x + width, level, strokeColor=HexColor("#DDDDD8"), strokeWidth=0.5))
        drawing.add(String(x - 5, level - 2.5, show(value), fontName="Helvetica", fontSize=7, fillColor=GREY, textAnchor="end"))
        value += step


def _legend(drawing: Drawing, names: Sequence[str], x: float, y: float) -> None:
    for index, name in enumerate(names):
        drawing.add(Rect(x, y, 7, 7, fillColor=PALETTE[index], strokeColor=None))
        drawing.add(String(x + 10, y + 0.5, name, fontName="Helvetica", fontSize=7.5, fillColor=INK))
        x += 24 + stringWidth(name, "Helvetica", 7.5)


def bar_chart(labels, series: dict[str, Sequence[float]], top: float, step: float, show, height=62 * mm, value_labels=False) -> Drawing:
    """Grouped bars, one group a label."""
    drawing = Drawing(WIDTH, height)
    box = (34, 22, WIDTH - 40, height - 42)
    _axis(drawing, box, top, step, show)
    x, y, width, tall = box
    slot = width / len(labels)
    bar = slot * 0.72 / len(series)
    for index, label in enumerate(labels):
        start = x + slot * index + slot * 0.14
        for number, values in enumerate(series.values()):
            size = tall * values[index] / top
            drawing.add(Rect(start + bar * number, y, bar * 0.92, size, fillColor=PALETTE[number], strokeColor=None))
            if value_labels:
                drawing.add(String(start + bar * (number + 0.46), y + size + 2.5, show(values[index]), fontName="Helvetica", fontSize=6.6, fillColor=INK, textAnchor="middle"))
        drawing.add(String(x + slot * (index + 0.5), y - 11, label, fontName="Helvetica", fontSize=7.5, fillColor=INK, textAnchor="middle"))
    _legend(drawing, list(series), x, height - 11)
    return drawing


def line_chart(labels, series: dict[str, Sequence[float]], top: float, step: float, show, height=62 * mm) -> Drawing:
    drawing = Drawing(WIDTH, height)
    box = (34, 22, WIDTH - 40, height - 42)
    _axis(drawing, box, top, step, show)
    x, y, width, tall = box
    gap = width / (len(labels) - 1)
    for number, values in enumerate(series.values()):
        points = [coordinate for index, value in enumerate(values) for coordinate in (x + gap * index, y + tall * value / top)]
        drawing.add(PolyLine(points, strokeColor=PALETTE[number], strokeWidth=1.6))
    for index, label in enumerate(labels):
        drawing.add(String(x + gap * index, y - 11, label, fontName="Helvetica", fontSize=7.5, fillColor=INK, textAnchor="middle"))
    _legend(drawing, list(series), x, height - 11)
    return drawing


# ---------------------------------------------------------------- the document


class Report(BaseDocTemplate):
    """A4 with a running header and footer, numbered pages, footnotes; page 1 is the cover where one is given."""

    def __init__(self, path: Path, title: str, header: str, page_word: str, lang: str, cover: Sequence[str] | None = None):
        super().__init__(str(path), pagesize=A4, invariant=1, title=title, author="Alborcal Corcho, S.A.", lang=lang)
        self.header, self.page_word, self.cover_lines = header, page_word, cover
        body = Frame(22 * mm, 27 * mm, WIDTH, A4[1] - 54 * mm, 0, 0, 0, 0, id="body")
        templates = [PageTemplate("body", [body], onPageEnd=self._frame_page)]
        if cover:
            templates.insert(0, PageTemplate("cover", [body], onPage=self._draw_cover))
        self.addPageTemplates(templates)

    def write(self, story: list[Flowable]) -> None:
        self.multiBuild(([NextPageTemplate("body"), PageBreak()] if self.cover_lines else []) + story)

    def afterFlowable(self, flowable):
        if isinstance(flowable, Heading):
            key = f"h{self.page}-{len(flowable.contents_text)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.contents_text, key, 0)
            self.notify("TOCEntry", (0, flowable.contents_text, self.page, key))

    def _draw_cover(self, canvas, _doc):
        canvas.setFillColor(FOREST)
        canvas.rect(0, 0, *A4, stroke=0, fill=1)
        canvas.setFillColor(CORK)
        for row in range(9):
            for column in range(12):
                radius = 2.1 + ((row * 7 + column * 11) % 6) * 0.75
                canvas.circle(24 * mm + column * 14.6 * mm, 32 * mm + row * 12.5 * mm, radius * mm, stroke=0, fill=1)
        canvas.setFillColor(FOREST)
        canvas.rect(0, 118 * mm, A4[0], 60 * mm, stroke=0, fill=1)
        canvas.setFillColor(white)
        small, title, subtitle, foot = self.cover_lines
        canvas.setFont("Helvetica", 13)
        canvas.drawString(24 * mm, 262 * mm, small)
        canvas.setFont("Helvetica-Bold", 40)
        canvas.drawString(24 * mm, 205 * mm, title)
        canvas.setFont("Helvetica", 16)
        canvas.drawString(24 * mm, 192 * mm, subtitle)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(24 * mm, 16 * mm, foot)

    def _frame_page(self, canvas, _doc):
        canvas.saveState()
        canvas.setStrokeColor(CORK)
        canvas.setLineWidth(0.8)
        canvas.line(22 * mm, A4[1] - 19 * mm, A4[0] - 22 * mm, A4[1] - 19 * mm)
        canvas.setFillColor(GREY)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(22 * mm, A4[1] - 16.5 * mm, self.header)
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"{self.page_word} {canvas.getPageNumber()}")
        canvas.drawString(22 * mm, 12 * mm, "Alborcal Corcho, S.A.")
        notes = canvas.__dict__.pop("notes", [])
        if notes:
            canvas.line(22 * mm, 17.5 * mm + 9 * len(notes), 70 * mm, 17.5 * mm + 9 * len(notes))
        canvas.setFont("Helvetica", 7.4)
        for index, (mark, text) in enumerate(reversed(notes)):
            canvas.drawString(22 * mm, 17 * mm + 9 * index, f"({mark}) {text}")
        canvas.restoreState()


def contents() -> TableOfContents:
    toc = TableOfContents()
    toc.dotsMinLevel = 0
    toc.levelStyles = [ParagraphStyle("toc", BODY, fontSize=10.5, leading=19)]
    return toc


def gap(millimetres: float) -> Spacer:
    return Spacer(1, millimetres * mm)
