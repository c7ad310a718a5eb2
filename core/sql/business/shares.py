"""The share that a question asks for: of rows that meet a condition, of a sum that a condition keeps, of each group.

It completes plans whose window is a share; shares of two columns ('margin in percent') are measures (`ratios.py`).
"""

from __future__ import annotations

from dataclasses import replace

from core.sql.business.dimensions import Dimension, dimension_at
from core.sql.business.plan import BusinessPlan, Filter, Measure
from core.sql.business.properties import NEVER, yes_or_no
from core.sql.business.where import time_between
from core.sql.data.schema import Schema
from core.sql.linking.link import Links
from core.sql.safety.quoting import literal


def add_share_of_rows(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'percentage of returned shipments by carrier', 'what share of staff works in IT': of the rows (of each group) the
    share that meets the condition."""
    measure = plan.measure
    if measure.agg == "rate" and not measure.told:
        return _deny(plan, links, schema)
    if plan.window != "share":
        return plan
    if measure.agg == "sum" and len(measure.columns) == 1 and (plan.dimensions or plan.grain):
        return _share_of_sum(plan)
    if measure.agg != "count":
        return _split_by_any(plan, links, schema)
    if plan.contrast and plan.contrast.right is not None:
        sides = (plan.contrast.left, plan.contrast.right)
        test = f"{{0}} {plan.contrast.op} {{1}}"
        if plan.contrast.unit:
            lasted = time_between(plan.contrast.unit).format("{1}", "{0}")
            test = f"{lasted} {plan.contrast.op} {literal(plan.contrast.by)}"
        rate = Measure("rate", measure.table, sides, test, measure.span)
        filters = tuple(f for f in plan.filters if f.column not in sides)
        return replace(plan, measure=rate, window="", contrast=None, filters=filters)
    told, others = _told_and_scope(plan, links)
    if told is None or plan.contrast:
        return _split_by_any(plan, links, schema)
    rate = Measure("rate", measure.table, (told.column,), "{0}", measure.span, told=(told,))
    return replace(plan, measure=rate, window="", filters=others)


_BEING = frozenset("is are was were be been has have had went go gone".split())


def _told_and_scope(plan: BusinessPlan, links: Links) -> tuple[Filter | None, tuple[Filter, ...]]:
    """(the condition whose share is asked for, those that say of what): 'of the orders in Spain | are unpaid', else the
    first that is said."""
    free = sorted((f for f in plan.filters if f.column not in plan.dimensions), key=lambda f: f.span)
    if not free:
        return None, plan.filters
    verb = next((p for p, t in enumerate(links.tokens) if t.word in _BEING and p > free[0].span[0]), None)
    told = next((f for f in free if verb is not None and f.span[0] >= verb), free[0])
    return told, tuple(f for f in plan.filters if f is not told)


def _deny(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'what share is not paid': of a yes/no column the share of the no."""
    number, yes = plan.measure.columns[0], plan.measure.yes
    said = next((f for f in yes_or_no(links, schema, plan.fact, set()) if f.column == number), None)
    if said is None or yes is None or said.value == yes:
        return plan
    covered = plan.covered | {p for p, t in enumerate(links.tokens) if t.word in NEVER}
    return replace(plan, measure=replace(plan.measure, told=(said,)), covered=covered)


def _split_by_any(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'the share of each in the total': where nothing says by what, by what is named."""
    one = None if plan.dimensions else _any_dimension(links, schema, plan)
    if one is None:
        return plan
    keys = (one.key,) if one.key is not None and one.key not in one.columns else ()
    return replace(plan, dimensions=one.columns, keys=keys, covered=plan.covered | set(range(*one.span)))


def _share_of_sum(plan: BusinessPlan) -> BusinessPlan:
    """'percentage of billable hours by consultant': of each group's sum what the one condition keeps."""
    told = [f for f in plan.filters if f.op == "=" and f.column not in plan.dimensions]
    if len(told) != 1 or plan.contrast:
        return plan
    value = literal(told[0].value).replace("{", "{{").replace("}", "}}")
    kept = f"SUM(CASE WHEN {{1}} = {value} THEN {{0}} ELSE 0 END)"
    columns = (plan.measure.columns[0], told[0].column)
    share = replace(plan.measure, agg="part_of", columns=columns, expression=f"100.0 * {kept} / NULLIF(SUM({{0}}), 0)")
    return replace(plan, measure=share, window="", filters=tuple(f for f in plan.filters if f is not told[0]))


def _any_dimension(links: Links, schema: Schema, plan: BusinessPlan) -> Dimension | None:
    for place in range(len(links.tokens)):
        found = dimension_at(place, links, schema, plan.fact, set(plan.covered), 0)
        if found and schema.columns[found.columns[0]].kind == "text":
            return found
    return None
