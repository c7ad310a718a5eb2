"""Puts both readers' answers in one row: the likeliest first, then the two that are likeliest if that one is wrong.

It runs nothing; how far each reading is to be trusted is told in `trust.py`.
"""

from __future__ import annotations

from core.sql.business_plan import BusinessPlan
from core.sql.compare import same_answer
from core.sql.fidelity import unsaid
from core.sql.link import Links
from core.sql.properties import yes_value
from core.sql.readings import Option, Readings
from core.sql.schema import Schema
from core.sql.trust import alone_signals, chance, first_signals, further_signals, trust_weights
from core.sql.unread import uncovered

READINGS = 3
UNREAD = 0.9  # of the confidence is left for each word that found nothing
UNLIKELY = 0.4  # the parser's chance below which its readings need not fill the row


def arrange(readings: Readings, links: Links, schema: Schema, unknown: int) -> tuple[list[Option], float]:
    """(at most three readings with different rows, best first; the chance that the first is right); `unknown` words
    found nothing."""
    lead, chances = choose_lead(readings, links, schema, unknown)
    if lead is None:
        return [], 0.0
    others = [o for o in (*readings.ruled, *readings.parsed) if o is not lead]
    weights = trust_weights()["further"]
    others.sort(key=lambda option: -chance(weights, further_signals(option, lead, chances, links, schema)))
    second = next((o for o in others if o.plan is not None and not o.varied), None)
    if lead.plan is not None and chances["parser"] < UNLIKELY and second is not None:
        others = [second, *others]  # what else the same words may measure, before the parser's guesses
    best = _different([lead, *others], READINGS)
    varied = [option for option in others if option.varied]
    if lead.plan is not None and chances["parser"] < UNLIKELY and varied and not any(o.varied for o in best):
        # three tellings of one reading help nobody: the last one differs in what is most in doubt
        best = _different([*_different([lead, *others], READINGS - 1), *varied, *others], READINGS)
    yearly = next((option for option in others if option.varied == "year"), None)
    if yearly is not None and lead.plan is not None and not any(o.varied == "year" for o in best):
        best = _different([*best[: READINGS - 1], yearly, *best], READINGS)  # the year was assumed
    return best, max(chances.values()) * UNREAD**unknown


def choose_lead(
    readings: Readings, links: Links, schema: Schema, unknown: int, weights: dict[str, list[float]] | None = None
) -> tuple[Option | None, dict[str, float]]:
    """(the reading to show first, None where nothing ran; the chance that each reader's first is right)."""
    weights = weights or trust_weights()
    if not readings.ruled:
        if not readings.parsed:
            return None, {"rule": 0.0, "parser": 0.0}
        return readings.parsed[0], {
            "rule": 0.0,
            "parser": chance(weights["alone"], alone_signals(readings, links, schema, unknown)),
        }
    first = readings.ruled[0]
    chances = {"rule": 0.0, "parser": 0.0}
    for name, option in (("rule", first), *(("parser", o) for o in readings.parsed[:1])):
        chances[name] = chance(weights[name], first_signals(option, readings, links, schema, unknown))
    if first.plan.measure and first.plan.measure.across:
        return first, chances  # the parser would count single rows
    whole = not uncovered(first.plan, links)
    surer = _is_beyond_parser(first.plan, schema) or _forgets(readings, links) or _names_more(readings, schema)
    sure_rule = whole and surer
    if chances["parser"] > chances["rule"] and not sure_rule:
        return readings.parsed[0], chances
    return first, chances


def _names_more(readings: Readings, schema: Schema) -> bool:
    """Whether the parser's first shows nothing but keys, and the rules' first the names that they stand for."""
    keys = {entry.key[1] for entry in schema.columns if entry.id_like or entry.primary or entry.foreign}
    first, parsed = readings.ruled[0], readings.parsed
    return bool(parsed) and set(parsed[0].result.columns) <= keys and bool(first.plan.keys) and not first.plan.periods


def _forgets(readings: Readings, links: Links) -> bool:
    """Whether the parser's first leaves out a year, a number or a stored value that the rules' first holds."""
    return bool(readings.parsed) and unsaid(readings.parsed[0].sql, links) > unsaid(readings.ruled[0].sql, links)


_RATIOS = ("rate", "corr", "ratio", "per", "part_of", "share_of", "over_plan")


def _is_beyond_parser(plan: BusinessPlan, schema: Schema) -> bool:
    """'unpaid invoices', 'churn by plan', a correlation, ranges, empty cells, days between dates, two tables beside
    each other: what the learned parser never writes; and 'the youngest', of which it does not know what is young."""
    if plan.beside or (plan.measure and plan.measure.unit):
        return True
    if plan.contrast and plan.contrast.right is None and plan.measure is None:
        return True  # 'fewer than the average': it takes one side for the other
    if plan.ranked is not None and schema.columns[plan.ranked].time:
        return True
    if plan.date is not None and plan.grain in ("hour", "weekday", "week", "month", "quarter"):
        return True
    if plan.date is not None and any(p.assumed or p.unit in ("month", "quarter") for p in plan.periods):
        return True  # of times it knows years and days
    if plan.measure and (plan.measure.agg in _RATIOS or plan.window in ("spread", "growth")):
        return True
    return any(
        f.op in ("is null", "is not null") or yes_value(schema.columns[f.column]) is not None for f in plan.filters
    )


def _different(options: list[Option], most: int) -> list[Option]:
    """The first options without those whose rows an earlier one has, whatever the order of their columns."""
    kept: list[Option] = []
    for option in options:
        if not any(same_answer(option.result, other.result) for other in kept):
            kept.append(option)
        if len(kept) == most:
            break
    return kept
