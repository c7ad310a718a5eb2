"""Adapters: what the embedder learns of the user's own material. Data, base, settings, run, gate, use."""

from pages.parts import frame

frame.enter("adapters")

import streamlit as st  # noqa: E402

from core.evaluation import learn  # noqa: E402
from core.models import adapters  # noqa: E402
from core.records import AdapterCard, JobStatus  # noqa: E402
from core.state import jobs  # noqa: E402
from core.training import queue  # noqa: E402
from pages.parts import (  # noqa: E402
    adapters_data,
    adapters_gate,
    adapters_run,
    adapters_settings,
    adapters_shelf,
    services,
)
from pages.parts.language import number, say, say_count  # noqa: E402
from pages.parts.plain import one_line  # noqa: E402

CORRECTIONS_LEAST = 20


def draw_steps(run: JobStatus | None, card: AdapterCard | None) -> None:
    """The way of an adapter, and where each step stands."""
    held = services.settings()
    data = adapters_data.prepared()
    pairs = len(data.train) + len(data.dev) + len(data.test) if data else 0
    in_use = held.get("retriever_adapter")
    verdict = "none" if card is None else "passed" if card.passed else "failed"
    steps = (
        ("data", say_count("adapters_page.pairs", pairs) if pairs else "–"),
        ("base", "all-MiniLM-L6-v2"),
        ("settings", say(f"adapters_page.preset_{adapters_settings.chosen_preset()}")),
        ("run", say(f"adapters_page.state_{run.state}") if run else "–"),
        ("gate", say(f"adapters_page.verdict_{verdict}")),
        ("use", say("adapters_page.base_in_use") if adapters_shelf.is_bare(held) else one_line(in_use, 24)),
    )
    with st.container(horizontal=True, key="adapter-steps"):
        for n, (name, value) in enumerate(steps, 1):
            with st.container(width=148, gap=None, key=f"adapter-step-{name}"):
                st.caption(f"{n} · {say(f'adapters_page.step_{name}')}")
                st.markdown(f"**{value}**")


def draw_offer(db) -> None:
    """Corrections that no adapter has learned from yet, once there are enough to matter."""
    new = learn.untaught(db)
    if len(new) < CORRECTIONS_LEAST or jobs.count_open(db, queue.TRAIN):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="corrections-offer"):
        st.markdown(say_count("adapters_page.new_corrections", len(new)))
        label = say("adapters_page.train_corrections", n=number(len(new)))
        st.button(
            label,
            type="primary",
            icon=":material/model_training:",
            on_click=adapters_settings.start_with_corrections,
            key="train-corrections",
        )


def draw_new(db, expanded: bool) -> None:
    """Data and settings of a new adapter; nothing is prepared while this is closed."""
    new = st.expander(
        say("adapters_page.new"), icon=":material/add:", expanded=expanded, key="new-adapter", on_change="rerun"
    )
    if not new.open:
        return
    with new:
        st.subheader(say("adapters_page.step_data"), anchor=False)
        data = adapters_data.draw(db, adapters_settings.pairs_most())
        if data is None:
            return
        st.subheader(say("adapters_page.step_base"), anchor=False)
        adapters_settings.draw_base()
        st.subheader(say("adapters_page.step_settings"), anchor=False)
        adapters_settings.draw(db, data)


def main() -> None:
    st.title(say("adapters_page.title"), anchor=False)
    db, held = services.workspace().db, services.settings()
    runs = queue.kept_runs(db, held)
    shelf = adapters.list_adapters(held)
    if not runs and not shelf:
        st.markdown(say("adapters_page.empty"))
    chosen = adapters_run.choose(runs)
    card = queue.read_verdict(held, chosen.key) if chosen else None
    place = st.container()
    draw_offer(db)
    draw_new(db, expanded=not runs)
    with place:
        draw_steps(chosen, card)
    if chosen is not None:
        adapters_run.draw(db, held, chosen)
        if card is not None:
            adapters_gate.draw(card)
    adapters_shelf.draw(held, shelf)


main()
