"""Lists that a document holds as lists: bullets and numbered lines under what announces them, rows of a table, short
paragraphs under a heading. Which of them a question asks for, and its items as ranges of the page.

It reads pages only; lists inside a sentence ('a, b and c') are the sentence ranker's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from core.chat.citations import QUOTE_MAX
from core.chat.question import Understood
from core.chat.words import Vocabulary, Word, fold
from core.records import Heading, Hit, Page

MARKER = re.compile(r"[ \t]*(?:[•●▪◦‣·∙–—*\-]|\(?\d{1,2}[.)]|\(?[a-z][.)]|\(?[ivx]{1,4}[.)])[ \t]+(?=\S)")
_BLOCK = re.compile(r"(?:[^\n]+\n?)+")
_LINE = re.compile(r"[^\n]+")
_MAKE_UP = re.compile(  # verbs of having, giving and needing, which no list is announced with
    r"(?:(?:forma|integra|compone|pertenece|existe|make|sit|belong|exist|includ|incluy|contien|contain|compris|comprend"
    r"|trae|abarca|necesit|need|requir|receiv|recib|submit|bring|provid|aport|present|llev|adjunt|falt)\w*|hace|hacen)$"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_LISTING = re.compile(  # verbs that ask for the entries of a list
    r"\b(?:listed|named|mentioned|enumerated|on the list|in the list|(?:se )?(?:enumer|list|mencion|cit|nombr|indic)an?"
    r"|figuran|aparecen|en la lista)\b"
)
_LEAST_COVERED = 0.5  # the share of the question's words that a list's own announcement must hold


def counts_entries(understood: Understood) -> bool:
    """Whether it is asked how many things a list names."""
    return bool(understood.unit) and understood.want == "number" and bool(_LISTING.search(fold(understood.text)))


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list of a page: what announces it (heading and lead-in), and the ranges of its items, in reading order.

    `start` is where the line begins that leads to it, or its first item."""

    page: Page
    head: str
    items: tuple[tuple[int, int], ...]
    start: int


def find_lists(page: Page) -> list[ItemList]:
    """Every list of at least two items."""
    found = [*_marked_lists(page), *_table_lists(page), *_headed_lists(page)]
    worded = (replace(one, items=tuple(item for item in one.items if _WORD.search(page.text, *item))) for one in found)
    return [one for one in worded if len(one.items) > 1]


def _marked_lists(page: Page) -> Iterator[ItemList]:
    """Runs of lines that begin with a mark; a line without one goes on with the item before it unless a blank parts
    them."""
    run: list[tuple[int, int]] = []
    lead = (0, 0)
    for start, end, apart in _lines(page):
        if MARKER.match(page.text, start, end):
            run.append((start, end))
        elif run and not apart:
            run[-1] = run[-1][0], end
        else:
            if len(run) > 1:
                yield _marked(page, run, lead)
            run, lead = [], (start, end)
    if len(run) > 1:
        yield _marked(page, run, lead)


def _marked(page: Page, run: Sequence[tuple[int, int]], lead: tuple[int, int]) -> ItemList:
    """A run of marked lines with the headings over it, and the line before it where that announces something."""
    items = tuple(_trim(page, a, b) for a, b in run)
    said, over = page.text[slice(*lead)].strip(), " ".join(path_over(page.headings, run[0][0]))
    if said.endswith(":"):
        return ItemList(page, f"{over} {said}", items, lead[0])
    return ItemList(page, over, items, items[0][0])


def _lines(page: Page) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether a blank line or a heading stands before it) of the lines outside tables and furniture."""
    closed = [(t.start, t.end) for t in page.tables] + list(page.furniture)
    headings = {heading.start for heading in page.headings}
    before = 0
    for match in _LINE.finditer(page.text):
        start, end = match.span()
        if match.group().strip() and not any(a < end and start < b for a, b in closed):
            apart = "\n\n" in page.text[before:start] or start in headings
            yield start, end, apart
            before = end


def _trim(page: Page, start: int, end: int) -> tuple[int, int]:
    """The item without its mark, white space and what is beyond a quote's length."""
    mark = MARKER.match(page.text, start, end)
    start = mark.end() if mark else start
    while end > start and page.text[end - 1].isspace():
        end -= 1
    if end - start > QUOTE_MAX:
        end = page.text.rfind(" ", start, start + QUOTE_MAX)
    return start, end


