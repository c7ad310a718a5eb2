"""An adapter laid over its base's weights for good: W + scale * B @ A, in numpy, a matrix at a time.

The base stays as it is; what is written is a folder that plain transformers (a language model) or sentence-transformers
(the encoder) loads, without PEFT. A list of words changes no weight and cannot be merged: it is laid beside them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.models.adapter_files import WEIGHTS, WORDS, CheckedAdapter, Tensor, read_header, read_tensor, refuse

_TEXTS = {".json", ".txt", ".jinja", ".model"}  # what a model's folder holds beside its weights
_TEXT_MOST = 64 * 2**20  # bytes


def read_changes(adapter: CheckedAdapter) -> Iterator[tuple[str, np.ndarray]]:
    """What each base weight gains: (its name, scale * B @ A in float32). Raises `adapters.refused_not_finite` where
    that is too large for a number."""
    turned = bool(adapter.config.get("fan_in_fan_out"))  # GPT-2's kin keep their weights the other way round
    with (adapter.folder / WEIGHTS).open("rb") as handle:
        for weight, (down, up) in adapter.modules.items():
            a, b = (read_tensor(handle, tensor) for tensor in (down, up))
            with np.errstate(over="ignore", invalid="ignore"):
                change = adapter.scale * (b @ a)
            if not np.isfinite(change).all():
                raise refuse("not_finite", detail=weight)
            yield weight, change.T if turned else change


def merge_into(base: Path, target: Path, adapter: CheckedAdapter) -> None:
    """Copy the base's weights file with the adapter laid over it."""
    _merge({base: target}, adapter)


def write_merged(adapter: CheckedAdapter, base: Path, target: Path) -> None:
    """A folder like the base's with the adapter laid over its weights, and the adapter's list of words where it has
    one. Raises AppError `adapters.refused_*` where it is no adapter of this base."""
    target.mkdir(parents=True)
    for path in sorted(base.rglob("*")):
        if path.is_file() and path.suffix in _TEXTS and path.stat().st_size <= _TEXT_MOST:
            place = target / path.relative_to(base)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    _merge({path: target / path.name for path in sorted(base.glob("*.safetensors"))}, adapter)
    if (adapter.folder / WORDS).is_file():
        shutil.copyfile(adapter.folder / WORDS, target / WORDS)


def _merge(files: Mapping[Path, Path], adapter: CheckedAdapter) -> None:
    """Copy each weights file and lay the adapter over the matrices in it."""
    places: dict[str, tuple[Path, Tensor]] = {}
    for source, target in files.items():
        shutil.copyfile(source, target)
        places |= {name: (target, tensor) for name, tensor in read_header(target).items()}
    for weight, change in read_changes(adapter):
        # A file may leave out the model's own prefix ('transformer.h.0' is 'h.0').
        found = places.get(weight) or places.get(weight.partition(".")[2])
        if found is None or found[1].shape != change.shape:
            raise refuse("not_in_base", detail=weight)
        path, tensor = found
        with path.open("r+b") as handle:
            _add(handle, tensor, change, weight)


def _add(handle: BinaryIO, tensor: Tensor, change: np.ndarray, weight: str) -> None:
    if tensor.kind not in ("F32", "F16", "BF16"):
        raise refuse("tensor_type", detail=f"{weight}: {tensor.kind}")
    merged = np.ascontiguousarray(read_tensor(handle, tensor) + change, "<f4")
    handle.seek(tensor.start)
    if tensor.kind == "BF16":  # the upper half, to the nearest, ties to even
        bits = merged.view("<u4")
        handle.write(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes())
    else:
        handle.write(merged.astype("<f4" if tensor.kind == "F32" else "<f2").tobytes())
