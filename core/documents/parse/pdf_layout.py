"""From words to rows in reading order: segments, columns, rows. Geometry only; nothing here knows what a table is.

A segment is a run of words on one line without a wide gap: a line of prose, or a cell. Columns are found as gutters
that stay empty over many rows with prose on both sides (rows of short or numeric cells are a table and stay rows),
in the manner of recursive X-Y cuts (Nagy and Seth, 1984) with the vertical cut limited to prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from core.documents.parse.pdf_words import Word

_CELL_GAP = 0.75
_FIGURE_GAP = 0.42
_FIGURE = re.compile(r"[(\[$€£¥+\-–—]*\s*\d[\d.,]*\s*[)\]%]*|[—–-]|[$€£]|N/?A", re.IGNORECASE)
_CAPTION = re.compile(r"(?:Tabla|Cuadro|Gr[aá]fico|Figura|Table|Figure|Chart|Exhibit) \d", re.IGNORECASE)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_BINS = 240
_GUTTERS = 5
_LINE_LENGTH = 20  # characters of a printed line of prose, at least


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
    cuts = [(gutter, _bands(rows, gutter)) for gutter in _find_gutters(rows)]
    gutter, bands = max(cuts, key=lambda cut: _rows_in_columns(cut[1]), default=(0.0, []))
    if not _rows_in_columns(bands):
        return [rows]
    regions: list[list[Row]] = []
    open_band: list[Row] | None = None
    for is_columns, band in bands:
        if is_columns:
            for side in _sides(band, gutter):
                regions += _regions(group_rows(side), depth + 1)
            open_band = None
        elif open_band is not None:
            open_band.extend(band)
        else:
            open_band = list(band)
            regions.append(open_band)
    return regions


def _rows_in_columns(bands: list[tuple[bool, list[Row]]]) -> int:
    return sum(len(band) for is_columns, band in bands if is_columns)


def _sides(rows: list[Row], gutter: float) -> tuple[list[Segment], list[Segment]]:
    members = [segment for row in rows for segment in row.segments]
    return [item for item in members if item.x1 <= gutter], [item for item in members if item.x0 >= gutter]


def _find_gutters(rows: list[Row]) -> list[float]:
    """Where many rows leave room between two segments, most rows first: the best place, and others that at least four
    rows and a third of its rows share, since a table above may have the better one; then where lines of prose do,
    which the cells of a long table outnumber."""
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    scale = (right - left) / _BINS
    if scale <= 0:
        return []
    pairs = [list(pairwise(sorted(row.segments, key=lambda item: item.x0))) for row in rows]
    peaks = _peaks(_votes(pairs, left, scale))
    floor = max(4, max((height for height, _ in peaks), default=0) / 3)
    best = sorted((peak for peak in peaks if peak[0] >= floor), reverse=True)[:_GUTTERS]
    lines = [pair for pair in pairs if len(pair) == 1 and all(len(side.text) >= _LINE_LENGTH for side in pair[0])]
    best += sorted((peak for peak in _peaks(_votes(lines, left, scale)) if peak[0] >= 3), reverse=True)[:1]
    return list(dict.fromkeys(left + scale * middle for _, middle in best))


def _votes(pairs: list[list[tuple[Segment, Segment]]], left: float, scale: float) -> list[int]:
    """How many rows leave each bin of the width empty between two segments."""
    votes = [0] * (_BINS + 1)
    for first, second in (pair for row in pairs for pair in row):
        low, high = int((first.x1 - left) / scale) + 1, int((second.x0 - left) / scale)
        for index in range(low, min(high + 1, _BINS)):
            votes[index] += 1
    return votes


def _peaks(votes: list[int]) -> list[tuple[int, float]]:
    """(height, middle) of every level run of votes that is higher than what stands on both sides of it."""
    peaks = []
    first = 0
    for index in range(1, len(votes) + 1):
        if index < len(votes) and votes[index] == votes[first]:
            continue
        before = votes[first - 1] if first else 0
        after = votes[index] if index < len(votes) else 0
        if votes[first] > before and votes[first] > after:
            peaks.append((votes[first], (first + index - 1) / 2))
        first = index
    return peaks


def _bands(rows: list[Row], gutter: float) -> list[tuple[bool, list[Row]]]:
    """Runs of rows that are two columns of prose at this gutter (True), and of all others."""
    kinds = _smooth([_kind(row, gutter) for row in rows])
    bands: list[tuple[bool, list[Row]]] = []
    for is_prose, members in _runs(rows, kinds):
        columns = is_prose and sum(row.x0 < gutter < row.x1 for row in members) >= 3
        columns = columns and all(map(_is_prose, _sides(members, gutter)))
        if bands and not columns and not bands[-1][0]:
            bands[-1][1].extend(members)
        else:
            bands.append((columns, members))
    return bands


def _runs(rows: list[Row], kinds: list[str]) -> list[tuple[bool, list[Row]]]:
    """Rows of prose and others, in runs; a caption, and what stands far below, begins a run of its own."""
    runs: list[tuple[bool, list[Row]]] = []
    for index, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        is_prose = kind == "prose"
        far = index > 0 and row.y0 - rows[index - 1].y1 > 3 * (row.y1 - row.y0)
        caption = len(row.segments) == 1 and bool(_CAPTION.match(row.segments[0].text))
        if runs and runs[-1][0] is is_prose and not (is_prose and (far or caption)):
            runs[-1][1].append(row)
        else:
            runs.append((is_prose, [row]))
    return runs


def _kind(row: Row, gutter: float) -> str:
    """'across' where a segment lies over the gutter, 'cells' where a side is cells or a figure, else 'prose'."""
    if any(segment.x0 < gutter < segment.x1 for segment in row.segments):
        return "across"
    for side in _sides([row], gutter):
        if len(side) > 1 or (side and _FIGURE.fullmatch(side[0].text)):
            return "cells"
    return "prose"


def _smooth(kinds: list[str]) -> list[str]:
    """A line or two of cells in the midst of prose are justified lines set wide, not a table."""
    smoothed: list[str] = []
    for kind, run in groupby(kinds):
        count = len(list(run))
        end = len(smoothed) + count
        inside = smoothed and smoothed[-1] == "prose" and end < len(kinds) and kinds[end] == "prose"
        smoothed += ["prose" if kind == "cells" and count <= 2 and inside else kind] * count
    return smoothed


def _is_prose(segments: list[Segment]) -> bool:
    """Whether a side of a gutter reads as lines of text: long, of letters, filling the column."""
    if len(segments) < 3:
        return False
    rows = group_rows(segments)
    texts = [" ".join(segment.text for segment in row.segments) for row in rows]
    letters = sum(sum(char.isalpha() for char in text) for text in texts)
    if letters < 0.6 * sum(map(len, texts)) or median(map(len, texts)) < 14:
        return False
    side = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    return sum(row.x1 - row.x0 > 0.7 * side for row in rows) >= 0.5 * len(rows)
