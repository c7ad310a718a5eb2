"""What a job of training says, read from its file and checked; `core.training.run` tells what may stand in it.

It runs nothing and reads no data set.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models import adapters
from core.training.chat_lora import ChatConfig
from core.training.earlier import take_shape
from core.training.loop import SCHEDULES
from core.training.retriever import RetrieverConfig
from core.training.trackers import NONE, TRACKERS

_CONFIGS = {"retriever": RetrieverConfig, "chat": ChatConfig}


@dataclass(frozen=True, slots=True)
class Job:
    """What a job file says, checked."""

    name: str
    data: tuple[Path, ...]
    config: RetrieverConfig | ChatConfig
    split: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    given: bool = False
    base: str = ""
    track: str = NONE
    words: bool = True
    against: str = ""
    start: Path | None = None
    workspace: Path | None = None
    folds: bool = True
    langs: tuple[str, ...] = ()


def read_job(path: Path) -> Job:
    """The job of a JSON or YAML file; AppError `training.job` names what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else _read_yaml(text)
        data = values["data"] if isinstance(values["data"], list) else [values["data"]]
        kind = values.get("kind", "retriever")
        if kind not in _CONFIGS:
            raise ValueError(f"kind: {kind}? {', '.join(_CONFIGS)}")
        base = _read_base(path.parent, str(values["base"])) if kind == "chat" else ""
        track = str(values.get("track", NONE))
        if track not in (NONE, *TRACKERS):
            raise ValueError(f"track: {track}? {', '.join((NONE, *TRACKERS))}")
        name = str(values["name"])
        adapters.check_name(name)
        files = tuple(path.parent / file for file in data)
        start = path.parent / Path(values["start"]).expanduser() if values.get("start") else None
        made = _read_config(kind, dict(values.get("config", {})))
        split, licence = dict(values.get("split", {})), str(values.get("licence", ""))
        return Job(
            name,
            files,
            take_shape(made, start) if start is not None else made,
            split,
            licence,
            values.get("given") is True,
            base,
            track,
            values.get("words") is not False,
            _read_against(path.parent, str(values.get("against", "")), kind),
            start,
            Path(values["workspace"]) if values.get("workspace") else None,
            values.get("folds") is not False,
            adapters.name_langs(list(values.get("langs", ()))),
        )
    except OSError as error:
        raise AppError("training.job", name=path.name, detail=error.strerror) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AppError("training.job", name=path.name, detail=str(error)[:200]) from None


def _read_config(kind: str, config: dict[str, Any]) -> RetrieverConfig | ChatConfig:
    """Hyperparameters by their names. Raises ValueError for one that there is not."""
    unknown = set(config) - {entry.name for entry in dataclasses.fields(_CONFIGS[kind])}
    if unknown:
        raise ValueError(f"config: {', '.join(sorted(unknown))}?")
    if "targets" in config:
        config["targets"] = tuple(config["targets"])
    if config.get("schedule", SCHEDULES[0]) not in SCHEDULES:
        raise ValueError(f"schedule: {config['schedule']}? {', '.join(SCHEDULES)}")
    return _CONFIGS[kind](**config)


def _read_base(place: Path, name: str) -> str:
    """A folder beside the job or anywhere, else an id of the local cache as it stands."""
    folder = place / Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


def _read_against(place: Path, name: str, kind: str) -> str:
    """The name of an encoder, its adapter's folder beside the job or anywhere; of a language model the folder alone."""
    if kind == "chat":
        return str((place / Path(name).expanduser()).resolve()) if name else ""
    encoder, _, adapter = name.partition("+")
    if encoder not in ("", "builtin"):
        raise ValueError(f"against: {name}? builtin, builtin+...")
    folder = place / Path(adapter).expanduser() if adapter else None
    return f"{encoder}+{folder.resolve()}" if folder is not None and folder.is_dir() else name


def _read_yaml(text: str) -> dict[str, Any]:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
