"""Chooses among candidates: features of a filled shape (and of what came back), boosted trees, calibrated confidence.

The first ranker sees no results and picks the few candidates to run; the second adds what came back. Nothing is
composed or run here.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.sql.compose import Candidate
from core.sql.fidelity import parts_said
from core.sql.lexicon import read_cues
from core.sql.link import CUE_NAMES, Links, cue_rows, is_content
from core.sql.plan import STAR, Item, Query, columns_of, items_of, scopes
from core.sql.render import tables_of
from core.sql.schema import Schema
from core.sql.understand import ASPECTS, ShapeModel
from core.sql.words import stem

_ROLES = ("select", "agg", "where", "group", "order")
_RISING = "least fewest lowest smallest minimum youngest earliest shortest cheapest oldest first min".split()
_FALLING = (
    "most highest largest biggest greatest maximum top longest oldest latest last recent max best common popular"
).split()
_KEY_WORDS = {stem(word) for word in "id ids code number key identifier ssn isbn".split()}
_TELLING_APART = {stem(word) for word in "different distinct unique various day date".split()}


class RankContext:
    """What the features of one question's candidates share."""

    def __init__(self, links: Links, schema: Schema, model: ShapeModel, probabilities: dict) -> None:
        self.links, self.schema, self.model, self.probabilities = links, schema, model, probabilities
        self.content = [place for place, token in enumerate(links.tokens) if is_content(token)]
        self.cues = cue_rows(links.tokens)
        self.cue_places = set(np.nonzero(self.cues.any(axis=1))[0].tolist()) if len(links.tokens) else set()
        self.strong = _strong_places(links)
        self.counts = self.cues.sum(axis=0) if len(links.tokens) else np.zeros(len(CUE_NAMES))
        self.words = Counter(stem(token.word) for token in links.tokens)
        self.parts = parts_said(links)
        self.best_table = max(links.table_scores.values(), default=0.0)
        self.table_places = {
            p for ms in links.tables.values() for m in ms if m.score >= 0.6 for p in range(m.start, m.end)
        }
        self.best = {role: max(scores.values(), default=0.0) for role, scores in links.scores.items()}
        self.best_probability = {name: max(values.values()) for name, values in probabilities.items()}


def _strong_places(links: Links) -> dict[int, set[int]]:
    """token -> columns that name it fully."""
    places: dict[int, set[int]] = {}
    for number, mentions in links.columns.items():
        for mention in mentions:
            if mention.score >= 0.85:
                for place in range(mention.start, mention.end):
                    places.setdefault(place, set()).add(number)
    return places


def candidate_features(candidate: Candidate, place: int, context: RankContext) -> list[float]:
    """One row for the first ranker."""
    plan = candidate.plan
    return [
        *_shape_features(candidate, place, context),
        *_fill_features(candidate, context),
        *_role_features(plan, context),
        *_coverage_features(candidate, context),
        *_join_features(plan, context),
        *_cue_features(plan, context),
        *_superlative_features(plan, context),
        *_condition_features(candidate, context),
        *_odd_features(plan, context),
    ]


def feature_signs(width: int) -> list[int]:
    """For each feature of the first ranker (then of the second, up to `width`) whether more of it can only speak for a
    candidate (1), only against it (-1), or either (0). Learned trees keep to these signs."""
    shape = [1, -1, 0] + [1, 1] * len(ASPECTS)
    fill = [1, 0, 1, 1, -1, -1, -1, 0, 0, 0, 1]
    roles = [0] * (3 * len(_ROLES) + 9)
    coverage = [-1] * 10 + [0, 0]
    joins = [0, 0, 0, 1, 1, 0, -1, 0, 0, 0, 0]
    cues = [0] * 40
    superlatives = [0, 0, 0, 0, -1, 0, -1, -1, -1, -1]
    conditions = [0, 0, -1, 0, -1, -1, 0, 0, 0, 0, 0, 0]
    signs = shape + fill + roles + coverage + joins + cues + superlatives + conditions + [-1] * 4
    return (signs + [0] * width)[:width]


