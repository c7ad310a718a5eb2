"""What stands behind a citation: the sentences around its quote, the table that holds it, and each figure there with
the words that it belongs to.

A figure of a table belongs to its row's label, its column's header and the table's title; one of prose to the words of
its clause, less to those of its sentence. It reads pages that others fetched, and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.documents.sentences import split_lines, split_sentences
from core.i18n import detect_language
from core.records import Citation, Page, PageTable
from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.quantities import Quantity, fold, lexicon, read_quantities
from core.validation.vocabulary import Vocabulary, Word

_CLAUSE = re.compile(
    r"[;:]\s|,\s|\s[—–-]\s|\s\(|\)\s|\s(?:and|but|while|whereas|versus|vs\.?|compared (?:to|with)|up from|"
    r"down from|from|against|y|e|pero|mientras|aunque|frente al?|desde(?: los?)?|respecto al?|comparado con)\s",
    re.I,
)
_SCALES = re.compile(
    r"\b(thousands|millions|billions)\b|\b(?:in|en)\s+(?:[€$£]\s?)?(miles|millones|million|thousand|billion)\b|"
    r"[€$£¥]\s?(m|mn|k|bn|million|thousand|billion)\b|\b(m|mn|k)\s?€|(?:['’]|[€$£]\s?)(000)s?\b|"
    r"\b(thousand|miles|million|millones|billion)\s*(?:de\s+)?(?:€|eur|\$|usd|euros|dollars|dolares)|"
    r"\((thousand|million|billion|miles|millones)\b|\b(?:eur|usd|gbp|rmb|hk\$|s\$)\s?(m|mn|k|thousand|million|billion)\b",
)
_PERCENT_LABEL = re.compile(
    r"%|\bper ?cent|\bporcentaje|\bpercentage|\brate\b|\btasa\b|\bmargin\b|\bmargen\b|\bshare\b|\bcuota\b|\bpeso\b",
    re.I,
)
_GOES_ON = re.compile(r"\s*(?:from|desde|\(|to|for|para|por|compared|versus|against|frente|respecto)\b", re.I)
_JOINED = re.compile(r"\s*(?:and|y|e|to|a|[-–/])\s*", re.I)
_AND = re.compile(r"\b(?:and|y|e|but|pero|while|mientras)\b", re.I)
_FIGURE_BETWEEN = re.compile(r"\d[\d.,]*")
OWN, CLAUSE_BEFORE, SENTENCE, SECTION = 1.0, 0.5, 0.3, 0.4

Context = dict[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A figure and the words it belongs to: key -> weight. `line` names what it shares with its neighbours (document,
    page, and a table's row or a sentence), `column` its column in a table; `percent` says that its label speaks of a
    share; `way` is +1 or -1 where
    its sign or its clause says that it goes up or down; `quoted` whether the citation's own words hold it."""

    quantity: Quantity
    context: Context
    line: tuple[int, int, int, int]
    column: int | None = None
    percent: bool = False
    way: int = 0
    quoted: bool = True


@dataclass(slots=True)
class Segment:
    """A sentence of a page, read."""

    start: int
    end: int
    text: str
    words: list[Word]
    dates: list[DateSpan]
    quantities: list[Quantity]


@dataclass(slots=True)
class Passage:
    """What a citation stands on. `segments` are the sentences of the quote and its neighbours, `places` their figures
    and those of its table, `identity` what names the document; `page_text` is for what stands elsewhere on the page."""

    n: int
    lang: str
    segments: list[Segment]
    places: list[Place]
    dates: list[DateSpan]
    keys: Context
    near_text: str
    near_folded: str
    identity: str
    page_text: str
    scales: frozenset[float]
    currencies: frozenset[str]
    quoted: list[Segment] = field(default_factory=list)


def read_segment(text: str, start: int, end: int, lang: str, vocabulary: Vocabulary) -> Segment:
    said = text[start:end]
    dates = read_dates(said)
    quantities = read_quantities(said, [(d.start, d.end) for d in dates])
    return Segment(start, end, said, vocabulary.read(said, lang), dates, quantities)


