"""What may answer: the sentences and table rows of the passages found, each with what stands over it.

It scores nothing; `extract` ranks what is gathered here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from core.chat import rank
from core.chat.question import Understood
from core.chat.rank import Candidate
from core.chat.summary import LEADERS
from core.chat.tables import Row, rows_of
from core.chat.words import Vocabulary, Word
from core.records import Heading, Hit, HitSentence, Page

ReadPage = Callable[[int, int], Page]
Gathered = tuple[Candidate, HitSentence, Row | None]
Units = list[tuple[HitSentence, Row | None]]

_CONTENTS = re.compile(r"pages?|p[áa]ginas?|p[áa]g\.", re.I)
# What adds something to the question's own words though no word is new: 'Floor B does not.', 'The papers are:'.
_SAYS_ON = re.compile(r":\s*$|\b(?:not?|never|yes|nunca|tampoco|s[ií])\b[^.]*\.\s*$", re.I)
_STEM = re.compile(r"\.\w+$|[_\-/]+")
_HEADED = 0.6  # what its headings' share of the question is worth to a sentence
_CAPTION = 6  # the heading level of a caption


class Pages:
    """Pages read once for one answer."""

    def __init__(self, read_page: ReadPage) -> None:
        self._read = read_page
        self._pages: dict[tuple[int, int], Page] = {}
        self._rows: dict[tuple[int, int], list[Row]] = {}

    def rows(self, document_id: int, number: int) -> list[Row]:
        """The rows of the page's tables."""
        key = document_id, number
        if key not in self._rows:
            self._rows[key] = rows_of(self(document_id, number))
        return self._rows[key]

    def __call__(self, document_id: int, number: int) -> Page:
        key = document_id, number
        if key not in self._pages:
            self._pages[key] = self._read(document_id, number)
        return self._pages[key]


class Contexts:
    """What stands over a sentence (its headings, its file's name), as words read once, and how much of the question
    they hold."""

    def __init__(self, asked: dict[str, list[Word]], lang: str, vocabulary: Vocabulary, pages: Pages) -> None:
        self.pages, self.vocabulary = pages, vocabulary
        self._asked, self._lang = asked, lang
        self._known: dict[tuple[int, str], tuple[tuple[Word, ...], float]] = {}

    def lang_of(self, hit: Hit) -> str:
        return hit.lang or self._lang

    def over(self, hit: Hit, sentence: HitSentence, row: Row | None) -> tuple[tuple[Word, ...], float]:
        page = self.pages(hit.document_id, sentence.page)
        heading = heading_over(page, sentence.start, row is not None) or hit.heading
        key = hit.document_id, heading
        if key not in self._known:
            lang = self.lang_of(hit)
            words = tuple(self.vocabulary.words(f"{heading} {_STEM.sub(' ', hit.file)}", lang))
            self._known[key] = words, rank.coverage(self._asked[lang], rank.matches(self._asked[lang], words))
        return self._known[key]


def gather(hits: tuple[Hit, ...], contexts: Contexts, most: int) -> list[Gathered]:
    """Each sentence once, under the best passage that holds it; tables by their rows."""
    seen: set[tuple[int, int, int]] = set()
    found: list[Gathered] = []
    best = hits[0].score if hits else 0.0
    units_of = [list(passage_units(hit, contexts.pages)) for hit in hits]
    likely = _likely(hits, units_of, contexts, most)
    for number, hit in enumerate(hits):
        units = units_of[number]
        distances = _distances(hit, units)
        for order, (sentence, row) in enumerate(units):
            if (sentence.page, sentence.start) not in likely[number]:
                continue
            place = hit.document_id, sentence.page, sentence.start
            if place in seen:
                continue
            seen.add(place)
            text = (
                sentence.text
                if row is None
                else " ".join((sentence.text, row.section, row.title, *row.headings, row.periods))
            )
            candidate = Candidate(
                hit=number,
                order=order,
                text=sentence.text,
                words=tuple(contexts.vocabulary.words(text, contexts.lang_of(hit))),
                context=contexts.over(hit, sentence, row)[0],
                gap=best - hit.score,
                cosine=sentence.cosine,
                opens=order == 0 or _breaks(hit, units[order - 1][0], sentence, contexts.pages),
                distance=distances[order],
            )
            found.append((candidate, sentence, row))
    return found


