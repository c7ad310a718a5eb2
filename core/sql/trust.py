"""How far to trust each reader: the chance that the rules' reading, or the learned parser's, is the right one.

Two logistic models over a few named signals: what was left unread, whether both readers found the same rows, how sure
the parser is, what kind of question it is. They were learned from answers to databases that the parser had not seen
and from business questions of the project's own, order the readings and give the confidence that is shown.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path

from core.sql.business_plan import BusinessPlan, repeats_rows
from core.sql.dimensions import distance
from core.sql.link import Links
from core.sql.schema import Schema
from core.sql.unread import content_of, uncovered

_FILE = Path(__file__).parent / "weights" / "trust.json"
_ASKS = {"list", "show", "find", "give", "return", "what", "which", "who", "how", "where", "when", "tell"}
SIGNALS = (
    "one", "left", "left_share", "left_many", "agree_first", "agree_any", "parser_logit", "no_parser", "empty", "list",
    "absence", "contrast", "threshold", "window", "grain", "periods", "grouped", "whole", "flow", "count", "filters",
    "ranked", "short", "split", "asks", "repeats", "named", "distance",
)  # fmt: skip


def rule_signals(
    plan: BusinessPlan,
    links: Links,
    schema: Schema,
    *,
    empty: bool,
    agrees: int,
    confidence: float,
    parsed: bool,
) -> list[float]:
    """The signals of a rules' reading; `agrees` is the place of the same rows among the parser's answers, else -1."""
    content = list(content_of(links))
    left = len(uncovered(plan, links))
    measure = plan.measure
    words = {token.word for token in links.tokens}
    return [
        1.0, min(left, 3.0), left / max(1, len(content)), float(left > 1), float(agrees == 0), float(agrees >= 0),
        logit(confidence) if parsed else 0.0, float(not parsed), float(empty),
        float(measure is None and not (plan.absence or plan.contrast)), float(plan.absence is not None),
        float(plan.contrast is not None), float(plan.threshold is not None), float(bool(plan.window)),
        float(bool(plan.grain)), float(bool(plan.periods)), float(bool(plan.dimensions)),
        float(measure is not None and not (plan.dimensions or plan.grain)),
        float(measure is not None and measure.span[1] - measure.span[0] == 1 and measure.agg == "sum"),
        float(measure is not None and measure.agg == "count"), min(len(plan.filters), 3.0),
        float(plan.descending is not None), float(len(content) <= 2),
        float(bool(words & {"by", "per"})), float(bool(words & _ASKS)),
        float(repeats_rows(plan, schema)),
        float(measure is not None and _well_named(measure.columns, links)),
        float(max((distance(schema, plan.fact, schema.columns[n].table) for n in plan.dimensions), default=0)),
    ]  # fmt: skip


def _well_named(columns: tuple[int, ...], links: Links) -> bool:
    return any(m.score >= 0.9 for c in columns for m in links.columns.get(c, ())[:1])


def logit(chance: float) -> float:
    chance = min(max(chance, 0.01), 0.99)
    return math.log(chance / (1 - chance))


@functools.cache
def trust_weights() -> dict[str, list[float]]:
    """The learned weights by reader: 'rule' and 'parser', one number a signal; read once."""
    raw = json.loads(_FILE.read_text(encoding="utf-8"))
    if raw["signals"] != list(SIGNALS):
        raise ValueError("weights/trust.json was learned from other signals")
    return {name: raw[name] for name in ("rule", "parser")}


def chance(reader: str, signals: list[float]) -> float:
    """0..1."""
    total = sum(w * x for w, x in zip(trust_weights()[reader], signals, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
