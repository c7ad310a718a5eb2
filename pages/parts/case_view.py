"""One case of a run: what is expected, what was answered with its evidence, its scores, everything as a file to keep.

It scores nothing: scores come with the run.
"""

from __future__ import annotations

import streamlit as st

from core.evaluation.cases import EvalCase
from core.state.case_sets import Run, RunCase
from pages.parts import how, results
from pages.parts.language import duration, number, say
from pages.parts.plain import answer_text, one_line, plain

_QUOTES = 3


def draw_expected(case: EvalCase) -> None:
    """The question, and what is right for it."""
    st.markdown(f"**{one_line(case.question, 400)}**")
    places = " · ".join(one_line(name, 60) for name in case.files) + (f" · {case.page}" if case.page else "")
    wanted = one_line(" | ".join(case.answers)) or (say("evaluation_page.declined") if not case.answerable else "")
    told = " · ".join(filter(None, (wanted, places)))
    st.caption(f"{say('evaluation_page.expected')}: {told or '–'}")
    if case.gold_sql:
        st.code(case.gold_sql, language="sql", wrap_lines=True)


def draw(one: RunCase, run: Run) -> None:
    """The answer as it was given in this run, its quotes or rows, its scores."""
    answer, key = one.answer, f"{run.id}-{one.case_id}"
    with st.container(border=True, key=f"case-{key}"):
        icon = "check_circle" if one.scores.get("right") == 1.0 else "cancel"
        word = say(f"evaluation_page.{'is_right' if icon == 'check_circle' else 'is_wrong'}")
        st.caption(f":material/{icon}: {word} · {one_line(run.variant['name'], 60)} · {duration(one.ms)}")
        if answer.text:
            st.markdown(answer_text(answer.text, {citation.n for citation in answer.citations}))
        if answer.message:
            st.caption(f":material/info: {plain(answer.message)}")
        for citation in answer.citations[:_QUOTES]:
            quote = " ".join(citation.quote.split())
            st.caption(f"{citation.n} · {one_line(citation.file, 60)} · {citation.page}: {one_line(quote, 200)}")
        if answer.data is not None and answer.data.result is not None:
            results.draw_inline(answer.data, f"case-{key}")
        if answer.data is not None and answer.data.sql is not None:
            st.code(answer.data.sql.text, language="sql", wrap_lines=True)
        shown = (
            (say(f"evaluation_page.metric_{name}"), value) for name, value in one.scores.items() if name != "right"
        )
        st.caption(" · ".join(f"{name} {number(value, 2)}" for name, value in shown))
        how.draw_downloads(answer, f"case-{key}", run.created_at, run.variant.get("changes"))
