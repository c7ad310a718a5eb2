"""The settings of a new adapter: a preset, every value with its effect, what it will take, and the click that starts.

It draws what `core.training.presets`, `presets_chat` and `core.training.forecast` say, for either kind of adapter; the
training is a job of the worker.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import statistics
from types import ModuleType
from typing import Any

import streamlit as st

from core.evaluation import learn
from core.models import adapters
from core.training import parcel, presets, presets_chat, queue, trackers
from core.training.bases import Base
from core.training.dataset import Dataset
from core.training.examples import ExampleSet
from core.training.forecast import Forecast, forecast, forecast_chat, full_training_bytes
from pages.parts import adapters_data, adapters_examples, errors, services
from pages.parts.language import number, say, size
from pages.parts.plain import plain

KINDS: dict[str, ModuleType] = {"retriever": presets, "chat": presets_chat}
_TOPICS = {"retriever": "adapters_page", "chat": "adapters_chat"}  # what a value does differs between them
_DEFAULT = "balanced"
_TEST_LEAST = {"retriever": 40, "chat": 20}
_TRAIN_LEAST = 4


def chosen_kind() -> str:
    return st.session_state.get("adapter-kind") or "retriever"


def chosen_preset(kind: str) -> str:
    return st.session_state.get(_key(kind, "preset")) or _DEFAULT


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
        st.session_state[_key(kind, "preset")] = presets_chat.PRACTICE if practice else _DEFAULT
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
    st.caption(say(f"{_TOPICS[kind]}.preset_{chosen_preset(kind)}_help"))
    config = _draw_values(kind)
    return config


def draw_start(kind: str, data: Dataset | ExampleSet, config: Any, base: Base | None) -> None:
    """What is known to hurt, what it will take, and the click."""
    _draw_hazards(kind, config, len(data.train), base)
    if kind == "chat":
        rate = _measured("chat", base.name, config.max_tokens)
        expected = forecast_chat(base.folder, data.train, len(data.dev), config, rate)
    else:
        rate = _measured("retriever", "", config.max_tokens)
        expected = forecast(data.train, len(data.dev), config, rate)
    _draw_forecast(kind, expected)
    _draw_start(kind, data, config, expected, base)


def take(kind: str, values: dict[str, Any]) -> None:
    """These values into the controls."""
    for name, value in values.items():
        st.session_state[_key(kind, name)] = value


def _take_preset(kind: str) -> None:
    config = KINDS[kind].PRESETS[chosen_preset(kind)].config
    take(kind, KINDS[kind].to_values(config) | {name: getattr(config, name) for name in KINDS[kind].SWITCHES})


def _draw_values(kind: str) -> Any:
    """Every hyperparameter; the configuration that they make."""
    module, topic = KINDS[kind], _TOPICS[kind]
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
    if name == "targets":
        return say(f"adapters_page.targets_{value}")
    return f"{value:.0e}".replace("e-0", "e-") if name == "learning_rate" else number(value)


def _draw_hazards(kind: str, config: Any, train: int, base: Base | None) -> None:
    for setting, hazard in KINDS[kind].find_hazards(config, train):
        if hazard == "rate_high" and base is not None and base.practice:
            continue  # a practice model has nothing to forget
        name = say(f"adapters_page.value_{setting}") if setting != "data" else say("adapters_page.step_data")
        st.warning(f"**{name}**: {say(f'{_TOPICS[kind]}.hazard_{hazard}')}", icon=":material/warning:")


def _measured(kind: str, base: str, max_tokens: int) -> float:
    """Pairs per second of the newest training of this kind with as long texts; 0 where there was none."""
    db, held = services.workspace().db, services.settings()
    for run in queue.kept_runs(db, held):
        card = queue.read_verdict(held, run.key)
        alike = card and card.kind == kind and card.hyperparameters.get("max_tokens") == max_tokens
        if alike and (not base or card.base == base):
            rates = [step["pairs_per_s"] for step in queue.read_steps(held, run.key)]
            return statistics.median(rates) if rates else 0.0
    return 0.0


def _draw_forecast(kind: str, expected: Forecast) -> None:
    with st.container(horizontal=True, key="forecast"):
        share = f"{number(100 * expected.share, 1)} %"
        st.metric(say("adapters_page.trainable"), number(expected.trainable), share, delta_color="off", width=190,
                  delta_arrow="off", help=say("adapters_page.trainable_help"))  # fmt: skip
        free = say("adapters_page.free", size=size(int(expected.free_bytes)))
        st.metric(say("adapters_page.memory"), size(int(expected.memory_bytes)), free, delta_color="off", width=190,
                  delta_arrow="off")  # fmt: skip
        source = say("adapters_page.time_measured" if expected.measured else "adapters_page.time_estimated")
        st.metric(say("adapters_page.time"), _minutes(expected.seconds), source, delta_color="off", width=220,
                  delta_arrow="off")  # fmt: skip
        st.metric(say("adapters_page.steps"), number(expected.steps), width=120)
    full = size(int(full_training_bytes(expected.weights)))
    st.caption(say("adapters_page.full_training", full=full, lora=size(int(full_training_bytes(expected.trainable)))))


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return f"{number(seconds, 0)} s"
    return f"{number(seconds / 60, 0)} min" if seconds < 5400 else f"{number(seconds / 3600, 1)} h"


def _draw_start(kind: str, data: Any, config: Any, expected: Forecast, base: Base | None) -> None:
    """The name and the click; why it cannot be started, where it cannot."""
    why = ""
    if len(data.train) < _TRAIN_LEAST or len(data.test) < _TEST_LEAST[kind]:
        why = say("adapters_page.too_few", n=number(len(data.test)), least=_TEST_LEAST[kind])
    elif not expected.fits:
        free, needed = size(int(expected.free_bytes)), size(int(expected.memory_bytes))
        why = say("adapters_page.no_memory", free=free, needed=needed)
    if why:
        st.error(plain(why), icon=":material/block:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(say("adapters_page.name"), value=free_name(), key="adapter-name", width=320)
        offered = trackers.installed()
        if len(offered) > 1:
            st.selectbox(
                say("adapters_page.track"),
                offered,
                format_func=lambda choice: say(f"adapters_page.track_{choice}"),
                help=say("adapters_page.track_help"),
                key="adapter-track",
                width=240,
            )
        st.button(
            say("adapters_page.start"),
            type="primary",
            icon=":material/model_training:",
            disabled=bool(why),
            on_click=_start,
            args=(kind, config, base.name if base else ""),
            key="start-training",
        )
        name = st.session_state["adapter-name"].strip()
        st.download_button(
            say("adapters_page.export_job"),
            lambda: _pack(kind, name, config, base),
            file_name=f"{name}-job.zip",
            mime="application/zip",
            icon=":material/download:",
            help=say("adapters_page.export_job_help"),
            on_click="ignore",
            disabled=not adapters.is_name(name),
            key="export-job",
        )


def _pack(kind: str, name: str, config: Any, base: Base | None) -> bytes:
    if kind == "chat":
        return parcel.pack_chat_job(name, adapters_examples.drawn(), config, base.name)
    return parcel.pack_job(name, adapters_data.drawn(), config)


def free_name(stem: str = "") -> str:
    """The day or the stem, with a number where that is taken."""
    held = services.settings()
    stem = stem or f"{dt.date.today():%Y-%m-%d}"
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 1000))
    return next(name for name in names if not queue.is_taken(held, name))


@errors.guarded
def _start(kind: str, config: Any, base: str) -> None:
    db, held = services.workspace().db, services.settings()
    name, track = st.session_state["adapter-name"].strip(), st.session_state.get("adapter-track", trackers.NONE)
    if kind == "chat":
        examples = adapters_examples.drawn()
        queue.queue_chat_training(db, held, name, examples, config, base, {"seed": 0}, track)
    else:
        sources = st.session_state.get("adapter-sources", ())
        used = [one.origin for one in learn.training_pairs(db)] if "corrections" in sources else []
        queue.queue_training(db, held, name, adapters_data.drawn(), config, {"seed": 0}, used, track)
    services.ensure_worker()
    st.session_state.pop("adapter-name", None)
    st.session_state["adapter-run"] = name


@errors.guarded
def start_with_corrections() -> None:
    """One click: all approved corrections beside pairs of the documents, by the default preset."""
    db, held = services.workspace().db, services.settings()
    preset = presets.PRESETS[_DEFAULT]
    given = learn.training_pairs(db)
    corrected = adapters_data.gather(db, ("corrections",))
    others = presets.draw_pairs(adapters_data.gather(db, ("documents",)), preset.pairs_most)
    used = [one.origin for one in given]
    name = free_name()
    queue.queue_training(db, held, name, [*corrected, *others], preset.config, {"seed": 0}, used)
    services.ensure_worker()
    st.session_state["adapter-run"] = name
