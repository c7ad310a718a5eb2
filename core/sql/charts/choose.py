"""Which chart fits a result: rules on types, counts, cardinality and the words of the question, first match wins.

`RULES` is the order of thought. Nothing is drawn here, nothing is learned, and the question can only ask for a chart
that the columns can carry. Two things decide most cases: which column names the rows (time, category, identifier)
and whether that name is unique (one quantity each: bars, lines) or repeats (raw values: boxes, points)."""

from __future__ import annotations

from dataclasses import replace

from core.charts.fields import Field, is_aggregate, same_scale
from core.charts.titles import title_of
from core.records import ChartSpec, QueryResult
from core.sql.charts.kinds import (
    BUILDERS,
    MAX_BARS,
    MAX_COUNTED_BARS,
    MAX_GROUPS,
    MIN_POINTS,
    MIN_SPREAD,
    RANK_WORDS,
    Rule,
    as_table,
    box,
    charted,
    histogram,
    ordinal_of,
    scatter,
    scatter_names,
)
from core.sql.charts.shape import Shape, crossing_categories, is_unique, read_shape

MAX_LINES = 12
MAX_COLORS = 6
MAX_CELLS = 40


def choose_chart(result: QueryResult, question: str = "", lang: str = "en") -> ChartSpec:
    """The chart an analyst would pick for this result and question, with its title in `lang`."""
    spec = next(spec for rule in RULES if (spec := rule(read_shape(result, question))) is not None)
    return replace(spec, title=title_of(spec.kind, spec.x, spec.y, spec.color, lang))


def possible_charts(result: QueryResult, lang: str = "en") -> tuple[ChartSpec, ...]:
    """Every kind that these columns can carry, the chosen one first: what a user may switch to."""
    chosen = choose_chart(result, "", lang)
    shape = read_shape(result, "")
    specs = [chosen]
    for kind, build in BUILDERS.items():
        spec = build(shape)
        if spec is not None and spec.kind == kind != chosen.kind:
            title = title_of(spec.kind, spec.x, spec.y, spec.color, lang)
            specs.append(replace(spec, title=title, reason=""))
    return tuple(specs)


# ---------------------------------------------------------------- the rules, in order


def _nothing_to_draw(shape: Shape) -> ChartSpec | None:
    if not shape.fields or not shape.rows:
        return as_table("empty")
    if shape.kind == "table":
        return as_table("asked")
    return as_table("records") if shape.having("other") else None


def _one_row(shape: Shape) -> ChartSpec | None:
    """A card for one to four numbers, with the name of what they belong to; a record is a table."""
    if shape.rows != 1:
        return None
    measures = shape.measures
    labels = shape.having("category", "time", "text")
    if not measures or len(measures) > 4 or len(labels) > 1 or len(shape.fields) > 4:
        return as_table("one_row")
    label = labels[0].name if labels else None
    reason = "one_value" if len(measures) == 1 else "one_row"
    return ChartSpec("number", x=label, y=tuple(m.name for m in measures), reason=reason)


def _asked_kind(shape: Shape) -> ChartSpec | None:
    if shape.kind is None:
        return None
    spec = BUILDERS[shape.kind](shape)
    return None if spec is None else replace(spec, reason="asked")


def _records(shape: Shape) -> ChartSpec | None:
    """Rows meant to be read: no quantity, long text, or more describing columns than a chart can hold."""
    if not shape.measures:
        return as_table("no_measure")
    naming = shape.having("category", "time", "id")
    if shape.having("text") or len(naming) > 3:
        return as_table("records")
    ranks = [m for m in shape.measures if not RANK_WORDS.isdisjoint(m.tokens)]
    return as_table("records") if ranks and len(shape.times + shape.categories) > 1 else None


def _over_time(shape: Shape) -> ChartSpec | None:
    times, categories = shape.times, crossing_categories(shape)
    if not times:
        return None
    if len(times) == 2 and not categories:
        return _two_times(shape, times)
    if len(times) > 1:
        return as_table("records")
    if not categories:
        return _one_series(shape, times[0])
    if len(categories) > 1:
        return as_table("records")
    return _many_series(shape, times[0], categories[0])