class Sources:
    """Reads pages into passages, each page's sentences once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._cut: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._read: dict[tuple[int, int, int, int], Segment] = {}
        self._tables: dict[tuple[int, int, int], tuple[list[Place], list[DateSpan], Context]] = {}
        self._declared: dict[tuple[int, int], tuple[frozenset[float], frozenset[str]]] = {}

    def passage(self, citation: Citation, page: Page, identity: str) -> Passage:
        where = (citation.document_id, page.number)
        lang = detect_language(page.text[:4000])
        start, end = citation.start, citation.end
        spans = self._spans(citation.document_id, page)
        held = [n for n, (a, b) in enumerate(spans) if a < end and start < b]
        near = spans[max(0, held[0] - 1) : held[-1] + 2] if held else [(start, end)]
        segments = [self._segment(where, page.text, span, lang) for span in near]
        quoted = [s for s in segments if s.start < end and start < s.end] or segments
        tables = [(n, t) for n, t in enumerate(page.tables) if t.start < end + 200 and start - 200 < t.end]
        headings = " · ".join(h.text for h in page.headings if h.start <= start)[-300:]
        near_text = "\n".join([headings, *(s.text for s in segments), *(_table_text(t) for _, t in tables)])
        prose = [s for s in segments if not any(t.start <= s.start < t.end for _, t in tables)]
        places = [place for s in prose for place in prose_places(s, s in quoted, where)]
        dates = [date for s in segments for date in s.dates] + read_dates(headings) + read_dates(identity)
        keys = merge_keys(self.vocabulary.read(headings, lang), OWN)
        for segment in segments:
            merge_keys(segment.words, OWN, keys)
        for number, table in tables:
            cells, told, words = self._table(where, number, table, lang)
            places += _mark_quoted(cells, table, page.text[start:end])
            dates += told
            keys.update(words)
        if where not in self._declared:
            self._declared[where] = (_declared_scales(page.text), _declared_currencies(page.text))
        return Passage(
            citation.n,
            lang,
            segments,
            places,
            dates,
            keys,
            near_text,
            fold(near_text),
            identity,
            page.text,
            *self._declared[where],
            quoted,
        )

    def _segment(self, where: tuple[int, int], text: str, span: tuple[int, int], lang: str) -> Segment:
        key = (*where, *span)
        if key not in self._read:
            self._read[key] = read_segment(text, *span, lang, self.vocabulary)
        return self._read[key]

    def _table(
        self, where: tuple[int, int], number: int, table: PageTable, lang: str
    ) -> tuple[list[Place], list[DateSpan], Context]:
        key = (*where, number)
        if key not in self._tables:
            words = merge_keys(self.vocabulary.read(_table_text(table), lang), OWN)
            self._tables[key] = (*table_places(table, number, lang, self.vocabulary, where), words)
        return self._tables[key]

    def _spans(self, document_id: int, page: Page) -> list[tuple[int, int]]:
        key = (document_id, page.number)
        if key not in self._cut:
            self._cut[key] = _cut(page)
        return self._cut[key]


def _cut(page: Page) -> list[tuple[int, int]]:
    """The sentences of a page outside its tables, and the tables' lines."""
    text, spans, at = page.text, [], 0
    blocks: list[tuple[int, int, bool]] = []
    for table in sorted(page.tables, key=lambda t: t.start):
        if table.start >= at:
            blocks += [(at, table.start, False), (table.start, table.end, True)]
            at = table.end
    blocks.append((at, len(text), False))
    for start, end, is_table in blocks:
        for first, last in _paragraphs(text, start, end):
            if is_table:
                spans += [(a, b) for a, b in _lines(text, first, last)]
            else:
                spans += [s for run in split_lines(text, first, last) for s in split_sentences(text, *run)]
    return spans


def _paragraphs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    at = start
    for match in re.finditer(r"\n\s*\n", text[start:end]):
        yield at, start + match.start()
        at = start + match.end()
    if at < end:
        yield at, end