def path_over(headings: Iterable[Heading], at: int) -> list[str]:
    """The texts of the headings over a place, outermost first."""
    path: list[Heading] = []
    for heading in headings:
        if heading.end > at:
            break
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
    return [heading.text for heading in path]


def _table_lists(page: Page) -> Iterator[ItemList]:
    """Tables whose first column names things: an item a row."""
    for table in page.tables:
        rows = []
        for number, line in enumerate(_LINE.finditer(page.text, table.start, table.end)):
            label = line.group().split("\t")[0].strip(" |")
            if number and any(char.isalpha() for char in label):
                row = line.group()
                rows.append(
                    (line.start() + len(row) - len(row.lstrip(" |")), line.end() - len(row) + len(row.rstrip(" |")))
                )
        header = " ".join(table.rows[0]) if table.rows else ""
        head = " ".join((*path_over(page.headings, table.start), table.title, header))
        yield ItemList(page, head, tuple(rows), rows[0][0] if rows else table.start)


def _headed_lists(page: Page) -> Iterator[ItemList]:
    """Headings with several short paragraphs of prose under them: an item a paragraph."""
    closed = [(t.start, t.end) for t in page.tables] + list(page.furniture)
    for number, heading in enumerate(page.headings):
        after = page.headings[number + 1].start if number + 1 < len(page.headings) else len(page.text)
        blocks = [m.span() for m in _BLOCK.finditer(page.text, heading.end, after) if m.group().strip()]
        blocks = [(a, b) for a, b in blocks if not any(x < b and a < y for x, y in closed)]
        if not any(MARKER.match(page.text, a, b) for a, b in blocks) and all(b - a <= QUOTE_MAX for a, b in blocks):
            head = " ".join(path_over(page.headings, heading.end))
            yield ItemList(page, head, tuple(_trim(page, a, b) for a, b in blocks), blocks[0][0] if blocks else 0)


def cover(asked: Sequence[Word], text: str, lang: str, vocabulary: Vocabulary) -> float:
    """The weighted share (0..1) of the question's words that a text holds."""
    keys = frozenset(key for word in vocabulary.words(text, lang) if word.weight > 0 for key in word.keys)
    return sum(word.weight for word in asked if word.keys & keys) / (sum(word.weight for word in asked) or 1.0)


def choose_list(
    found: Sequence[tuple[ItemList, Hit]], asked: dict[str, list[Word]], lang: str, vocabulary: Vocabulary
) -> tuple[ItemList, Hit, float] | None:
    """The list whose announcement covers the question best, with that share; None where none covers enough.

    `asked` are the question's words by document language, `lang` that of documents that have none. The first word
    (the thing to be listed) must be announced, and another one with it; the document's name helps."""
    best: tuple[ItemList, Hit, float] | None = None
    for one, hit in found:
        words = [word for word in asked[hit.lang or lang] if not _LISTING.search(fold(word.text))]
        listed = [word for word in words if not _MAKE_UP.match(fold(word.text))]
        if not listed or not cover(listed[:1], one.head, hit.lang or lang, vocabulary):
            continue
        if len(listed) > 1 and not cover(listed[1:], f"{one.head} {hit.file}", hit.lang or lang, vocabulary):
            continue
        share = cover(words, f"{one.head} {PurePosixPath(hit.file).stem}", hit.lang or lang, vocabulary)
        if share >= _LEAST_COVERED and (best is None or share > best[2]):
            best = one, hit, share
    return best


def group_items(one: ItemList, most: int) -> list[tuple[int, list[tuple[int, int]]]]:
    """The first `most` items in runs that one quote holds each: (where the quote begins, its items).

    The line that leads to the list is in the first quote where it fits."""
    groups: list[tuple[int, list[tuple[int, int]]]] = []
    for start, end in one.items[:most]:
        if groups and end - groups[-1][0] <= QUOTE_MAX:
            groups[-1][1].append((start, end))
        else:
            leads = not groups and end - one.start <= QUOTE_MAX
            groups.append((one.start if leads else start, [(start, end)]))
    return groups
