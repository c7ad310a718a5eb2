"""A new adapter: what it is for, its data, its base and its settings, in the order in which they are chosen."""

from __future__ import annotations

import streamlit as st
from sqlalchemy import Engine

from pages.parts import (
    adapters_base,
    adapters_begin,
    adapters_data,
    adapters_search,
    adapters_settings,
    adapters_sources,
)
from pages.parts.language import say


def draw(db: Engine, expanded: bool) -> None:
    """Data and settings of a new adapter; nothing is prepared while this is closed."""
    new = st.expander(
        say("adapters_page.new"), icon=":material/add:", expanded=expanded, key="new-adapter", on_change="rerun"
    )
    if not new.open:
        return
    with new:
        kind = st.segmented_control(
            say("adapters_page.kind"),
            list(adapters_settings.KINDS),
            format_func=lambda name: say(f"adapters_page.kind_{name}"),
            default="retriever",
            required=True,
            key="adapter-kind",
        )
        st.caption(say(f"adapters_page.kind_{kind}_help"))
        st.subheader(say("adapters_page.step_data"), anchor=False)
        material = adapters_data.MATERIALS[kind]
        data = adapters_sources.draw(material, db, adapters_settings.pairs_most(kind))
        if data is None:
            return
        st.subheader(say("adapters_page.step_base"), anchor=False)
        base = adapters_base.draw_model(db) if kind == "chat" else adapters_base.draw_encoder()
        if kind == "chat" and base is None:
            return
        start = adapters_base.choose_earlier(kind, base)
        st.subheader(say("adapters_page.step_settings"), anchor=False)
        config = adapters_base.keep_shape(adapters_settings.draw(kind, base), start)
        adapters_search.draw(db, kind, adapters_sources.drawn(material), config, base.name if base else "")
        adapters_begin.draw(adapters_begin.New(kind, data, config, base, start))
