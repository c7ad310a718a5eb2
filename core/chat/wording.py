"""How evidence is shown: its citation with the short answer before it, and the text of the whole answer.

It chooses nothing and judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.citations import fit_quote, key_span, make_citation, read_on
from core.chat.extract import Evidence, Ranked
from core.chat.gather import Pages
from core.chat.question import Understood
from core.chat.spans import Span
from core.chat.tables import Row, choose_cell, describe
from core.chat.words import Vocabulary, Word
from core.i18n import translate
from core.records import Citation, DocumentsAnswer, SearchResult

POINTS_SURE = 0.8
SHORT_FROM_ROW = 0.15  # a cell is named by its row and its column
SHORT_FROM = 0.3  # less sure than this, the quotes speak without a short answer before them: it was right in 0 of 6


def cite(
    n: int,
    item: Evidence,
    understood: Understood,
    ranked: Ranked,
    result: SearchResult,
    vocabulary: Vocabulary,
    pages: Pages,
) -> tuple[Citation, str]:
    """The citation of `item`, and the short answer to put before it ('' where there is none)."""
    page = pages(item.hit.document_id, item.page)
    lang, asked = item.hit.lang or result.lang, ranked.asked_of(item)
    if item.row is not None:
        column = choose_cell(item.row, asked, understood.text, lang, vocabulary, understood.want)
        if column is not None and _is_named(item.row, asked, lang, vocabulary):
            value, start, end = item.row.cells[column]
            where = fit_quote(page, item.start, item.end, (), asked, Span(start - item.start, end - item.start, "cell"))
            short = translate("chat.answer.row", understood.lang, value=plain(value), what=describe(item.row, column))
            return make_citation(n, item.hit, page, where, item.chance, (start, end)), short
        if len(item.row.cells) > 2:  # several figures and no telling which: the row speaks for itself
            return make_citation(n, item.hit, page, (item.start, item.end), item.chance, None), ""
    key = key_span(understood, item.text, item.words, asked, lang)
    end = read_on(page, item.start, item.end) if item.text.rstrip().endswith(":") else item.end
    where = fit_quote(page, item.start, end, item.words, asked, key)
    span = (item.start + key.start, item.start + key.end) if key else None
    citation = make_citation(n, item.hit, page, where, item.chance, span)
    return citation, plain(page.text[slice(*citation.key)]) if citation.key else ""


def _is_named(row: Row, asked: Sequence[Word], lang: str, vocabulary: Vocabulary) -> bool:
    """Whether the question says which row it means: a neighbour's figure is worse than none."""
    keys = {key for word in asked for key in word.keys}
    return any(word.weight > 0 and word.keys & keys for word in vocabulary.words(f"{row.section} {row.label}", lang))


def compose(
    cited: Sequence[tuple[Citation, str]], sides: Sequence[str] = (), listed: bool = False, each: bool = False
) -> str:
    """The answer's text (Markdown): the short answer first where there is one (before `each` quote where each has its
    own), then the quotes with their marks; a point a quote where things are listed or `sides` are compared."""
    quotes = [f"“{plain(citation.quote)}” [{citation.n}]" for citation, _ in cited]
    shorts = [short for _, short in cited]
    if sides:
        heads = [f"**{side}**{f': {short}' if short else ''} — " for side, short in zip(sides, shorts, strict=True)]
    elif listed and len(cited) > 1:
        heads = [f"**{short}** — " if short else "" for short in shorts]
    else:
        heads = [f"**{short}** — " if short and (each or number == 0) else "" for number, short in enumerate(shorts)]
        return "\n\n".join(head + quote for head, quote in zip(heads, quotes, strict=True))
    return "\n".join(f"- {head}{quote}" for head, quote in zip(heads, quotes, strict=True))


def in_points(head: str, citations: tuple[Citation, ...], result: SearchResult) -> DocumentsAnswer:
    lines = [head, "", *(f"- “{plain(c.quote)}” [{c.n}]" for c in citations)]
    return DocumentsAnswer("answered", "\n".join(lines), "", POINTS_SURE, citations, result.hits)


def hidden_message(citations: Sequence[Citation], lang: str) -> str:
    return translate("chat.answer.hidden", lang) if any(citation.hidden for citation in citations) else ""


def differ_message(citations: Sequence[Citation], told: Sequence[str], lang: str) -> str:
    """That two quotes give different figures, each with its file and mark."""
    one, other = citations[0], citations[1]
    return translate(
        "chat.answer.differ", lang, file=one.file, one=plain(told[0]), n=one.n, other_file=other.file,
        other=plain(told[1]), m=other.n,
    )  # fmt: skip


def plain(text: str) -> str:
    return " ".join(text.split())