def _shape_features(candidate: Candidate, place: int, context: RankContext) -> list[float]:
    labels = context.model.shape_labels[candidate.shape]
    rows = [candidate.shape_score, float(place), float(context.model.prior[candidate.shape])]
    for name in ASPECTS:
        value = context.probabilities[name].get(labels[name], -9.0)
        rows += [value, value - context.best_probability[name]]
    return rows


def _fill_features(candidate: Candidate, context: RankContext) -> list[float]:
    fill = candidate.fill
    slots = max(1, len(fill.columns) + len(fill.tables) + len(fill.values))
    return [
        fill.total, fill.linking, fill.linking / slots, fill.weakest, float(fill.reused), float(fill.mismatched),
        float(fill.unmentioned), float(len(fill.columns)), float(len(fill.values)), float(len(fill.tables)),
        candidate.shape_score + fill.total,
    ]  # fmt: skip


def _role_features(plan: Query, context: RankContext) -> list[float]:
    found: dict[str, list[float]] = {role: [] for role in _ROLES}
    for scope in scopes(plan):
        for role, key in columns_of(scope):
            role = "where" if role == "having" else role
            number = context.schema.column_of[key].number
            found[role].append(context.links.scores[role].get(number, -8.0))
    rows = []
    for role in _ROLES:
        values = found[role]
        rows += [
            min(values) if values else 1.0,
            sum(values) / len(values) if values else 1.0,
            (max(values) - context.best[role]) if values else 1.0,
        ]
    # columns that the linker holds likely for a role and the plan leaves out
    used = {context.schema.column_of[key].number for scope in scopes(plan) for _, key in columns_of(scope)}
    left = sorted((s for n, s in context.links.scores["any"].items() if n not in used), reverse=True)[:3]
    rows += [*(left + [-8.0] * (3 - len(left)))]
    selected = {context.schema.column_of[it.col].number for it in plan.select if it.col != STAR and not it.agg}
    rest = sorted((s for n, s in context.links.scores["select"].items() if n not in selected), reverse=True)[:2]
    rows += [*(rest + [-8.0] * (2 - len(rest)))]
    outer = [context.schema.column_of[it.col] for it in plan.select if it.col != STAR and not it.agg]
    rows += [
        float(sum(entry.id_like for entry in outer)), float(sum(entry.name_like for entry in outer)),
        float(sum(entry.number not in context.links.columns for entry in outer)),
        float(sum(entry.first_text for entry in outer)),
    ]  # fmt: skip
    return rows


def _coverage_features(candidate: Candidate, context: RankContext) -> list[float]:
    links, schema = context.links, context.schema
    covered: set[int] = set()
    for start, end in candidate.fill.spans:
        covered.update(range(start, end))
    paid = set(covered)
    used = {schema.column_of[key].number for scope in scopes(candidate.plan) for _, key in columns_of(scope)}
    for number in used:
        for mention in links.columns.get(number, ()):
            if mention.score >= 0.4:
                covered.update(range(mention.start, mention.end))
    for scope in scopes(candidate.plan):
        for name in _reached(scope, schema):
            for mention in links.tables.get(schema.table_of[name].number, ()):
                covered.update(range(mention.start, mention.end))
    content = context.content
    open_places = [p for p in content if p not in covered and p not in context.cue_places]
    strong = [p for p in content if p not in covered and p in context.strong]
    unpaid = [p for p in content if p not in paid and p in context.strong and p not in context.table_places]
    spent = candidate.fill.spans
    unused = [m for m in links.values if not any(m.start < end and start < m.end for start, end in spent)]
    return [
        float(len(open_places)), len(open_places) / max(1, len(content)), float(len(strong)), float(len(unpaid)),
        float(sum(m.kind in ("number", "date") for m in unused)), float(sum(bool(m.hits) for m in unused)),
        float(sum(m.kind in ("quoted",) for m in unused)), float(sum(m.kind == "name" for m in unused)),
        float(sum(m.kind == "number" and links.tokens[m.start].kind == "number_word" for m in unused)),
        float(len(context.table_places - covered)), float(len(content)), float(len(used)),
    ]  # fmt: skip


def _reached(scope: Query, schema: Schema) -> set[str]:
    tables = tables_of(scope)
    edges = schema.graph.connect(tables) or []
    return {*tables, *(edge.right for edge in edges)}


