"""How far to trust each reading: the chance that the rules' first, the parser's first, or a further one is right, and
how sure the one is that was chosen.

Logistic models over a few named signals: what was left unread, whether both readers found the same rows, how sure the
parser is, what kind of question it is. Learned (`learning/trust.py`) from answers to databases that the parser
had not seen and from business questions of the project's own, wrong answers weighing more, so that the chances err on
the careful side. `rule`, `parser`, `alone` and `further` order the readings; the confidence shown comes from `sure_*`,
learned from chosen readings only, for what tells two readers apart is not what tells right answers from wrong ones.
"""

from __future__ import annotations

import functools
import json
import math
import re
from pathlib import Path

from core.sql.business.plan import BusinessPlan, repeats_rows
from core.sql.business.properties import yes_value
from core.sql.business.unread import uncovered
from core.sql.data.entities import distance
from core.sql.data.schema import Schema
from core.sql.linking.known_words import content_of
from core.sql.linking.link import Links
from core.sql.linking.ordering import asked_order
from core.sql.parser.compare import is_part, result_key, same_answer
from core.sql.parser.fidelity import LAPSES, STRAINS, find_lapses, find_strains, lost_of, quoted_names, undenied, unsaid
from core.sql.readings import Option, Readings

_FILE = Path(__file__).parent / "weights" / "trust.json"
_ASKS = {"list", "show", "find", "give", "return", "what", "which", "who", "how", "where", "when", "tell"}
SIGNALS = (
    "one", "left", "left_share", "left_many", "left_terse", "agree_first", "agree_any", "agree_part", "parser_logit",
    "no_parser", "unsaid", "undenied", "empty", "list", "absence", "contrast", "threshold", "window", "grain",
    "periods", "grouped", "whole", "flow", "count", "filters", "ranked", "short", "split", "asks", "repeats", "named",
    "distance", "unknown", "setop", "beyond", "forgotten", "rivals_ruled", "apart",
    "outdone", *LAPSES, *STRAINS,
)  # fmt: skip
ALONE = (
    "one", "parser_logit", "unsaid", "undenied", "empty", "share", "unknown", "split", "wide", "short",
    "outdone", *LAPSES, *STRAINS,
)  # fmt: skip
_RATIOS = ("rate", "corr", "ratio", "per", "part_of", "share_of", "over_plan")
_LABEL = re.compile(r' AS "(?:[^"]|"")+"')
_COMPARED = 6  # readings of each reader that one is compared with
_BLANK = ("is null", "is not null", "is none")
VARIED = ("aggregate", "amount", "things", "column", "date", "scope")
FURTHER = (
    "one", "rival", "rival_logit", "ruled", "left", *VARIED, "parsed", "parsed_rank", "share", "share_led",
    "lead_logit_ruled", "lead_logit_parsed", "empty", "unsaid", "undenied", "part", "led_by_rule", "varied_led",
    *LAPSES,
)  # fmt: skip


def first_signals(option: Option, readings: Readings, links: Links, schema: Schema, unknown: int) -> list[float]:
    """The signals of the rules' first reading beside the parser's, and the lapses of `option`, the one of the two whose
    chance is asked for; `unknown` words found nothing."""
    first, parsed = readings.ruled[0], readings.parsed
    plan, measure = first.plan, first.plan.measure
    content = list(content_of(links))
    left = len(uncovered(plan, links))
    words = {token.word for token in links.tokens}
    ordered = asked_order(links) is not None
    keys = [result_key(option.result, ordered) for option in parsed]
    key = result_key(first.result, ordered)
    whole = not left
    # a sum across columns is beyond the parser even where a word is left: it would count single rows
    return [
        1.0, min(left, 3.0), left / max(1, len(content)), float(left > 1), left * (not words & _ASKS),
        float(keys[:1] == [key]), float(key in keys),
        float(bool(parsed) and is_part(first.result, parsed[0].result)),
        logit(readings.confidence) if parsed else 0.0, float(not parsed),
        unsaid(parsed[0].sql, links) if parsed else 0.0, undenied(parsed[0].sql, links) if parsed else 0.0,
        float(not first.result.rows),
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
        min(unknown, 3.0), float(bool(plan.setop)),
        float((whole and (_is_beyond_parser(plan, links, schema) or _names_more(readings, schema)))
              or (measure is not None and measure.across)),
        whole * max(unsaid(parsed[0].sql, links) - unsaid(first.sql, links), 0.0) if parsed else 0.0,
        min(sum(not same_answer(o.result, first.result) and len(uncovered(o.plan, links)) <= left
                for o in readings.ruled[1:] if not o.varied), 3.0),
        _apart(first, parsed[0], schema) * (keys[:1] == [key]) if parsed else 0.0,
        _outdone(option, readings, links),
        *find_lapses(option.sql, links, schema), *find_strains(option.sql, links, schema),
    ]  # fmt: skip


