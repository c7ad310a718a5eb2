"""A run's curves in Weights & Biases or MLflow, where the user has installed one of them; otherwise nowhere but here.

Neither is needed: the run's own `steps.jsonl` holds the same. Offline keeps everything in the run's folder, to be sent
later by the tracker's own command.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from core.errors import AppError

NONE = "none"
TRACKERS = {"wandb": "wandb", "wandb_offline": "wandb", "mlflow": "mlflow"}  # choice -> package
_PROJECT = "cotejo"


class Tracker(Protocol):
    """What is told of a run: `log` after each step, `finish` once, with the scores of the gate where there are some."""

    def log(self, step: int, values: Mapping[str, float]) -> None: ...

    def finish(self, scores: Mapping[str, float]) -> None: ...


def installed() -> list[str]:
    """The choices that this machine offers, 'none' first."""
    return [NONE, *(choice for choice, package in TRACKERS.items() if importlib.util.find_spec(package))]


def open_tracker(choice: str, name: str, config: Mapping[str, Any], folder: Path) -> Tracker:
    """Begin a run of that name. Raises AppError `training.no_tracker` where the package is not installed or refuses."""
    if choice == NONE:
        return _Silent()
    if choice not in installed():
        raise AppError("training.no_tracker", tracker=choice, detail="not installed")
    begin = _MLflow if choice == "mlflow" else _Wandb
    try:
        return begin(choice, name, config, folder)
    except (OSError, ValueError, RuntimeError) as error:  # no login, no network: said before any time is spent
        raise AppError("training.no_tracker", tracker=choice, detail=str(error)[:200]) from error


class _Silent:
    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Nothing is told."""

    def finish(self, scores: Mapping[str, float]) -> None:
        """Nothing is told."""


class _Wandb:
    def __init__(self, choice: str, name: str, config: Mapping[str, Any], folder: Path) -> None:
        import wandb

        mode = "offline" if choice == "wandb_offline" else "online"
        self._run = wandb.init(project=_PROJECT, name=name, config=dict(config), dir=str(folder), mode=mode)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self._run.log(dict(values), step=step)

    def finish(self, scores: Mapping[str, float]) -> None:
        self._run.summary.update(dict(scores))
        self._run.finish()


class _MLflow:
    """Into the store that the user has configured, else into a file of the folder."""

    def __init__(self, choice: str, name: str, config: Mapping[str, Any], folder: Path) -> None:
        del choice
        import mlflow

        self._mlflow = mlflow
        if not mlflow.is_tracking_uri_set():
            mlflow.set_tracking_uri(f"sqlite:///{folder.resolve() / 'mlflow.db'}")
        mlflow.set_experiment(_PROJECT)
        mlflow.start_run(run_name=name)
        mlflow.log_params({key: str(value) for key, value in config.items()})

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self._mlflow.log_metrics(dict(values), step=step)

    def finish(self, scores: Mapping[str, float]) -> None:
        self._mlflow.log_metrics(dict(scores))
        self._mlflow.end_run()
