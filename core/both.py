"""One text from two answers: what the rows show, what the passages say, and whether their figures agree.

It asks nothing: both sides have answered. Figures are compared by `reconcile`; sentences come from each side.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.i18n import detect_language, plural, translate
from core.reconcile.compare import Asked, Match, NamedIn, compare, compare_claim, read_result, same_as_printed
from core.reconcile.figures import read_figures
from core.reconcile.pages import Sheet, Stated, digits_of
from core.reconcile.scope import name_quarters
from core.reconcile.tell import agreement, tell_comparisons, value_text
from core.records import Answer, Check, Citation, Comparison, Document, DocumentsAnswer, Page, Sounding, SqlAnswer
from core.router.choose import LIKELY
from core.router.split import Parts
from core.sql.lexicon import builtin_lexicon, fold
from core.sql.link import is_content
from core.sql.words import stem, tokenize

ReadPage = Callable[[int, int], Page | None]
_QUOTE_MAX = 350
_PAGES_MAX = 10
_SURE_OF_QUOTES = 0.5
_FURTHER = 2  # passages whose best sentence is quoted where the answer is not sure
_PAGES_NAMED = 30  # pages of a named document that are read for a comparison
_NAMED_MAX = 2
_QUOTES_SHOWN = 3
_NAME_LETTERS = 4
_CHECKS_FROM = 0.3  # rows less sure than this confirm no claim
_SURE_FIGURE = 0.7  # and of those, other words are tried
_LEFT_MOST = 1  # nor do those of a question with more words left unread
_TOLD_DIGITS = 3  # a figure with fewer digits is the same by chance
_SURE = 0.85  # a stem this close counts as the word


@dataclass(frozen=True, slots=True)
class Pages:
    """What is read to lay figures side by side: pages by document and number, the workspace's documents, and the stored
    values that a line (in a language) names."""

    read: ReadPage
    documents: Sequence[Document]
    named_in: NamedIn = lambda line, lang: ()


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
    shelf: Pages,
) -> Woven:
    """Rows and passages in one text. Where a document states the figure of the rows, its line is cited first.

    The documents that the question names are read whole for a comparison."""
    matches = find_matches(parts, written, data, lang, shelf)
    cited = [found for found in written.citations if not matches or _says_something(found.quote)]
    silent = written.status != "answered" and written.chance <= LIKELY and not parts.compares
    if not parts.compares and restates(written, data):
        cited += _next_sentence(written)
    citations, comparisons = _cite(matches, cited if matches or silent else [*cited, *_further(written)])
    kept = _shown(citations, comparisons, parts.compares)
    comparisons = (*_claimed(parts, data, lang, comparisons), *comparisons)
    sections = [_rows(data, parts.data, lang), _passages(kept, written, parts.documents, lang)]
    if comparisons and parts.compares:  # what was asked is whether they agree
        sections.insert(0, tell_comparisons(comparisons, lang))
    elif comparisons:
        sections.append(tell_comparisons(comparisons, lang))
    elif parts.compares:
        sections.append(translate("reconcile.not_compared", lang))
    return Woven("\n\n".join(filter(None, sections)), kept, comparisons, agreement(comparisons))


def _shown(citations: tuple[Citation, ...], comparisons: Sequence[Comparison], compares: bool) -> tuple[Citation, ...]:
    """Those that comparisons rest on and a few more; where a comparison was asked for, of these the ones alone that
    state a compared figure too."""
    compared = len({found.n for found in comparisons})
    others = citations[compared : compared + _QUOTES_SHOWN]
    if compared and compares:
        others = tuple(c for c in others if any(found.stated in c.quote for found in comparisons))
    return (*citations[:compared], *(dataclasses.replace(c, n=n) for n, c in enumerate(others, compared + 1)))


def _claimed(parts: Parts, data: SqlAnswer, lang: str, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The amount that the question names beside the rows', where no document states the same amount."""
    if not parts.claimed or data.result is None or data.result.error is not None:
        return []
    found = compare_claim(parts.claimed, lang, data.result)
    known = found is None or any(math.isclose(found.documented, other.documented) for other in comparisons)
    return [] if known else [found]


def can_check(parts: Parts, data: SqlAnswer | None, heard: Sounding) -> bool:
    """Whether a claim can be laid beside the rows: its question was read nearly whole (`heard`), and they are one
    figure, of a sort with the claim's."""
    if data is None or not is_one_figure(data) or data.confidence < _CHECKS_FROM:
        return False
    if not heard.measured or heard.left > _LEFT_MOST:
        return False
    return not parts.claimed or compare_claim(parts.claimed, data.lang, data.result) is not None


def is_one_figure(data: SqlAnswer) -> bool:
    """Whether the rows are a single figure."""
    return data.result is not None and data.result.error is None and len(read_result(data.result)) == 1


def is_sure_figure(data: SqlAnswer) -> bool:
    return is_one_figure(data) and data.confidence >= _SURE_FIGURE


def unconfirmed(written: DocumentsAnswer, lang: str) -> DocumentsAnswer:
    """What the documents say of a claim that no table could confirm, with that said."""
    return dataclasses.replace(written, text=f"{written.text}\n\n{translate('both.unconfirmed', lang)}")


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
    quoted = functools.partial(_is_quoted, [*written.citations, *_further(written)])
    claimed = next((figure.value for figure in read_figures(parts.claimed or "", lang)), None)
    asked = Asked(parts.documents, lang, words, sql, names, shelf.named_in, quoted, claimed)
    return compare(asked, data.result, sheets, terms, differing=parts.compares)