def _join_features(plan: Query, context: RankContext) -> list[float]:
    links, schema = context.links, context.schema
    reached = [name for scope in scopes(plan) for name in _reached(scope, schema)]
    outer = _reached(plan, schema)
    own = {name for scope in scopes(plan) for name in tables_of(scope)}
    scores = [links.table_scores.get(schema.table_of[name].number, -6.0) for name in own]
    named = {n for n, ms in links.tables.items() if ms[0].score >= 0.9}
    inside = {schema.table_of[name].number for name in reached}
    left = max((s for n, s in links.table_scores.items() if n not in inside), default=-8.0)
    cost = sum(edge.cost for scope in scopes(plan) for edge in (schema.graph.connect(tables_of(scope)) or []))
    return [
        float(len(reached)), float(len(outer)), float(len(own)), min(scores), sum(scores) / len(scores),
        float(len(inside - named)), float(len(named - inside)), left, cost,
        float(sum(1 for _ in scopes(plan))), float(len(plan.tables)),
    ]  # fmt: skip


def _cue_features(plan: Query, context: RankContext) -> list[float]:
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


def _superlative_features(plan: Query, context: RankContext) -> list[float]:
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


def _condition_features(candidate: Candidate, context: RankContext) -> list[float]:
    """How well the literals fit: how surely they are stored, in how many columns, whether their column is named."""
    links, schema = context.links, context.schema
    stored = {(number, value): weight for m in links.values for number, value, weight in m.hits}
    rivals = {value: len(m.hits) for m in links.values for _, value, _ in m.hits}
    weights, others, unnamed, patterns, loose, numbers = [], [], 0, 0, 0, 0
    for scope in scopes(candidate.plan):
        for cond in scope.where:
            if isinstance(cond.value, (Query, Item)) or cond.value is None or cond.item.col == STAR:
                continue
            number = schema.column_of[cond.item.col].number
            named = bool(links.columns.get(number))
            unnamed += not named
            patterns += cond.op in ("like", "not like")
            if isinstance(cond.value, str) and cond.op in ("=", "!="):
                weights.append(stored.get((number, cond.value), 0.0))
                others.append(rivals.get(cond.value, 0))
                loose += (number, cond.value) not in stored
            elif not isinstance(cond.value, str):
                numbers += not named
    said = {(m.start, m.end) for ms in links.columns.values() for m in ms if m.score >= 0.6}
    words = context.words
    return [
        min(weights, default=1.5), float(max(others, default=0)), float(unnamed), float(patterns), float(loose),
        float(numbers), float(len(said)), float(len(said)) - len(candidate.fill.columns),
        float(words["averag"]), float(words["both"]), float(words["or"]), float(words["except"] + words["without"]),
    ]  # fmt: skip


def _odd_features(plan: Query, context: RankContext) -> list[float]:
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
    single = bool(counted) and any(context.schema.column_of[c].unique >= 0.999 for c in plan.group)
    return [
        float(keys and not _KEY_WORDS & words.keys()), float(values and not _TELLING_APART & words.keys()),
        float(single and len(tables_of(plan)) == 1),
        float(max(context.parts - sum(_parts_of(scope) for scope in scopes(plan)), 0)),
    ]  # fmt: skip


def _parts_of(scope: Query) -> int:
    """What a scope holds beyond one output and one condition."""
    groups, outputs, conditions = len(scope.group), len(scope.select), len(scope.where) + len(scope.having)
    return max(groups - 1, 0) + max(outputs - groups - 1, 0) + conditions - (not scope.setop and conditions > 0)


def winner_doubts(candidate: Candidate, context: RankContext) -> list[float]:
    """What makes a candidate doubtful although no other beats it: words left open, tables that nothing names, parts."""
    fill = candidate.fill
    return [
        fill.weakest, float(fill.reused), float(fill.mismatched), float(fill.unmentioned),
        *_coverage_features(candidate, context), *_join_features(candidate.plan, context),
        *_odd_features(candidate.plan, context), float(len(candidate.plan.select)), float(context.parts),
    ]  # fmt: skip
