"""Quotes and citations: one contiguous span of a page's own characters, with its boxes, its key span, and what hides
it.

`verified` is set only by reading the page again at that range. It chooses no sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.clauses import in_own_clause
from core.chat.qualify import Mark, asked_sorts, find_marks
from core.chat.question import Understood
from core.chat.spans import (
    COUNT_WORDS,
    Span,
    asks_change,
    find_fitting,
    find_range,
    find_spans,
    is_change,
    is_former,
    is_moved,
)
from core.chat.words import Word, fold
from core.documents.layout import boxes_for
from core.records import Citation, Hit, Page

QUOTE_MAX = 350
_CLAUSE_START = re.compile(r"(?:^|(?<=[,;:—–(\n]))\s*")
_LINE = re.compile(r"[^\n]+")
_CLAUSE_BREAK = re.compile(r"[;:)]|\b(?:y|e|pero|mientras|aunque|and|but|while|whereas)\b", re.I)
_COMMA = re.compile(r",\s(?=.)", re.S)  # not the one right before a name: 'its chair, Ann Roe'
_BREAK_GAP, _COMMA_GAP = 30, 6  # characters that a break between a word and a span counts for
_FULL_NAME = 0.3  # what a name of several words gains where a person is asked for
_SHARED = 0.5
_AFTER = 0.7  # what a word after the span tells, beside one before it
_NOBODY = re.compile(  # 'S.A' and the like; a title in capitals; 'CIF B47661190'
    r"^(?:[A-Z]\.){1,3}[A-Z]?$|^[^a-záéíóúüñ\d€$]{20,}$|\d{5}"
)
_FIGURES = ("number", "money", "percent")
_DEFINED = re.compile(  # what a contract calls a party that it names before
    r"(?:en adelante|en lo sucesivo|hereinafter|hereafter|\((?=the ))\W+(?:(?:referred to as|called|denominad[oa]) )?"
    r"(?:(?:el|la|los|las|the) )?\W?(?P<role>[^)\"”»,;.]{3,40})",
    re.I,
)
_HOW_MUCH = re.compile(r"\bcuanto\b(?! tiempo)|\bhow much\b")
_AMOUNT = 1.0  # what money gains over a count where 'how much' is asked
_OTHER_SORT = 1.5  # what a span loses beside a sort that is not the question's, where the sentence has that too
_YEARS = re.compile(r"\b(?:19|20)\d{2}\b")
_ORDINAL = re.compile(r"\d{1,2}[.)]\s")  # the number of a point or a clause
_STARTS = re.compile(
    r"\b(?:starts?|started|begins?|began|opens?|since when|from when|empieza\w*|empezo|comienza\w*|comenzo|inicia\w*"
    r"|abren?|arranca\w*|desde cuando|a partir de)\b"
)
_ENDS = re.compile(
    r"\b(?:ends?|ended|finish\w*|closes?|until when|till when|expires?|termina\w*|acaba\w*|finaliza\w*|cierran?"
    r"|concluye\w*|hasta cuando|hasta que)\b"
)
_WORD_END = re.compile(r"\S(?=\s|$)")


def fit_quote(
    page: Page, start: int, end: int, words: Sequence[Word], asked: Sequence[Word], key: Span | None
) -> tuple[int, int]:
    """The range of at most QUOTE_MAX characters inside `start`..`end` that holds the key span and the most of the
    question's words; it begins at a clause and ends at a word where it must be cut."""
    text = page.text
    while start < end and (text[start].isspace() or text[start] == ">"):  # a message quoted in another one
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start <= QUOTE_MAX:
        return start, end
    held = [(start + word.start, start + word.end, weight) for word, weight in _held(words, asked)]
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


def read_on(page: Page, start: int, end: int) -> int:
    """Where a quote ends whose sentence announces a list or a table: after the lines that follow, while they fit."""
    at = end
    for match in _LINE.finditer(page.text, end):
        gap = page.text[at : match.start()]
        if match.end() - start > QUOTE_MAX or (at > end and "\n\n" in gap):
            break
        at = match.end()
    return at


def key_span(understood: Understood, text: str, words: Sequence[Word], asked: Sequence[Word], lang: str) -> Span | None:
    """The span that answers a who/when/how many question: of the right sort, not in the question, nearest to its
    words."""
    if not understood.want or (understood.want in _FIGURES and len(_YEARS.findall(understood.text)) > 1):
        return None  # figures of several years are asked for: no single one answers
    options = _fitting_spans(understood, text, words, asked, lang)
    if not options:
        return None
    own = fold(understood.text)
    held = [(word, weight) for word, weight in _held(words, asked) if word.end <= len(text)]
    unit = [word for word, _ in held if understood.unit and fold(word.text)[:4] == fold(understood.unit)[:4]]
    sorts = [option.sort for option in options]
    how_much = understood.want == "number" and bool(_HOW_MUCH.search(own))
    marks = _marks_beside(understood, text)
    before = [word for word, _ in held if word.end <= options[0].start]
    amounts = understood.want in (*_FIGURES, "duration")
    shared = before if amounts and len(before) < len(held) else []  # 'the fee', where something tells fees apart

    def nearness(option: Span) -> float:
        near = sum(
            weight
            * (_AFTER if word.start > option.start else 1.0)
            * (_SHARED if word in shared else 1.0)
            / (1 + _gap(option, word, text) / 12)
            for word, weight in held
        )
        counted = sum(2.0 for word in unit if 0 <= word.start - option.end <= 12)
        full = _FULL_NAME * (understood.want == "person" and " " in text[option.start : option.end])
        paid = _AMOUNT * (how_much and option.sort in ("money", "percent"))
        other = _OTHER_SORT * _stands_by_another(option, marks, text)
        return near + counted + full + paid - 0.5 * sorts.index(option.sort) - other

    chosen = max(options, key=nearness)
    return chosen if understood.want == "year" else _with_range(chosen, text, own)


