"""Two runs of a set: the verdict, what each metric gained with its interval, what broke and what was fixed, and the two
answers to any case beside each other. It asks nothing: runs are there before.
"""

from __future__ import annotations

import streamlit as st

from core.charts import curves
from core.charts.draw import CONFIG
from core.evaluation.cases import EvalCase, to_case
from core.evaluation.compare import Comparison, verdict
from core.evaluation.runs import compare_runs
from core.state import case_sets
from core.state.case_sets import Run, RunCase
from core.state.database import Database
from pages.parts import case_view, result
from pages.parts.language import lang, number, percent, say, say_count
from pages.parts.plain import plain

_HEADLINE = "right"
_KINDS = ("broke", "fixed_cases", "both_wrong", "both_right")


def draw(db: Database, set_id: int, found: list[Run]) -> None:
    st.subheader(say("evaluation_page.compare"), anchor=False)
    names = {run.id: f"{run.variant['name']} (#{run.id})" for run in found}
    ids = list(names)
    with st.container(horizontal=True):
        a = st.selectbox("A", ids, index=1, format_func=names.get, key="run-a", width=320)
        b = st.selectbox("B", ids, index=0, format_func=names.get, key="run-b", width=320)
    measures = _measures(db, a, b)
    if _HEADLINE in measures:
        st.markdown(f"**{plain(verdict(measures[_HEADLINE], lang()))}**")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _draw_picture(measures, f"{a}-{b}")
    with right:
        _draw_table(measures)
    runs = {run.id: run for run in found}
    _draw_difference(db, set_id, runs[a], runs[b])


def _measures(db: Database, a: int, b: int) -> dict[str, Comparison]:
    """B against A in every metric that both have, the headline first; kept while both runs stay as they are."""
    both = [case_sets.scores_of(db, run) for run in (a, b)]
    sizes = tuple(len(scores) for scores in both)
    key = (a, b, sizes)
    if st.session_state.get("run-measures", (None,))[0] != key:
        names = dict.fromkeys(name for scores in both for one in scores.values() for name in one)
        order = sorted(names, key=lambda name: name != _HEADLINE)
        compared = {name: compare_runs(db, a, b, name) for name in order}
        st.session_state["run-measures"] = (key, {name: one for name, one in compared.items() if one.cases})
    return st.session_state["run-measures"][1]


def _draw_picture(measures: dict[str, Comparison], key: str) -> None:
    """What each metric gained, with the interval of the difference; those that cannot move are left to the table."""
    rows = [
        curves.Estimate(say(f"evaluation_page.metric_{name}"), one.difference, one.low, one.high)
        for name, one in measures.items()
        if name == _HEADLINE or one.better or one.worse
    ]
    if not rows:
        return
    title = say("evaluation_page.gains")
    figure = curves.draw_estimates(rows, lang=lang(), theme=result.theme(), title=title, unit="fraction", reference=0.0)
    st.plotly_chart(figure, theme=None, config=CONFIG, key=f"forest-{key}", alt=title)


def _draw_table(measures: dict[str, Comparison]) -> None:
    header = (say("evaluation_page.metric"), "A", "B", say("evaluation_page.column_cases"))
    lines = ["| " + " | ".join(header) + " |", "|---|---:|---:|---:|"]
    for name, one in measures.items():
        cells = (percent(one.mean_a), percent(one.mean_b), number(one.cases))
        lines.append(f"| {say(f'evaluation_page.metric_{name}')} | {' | '.join(cells)} |")
    st.markdown("\n".join(lines))


# ---------------------------------------------------------------- case by case


def _draw_difference(db: Database, set_id: int, a: Run, b: Run) -> None:
    """The cases by what became of them; a click shows both answers."""
    cases = {held.id: to_case(held.data, held.id) for held in case_sets.list_cases(db, set_id)}
    kinds = sort_cases(case_sets.scores_of(db, a.id), case_sets.scores_of(db, b.id))
    kinds = {kind: [number_ for number_ in ids if number_ in cases] for kind, ids in kinds.items()}
    offered = [kind for kind in _KINDS if kinds[kind]]
    if not offered:
        return
    chosen = st.segmented_control(
        say("evaluation_page.difference"),
        offered,
        format_func=lambda kind: say_count(f"evaluation_page.{kind}", len(kinds[kind])),
        default=offered[0],
        required=True,
        key=f"difference-{a.id}-{b.id}",
    )
    ids = kinds[chosen]
    table = st.dataframe(
        {
            say("monitoring.question"): [cases[number_].question for number_ in ids],
            say("monitoring.lang"): [cases[number_].lang for number_ in ids],
            say("evaluation_page.kind"): [say(f"evaluation_page.kind_{cases[number_].kind}") for number_ in ids],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"changed-{a.id}-{b.id}-{chosen}",
    )
    rows = [row for row in table.selection.rows if row < len(ids)]
    if rows:
        _draw_pair(db, cases[ids[rows[0]]], ids[rows[0]], a, b)
    else:
        st.caption(say("evaluation_page.choose_case"))


def sort_cases(a: dict[int, dict[str, float]], b: dict[int, dict[str, float]]) -> dict[str, list[int]]:
    """The cases of both runs by what became of them: broke, fixed_cases, both_wrong, both_right."""
    found: dict[str, list[int]] = {kind: [] for kind in _KINDS}
    for case in sorted(set(a) & set(b)):
        before, after = (scores[case].get(_HEADLINE) == 1.0 for scores in (a, b))
        kind = "both_right" if before and after else "broke" if before else "fixed_cases" if after else "both_wrong"
        found[kind].append(case)
    return found


def _draw_pair(db: Database, case: EvalCase, case_id: int, a: Run, b: Run) -> None:
    case_view.draw_expected(case)
    for place, side, run in zip(st.columns(2, gap="medium"), "AB", (a, b), strict=True):
        one: RunCase | None = case_sets.result_of(db, run.id, case_id)
        with place:
            st.markdown(f"**{side}**")
            if one is not None:
                case_view.draw(one, run)
