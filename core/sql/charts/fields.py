"""Which columns a chart of a given kind can be made of, so that a user may change them: along the axis, what is
measured, what is told apart by colour.

A combination is offered only where it draws every row once. It chooses no chart by itself: `choose.py` does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.charts.fields import Field
from core.charts.titles import title_of
from core.records import ChartSpec, QueryResult
from core.sql.charts.shape import Shape, is_unique, read_shape

MAX_LABELS = 300
MAX_COLORS = 20
MAX_MEASURES = 4
_CROSSED = ("line", "grouped_bar", "stacked_bar", "heatmap")
_PLAIN = ("bar", "line", "grouped_bar")
Axes = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class FieldChoices:
    """The columns that may take each part of a chart; `color` holds None where it may go without. `several`: more
    than one measure may be shown at once. All are empty for a table and for figures."""

    x: tuple[str, ...] = ()
    y: tuple[str, ...] = ()
    color: tuple[str | None, ...] = ()
    several: bool = False


def field_choices(spec: ChartSpec, result: QueryResult) -> FieldChoices:
    """What each part of this chart may be, the others staying as they are as far as they can."""
    shape = read_shape(result, "")
    axes = list(_axes(spec.kind, shape))
    if not axes:
        return FieldChoices()
    xs = tuple(dict.fromkeys(x for x, _ in axes))
    colors = tuple(color for x, color in axes if x == spec.x)
    return FieldChoices(xs, _measures(spec.kind, spec.x, shape), colors, spec.color is None and spec.kind in _PLAIN)


def change_fields(
    spec: ChartSpec,
    result: QueryResult,
    lang: str,
    *,
    x: str | None = None,
    y: tuple[str, ...] = (),
    color: str | None = "",
) -> ChartSpec:
    """The chart with one of its parts changed ('' leaves the colour as it is); the others follow where they must. The
    chart as it was where nothing can be drawn so."""
    shape = read_shape(result, "")
    wanted = (x or spec.x, spec.color if color == "" else color)
    fitting = [axes for axes in _axes(spec.kind, shape) if axes[0] == wanted[0]]
    if not fitting:
        return spec
    axes = wanted if wanted in fitting else (wanted[0], spec.x) if (wanted[0], spec.x) in fitting else fitting[0]
    allowed = _measures(spec.kind, axes[0], shape)
    most = MAX_MEASURES if axes[1] is None and spec.kind in _PLAIN else 1
    kept = tuple(name for name in (y or spec.y) if name in allowed)[:most] or allowed[:1]
    if spec.kind != "histogram" and not kept:
        return spec
    changed = replace(spec, x=axes[0], y=kept if spec.kind != "histogram" else (), color=axes[1], reason="")
    return replace(changed, title=title_of(changed.kind, changed.x, changed.y, changed.color, lang))


def _measures(kind: str, x: str | None, shape: Shape) -> tuple[str, ...]:
    """What may be measured; only what may be summed is stacked."""
    if kind in ("histogram", "number", "table"):
        return ()
    return tuple(f.name for f in shape.measures if f.name != x and (kind != "stacked_bar" or f.additive))


def _axes(kind: str, shape: Shape) -> Iterator[Axes]:
    """Every (x, colour) that a chart of this kind can have over these rows."""
    if kind == "histogram":
        yield from ((field.name, None) for field in shape.measures)
    elif kind == "scatter" and len(shape.measures) > 1:
        colors = [None, *(field.name for field in shape.categories if 2 <= field.distinct <= 8)]
        yield from itertools.product([field.name for field in shape.measures], colors)
    elif kind == "box":
        repeated = [field for field in shape.categories + shape.times if field.distinct <= 20]
        yield from ((field.name, None) for field in repeated if not is_unique(shape, field))
    names = _naming(shape)
    if kind in _PLAIN:
        yield from ((field.name, None) for field in names if is_unique(shape, field))
    if kind in _CROSSED:
        for x, color in itertools.permutations(names, 2):
            few = color.distinct <= (MAX_COLORS if kind != "heatmap" else 40)
            room = (x.distinct + 1) * (color.distinct + 1) >= shape.rows  # else some pair repeats: no need to look
            if few and room and color.role != "text" and is_unique(shape, x, color):
                yield x.name, color.name


def _naming(shape: Shape) -> list[Field]:
    """The columns that can stand along an axis; a whole number that is different in each row is one of them."""
    fields = [f for f in shape.having("time", "category", "id", "text") if 0 < f.distinct <= MAX_LABELS]
    if len(shape.measures) > 1:
        fields += [f for f in shape.measures if f.integer and f.distinct <= MAX_LABELS and is_unique(shape, f)]
    return fields
