"""A parsed document cut into what is embedded (pieces) and what is handed on (passages of pieces). Pure functions.

A piece is a whole paragraph, a part of a long one cut at sentences, some very short neighbours, or rows of a table;
it lies on one page under one heading and fits the embedder. A passage is a run of pieces up to a number of tokens,
overlapping the one before it. Text is never changed: a piece is page.text[start:end] without outer white space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.documents.sentences import split_lines, split_sentences
from core.records import Chunk, Page, PageTable, ParsedDocument, Piece, Sentence

PIECE_TOKENS = 200
_SHORT = 45
_MODEST = 120
_TABLE_HEADING_CHARS = 300
_TABLE_ROWS_LEAST = 60
_TOKEN = re.compile(r"[^\W\d_]+|\d|[^\w\s]")
_GAP = re.compile(r"\n[ \t]*\n\s*")
_DIGITS = re.compile(r"\d+")
_ALNUM = re.compile(r"\w")

CountTokens = Callable[[str], int]


@dataclass(slots=True)
class _Block:
    """A span of one kind: text, heading, table, hidden."""

    start: int
    end: int
    kind: str
    table: PageTable | None = None
    level: int = 0


@dataclass(slots=True)
class _Draft:
    page: int
    start: int
    end: int
    heading: str
    tokens: int
    sentences: list[tuple[int, int]] = field(default_factory=list)
    may_grow: bool = False


def estimate_tokens(text: str) -> int:
    """Word pieces of the built-in embedder, without its tokenizer: a word of up to five letters is one, longer words
    one for every four and a half letters; each digit pair and each sign is one."""
    count = 0.0
    for token in _TOKEN.findall(text):
        size = len(token)
        count += 1 if size <= 5 and not token.isdigit() else 0.6 if token.isdigit() else size / 4.5
    return round(count)


def chunk_document(
    parsed: ParsedDocument,
    *,
    passage_tokens: int = 1000,
    overlap_tokens: int = 200,
    piece_tokens: int = PIECE_TOKENS,
    count_tokens: CountTokens = estimate_tokens,
) -> tuple[list[Piece], list[Chunk]]:
    """(pieces in reading order, passages). `Piece.passage` is the passage in which the piece is most central."""
    drafts = _draft_pieces(parsed, piece_tokens, count_tokens)
    chunks = _make_passages([draft.tokens for draft in drafts], passage_tokens, overlap_tokens)
    homes = _most_central([draft.tokens for draft in drafts], chunks)
    pieces = [
        Piece(
            draft.page,
            draft.start,
            draft.end,
            draft.heading,
            homes[index],
            tuple(Sentence(draft.page, start, end) for start, end in draft.sentences),
        )
        for index, draft in enumerate(drafts)
    ]
    return pieces, chunks


# ---------------------------------------------------------------- pieces


def _draft_pieces(parsed: ParsedDocument, limit: int, count: CountTokens) -> list[_Draft]:
    drafts: list[_Draft] = []
    path: list[tuple[int, str]] = []
    running: set[str] = set()
    for page in parsed.pages:
        hard = frozenset(line.start for line in page.lines if line.box is None)
        blocks = list(_blocks(page, running))
        for index, block in enumerate(blocks):
            if block.kind == "heading":
                text = " ".join(page.text[block.start : block.end].split())
                path = [*(item for item in path if item[0] < block.level), (block.level, text)]
                if index + 1 < len(blocks) and blocks[index + 1].kind in ("text", "table"):
                    continue
            heading = " > ".join(text for _, text in path)
            if block.table is not None:
                drafts += _table_pieces(page, block, block.table, heading, limit, count)
            else:
                _add_text(drafts, page, block, heading, limit, count, hard)
    return drafts


def _blocks(page: Page, running: set[str]) -> Iterator[_Block]:
    """The page's blocks in order: headings, tables and hidden spans as marked, the rest by empty lines.

    Running headers and footers are left out but for the first time that the document shows them."""
    marked = [_Block(item.start, item.end, "heading", level=item.level) for item in page.headings]
    marked += [_Block(table.start, table.end, "table", table) for table in page.tables]
    marked += [_Block(start, end, "hidden") for start, end in page.hidden]
    for start, end in page.furniture:
        key = _DIGITS.sub("#", page.text[start:end])
        if key in running and not any(block.start <= start < block.end for block in marked):
            marked.append(_Block(start, end, "furniture"))
        running.add(key)
    at = 0
    for block in sorted(marked, key=lambda item: (item.start, -item.end)):
        if block.start < at:
            continue
        yield from _paragraphs(page.text, at, block.start)
        if block.kind != "furniture":
            yield block
        at = block.end
    yield from _paragraphs(page.text, at, len(page.text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[_Block]:
    at = start
    while at < end:
        gap = _GAP.search(text, at, end)
        stop = gap.start() if gap else end
        if _ALNUM.search(text, at, stop):
            yield _Block(at, stop, "text")
        at = gap.end() if gap else end


def _add_text(
    drafts: list[_Draft], page: Page, block: _Block, heading: str, limit: int, count: CountTokens, hard: frozenset[int]
) -> None:
    spans = [
        span
        for first, last in split_lines(page.text, block.start, block.end, hard)
        for span in split_sentences(page.text, first, last)
        if _ALNUM.search(page.text, *span)
    ]
    if not spans:
        return
    start, end = spans[0][0], spans[-1][1]
    tokens = count(page.text[start:end])
    if tokens > limit:
        costs = [count(page.text[first:last]) for first, last in spans]
        drafts += _split_evenly(page, spans, costs, heading, limit)
        return
    last = drafts[-1] if drafts else None
    if last is not None and block.kind == "text" and _may_join(last, page.number, heading, tokens, limit):
        last.end, last.tokens = end, last.tokens + tokens
        last.sentences += spans
    else:
        drafts.append(_Draft(page.number, start, end, heading, tokens, spans, may_grow=block.kind == "text"))


def _may_join(last: _Draft, page: int, heading: str, tokens: int, limit: int) -> bool:
    """Whether a paragraph joins the piece before it: same page and heading, one of them very short, both together
    modest. Two full paragraphs stay two pieces."""
    same = last.may_grow and last.page == page and last.heading == heading
    return same and last.tokens + tokens <= min(_MODEST, limit) and min(tokens, last.tokens) < _SHORT


def _split_evenly(page: Page, spans: list[tuple[int, int]], costs: list[int], heading: str, limit: int) -> list[_Draft]:
    """Spans put into the fewest runs of about equal cost that keep the limit (one span may pass it alone)."""
    fewest = max(1, -(-sum(costs) // limit))
    for parts in range(fewest, len(spans) + 1):
        bounds = _even_bounds(costs, parts)
        sizes = [sum(costs[first:last]) for first, last in bounds]
        if all(size <= limit or last - first == 1 for size, (first, last) in zip(sizes, bounds, strict=True)):
            break
    return [_run(page, spans[first:last], heading, size) for (first, last), size in zip(bounds, sizes, strict=True)]


def _even_bounds(costs: list[int], parts: int) -> list[tuple[int, int]]:
    """(first, after last) of at most `parts` runs, cut where the running total passes each equal share."""
    share = sum(costs) / parts
    bounds: list[tuple[int, int]] = []
    first, total = 0, 0.0
    for index, cost in enumerate(costs):
        if index > first and total + cost / 2 > share * (len(bounds) + 1) and len(bounds) + 1 < parts:
            bounds.append((first, index))
            first = index
        total += cost
    return [*bounds, (first, len(costs))]


def _run(page: Page, spans: list[tuple[int, int]], heading: str, tokens: int) -> _Draft:
    return _Draft(page.number, spans[0][0], spans[-1][1], heading, tokens, list(spans))


def _table_pieces(
    page: Page, block: _Block, table: PageTable, heading: str, limit: int, count: CountTokens
) -> list[_Draft]:
    """Rows of a table in runs that fit beside the table's title and column names, which each piece repeats."""
    named = _table_heading(table, heading)
    room = max(_TABLE_ROWS_LEAST, limit - count(named))
    spans = [
        span
        for first, last in _rows(page.text, block.start, block.end)
        for span in split_sentences(page.text, first, last)
        if _ALNUM.search(page.text, *span)
    ]
    if not spans:
        return []
    costs = [count(page.text[start:end]) for start, end in spans]
    return _split_evenly(page, spans, costs, named, room)


