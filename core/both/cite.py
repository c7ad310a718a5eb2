"""The citations of a joint text: lines that comparisons rest on, and the likeliest sentences of what was found.

It compares no figures and words nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from core.reconcile.compare import Match
from core.records import Citation, Comparison, DocumentsAnswer

_QUOTE_MAX = 350
_SURE_OF_QUOTES = 0.5
_FURTHER = 2  # passages whose best sentence is quoted where the answer is not sure


def further_quotes(written: DocumentsAnswer) -> list[Citation]:
    """The likeliest sentence of each passage found first, where the answer is not sure of its own quotes."""
    if not written.hits or (written.confidence >= _SURE_OF_QUOTES and written.status == "answered"):
        return []
    found = []
    for hit in written.hits[:_FURTHER]:
        best = max(hit.sentences, key=lambda s: s.cosine + s.lexical, default=None)
        if best is not None and len(best.text) <= _QUOTE_MAX and best.text.strip():
            score = round(best.cosine, 4)
            found.append(
                Citation(0, hit.document_id, hit.file, best.page, best.text, best.start, best.end, score, True)
            )
    return found


def next_sentence(written: DocumentsAnswer) -> list[Citation]:
    """The sentence after the first quote: what a document says of a figure stands beside it."""
    first = written.citations[0]
    for hit in written.hits:
        after = [s for s in hit.sentences if s.page == first.page and s.start >= first.end]
        holds = any(s.page == first.page and s.start < first.end and first.start < s.end for s in hit.sentences)
        if hit.document_id != first.document_id or not holds or not after:
            continue
        found = min(after, key=lambda sentence: sentence.start)
        if len(found.text) <= _QUOTE_MAX and says_something(found.text):
            place = (hit.document_id, hit.file, found.page)
            return [Citation(0, *place, found.text, found.start, found.end, first.score, True)]
    return []


def says_something(quote: str) -> bool:
    """Whether a quote is more than the headings of a table: three words at least."""
    return len(re.findall(r"[^\W\d_]{3,}", quote)) > 2


def number_citations(
    matches: Sequence[Match], cited: Sequence[Citation]
) -> tuple[tuple[Citation, ...], tuple[Comparison, ...]]:
    """Citations numbered anew, those that comparisons rest on first, and the comparisons with their numbers."""
    citations: list[Citation] = []
    comparisons = []
    for match in matches:
        number = next((c.n for c in citations if _holds(c, match)), 0)
        if not number:
            number = len(citations) + 1
            known = next((c for c in cited if _holds(c, match)), None)
            citations.append(dataclasses.replace(known, n=number) if known else _citation(number, match))
        comparisons.append(dataclasses.replace(match.comparison, n=number))
    for citation in cited:
        if not any(_same_place(citation, other) for other in citations):
            citations.append(dataclasses.replace(citation, n=len(citations) + 1))
    return tuple(citations), tuple(comparisons)


def _holds(citation: Citation, match: Match) -> bool:
    """Whether the citation's quote holds the figure of the match."""
    place = (match.sheet.document_id, match.sheet.page.number)
    start, end = _figure_place(match)
    return (citation.document_id, citation.page) == place and citation.start <= start and end <= citation.end


def _same_place(one: Citation, other: Citation) -> bool:
    same = (one.document_id, one.page) == (other.document_id, other.page)
    return same and one.start < other.end and other.start < one.end


def _figure_place(match: Match) -> tuple[int, int]:
    at = match.sheet.page.text.find(match.comparison.stated, match.start, match.end)
    return (at, at + len(match.comparison.stated)) if at >= 0 else (match.start, match.end)


def _citation(number: int, match: Match) -> Citation:
    """The figure's own line as a quote, cut around the figure where it is too long."""
    sheet, (first, last) = match.sheet, _figure_place(match)
    text, start, end = sheet.page.text, match.start, match.end
    while start < first and text[start].isspace():
        start += 1
    while end > last and text[end - 1].isspace():
        end -= 1
    if end - start > _QUOTE_MAX:
        start = max(start, last - _QUOTE_MAX // 2)
        start = text.find(" ", start, first) + 1 or start
        end = text.rfind(" ", last, start + _QUOTE_MAX)
        end = end if end > 0 else min(match.end, start + _QUOTE_MAX)
    quote = text[start:end]
    return Citation(number, sheet.document_id, sheet.file, sheet.page.number, quote, start, end, 1.0, True)