def named_documents(about: str, documents: Sequence[Document], lang: str) -> list[Document]:
    """The documents that a question's words for its source name best ('the January draft', 'el informe anual'), by
    file name and title; all alike where they name none."""
    asked = words_of(about, lang)
    shared = {document.id: sum(bool(word & _called(document)) for word in asked) for document in documents}
    most = max(shared.values(), default=0)
    return [document for document in documents if shared[document.id] == most] if most else []


def called_documents(subject: str, asked: str, documents: Sequence[Document], lang: str) -> set[int]:
    """The documents whose name says the subject and something else that is asked ('retraso-pedido-nordkork.eml')."""
    names = {word for word in re.findall(r"[^\W_]+", fold(subject)) if len(word) >= _NAME_LETTERS}
    others = [word for word in words_of(asked, lang) if not any(f"={name}" in word for name in names)]
    found = set()
    for document in documents:
        said = set(re.findall(r"[^\W_]+", fold(f"{document.name} {document.title}")))  # names have no other form
        if names & said and any(word & _called(document) for word in others):
            found.add(document.id)
    return found


def restates(written: DocumentsAnswer, data: SqlAnswer) -> bool:
    """Whether all that the documents answer is a figure of the rows: it says no more of them than they do."""
    if data.result is None or data.result.error is not None or not written.citations:
        return False
    values = [value for _, value, _ in read_result(data.result)]
    return all(
        any(
            digits_of(figure) >= _TOLD_DIGITS and same_as_printed(figure, value)
            for figure in read_figures(citation.quote)
            for value in values
        )
        for citation in written.citations
    )


def _called(document: Document) -> frozenset[str]:
    name = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return terms(re.sub(r"[-_.]+", " ", f"{name} {document.title}"), document.lang or "en")


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


@functools.lru_cache(maxsize=20_000)
def terms(text: str, lang: str) -> frozenset[str]:
    """What the content words of a text mean, all together."""
    return frozenset().union(*words_of(text, lang))


def words_of(text: str, lang: str) -> tuple[frozenset[str], ...]:
    """The content words of a text, each as English stems, so that both languages meet; numbers as written."""
    found: list[frozenset[str]] = []
    for token in tokenize(name_quarters(text[:2000]), lang, builtin_lexicon()):
        if token.kind == "number":
            found.append(frozenset((token.source,)))
        elif is_content(token):
            found.append(frozenset((stem(token.word), *(root for root, w in token.stems if w >= _SURE))))
    return tuple(found)


# ---------------------------------------------------------------- citing and wording


def _says_something(quote: str) -> bool:
    """Whether a quote is more than the headings of a table: three words at least."""
    return len(re.findall(r"[^\W\d_]{3,}", quote)) > 2


def _further(written: DocumentsAnswer) -> list[Citation]:
    """The likeliest sentence of the passage found first, where the answer is not sure of its own quotes."""
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


def _next_sentence(written: DocumentsAnswer) -> list[Citation]:
    """The sentence after the first quote: what a document says of a figure stands beside it."""
    first = written.citations[0]
    for hit in written.hits:
        after = [s for s in hit.sentences if s.page == first.page and s.start >= first.end]
        holds = any(s.page == first.page and s.start < first.end and first.start < s.end for s in hit.sentences)
        if hit.document_id != first.document_id or not holds or not after:
            continue
        found = min(after, key=lambda sentence: sentence.start)
        if len(found.text) <= _QUOTE_MAX and _says_something(found.text):
            place = (hit.document_id, hit.file, found.page)
            return [Citation(0, *place, found.text, found.start, found.end, first.score, True)]
    return []


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


def _rows(data: SqlAnswer, asked: str, lang: str) -> str:
    if data.result is None or data.result.error is not None:
        return translate("both.no_table", lang, asked=asked.strip(" ¿?."))
    rows = data.result.rows
    if not rows:
        told = translate("assistant.no_row", lang)
    else:
        told = " ".join(data.insight) or plural("assistant.rows", len(rows), lang)
    return translate("both.tables", lang, told=told)


def _passages(citations: Sequence[Citation], written: DocumentsAnswer, asked: str, lang: str) -> str:
    if not citations:
        return translate("both.no_passage", lang, asked=asked.strip(" ¿?."), why=written.message).strip()
    quotes = [f"“{' '.join(c.quote.split())}” [{c.n}]" for c in citations]
    if len(quotes) == 1:
        return translate("both.documents", lang, told=quotes[0])
    return translate("both.documents", lang, told="\n" + "\n".join(f"- {quote}" for quote in quotes))


def checks_of(answer: Answer) -> tuple[Check, ...]:
    """The answer's checks with one for each compared figure: a document that differs from the rows is told, not hidden.
    They stand in for the checks of the section that tells the comparison, where it stands as it was written here."""
    told = tell_comparisons(answer.comparisons, answer.lang)
    start = answer.text.find(told) if told else -1
    end = start + len(told)
    return tuple(check for check in answer.checks if start < 0 or not start <= check.start < end) + tuple(
        Check(
            f"{found.label + ': ' if found.label else ''}{found.stated} = {value_text(found.tabled, 'en')}",
            "supported" if found.verdict == "agree" else "partly",
            f"figures_{found.verdict}",
        )
        for found in answer.comparisons
    )