def _likely(
    hits: tuple[Hit, ...], units_of: Sequence[Units], contexts: Contexts, most: int
) -> list[set[tuple[int, int]]]:
    """Where the sentences stand that are worth reading closely, for each passage: all where there are few."""
    if sum(map(len, units_of)) <= most:
        return [{(s.page, s.start) for s, _ in units} for units in units_of]
    worth = [
        (
            -(s.cosine + s.lexical + 0.2 * (row is not None) - 0.1 * n - 0.02 * far)
            - _HEADED * contexts.over(hit, s, row)[1],
            n,
            s.page,
            s.start,
        )
        for n, (hit, units) in enumerate(zip(hits, units_of, strict=True))
        for (s, row), far in zip(units, _distances(hit, units), strict=True)
    ]
    kept: list[set[tuple[int, int]]] = [set() for _ in hits]
    for _, number, page, start in sorted(worth)[:most]:
        kept[number].add((page, start))
    return kept


def heading_over(page: Page, at: int, in_table: bool = False) -> str:
    """The path of the headings that stand over a place of a page, outermost first; '' where the page has none above.

    A caption heads its table alone."""
    path: list[Heading] = []
    for heading in page.headings:
        if heading.end > at:
            break
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
    return " > ".join(h.text for h in path if in_table or h.level < _CAPTION)


def _distances(hit: Hit, units: Units) -> list[int]:
    """For each sentence, how many lie between it and the piece that matched (0 inside it)."""
    inside = [n for n, (s, _) in enumerate(units) if s.page == hit.page and s.start < hit.end and hit.start < s.end]
    if not inside:
        return [0] * len(units)
    low, high = inside[0], inside[-1]
    return [max(low - n, n - high, 0) for n in range(len(units))]


def _breaks(hit: Hit, before: HitSentence, after: HitSentence, pages: Pages) -> bool:
    """Whether a paragraph ends between two sentences."""
    if before.page != after.page:
        return True
    return "\n\n" in pages(hit.document_id, after.page).text[before.end : after.start]


def passage_units(hit: Hit, pages: Pages) -> Iterator[tuple[HitSentence, Row | None]]:
    """The passage's sentences; what overlaps a table is given row by row instead."""
    given: set[tuple[int, int]] = set()
    for sentence in hit.sentences:
        page = pages(hit.document_id, sentence.page)
        inside = any(table.start < sentence.end and sentence.start < table.end for table in page.tables)
        if not inside:
            yield sentence, None
            continue
        for row in pages.rows(hit.document_id, sentence.page):
            if row.start < sentence.end and sentence.start < row.end and (sentence.page, row.start) not in given:
                given.add((sentence.page, row.start))
                text = page.text[row.start : row.end]
                yield HitSentence(sentence.page, row.start, row.end, text, sentence.cosine, sentence.lexical), row


def worth_reading(gathered: list[Gathered], asked: dict[str, list[Word]], understood: Understood) -> list[Gathered]:
    """Leave out lists of contents, bare figures, and what only repeats the question's words, unless it announces what
    follows, says yes or no, or has the sort of thing asked for ('two days a week')."""
    own = {key for words in asked.values() for word in words for key in word.keys}
    return [
        (candidate, sentence, row)
        for candidate, sentence, row in gathered
        if not _in_contents(sentence.text, row)
        and any(len(word.text) > 2 and word.text.isalpha() for word in candidate.words)
        and (
            _SAYS_ON.search(sentence.text)
            or any(w.weight > 0 and not w.keys & own and _says_something(w.text) for w in candidate.words)
            or rank.holds_wanted(understood, sentence.text)
        )
    ]


def _says_something(word: str) -> bool:
    """Whether a word can be an answer: what is left of 'S.L.' cannot."""
    return len(word) > 1 or word.isdigit()


def _in_contents(text: str, row: Row | None) -> bool:
    """Whether it is an entry of a list of contents, which points at an answer and is none."""
    headed = row is not None and any(_CONTENTS.fullmatch(heading.strip()) for heading in row.headings)
    return headed or bool(LEADERS.search(text))
