"""The settings of a new adapter: a preset, every value with its effect, what it will take, and the click that starts.

It draws what `core.training.presets` and `core.training.forecast` say; the training is a job of the worker.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import statistics

import streamlit as st

from core.evaluation import learn
from core.models import adapters
from core.state.database import Database
from core.training import parcel, queue
from core.training.dataset import Dataset
from core.training.forecast import Forecast, forecast
from core.training.presets import CHOICES, PRESETS, draw_pairs, find_hazards, to_config, to_values
from core.training.retriever import RetrieverConfig
from pages.parts import adapters_data, errors, services
from pages.parts.language import number, say, size
from pages.parts.plain import plain

_DEFAULT = "balanced"
_TEST_LEAST = 40
_TRAIN_LEAST = 4


def chosen_preset() -> str:
    return st.session_state.get("adapter-preset") or _DEFAULT


def pairs_most() -> int:
    """How many pairs the chosen preset learns from."""
    return PRESETS[chosen_preset()].pairs_most


def draw_base() -> None:
    """The base is the packaged encoder; said where another embedder is in force."""
    st.markdown(say("adapters_page.base_is"))
    if services.settings().get("embedder") != "builtin":
        st.warning(say("adapters_page.other_embedder"), icon=":material/info:")


def draw(db: Database, data: Dataset) -> None:
    st.segmented_control(
        say("adapters_page.preset"),
        list(PRESETS),
        format_func=lambda name: say(f"adapters_page.preset_{name}"),
        default=_DEFAULT,
        required=True,
        key="adapter-preset",
        on_change=_take_preset,
        label_visibility="collapsed",
    )
    st.caption(say(f"adapters_page.preset_{chosen_preset()}_help"))
    config = _draw_values(len(data.train))
    _draw_hazards(config, data)
    expected = forecast(data.train, len(data.dev), config, _measured(config))
    _draw_forecast(expected)
    _draw_start(db, data, config, expected)


def _take_preset() -> None:
    """The preset's values into the controls."""
    config = PRESETS[chosen_preset()].config
    for name, value in to_values(config).items():
        st.session_state[f"hyper-{name}"] = value
    st.session_state["hyper-early_stopping"] = config.early_stopping


def _draw_values(train: int) -> RetrieverConfig:
    """Every hyperparameter; the configuration that they make."""
    if "hyper-rank" not in st.session_state:
        _take_preset()
    with st.expander(say("adapters_page.all_values"), icon=":material/tune:", key="all-values"):
        columns = st.columns(2, gap="large")
        for n, (name, choices) in enumerate(CHOICES.items()):
            with columns[n % 2]:
                st.select_slider(
                    say(f"adapters_page.value_{name}"), choices, format_func=_format(name), key=f"hyper-{name}"
                )
                st.caption(say(f"adapters_page.value_{name}_help"))
        st.toggle(say("adapters_page.value_early_stopping"), key="hyper-early_stopping")
        st.caption(say("adapters_page.value_early_stopping_help"))
    values = {name: st.session_state[f"hyper-{name}"] for name in CHOICES}
    return dataclasses.replace(to_config(values), early_stopping=st.session_state["hyper-early_stopping"])


def _format(name: str):
    if name == "targets":
        return lambda value: say(f"adapters_page.targets_{value}")
    if name == "learning_rate":
        return lambda value: f"{value:.0e}".replace("e-0", "e-")
    return lambda value: number(value)


def _draw_hazards(config: RetrieverConfig, data: Dataset) -> None:
    for setting, hazard in find_hazards(config, len(data.train)):
        name = say(f"adapters_page.value_{setting}") if setting != "data" else say("adapters_page.step_data")
        st.warning(f"**{name}**: {say(f'adapters_page.hazard_{hazard}')}", icon=":material/warning:")


def _measured(config: RetrieverConfig) -> float:
    """Pairs per second of the newest training with as long texts; 0 where there was none."""
    db, held = services.workspace().db, services.settings()
    for run in queue.kept_runs(db, held):
        card = queue.read_verdict(held, run.key)
        if card and card.hyperparameters.get("max_tokens") == config.max_tokens:
            rates = [step["pairs_per_s"] for step in queue.read_steps(held, run.key)]
            return statistics.median(rates) if rates else 0.0
    return 0.0


def _draw_forecast(expected: Forecast) -> None:
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


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return f"{number(seconds, 0)} s"
    return f"{number(seconds / 60, 0)} min" if seconds < 5400 else f"{number(seconds / 3600, 1)} h"


def _draw_start(db: Database, data: Dataset, config: RetrieverConfig, expected: Forecast) -> None:
    """The name and the click; why it cannot be started, where it cannot."""
    why = ""
    if len(data.train) < _TRAIN_LEAST or len(data.test) < _TEST_LEAST:
        why = say("adapters_page.too_few", n=number(len(data.test)), least=_TEST_LEAST)
    elif not expected.fits:
        free, needed = size(int(expected.free_bytes)), size(int(expected.memory_bytes))
        why = say("adapters_page.no_memory", free=free, needed=needed)
    if why:
        st.error(plain(why), icon=":material/block:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(say("adapters_page.name"), value=_free_name(), key="adapter-name", width=320)
        st.button(
            say("adapters_page.start"),
            type="primary",
            icon=":material/model_training:",
            disabled=bool(why),
            on_click=_start,
            args=(config,),
            key="start-training",
        )
        name, pairs = st.session_state["adapter-name"].strip(), adapters_data.drawn()
        st.download_button(
            say("adapters_page.export_job"),
            lambda: parcel.pack_job(name, pairs, config),
            file_name=f"{name}-job.zip",
            mime="application/zip",
            icon=":material/download:",
            help=say("adapters_page.export_job_help"),
            on_click="ignore",
            disabled=not adapters.is_name(name),
            key="export-job",
        )


def _free_name() -> str:
    """The day, with a number where that is taken."""
    held = services.settings()
    today = f"{dt.date.today():%Y-%m-%d}"
    names = (today if n == 1 else f"{today}-{n}" for n in range(1, 1000))
    return next(name for name in names if not queue.is_taken(held, name))


@errors.guarded
def _start(config: RetrieverConfig) -> None:
    db, held = services.workspace().db, services.settings()
    pairs, sources = adapters_data.drawn(), st.session_state.get("adapter-sources", ())
    used = [one.origin for one in learn.training_pairs(db)] if "corrections" in sources else []
    name = st.session_state["adapter-name"].strip()
    queue.queue_training(db, held, name, pairs, config, {"seed": 0}, used)
    services.ensure_worker()
    st.session_state.pop("adapter-name", None)
    st.session_state["adapter-run"] = name


@errors.guarded
def start_with_corrections() -> None:
    """One click: all approved corrections beside pairs of the documents, by the default preset."""
    db, held = services.workspace().db, services.settings()
    preset = PRESETS[_DEFAULT]
    given = learn.training_pairs(db)
    corrected = adapters_data.gather(db, ("corrections",))
    others = draw_pairs(adapters_data.gather(db, ("documents",)), preset.pairs_most)
    used = [one.origin for one in given]
    name = _free_name()
    queue.queue_training(db, held, name, [*corrected, *others], preset.config, {"seed": 0}, used)
    services.ensure_worker()
    st.session_state["adapter-run"] = name
