"""The records that travel between layers: frozen, plain, without behaviour beyond reading themselves.

Nothing here opens a file, a database or a model. Offsets (`start`, `end`) count code points in the text of
one page. Boxes are (x0, y0, x1, y1) as fractions of the page, origin at the top left, so that they fit a page
image of any size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

BoxTuple = tuple[float, float, float, float]

# ---------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page's text and where it stands on the page; `box` is None where the format has no layout."""

    start: int
    end: int
    box: BoxTuple | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table found on a page: its cells, and the span of the page's text that renders it: one row a line, tabs
    between the cells. `rows[0]` is the header, its cells empty where none was found."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its reader sees it. `kind`: text, ocr (text read from an image) or image (no text could be read).

    `hidden` are spans that a reader of the page cannot see (white, size zero, outside the page); `furniture` are
    the running headers and footers that other pages repeat."""

    number: int
    text: str
    width: float = 0.0
    height: float = 0.0
    kind: Literal["text", "ocr", "image"] = "text"
    lines: tuple[Line, ...] = ()
    headings: tuple[Heading, ...] = ()
    tables: tuple[PageTable, ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser makes of one file. `notes` are (message key, params) pairs a user should read."""

    media: str
    title: str
    lang: str
    pages: tuple[Page, ...]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is embedded and ranked: a span of one page that the embedder reads whole, with its heading path."""

    page: int
    start: int
    end: int
    heading: str
    passage: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A parent passage: the run of pieces `first` to `last` (ordinals in the document, both included)."""

    ordinal: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the workspace. `state`: parsed (searchable by keyword), embedded (passage vectors made),
    complete (sentence vectors made too) or failed."""

    id: int
    sha256: str
    name: str
    media: str
    title: str
    lang: str
    size: int
    pages: int
    pieces: int
    state: Literal["parsed", "embedded", "complete", "failed"]
    reason: str = ""
    added_at: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of one file: `reason` is a sentence for its user, empty when there is nothing to say."""

    file: str
    status: Literal["added", "known", "skipped", "failed"]
    reason: str = ""
    pages: int = 0
    chunks: int = 0
    tables: int = 0
    ms: int = 0


