"""What kind of query a question asks for: the probability of each clause, and from these of each known shape.

The question is *masked* (columns, tables, values and numbers become marks), so that what is learned holds for any
database. One multinomial logistic model a clause (`aspect`) over masked word n-grams; shapes are scored by the
product of their clauses and by how often the training shapes had those clauses together. No column is chosen here.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.sql.language.calendar import YEARS
from core.sql.language.operators import is_amount
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links, ValueMention
from core.sql.parser.plan import OPEN, STAR, Cond, Item, Query
from core.sql.parser.recombine import recombine_shapes

MENTION_MIN = 0.6
PRIOR_WEIGHT = 0.6


# ---------------------------------------------------------------- the masked question


def mask_question(links: Links) -> list[str]:
    """The question as stems and marks: <c> column, <t> table, <v> text value, <n> number, <d> year or period."""
    marks: dict[int, tuple[str, int]] = {}
    runs = [
        (m.end - m.start, m.score, m.start, m.end, "<c>")
        for ms in links.columns.values()
        for m in ms
        if m.score >= MENTION_MIN
    ]
    runs += [
        (m.end - m.start, m.score + 0.01, m.start, m.end, "<t>")
        for ms in links.tables.values()
        for m in ms
        if m.score >= MENTION_MIN
    ]
    runs += [(100, 1.0, period.start, period.end, "<d>") for period in links.periods]
    for value in links.values:
        runs.append((99, 1.0, value.start, value.end, _mark_of(value, links)))
    for _, _, start, end, mark in sorted(runs, key=lambda run: (-run[0], -run[1])):
        if all(place not in marks for place in range(start, end)):
            for place in range(start, end):
                marks[place] = (mark, start)
    words = []
    for place, token in enumerate(links.tokens):
        if place in marks:
            mark, start = marks[place]
            if place == start:
                words.append(mark)
                if mark == "<n>" and token.kind == "number_word":
                    words.append(token.word)
        elif token.kind == "mark":
            if token.word in ",;":
                words.append(",")
        else:
            words.append(stem(token.word))
    return words


def _mark_of(value: ValueMention, links: Links) -> str:
    year = value.kind == "number" and value.value in YEARS and not is_amount(links.tokens, value.start)
    return "<d>" if year or value.kind == "date" else "<n>" if value.kind == "number" else "<v>"


def shape_grams(links: Links) -> list[str]:
    """Distinct 1- to 3-grams of the masked question, some ordered pairs, and counts of its marks."""
    words = ["^", *mask_question(links), "$"]
    grams = {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
    plain = [word for word in words if word not in ("<c>", "<t>", ",", "^", "$", "the", "of", "a")]
    grams |= {f"{a}..{b}" for i, a in enumerate(plain) for b in plain[i + 2 : i + 5]}
    for mark in ("<c>", "<t>", "<v>", "<n>", "<d>"):
        count = min(words.count(mark), 4)
        grams |= {f"#{mark}={count}"}
    raw = [stem(t.word) for t in links.tokens if t.kind == "word"]
    grams |= {f"w:{word}" for word in raw} | {f"w:{a} {b}" for a, b in itertools.pairwise(raw)}
    return sorted(grams)


# ---------------------------------------------------------------- clauses of a shape


def select_label(query: Query) -> str:
    """What is selected: plain columns counted, aggregates named."""
    plain = sum(not it.agg for it in query.select)
    aggs = sorted((it.agg + ("*" if it.col == STAR else "d" if it.distinct else "")) for it in query.select if it.agg)
    if any(it.col == STAR and not it.agg for it in query.select):
        return "*"
    return "+".join(([f"c{min(plain, 4)}"] if plain else []) + aggs)


def where_label(query: Query) -> str:
    """How many literals conditions take, and whether any of them will do."""
    literal = [c for c in query.where if not isinstance(c.value, (Query, Item))]
    return f"{min(len(literal), 3)}{'|' if query.any_of and len(query.where) > 1 else ''}"


def nested_label(query: Query) -> str:
    """What a condition compares with: a query, a column, or neither."""
    for cond in query.where:
        if isinstance(cond.value, Query):
            inner = cond.value.select[0]
            return f"{cond.op} {inner.agg}" if inner.agg else cond.op
        if isinstance(cond.value, Item):
            return "columns"
    return "none"


def operator_label(query: Query) -> str:
    """The sorts of operators beside equality."""
    ops = sorted(
        {_OPERATOR_CLASS.get(c.op, c.op) for c in query.where if not isinstance(c.value, (Query, Item))} - {"="}
    )
    return "+".join(ops[:2]) or "none"


_OPERATOR_CLASS = {">=": ">=", "is null": "null", "is not null": "null", "not like": "like"}


def having_label(query: Query) -> str:
    """The aggregate and operator of a condition on groups."""
    return query.having[0].item.agg + query.having[0].op if query.having else "none"


def group_label(query: Query) -> str:
    """How many columns are grouped by, and by which parts of dates."""
    return "+".join([str(min(len(query.group), 2)), *sorted(it.part for it in query.group if it.part)])


def order_label(query: Query) -> str:
    """What is ordered by, in which direction, how many rows are kept."""
    if not query.order:
        return "none"
    item, desc = query.order[0]
    kind = item.agg or "c"
    return f"{kind}{'-' if desc else '+'}{'' if query.limit is None else '1' if query.limit == 1 else 'n'}"


ASPECTS = {
    "select": select_label,
    "where": where_label,
    "nested": nested_label,
    "operator": operator_label,
    "group": group_label,
    "having": having_label,
    "order": order_label,
    "distinct": lambda query: str(query.distinct),
    "setop": lambda query: query.setop or "none",
}


def labels_of(shape: Query) -> dict[str, str]:
    """A shape's label in every aspect."""
    return {name: label(shape) for name, label in ASPECTS.items()}


