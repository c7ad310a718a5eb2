"""What a candidate asks for against what the question's words say: cues, superlatives, units of time, odd requests.

A part of `rank.py`, which chooses. Nothing is composed or run here.
"""

from __future__ import annotations

from collections import Counter

from core.sql.language.calendar import YEARS
from core.sql.language.lexicon import read_cues
from core.sql.language.words import stem
from core.sql.linking.link import CUE_NAMES
from core.sql.parser.compose import Candidate
from core.sql.parser.plan import STAR, Cond, Item, Query, items_of, scopes
from core.sql.parser.rank_context import RankContext
from core.sql.parser.render import tables_of

_RISING = "least fewest lowest smallest minimum youngest earliest shortest cheapest oldest first min".split()
_FALLING = (
    "most highest largest biggest greatest maximum top longest oldest latest last recent max best common popular"
).split()
_KEY_WORDS = {stem(word) for word in "id ids code number key identifier ssn isbn".split()}
_TELLING_APART = {stem(word) for word in "different distinct unique various day date".split()}


def cue_features(plan: Query, context: RankContext) -> list[float]:
    """What a candidate asks for beside what the question's words ask for, a number each."""
    cue = dict(zip(CUE_NAMES, context.counts.tolist(), strict=True))
    words = context.words
    every = [it for scope in scopes(plan) for _, it in items_of(scope)]
    aggs = Counter(it.agg for it in every)
    outer = Counter(it.agg for it in plan.select)
    flat = [c for scope in scopes(plan) for c in (*scope.where, *scope.having)]
    negated = sum(c.op in ("not in", "!=", "not like") for c in flat) + (plan.setop == "except")
    order = plan.order[0] if plan.order else None
    descending = words["descend"] + words["decreas"] + words["revers"]
    ascending = 0 if descending else words["ascend"] + words["alphabet"] + words["lexicograph"]
    rising, falling = (sum(words[word] for word in known) for known in (_RISING, _FALLING))
    return [
        cue["count"], float(aggs["count"]), float(outer["count"]), cue["count"] - aggs["count"],
        cue["avg"] - aggs["avg"], float(aggs["avg"]), cue["sum"] - aggs["sum"], float(aggs["sum"]),
        float(aggs["max"]), float(aggs["min"]), cue["max"], cue["min"],
        cue["each"], float(bool(plan.group)), cue["not"] - negated, float(negated),
        cue["distinct"] - plan.distinct - sum(it.distinct for it in every),
        float(plan.any_of), float(words["or"]), float(words["both"] + words["and"]),
        float(plan.setop == "intersect"), float(plan.setop == "union"), float(plan.setop == "except"),
        float(order is not None), float(bool(order and order[1])), float(plan.limit == 1),
        float(ascending), float(descending),
        float(rising), float(falling), cue["order"], float(len(plan.select)),
        float(len(flat)), float(len(plan.having)), float(len(context.links.values)),
        float(len(context.links.tokens)), float(words["how"] and words["mani"]),
        float(sum(it.col == STAR and not it.agg for it in plan.select)),
        float(any(isinstance(c.value, Query) for c in flat)), float(any(isinstance(c.value, Item) for c in flat)),
    ]  # fmt: skip


_HIGHEST, _LOWEST, _SURELY_HIGHEST, _SURELY_LOWEST = (
    frozenset(stem(word) for word in read_cues()["superlatives"][name].split())
    for name in ("high", "low", "surely_high", "surely_low")
)


