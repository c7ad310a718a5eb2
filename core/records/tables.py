"""Tables as records: the catalog, statements that the guard admitted, their results and charts, answers from tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from core.records.models import ModelUse


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question about data, in words, with the statement it stands for."""

    reading: str
    sql: str


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
    """A statement that the guard admitted. Only `core/sql/safety/guard.py` makes one; it is all that may be run."""

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
