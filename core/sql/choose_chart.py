"""Which chart fits a result: rules on types, counts, cardinality and the words of the question, first match wins.

`RULES` is the order of thought. Nothing is drawn here, nothing is learned, and the question can only ask for a chart
that the columns can carry. Two things decide most cases: which column names the rows (time, category, identifier)
and whether that name is unique (one quantity each: bars, lines) or repeats (raw values: boxes, points)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.charts.fields import ORDINAL_WORDS, Field, is_aggregate, name_tokens, same_scale
from core.charts.titles import title_of
from core.records import ChartSpec, QueryResult
from core.sql.chart_shape import Shape, crossing_categories, is_unique, read_shape

MAX_BARS = 50
MAX_COUNTED_BARS = 300
MAX_LINES = 12
MAX_COLORS = 6
MAX_GROUPS = 8
MAX_CELLS = 40
MIN_SPREAD = 15
MIN_POINTS = 8

_RANK_WORDS = frozenset("rank ranking puesto posicion position rn row_number".split())


Rule = Callable[[Shape], ChartSpec | None]


def choose_chart(result: QueryResult, question: str = "", lang: str = "en") -> ChartSpec:
    """The chart an analyst would pick for this result and question, with its title in `lang`."""
    spec = next(spec for rule in RULES if (spec := rule(read_shape(result, question))) is not None)
    return replace(spec, title=title_of(spec.kind, spec.x, spec.y, spec.color, lang))


def possible_charts(result: QueryResult, lang: str = "en") -> tuple[ChartSpec, ...]:
    """Every kind that these columns can carry, the chosen one first: what a user may switch to."""
    chosen = choose_chart(result, "", lang)
    shape = read_shape(result, "")
    specs = [chosen]
    for kind, build in _BUILDERS.items():
        spec = build(shape)
        if spec is not None and spec.kind == kind != chosen.kind:
            title = title_of(spec.kind, spec.x, spec.y, spec.color, lang)
            specs.append(replace(spec, title=title, reason=""))
    return tuple(specs)


def _table(reason: str) -> ChartSpec:
    return ChartSpec("table", reason=reason)


# ---------------------------------------------------------------- the rules, in order


def _nothing_to_draw(shape: Shape) -> ChartSpec | None:
    if not shape.fields or not shape.rows:
        return _table("empty")
    if shape.kind == "table":
        return _table("asked")
    return _table("records") if shape.having("other") else None


def _one_row(shape: Shape) -> ChartSpec | None:
    """A card for one to four numbers, with the name of what they belong to; a record is a table."""
    if shape.rows != 1:
        return None
    measures = shape.measures
    labels = shape.having("category", "time", "text")
    if not measures or len(measures) > 4 or len(labels) > 1 or len(shape.fields) > 4:
        return _table("one_row")
    label = labels[0].name if labels else None
    reason = "one_value" if len(measures) == 1 else "one_row"
    return ChartSpec("number", x=label, y=tuple(m.name for m in measures), reason=reason)


def _asked_kind(shape: Shape) -> ChartSpec | None:
    if shape.kind is None:
        return None
    spec = _BUILDERS[shape.kind](shape)
    return None if spec is None else replace(spec, reason="asked")


def _records(shape: Shape) -> ChartSpec | None:
    """Rows meant to be read: no quantity, long text, or more describing columns than a chart can hold."""
    if not shape.measures:
        return _table("no_measure")
    naming = shape.having("category", "time", "id")
    if shape.having("text") or len(naming) > 3:
        return _table("records")
    ranks = [m for m in shape.measures if not _RANK_WORDS.isdisjoint(m.tokens)]
    return _table("records") if ranks and len(shape.times + shape.categories) > 1 else None


def _over_time(shape: Shape) -> ChartSpec | None:
    times, categories = shape.times, crossing_categories(shape)
    if not times:
        return None
    if len(times) == 2 and not categories:
        return _two_times(shape, times)
    if len(times) > 1:
        return _table("records")
    if not categories:
        return _one_series(shape, times[0])
    if len(categories) > 1:
        return _table("records")
    return _many_series(shape, times[0], categories[0])


def _by_category(shape: Shape) -> ChartSpec | None:
    categories = crossing_categories(shape)
    if len(categories) > 2:
        return _table("records")
    if len(categories) == 2:
        return _two_categories(shape, *categories)
    if not categories:
        return None
    category = categories[0]
    return _one_each(shape, category) if is_unique(shape, category) else _raw_values(shape, category)


def _only_numbers(shape: Shape) -> ChartSpec:
    ids, measures = shape.having("id"), [m for m in shape.measures if _RANK_WORDS.isdisjoint(m.tokens)]
    if not measures:
        return _table("records")
    relation = "relation" in shape.intents
    label = ids[0] if ids else _ordinal(shape, measures)
    if label is not None and not (relation and len(measures) > 1 + (label in measures)) and is_unique(shape, label):
        return _one_each(shape, label)
    if len(measures) == 1:
        return _histogram(shape) or _table("records")
    if (len(measures) == 2 and not ids) or relation:
        return _scatter(shape) or _table("records")
    return _table("records")


RULES: tuple[Rule, ...] = (
    _nothing_to_draw,
    _one_row,
    _asked_kind,
    _records,
    _over_time,
    _by_category,
    _only_numbers,
)


# ---------------------------------------------------------------- time


def _one_series(shape: Shape, time: Field) -> ChartSpec | None:
    names = _charted(shape)
    if "relation" in shape.intents and len(names) == 2 and shape.rows >= MIN_POINTS:
        return _scatter(shape)
    if not is_unique(shape, time):
        return _raw_values(shape, time) if _scatter_names(shape) is None else _scatter(shape)
    if time.grain == "weekday":
        return ChartSpec("bar" if len(names) == 1 else "grouped_bar", time.name, names, reason="category")
    if "ranking" in shape.intents and "trend" not in shape.intents and _ranked(shape, time):
        return ChartSpec("bar", time.name, names[:1], reason="ranking")
    if time.distinct < 3:
        return ChartSpec("bar" if len(names) == 1 else "grouped_bar", time.name, names, reason="few_periods")
    return ChartSpec("line", time.name, names, reason="time")


def _ranked(shape: Shape, time: Field) -> bool:
    """The rows come in the order of the first measure and not in that of time."""
    values = [v for v in shape.measures[0].values if v is not None]
    periods = time.present
    in_order = values in (sorted(values), sorted(values, reverse=True))
    return in_order and periods not in (sorted(periods), sorted(periods, reverse=True))


def _two_times(shape: Shape, times: list[Field]) -> ChartSpec:
    """Year and month: a line for each year; weekday and hour: a heat map; start and end dates: a table."""
    if not is_unique(shape, *times):
        return _table("records")
    y = (shape.measures[0].name,)
    inner = next((t for t in times if t.cyclic), None)
    outer = next((t for t in times if t is not inner), times[0])
    if inner is None or outer.grain not in ("year", "weekday", "month_of_year", "quarter_of_year", "hour"):
        return _table("records")
    if outer.grain == "year" and outer.distinct <= MAX_LINES and inner.distinct > 2:
        return ChartSpec("line", inner.name, y, outer.name, reason="time")
    x, color = sorted(times, key=lambda t: -t.distinct)
    return ChartSpec("heatmap", x.name, y, color.name, reason="crossing")


def _many_series(shape: Shape, time: Field, category: Field) -> ChartSpec:
    y = (shape.measures[0].name,)
    if not is_unique(shape, time, category):
        return _raw_values(shape, category)
    if is_unique(shape, category):
        return _one_each(shape, category)
    if time.grain in ("weekday", "hour"):
        return _two_categories(shape, time, category)
    if "share" in shape.intents and shape.measures[0].additive and category.distinct <= MAX_LINES:
        return ChartSpec("stacked_bar", time.name, y, category.name, reason="parts")
    if time.distinct == 1:
        return ChartSpec("bar", category.name, y, reason="category")
    if category.distinct > 30 and time.distinct < 3:
        return _table("too_many")
    if time.distinct == 2 or ("compare" in shape.intents and time.distinct <= 4):
        return ChartSpec("grouped_bar", category.name, y, time.name, reason="few_periods")
    if category.distinct <= MAX_LINES:
        return ChartSpec("line", time.name, y, category.name, reason="time")
    if category.distinct <= MAX_CELLS:
        return ChartSpec("heatmap", time.name, y, category.name, reason="crossing")
    return _table("too_many")


# ---------------------------------------------------------------- categories


def _two_categories(shape: Shape, first: Field, second: Field) -> ChartSpec:
    if not is_unique(shape, first, second):
        return _raw_values(shape, max(first, second, key=lambda f: f.distinct))
    measure = shape.measures[0]
    y = (measure.name,)
    x, color = (first, second) if first.distinct >= second.distinct else (second, first)
    if color.distinct == 1:
        return ChartSpec("bar", x.name, y, reason="category")
    filled = shape.rows / max(1, x.distinct * color.distinct)
    if color.distinct <= MAX_COLORS and x.distinct <= MAX_BARS:
        if measure.additive and ("share" in shape.intents or x.distinct > MAX_GROUPS):
            return ChartSpec("stacked_bar", x.name, y, color.name, reason="parts" if x.distinct <= 8 else "groups")
        if x.distinct <= MAX_GROUPS:
            return ChartSpec("grouped_bar", x.name, y, color.name, reason="groups")
    if x.distinct <= MAX_CELLS and color.distinct <= MAX_CELLS and filled >= 0.3:
        return ChartSpec("heatmap", x.name, y, color.name, reason="crossing")
    return _table("too_many")


def _one_each(shape: Shape, label: Field) -> ChartSpec:
    """One row for each label: bars, unless the question relates two measures or there are too many to see."""
    names = _charted(shape, label)
    measures = [f for f in shape.measures if f.name in names]
    if not names:
        return _table("no_measure")
    if len(names) > 1:
        return _several_measures(shape, label, measures)
    counted = is_aggregate(measures[0]) or "ranking" in shape.intents
    if "listing" in shape.intents and not counted and len(shape.fields) > 2:
        return _table("records")
    if shape.rows > (MAX_COUNTED_BARS if counted else MAX_BARS):
        return _table("too_many")
    reason = "ranking" if "ranking" in shape.intents else "category"
    return ChartSpec("bar", label.name, names, reason=reason)


def _charted(shape: Shape, label: Field | None = None) -> tuple[str, ...]:
    """The measures worth drawing together: a percentage or growth beside its own quantity, and ranks, stay out."""
    others = [m for m in shape.measures if m is not label]
    measures = [m for m in others if _RANK_WORDS.isdisjoint(m.tokens)] or others
    quantities = [m for m in measures if m.unit not in ("percent", "fraction")]
    if quantities and len(quantities) < len(measures):
        measures = quantities
    if label is not None or same_scale(measures) or len(measures) <= 3:
        return tuple(m.name for m in measures)
    return (measures[0].name,)


def _several_measures(shape: Shape, label: Field, measures: list[Field]) -> ChartSpec:
    names = tuple(m.name for m in measures)
    if "relation" in shape.intents and shape.rows >= 4:
        return _scatter(shape) or _table("records")
    if same_scale(measures):
        if len(measures) > 4 and shape.rows > 1:
            return ChartSpec("heatmap", label.name, names, reason="crossing")
        if len(measures) <= 4 and shape.rows <= 20:
            return ChartSpec("grouped_bar", label.name, names, reason="groups")
    counted = any(is_aggregate(m) for m in measures)
    if len(measures) == 2 and shape.rows >= MIN_SPREAD and not counted and "ranking" not in shape.intents:
        return _scatter(shape) or _table("records")
    if len(measures) <= 3 and shape.rows <= 20 and "listing" not in shape.intents:
        return ChartSpec("bar", label.name, names, reason="category")
    return _table("records")


def _raw_values(shape: Shape, category: Field) -> ChartSpec:
    """The label repeats: values as they were recorded."""
    if len(shape.measures) > 1:
        return _scatter(shape) or _table("records")
    return _box(shape, category) or _table("records")


def _ordinal(shape: Shape, measures: list[Field]) -> Field | None:
    """A whole number that names the rows: stars, floors, ages beside what was counted for each."""
    first = measures[0]
    if len(measures) < 2 or not first.integer or is_aggregate(first) or not is_unique(shape, first):
        return None
    if not ORDINAL_WORDS.isdisjoint(name_tokens(first.name)):
        return first if "relation" not in shape.intents else None
    return first if all(is_aggregate(m) for m in measures[1:]) and shape.rows <= MAX_BARS else None


# ---------------------------------------------------------------- one builder a kind


def _scatter_names(shape: Shape) -> tuple[str, str] | None:
    names = [m.name for m in shape.measures if _RANK_WORDS.isdisjoint(m.tokens)]
    return (names[0], names[1]) if len(names) > 1 else None


def _scatter(shape: Shape) -> ChartSpec | None:
    names = _scatter_names(shape)
    least = 4 if "relation" in shape.intents or shape.kind == "scatter" else MIN_POINTS
    if names is None or shape.rows < least:
        return None
    colors = [c for c in shape.categories if 2 <= c.distinct <= MAX_GROUPS and c.distinct < shape.rows / 2]
    return ChartSpec("scatter", names[0], (names[1],), colors[0].name if colors else None, reason="pairs")


def _histogram(shape: Shape) -> ChartSpec | None:
    asked = shape.kind == "histogram" or "spread" in shape.intents
    least, different = (5, 2) if asked else (20, 5)
    if not shape.measures or shape.rows < least or shape.measures[0].distinct < different:
        return None
    return ChartSpec("histogram", shape.measures[0].name, reason="values")


def _box(shape: Shape, category: Field | None = None) -> ChartSpec | None:
    labels = [category] if category else [f for f in shape.categories + shape.times if f.distinct < shape.rows]
    if not shape.measures or not labels:
        return None
    label = labels[0]
    asked = shape.kind == "box" or "spread" in shape.intents
    if shape.rows < (6 if asked else MIN_SPREAD) or shape.rows < 3 * max(1, label.distinct) or label.distinct > 20:
        return None
    return ChartSpec("box", label.name, (shape.measures[0].name,), reason="spread")


def _label(shape: Shape) -> Field | None:
    candidates = crossing_categories(shape) + shape.times + shape.having("id")
    ordinal = _ordinal(shape, shape.measures) if shape.measures else None
    candidates += [ordinal] if ordinal else []
    return next((f for f in candidates if is_unique(shape, f)), None)


def _bar(shape: Shape) -> ChartSpec | None:
    label = _label(shape)
    if label is not None and shape.measures and label.distinct <= MAX_COUNTED_BARS:
        names = _charted(shape, label)
        return ChartSpec("bar", label.name, names[:1]) if names else None
    return _pair_chart(shape, "stacked_bar") or _pair_chart(shape, "grouped_bar")


def _line(shape: Shape) -> ChartSpec | None:
    times = shape.times
    label = times[0] if times else _ordinal(shape, shape.measures) if shape.measures else None
    if label is None or shape.rows < 2 or not shape.measures:
        return None  # a line between cities would say that one follows the other
    if is_unique(shape, label):
        names = _charted(shape, label)
        return ChartSpec("line", label.name, names) if names else None
    return _pair_chart(shape, "line")


def _pair_chart(shape: Shape, kind: str) -> ChartSpec | None:
    """A chart of two naming columns and a measure; time goes along the axis."""
    pair = (shape.times + crossing_categories(shape))[:2]
    if len(pair) < 2 or not shape.measures or not is_unique(shape, *pair):
        return None
    x, color = pair if pair[0].role == "time" or pair[0].distinct >= pair[1].distinct else pair[::-1]
    if (kind != "heatmap" and color.distinct > 20) or (kind == "stacked_bar" and not shape.measures[0].additive):
        return None
    return ChartSpec(kind, x.name, (shape.measures[0].name,), color.name)  # type: ignore[arg-type]


def _side_by_side(shape: Shape) -> ChartSpec | None:
    label = _label(shape)
    if label is None:
        return _pair_chart(shape, "grouped_bar")
    names = _charted(shape, label)
    return ChartSpec("grouped_bar", label.name, names) if len(names) > 1 and label.distinct <= MAX_BARS else None


_BUILDERS: dict[str, Rule] = {
    "line": _line,
    "bar": _bar,
    "grouped_bar": _side_by_side,
    "stacked_bar": lambda shape: _pair_chart(shape, "stacked_bar"),
    "scatter": _scatter,
    "histogram": _histogram,
    "box": _box,
    "heatmap": lambda shape: _pair_chart(shape, "heatmap"),
    "table": lambda shape: _table(""),
}
