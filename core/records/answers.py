"""Answers as records: what search found, what is quoted, checked and compared, a whole turn and its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from core.records.documents import BoxTuple
from core.records.models import ModelUse
from core.records.tables import SqlAnswer


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
