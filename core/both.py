"""One text from two answers: what the rows show, what the passages say, and whether their figures agree.

It asks nothing: both sides have answered. Figures are compared by `reconcile`; sentences come from each side.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.i18n import detect_language, plural, translate
from core.reconcile.compare import Asked, Match, Sheet, compare
from core.reconcile.tell import agreement, tell_comparisons, value_text
from core.records import Check, Citation, Comparison, DocumentsAnswer, Page, SqlAnswer
from core.router.split import Parts
from core.sql.lexicon import builtin_lexicon
from core.sql.link import is_content
from core.sql.words import stem, tokenize

ReadPage = Callable[[int, int], Page | None]
_QUOTE_MAX = 350
_PAGES_MAX = 10
_QUOTES_SHOWN = 3
_SURE = 0.85  # a stem this close counts as the word


@dataclass(frozen=True, slots=True)
class Woven:
    """The joint text (Markdown with [n] marks), its citations, and what was laid side by side."""

    text: str
    citations: tuple[Citation, ...]
    comparisons: tuple[Comparison, ...] = ()
    agreement: str | None = None


def weave(
    parts: Parts,
    written: DocumentsAnswer,
    data: SqlAnswer,
    lang: str,
    read_page: ReadPage,
    titles: Mapping[int, str],
) -> Woven:
    """Rows and passages in one text. Where a document states the figure of the rows, its line is cited first."""
    matches = find_matches(parts, written, data, lang, read_page, titles)
    citations, comparisons = _cite(matches, written.citations)
    kept = citations[: max(_QUOTES_SHOWN, len({found.n for found in comparisons}))]
    sections = [_rows(data, lang), _passages(kept, written, bool(comparisons), lang)]
    if comparisons:
        sections.append(tell_comparisons(comparisons, lang))
    elif parts.compares:
        sections.append(translate("reconcile.not_compared", lang))
    return Woven("\n\n".join(filter(None, sections)), kept, comparisons, agreement(comparisons))


def find_matches(
    parts: Parts, written: DocumentsAnswer, data: SqlAnswer, lang: str, read_page: ReadPage, titles: Mapping[int, str]
) -> list[Match]:
    """The figures of the rows that the pages found state too."""
    if data.result is None or data.result.error is not None:
        return []
    asked_terms = terms(parts.documents, lang)
    sheets = _sheets(written, read_page, titles)
    names = frozenset().union(*(terms(f"{sheet.file} {sheet.about}", sheet.lang) for sheet in sheets)) & asked_terms
    asked = Asked(parts.documents, lang, asked_terms, data.sql.text if data.sql else "", names)
    return compare(asked, data.result, sheets, terms)


def _sheets(written: DocumentsAnswer, read_page: ReadPage, titles: Mapping[int, str]) -> list[Sheet]:
    """The pages that the answer and its passages stand on, best first, each once."""
    places = [(c.document_id, c.file, c.page, "") for c in written.citations]
    for hit in written.hits:
        numbers = dict.fromkeys([hit.page, *(sentence.page for sentence in hit.sentences)])
        places += [(hit.document_id, hit.file, number, hit.lang) for number in numbers]
    langs = {hit.document_id: hit.lang for hit in written.hits}
    sheets = []
    for document_id, file, number in dict.fromkeys((a, b, c) for a, b, c, _ in places):
        page = read_page(document_id, number)
        if page is not None:
            spoken = langs.get(document_id) or detect_language(page.text)
            sheets.append(Sheet(document_id, file, page, spoken, titles.get(document_id, "")))
    return sheets[:_PAGES_MAX]


@functools.lru_cache(maxsize=20_000)
def terms(text: str, lang: str) -> frozenset[str]:
    """The content words of a text as English stems, so that both languages meet; years and numbers as written."""
    found: set[str] = set()
    for token in tokenize(text[:2000], lang, builtin_lexicon()):
        if token.kind == "number":
            found.add(token.source)
        elif is_content(token):
            found |= {stem(token.word), *(root for root, weight in token.stems if weight >= _SURE)}
    return frozenset(found)


# ---------------------------------------------------------------- citing and wording


def _cite(matches: Sequence[Match], cited: Sequence[Citation]) -> tuple[tuple[Citation, ...], tuple[Comparison, ...]]:
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


def _rows(data: SqlAnswer, lang: str) -> str:
    rows = data.result.rows if data.result else ()
    if not rows:
        told = translate("assistant.no_row", lang)
    else:
        told = " ".join(data.insight) or plural("assistant.rows", len(rows), lang)
    return translate("both.tables", lang, told=told)


def _passages(citations: Sequence[Citation], written: DocumentsAnswer, compared: bool, lang: str) -> str:
    if not citations:
        return translate("both.no_passage", lang, why=written.message)
    quotes = [f"“{' '.join(c.quote.split())}” [{c.n}]" for c in citations]
    if len(quotes) == 1:
        return translate("both.documents", lang, told=quotes[0])
    return translate("both.documents", lang, told="\n" + "\n".join(f"- {quote}" for quote in quotes))


def checks_of(comparisons: Sequence[Comparison]) -> tuple[Check, ...]:
    """A check for each compared figure: a document that differs from the rows is told, not hidden."""
    return tuple(
        Check(
            f"{found.label + ': ' if found.label else ''}{found.stated} = {value_text(found.tabled, 'en')}",
            "supported" if found.verdict == "agree" else "partly",
            f"figures_{found.verdict}",
        )
        for found in comparisons
    )
