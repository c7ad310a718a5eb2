"""What stands behind a citation: the sentences around its quote, the table that holds it, and their figures.

It reads pages that others fetched, each of their sentences once, and judges nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.documents.sentences import split_lines, split_sentences
from core.i18n import detect_language
from core.records import Citation, Page, PageTable
from core.validation.dates import DateSpan, read_dates
from core.validation.measures import fold, lexicon
from core.validation.places import OWN, Context, Place, Segment, merge_keys, prose_places, read_segment
from core.validation.separators import decimal_mark
from core.validation.table_places import declared_scales, mark_quoted, table_places
from core.validation.vocabulary import Vocabulary


@dataclass(slots=True)
class Passage:
    """What a citation stands on. `segments` are the sentences of the quote and its neighbours, `places` their figures
    and those of its table, `identity` what names the document, `naming` the dates
    of that; `page_text` is for what stands elsewhere on the page."""

    n: int
    lang: str
    segments: list[Segment]
    places: list[Place]
    dates: list[DateSpan]
    keys: Context
    near_text: str
    near_folded: str
    identity: str
    page_text: str
    scales: frozenset[float]
    currencies: frozenset[str]
    quoted: list[Segment] = field(default_factory=list)
    naming: list[DateSpan] = field(default_factory=list)


class Sources:
    """Reads pages into passages, each page once while it is among the last that were read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def passage(self, citation: Citation, page: Page, identity: str) -> Passage:
        """What stands behind a citation of `page`; `identity` is what names its document."""
        where = (citation.document_id, page.number)
        read = _read_page(where, page, self.vocabulary)
        start, end = citation.start, citation.end
        segments = read.around(start, end)
        quoted = [s for s in segments if s.start < end and start < s.end] or segments
        tables = [(n, t) for n, t in enumerate(page.tables) if t.start < end + 200 and start - 200 < t.end]
        headings = " · ".join(h.text for h in page.headings if h.start <= start)[-300:]
        near_text = "\n".join([headings, *(s.text for s in segments), *(_table_text(t) for _, t in tables)])
        prose = [s for s in segments if not any(t.start <= s.start < t.end for _, t in tables)]
        places = [place for s in prose for place in prose_places(s, s in quoted, where)]
        naming = read_dates(identity)
        dates = [date for s in segments for date in s.dates] + read_dates(headings) + naming
        keys = merge_keys(self.vocabulary.read(headings, read.lang), OWN)
        for segment in segments:
            merge_keys(segment.words, OWN, keys)
        for number, table in tables:
            cells, told, words = read.table(number)
            places += mark_quoted(cells, table, page.text[start:end])
            dates += told
            keys.update(words)
        texts = (near_text, fold(near_text), identity, page.text)
        return Passage(
            citation.n, read.lang, segments, places, dates, keys, *texts, read.scales, read.currencies, quoted, naming
        )


class _ReadPage:
    """A page with what holds for all of it: language, decimal mark, what its figures are in; sentences and tables read
    when they are asked for."""

    def __init__(self, where: tuple[int, int], page: Page, vocabulary: Vocabulary) -> None:
        self.where, self.page, self.vocabulary = where, page, vocabulary
        self.lang = detect_language(page.text[:4000])
        self.mark = decimal_mark(page.text, self.lang)
        self.scales, self.currencies = declared_scales(page.text), _declared_currencies(page.text)
        self._spans = _cut(page)
        self._segments: dict[tuple[int, int], Segment] = {}
        self._tables: dict[int, tuple[list[Place], list[DateSpan], Context]] = {}

    def around(self, start: int, end: int) -> list[Segment]:
        """The sentences that a range touches, with one before and one behind."""
        held = [n for n, (a, b) in enumerate(self._spans) if a < end and start < b]
        near = self._spans[max(0, held[0] - 1) : held[-1] + 2] if held else [(start, end)]
        for span in near:
            if span not in self._segments:
                self._segments[span] = read_segment(self.page.text, *span, self.lang, self.vocabulary, self.mark)
        return [self._segments[span] for span in near]

    def table(self, number: int) -> tuple[list[Place], list[DateSpan], Context]:
        """The figures, dates and words of a table."""
        if number not in self._tables:
            table = self.page.tables[number]
            above = self.page.text[max(0, table.start - 240) : table.start]
            words = merge_keys(self.vocabulary.read(_table_text(table), self.lang), OWN)
            places = table_places(table, number, self.lang, self.vocabulary, self.where, above, self.mark)
            self._tables[number] = (*places, words)
        return self._tables[number]


_read_page = functools.lru_cache(maxsize=128)(_ReadPage)


def _cut(page: Page) -> list[tuple[int, int]]:
    """The sentences of a page outside its tables, and the tables' lines."""
    text, spans, at = page.text, [], 0
    blocks: list[tuple[int, int, bool]] = []
    for table in sorted(page.tables, key=lambda t: t.start):
        if table.start >= at:
            blocks += [(at, table.start, False), (table.start, table.end, True)]
            at = table.end
    blocks.append((at, len(text), False))
    for start, end, is_table in blocks:
        for first, last in _paragraphs(text, start, end):
            if is_table:
                spans += [(a, b) for a, b in _lines(text, first, last)]
            else:
                spans += [s for run in split_lines(text, first, last) for s in split_sentences(text, *run)]
    return spans


def _paragraphs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    at = start
    for match in re.finditer(r"\n\s*\n", text[start:end]):
        yield at, start + match.start()
        at = start + match.end()
    if at < end:
        yield at, end


def _lines(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    for match in re.finditer(r"[^\n]+", text[start:end]):
        yield start + match.start(), start + match.end()


def _table_text(table: PageTable) -> str:
    return "\n".join([table.title, *("\t".join(row) for row in table.rows)])


def _declared_currencies(text: str) -> frozenset[str]:
    folded = fold(text)
    found = {unit for form, unit in lexicon()["currencies"].items() if not form.isalpha() and form in folded}
    words = set(re.findall(r"[a-z]+", folded))
    return frozenset(found | {unit for form, unit in lexicon()["currencies"].items() if form in words})
