"""From words to rows in reading order: segments, columns, rows. Geometry only; nothing here knows what a table is.

A segment is a run of words on one line without a wide gap: a line of prose, or a cell. Columns are found as gutters
that stay empty over many rows with prose on both sides (rows of short or numeric cells are a table and stay rows),
in the manner of recursive X-Y cuts (Nagy and Seth, 1984) with the vertical cut limited to prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from core.documents.parse.pdf_words import Word

_CELL_GAP = 0.75
_FIGURE_GAP = 0.42
_FIGURE = re.compile(r"[(\[$€£¥+\-–—]*\s*\d[\d.,]*\s*[)\]%]*|[—–-]|[$€£]|N/?A", re.IGNORECASE)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_BINS = 240


@dataclass(slots=True)
class Segment:
    words: list[Word]
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Row:
    """Segments that stand on one line, in reading direction, and the box around them."""

    __slots__ = ("segments", "x0", "x1", "y0", "y1")

    def __init__(self, segment: Segment) -> None:
        self.segments = [segment]
        self.x0, self.y0, self.x1, self.y1 = segment.x0, segment.y0, segment.x1, segment.y1

    def add(self, segment: Segment) -> None:
        self.segments.append(segment)
        self.x0, self.x1 = min(self.x0, segment.x0), max(self.x1, segment.x1)
        self.y0, self.y1 = min(self.y0, segment.y0), max(self.y1, segment.y1)


def order_rows(words: list[Word]) -> list[list[Row]]:
    """The words' rows as a list of regions in reading order; each region is one column or one full-width band."""
    return _regions(_join_touching(group_rows(make_segments(words))), 0)


def make_segments(words: list[Word]) -> list[Segment]:
    """Runs of words of one pdfium line without a wide gap."""
    segments: list[Segment] = []
    previous: Word | None = None
    for word in words:
        if previous is not None and word.line == previous.line and _follows(previous, word):
            _extend(segments[-1], word)
        else:
            segments.append(Segment([word], word.x0, word.y0, word.x1, word.y1))
        previous = word
    return segments


def _follows(previous: Word, word: Word) -> bool:
    """Whether a word of the same pdfium line belongs to the run of the one before it."""
    step = word.x0 - previous.x1
    if word.y0 == previous.y0 and 0 <= step < 0.4 * (word.y1 - word.y0) and word.text[0].isalpha():
        return True  # prose, most of the time
    before, after = previous.y1 - previous.y0, word.y1 - word.y0
    if min(previous.y1, word.y1) - max(previous.y0, word.y0) < 0.3 * min(before, after):
        return False
    height = max(before, after, 0.1)
    gap = step / height
    if gap < -0.3 and (_RTL.search(word.text) or _RTL.search(previous.text)):
        gap = max(gap, (previous.x0 - word.x1) / height)
    if not -2 <= gap <= _CELL_GAP:
        return False
    return gap < 0.15 or not _parts_figures(previous.text, word.text, gap)


def _parts_figures(before: str, after: str, gap: float) -> bool:
    """Whether a gap (in heights) between two words parts two figures: '63,355 $' and '82,959 81,434' do not belong
    together, '$ 63,355' does."""
    if not _FIGURE.fullmatch(before) or not _FIGURE.fullmatch(after) or before in "$£(US$":
        return False
    return after in "$£" or gap > _FIGURE_GAP


def _extend(segment: Segment, word: Word) -> None:
    segment.words.append(word)
    if word.x1 > segment.x1:
        segment.x1 = word.x1
    if word.x0 < segment.x0:
        segment.x0 = word.x0
    if word.y0 < segment.y0:
        segment.y0 = word.y0
    if word.y1 > segment.y1:
        segment.y1 = word.y1


def _join_touching(rows: list[Row]) -> list[Row]:
    """Segments of a row that pdfium broke although hardly a space lies between them, joined again."""
    for row in rows:
        if len(row.segments) == 1:
            continue
        joined = row.segments[:1]
        for segment in row.segments[1:]:
            if _touches(joined[-1], segment):
                for word in segment.words:
                    _extend(joined[-1], word)
            else:
                joined.append(segment)
        row.segments = joined
    return rows


def _touches(left: Segment, right: Segment) -> bool:
    height = max(min(left.height, right.height), 0.1)
    gap = max(right.x0 - left.x1, left.x0 - right.x1) / height
    return -0.3 < gap < 0.6 and not _parts_figures(left.words[-1].text, right.words[0].text, gap)


