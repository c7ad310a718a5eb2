"""The query plan: a small syntax tree of SELECT without its joins, and its *shape* (columns and values left open).

Plans are hashable tuples of plain values. The join path is not part of a plan: `data/joins.py` rebuilds it from the
tables its columns need. Nothing here reads text or runs SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

STAR = "*"
OPEN = "?"  # a value left open in a shape
PARTS = ("year", "quarter", "month", "week", "day", "month_of_year", "weekday", "hour")


@dataclass(frozen=True, slots=True)
class Item:
    """A selected, grouping, compared or ordering expression: `agg(col)`, or `agg(col sign col2)` where `sign` is one of
    + - * /. `part` (one of PARTS) takes a part of a date: its year, the first day of its month."""

    col: Any
    agg: str = ""
    distinct: bool = False
    sign: str = ""
    col2: Any = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Cond:
    """`item op value`: value is a literal, a tuple of literals (between, in), an Item or a Query.

    A date `=` a period lies in it; OPEN in a shape, it is written as the period's first and last moment."""

    item: Item
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT. `tables` are needed although no column names them; `right` is the other side of a set operation."""

    select: tuple[Item, ...]
    distinct: bool = False
    where: tuple[Cond, ...] = ()
    any_of: bool = False
    group: tuple[Item, ...] = ()
    having: tuple[Cond, ...] = ()
    order: tuple[tuple[Item, bool], ...] = ()
    limit: int | str | None = None
    tables: tuple[Any, ...] = ()
    setop: str = ""
    right: Query | None = None


def map_query(query: Query, col: Callable, value: Callable, table: Callable, nested: bool = False) -> Query:
    """The query with every column, literal and extra table replaced, visited in one fixed order.

    `col` is handed a column and the clause it serves: 'select' (with group, having and aggregates), 'order' or 'where';
    everything inside a nested query serves 'where'."""

    def item(it: Item, clause: str) -> Item:
        clause = "where" if nested else clause
        first = it.col if it.col == STAR else col(it.col, clause)
        return replace(it, col=first, col2=col(it.col2, clause) if it.sign else None)

    def cond(c: Cond, clause: str) -> Cond:
        left = item(c.item, clause)
        if isinstance(c.value, Query):
            return Cond(left, c.op, map_query(c.value, col, value, table, True))
        if isinstance(c.value, Item):
            return Cond(left, c.op, item(c.value, clause))
        return Cond(left, c.op, None if c.value is None else value(c))

    select = tuple(item(it, "select") for it in query.select)
    where = tuple(cond(c, "where") for c in query.where)
    group = tuple(item(it, "select") for it in query.group)
    having = tuple(cond(c, "select") for c in query.having)
    order = tuple((item(it, "select" if it.agg else "order"), desc) for it, desc in query.order)
    tables = tuple(table(t) for t in query.tables)
    right = map_query(query.right, col, value, table, nested) if query.right else None
    return replace(
        query, select=select, where=where, group=group, having=having, order=order, tables=tables, right=right
    )


def scopes(query: Query) -> Iterator[Query]:
    """The query and every query inside it, outermost first."""
    yield query
    for cond in (*query.where, *query.having):
        if isinstance(cond.value, Query):
            yield from scopes(cond.value)
    if query.right:
        yield from scopes(query.right)


def items_of(query: Query) -> Iterator[tuple[str, Item]]:
    """(role, item) of one scope, without what lies inside nested queries."""
    yield from (("select", it) for it in query.select)
    for cond in query.where:
        yield "where", cond.item
        if isinstance(cond.value, Item):
            yield "where", cond.value
    yield from (("group", it) for it in query.group)
    for cond in query.having:
        yield "having", cond.item
    yield from (("order", it) for it, _ in query.order)


def columns_of(query: Query) -> Iterator[tuple[str, Any]]:
    """(role, column) of one scope; `agg` stands for the role of an aggregated column."""
    for role, it in items_of(query):
        if it.col != STAR:
            yield ("agg" if it.agg else role), it.col
        if it.sign:
            yield ("agg" if it.agg else role), it.col2


def is_sound(query: Query) -> bool:
    """Whether SQL admits every scope: beside aggregates only grouped columns, and DISTINCT sorts by what it lists."""
    for scope in scopes(query):
        every = [*scope.select, *(it for it, _ in scope.order)]
        if scope.group or scope.having or any(it.agg for it in every):
            plain = {(it.col, it.part) for it in every if not it.agg}
            plain |= {(it.col2, "") for it in every if it.sign and not it.agg}
            if plain - {(it.col, it.part) for it in scope.group}:
                return False
        if scope.distinct and any(it not in scope.select for it, _ in scope.order):
            return False
    return True


CLAUSES = {"select": 0, "where": 100, "order": 200}  # where each clause's slot numbers begin


def clause_of(slot: int) -> int:
    """Slots of one clause hold different columns; slots of different clauses may hold the same."""
    return slot // 100


def abstract(query: Query) -> Query:
    """The shape: slot numbers for columns (a range a clause) and extra tables, OPEN for values and limits above one."""
    seen: dict[str, list[Any]] = {clause: [] for clause in (*CLAUSES, "table")}

    def number(thing: Any, clause: str) -> int:
        if thing not in seen[clause]:
            seen[clause].append(thing)
        return CLAUSES.get(clause, 0) + seen[clause].index(thing)

    return open_limits(map_query(query, number, lambda cond: OPEN, lambda table: number(table, "table")))


def open_limits(query: Query) -> Query:
    """The query with every limit above one left open."""
    conds = tuple(replace(c, value=open_limits(c.value)) if isinstance(c.value, Query) else c for c in query.where)
    right = open_limits(query.right) if query.right else None
    limit = query.limit if query.limit in (None, 1) else OPEN
    return replace(query, where=conds, right=right, limit=limit)


def close_limits(query: Query, limit: int | None) -> Query:
    """The query with `limit` in the place of every open limit."""
    conds = tuple(
        replace(c, value=close_limits(c.value, limit)) if isinstance(c.value, Query) else c for c in query.where
    )
    right = close_limits(query.right, limit) if query.right else None
    return replace(query, where=conds, right=right, limit=limit if query.limit == OPEN else query.limit)


def spread_dates(query: Query) -> Query:
    """`date = year` becomes the days of that year."""
    conds = tuple(
        Cond(c.item, "between", c.value[1]) if isinstance(c.value, tuple) and c.value[:1] == ("span",) else
        replace(c, value=spread_dates(c.value)) if isinstance(c.value, Query) else c
        for c in query.where
    )  # fmt: skip
    return replace(query, where=conds, right=spread_dates(query.right) if query.right else None)
