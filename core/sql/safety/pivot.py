"""PIVOT without its list of values, given one: the values are asked for first, by a statement the guard admits.

DuckDB turns such a PIVOT into several statements with a type made on the way, which no read-only process should do.
Here it becomes the plain form `ON column IN (values)`. Only the rewriting is done here; both statements go through
the guard like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import AppError
from core.records import Catalog, CheckedSql, QueryResult
from core.sql.safety.guard import check_sql
from core.sql.safety.parse import refuse

VALUES_MAX = 200

Run = Callable[[CheckedSql], QueryResult]


def expand_pivot(text: str, catalog: Catalog, run: Run) -> str:
    """`text` with every open ON of its PIVOT given the values that are there, in order.

    `run` runs one admitted statement. Raises `sql.guard.pivot_without_in` where the statement is of another shape or
    there are more than 200 values, and whatever the guard says of the statement that asks for them."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        raise refuse("pivot_without_in", text) from None
    if not isinstance(tree, exp.Pivot) or not tree.args.get("using") or tree.this is None:
        raise refuse("pivot_without_in", text)
    tree.set("expressions", [_with_values(on, tree.this, catalog, run, text) for on in tree.expressions])
    return tree.sql(dialect="duckdb")


def _with_values(on: Any, source: Any, catalog: Catalog, run: Run, text: str) -> Any:
    from sqlglot import exp

    if isinstance(on, exp.In):
        return on
    asked = exp.select(on.copy()).distinct().from_(source.copy()).where(on.copy().is_(exp.null()).not_()).order_by("1")
    result = run(check_sql(asked.sql(dialect="duckdb"), catalog))
    if result.error is not None:
        raise AppError(result.error[0], **result.error[1])
    if result.truncated or not 0 < len(result.rows) <= VALUES_MAX:
        raise refuse("pivot_without_in", text)
    return exp.In(this=on.copy(), expressions=[exp.convert(row[0]) for row in result.rows])
