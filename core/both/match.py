"""The figures of the rows that the pages found, or the documents named, state too.

Figures are compared by `reconcile`; here is chosen what is laid beside the rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.both.cite import further_quotes
from core.both.named import named_documents, terms, words_of
from core.i18n import detect_language
from core.reconcile.compare import Asked, Match, NamedIn, compare
from core.reconcile.figures import read_figures
from core.reconcile.pages import Sheet, Stated
from core.records import Citation, Document, DocumentsAnswer, Page, SqlAnswer
from core.router.split import Parts

ReadPage = Callable[[int, int], Page | None]
_PAGES_MAX = 10
_PAGES_NAMED = 30  # pages of a named document that are read for a comparison
_NAMED_MAX = 2


@dataclass(frozen=True, slots=True)
class Pages:
    """What is read to lay figures side by side: pages by document and number, the workspace's documents, and the stored
    values that a line (in a language) names."""

    read: ReadPage
    documents: Sequence[Document]
    named_in: NamedIn = lambda line, lang: ()


def find_matches(
    parts: Parts,
    written: DocumentsAnswer,
    data: SqlAnswer,
    lang: str,
    shelf: Pages,
) -> list[Match]:
    """The figures of the rows that the pages found state too."""
    if data.result is None or data.result.error is not None:
        return []
    words = words_of(parts.documents, lang)
    asked_terms = frozenset().union(*words)
    named = named_documents(parts.about, shelf.documents, lang) if parts.compares else []
    sheets = _sheets(written, shelf, named)
    names = frozenset().union(*(terms(f"{sheet.file} {sheet.about}", sheet.lang) for sheet in sheets)) & asked_terms
    sql = data.sql.text if data.sql else ""
    quoted = functools.partial(_is_quoted, [*written.citations, *further_quotes(written)])
    claimed = next((figure.value for figure in read_figures(parts.claimed or "", lang)), None)
    asked = Asked(parts.documents, lang, words, sql, names, shelf.named_in, quoted, claimed)
    return compare(asked, data.result, sheets, terms, differing=parts.compares)


def _is_quoted(citations: Sequence[Citation], found: Stated) -> bool:
    place = (found.sheet.document_id, found.sheet.page.number)
    return any((c.document_id, c.page) == place and c.start < found.end and found.start < c.end for c in citations)


def _sheets(written: DocumentsAnswer, shelf: Pages, named: Sequence[Document]) -> list[Sheet]:
    """The pages that the answer and its passages stand on, best first, each once; then those of documents named."""
    held = {document.id: document for document in shelf.documents}
    places = [(c.document_id, c.page) for c in written.citations]
    for hit in written.hits:
        places += [(hit.document_id, n) for n in dict.fromkeys([hit.page, *(s.page for s in hit.sentences)])]
    places = list(dict.fromkeys(places))[:_PAGES_MAX]
    for document in named if len(named) <= _NAMED_MAX else ():
        places += [(document.id, number) for number in range(1, min(document.pages, _PAGES_NAMED) + 1)]
    sheets = []
    for document_id, number in dict.fromkeys(places):
        page, document = shelf.read(document_id, number), held.get(document_id)
        if page is not None and document is not None:
            spoken = document.lang or detect_language(page.text)
            sheets.append(Sheet(document_id, document.name, page, spoken, document.title))
    return sheets
