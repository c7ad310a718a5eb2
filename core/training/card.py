"""The card of an adapter: what its job, its files and this machine say of it. The verdict on it is the gate's, and
writing it `core.models.adapters`'.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import importlib.metadata
from pathlib import Path
from typing import Any

from core.models import adapters
from core.records import AdapterCard
from core.training.job import Job
from core.training.loop import Trained

_LIBRARIES = ("torch", "transformers", "peft", "safetensors")


def make_card(job: Job, out: Path, trained: Trained | None, verdict: Any, **told: Any) -> AdapterCard:
    """The card of the adapter in `out`, little of one that was not trained here. `verdict` has `scores()`, `passed` and
    `reasons`; `told` are the fields that hang on the kind of adapter."""
    data = {"files": [path.name for path in job.data], **told.pop("data")}
    return AdapterCard(
        name=job.name,
        kind="chat" if job.base else "retriever",
        adapter_sha256=adapters.hash_weights(out),
        data=data,
        training=dataclasses.asdict(trained) if trained else {},
        scores=verdict.scores(),
        passed=verdict.passed,
        reasons=verdict.reasons,
        versions={name: importlib.metadata.version(name) for name in _LIBRARIES},
        licence=job.licence,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        words_sha256=adapters.hash_words(out),
        continues=hash_start(job),
        made_by=_who(),
        config_sha256=adapters.hash_config(out),
        **told,
    )


def hash_start(job: Job) -> str:
    """The weights of the adapter that is gone on from; '' without one."""
    return adapters.hash_weights(job.start) if job.start is not None else ""


def _who() -> str:
    """Who is logged in; '' where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
