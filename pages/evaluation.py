"""Evaluation: case sets, runs of variants with their intervals, two runs side by side, corrections to review."""

from pages.parts import frame

frame.enter("evaluation")

import streamlit as st  # noqa: E402

from core.evaluation import learn  # noqa: E402
from core.state import case_sets, feedback  # noqa: E402
from pages.parts import arrivals, cases, experiments, house_words, review, runs, services, welcome  # noqa: E402
from pages.parts.language import number, percent, say, say_count  # noqa: E402


def draw_loop(db) -> None:
    """How far corrections have come: made, taken in, answered right by now."""
    state = learn.loop_state(db)
    if not state.corrections:
        return
    with st.container(horizontal=True, key="loop"):
        st.metric(say("evaluation_page.corrections"), number(state.corrections), width=170)
        st.metric(say("evaluation_page.approved"), number(state.approved), width=170)
        share = percent(state.fixed / state.cases, 0) if state.cases else "–"
        st.metric(say("evaluation_page.fixed"), share, help=say("evaluation_page.fixed_help"), width=170)


def main() -> None:
    st.title(say("evaluation_page.title"), anchor=False)
    db = services.workspace().db
    waiting = feedback.corrections(db)
    tabs = [say(f"evaluation_page.tab_{name}") for name in ("runs", "cases", "review", "live")]
    if waiting:
        tabs[2] += f" ({len(waiting)})"
    runs_tab, cases_tab, review_tab, live_tab = st.tabs(tabs)
    held = case_sets.list_sets(db)
    with runs_tab:
        draw_loop(db)
        if held:
            runs.draw(db, held)
        else:
            st.markdown(say("evaluation_page.empty"))
            cases.draw_starters(db, "runs")
            if not services.workspace().library.documents() and not arrivals.is_working():
                welcome.draw_sample_offer("evaluation_page.sample_note")
            arrivals.draw_progress()
    with cases_tab:
        cases.draw(db, held)
    with review_tab:
        st.caption(say_count("evaluation_page.waiting", len(waiting)))
        review.draw(db, waiting)
        house_words.draw(db)
    with live_tab:
        experiments.draw(db)


main()