def _by_category(shape: Shape) -> ChartSpec | None:
    categories = crossing_categories(shape)
    if len(categories) > 2:
        return as_table("records")
    if len(categories) == 2:
        return _two_categories(shape, *categories)
    if not categories:
        return None
    category = categories[0]
    return _one_each(shape, category) if is_unique(shape, category) else _raw_values(shape, category)


def _only_numbers(shape: Shape) -> ChartSpec:
    ids, measures = shape.having("id"), [m for m in shape.measures if RANK_WORDS.isdisjoint(m.tokens)]
    if not measures:
        return as_table("records")
    relation = "relation" in shape.intents
    label = ids[0] if ids else ordinal_of(shape, measures)
    if label is not None and not (relation and len(measures) > 1 + (label in measures)) and is_unique(shape, label):
        return _one_each(shape, label)
    if len(measures) == 1:
        return histogram(shape) or as_table("records")
    if (len(measures) == 2 and not ids) or relation:
        return scatter(shape) or as_table("records")
    return as_table("records")


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
    names = charted(shape)
    if "relation" in shape.intents and len(names) == 2 and shape.rows >= MIN_POINTS:
        return scatter(shape)
    if not is_unique(shape, time):
        return _raw_values(shape, time) if scatter_names(shape) is None else scatter(shape)
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
        return as_table("records")
    y = (shape.measures[0].name,)
    inner = next((t for t in times if t.cyclic), None)
    outer = next((t for t in times if t is not inner), times[0])
    if inner is None or outer.grain not in ("year", "weekday", "month_of_year", "quarter_of_year", "hour"):
        return as_table("records")
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
        return as_table("too_many")
    if time.distinct == 2 or ("compare" in shape.intents and time.distinct <= 4):
        return ChartSpec("grouped_bar", category.name, y, time.name, reason="few_periods")
    if category.distinct <= MAX_LINES:
        return ChartSpec("line", time.name, y, category.name, reason="time")
    if category.distinct <= MAX_CELLS:
        return ChartSpec("heatmap", time.name, y, category.name, reason="crossing")
    return as_table("too_many")


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
    return as_table("too_many")


def _one_each(shape: Shape, label: Field) -> ChartSpec:
    """One row for each label: bars, unless the question relates two measures or there are too many to see."""
    names = charted(shape, label)
    measures = [f for f in shape.measures if f.name in names]
    if not names:
        return as_table("no_measure")
    if len(names) > 1:
        return _several_measures(shape, label, measures)
    counted = is_aggregate(measures[0]) or "ranking" in shape.intents
    if "listing" in shape.intents and not counted and len(shape.fields) > 2:
        return as_table("records")
    if shape.rows > (MAX_COUNTED_BARS if counted else MAX_BARS):
        return as_table("too_many")
    reason = "ranking" if "ranking" in shape.intents else "category"
    return ChartSpec("bar", label.name, names, reason=reason)


def _several_measures(shape: Shape, label: Field, measures: list[Field]) -> ChartSpec:
    names = tuple(m.name for m in measures)
    if "relation" in shape.intents and shape.rows >= 4:
        return scatter(shape) or as_table("records")
    if same_scale(measures):
        if len(measures) > 4 and shape.rows > 1:
            return ChartSpec("heatmap", label.name, names, reason="crossing")
        if len(measures) <= 4 and shape.rows <= 20:
            return ChartSpec("grouped_bar", label.name, names, reason="groups")
    counted = any(is_aggregate(m) for m in measures)
    if len(measures) == 2 and shape.rows >= MIN_SPREAD and not counted and "ranking" not in shape.intents:
        return scatter(shape) or as_table("records")
    if len(measures) <= 3 and shape.rows <= 20 and "listing" not in shape.intents:
        return ChartSpec("bar", label.name, names, reason="category")
    return as_table("records")


def _raw_values(shape: Shape, category: Field) -> ChartSpec:
    """The label repeats: values as they were recorded."""
    if len(shape.measures) > 1:
        return scatter(shape) or as_table("records")
    return box(shape, category) or as_table("records")