# ---------------------------------------------------------------- language models


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a chat model. Text of documents and tables never stands in the system role."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one call of a model took. `cost` is None where no price is set; `estimated` says that the tokens were
    guessed from the length of the text, because the endpoint did not count them; `first_token_ms` is None where
    nothing came."""

    model: str
    adapter: str | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    first_token_ms: float | None = None
    total_ms: float = 0.0
    cost: float | None = None
    estimated: bool = False


# ---------------------------------------------------------------- search and answers


@dataclass(frozen=True, slots=True)
class HitSentence:
    """A sentence of a found passage. `cosine` is the question's cosine to it (0 where it has no vector yet),
    `lexical` (0..1) the IDF-weighted share of the question's words that it holds."""

    page: int
    start: int
    end: int
    text: str
    cosine: float = 0.0
    lexical: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: the parent's text, and the piece inside it that matched.

    `score` is comparable within one search only; `coverage` (0..1) is the IDF-weighted share of the question's
    words that the matching piece holds, `cosine` the best cosine of the question to the piece or its sentences.
    `text` is the parent's, pages joined by a blank line; `start`, `end` mark `piece` in the text of page `page`;
    `sentences` are those of the matching piece and of its neighbours in the parent, in reading order."""

    piece_id: int
    document_id: int
    file: str
    page: int
    text: str
    score: float
    start: int = 0
    end: int = 0
    piece: str = ""
    heading: str = ""
    lang: str = ""
    coverage: float = 0.0
    cosine: float = 0.0
    sentences: tuple[HitSentence, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages found for a question, best first. `trust` (0..1) is the weight the embedder had in their order (0 in
    stage 'keyword'); `stage` says which vectors took part; `note` is a message key its user should read, or empty."""

    question: str
    lang: str
    hits: tuple[Hit, ...] = ()
    trust: float = 0.0
    stage: Literal["keyword", "passages", "sentences"] = "keyword"
    note: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands; `verified` only if the quote was found on that page at that range. `against` is the
    number of the quote that gives another figure for the same thing, 0 where none does."""

    n: int
    document_id: int
    file: str
    page: int
    quote: str
    start: int
    end: int
    score: float
    verified: bool
    boxes: tuple[BoxTuple, ...] = ()
    key: tuple[int, int] | None = None
    hidden: bool = False
    against: int = 0


@dataclass(frozen=True, slots=True)
class DocumentsAnswer:
    """What the documents side makes of a question. `text` is Markdown with [n] marks; `message` says why nothing was
    found, or what to know of the quotes; `confidence` (0..1) is that of `status` being right, `chance` (0..1) that the
    documents answer at all; `unseen` are words of the question that no document holds."""

    status: Literal["answered", "not_found"]
    text: str
    message: str = ""
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    chance: float = 0.0
    unseen: tuple[str, ...] = ()
    engine: str = "builtin"
    uses: tuple[ModelUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A statement of an answer and what became of it. `reason` is the last part of a message key `validation.*`, which
    `params` fill; `start`, `end` are the statement's place in `Answer.text` (both 0 where it has none: left out, or
    about the statement in SQL); `citations` the numbers it was held against."""

    claim: str
    verdict: Literal["supported", "partly", "unsupported"]
    reason: str
    start: int = 0
    end: int = 0
    citations: tuple[int, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and why: never a bare boolean."""

    ok: bool
    reason: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    kind: Literal["documents", "data", "both", "workspace", "smalltalk", "none"]
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question about data, in words, with the statement it stands for."""

    reading: str
    sql: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure that a document and a table both state. `label` says which ('' for the only one), `n` is the citation
    of the document's; `stated` is its text, `documented` and `tabled` are the values in one unit, `apart_pct` how far
    apart in per cent (of percentages: in points, `in_points`); `reason` is a message key (`reconcile.<reason>`)."""

    label: str
    n: int
    file: str
    page: int
    stated: str
    documented: float
    tabled: float
    apart_pct: float
    verdict: Literal["agree", "differ"]
    reason: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    in_points: bool = False


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What stood behind an answer when it was given: `models` name and hash by setting (embedder, adapters), `settings`
    the values in force."""

    models: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn's outcome, whatever engine made it. `text` carries [n] marks that refer to `citations`."""

    question: str
    completed_question: str
    lang: str
    route: Route
    status: Literal["answered", "not_found", "refused", "error"]
    text: str
    message: str = ""
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    data: SqlAnswer | None = None
    agreement: Literal["agree", "differ"] | None = None
    checks: tuple[Check, ...] = ()
    engine: str = "builtin"
    adapter: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    uses: tuple[ModelUse, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    made_with: MadeWith | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What `assistant.ask` yields, in this order: routed, sources, token (any number), checked, done.

    `text` is the piece of answer of a token, or the completed question of routed; the last event has the answer."""

    kind: Literal["routed", "sources", "token", "checked", "done"]
    text: str = ""
    route: Route | None = None
    hits: tuple[Hit, ...] = ()
    checks: tuple[Check, ...] = ()
    answer: Answer | None = None


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its profile. `values` holds the distinct values of a short text column (at most 1,000),
    `value_names` what users call some of them, as (said, stored)."""

    name: str
    type: str
    nulls: int = 0
    distinct: int | None = None
    minimum: Any = None
    maximum: Any = None
    values: tuple[str, ...] = ()
    description: str = ""
    synonyms: tuple[str, ...] = ()
    value_names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    table: str
    columns: tuple[str, ...]
    ref_table: str
    ref_columns: tuple[str, ...]
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a data set: `dataset` is the immutable DuckDB file that holds it, `source` the user's file.

    `origin`: file (a table file) or document (a table found on page `page` of a document)."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    dataset: str
    source: str = ""
    primary_key: tuple[str, ...] = ()
    description: str = ""
    synonyms: tuple[str, ...] = ()
    origin: Literal["file", "document"] = "file"
    page: int = 0


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in a document, joined over the pages `page` to `last_page`; `rows[0]` is the header, `title` what
    stands above it (a caption or heading) or empty."""

    rows: tuple[tuple[str, ...], ...]
    page: int
    last_page: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A named calculation: 'ingresos' = sum(precio * cantidad) over `table`."""

    name: str
    expression: str
    table: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    tables: tuple[Table, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedSql:
    """A statement that the guard admitted. Only `sql/guard.py` makes one; it is all that may be run."""

    text: str
    tables: tuple[str, ...]
    filters: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    aggregates: tuple[str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of one statement; `error` is (message key, params) where the statement failed or hit a limit."""

    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: bool = False
    elapsed_ms: float = 0.0
    error: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """What to draw, never how: field names refer to the result's columns.

    `reason` says why this kind: the last part of a message key `charts.reason.*`, empty where a user chose."""

    kind: Literal[
        "number",
        "line",
        "bar",
        "grouped_bar",
        "stacked_bar",
        "scatter",
        "histogram",
        "box",
        "heatmap",
        "table",
    ]
    x: str | None = None
    y: tuple[str, ...] = ()
    color: str | None = None
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sounding:
    """How a question's words link to tables, before anything is run.

    `words` counts its content words, `linked` (0..1) the share that names a table, column or stored value, `unknown`
    those that say nothing here; `column`, `table`, `value` (0..1) are the best links; `values` counts stored values
    named, `numbers` the figures; `cues` (0..1) is the share of words that say what kind of query is meant;
    `measured` whether rules read the whole as a measure, with `left` words over; `named` are the stored values
    that it says, as (said, stored)."""

    words: int = 0
    linked: float = 0.0
    unknown: tuple[str, ...] = ()
    column: float = 0.0
    table: float = 0.0
    value: float = 0.0
    values: int = 0
    numbers: int = 0
    cues: float = 0.0
    measured: bool = False
    left: int = 0
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """A question answered from tables. `insight` are true sentences about the rows; `reading` says in words how
    the question was understood; `unknown` are words of the question that found nothing; `confirmed` says when its user
    confirmed the statement, empty where nobody did."""

    question: str
    lang: str
    sql: CheckedSql | None
    result: QueryResult | None
    chart: ChartSpec | None = None
    insight: tuple[str, ...] = ()
    reading: str = ""
    confidence: float = 0.0
    alternatives: tuple[Reading, ...] = ()
    unknown: tuple[str, ...] = ()
    error: tuple[str, dict[str, Any]] | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    engine: str = "builtin"
    uses: tuple[ModelUse, ...] = ()
    message: str = ""
    confirmed: str = ""


# ---------------------------------------------------------------- work


@dataclass(frozen=True, slots=True)
class Trace:
    """What one question cost and came to. `at` is seconds since 1970; `match` (0..1) how well the best passage covers
    the question (0 where no document was asked); `stages` milliseconds by stage; `question` is empty where its text is
    not to be logged."""

    at: float
    lang: str
    route: str
    status: str
    engine: str = "builtin"
    adapter: str = ""
    question: str = ""
    confidence: float = 0.0
    match: float = 0.0
    supported: int = 0
    partly: int = 0
    unsupported: int = 0
    total_ms: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    tokens: int = 0
    cost: float = 0.0
    turn_id: int | None = None


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A row of the job table. `progress` is 0..1; `step` a message key with `params`."""

    id: int
    kind: str
    key: str
    state: Literal["queued", "running", "paused", "done", "failed", "cancelled"]
    progress: float = 0.0
    step: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, dict[str, Any]] | None = None
    heartbeat: float = 0.0


# ---------------------------------------------------------------- adapters


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """What an adapter is, how it was made and how it was judged. `scores` are the gate's: measure -> {base, adapter,
    low, high} (an interval of the difference); `passed` is None before the gate has seen it. `created` is ISO 8601.
    `words_sha256`: the list of words through which it reads Spanish. `against`: what `base` in the scores was, as the
    `setting` for it and the id of its `model`; empty: the bare base. `continues`: the hash of the adapter that it was
    trained on from. `made_by`: who was logged in where it was made. `config_sha256`: the configuration that the weights
    were judged with; empty on cards that were written without it. `langs`: the languages whose texts it reads, where
    these are not all: the others are read by the base, as without it."""

    name: str
    kind: Literal["retriever", "chat"]
    base: str
    base_sha256: str
    adapter_sha256: str
    data_sha256: str
    data: dict[str, Any] = field(default_factory=dict)
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    passed: bool | None = None
    reasons: tuple[tuple[str, dict[str, Any]], ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    licence: str = ""
    created: str = ""
    words_sha256: str = ""
    against: dict[str, str] = field(default_factory=dict)
    continues: str = ""
    made_by: str = ""
    config_sha256: str = ""
    langs: tuple[str, ...] = ()
