"""A statement shown otherwise: its rows kept to some values, put in another order, cut to the first, told as shares.

Where what was said changes only this, the statement before is changed itself, so that everything else stays as it was.
Each function gives the new statement, or None where the statement does not lend itself to it. Nothing is run here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.records import Catalog

if TYPE_CHECKING:
    from sqlglot import exp

_DAY = re.compile(r"\d{4}-\d\d-\d\d\b")


def restrict_sql(sql: str, column: str, values: Sequence[Any], catalog: Catalog) -> str | None:
    """`sql` over those rows alone whose `column` is one of `values`; None where no table of the statement has it."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    owners = {table.name for table in catalog.tables if any(c.name == column for c in table.columns)}
    done = False
    for select in tree.find_all(exp.Select):
        table = next((t for t in select.find_all(exp.Table) if t.name in owners and t.parent_select is select), None)
        if table is None:
            continue
        left = exp.column(column, table=table.alias or None, quoted=True)
        select.where(exp.In(this=left, expressions=[exp.Literal.string(str(v)) for v in values]), copy=False)
        done = True
    return tree.sql(dialect="duckdb") if done else None


def is_plain(sql: str) -> bool:
    """Whether it is one SELECT over tables, without parts of its own, or the shares of such a one: another condition
    then means only fewer rows."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    inner = tree.find(exp.Subquery)
    if inner is not None and inner.alias == _PARTS:
        tree = inner.this
    return isinstance(tree, exp.Select) and sum(1 for _ in tree.find_all(exp.Select, exp.Window)) == 1


_PARTS = "parts"  # the name of the rows whose shares are told


def keep_scope(sql: str, earlier: str, dated: bool) -> str:
    """`sql` with what the statement `earlier` demands of the tables that both read, but for columns of which `sql`
    itself demands something; without `dated`, times are left free."""
    import sqlglot
    from sqlglot import exp

    old, new = (sqlglot.parse_one(text, read="duckdb") for text in (earlier, sql))
    sources = [select for select in old.find_all(exp.Select) if _tables_of(select)]
    where = sources[0].args.get("where") if len(sources) == 1 else None
    if where is None:
        return sql
    owners, changed = _tables_of(sources[0]), False
    for select in [select for select in new.find_all(exp.Select) if _tables_of(select)]:
        here = {name: alias for alias, name in _tables_of(select).items()}
        said = _names(select.args["where"]) if select.args.get("where") else set()
        for demand in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
            kept = _moved(demand, owners, here) if dated or not _is_time(demand) else None
            if kept is not None and not _names(kept) & said:
                select.where(kept, copy=False)
                changed = True
    return new.sql(dialect="duckdb") if changed else sql


def _moved(demand: exp.Expression, owners: dict[str, str], here: dict[str, str]) -> exp.Expression | None:
    """A condition with its columns named after the tables `here` (alias by table); None where one of them is not."""
    from sqlglot import exp

    if demand.find(exp.Select):
        return None
    kept = demand.copy()
    for column in list(kept.find_all(exp.Column)):
        table = owners.get(column.table) if column.table else next(iter(owners.values())) if len(owners) == 1 else None
        if table not in here:
            return None
        column.set("table", exp.to_identifier(here[table], quoted=True))
    return kept


def _tables_of(select: exp.Select) -> dict[str, str]:
    """The tables that a SELECT itself reads, by the name that it gives them."""
    from sqlglot import exp

    within = {cte.alias for cte in select.root().find_all(exp.CTE)}
    found = (t for t in select.find_all(exp.Table) if t.parent_select is select and t.name not in within)
    return {table.alias_or_name: table.name for table in found}


def _is_time(demand: exp.Expression) -> bool:
    from sqlglot import exp

    cast = any(c.to.this in (exp.DType.DATE, exp.DType.TIMESTAMP) for c in demand.find_all(exp.Cast))
    day = any(text.is_string and _DAY.match(text.this) for text in demand.find_all(exp.Literal))
    parts = demand.find(exp.Year, exp.Month, exp.Quarter, exp.Week, exp.Extract, exp.DateTrunc, exp.TimestampTrunc)
    return parts is not None or cast or day


def order_sql(sql: str, column: str, descending: bool, limit: int | None = None) -> str | None:
    """`sql` ordered by one of its result columns, and cut to the first `limit` rows where that is given; without one,
    rows that were cut before stay the same rows."""
    select = _outermost(sql)
    if select is None:
        return None
    from sqlglot import exp

    if limit is None and select.args.get("limit"):
        select = exp.select("*").from_(select.subquery("shown"))
    by = exp.Ordered(this=exp.column(column, quoted=True), desc=descending, nulls_first=False)
    ordered = select.order_by(by, append=False)
    return (ordered.limit(limit) if limit else ordered).sql(dialect="duckdb")


def limit_sql(sql: str, limit: int) -> str | None:
    """The first `limit` rows of `sql`, in the order that it has."""
    select = _outermost(sql)
    return select.limit(limit).sql(dialect="duckdb") if select is not None else None


def retake_sql(sql: str, taking: str, name: str) -> str | None:
    """`sql` with its sum, average or end of a column taken otherwise (`count` counts its rows), under a new name; None
    where it took none."""
    select = _outermost(sql)
    if select is None:
        return None
    from sqlglot import exp

    ways = {"sum": exp.Sum, "average": exp.Avg, "highest": exp.Max, "lowest": exp.Min}
    taken = next((e for e in select.expressions if isinstance(e.unalias(), tuple(ways.values()))), None)
    if taken is None or isinstance(taken.unalias(), ways.get(taking, ())):
        return None
    was, column = taken.alias_or_name, taken.unalias().this.copy()
    found = exp.Count(this=exp.Star()) if taking == "count" else ways[taking](this=column)
    told = exp.alias_(found, name, quoted=True)
    select.set("expressions", [told if e is taken else e for e in select.expressions])
    for ordered in (select.args.get("order") or exp.Order()).find_all(exp.Column):
        if ordered.name == was:
            ordered.replace(exp.column(name, quoted=True))
    return select.sql(dialect="duckdb")


def share_sql(sql: str, columns: Sequence[str], measure: str, name: str) -> str | None:
    """Each row of `sql` with its part of the sum of all rows' `measure`, in percent, in place of the measure itself."""
    select = _outermost(sql)
    if select is None or select.args.get("limit"):
        return None
    from sqlglot import exp

    total = exp.Window(this=exp.Sum(this=exp.column(measure, quoted=True)))
    part = exp.Div(
        this=exp.Mul(this=exp.Literal.number("100.0"), expression=exp.column(measure, quoted=True)), expression=total
    )
    share = exp.alias_(exp.func("ROUND", part, exp.Literal.number(2)), name, quoted=True)
    kept = [exp.column(column, quoted=True) for column in columns if column != measure]
    order = select.args.get("order")
    outer = exp.select(*kept, share).from_(select.copy().subquery(_PARTS))
    if order is not None and _names(order) <= set(columns):
        inner = outer.find(exp.Subquery).this
        inner.set("order", None)
        renamed = order.copy()
        for found in renamed.find_all(exp.Column):
            if found.name == measure:
                found.replace(exp.column(name, quoted=True))
        outer.set("order", renamed)
    return outer.sql(dialect="duckdb")


def _names(tree: exp.Expression) -> set[str]:
    from sqlglot import exp

    return {found.name for found in tree.find_all(exp.Column)}


def _outermost(sql: str) -> exp.Select | None:
    """The SELECT whose rows are the result; None for unions and the like."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    return tree if isinstance(tree, exp.Select) else None
