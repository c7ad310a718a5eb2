"""The click that starts a new adapter: what is known to hurt, what it will take, its name; or the job for elsewhere.

It draws what `core.training.presets`, `presets_chat` and `core.training.forecast` say; the training is a job of the
worker.
"""

from __future__ import annotations

import datetime as dt
import statistics
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from core.evaluation import learn
from core.models import adapters
from core.training import parcel, presets, queue, trackers
from core.training.bases import Base
from core.training.dataset import Dataset, count_folds
from core.training.examples import ExampleSet
from core.training.forecast import (
    Forecast,
    energy_wh,
    forecast,
    forecast_chat,
    full_training_bytes,
    full_training_seconds,
)
from pages.parts import errors, services
from pages.parts.adapters_data import MATERIALS, PAIRS
from pages.parts.adapters_settings import DEFAULT, KINDS, TOPICS
from pages.parts.adapters_sources import drawn, gather
from pages.parts.language import number, percent, say, size
from pages.parts.plain import plain

_TEST_LEAST = {"retriever": 40, "chat": 20}
_TRAIN_LEAST = 4


class New(NamedTuple):
    """What is to be trained: `base` is a language model (None: the packaged encoder), `start` the folder of an earlier
    adapter to go on from."""

    kind: str
    data: Dataset | ExampleSet
    config: Any
    base: Base | None
    start: Path | None

    @property
    def base_name(self) -> str:
        return self.base.name if self.base else ""


def draw(new: New) -> None:
    """What is known to hurt, what it will take, and the click."""
    _draw_hazards(new)
    rate = _measured(new)
    train, held_out = new.data.train, len(new.data.dev)
    if new.base is not None:
        expected = forecast_chat(new.base.folder, train, held_out, new.config, rate)
    else:
        folds = count_folds(new.data)
        if folds:
            train = (*train, *new.data.test)
            st.caption(say("adapters_page.will_cross", n=number(len(new.data.test)), folds=number(folds)))
        expected = forecast(train, held_out, new.config, rate, folds)
    _draw_forecast(expected)
    _draw_start(new, expected)


def _draw_hazards(new: New) -> None:
    for setting, hazard in KINDS[new.kind].find_hazards(new.config, len(new.data.train)):
        if hazard == "rate_high" and new.base is not None and new.base.practice:
            continue  # a practice model has nothing to forget
        name = say(f"adapters_page.value_{setting}") if setting != "data" else say("adapters_page.step_data")
        st.warning(f"**{name}**: {say(f'{TOPICS[new.kind]}.hazard_{hazard}')}", icon=":material/warning:")


def _measured(new: New) -> float:
    """Pairs per second of the newest training of this kind with as long texts; 0 where there was none."""
    db, held = services.workspace().db, services.settings()
    for run in queue.kept_runs(db, held):
        card = queue.read_verdict(held, run.key)
        alike = card and card.kind == new.kind and card.hyperparameters.get("max_tokens") == new.config.max_tokens
        if alike and (not new.base or card.base == new.base_name):
            rates = [step["pairs_per_s"] for step in queue.read_steps(held, run.key)]
            return statistics.median(rates) if rates else 0.0
    return 0.0


def _draw_forecast(expected: Forecast) -> None:
    with st.container(horizontal=True, key="forecast"):
        share = percent(expected.share)
        st.metric(say("adapters_page.trainable"), number(expected.trainable), share, delta_color="off", width=190,
                  delta_arrow="off", help=say("adapters_page.trainable_help"))  # fmt: skip
        free = say("adapters_page.free", size=size(int(expected.free_bytes)))
        st.metric(say("adapters_page.memory"), size(int(expected.memory_bytes)), free, delta_color="off", width=190,
                  delta_arrow="off")  # fmt: skip
        source = say("adapters_page.time_measured" if expected.measured else "adapters_page.time_estimated")
        st.metric(say("adapters_page.time"), _minutes(expected.seconds), source, delta_color="off", width=220,
                  delta_arrow="off")  # fmt: skip
        st.metric(say("adapters_page.steps"), number(expected.steps), width=120)
    st.caption(against_full(expected.seconds, expected.trainable, expected.weights))


