"""Adapters: what the search model or a language model learns of the user's own material, from its data to its use."""

from pages.parts import frame

frame.enter("adapters")

import streamlit as st  # noqa: E402

from core.evaluation import learn  # noqa: E402
from core.models import adapters  # noqa: E402
from core.records import AdapterCard, JobStatus  # noqa: E402
from core.state import jobs  # noqa: E402
from core.training import queue  # noqa: E402
from pages.parts import (  # noqa: E402
    adapters_base,
    adapters_begin,
    adapters_compare,
    adapters_data,
    adapters_gate,
    adapters_new,
    adapters_retrieval,
    adapters_run,
    adapters_settings,
    adapters_shelf,
    adapters_sources,
    services,
)
from pages.parts.language import number, say, say_count  # noqa: E402
from pages.parts.plain import one_line  # noqa: E402

CORRECTIONS_LEAST = 20


def draw_steps(run: JobStatus | None, card: AdapterCard | None) -> None:
    """The way of an adapter, and where each step stands."""
    held, kind = services.settings(), adapters_settings.chosen_kind()
    data = adapters_sources.prepared(adapters_data.MATERIALS[kind])
    pairs = len(data.train) + len(data.dev) + len(data.test) if data else 0
    unit = "adapters_page.pairs" if kind == "retriever" else "adapters_chat.examples"
    in_use = adapters_shelf.names_in_use(held)
    verdict = "none" if card is None else "passed" if card.passed else "failed"
    steps = (
        ("data", say_count(unit, pairs) if pairs else "–"),
        ("base", "all-MiniLM-L6-v2" if kind == "retriever" else adapters_base.chosen_name()),
        ("settings", say(f"adapters_page.preset_{adapters_settings.chosen_preset(kind)}")),
        ("run", say(f"adapters_page.state_{run.state}") if run else "–"),
        ("gate", say(f"adapters_page.verdict_{verdict}")),
        ("use", one_line(", ".join(in_use), 24) if in_use else say("adapters_page.base_in_use")),
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
            on_click=adapters_begin.start_with_corrections,
            key="train-corrections",
        )


def main() -> None:
    st.title(say("adapters_page.title"), anchor=False)
    db, held = services.workspace().db, services.settings()
    runs = queue.kept_runs(db, held)
    shelf = adapters.list_adapters(held)
    if not runs and not [name for name, _ in shelf if name != "builtin"]:
        st.markdown(say("adapters_page.empty"))
    chosen = adapters_run.choose(runs)
    card = queue.read_verdict(held, chosen.key) if chosen else None
    place = st.container()
    draw_offer(db)
    adapters_new.draw(db, expanded=not runs)
    with place:
        draw_steps(chosen, card)
    if chosen is not None:
        adapters_run.draw(db, held, chosen)
        if card is not None:
            adapters_gate.draw(card)
    adapters_shelf.draw(held, shelf)
    adapters_compare.draw(held, shelf)
    adapters_retrieval.draw(db, held)


main()
