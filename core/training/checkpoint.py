"""Checkpoints of a training run: a folder a step, written under a temporary name and renamed, so one that exists is
whole. Tensors go through safetensors, the rest through JSON; nothing is pickled. It trains nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLACE = "checkpoints"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run stands after `step` steps. `tensors` are torch tensors by name; `facts` is plain JSON."""

    step: int
    tensors: Mapping[str, Any]
    facts: Mapping[str, Any]


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write and make it last, then drop the ones before it."""
    from safetensors.torch import save_file

    place = folder / _PLACE
    place.mkdir(parents=True, exist_ok=True)
    target = place / f"step-{checkpoint.step:06d}"
    work = place / f".{target.name}-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    save_file({name: tensor.contiguous() for name, tensor in checkpoint.tensors.items()}, work / "tensors.safetensors")
    (work / "facts.json").write_text(json.dumps({**checkpoint.facts, "step": checkpoint.step}), encoding="utf-8")
    for path in work.iterdir():
        _sync(path)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(work, target)
    _sync(place)
    for other in place.iterdir():
        if other != target:
            shutil.rmtree(other, ignore_errors=True)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The last whole checkpoint of a run, or None."""
    from safetensors.torch import load_file

    found = sorted((folder / _PLACE).glob("step-*"))
    if not found:
        return None
    facts = json.loads((found[-1] / "facts.json").read_text(encoding="utf-8"))
    return Checkpoint(facts["step"], load_file(found[-1] / "tensors.safetensors"), facts)


def drop_checkpoints(folder: Path) -> None:
    shutil.rmtree(folder / _PLACE, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
