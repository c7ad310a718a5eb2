"""What a training tells step by step, as curves: losses, then rate, gradient, speed and memory; and runs compared."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.charts import curves
from core.charts.draw import CONFIG
from core.settings import Settings
from core.training import queue
from pages.parts import result
from pages.parts.language import lang, number, say

_OTHERS = ("learning_rate", "gradient_norm", "pairs_per_s", "memory_mb")
_COMPARED_MOST = 6


def draw(held: Settings, name: str) -> None:
    """Training and held-out loss by step, the last step in figures, the rest on request."""
    steps = queue.read_steps(held, name)
    if not steps:
        return
    checks = [step for step in steps if step["held_out"] is not None]
    lines = [curves.Curve(say("adapters_page.loss_train"), [s["step"] for s in steps], [s["loss"] for s in steps])]
    if checks:
        held_out = [step["held_out"] for step in checks]
        lines.append(curves.Curve(say("adapters_page.loss_held_out"), [s["step"] for s in checks], held_out))
    _plot(lines, say("adapters_page.loss"), f"curves-{name}")
    last, kind = steps[-1], queue.read_kind(held, name)
    st.caption(
        say(
            f"adapters_page.last_step_{kind}",
            step=number(last["step"]),
            steps=number(last["steps"]),
            rate=f"{last['learning_rate']:.0e}".replace("e-0", "e-"),
            norm=number(last["gradient_norm"], 2),
            speed=number(last["pairs_per_s"], 1),
        )
    )
    with st.popover(say("adapters_page.more_curves"), icon=":material/show_chart:", width="content"):
        _draw_others(name, steps)


def _draw_others(name: str, steps: list[dict[str, Any]]) -> None:
    for column in _OTHERS:
        told = [step for step in steps if step.get(column)]
        if told:
            title = say(f"adapters_page.curve_{column}")
            line = curves.Curve(title, [step["step"] for step in told], [step[column] for step in told])
            _plot([line], title, f"curve-{column}-{name}")


def compare(held: Settings, names: list[str]) -> None:
    """The held-out losses of the runs that are chosen, by step. Losses of other data or batches are other losses."""
    if len(names) < 2:
        return
    with st.expander(say("adapters_page.compare_runs"), icon=":material/stacked_line_chart:", key="compare-runs"):
        st.caption(say("adapters_page.compare_runs_help"))
        chosen = st.multiselect(
            say("adapters_page.runs"),
            names,
            default=names[:2],
            max_selections=_COMPARED_MOST,
            key="compared-runs",
        )
        lines = []
        for name in chosen:
            checks = [step for step in queue.read_steps(held, name) if step["held_out"] is not None]
            if checks:
                y = [step["held_out"] for step in checks]
                lines.append(curves.Curve(name, [step["step"] for step in checks], y))
        if lines:
            _plot(lines, say("adapters_page.loss_held_out"), "compared-curves")


def _plot(lines: list[curves.Curve], title: str, key: str) -> None:
    figure = curves.draw_lines(
        lines, lang=lang(), theme=result.theme(), x_title=say("adapters_page.step"), y_title=title
    )
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=title)
