"""Shapes that training never showed, put together from parts that it did: select and group, having, order, conditions.

A part's share is how often training had it; a new shape's share is the product of its parts' shares, scaled down.
Nothing here sees a question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from core.sql.parser.plan import CLAUSES, OPEN, STAR, Cond, Item, Query, columns_of, scopes

NEW_SHARE = 0.4
WIDER = 0.3
NARROWED = 0.15
SHARE_MIN = 5e-7
SHAPES_MAX = 12_000
_SELECT_MAX = 4


def recombine_shapes(seen: dict[Query, float]) -> dict[Query, float]:
    """New shapes with a share each, from seen shapes with theirs; set operations are left as they are."""
    bases: dict[Query, float] = defaultdict(float)
    tails: dict[bool, dict[Any, float]] = {True: defaultdict(float), False: defaultdict(float)}
    totals = {True: 0.0, False: 0.0}
    conditions: dict[Any, float] = defaultdict(float)
    for shape, share in seen.items():
        if shape.right is not None or any(inner.tables for inner in list(scopes(shape))[1:]):
            continue
        conditions[shape.where, shape.any_of] += share
        base, tail = _split_body(replace(shape, where=(), any_of=False))
        bases[base] += share
        if tail is not None:
            tails[bool(base.group)][tail] += share
            totals[bool(base.group)] += share
    bases = _with_wider(bases)
    conditions = _with_narrowed(conditions)
    composed: dict[Query, float] = {}
    for base, base_share in bases.items():
        grouped = bool(base.group)
        plain = base.having or base.order
        endings = {((), (), None): 1.0} if plain else {t: s / totals[grouped] for t, s in tails[grouped].items()}
        for (having, order, limit), ending in endings.items():
            body = base if plain else replace(base, having=having, order=order, limit=limit)
            for (where, any_of), share in conditions.items():
                both = NEW_SHARE * base_share * ending * share
                if both > SHARE_MIN:
                    composed[replace(body, where=where, any_of=any_of)] = both
    ranked = sorted(composed.items(), key=lambda pair: -pair[1])
    return dict(ranked[:SHAPES_MAX])


def _split_body(body: Query) -> tuple[Query, Any]:
    """(select and group, (having, order, limit)); the second is None where it refers to the first's columns."""
    tail_columns = [c.item.col for c in body.having] + [it.col for it, _ in body.order]
    free = all(col == STAR or (isinstance(col, int) and col >= CLAUSES["order"]) for col in tail_columns)
    if not free or any(isinstance(c.value, Query) for c in body.having):
        return body, None
    return replace(body, having=(), order=(), limit=None), (body.having, body.order, body.limit)


def _with_wider(bases: dict[Query, float]) -> dict[Query, float]:
    """Each list of plain columns also with one column more (in the grouping too where all are grouped)."""
    wider = dict(bases)
    for base, share in sorted(bases.items(), key=lambda pair: -pair[1]):
        plain = [it for it in base.select if not it.agg and it.col != STAR and not it.sign]
        grouped = {it.col for it in base.group}
        if not 1 <= len(plain) < _SELECT_MAX or (grouped and {it.col for it in plain} - grouped):
            continue
        new = 1 + max(col for _, col in columns_of(base) if col < CLAUSES["where"])
        place = len(plain)
        select = (*base.select[:place], Item(new), *base.select[place:])
        grown = replace(base, select=select, group=(*base.group, Item(new)) if base.group else ())
        wider[grown] = wider.get(grown, 0.0) + WIDER * share
    return wider


def _with_narrowed(conditions: dict[Any, float]) -> dict[Any, float]:
    """Each nested query without conditions also with one: 'above the average of the physics department'."""
    narrowed = dict(conditions)
    for (where, any_of), share in conditions.items():
        for place, cond in enumerate(where):
            if not isinstance(cond.value, Query) or cond.value.where or cond.value.group:
                continue
            new = 1 + max([_top_slot(c) for c in where])
            inner = replace(cond.value, where=(Cond(Item(new), "=", OPEN),))
            grown = (*where[:place], replace(cond, value=inner), *where[place + 1 :])
            narrowed[grown, any_of] = narrowed.get((grown, any_of), 0.0) + NARROWED * share
    return narrowed


def _top_slot(cond: Cond) -> int:
    found = [cond.item.col]
    if isinstance(cond.value, Query):
        found += [col for inner in scopes(cond.value) for _, col in columns_of(inner)]
    return max((col for col in found if isinstance(col, int)), default=CLAUSES["where"])