def alone_signals(readings: Readings, links: Links, schema: Schema, unknown: int) -> list[float]:
    """The signals of the parser's first reading where the rules read nothing."""
    first = readings.parsed[0]
    words = {token.word for token in links.tokens}
    return [
        1.0, logit(readings.confidence), unsaid(first.sql, links), undenied(first.sql, links),
        float(not first.result.rows), first.share, min(unknown, 3.0), float(bool(words & {"by", "per"})),
        float(len(first.result.columns) > 3), float(len(list(content_of(links))) <= 2),
        _outdone(first, readings, links),
        *find_lapses(first.sql, links, schema), *find_strains(first.sql, links, schema),
    ]  # fmt: skip


def further_signals(
    option: Option, lead: Option, chances: dict[str, float], links: Links, schema: Schema
) -> list[float]:
    """The signals of a reading that is not the first; `lead` is the first, `chances` those of both readers' firsts."""
    ruled, led = option.plan is not None, lead.plan is not None
    rival = option.rank == 0 and not option.varied and ruled != led
    lead_logit = logit(chances["rule" if led else "parser"])
    left = len(uncovered(option.plan, links)) if ruled else 0
    return [
        1.0, float(rival), logit(chances["rule" if ruled else "parser"]) * rival, float(ruled), min(left, 3.0),
        *(float(option.varied == name) for name in VARIED),
        float(not ruled), float(min(option.rank, 5)) * (not ruled), option.share, option.share * (not led),
        lead_logit * ruled, lead_logit * (not ruled), float(_says_nothing(option)), unsaid(option.sql, links),
        float(not ruled) * undenied(option.sql, links), float(is_part(option.result, lead.result)), float(led),
        float(bool(option.varied) and led), *find_lapses(option.sql, links, schema),
    ]  # fmt: skip


def sure_signals(
    lead: Option, chances: dict[str, float], readings: Readings, links: Links, schema: Schema, unknown: int
) -> tuple[str, list[float]]:
    """(which model tells how sure the chosen reading is, its signals); `chances` are those that it was chosen by."""
    if not readings.ruled:
        return "sure_alone", [logit(chances["parser"]), *alone_signals(readings, links, schema, unknown)]
    own, other = ("parser", "rule") if lead.plan is None else ("rule", "parser")
    signals = first_signals(lead, readings, links, schema, unknown)
    return f"sure_{own}", [logit(chances[own]), logit(chances[other]), *signals]


def _apart(one: Option, other: Option, schema: Schema) -> float:
    """How many columns, keys aside, only one of two statements with the same rows uses, at most 3: rows that agree by
    chance say little."""
    keyless = {e.key[1].lower() for e in schema.columns if not (e.id_like or e.primary or e.foreign)}
    used = [quoted_names(_LABEL.sub("", option.sql)) & keyless for option in (one, other)]
    return float(min(len(used[0] ^ used[1]), 3))


def _outdone(option: Option, readings: Readings, links: Links) -> float:
    """How much more of the question than another reading with other rows this one leaves unsaid, at most 3."""
    own = lost_of(option.sql, links)
    others = (o for o in (*readings.ruled[:_COMPARED], *readings.parsed[:_COMPARED]) if o is not option and own)
    gains = ((own - lost_of(o.sql, links), o) for o in others if not o.varied)
    better = (gain for gain, o in gains if gain > 0 and not same_answer(o.result, option.result))
    return min(max(better, default=0.0), 3.0)