def group_rows(segments: list[Segment]) -> list[Row]:
    """Segments grouped by vertical overlap, rows from the top down, each row in its reading direction."""
    rows: list[Row] = []
    spans: list[tuple[float, float]] = []
    for segment in sorted(segments, key=lambda item: (item.y0 + item.y1, item.x0)):
        for back in range(1, min(4, len(rows) + 1)):
            top, bottom = spans[-back]
            overlap = min(bottom, segment.y1) - max(top, segment.y0)
            if overlap > 0.5 * min(bottom - top, segment.height) and not _collides(rows[-back], segment):
                rows[-back].add(segment)
                break
        else:
            rows.append(Row(segment))
            spans.append((segment.y0, segment.y1))
    for row in rows:
        if len(row.segments) > 1:
            backwards = _reads_backwards(" ".join(segment.text for segment in row.segments))
            row.segments.sort(key=lambda item: -item.x1 if backwards else item.x0)
    return rows


def _reads_backwards(text: str) -> bool:
    """Whether a text is written from right to left."""
    return not text.isascii() and len(_RTL.findall(text)) > 0.4 * len(text)


def _collides(row: Row, segment: Segment) -> bool:
    """Whether the segment would overprint one of the row: it then stands on another, tightly set line."""
    margin = 0.3 * segment.height
    return any(other.x0 < segment.x1 - margin and segment.x0 < other.x1 - margin for other in row.segments)


def _regions(rows: list[Row], depth: int) -> list[list[Row]]:
    if depth > 3 or len(rows) < 4:
        return [rows] if rows else []
    gutter = _find_gutter(rows)
    if gutter is None:
        return [rows]
    regions: list[list[Row]] = []
    open_band: list[Row] | None = None
    for is_columns, band in _bands(rows, gutter):
        members = [segment for row in band for segment in row.segments]
        left = [segment for segment in members if segment.x1 <= gutter]
        right = [segment for segment in members if segment.x0 >= gutter]
        if is_columns and _is_prose(left) and _is_prose(right):
            regions += _regions(group_rows(left), depth + 1) + _regions(group_rows(right), depth + 1)
            open_band = None
        elif open_band is not None:
            open_band.extend(band)
        else:
            open_band = list(band)
            regions.append(open_band)
    return regions


def _find_gutter(rows: list[Row]) -> float | None:
    """The x that the most rows leave empty between two segments; None where fewer than four rows do."""
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    scale = (right - left) / _BINS
    if scale <= 0:
        return None
    votes = [0] * (_BINS + 1)
    for row in rows:
        ordered = sorted(row.segments, key=lambda item: item.x0)
        for first, second in pairwise(ordered):
            low, high = int((first.x1 - left) / scale) + 1, int((second.x0 - left) / scale)
            for index in range(low, min(high + 1, _BINS)):
                votes[index] += 1
    best = max(votes)
    if best < 4:
        return None
    run = [index for index, vote in enumerate(votes) if vote >= best * 0.95]
    first = last = run[0]
    for index in run[1:]:
        if index > last + 1:
            break
        last = index
    return left + scale * (first + last) / 2


def _bands(rows: list[Row], gutter: float) -> list[tuple[bool, list[Row]]]:
    """Runs of rows that respect the gutter (True, with at least three two-sided rows) and of rows that do not."""
    runs: list[tuple[bool, list[Row]]] = []
    for row in rows:
        crosses = any(segment.x0 < gutter < segment.x1 for segment in row.segments)
        if runs and runs[-1][0] is not crosses:
            runs[-1][1].append(row)
        else:
            runs.append((not crosses, [row]))
    bands: list[tuple[bool, list[Row]]] = []
    for respects, run in runs:
        columns = respects and sum(row.x0 < gutter < row.x1 for row in run) >= 3
        if bands and not columns and not bands[-1][0]:
            bands[-1][1].extend(run)
        else:
            bands.append((columns, run))
    return bands


def _is_prose(segments: list[Segment]) -> bool:
    """Whether a side of a gutter reads as lines of text: long, of letters, filling the column."""
    if len(segments) < 3:
        return False
    texts = [segment.text for segment in segments]
    letters = sum(sum(char.isalpha() for char in text) for text in texts)
    if letters < 0.6 * sum(map(len, texts)) or median(map(len, texts)) < 14:
        return False
    side = max(segment.x1 for segment in segments) - min(segment.x0 for segment in segments)
    rows = group_rows(segments)
    filled = sum(sum(segment.width for segment in row.segments) > 0.7 * side for row in rows)
    return filled >= 0.5 * len(rows)
