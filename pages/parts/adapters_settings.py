"""The settings of a new adapter: a preset, and every value with its effect, for either kind of adapter.

What they will take, and the click that starts, is `adapters_begin`'s.
"""

from __future__ import annotations

import dataclasses
import functools
from types import ModuleType
from typing import Any

import streamlit as st

from core.training import presets, presets_chat
from core.training.bases import Base
from pages.parts.language import number, say

KINDS: dict[str, ModuleType] = {"retriever": presets, "chat": presets_chat}
TOPICS = {"retriever": "adapters_page", "chat": "adapters_chat"}  # what a value does differs between them
DEFAULT = "balanced"


def chosen_kind() -> str:
    return st.session_state.get("adapter-kind") or "retriever"


def chosen_preset(kind: str) -> str:
    return st.session_state.get(_key(kind, "preset")) or DEFAULT


def pairs_most(kind: str) -> int:
    """How many pairs or examples the chosen preset learns from."""
    return KINDS[kind].PRESETS[chosen_preset(kind)].pairs_most


def _key(kind: str, name: str) -> str:
    """A control's key; those of the two kinds live side by side."""
    if name == "preset":
        return "adapter-preset" if kind == "retriever" else "chat-preset"
    return f"hyper-{name}" if kind == "retriever" else f"chat-hyper-{name}"


def draw(kind: str, base: Base | None) -> Any:
    """The presets and every value; the configuration as it is chosen."""
    practice = base is not None and base.practice
    names = [name for name in KINDS[kind].PRESETS if practice or name != presets_chat.PRACTICE]
    if st.session_state.get(_key(kind, "preset")) not in names:
        st.session_state[_key(kind, "preset")] = presets_chat.PRACTICE if practice else DEFAULT
        _take_preset(kind)
    st.segmented_control(
        say("adapters_page.preset"),
        names,
        format_func=lambda name: say(f"adapters_page.preset_{name}"),
        required=True,
        key=_key(kind, "preset"),
        on_change=_take_preset,
        args=(kind,),
        label_visibility="collapsed",
    )
    st.caption(say(f"{TOPICS[kind]}.preset_{chosen_preset(kind)}_help"))
    config = _draw_values(kind)
    return config


def take(kind: str, values: dict[str, Any]) -> None:
    """These values into the controls."""
    for name, value in values.items():
        st.session_state[_key(kind, name)] = value


def _take_preset(kind: str) -> None:
    config = KINDS[kind].PRESETS[chosen_preset(kind)].config
    take(kind, KINDS[kind].to_values(config) | {name: getattr(config, name) for name in KINDS[kind].SWITCHES})


def _draw_values(kind: str) -> Any:
    """Every hyperparameter; the configuration that they make."""
    module, topic = KINDS[kind], TOPICS[kind]
    with st.expander(say("adapters_page.all_values"), icon=":material/tune:", key=f"all-values-{kind}"):
        columns = st.columns(2, gap="large")
        for n, (name, choices) in enumerate(module.CHOICES.items()):
            with columns[n % 2]:
                st.select_slider(
                    say(f"adapters_page.value_{name}"),
                    choices,
                    format_func=functools.partial(show_value, name),
                    key=_key(kind, name),
                )
                st.caption(say(f"{topic}.value_{name}_help"))
        for n, name in enumerate(module.SWITCHES):
            with columns[n % 2]:
                st.toggle(say(f"adapters_page.value_{name}"), key=_key(kind, name))
                st.caption(say(f"{topic}.value_{name}_help"))
    values = {name: st.session_state[_key(kind, name)] for name in module.CHOICES}
    switches = {name: st.session_state[_key(kind, name)] for name in module.SWITCHES}
    return dataclasses.replace(module.to_config(values), **switches)


def show_value(name: str, value: Any) -> str:
    """A hyperparameter's value as it is written on the page."""
    if name in ("targets", "schedule"):
        return say(f"adapters_page.{name}_{value}")
    return f"{value:.0e}".replace("e-0", "e-") if name == "learning_rate" else number(value)
