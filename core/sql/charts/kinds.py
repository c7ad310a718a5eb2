"""One builder a kind of chart: the chart of that kind that a result can carry, or None.

Which kind fits is decided in `choose.py`. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable

from core.charts.fields import ORDINAL_WORDS, Field, is_aggregate, name_tokens, same_scale
from core.records import ChartSpec
from core.sql.charts.shape import Shape, crossing_categories, is_unique

MAX_BARS = 50
MAX_COUNTED_BARS = 300
MAX_GROUPS = 8
MIN_SPREAD = 15
MIN_POINTS = 8

RANK_WORDS = frozenset("rank ranking puesto posicion position rn row_number".split())


Rule = Callable[[Shape], ChartSpec | None]


def as_table(reason: str) -> ChartSpec:
    """No chart, and why."""
    return ChartSpec("table", reason=reason)


def charted(shape: Shape, label: Field | None = None) -> tuple[str, ...]:
    """The measures worth drawing together: a percentage or growth beside its own quantity, and ranks, stay out."""
    others = [m for m in shape.measures if m is not label]
    measures = [m for m in others if RANK_WORDS.isdisjoint(m.tokens)] or others
    quantities = [m for m in measures if m.unit not in ("percent", "fraction")]
    if quantities and len(quantities) < len(measures):
        measures = quantities
    if label is not None or same_scale(measures) or len(measures) <= 3:
        return tuple(m.name for m in measures)
    return (measures[0].name,)


def ordinal_of(shape: Shape, measures: list[Field]) -> Field | None:
    """A whole number that names the rows: stars, floors, ages beside what was counted for each."""
    first = measures[0]
    if len(measures) < 2 or not first.integer or is_aggregate(first) or not is_unique(shape, first):
        return None
    if not ORDINAL_WORDS.isdisjoint(name_tokens(first.name)):
        return first if "relation" not in shape.intents else None
    return first if all(is_aggregate(m) for m in measures[1:]) and shape.rows <= MAX_BARS else None


def scatter_names(shape: Shape) -> tuple[str, str] | None:
    """Two figures to lay against each other, where there are two that are no ranks."""
    names = [m.name for m in shape.measures if RANK_WORDS.isdisjoint(m.tokens)]
    return (names[0], names[1]) if len(names) > 1 else None


def scatter(shape: Shape) -> ChartSpec | None:
    """Points of two figures, coloured by a category of few values."""
    names = scatter_names(shape)
    least = 4 if "relation" in shape.intents or shape.kind == "scatter" else MIN_POINTS
    if names is None or shape.rows < least:
        return None
    colors = [c for c in shape.categories if 2 <= c.distinct <= MAX_GROUPS and c.distinct < shape.rows / 2]
    return ChartSpec("scatter", names[0], (names[1],), colors[0].name if colors else None, reason="pairs")


def histogram(shape: Shape) -> ChartSpec | None:
    """How the values of one figure spread."""
    asked = shape.kind == "histogram" or "spread" in shape.intents
    least, different = (5, 2) if asked else (20, 5)
    if not shape.measures or shape.rows < least or shape.measures[0].distinct < different:
        return None
    return ChartSpec("histogram", shape.measures[0].name, reason="values")


def box(shape: Shape, category: Field | None = None) -> ChartSpec | None:
    """How a figure spreads in each of a category's values."""
    labels = [category] if category else [f for f in shape.categories + shape.times if f.distinct < shape.rows]
    if not shape.measures or not labels:
        return None
    label = labels[0]
    asked = shape.kind == "box" or "spread" in shape.intents
    if shape.rows < (6 if asked else MIN_SPREAD) or shape.rows < 3 * max(1, label.distinct) or label.distinct > 20:
        return None
    return ChartSpec("box", label.name, (shape.measures[0].name,), reason="spread")


def label_of(shape: Shape) -> Field | None:
    """The field that names each row alone."""
    candidates = crossing_categories(shape) + shape.times + shape.having("id")
    ordinal = ordinal_of(shape, shape.measures) if shape.measures else None
    candidates += [ordinal] if ordinal else []
    return next((f for f in candidates if is_unique(shape, f)), None)


def bar(shape: Shape) -> ChartSpec | None:
    """A bar a row, or stacks of two categories."""
    label = label_of(shape)
    if label is not None and shape.measures and label.distinct <= MAX_COUNTED_BARS:
        names = charted(shape, label)
        return ChartSpec("bar", label.name, names[:1]) if names else None
    return pair_chart(shape, "stacked_bar") or pair_chart(shape, "grouped_bar")


def line_chart(shape: Shape) -> ChartSpec | None:
    """A line over time, or over an ordinal."""
    times = shape.times
    label = times[0] if times else ordinal_of(shape, shape.measures) if shape.measures else None
    if label is None or shape.rows < 2 or not shape.measures:
        return None  # a line between cities would say that one follows the other
    if is_unique(shape, label):
        names = charted(shape, label)
        return ChartSpec("line", label.name, names) if names else None
    return pair_chart(shape, "line")


def pair_chart(shape: Shape, kind: str) -> ChartSpec | None:
    """A chart of two naming columns and a measure; time goes along the axis."""
    pair = (shape.times + crossing_categories(shape))[:2]
    if len(pair) < 2 or not shape.measures or not is_unique(shape, *pair):
        return None
    x, color = pair if pair[0].role == "time" or pair[0].distinct >= pair[1].distinct else pair[::-1]
    if (kind != "heatmap" and color.distinct > 20) or (kind == "stacked_bar" and not shape.measures[0].additive):
        return None
    return ChartSpec(kind, x.name, (shape.measures[0].name,), color.name)  # type: ignore[arg-type]


def side_by_side(shape: Shape) -> ChartSpec | None:
    """Several figures of a row beside each other, or one by two categories."""
    label = label_of(shape)
    if label is None:
        return pair_chart(shape, "grouped_bar")
    names = charted(shape, label)
    return ChartSpec("grouped_bar", label.name, names) if len(names) > 1 and label.distinct <= MAX_BARS else None


BUILDERS: dict[str, Rule] = {
    "line": line_chart,
    "bar": bar,
    "grouped_bar": side_by_side,
    "stacked_bar": lambda shape: pair_chart(shape, "stacked_bar"),
    "scatter": scatter,
    "histogram": histogram,
    "box": box,
    "heatmap": lambda shape: pair_chart(shape, "heatmap"),
    "table": lambda shape: as_table(""),
}