def _rows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        yield at, stop
        at = stop + 1


def _table_heading(table: PageTable, heading: str) -> str:
    """'heading path > title: column; column', at most 300 characters."""
    columns = list(dict.fromkeys(cell for cell in (table.rows[0] if table.rows else ()) if cell))
    title = "" if not table.title or table.title in heading else table.title
    parts = " > ".join(part for part in (heading, title) if part)
    names = "; ".join(columns)[:_TABLE_HEADING_CHARS]
    return f"{parts}: {names}" if parts and names else parts or names


# ---------------------------------------------------------------- passages


def _make_passages(tokens: list[int], limit: int, overlap: int) -> list[Chunk]:
    """Runs of pieces up to `limit` tokens; each starts so far back that about `overlap` tokens are shared."""
    chunks: list[Chunk] = []
    first = 0
    while first < len(tokens):
        last, size = first, tokens[first]
        while last + 1 < len(tokens) and size + tokens[last + 1] <= limit:
            last += 1
            size += tokens[last]
        chunks.append(Chunk(len(chunks), first, last))
        if last == len(tokens) - 1:
            break
        first = _next_start(tokens, first, last, overlap)
    return chunks


def _next_start(tokens: list[int], first: int, last: int, overlap: int) -> int:
    start, shared = last + 1, 0
    while start - 1 > first and shared + tokens[start - 1] <= overlap:
        start -= 1
        shared += tokens[start]
    return start


def _most_central(tokens: list[int], chunks: list[Chunk]) -> list[int]:
    """For each piece the ordinal of the passage whose middle is nearest to the piece's."""
    ends = [0]
    for size in tokens:
        ends.append(ends[-1] + size)
    homes = [0] * len(tokens)
    nearest = [float("inf")] * len(tokens)
    for chunk in chunks:
        middle = (ends[chunk.first] + ends[chunk.last + 1]) / 2
        for index in range(chunk.first, chunk.last + 1):
            distance = abs((ends[index] + ends[index + 1]) / 2 - middle)
            if distance < nearest[index]:
                homes[index], nearest[index] = chunk.ordinal, distance
    return homes