def superlative_features(plan: Query, context: RankContext) -> list[float]:
    """Superlatives said against superlatives asked for, their direction, and how near they stand to their column."""
    roots = [stem(token.word) for token in context.links.tokens]
    high = [place for place, root in enumerate(roots) if root in _HIGHEST]
    low = [place for place, root in enumerate(roots) if root in _LOWEST]
    up, down, columns, counts = 0, 0, [], 0
    for scope in scopes(plan):
        if scope.order and scope.limit is not None:
            item, desc = scope.order[0]
            up, down = up + desc, down + (not desc)
            columns.append(item)
            counts += item.agg == "count"
        for it in scope.select:
            if it.agg in ("max", "min"):
                up, down = up + (it.agg == "max"), down + (it.agg == "min")
                columns.append(it)
    upward, downward = (sum(root in known for root in roots) for known in (_SURELY_HIGHEST, _SURELY_LOWEST))
    against = (up if downward and not upward else 0) + (down if upward and not downward else 0)
    texts = sum(it.col != STAR and it.agg != "count" and _is_text(it, context) for it in columns)
    gaps = [_gap(it, high + low, context) for it in columns if it.col != STAR]
    return [
        float(len(high) + len(low)), float(len(high) + len(low) - up - down),
        float(len(high) - up), float(len(low) - down),
        float(min(gaps, default=-1)), float(counts), float(bool(high or low) and not (up or down)),
        float(bool(up or down) and not (high or low)), float(against), float(texts),
    ]  # fmt: skip


def _is_text(it: Item, context: RankContext) -> bool:
    entry = context.schema.column_of[it.col]
    return entry.kind == "text" and not entry.date_like


def _gap(it: Item, places: list[int], context: RankContext) -> int:
    """Tokens between a column's nearest mention and the nearest of `places`; 20 where there is none."""
    mentions = context.links.columns.get(context.schema.column_of[it.col].number, ())
    return min(
        (min(abs(p - m.start), abs(p - m.end + 1)) for m in mentions if m.score >= 0.3 for p in places), default=20
    )


def odd_features(plan: Query, context: RankContext) -> list[float]:
    """What hardly anybody means, and how much of what 'and' adds is missing."""
    words = context.words
    entries = [context.schema.column_of[it.col] for it in plan.select if it.agg == "count" and it.distinct]
    counted = [it for it in (*plan.select, *(it for it, _ in plan.order)) if it.agg == "count" and not it.distinct]
    listed = [context.schema.column_of[it.col] for it in plan.select if not it.agg and it.col != STAR]
    # only keys, although no word asks for one: nobody means numbers who says 'artist'
    keys = len(listed) == len(plan.select) and all(entry.id_like for entry in listed)
    # 'how many dogs were admitted' by the different days, where no word asks for what is different
    values = any(e.kind in ("date", "number") and not (e.id_like or e.primary or e.foreign) for e in entries)
    # 'the district with the most votes' by a count of the rows of each district, where each has one row
    single = bool(counted) and any(
        context.schema.column_of[it.col].unique >= 0.999 and not it.part for it in plan.group
    )
    return [
        float(keys and not _KEY_WORDS & words.keys()), float(values and not _TELLING_APART & words.keys()),
        float(single and len(tables_of(plan)) == 1),
        float(max(context.parts - sum(_parts_of(scope) for scope in scopes(plan)), 0)),
    ]  # fmt: skip


def time_features(candidate: Candidate, context: RankContext) -> list[float]:
    """Units of time said and grouped by, periods left out, and years that are compared with amounts."""
    used = [it for scope in scopes(candidate.plan) for it in scope.group if it.part]
    said = context.grain.unit if context.grain else ""
    spans = candidate.fill.spans
    left = sum(not any(m.start < end and start < m.end for start, end in spans) for m in context.links.periods)
    flat = [c for scope in scopes(candidate.plan) for c in scope.where if c.item.col != STAR]
    amounts = sum(_compares_year(c, context) for c in flat)
    return [
        float(bool(said)), float(len(used)), float(bool(said) and not any(it.part == said for it in used)),
        float(bool(used) and not (said or context.trend)), float(left), float(amounts),
    ]  # fmt: skip


def _compares_year(cond: Cond, context: RankContext) -> bool:
    """'how many people lived there in 2007' read as more than 2007 people."""
    entry = context.schema.column_of[cond.item.col]
    year = isinstance(cond.value, int) and cond.value in YEARS and cond.value not in context.amounts
    return year and entry.kind == "number" and not entry.time


def _parts_of(scope: Query) -> int:
    """What a scope holds beyond one output and one condition."""
    groups, outputs, conditions = len(scope.group), len(scope.select), len(scope.where) + len(scope.having)
    return max(groups - 1, 0) + max(outputs - groups - 1, 0) + conditions - (not scope.setop and conditions > 0)
