"""Fills shapes with the question's columns and values: a beam over a shape's open slots, each span paying for one slot.

A shape's slots are filled in a fixed order: conditions with literals first (values anchor their columns), then the
columns that pair outer and inner queries, then the rest, then extra tables. The result is plans with the account of
how they were filled (`Fill`), which `rank.py` turns into features. Nothing is run here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.operators import operator_beside
from core.sql.linking.link import Links, ValueMention
from core.sql.parser.fill_steps import Step, shape_steps
from core.sql.parser.plan import (
    Query,
    clause_of,
    close_limits,
    is_sound,
    map_query,
    scopes,
    spread_dates,
)
from core.sql.parser.plan_kinds import is_typed
from core.sql.parser.render import tables_of
from core.sql.parser.value_choices import CHOICES, FLOOR, ValueChoices, period_operator

BEAM = 10


REUSED_SPAN = -1.5


OPERATOR_MISMATCH = -2.0


JOINED_TABLE = -0.5


_SAID_AS = {"in": "=", "not in": "!="}


@dataclass(frozen=True, slots=True)
class Fill:
    """A shape filled in: which column each slot got, which spans were spent, what it cost.

    `spans` are (start, end) runs of tokens; `parts` name the log scores that `total` sums."""

    columns: tuple[tuple[int, int], ...] = ()
    tables: tuple[tuple[int, str], ...] = ()
    values: tuple[tuple[Any, Any], ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    limit: Any = None
    total: float = 0.0
    linking: float = 0.0
    weakest: float = 0.0
    reused: int = 0
    mismatched: int = 0
    unmentioned: int = 0

    def column(self, slot: int) -> int | None:
        return next((number for place, number in self.columns if place == slot), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan with its shape's number and score, and the account of its filling."""

    plan: Query
    shape: int
    shape_score: float
    fill: Fill


