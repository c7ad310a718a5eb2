"""What a business question asks, as records: measure, conditions, comparisons, and the plan that holds them.

`rules.py` makes plans, `render.py` writes them, `reading.py` says them.
Nothing here reads a question.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from core.records import Metric
from core.sql.data.schema import Schema
from core.sql.language.calendar import Period


@dataclass(frozen=True, slots=True)
class Threshold:
    """Groups whose measure, or whose number of rows, is `op value`."""

    op: str
    value: float
    span: tuple[int, ...]
    of_rows: bool = False


@dataclass(frozen=True, slots=True)
class BusinessPlan:
    """What a business question asks, ready to be written as SQL; `covered` are the token places understood.

    `measure` None makes a list of the things of `subject` (a table). `contrast` compares two columns row by row, or
    their sums where there are dimensions. `setop` (INTERSECT, EXCEPT) joins the things that meet `filters` with those
    that meet `right`; `ranked` orders a list by that column; `clock` holds the hours of the day that `grain` splits by.
    `op` shows one figure of several, of `beside`, of a contrast's sides, of shares: '-' their difference, '/' the one
    for each of the other, '%' that in percent, '+' their sum; `within` is the column in whose groups things are ranked;
    `change` says how growth is told: 'percent', 'absolute', '' for both; `yearly` growth is from the same part of the
    year before, and `moved` ('>', '<') keeps only the groups that rose or fell."""

    measure: Measure | None
    dimensions: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    periods: tuple[Period, ...] = ()
    grain: str = ""
    date: int | None = None
    window: str = ""
    descending: bool | None = None
    limit: int | None = None
    covered: frozenset[int] = field(default_factory=frozenset)
    subject: int | None = None
    contrast: Contrast | None = None
    absence: Absence | None = None
    threshold: Threshold | None = None
    keys: tuple[int, ...] = ()
    within: int | None = None
    more: tuple[Measure, ...] = ()
    lang: str = "en"
    setop: str = ""
    ranked: int | None = None
    right: tuple[Filter, ...] = ()
    beside: BusinessPlan | None = None
    op: str = ""
    clock: int | None = None
    change: str = ""
    yearly: bool = False
    moved: str = ""

    @property
    def fact(self) -> int:
        """The table whose rows are read."""
        return self.measure.table if self.measure else self.subject or 0


def sides_of(plan: BusinessPlan) -> tuple[BusinessPlan, BusinessPlan]:
    """The two lists that `setop` joins: they differ in their conditions, or, without any for the right one, in time."""
    alone = replace(plan, setop="", right=(), measure=None)
    if plan.right or len(plan.periods) != 2:
        return alone, replace(alone, filters=plan.right)
    return replace(alone, periods=plan.periods[:1]), replace(alone, periods=plan.periods[1:])


def repeats_rows(plan: BusinessPlan, schema: Schema) -> bool:
    """Whether the joins repeat rows of the measured table (an invoice for each of its lines): sums count twice."""
    if plan.measure is None:
        return False
    fact = schema.tables[plan.fact].table.name
    others = [*plan.dimensions, *(f.column for f in plan.filters), *plan.keys]
    tables = tuple(dict.fromkeys([fact, *(schema.columns[n].key[0] for n in others)]))
    edges = schema.graph.connect(tables) or []
    upward = {(key.table, key.ref_table) for key in schema.catalog.foreign_keys}
    return any((edge.right, edge.left) in upward and (edge.left, edge.right) not in upward for edge in edges)


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` has {0}, {1} for `columns`; with no columns it counts the rows of `table`.

    `agg`: sum, avg, max, min, median, count, distinct (different values), first_last (a date's both ends), corr, rate,
    share_of and part_of (ratios of sums in percent), over_plan (by how much one sum exceeds another), per and ratio
    (one sum against a count or another sum) or metric. A rate counts the rows whose column is `yes`, or that meet the
    condition `told`. `unit` is set where it is the time between two dates (day, week, month, year, hour); `across`
    where several columns of each row are added up."""

    agg: str
    table: int
    columns: tuple[int, ...] = ()
    expression: str = "{0}"
    span: tuple[int, int] = (0, 0)
    metric: Metric | None = None
    yes: Any = None
    told: tuple[Filter, ...] = ()
    unit: str = ""
    across: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`column op value`; for `in` and `not in` the value is a tuple, for `is null` and `is not null` there is none;
    `is none` is zero or empty."""

    column: int
    op: str
    value: Any
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contrast:
    """`left op right`, two columns of one table; `right` None stands for the average of `left`. With a `unit` of time
    the two are dates, and the time from `right` to `left` is `op by` of them."""

    left: int
    op: str
    right: int | None
    span: tuple[int, ...]
    by: float = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Rows of one table that no row of `table` refers to (through `key`, which holds `own`), in `periods` if given."""

    table: int
    key: int
    own: int
    span: tuple[int, ...]
