"""The settings in which a variant differs: chosen, filled in, read back. Used by runs and by live comparisons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from core import prompts
from core import settings as settings_table
from pages.parts import services
from pages.parts.language import say

_VARIED = (
    "engine",
    "passages_per_answer",
    "chat_model",
    "chat_adapter",
    "retriever_adapter",
    "embedder",
    "passage_tokens",
    *prompts.SETTINGS,
)
_SHOWN = 40  # characters of a value in a variant's name


def draw(prefix: str, without: Collection[str] = ()) -> list[str]:
    """Controls for the settings that a user picks; returns their names."""
    held = services.settings()
    known = {setting.name for setting in settings_table.TABLE} - set(without)
    changed = st.multiselect(
        say("evaluation_page.change"),
        [name for name in _VARIED if name in known],
        format_func=lambda name: say(f"settings.{name}"),
        key=f"{prefix}-changes",
        placeholder=say("evaluation_page.as_is"),
    )
    for name in changed:
        setting = settings_table.known_setting(name)
        label, key = say(f"settings.{name}"), f"{prefix}-{name}"
        if isinstance(setting.default, str) and setting.allowed:
            options = list(setting.allowed)
            st.selectbox(label, options, index=options.index(held.get(name)), key=key)
        elif name in prompts.SETTINGS:
            st.text_area(label, held.get(name) or prompts.default_text(name), height=200, key=key)
        elif isinstance(setting.default, int):
            low, high = setting.allowed
            st.number_input(label, low, high, held.get(name), key=key)
        else:
            st.text_input(label, held.get(name), key=key)
    return changed


def values(prefix: str, changed: Collection[str]) -> dict[str, Any]:
    """What was filled in, checked."""
    return {name: settings_table.check_value(name, st.session_state[f"{prefix}-{name}"]) for name in changed}


def words(changed: Mapping[str, Any]) -> str:
    """The changes in a line, long texts cut."""
    shown = {name: " ".join(str(value).split()) for name, value in changed.items()}
    cut = {name: f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text for name, text in shown.items()}
    return ", ".join(f"{say(f'settings.{name}')}: {text}" for name, text in cut.items())
