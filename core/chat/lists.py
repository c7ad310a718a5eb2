"""Lists that a document holds as lists: bullets and numbered lines under what announces them, rows of a table, short
paragraphs under a heading. Which of them a question asks for, and its items as ranges of the page.

It reads pages only; lists inside a sentence ('a, b and c') are the sentence ranker's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.chat.words import Vocabulary, Word
from core.records import Heading, Hit, Page

MARKER = re.compile(r"[ \t]*(?:[•●▪◦‣·∙–—*\-]|\(?\d{1,2}[.)]|\(?[a-z][.)]|\(?[ivx]{1,4}[.)])[ \t]+(?=\S)")
_BLOCK = re.compile(r"(?:[^\n]+\n?)+")
_LINE = re.compile(r"[^\n]+")
_LEAST_COVERED = 0.5  # the share of the question's words that a list's own announcement must hold
_ITEM_MAX = 350


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list of a page: what announces it (heading and lead-in), and the ranges of its items, in reading order."""

    page: Page
    head: str
    items: tuple[tuple[int, int], ...]


def find_lists(page: Page) -> list[ItemList]:
    """Every list of at least two items."""
    found = [*_marked_lists(page), *_table_lists(page), *_headed_lists(page)]
    return [one for one in found if len(one.items) > 1]


def _marked_lists(page: Page) -> Iterator[ItemList]:
    """Runs of lines that begin with a mark; a line without one goes on with the item before it unless a blank parts
    them."""
    run: list[tuple[int, int]] = []
    lead, at = (0, 0), 0
    for start, end, apart in _lines(page):
        if MARKER.match(page.text, start, end):
            at = at if run else start
            run.append((start, end))
        elif run and not apart:
            run[-1] = run[-1][0], end
        else:
            if len(run) > 1:
                yield ItemList(page, _head(page, at, lead), tuple(_trim(page, a, b) for a, b in run))
            run, lead = [], (start, end)
    if len(run) > 1:
        yield ItemList(page, _head(page, at, lead), tuple(_trim(page, a, b) for a, b in run))


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
    if end - start > _ITEM_MAX:
        end = page.text.rfind(" ", start, start + _ITEM_MAX)
    return start, end


def _head(page: Page, at: int, lead: tuple[int, int]) -> str:
    """The headings over a place, and the line before it where that announces something."""
    said = page.text[slice(*lead)].strip()
    over = path_over(page.headings, at)
    return " ".join((*over, said)) if said.endswith(":") else " ".join(over)


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
        rows, at = [], table.start
        for number, line in enumerate(_LINE.finditer(page.text, table.start, table.end)):
            label = line.group().split("\t")[0].strip(" |")
            if number and any(char.isalpha() for char in label):
                rows.append(line.span())
        header = " ".join(table.rows[0]) if table.rows else ""
        yield ItemList(page, " ".join((*path_over(page.headings, at), table.title, header)), tuple(rows))


def _headed_lists(page: Page) -> Iterator[ItemList]:
    """Headings with several short paragraphs of prose under them: an item a paragraph."""
    closed = [(t.start, t.end) for t in page.tables] + list(page.furniture)
    for number, heading in enumerate(page.headings):
        after = page.headings[number + 1].start if number + 1 < len(page.headings) else len(page.text)
        blocks = [m.span() for m in _BLOCK.finditer(page.text, heading.end, after) if m.group().strip()]
        blocks = [(a, b) for a, b in blocks if not any(x < b and a < y for x, y in closed)]
        if not any(MARKER.match(page.text, a, b) for a, b in blocks) and all(b - a <= _ITEM_MAX for a, b in blocks):
            head = " ".join(path_over(page.headings, heading.end))
            yield ItemList(page, head, tuple(_trim(page, a, b) for a, b in blocks))


def cover(asked: Sequence[Word], text: str, lang: str, vocabulary: Vocabulary) -> float:
    """The weighted share (0..1) of the question's words that a text holds; a like opening counts half."""
    words = [word for word in vocabulary.words(text, lang) if word.weight > 0]
    keys = frozenset(key for word in words for key in word.keys)
    openings = {word.opening for word in words if word.opening}
    total = sum(word.weight for word in asked) or 1.0
    return sum(w.weight * (1.0 if w.keys & keys else 0.5 * (w.opening in openings)) for w in asked) / total


def choose_list(
    found: Sequence[tuple[ItemList, Hit]], asked: dict[str, list[Word]], lang: str, vocabulary: Vocabulary
) -> tuple[ItemList, Hit, float] | None:
    """The list whose announcement covers the question best, with that share; None where none covers enough.

    `asked` are the question's words by document language, `lang` that of documents that have none. The first word (the
    thing to be listed) must be announced, and another one with it where there are others; the document's name helps."""
    best: tuple[ItemList, Hit, float] | None = None
    for one, hit in found:
        words = asked[hit.lang or lang]
        if not words or not cover(words[:1], one.head, hit.lang or lang, vocabulary):
            continue
        if len(words) > 1 and not cover(words[1:], one.head, hit.lang or lang, vocabulary):
            continue
        share = cover(words, f"{one.head} {PurePosixPath(hit.file).stem}", hit.lang or lang, vocabulary)
        if share >= _LEAST_COVERED and (best is None or share > best[2]):
            best = one, hit, share
    return best
