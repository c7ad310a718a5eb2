"""Adapters on disk: their cards, the checks before any weight is read, and merging into the base's weights in numpy.

An adapter is a folder with PEFT's two files and a card, which is written last: a folder without one is no adapter.
Folders from outside are checked by names, sizes and the tensors' header first; nothing is unpickled, no code is run, no
pattern of theirs is matched. The packaged adapter and the workspace's own are read alike. It trains and judges nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import AppError
from core.records import AdapterCard
from core.settings import Settings

PACKAGED = Path(__file__).resolve().parent / "packaged"
CARD, CONFIG, WEIGHTS = "card.json", "adapter_config.json", "adapter_model.safetensors"
_FILES = {CARD, CONFIG, WEIGHTS, "README.md", "NOTICE", "LICENSE", "steps.jsonl"}
_PREFIX = "base_model.model."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TARGET = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,12}")
_TENSOR = re.compile(r"base_model\.model\.([A-Za-z0-9_.]{1,200})\.lora_([AB])\.weight")
_TYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_WEIGHTS_MOST = 512 * 2**20
_TEXT_MOST = 2**20
_RANK_MOST = 256
# What PEFT's configuration may ask for beyond plain matrices: each must be absent, empty or off.
_MUST_BE_OFF = (
    "auto_map", "auto_mapping", "exclude_modules", "modules_to_save", "layers_to_transform", "layers_pattern",
    "rank_pattern", "alpha_pattern", "target_parameters", "trainable_token_indices", "use_dora", "fan_in_fan_out",
    "lora_bias", "corda_config", "eva_config", "megatron_config", "layer_replication",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of a safetensors header: `start` and `end` are byte positions in the file."""

    kind: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CheckedAdapter:
    """An adapter folder whose names, sizes and header were found right for a base. `modules`: base weight -> (A, B)."""

    folder: Path
    sha256: str
    scale: float
    modules: Mapping[str, tuple[Tensor, Tensor]]


# ---------------------------------------------------------------- which adapter


def encoder_name(settings: Settings) -> str:
    """The embedder and its adapter as one name: the setting, or 'builtin+ADAPTER' where one is laid over it."""
    name, adapter = settings.get("embedder"), settings.get("retriever_adapter")
    if name != "builtin" or adapter == "none":
        return name
    if adapter == "builtin":
        packaged = packaged_adapter()
        return f"builtin+{packaged.name}" if packaged else "builtin"
    return f"builtin+{adapters_folder(settings.workspace) / Path(adapter).name}"


def adapters_folder(workspace: Path) -> Path:
    return workspace / "adapters"


def packaged_adapter() -> Path | None:
    """The adapter that comes with the app, or None."""
    return next((folder for folder in sorted(PACKAGED.glob("*")) if (folder / CARD).is_file()), None)


def adapter_of(name: str) -> Path | None:
    """The folder of the adapter in an `encoder_name`; None for the bare encoder."""
    _, _, place = name.partition("+")
    if not place:
        return None
    return Path(place) if Path(place).is_absolute() else PACKAGED / place


def list_adapters(settings: Settings) -> list[tuple[str, AdapterCard]]:
    """(name for the setting, card) of the packaged adapter ('builtin') and the workspace's own, newest first."""
    packaged = packaged_adapter()
    found = [(folder.name, read_card(folder)) for folder in adapters_folder(settings.workspace).glob("*")]
    mine = sorted(((name, card) for name, card in found if card), key=lambda pair: pair[1].created, reverse=True)
    shipped = [("builtin", read_card(packaged))] if packaged else []
    return [(name, card) for name, card in [*shipped, *mine] if card]


# ---------------------------------------------------------------- cards


def read_card(folder: Path) -> AdapterCard | None:
    """The card of a folder; None where there is none or it cannot be read."""
    try:
        if (folder / CARD).stat().st_size > _TEXT_MOST:
            return None
        values = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return AdapterCard(**values)
    except (OSError, ValueError, TypeError):
        return None


def is_usable(folder: Path) -> bool:
    """Whether the gate let this very adapter pass. `adapters.missing` where it is not there."""
    found, card = hash_weights(folder), read_card(folder)
    return card is not None and card.passed is True and card.adapter_sha256 == found


