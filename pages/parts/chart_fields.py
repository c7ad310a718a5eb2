"""What a chart is made of, changed by its user: its columns along the axis, measured, and told apart by colour.

Only what these rows can be drawn by is offered (`core/sql/charts/fields.py`). It draws no chart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.charts.titles import humanise
from core.records import ChartSpec, SqlAnswer
from pages.parts.language import lang, say

if TYPE_CHECKING:
    from core.sql.charts.fields import FieldChoices

_NONE = ""


@dataclass
class Worked:
    """What was worked out for one result, so that a click need not work it out again; `kept` are its user's changes."""

    specs: dict[str, ChartSpec]
    kept: dict[str, ChartSpec] = field(default_factory=dict)
    choices: dict[ChartSpec, FieldChoices] = field(default_factory=dict)


def _worked(answer: SqlAnswer, key: str) -> Worked:
    """Of the session; `key` names the answer in it."""
    from core.sql.charts.choose import possible_charts

    name = f"charts-{key}"
    if name not in st.session_state:
        chosen = answer.chart or ChartSpec("table")
        others = [
            spec for spec in possible_charts(answer.result, answer.lang) if spec.kind not in (chosen.kind, "table")
        ]
        st.session_state[name] = Worked({spec.kind: spec for spec in (chosen, *others)})
    return st.session_state[name]


def specs(answer: SqlAnswer, key: str) -> dict[str, ChartSpec]:
    """The chosen chart first, then every other kind that these rows can be drawn as; a table only where it was chosen,
    for the rows have a tab of their own."""
    return _worked(answer, key).specs


def draw(spec: ChartSpec, answer: SqlAnswer, key: str) -> ChartSpec:
    """The chart with the columns chosen in its menu, if any were; no menu where there is nothing to choose."""
    from core.sql.charts.fields import field_choices

    worked = _worked(answer, key)
    spec = worked.kept.get(spec.kind, spec)
    if spec not in worked.choices:
        worked.choices[spec] = field_choices(spec, answer.result)
    choices = worked.choices[spec]
    if max(len(choices.x), len(choices.y), len(choices.color)) < 2:
        return spec
    with st.popover(say("data_page.fields"), icon=":material/tune:", type="tertiary", key=f"fields-menu-{key}"):
        _select("x", choices.x, spec.x, spec, answer, key)
        if choices.several:
            _select_several(choices.y, spec, answer, key)
        elif spec.kind != "histogram":
            _select("y", choices.y, next(iter(spec.y), None), spec, answer, key)
        if any(choices.color):
            _select("color", choices.color, spec.color, spec, answer, key)
    return spec


def _select(part: str, options: tuple, value: Any, spec: ChartSpec, answer: SqlAnswer, key: str) -> None:
    if len(options) < 2:
        return
    widget = f"field-{part}-{spec.kind}-{key}"
    st.session_state[widget] = value or _NONE
    st.selectbox(
        say(f"data_page.field_{part}"),
        [option or _NONE for option in options],
        format_func=lambda name: humanise(name, lang()) if name else say("data_page.no_color"),
        key=widget,
        on_change=_change,
        args=(part, widget, spec, answer, key),
    )


def _select_several(options: tuple[str, ...], spec: ChartSpec, answer: SqlAnswer, key: str) -> None:
    from core.sql.charts.fields import MAX_MEASURES

    if len(options) < 2:
        return
    widget = f"field-y-{spec.kind}-{key}"
    st.session_state[widget] = list(spec.y)
    st.multiselect(
        say("data_page.field_y"),
        options,
        format_func=lambda name: humanise(name, lang()),
        max_selections=MAX_MEASURES,
        placeholder=say("data_page.field_y"),
        key=widget,
        on_change=_change,
        args=("y", widget, spec, answer, key),
    )


def _change(part: str, widget: str, spec: ChartSpec, answer: SqlAnswer, key: str) -> None:
    from core.sql.charts.fields import change_fields

    value = st.session_state[widget]
    if part == "y":
        changes: dict[str, Any] = {"y": tuple(value) if isinstance(value, list) else (value,)}
    else:
        changes = {part: value or None}
    _worked(answer, key).kept[spec.kind] = change_fields(spec, answer.result, answer.lang, **changes)