def against_full(seconds: float, trainable: int, weights: int) -> str:
    """Memory, time and energy of a training beside what training every weight would take."""

    def told(learning: int, lasting: float) -> str:
        energy = f"{number(energy_wh(lasting), 1)} Wh"
        return f"{size(int(full_training_bytes(learning)))}, {_minutes(lasting)}, {energy}"

    full = told(weights, full_training_seconds(seconds))
    return say("adapters_page.full_training", full=full, lora=told(trainable, seconds))


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return f"{number(seconds, 0)} s"
    return f"{number(seconds / 60, 0)} min" if seconds < 5400 else f"{number(seconds / 3600, 1)} h"


def _draw_start(new: New, expected: Forecast) -> None:
    """The name and the click; why it cannot be started, where it cannot."""
    why = ""
    tested, least = len(new.data.test), _TEST_LEAST[new.kind]
    if new.kind == "retriever" and count_folds(new.data):
        tested += len(new.data.train)
    if len(new.data.train) < _TRAIN_LEAST or tested < least:
        why = say("adapters_page.too_few", n=number(tested), least=least)
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
            args=(new,),
            key="start-training",
        )
        name = st.session_state["adapter-name"].strip()
        st.download_button(
            say("adapters_page.export_job"),
            lambda: _pack(name, new),
            file_name=f"{name}-job.zip",
            mime="application/zip",
            icon=":material/download:",
            help=say("adapters_page.export_job_help"),
            on_click="ignore",
            disabled=not adapters.is_name(name),
            key="export-job",
        )


def _pack(name: str, new: New) -> bytes:
    if new.kind == "chat":
        return parcel.pack_chat_job(name, drawn(MATERIALS[new.kind]), new.config, new.base_name, new.start)
    return parcel.pack_job(name, drawn(MATERIALS[new.kind]), new.config, new.start)


def free_name(stem: str = "") -> str:
    """The day or the stem, with a number where that is taken."""
    held = services.settings()
    stem = stem or f"{dt.date.today():%Y-%m-%d}"
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 1000))
    return next(name for name in names if not queue.is_taken(held, name))


@errors.guarded
def _start(new: New) -> None:
    db, held = services.workspace().db, services.settings()
    name, track = st.session_state["adapter-name"].strip(), st.session_state.get("adapter-track", trackers.NONE)
    if new.kind == "chat":
        given = drawn(MATERIALS[new.kind])
        queue.queue_chat_training(db, held, name, given, new.config, new.base_name, {"seed": 0}, track, new.start)
    else:
        sources = st.session_state.get("adapter-sources", ())
        used = [one.origin for one in learn.training_pairs(db)] if "corrections" in sources else []
        given = drawn(MATERIALS[new.kind])
        queue.queue_training(db, held, name, given, new.config, {"seed": 0}, used, track, new.start)
    services.ensure_worker()
    st.session_state.pop("adapter-name", None)
    st.session_state["adapter-run"] = name


@errors.guarded
def start_with_corrections() -> None:
    """One click: all approved corrections beside pairs of the documents, by the default preset."""
    db, held = services.workspace().db, services.settings()
    preset = presets.PRESETS[DEFAULT]
    given = learn.training_pairs(db)
    corrected = gather(PAIRS, db, ("corrections",))
    others = presets.draw_pairs(gather(PAIRS, db, ("documents",)), preset.pairs_most)
    used = [one.origin for one in given]
    name = free_name()
    queue.queue_training(db, held, name, [*corrected, *others], preset.config, {"seed": 0}, used)
    services.ensure_worker()
    st.session_state["adapter-run"] = name
