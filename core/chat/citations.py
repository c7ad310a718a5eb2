"""Quotes and citations: one contiguous span of a page's own characters, with its boxes, its key span, and what hides
it.

`verified` is set only by reading the page again at that range. It chooses no sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.question import Understood
from core.chat.spans import Span, find_spans, spans_for
from core.chat.words import Word, fold
from core.documents.layout import boxes_for
from core.records import Citation, Hit, Page

QUOTE_MAX = 350
_CLAUSE_START = re.compile(r"(?:^|(?<=[,;:—–(\n]))\s*")
_WORD_END = re.compile(r"\S(?=\s|$)")


def fit_quote(
    page: Page, start: int, end: int, words: Sequence[Word], asked: Sequence[Word], key: Span | None
) -> tuple[int, int]:
    """The range of at most QUOTE_MAX characters inside `start`..`end` that holds the key span and the most of the
    question's words; it begins at a clause and ends at a word where it must be cut."""
    text = page.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start <= QUOTE_MAX:
        return start, end
    keys = {k for word in asked for k in word.keys}
    held = [(start + word.start, start + word.end, word.weight) for word in words if word.keys & keys]
    if key is not None:
        held.append((start + key.start, start + key.end, 10.0))
    begins = {start + match.end() for match in _CLAUSE_START.finditer(text[start:end])}
    begins |= {max(start, a) for a, _, _ in held}
    best = max(sorted(begins), key=lambda at: (sum(w for a, b, w in held if a >= at and b <= at + QUOTE_MAX), -at))
    stop = min(end, best + QUOTE_MAX)
    if stop < end:
        cuts = [best + match.end() for match in _WORD_END.finditer(text[best:stop])]
        cuts = [cut for cut in cuts if cut <= stop and (cut == len(text) or text[cut].isspace())]
        stop = cuts[-1] if cuts else stop
    return best, stop


def key_span(understood: Understood, text: str, words: Sequence[Word], asked: Sequence[Word], lang: str) -> Span | None:
    """The span that answers a who/when/how many question: of the right sort, not in the question, nearest to its
    words."""
    if not understood.want:
        return None
    own = fold(understood.text)
    options = [s for s in spans_for(understood.want, find_spans(text, lang)) if fold(text[s.start : s.end]) not in own]
    if not options:
        return None
    keys = {k for word in asked for k in word.keys}
    held = [word for word in words if word.weight > 0 and word.keys & keys and word.end <= len(text)]
    unit = [word for word in held if understood.unit and fold(word.text)[:4] == fold(understood.unit)[:4]]
    sorts = [option.sort for option in options]

    def nearness(option: Span) -> float:
        near = sum(word.weight / (1 + _gap(option, word) / 12) for word in held)
        counted = sum(2.0 for word in unit if 0 <= word.start - option.end <= 12)
        return near + counted - 0.5 * sorts.index(option.sort)

    return max(options, key=nearness)


def _gap(span: Span, word: Word) -> int:
    return max(word.start - span.end, span.start - word.end, 0)


def make_citation(
    n: int, hit: Hit, page: Page, where: tuple[int, int], score: float, key: tuple[int, int] | None
) -> Citation:
    """A citation of `page.text[start:end]`; `key` counts in the page's text."""
    start, end = where
    quote = page.text[start:end]
    return Citation(
        n=n,
        document_id=hit.document_id,
        file=hit.file,
        page=page.number,
        quote=quote,
        start=start,
        end=end,
        score=score,
        verified=bool(quote) and page.text[start:end] == quote and len(quote) <= QUOTE_MAX,
        boxes=boxes_for(page, start, end),
        key=key if key is not None and start <= key[0] < key[1] <= end else None,
        hidden=any(a < end and start < b for a, b in page.hidden),
    )


def same_fact(a: Sequence[Word], b: Sequence[Word]) -> bool:
    """Whether two sentences say the same: four fifths of the shorter one's content words are in the other."""
    first, second = ({min(word.keys) for word in words if word.weight > 0} for words in (a, b))
    if not first or not second:
        return not first and not second
    return len(first & second) / min(len(first), len(second)) >= 0.8
