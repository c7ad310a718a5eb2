"""Chooses among candidates: features of a filled shape (and of what came back), boosted trees, calibrated confidence.

The first ranker sees no results and picks the few candidates to run; the second adds what came back. Nothing is
composed or run here.
"""

from __future__ import annotations

from core.sql.data.schema import Schema
from core.sql.parser.compose import Candidate
from core.sql.parser.plan import STAR, Item, Query, columns_of, scopes
from core.sql.parser.rank_context import RankContext
from core.sql.parser.rank_cues import cue_features, odd_features, superlative_features, time_features
from core.sql.parser.render import tables_of
from core.sql.parser.understand import ASPECTS

_ROLES = ("select", "agg", "where", "group", "order")


def candidate_features(candidate: Candidate, place: int, context: RankContext) -> list[float]:
    """One row for the first ranker."""
    plan = candidate.plan
    return [
        *_shape_features(candidate, place, context),
        *_fill_features(candidate, context),
        *_role_features(plan, context),
        *_coverage_features(candidate, context),
        *_join_features(plan, context),
        *cue_features(plan, context),
        *superlative_features(plan, context),
        *_condition_features(candidate, context),
        *odd_features(plan, context),
        *time_features(candidate, context),
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
    odd, time = [-1] * 4, [0, 0, -1, -1, -1, -1]
    signs = shape + fill + roles + coverage + joins + cues + superlatives + conditions + odd + time
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


def winner_doubts(candidate: Candidate, context: RankContext) -> list[float]:
    """What makes a candidate doubtful although no other beats it: words left open, tables that nothing names, parts."""
    fill = candidate.fill
    return [
        fill.weakest, float(fill.reused), float(fill.mismatched), float(fill.unmentioned),
        *_coverage_features(candidate, context), *_join_features(candidate.plan, context),
        *odd_features(candidate.plan, context), float(len(candidate.plan.select)), float(context.parts),
    ]  # fmt: skip
