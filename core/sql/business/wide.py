"""Tables that hold a column for each kind of one thing ('gold', 'silver', 'bronze' in a table of medals).

Counting their rows says nothing where each row is asked for by itself: what is counted is the sum across the columns.
No SQL is written here.
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.plan import BusinessPlan
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.linking.link import Links

_ONE_ROW = 0.999  # so much of a column is different where it tells rows apart
_NAMED = 0.8


def sum_across(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'total medals by nation', 'how many medals did China win': a count of single rows becomes a sum of their counts.

    The plan comes back unchanged where groups may hold several rows, where a number column is no plain count, or where
    one of them is named ('the most gold medals')."""
    measure = plan.measure
    if measure is None or measure.agg != "count" or measure.columns or plan.window:
        return plan
    asked = [*plan.dimensions, *(f.column for f in plan.filters if f.op == "=")]
    rows = [n for n in asked if schema.columns[n].table == plan.fact and schema.columns[n].unique >= _ONE_ROW]
    entries = [schema.columns[n] for n in schema.tables[plan.fact].columns]
    numbers = [e for e in entries if e.kind == "number" and not (e.id_like or e.primary or e.foreign or e.time)]
    named = any(m.score >= _NAMED for e in numbers for m in links.columns.get(e.number, ()))
    numbers = [e for e in numbers if not _is_total(e)]  # their sum already
    if not rows or named or len(numbers) < 2 or not all(_is_count(entry) for entry in numbers):
        return plan
    expression = " + ".join(f"{{{place}}}" for place in range(len(numbers)))
    summed = replace(measure, agg="sum", columns=tuple(e.number for e in numbers), expression=expression, across=True)
    return replace(plan, measure=summed)


def _is_total(entry: ColumnEntry) -> bool:
    return any(root == "total" for stems in entry.words for root, _ in stems)


def _is_count(entry: ColumnEntry) -> bool:
    low = entry.column.minimum
    return isinstance(low, int) and low >= 0 and not entry.column.nulls
