"""Puts both readers' answers in one row: the likeliest first, then the two that are likeliest if that one is wrong.

It runs nothing; how far each reading is to be trusted is told in `trust.py`.
"""

from __future__ import annotations

from core.sql.data.schema import Schema
from core.sql.linking.link import Links
from core.sql.linking.ordering import asked_order
from core.sql.parser.compare import same_answer
from core.sql.readings import Option, Readings
from core.sql.trust import alone_signals, chance, first_signals, further_signals, sure_signals, trust_weights

READINGS = 3
UNREAD = 0.9  # of the confidence is left for each word that found nothing
UNLIKELY = 0.25  # the parser's chance below which its readings need not fill the row


def arrange(readings: Readings, links: Links, schema: Schema, unknown: int) -> tuple[list[Option], float]:
    """(at most three readings with different rows, best first; the chance that the first is right); `unknown` words
    found nothing."""
    lead, chances = choose_lead(readings, links, schema, unknown)
    if lead is None:
        return [], 0.0
    sure, signals = sure_signals(lead, chances, readings, links, schema, unknown)
    confidence = chance(trust_weights()[sure], signals) * UNREAD**unknown
    others = [o for o in (*readings.ruled, *readings.parsed) if o is not lead]
    weights = trust_weights()["further"]
    others.sort(key=lambda option: -chance(weights, further_signals(option, lead, chances, links, schema)))
    second = next((o for o in others if o.plan is not None and not o.varied), None)
    if lead.plan is not None and chances["parser"] < UNLIKELY and second is not None:
        others = [second, *others]  # what else the same words may measure, before the parser's guesses
    ordered = asked_order(links) is not None
    best = _different([lead, *others], READINGS, ordered)
    varied = [option for option in others if option.varied]
    if lead.plan is not None and chances["parser"] < UNLIKELY and varied and not any(o.varied for o in best):
        # three tellings of one reading help nobody: the last one differs in what is most in doubt
        best = _different([*_different([lead, *others], READINGS - 1, ordered), *varied, *others], READINGS, ordered)
    yearly = next((option for option in others if option.varied == "year"), None)
    if yearly is not None and _is_nothing(lead) and not _is_nothing(yearly):
        best = _different([yearly, *best], READINGS, ordered)  # no row in the year that was assumed, some in others
    if yearly is not None and lead.plan is not None and not any(o.varied == "year" for o in best):
        best = _different([*best[: READINGS - 1], yearly, *best], READINGS, ordered)  # the year was assumed
    return best, confidence


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
    if chances["parser"] > chances["rule"]:
        return readings.parsed[0], chances
    return first, chances


def _is_nothing(option: Option) -> bool:
    """Whether an option has no row, or but one of nothing and zeros."""
    rows = option.result.rows
    return not rows or (len(rows) == 1 and not any(rows[0]))


def _different(options: list[Option], most: int, ordered: bool = False) -> list[Option]:
    """The first options without those whose rows an earlier one has, whatever the order of their columns, and of the
    rows unless they are to be `ordered`."""
    kept: list[Option] = []
    for option in options:
        if not any(same_answer(option.result, other.result, ordered) for other in kept):
            kept.append(option)
        if len(kept) == most:
            break
    return kept
