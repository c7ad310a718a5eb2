"""What stands behind a citation: the sentences around its quote, the table that holds it, and their figures.

It reads pages that others fetched, each of their sentences once, and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.documents.sentences import split_lines, split_sentences
from core.i18n import detect_language
from core.records import Citation, Page, PageTable
from core.validation.dates import DateSpan, read_dates
from core.validation.measures import fold, lexicon
from core.validation.places import OWN, Context, Place, Segment, merge_keys, prose_places, read_segment
from core.validation.table_places import mark_quoted, table_places
from core.validation.vocabulary import Vocabulary

_SCALES = re.compile(
    r"\b(thousands|millions|billions)\b|\b(?:in|en)\s+(?:[€$£]\s?)?(miles|millones|million|thousand|billion)\b|"
    r"[€$£¥]\s?(m|mn|k|bn|million|thousand|billion)\b|\b(m|mn|k)\s?€|(?:['’]|[€$£]\s?)(000)s?\b|"
    r"\b(thousand|miles|million|millones|billion)\s*(?:de\s+)?(?:€|eur|\$|usd|euros|dollars|dolares)|"
    r"\((thousand|million|billion|miles|millones)\b|\b(?:eur|usd|gbp|rmb|hk\$|s\$)\s?(m|mn|k|thousand|million|billion)\b",
)


@dataclass(slots=True)
class Passage:
    """What a citation stands on. `segments` are the sentences of the quote and its neighbours, `places` their figures
    and those of its table, `identity` what names the document; `page_text` is for what stands elsewhere on the page."""

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


class Sources:
    """Reads pages into passages, each page's sentences once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._cut: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._read: dict[tuple[int, int, int, int], Segment] = {}
        self._tables: dict[tuple[int, int, int], tuple[list[Place], list[DateSpan], Context]] = {}
        self._declared: dict[tuple[int, int], tuple[frozenset[float], frozenset[str]]] = {}

    def passage(self, citation: Citation, page: Page, identity: str) -> Passage:
        where = (citation.document_id, page.number)
        lang = detect_language(page.text[:4000])
        start, end = citation.start, citation.end
        spans = self._spans(citation.document_id, page)
        held = [n for n, (a, b) in enumerate(spans) if a < end and start < b]
        near = spans[max(0, held[0] - 1) : held[-1] + 2] if held else [(start, end)]
        segments = [self._segment(where, page.text, span, lang) for span in near]
        quoted = [s for s in segments if s.start < end and start < s.end] or segments
        tables = [(n, t) for n, t in enumerate(page.tables) if t.start < end + 200 and start - 200 < t.end]
        headings = " · ".join(h.text for h in page.headings if h.start <= start)[-300:]
        near_text = "\n".join([headings, *(s.text for s in segments), *(_table_text(t) for _, t in tables)])
        prose = [s for s in segments if not any(t.start <= s.start < t.end for _, t in tables)]
        places = [place for s in prose for place in prose_places(s, s in quoted, where)]
        dates = [date for s in segments for date in s.dates] + read_dates(headings) + read_dates(identity)
        keys = merge_keys(self.vocabulary.read(headings, lang), OWN)
        for segment in segments:
            merge_keys(segment.words, OWN, keys)
        for number, table in tables:
            cells, told, words = self._table(where, number, table, lang)
            places += mark_quoted(cells, table, page.text[start:end])
            dates += told
            keys.update(words)
        if where not in self._declared:
            self._declared[where] = (_declared_scales(page.text), _declared_currencies(page.text))
        return Passage(
            citation.n,
            lang,
            segments,
            places,
            dates,
            keys,
            near_text,
            fold(near_text),
            identity,
            page.text,
            *self._declared[where],
            quoted,
        )

    def _segment(self, where: tuple[int, int], text: str, span: tuple[int, int], lang: str) -> Segment:
        key = (*where, *span)
        if key not in self._read:
            self._read[key] = read_segment(text, *span, lang, self.vocabulary)
        return self._read[key]

    def _table(
        self, where: tuple[int, int], number: int, table: PageTable, lang: str
    ) -> tuple[list[Place], list[DateSpan], Context]:
        key = (*where, number)
        if key not in self._tables:
            words = merge_keys(self.vocabulary.read(_table_text(table), lang), OWN)
            self._tables[key] = (*table_places(table, number, lang, self.vocabulary, where), words)
        return self._tables[key]

    def _spans(self, document_id: int, page: Page) -> list[tuple[int, int]]:
        key = (document_id, page.number)
        if key not in self._cut:
            self._cut[key] = _cut(page)
        return self._cut[key]


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


def _declared_scales(text: str) -> frozenset[float]:
    """The scales that a page says its figures are in: '(in millions)', 'miles de euros'."""
    names = {"b": 1e9, "t": 1e3, "k": 1e3, "0": 1e3}
    found = {1.0}
    for match in _SCALES.finditer(fold(text)):
        word = next(group for group in match.groups() if group)
        found.add(1e3 if word == "miles" else names.get(word[0], 1e6))
    return frozenset(found)


def _declared_currencies(text: str) -> frozenset[str]:
    folded = fold(text)
    found = {unit for form, unit in lexicon()["currencies"].items() if not form.isalpha() and form in folded}
    words = set(re.findall(r"[a-z]+", folded))
    return frozenset(found | {unit for form, unit in lexicon()["currencies"].items() if form in words})
