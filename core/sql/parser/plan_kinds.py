"""Whether a plan uses columns of the kinds that its clauses need: sums of numbers, parts of dates, like beside like.

Values choose columns too while a shape is filled (`compose.py`), and know nothing of the shape. Nothing is run here.
"""

from __future__ import annotations

from core.sql.data.schema import Schema
from core.sql.parser.plan import STAR, Item, Query, items_of, scopes


def is_typed(plan: Query, schema: Schema) -> bool:
    """Whether every clause of a plan has columns of the kind that it needs."""
    compared = ((c.item, c.value) for scope in scopes(plan) for c in scope.where if isinstance(c.value, Item))
    return all(_suits(it, schema) for scope in scopes(plan) for _, it in items_of(scope)) and all(
        _kind(left, schema) == _kind(right, schema) for left, right in compared
    )


def _suits(it: Item, schema: Schema) -> bool:
    need = "date" if it.part else "number" if it.sign or it.agg in ("sum", "avg") else ""
    columns = (col for col in (it.col, it.col2) if col is not None and col != STAR)
    return not need or all(schema.column_of[col].kind == need for col in columns)


def _kind(it: Item, schema: Schema) -> str:
    """What an expression gives: a number where it counts, sums or reckons."""
    if it.col == STAR or it.sign or it.agg in ("count", "sum", "avg"):
        return "number"
    return schema.column_of[it.col].kind