def order_select(query: Query) -> Query:
    """The query with its select list in a fixed order, plain columns first: a result's columns may be in any order."""
    ranked = sorted(query.select, key=lambda it: (bool(it.agg), it.agg, it.col == STAR))
    right = order_select(query.right) if query.right and len(query.select) == 1 else query.right
    if query.right and len(query.select) > 1:
        ranked = list(query.select)
    return replace(query, select=tuple(ranked), right=right)


# ---------------------------------------------------------------- scoring


@dataclass(frozen=True)
class ShapeModel:
    """Learned: n-gram weights an aspect, how often each label occurs, and the known shapes with their counts."""

    vocabulary: dict[str, int]
    classes: dict[str, list[str]]
    weights: dict[str, np.ndarray]  # aspect -> (n-grams, classes)
    bias: dict[str, np.ndarray]
    shapes: tuple[Query, ...]
    shape_labels: tuple[dict[str, str], ...]
    prior: np.ndarray  # log of a shape's share over the product of its labels' shares
    label_index: dict[str, np.ndarray]

    def clause_probabilities(self, grams: list[str]) -> dict[str, dict[str, float]]:
        """aspect -> label -> log probability."""
        rows = [self.vocabulary[gram] for gram in grams if gram in self.vocabulary]
        norm = 1.0 / math.sqrt(max(len(rows), 1))
        result = {}
        for name, classes in self.classes.items():
            raw = self.bias[name] + self.weights[name][rows].sum(axis=0) * norm
            result[name] = dict(zip(classes, (raw - np.logaddexp.reduce(raw)).tolist(), strict=True))
        return result

    def score_shapes(self, probabilities: dict[str, dict[str, float]]) -> np.ndarray:
        """One log score a shape."""
        total = PRIOR_WEIGHT * self.prior
        for name, classes in self.classes.items():
            values = np.array([*(probabilities[name][label] for label in classes), -9.0])
            total = total + values[self.label_index[name]]
        return total


