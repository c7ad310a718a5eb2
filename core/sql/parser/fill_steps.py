"""What is open in a shape, in the order in which `compose.py` fills it: values first, they anchor their columns.

It fills nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from core.sql.parser.plan import OPEN, STAR, Item, Query


@dataclass(frozen=True, slots=True)
class Step:
    """One open thing of a shape: kind is value, pair, column, table or limit."""

    kind: str
    slot: Any = None
    roles: tuple[str, ...] = ()
    op: str = ""
    need: str = ""
    where: Any = None
    having: bool = False
    item: Item | None = None


def shape_steps(shape: Query) -> list[Step]:
    """What is open in a shape, in the order of filling."""
    roles: dict[int, list[str]] = defaultdict(list)
    needs: dict[int, str] = {}
    order: list[int] = []
    values, pairs, tables, limits = [], [], [], []
    counter = iter(range(1000))

    def visit(query: Query) -> None:
        for role, it in all_items(query):
            for slot in (it.col, it.col2):
                if slot is None or slot == STAR:
                    continue
                if slot not in roles:
                    order.append(slot)
                roles[slot].append("agg" if it.agg else "where" if role == "having" else role)
                if it.agg in ("sum", "avg") or it.sign:
                    needs[slot] = "number"
                if it.part:
                    needs[slot] = "date"
        for cond, having in [*((c, False) for c in query.where), *((c, True) for c in query.having)]:
            slot = cond.item.col if cond.item.col != STAR else None
            if isinstance(cond.value, Query):
                inner = cond.value.select[0]
                if cond.op in ("in", "not in") and inner.col != STAR and inner.col != slot and not inner.agg:
                    pairs.append(Step("pair", (slot, inner.col)))
                visit(cond.value)
            elif not isinstance(cond.value, Item) and cond.value is not None:
                values.append(Step("value", slot, op=cond.op, where=next(counter), having=having, item=cond.item))
        tables.extend(Step("table", slot, need="new") for slot in query.tables)
        if query.limit == OPEN:
            limits.append(Step("limit"))
        if query.right:
            for a, b in zip(query.select, query.right.select, strict=False):
                if a.col != b.col and STAR not in (a.col, b.col):
                    pairs.append(Step("pair", (a.col, b.col)))
            visit(query.right)

    visit(shape)
    rank = {"=": 0, "like": 1}
    values.sort(key=lambda step: (step.having, rank.get(step.op, -1)))
    columns = [Step("column", slot, tuple(sorted(set(roles[slot]))), need=needs.get(slot, "")) for slot in order]
    return [*limits, *values, *pairs, *columns, *tables]


def all_items(query: Query) -> list[tuple[str, Item]]:
    """Each item of one SELECT with the clause it stands in."""
    found = [("select", it) for it in query.select]
    for cond in query.where:
        found.append(("where", cond.item))
        if isinstance(cond.value, Item):
            found.append(("where", cond.value))
    found += [("group", it) for it in query.group]
    found += [("having", cond.item) for cond in query.having]
    found += [("order", it) for it, _ in query.order]
    return found
