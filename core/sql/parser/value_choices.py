"""Which of a question's values may stand for a shape's condition, on which column, written how: one list a condition.

A part of `compose.py`, which spends the spans and keeps the beam. Nothing is run here.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from core.sql.data.schema import Schema
from core.sql.linking.link import Links, ValueMention
from core.sql.linking.stored_form import (
    adapt_value,
    date_edge,
    holds_numbers,
    is_comparable,
    is_year,
    period_value,
    range_fit,
)
from core.sql.parser.fill_steps import Step
from core.sql.parser.understand import like_pattern

CHOICES = 6  # columns kept for one slot or value
_LISTED_APART = 3  # tokens between two values of one list
FLOOR = -7.0  # the least log score of a choice


def period_operator(mention: ValueMention) -> str:
    """How a period is compared: '=' where it has both ends, else from its first day on, or up to its last."""
    first, last = mention.value
    return "=" if first and last else ">=" if first else "<="


class ValueChoices:
    """Values and their columns for the conditions of one question; what was found is kept for other shapes."""

    def __init__(self, links: Links, schema: Schema) -> None:
        self.links = links
        self.schema = schema
        self.choices: dict[tuple, list] = {}

    def conditions_for(self, step: Step) -> list[tuple[ValueMention, ValueMention | None, int | None, Any, float]]:
        """(mention, second mention, column or None, value, log score) that may stand for a condition with a literal."""
        key = (step.op, step.having, step.need, step.item.agg if step.item else "")
        if key not in self.choices:
            if step.op == "between":
                found = self._between_choices(step)
            elif step.op in ("in", "not in"):
                found = self._list_choices()
            elif step.having or (step.item and step.item.agg):
                found = [(m, None, None, m.value, 0.0) for m in self.links.values if m.kind == "number"]
            else:
                found = [choice for m in self.links.values for choice in self._single_choices(m, step)]
                found += [choice for m in self.links.periods for choice in self._period_choices(m, step)]
            self.choices[key] = found
        return self.choices[key]

    def _between_choices(self, step: Step) -> list:
        numbers = [m for m in self.links.values if m.kind in ("number", "date")]
        found = []
        for first, second in itertools.pairwise(numbers):
            if second.start - first.end > 4:
                continue
            if step.having or (step.item and step.item.agg):
                found.append((first, second, None, (first.value, second.value), 0.0))
                continue
            for column, score in self._number_columns(first):
                entry = self.schema.columns[column]
                if entry.kind == "date" and second.kind != "date" and not is_year(second.value):
                    continue  # '2024 10': a date ends at no plain number
                values = (date_edge(first.value, entry, False), date_edge(second.value, entry, True))
                found.append((first, second, column, values, score))
        return found

    def _list_choices(self) -> list:
        """Runs of values that one column stores: 'Madrid, Sevilla and Bilbao'."""
        found = []
        stored = [m for m in self.links.values if m.hits]
        for place, first in enumerate(stored):
            for column, value, weight in first.hits:
                values, last = [value], first
                for other in stored[place + 1 :]:
                    hit = next((v for c, v, _ in other.hits if c == column), None)
                    if hit is None or hit in values or other.start - last.end > _LISTED_APART:
                        break
                    values.append(hit)
                    last = other
                if len(values) > 1 and column in self.links.scores["where"]:
                    found.append((first, last, column, tuple(values), math.log(min(weight, 1.0))))
        return found

    def _period_choices(self, mention: ValueMention, step: Step) -> list:
        """A period on each column of dates, where the condition is of its kind."""
        if step.op != period_operator(mention):
            return []
        dated = [c for c in self.links.candidates if self.schema.columns[c].kind == "date"]
        ranked = sorted(dated, key=lambda c: -self.links.scores["where"][c])[:CHOICES]
        return [(mention, None, c, period_value(mention.value, self.schema.columns[c]), 0.0) for c in ranked]

    def _single_choices(self, mention: ValueMention, step: Step) -> list:
        if step.op in ("like", "not like"):
            return self._like_choices(mention)
        if mention.kind in ("number", "date"):
            compare = step.op in ("<", ">", "<=", ">=")
            found = [
                (mention, None, c, adapt_value(mention.value, self.schema.columns[c], step.op), s)
                for c, s in self._number_columns(mention)
                if not compare or is_comparable(self.schema.columns[c])
            ]
        elif step.op in ("<", ">", "<=", ">="):
            return []
        else:
            found = [
                (mention, None, c, value, math.log(min(weight, 1.0)))
                for c, value, weight in mention.hits
                if c in self.links.scores["where"]
            ]
            if mention.kind in ("quoted", "name") and not mention.hits:
                found += [(mention, None, c, mention.value, s - 0.7) for c, s in self._text_columns(mention)]
        return [f for f in found if f[3] is not None]

    def _like_choices(self, mention: ValueMention) -> list:
        if mention.kind in ("number", "date") and mention.kind != "number":
            return []
        text = mention.value if mention.kind != "number" else str(mention.value)
        if mention.kind == "text":
            text = " ".join(t.source for t in self.links.tokens[mention.start : mention.end])
        pattern = like_pattern(self.links.tokens, mention.start, str(text))
        return [(mention, None, c, pattern, s - 0.2) for c, s in self._text_columns(mention)]

    def _number_columns(self, mention: ValueMention) -> list[tuple[int, float]]:
        """(column, log score of the number belonging to it): nearer mentions and fitting ranges first."""
        scored = []
        for number in self.links.candidates:
            entry = self.schema.columns[number]
            if entry.kind == "bool" or (entry.kind == "text" and not holds_numbers(entry, mention)):
                continue
            if entry.kind == "date" and not (mention.kind == "date" or is_year(mention.value)):
                continue
            score = -0.06 * self._distance(number, mention) + range_fit(mention.value, entry)
            scored.append((number, score, self.links.scores["where"][number] + score))
        scored.sort(key=lambda row: -row[2])
        return [(number, max(FLOOR, score)) for number, score, _ in scored[:CHOICES]]

    def _text_columns(self, mention: ValueMention) -> list[tuple[int, float]]:
        scored = []
        for number in self.links.candidates:
            entry = self.schema.columns[number]
            if entry.kind == "text":
                score = -0.06 * self._distance(number, mention)
                scored.append((number, score, self.links.scores["where"][number] + score))
        scored.sort(key=lambda row: -row[2])
        return [(number, max(FLOOR, score)) for number, score, _ in scored[:CHOICES]]

    def _distance(self, number: int, mention: ValueMention) -> int:
        mentions = [m for m in self.links.columns.get(number, ()) if m.score >= 0.4]
        gaps = [min(abs(mention.start - m.end), abs(m.start - mention.end)) for m in mentions]
        return min(min(gaps, default=20), 20)