def _is_beyond_parser(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """'unpaid invoices', 'churn by plan', a correlation, ranges, empty cells, days between dates, two tables beside
    each other, the heaviest of each kind: what the learned parser never writes; and 'the youngest' or 'how much', of
    which it does not know what is young and what is paid."""
    measure, timed = plan.measure, plan.date is not None
    properties = any(f.op in _BLANK or yes_value(schema.columns[f.column]) is not None for f in plan.filters)
    return bool(
        plan.beside
        or plan.window == "rank"
        or properties
        or (plan.contrast and (plan.contrast.unit or (plan.contrast.right is None and not measure)))
        or (plan.ranked is not None and (schema.columns[plan.ranked].time or plan.within is not None))
        or (measure and measure.agg == "sum" and links.tokens[measure.span[0]].word in _AMOUNTS)
        or (timed and plan.grain in ("hour", "weekday", "week", "month", "quarter"))  # of times it knows years and days
        or (timed and any(p.assumed or p.unit in ("month", "quarter") for p in plan.periods))
        or (measure and (measure.unit or measure.agg in _RATIOS or plan.window in ("spread", "growth")))
    )


_AMOUNTS = frozenset(("much", "units", "pieces"))


def _names_more(readings: Readings, schema: Schema) -> bool:
    """Whether the parser's first shows nothing but keys, and the rules' first the names that they stand for; or one
    figure of several that are asked for."""
    keys = {entry.key[1] for entry in schema.columns if entry.id_like or entry.primary or entry.foreign}
    plan, parsed = readings.ruled[0].plan, readings.parsed
    named = bool(parsed) and set(parsed[0].result.columns) <= keys and bool(plan.keys) and not plan.periods
    figures = bool(parsed) and bool(plan.more) and is_part(parsed[0].result, readings.ruled[0].result)
    return named or figures


def _says_nothing(option: Option) -> bool:
    rows = option.result.rows
    return not rows or (len(rows) == 1 and all(value is None for value in rows[0]))


def _well_named(columns: tuple[int, ...], links: Links) -> bool:
    return any(m.score >= 0.9 for c in columns for m in links.columns.get(c, ())[:1])


def logit(chance: float) -> float:
    """Log-odds of a chance, kept within .01 to .99."""
    chance = min(max(chance, 0.01), 0.99)
    return math.log(chance / (1 - chance))


CHOOSING = {"rule": SIGNALS, "parser": SIGNALS, "alone": ALONE, "further": FURTHER}
SURETY = {
    "sure_rule": ("own", "other", *SIGNALS),
    "sure_parser": ("own", "other", *SIGNALS),
    "sure_alone": ("own", *ALONE),
}
MODELS = {**CHOOSING, **SURETY}


@functools.cache
def trust_weights() -> dict[str, list[float]]:
    """The learned weights by model, one number a signal; read once."""
    return read_trust(_FILE)


def read_trust(path: Path) -> dict[str, list[float]]:
    """The weights of a `trust.json`. Raises ValueError where a model was learned from other signals."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    for name, signals in MODELS.items():
        if list(raw[name]) != list(signals):
            raise ValueError(f"{path.name}: {name} was learned from other signals")
    return {name: list(raw[name].values()) for name in MODELS}


def chance(weights: list[float], signals: list[float]) -> float:
    """0..1."""
    total = sum(w * x for w, x in zip(weights, signals, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def signs_of(model: str) -> list[int]:
    """For each signal of a model whether it can only raise the chance (1), only lower it (-1), or either (0)."""
    reader = model.removeprefix("sure_")
    raising = {"rule": 1, "parser": -1}.get(reader, 0)
    parsed_lapses = {"rule": 1}.get(reader, -1)  # `unsaid` and `undenied` tell of the parser's first
    known = dict.fromkeys((*LAPSES, *STRAINS, "apart", "outdone"), -1)
    known["own"] = 1
    known |= dict.fromkeys(("beyond", "forgotten"), raising)
    known |= dict.fromkeys(("unsaid", "undenied"), parsed_lapses)
    known |= dict.fromkeys(("left", "left_share", "left_many", "left_terse", "repeats", "rivals_ruled"), -raising)
    return [known.get(signal, 0) for signal in MODELS[model]]