def write_card(folder: Path, card: AdapterCard) -> None:
    """Write the card, through a temporary name: from then on the folder is an adapter."""
    import dataclasses

    work = folder / f".{CARD}"
    work.write_text(json.dumps(dataclasses.asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(work, folder / CARD)


def hash_weights(folder: Path) -> str:
    """The sha256 of an adapter's weights file; `adapters.missing` where there is none."""
    try:
        return _sha256(folder / WEIGHTS)
    except OSError:
        raise AppError("adapters.missing", name=folder.name) from None


def is_name(name: str) -> bool:
    """Whether it can be an adapter's folder and is no choice of the setting."""
    return _NAME.fullmatch(name) is not None and name not in ("builtin", "none")


def check_name(name: str) -> None:
    """Refuse what `is_name` does not hold for."""
    if not is_name(name):
        raise AppError("adapters.name", name=name[:64])


def import_adapter(source: Path, settings: Settings, name: str) -> Path:
    """Copy an adapter from outside into the workspace once it is checked. Its card stays behind unless it is ours to
    judge again: an imported adapter has passed nothing here yet."""
    check_name(name)
    from core.models.export import base_weights

    check_adapter(source, base_weights())
    target = adapters_folder(settings.workspace) / name
    if target.exists():
        raise AppError("adapters.exists", name=name)
    work = target.with_name(f".{name}-{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for file in (CONFIG, WEIGHTS):
        shutil.copyfile(source / file, work / file, follow_symlinks=False)
    check_adapter(work, base_weights())  # what was copied, should the source have changed meanwhile
    os.replace(work, target)
    return target


def remove_adapter(settings: Settings, name: str) -> None:
    """Delete an adapter of the workspace; the packaged one stays."""
    if _NAME.fullmatch(name):
        shutil.rmtree(adapters_folder(settings.workspace) / name, ignore_errors=True)


# ---------------------------------------------------------------- checking


def check_adapter(folder: Path, base: Path) -> CheckedAdapter:
    """Check a folder against the base's weights file without reading a weight of either.

    Raises AppError `adapters.refused_<reason>`."""
    _check_files(folder)
    config = _read_config(folder / CONFIG)
    tensors = read_header(folder / WEIGHTS)
    wanted = {name: tensor.shape for name, tensor in read_header(base).items()}
    modules = _pair_up(tensors, wanted, config["r"])
    root = math.sqrt(config["r"]) if config.get("use_rslora") else config["r"]
    return CheckedAdapter(folder, _sha256(folder / WEIGHTS), config["lora_alpha"] / root, modules)


def _refuse(reason: str, **details: Any) -> AppError:
    return AppError(f"adapters.refused_{reason}", **{k: str(value)[:120] for k, value in details.items()})


def _check_files(folder: Path) -> None:
    try:
        if folder.is_symlink() or not folder.is_dir():
            raise _refuse("not_a_folder", detail=folder.name)
        entries = list(os.scandir(folder))
    except OSError as error:
        raise _refuse("unreadable", detail=error.strerror) from None
    for entry in entries:
        mode = entry.stat(follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise _refuse("not_a_plain_file", detail=entry.name)
        if entry.name not in _FILES:
            raise _refuse("unknown_file", detail=entry.name)
        most = _WEIGHTS_MOST if entry.name == WEIGHTS else _TEXT_MOST
        if entry.name != "steps.jsonl" and entry.stat(follow_symlinks=False).st_size > most:
            raise _refuse("too_large", detail=entry.name)
    missing = {CONFIG, WEIGHTS} - {entry.name for entry in entries}
    if missing:
        raise _refuse("missing_file", detail=", ".join(sorted(missing)))


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise _refuse("config_unreadable") from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise _refuse("not_lora")
    for name in _MUST_BE_OFF:
        if config.get(name):
            raise _refuse("config_option", detail=name)
    if config.get("bias", "none") != "none":
        raise _refuse("config_option", detail="bias")
    targets = config.get("target_modules")
    if not isinstance(targets, list) or not all(isinstance(t, str) and _TARGET.fullmatch(t) for t in targets):
        raise _refuse("target_names")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if type(rank) is not int or not 1 <= rank <= _RANK_MOST:
        raise _refuse("rank", detail=rank)
    if type(alpha) not in (int, float) or not math.isfinite(alpha) or not 0 < alpha <= 4096:
        raise _refuse("alpha", detail=alpha)
    return config


def read_header(path: Path) -> dict[str, Tensor]:
    """The entries of a safetensors file, held to its format: sizes fit, nothing overlaps, nothing lies outside."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        length = int.from_bytes(handle.read(8), "little")
        if size < 8 or length > min(_TEXT_MOST, size - 8):
            raise _refuse("header", detail=path.name)
        text = handle.read(length)
    try:
        entries = json.loads(text)
        entries.pop("__metadata__", None)
        found = {name: _to_tensor(entry, 8 + length) for name, entry in entries.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _refuse("header", detail=path.name) from None
    at = 8 + length
    for tensor in sorted(found.values(), key=lambda tensor: tensor.start):
        if tensor.start != at or tensor.end < at:
            raise _refuse("header", detail=path.name)
        at = tensor.end
    if at != size:
        raise _refuse("header", detail=path.name)
    return found


def _to_tensor(entry: dict, offset: int) -> Tensor:
    shape = tuple(entry["shape"])
    start, end = entry["data_offsets"]
    if not all(type(n) is int and n >= 0 for n in (*shape, start, end)):
        raise ValueError("shape")
    return Tensor(str(entry["dtype"]), shape, offset + start, offset + end)


def _pair_up(
    tensors: Mapping[str, Tensor], base: Mapping[str, tuple[int, ...]], rank: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """Base weight -> its two matrices; every one known, complete, of the right type, shape and size."""
    sides: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = _TENSOR.fullmatch(name)
        if not match:
            raise _refuse("tensor_name", detail=name)
        weight = f"{match[1]}.weight"
        shape = base.get(weight, ())
        if len(shape) != 2 or "embeddings" in weight:
            raise _refuse("not_in_base", detail=name)
        wanted = (rank, shape[1]) if match[2] == "A" else (shape[0], rank)
        if tensor.kind not in _TYPES:
            raise _refuse("tensor_type", detail=f"{name}: {tensor.kind}")
        if tensor.shape != wanted or tensor.end - tensor.start != math.prod(wanted) * _TYPES[tensor.kind].itemsize:
            raise _refuse("tensor_shape", detail=f"{name}: {tensor.shape}")
        sides.setdefault(weight, {})[match[2]] = tensor
    if not sides or any(len(pair) != 2 for pair in sides.values()):
        raise _refuse("incomplete")
    return {weight: (pair["A"], pair["B"]) for weight, pair in sides.items()}


# ---------------------------------------------------------------- weights


def read_changes(adapter: CheckedAdapter) -> dict[str, np.ndarray]:
    """What each base weight gains: scale * B @ A, float32. Raises `adapters.refused_not_finite` for NaN, infinity."""
    changes = {}
    with (adapter.folder / WEIGHTS).open("rb") as handle:
        for weight, (down, up) in adapter.modules.items():
            a, b = (_read_tensor(handle, tensor) for tensor in (down, up))
            if not (np.isfinite(a).all() and np.isfinite(b).all()):
                raise _refuse("not_finite", detail=weight)
            with np.errstate(over="ignore", invalid="ignore"):
                changes[weight] = adapter.scale * (b @ a)
            if not np.isfinite(changes[weight]).all():
                raise _refuse("not_finite", detail=weight)
    return changes


def _read_tensor(handle, tensor: Tensor) -> np.ndarray:
    handle.seek(tensor.start)
    data = handle.read(tensor.end - tensor.start)
    return np.frombuffer(data, _TYPES[tensor.kind]).reshape(tensor.shape).astype(np.float32)


def merge_into(base: Path, target: Path, adapter: CheckedAdapter) -> None:
    """Copy the base's weights file with the adapter laid over it: W + scale * B @ A. The base stays as it is."""
    tensors = read_header(base)
    changes = read_changes(adapter)
    shutil.copyfile(base, target)
    with target.open("r+b") as handle:
        for weight, change in changes.items():
            place = tensors[weight]
            if place.kind != "F32":
                raise _refuse("tensor_type", detail=f"{weight}: {place.kind}")
            merged = _read_tensor(handle, place) + change
            handle.seek(place.start)
            handle.write(merged.astype("<f4").tobytes())


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