def _lines(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    for match in re.finditer(r"[^\n]+", text[start:end]):
        yield start + match.start(), start + match.end()


def _table_text(table: PageTable) -> str:
    return "\n".join([table.title, *("\t".join(row) for row in table.rows)])


def merge_keys(words: Iterable[Word], weight: float, into: Context | None = None) -> Context:
    """Keys of the words that say something, at their best weight."""
    table = {} if into is None else into
    for word in words:
        if not word.stop:
            for key in word.keys:
                if table.get(key, 0.0) < weight:
                    table[key] = weight
    return table


def merge_dates(dates: Iterable[DateSpan], weight: float, into: Context) -> Context:
    """Years, months and quarters as words of a context."""
    for date in dates:
        for moment in date.readings:
            for name in ("year", "quarter", "month"):
                value = getattr(moment, name)
                if value is not None and into.get(f"@{name}{value}", 0.0) < weight:
                    into[f"@{name}{value}"] = weight
    return into


def prose_places(segment: Segment, quoted: bool = True, where: tuple[int, int] = (0, 0)) -> list[Place]:
    """The figures of a sentence with the words of their clause, of the clause before, and of the sentence."""
    clauses = cut_clauses(segment)
    places = []
    for quantity in segment.quantities:
        if quantity.kind == "code":
            continue
        context: Context = merge_keys(segment.words, SENTENCE)
        own = next((n for n, (a, b) in enumerate(clauses) if a <= quantity.start < b), 0)
        for n, weight in ((own - 1, CLAUSE_BEFORE), (own, OWN)):
            if 0 <= n < len(clauses):
                a, b = clauses[n]
                merge_keys((w for w in segment.words if a <= w.start < b), weight, context)
        for date, weight in weigh_dates(quantity, segment, clauses):
            merge_dates([date], weight, context)
        way = way_of(quantity, [w for w in segment.words if clauses[own][0] <= w.start < clauses[own][1]])
        places.append(Place(quantity, context, (*where, segment.start, -1), way=way, quoted=quoted))
    return places


def weigh_dates(
    quantity: Quantity, segment: Segment, clauses: Sequence[tuple[int, int]]
) -> list[tuple[DateSpan, float]]:
    """The dates of a sentence for one of its figures: the nearest one is its own where there are several."""
    if len(segment.dates) < 2:
        own = next((c for c in clauses if c[0] <= quantity.start < c[1]), (0, len(segment.text)))
        return [(date, OWN if own[0] <= date.start < own[1] else CLAUSE_BEFORE) for date in segment.dates]

    def distance(date: DateSpan) -> float:
        if date.start >= quantity.end:
            between = segment.text[quantity.end : date.start]
            return len(between) + 40 * len(_FIGURE_BETWEEN.findall(between)) + 20 * len(_AND.findall(between))
        between = segment.text[date.end : quantity.start]
        return len(between) + 8 + 40 * len(_FIGURE_BETWEEN.findall(between))

    nearest = min(segment.dates, key=distance)
    pairs = zip(segment.dates, segment.dates[1:], strict=False)
    if any(nearest in pair and _JOINED.fullmatch(segment.text[pair[0].end : pair[1].start]) for pair in pairs):
        return [(date, CLAUSE_BEFORE) for date in segment.dates]  # 'between June and September': of both figures
    return [(date, OWN if date.start == nearest.start else SENTENCE) for date in segment.dates]


def way_of(quantity: Quantity, words: Sequence[Word]) -> int:
    """Which way a figure goes: by its sign, else by the words of its clause where these agree."""
    if quantity.signed:
        return -1 if quantity.negative else 1
    ways = {-word.way if word.negated else word.way for word in words if word.way}
    return ways.pop() if len(ways) == 1 else 0


def cut_clauses(segment: Segment) -> list[tuple[int, int]]:
    """Clauses of a sentence, one without a figure joined to the next one that has one, a last one to the one before."""
    figures = [q.start for q in segment.quantities if q.kind != "code"]
    cuts = [m.start() + 1 for m in _CLAUSE.finditer(segment.text)]
    cuts = [c for c in cuts if not any(q.start < c < q.end for q in segment.quantities)]
    cuts = [c for c in cuts if not any(d.start < c < d.end for d in segment.dates)]
    edges = [0, *cuts, len(segment.text)]
    clauses: list[tuple[int, int]] = []
    start = 0
    for end in edges[1:]:
        if (
            clauses
            and start == clauses[-1][1]
            and _GOES_ON.match(segment.text, start)
            and not _has(figures, start, end)
        ):
            clauses[-1] = (clauses[-1][0], end)  # 'fifteen days from receipt': no clause of its own
            start = end
            continue
        if any(start <= at < end for at in figures):
            clauses.append((start, end))
            start = end
    if start < len(segment.text):
        if clauses:
            clauses[-1] = (clauses[-1][0], len(segment.text))
        else:
            clauses.append((start, len(segment.text)))
    return clauses


def _has(figures: Sequence[int], start: int, end: int) -> bool:
    return any(start <= at < end for at in figures)


def table_places(
    table: PageTable, number: int, lang: str, vocabulary: Vocabulary, where: tuple[int, int]
) -> tuple[list[Place], list[DateSpan]]:
    """The figures of a table's cells, each with its row's label, its column's header and the section above it."""
    cells = [[_Cell(text, lang, vocabulary) for text in row] for row in table.rows]
    title = merge_keys(vocabulary.read(table.title, lang), SENTENCE)
    dates = read_dates(table.title)
    merge_dates(dates, SENTENCE, title)
    places: list[Place] = []
    headers: dict[int, Context] = {}
    labels: dict[int, str] = {}
    section: Context = {}
    for r, row in enumerate(cells):
        dates += [d for cell in row for d in cell.dates]
        has_figures = any(cell.figure for cell in row)
        if r == 0 or not has_figures:
            section = _read_header(row, headers, labels, section, first=r == 0, width=len(cells[0]))
            if r == 0 and not has_figures:
                continue
        label: Context = {}
        for cell in row:
            if not cell.figure:
                cell.add_to(label, OWN)
        row_text = " ".join(cell.text for cell in row if not cell.figure)
        for c, cell in enumerate(row):
            if not cell.quantities:
                continue
            context = {**title}
            for part, weight in ((section, SECTION), (headers.get(c, {}), OWN), (label, OWN)):
                for key in part:
                    context[key] = max(context.get(key, 0.0), weight)
            if not cell.figure:
                cell.add_to(context, OWN)
            is_percent = bool(_PERCENT_LABEL.search(f"{row_text} {labels.get(c, '')} {table.title}"))
            places += [
                Place(q, context, (*where, -1 - number, r), c, is_percent, way_of(q, ())) for q in cell.quantities
            ]
    return places, dates


def _mark_quoted(places: Sequence[Place], table: PageTable, quote: str) -> list[Place]:
    """The places of a table, those of rows that a quote holds set apart from the others."""
    held = {r for r, row in enumerate(table.rows) if _holds_row(quote, row)}
    return [place if place.line[3] in held else replace(place, quoted=False) for place in places]


def _holds_row(quote: str, row: Sequence[str]) -> bool:
    """Whether a quote holds a row's figures, most of them: it may be cut."""
    cells = [" ".join(cell.split()) for cell in row if cell.strip()]
    said = " ".join(quote.split())
    return bool(cells) and sum(cell in said for cell in cells) >= max(1, 0.7 * len(cells)) and cells[0] in said


def _read_header(row, headers, labels, section: Context, *, first: bool, width: int) -> Context:
    """Take a row without figures as headers of its columns, or as the heading of a section; returns the section."""
    filled = [c for c, cell in enumerate(row) if cell.text.strip()]
    if not first and len(filled) == 1 and filled[0] == 0 and width > 1:
        return row[0].add_to({}, OWN)
    for c, cell in enumerate(row):
        spread = cell
        if not cell.text.strip() and c > 0 and len(filled) == 1 and filled[0] > 0:
            spread = row[filled[0]]
        spread.add_to(headers.setdefault(c, {}), OWN)
        labels[c] = f"{labels.get(c, '')} {cell.text}"
    return section


class _Cell:
    """A cell of a table: its text, whether it is a figure, and what it says."""

    def __init__(self, text: str, lang: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.dates = read_dates(text) or _lone_month(text)
        self.quantities = [q for q in read_quantities(text, [(d.start, d.end) for d in self.dates]) if q.kind != "code"]
        self.words = vocabulary.read(text, lang)
        rest = "".join(char for at, char in enumerate(text) if not any(q.start <= at < q.end for q in self.quantities))
        self.figure = bool(self.quantities) and not re.search(r"[^\W\d_]{3}", rest.partition("(")[0])

    def add_to(self, context: Context, weight: float) -> Context:
        merge_keys(self.words, weight, context)
        return merge_dates(self.dates, weight, context)


def _lone_month(text: str) -> list[DateSpan]:
    """A cell that is a month's name and nothing else."""
    month = lexicon()["months"].get(fold(text.strip(" .")))
    return [DateSpan(0, len(text), text, (Moment(month=month),))] if month else []


def _declared_scales(text: str) -> frozenset[float]:
    """The scales that a page says its figures are in: '(in millions)', 'miles de euros'."""
    names = {"b": 1e9, "t": 1e3, "k": 1e3, "0": 1e3}
    found = {1.0}
    for match in _SCALES.finditer(fold(text)):
        word = next(group for group in match.groups() if group)
        found.add(1e3 if word == "miles" else names.get(word[0], 1e6))
    return frozenset(found)


def _declared_currencies(text: str) -> frozenset[str]:
    folded = fold(text)
    found = {unit for form, unit in lexicon()["currencies"].items() if not form.isalpha() and form in folded}
    words = set(re.findall(r"[a-z]+", folded))
    return frozenset(found | {unit for form, unit in lexicon()["currencies"].items() if form in words})


def holds(text: str, name: str) -> bool:
    """Whether a folded text holds a folded name as whole words."""
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text) is not None


def holds_figure(text: str, digits: str) -> bool:
    """Whether a text holds these digits as a figure of its own, not inside a longer one."""
    return re.search(rf"(?<![\w.,]){re.escape(digits)}(?!\w|[.,]\d)", text) is not None


def all_places(passages: Sequence[Passage]) -> list[Place]:
    return [place for passage in passages for place in passage.places]
