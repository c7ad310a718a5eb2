"""Pieces and passages: exact offsets, limits and order, on generated pages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.chunk import chunk_document, estimate_tokens
from core.documents.sentences import LONGEST
from core.records import Heading, Page, PageTable, ParsedDocument

WORDS = [
    "Revenue",
    "grew",
    "3,5 %",
    "en",
    "2023.",
    "¿Por qué?",
    "EE. UU.",
    "(véase",
    "Inc.",
    "It",
    "fell,",
    "niño",
    "x" * 60,
]
PARAGRAPH = st.lists(st.sampled_from(WORDS), min_size=1, max_size=250).map(" ".join)
LAYOUT = st.lists(st.tuples(st.sampled_from(["text", "heading", "table", "list"]), PARAGRAPH), max_size=8)


def make_page(number, blocks):
    text, headings, tables = "", [], []
    for kind, paragraph in blocks:
        text += "\n\n" if text else ""
        start = len(text)
        if kind == "heading":
            text += paragraph[:60].strip()
            headings.append(Heading(start, len(text), 1 + len(paragraph) % 3, text[start:]))
        elif kind == "table":
            rows = [tuple(paragraph.split()[at : at + 4]) for at in range(0, len(paragraph.split()), 4)]
            text += "\n".join("\t".join(row) for row in rows)
            tables.append(PageTable(start, len(text), (("",) * 4, *rows), "A table"))
        else:
            text += paragraph.replace(" ", "\n" if kind == "list" else " ")
    return Page(number, text, headings=tuple(headings), tables=tuple(tables))


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYOUT, min_size=1, max_size=4))
def test_offsets_are_exact_and_limits_are_kept(layouts):
    pages = tuple(make_page(number, blocks) for number, blocks in enumerate(layouts, 1))
    pieces, chunks = chunk_document(
        ParsedDocument("text/plain", "t", "en", pages), passage_tokens=400, overlap_tokens=80
    )
    for piece in pieces:
        text = pages[piece.page - 1].text
        span = text[piece.start : piece.end]
        assert span == span.strip() and span
        assert (piece.sentences[0].start, piece.sentences[-1].end) == (piece.start, piece.end)
        for sentence in piece.sentences:
            quote = text[sentence.start : sentence.end]
            assert quote == quote.strip() and 0 < len(quote) <= LONGEST
        assert estimate_tokens(span) <= 200 or len(piece.sentences) == 1
        assert chunks[piece.passage].first <= pieces.index(piece) <= chunks[piece.passage].last
    order = [(piece.page, piece.start) for piece in pieces]
    assert order == sorted(order)
    covered = {index for chunk in chunks for index in range(chunk.first, chunk.last + 1)}
    assert covered == set(range(len(pieces)))


def document(*blocks):
    return ParsedDocument("text/plain", "t", "en", (make_page(1, list(blocks)),))


def test_a_paragraph_that_fits_is_one_piece_and_two_full_ones_stay_two():
    paragraph = "The company sold more goods than ever before in that year. " * 6
    pieces, _ = chunk_document(document(("text", paragraph.strip()), ("text", paragraph.strip())))
    assert len(pieces) == 2


def test_short_paragraphs_under_one_heading_are_merged():
    pieces, _ = chunk_document(document(("heading", "Terms"), ("text", "One thing."), ("text", "Another thing.")))
    assert [(piece.heading, len(piece.sentences)) for piece in pieces] == [("Terms", 2)]


def test_a_long_paragraph_is_split_evenly():
    paragraph = " ".join(f"Sentence number {n} says something of about ten words here." for n in range(40))
    pieces, _ = chunk_document(document(("text", paragraph)))
    sizes = [estimate_tokens(paragraph[piece.start : piece.end]) for piece in pieces]
    assert len(sizes) > 1 and max(sizes) <= 200 and max(sizes) - min(sizes) < 40


def test_headings_nest_and_tables_repeat_their_columns():
    page = Page(
        1,
        "Results\n\nRevenue\n\nShoes\t12\t9\nHats\t3\t4",
        headings=(Heading(0, 7, 1, "Results"), Heading(9, 16, 2, "Revenue")),
        tables=(PageTable(18, 37, (("", "2023", "2022"), ("Shoes", "12", "9"), ("Hats", "3", "4")), "By line"),),
    )
    pieces, _ = chunk_document(ParsedDocument("application/pdf", "t", "en", (page,)))
    assert pieces[-1].heading == "Results > Revenue > By line: 2023; 2022"
    assert [page.text[s.start : s.end] for s in pieces[-1].sentences] == ["Shoes\t12\t9", "Hats\t3\t4"]


def test_running_lines_count_once():
    pages = tuple(Page(n, f"Report | {n}\n\nText of page {n} goes here.", furniture=((0, 10),)) for n in range(1, 4))
    pieces, _ = chunk_document(ParsedDocument("application/pdf", "t", "en", pages))
    texts = [pages[piece.page - 1].text[piece.start : piece.end] for piece in pieces]
    assert sum("Report" in text for text in texts) == 1
