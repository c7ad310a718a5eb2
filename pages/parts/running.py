"""A piece of work that outlives the page's rerun: it goes on in a thread while the page follows it, with a stop button.

A click elsewhere ends the following, never the work: the next run of the page follows on. What the work is, and what
becomes of its outcome, is the caller's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.language import say

_POLL_S = 0.05
_STOP_AFTER_S = 0.6
_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="data-page")


@dataclass(frozen=True)
class Running:
    """`future` holds what the work returned or raised; `cancel` is what its stop button sets."""

    future: Future
    cancel: threading.Event


def start(task: Callable[[threading.Event], Any]) -> Running:
    """Begin `task`, which is handed the event that tells it to stop."""
    cancel = threading.Event()
    return Running(_THREADS.submit(task, cancel), cancel)


def follow(running: Running, label: str, key: str) -> None:
    """Show that it works, and after a moment for how long and a button to stop it; returns when it has ended."""
    begun = time.monotonic()
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center", key=f"running-{key}"):
        shown, stop = st.empty(), st.empty()
    shown.markdown(f":shimmer[{label}]")
    stoppable, seconds = False, 0
    while not wait([running.future], _POLL_S).done:
        elapsed = time.monotonic() - begun
        if elapsed > _STOP_AFTER_S and not stoppable:  # most work ends before a button could be read
            stop.button(
                say("data_page.stop"), icon=":material/stop_circle:", key=f"stop-{key}", on_click=running.cancel.set
            )
            stoppable = True
        if int(elapsed) > seconds:
            seconds = int(elapsed)
            shown.markdown(f":shimmer[{label}] :gray[{seconds} s]")
    place.empty()  # a run that a click has ended does not come past this: only one run acts on the outcome