class Composer:
    """Holds what filling needs for one question, so that shapes share their choices."""

    def __init__(self, links: Links, schema: Schema) -> None:
        self.links = links
        self.schema = schema
        self.choices: dict[tuple, list[tuple[int, float]]] = {}
        self.values = ValueChoices(links, schema)
        self.operators = {m: operator_beside(links.tokens, m.start, m.end) for m in links.values}
        self.operators |= {m: period_operator(m) for m in links.periods}
        self.named_tables = {number for number, ms in links.tables.items() if ms[0].score >= 0.5}

    def fill(self, shape: Query, number: int, shape_score: float, keep: int) -> list[Candidate]:
        """The best `keep` fillings of a shape as plans."""
        beam = [Fill()]
        for step in shape_steps(shape):
            grown = [new for fill in beam for new in self._grow(fill, step)]
            beam = sorted(grown, key=lambda f: -f.total)[:BEAM]
            if not beam:
                return []
        found: dict[Query, Candidate] = {}
        for fill in beam:
            plan = self._plan(shape, fill)
            if is_sound(plan) and is_typed(plan, self.schema):
                cost = self._join_cost(plan)
                if cost is not None and plan not in found:
                    final = replace(fill, total=fill.total + cost)
                    found[plan] = Candidate(plan, number, shape_score, final)
        return sorted(found.values(), key=lambda c: -c.fill.total)[:keep]

    def _grow(self, fill: Fill, step: Step) -> list[Fill]:
        if step.kind == "value":
            return self._grow_value(fill, step)
        if step.kind == "pair":
            return self._grow_pair(fill, step)
        if step.kind == "column":
            return self._grow_column(fill, step)
        if step.kind == "table":
            return self._grow_table(fill, step)
        return self._grow_limit(fill, step)

    def _column_choices(self, roles: tuple[str, ...], need: str) -> list[tuple[int, float]]:
        key = (roles, need)
        if key not in self.choices:
            scored = []
            for number in self.links.candidates:
                if _fits(self.schema.columns[number], need):
                    parts = [self.links.scores[role][number] for role in roles]
                    scored.append((number, max(FLOOR, sum(parts) / len(parts))))
            scored.sort(key=lambda pair: -pair[1])
            self.choices[key] = scored[:CHOICES]
        return self.choices[key]

    def _grow_column(self, fill: Fill, step: Step) -> list[Fill]:
        if fill.column(step.slot) is not None:
            return [fill]
        taken = _taken(fill, step.slot)
        return [
            self._take_column(fill, step.slot, number, score)
            for number, score in self._column_choices(step.roles, step.need)
            if number not in taken
        ]

    def _take_column(self, fill: Fill, slot: int, number: int, score: float, value: ValueMention | None = None) -> Fill:
        mentions = [m for m in self.links.columns.get(number, ()) if m.score >= 0.3]
        free = next((m for m in mentions if not _overlaps((m.start, m.end), fill.spans)), None)
        reused = int(bool(mentions) and free is None and value is None)
        spans = (*fill.spans, (free.start, free.end)) if free else fill.spans
        return replace(
            fill,
            columns=(*fill.columns, (slot, number)),
            spans=spans,
            total=fill.total + score + REUSED_SPAN * reused,
            linking=fill.linking + score,
            weakest=min(fill.weakest, score),
            reused=fill.reused + reused,
            unmentioned=fill.unmentioned + (not mentions and value is None),
        )

    def _grow_value(self, fill: Fill, step: Step) -> list[Fill]:
        out = []
        fixed = fill.column(step.slot) if step.slot is not None else None
        for mention, other, column, value, score in self.values.conditions_for(step):
            span = (mention.start, (other or mention).end)
            if _overlaps(span, fill.spans) or (fixed is not None and column is not None and fixed != column):
                continue
            found = self.operators[mention]
            said = _SAID_AS.get(step.op, step.op)
            wrong = int(found != said and not (step.op == "between" and other) and step.op != "like")
            if step.op in ("like", "not like"):
                wrong = int(found != "like" and mention.kind != "name")
            new = replace(
                fill,
                spans=(*fill.spans, span),
                values=(*fill.values, (step.where, value)),
                total=fill.total + score + OPERATOR_MISMATCH * wrong,
                linking=fill.linking + score,
                mismatched=fill.mismatched + wrong,
            )
            if step.slot is None or fixed is not None or column is None:
                out.append(new)
            elif column not in _taken(new, step.slot):
                out.append(self._take_column(new, step.slot, column, self.links.scores["where"][column], mention))
        return sorted(out, key=lambda f: -f.total)[: BEAM * 2]

    def _grow_pair(self, fill: Fill, step: Step) -> list[Fill]:
        """The two columns that tie an outer query to an inner one: the ends of an edge of the join graph."""
        outer, inner = step.slot
        left, right = fill.column(outer), fill.column(inner)
        out = []
        for a, b, score in self._pairs():
            if (left is None or left == a) and (right is None or right == b):
                columns = fill.columns
                columns += ((outer, a),) if left is None else ()
                columns += ((inner, b),) if right is None else ()
                out.append(
                    replace(
                        fill,
                        columns=columns,
                        total=fill.total + score,
                        linking=fill.linking + score,
                        weakest=min(fill.weakest, score),
                    )
                )
        return out

    def _pairs(self) -> list[tuple[int, int, float]]:
        key = ("pairs",)
        if key not in self.choices:
            found = []
            likely = [n for n, score in self.links.table_scores.items() if score > -4.5]
            for number in likely:
                name = self.schema.tables[number].table.name
                for edge in self.schema.graph.edges[name]:
                    other = self.schema.table_of[edge.right].number
                    if other in self.links.table_scores and len(edge.left_columns) == 1:
                        a = self.schema.column_of[edge.left, edge.left_columns[0]].number
                        b = self.schema.column_of[edge.right, edge.right_columns[0]].number
                        score = (self.links.table_scores[number] + self.links.table_scores[other]) / 2
                        found.append((a, b, score))
            self.choices[key] = sorted(found, key=lambda row: -row[2])[:12]
        return self.choices[key]

    def _grow_table(self, fill: Fill, step: Step) -> list[Fill]:
        inside = {self.schema.columns[number].table for _, number in fill.columns}
        ranked = sorted(self.links.table_scores.items(), key=lambda pair: -pair[1])
        out = []
        for number, score in ranked[:CHOICES]:
            name = self.schema.tables[number].table.name
            if name in {table for _, table in fill.tables} or (number in inside and step.need == "new"):
                continue
            mentions = self.links.tables.get(number, ())
            free = next(((m.start, m.end) for m in mentions if not _overlaps((m.start, m.end), fill.spans)), None)
            out.append(
                replace(
                    fill,
                    tables=(*fill.tables, (step.slot, name)),
                    spans=(*fill.spans, free) if free else fill.spans,
                    total=fill.total + max(score, FLOOR),
                    linking=fill.linking + max(score, FLOOR),
                    weakest=min(fill.weakest, score),
                    unmentioned=fill.unmentioned + (not mentions),
                )
            )
        return out

    def _grow_limit(self, fill: Fill, step: Step) -> list[Fill]:
        out = []
        for mention in self.links.values:
            whole = mention.kind == "number" and isinstance(mention.value, int) and 0 < mention.value <= 1000
            if whole and not _overlaps((mention.start, mention.end), fill.spans):
                wrong = int(self.operators[mention] not in ("=",))
                out.append(
                    replace(
                        fill,
                        limit=mention.value,
                        spans=(*fill.spans, (mention.start, mention.end)),
                        total=fill.total + OPERATOR_MISMATCH * wrong,
                        mismatched=fill.mismatched + wrong,
                    )
                )
        return out

    def _plan(self, shape: Query, fill: Fill) -> Query:
        values = dict(fill.values)
        columns = {slot: self.schema.columns[number].key for slot, number in fill.columns}
        tables = dict(fill.tables)
        counter = iter(range(1000))
        plan = map_query(shape, lambda s, _: columns[s], lambda c: values[next(counter)], lambda s: tables[s])
        plan = close_limits(plan, fill.limit)
        return spread_dates(plan)

    def _join_cost(self, plan: Query) -> float | None:
        cost = 0.0
        for scope in scopes(plan):
            tables = tables_of(scope)
            if not tables:
                return None
            edges = self.schema.graph.connect(tables)
            if edges is None:
                return None
            reached = {tables[0], *(edge.right for edge in edges)}
            own = set(tables)
            for name in reached:
                number = self.schema.table_of[name].number
                if number not in self.named_tables:
                    cost += JOINED_TABLE * (1.0 if name in own else 0.5)
        return cost


def _taken(fill: Fill, slot: int) -> set[int]:
    """Columns that other slots of the same clause hold."""
    return {number for other, number in fill.columns if clause_of(other) == clause_of(slot)}


def _overlaps(span: tuple[int, int], spans: tuple[tuple[int, int], ...]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in spans)


def _fits(entry: ColumnEntry, need: str) -> bool:
    return not need or entry.kind == need
