"""An earlier adapter that a training goes on from: the shape that it dictates, and its copy beside the job.

The copy keeps a run whole when the adapter is deleted meanwhile. Whether it may be loaded is
`core.models.adapter_files`' to say; it trains nothing.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models import adapter_files, adapters
from core.models.adapter_files import CheckedAdapter

FOLDER = "start"
_FILES = (adapter_files.CONFIG, adapter_files.WEIGHTS)


def shape_of(checked: CheckedAdapter) -> dict[str, Any]:
    """Rank, alpha, layers and the kind of scaling of an adapter, as hyperparameters."""
    layers = tuple(name.removesuffix(".weight") for name in checked.modules)
    config = checked.config
    rslora = bool(config.get("use_rslora"))
    return {"rank": config["r"], "alpha": config["lora_alpha"], "targets": layers, "rslora": rslora}


def take_shape(config: Any, earlier: Path) -> Any:
    """Hyperparameters with the shape of the adapter that is gone on from: it cannot change any more. Raises AppError
    `adapters.refused_*`, or `training.other_start` where its matrices are scaled as these cannot be."""
    shape = shape_of(adapter_files.check_adapter(earlier))
    known = {entry.name for entry in dataclasses.fields(config)}
    if shape["rslora"] and "rslora" not in known:
        raise AppError("training.other_start", adapter=earlier.name)
    return dataclasses.replace(config, **{name: value for name, value in shape.items() if name in known})


def keep_copy(earlier: Path, job: Path) -> str:
    """Copy the adapter to the job's folder; what the job calls it."""
    adapter_files.check_adapter(earlier)
    target = job / FOLDER
    target.mkdir()
    for file in _FILES:
        shutil.copyfile(earlier / file, target / file, follow_symlinks=False)
    adapters.give_words(target, adapters.words_of(earlier))
    card = adapters.read_card(earlier)
    if card is not None:  # it says which languages the adapter reads
        adapters.write_card(target, card)
    return FOLDER