def make_model(raw: dict[str, Any]) -> ShapeModel:
    """The model from its JSON form."""
    seen = {shape_from_json(item["shape"]): item["count"] / raw["total"] for item in raw["shapes"]}
    known_shares = {**recombine_shapes(seen), **seen}
    shapes = tuple(known_shares)
    labels = tuple(labels_of(shape) for shape in shapes)
    classes = raw["classes"]
    index = {
        name: np.array([known.index(label[name]) if label[name] in known else len(known) for label in labels])
        for name, known in classes.items()
    }
    shares = {name: dict(zip(known, raw["shares"][name], strict=True)) for name, known in classes.items()}
    expected = np.array([sum(math.log(shares[name].get(label[name], 1e-4)) for name in classes) for label in labels])
    prior = np.log(np.array(list(known_shares.values()))) - expected
    return ShapeModel(
        {gram: place for place, gram in enumerate(raw["vocabulary"])},
        classes,
        {name: np.array(rows, np.float32) / 100 for name, rows in raw["weights"].items()},
        {name: np.array(row) for name, row in raw["bias"].items()},
        shapes,
        labels,
        prior,
        index,
    )


@functools.cache
def load_model(path: Path) -> ShapeModel:
    """The shape model of a file of weights."""
    return make_model(json.loads(path.read_text(encoding="utf-8")))


# ---------------------------------------------------------------- shapes as JSON


def shape_to_json(shape: Query) -> Any:
    """A shape as plain values."""

    def value(v: Any) -> Any:
        return {"q": shape_to_json(v)} if isinstance(v, Query) else {"i": item(v)} if isinstance(v, Item) else v

    def item(it: Item) -> list:
        return [it.col, it.agg, it.distinct, it.sign, it.col2, it.part]

    def conds(many: tuple[Cond, ...]) -> list:
        return [[item(c.item), c.op, value(c.value)] for c in many]

    return {
        "s": [item(it) for it in shape.select], "d": shape.distinct, "w": conds(shape.where), "a": shape.any_of,
        "g": [item(it) for it in shape.group], "h": conds(shape.having),
        "o": [[item(it), desc] for it, desc in shape.order], "l": shape.limit,
        "t": list(shape.tables), "x": shape.setop, "r": shape_to_json(shape.right) if shape.right else None,
    }  # fmt: skip


def shape_from_json(raw: Any) -> Query:
    """A shape of what `shape_to_json` gave."""

    def value(v: Any) -> Any:
        if isinstance(v, dict):
            return shape_from_json(v["q"]) if "q" in v else Item(*v["i"])
        return v

    def items(many: list) -> tuple[Item, ...]:
        return tuple(Item(*it) for it in many)

    def conds(many: list) -> tuple[Cond, ...]:
        return tuple(Cond(Item(*left), op, value(v)) for left, op, v in many)

    return Query(
        items(raw["s"]), raw["d"], conds(raw["w"]), raw["a"], items(raw["g"]), conds(raw["h"]),
        tuple((Item(*it), desc) for it, desc in raw["o"]), raw["l"], tuple(raw["t"]), raw["x"],
        shape_from_json(raw["r"]) if raw["r"] else None,
    )  # fmt: skip


# ---------------------------------------------------------------- values


def like_pattern(tokens: list[Token], start: int, text: str) -> str:
    """The LIKE pattern that the words before a text ask for: its beginning, its end, anywhere."""
    left = " ".join(t.word for t in tokens[max(0, start - 6) : start])
    if any(cue in left for cue in ("start", "begin", "prefix")):
        return f"{text}%"
    if "ending" in left or " end " in f" {left} " or "ends" in left:
        return f"%{text}"
    return f"%{text}%"


def open_values(shape: Query) -> int:
    """How many literals of the question a shape takes (its limit included)."""
    total = sum(2 if c.op == "between" else 1 for c in (*shape.where, *shape.having) if c.value == OPEN)
    total += sum(open_values(c.value) for c in (*shape.where, *shape.having) if isinstance(c.value, Query))
    return total + (shape.limit == OPEN) + (open_values(shape.right) if shape.right else 0)