def _fitting_spans(
    understood: Understood, text: str, words: Sequence[Word], asked: Sequence[Word], lang: str
) -> list[Span]:
    """The spans of the right sort that may answer: not said in the question, not of another time or size."""
    own = fold(understood.text)
    options = find_fitting(understood.want, text, lang)
    options = [option for option in options if fold(text[option.start : option.end]) not in own]
    options = [option for option in options if not _repeats(option, words, asked)]
    options = [option for option in options if not (option.start == 0 and _ORDINAL.match(text))]
    if understood.want == "person":
        options = _of_persons(options, text, words, asked)
    if not asks_change(understood.text):
        own_size = [option for option in options if not is_change(text, option)]
        options = own_size if understood.want == "money" else own_size or options
        if understood.want in _FIGURES:
            dated = [option for option in options if _is_dated(text, option, understood.text)]
            options = dated or [option for option in options if not is_former(text, option)] or options
    if understood.want == "date" and is_moved(text):
        options = [option for option in options if not is_former(text, option)] or options
    if options and understood.want in (*_FIGURES, "duration"):
        options = in_own_clause(options, words, asked, text)
    return options


def _with_range(chosen: Span, text: str, asked: str) -> Span:
    """A range for one of its ends, unless the question asks for that end and it stands by itself ('1 June')."""
    found = find_range(text, chosen)
    if found is None:
        return chosen
    whole, first, last = found
    starts, ends = bool(_STARTS.search(asked)), bool(_ENDS.search(asked))
    if starts == ends:
        return whole
    end = first if starts else last
    return end if any(s.sort == chosen.sort for s in find_spans(text[end.start : end.end], "")) else whole


def _of_persons(options: Sequence[Span], text: str, words: Sequence[Word], asked: Sequence[Word]) -> list[Span]:
    """The names that can be who is asked for: the party that a contract calls by the question's word, else those
    without a word of the question."""
    own = {key for word in asked if not word.named for key in word.keys}
    called = find_defined(text, words, asked)
    named = [o for o in options if called and o.end <= called[0].start() and " " in text[o.start : o.end]]
    if named and not any(word.keys & own and word.start < called[0].start() for word in words if word.weight > 0):
        return named[:1]
    options = [option for option in options if not _NOBODY.search(text[option.start : option.end])]
    held = [word for word in words if word.weight > 0 and word.keys & own]
    return [o for o in options if not any(o.start <= word.start < o.end for word in held)] or options


def find_defined(text: str, words: Sequence[Word], asked: Sequence[Word]) -> list[re.Match[str]]:
    """Where a text says that a party will be called by a word of the question: '(en adelante, la ARRENDADORA)'."""
    own = {key for word in asked if not word.named for key in word.keys}
    found = list(_DEFINED.finditer(text))
    return [m for m in found if any(w.keys & own and m.start() <= w.start < m.end() for w in words)]


def _marks_beside(understood: Understood, text: str) -> list[list[tuple[Mark, bool]]]:
    """For each respect in which a sentence names both a sort of the question's and another: its marks, and whether each
    is the question's."""
    asked = asked_sorts(understood.text, understood.want)
    found = [
        [(m, m.sort in sorts) for m in find_marks(text) if m.respect == respect] for respect, sorts in asked.items()
    ]
    return [marks for marks in found if len({own for _, own in marks}) == 2]


def _stands_by_another(option: Span, marks: Sequence[Sequence[tuple[Mark, bool]]], text: str) -> bool:
    """Whether in any respect the sort named nearest to a span is not the question's."""
    return any(not min(beside, key=lambda pair: _gap(option, pair[0], text))[1] for beside in marks)


def _repeats(span: Span, words: Sequence[Word], asked: Sequence[Word]) -> bool:
    """Whether all content words of a span are the question's, in whatever form or language."""
    own = {key for word in asked for key in word.keys}
    inside = [word for word in words if span.start <= word.start and word.end <= span.end]
    inside = [word for word in inside if word.weight > 0 or fold(word.text) in COUNT_WORDS]
    return bool(inside) and all(word.keys & own for word in inside)


def _is_dated(text: str, option: Span, question: str) -> bool:
    """Whether the year that is asked about is told right after a figure: '131 million in 2022'."""
    years = "|".join(_YEARS.findall(question))
    year = rf"(?:fiscal |fy ?|el (?:a[ñn]o|ejercicio) |ejercicio )?(?:{years})\b"
    return bool(years) and bool(re.match(rf",? (?:\w+ )?(?:in|en|de|for|of|\()? ?{year}", text[option.end :]))


def _held(words: Sequence[Word], asked: Sequence[Word]) -> list[tuple[Word, float]]:
    """The words that the question holds too, with what they weigh there."""
    weights = {key: word.weight for word in asked for key in word.keys}
    found = [(word, max((weights.get(key, 0.0) for key in word.keys), default=0.0)) for word in words]
    return [(word, weight) for word, weight in found if weight > 0]


def _gap(span: Span, word: Word | Mark, text: str) -> int:
    """How far apart they stand, in characters; further where another clause begins between them."""
    low, high = min(word.end, span.end), max(word.start, span.start)
    if _CLAUSE_BREAK.search(text, low, high):
        return max(high - low, 0) + _BREAK_GAP
    return max(high - low, 0) + _COMMA_GAP * bool(_COMMA.search(text, low, high))


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
