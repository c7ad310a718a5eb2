"""Is a folder a LoRA adapter that may be loaded? Decided from its files before any loader sees them.

Names, sizes, the configuration and the header of the weights are checked first, then that every number is finite.
Nothing is unpickled, no code is run, no pattern of the folder's is matched, and what is not known is refused. Adapters
of the encoder and of language models are checked alike. It loads no model and keeps no shelf.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from core.errors import AppError

CARD, CONFIG, WEIGHTS = "card.json", "adapter_config.json", "adapter_model.safetensors"
WORDS = "words.txt"  # the list through which an adapter of the encoder reads Spanish
Shape = tuple[int, ...]

# What may lie in an adapter's folder: its own files, and the texts that trainers leave with it, which nobody loads.
FILES = {
    CARD, CONFIG, WEIGHTS, WORDS, "README.md", "NOTICE", "LICENSE", "steps.jsonl", "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    "chat_template.jinja",
}  # fmt: skip
_TARGET = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,12}")
_TENSOR = re.compile(r"base_model\.model\.([A-Za-z0-9_.]{1,200})\.lora_([AB])\.weight")
_CLASS = re.compile(r"[A-Za-z0-9_]{1,100}")
_BYTES = {"F32": 4, "F16": 2, "BF16": 2}
_WEIGHTS_MOST = 2 * 2**30
_TEXT_MOST = 2**20
_LONG_TEXT_MOST = 64 * 2**20  # a tokenizer, the steps of a long run
_LONG_TEXTS = {"tokenizer.json", "vocab.json", "merges.txt", "steps.jsonl"}
_RANK_MOST = 256
# What PEFT's configuration may say. The first are looked at one by one; the second change nothing when a finished
# adapter is loaded; anything else must be absent, empty or off.
_LOOKED_AT = {
    "peft_type", "r", "lora_alpha", "target_modules", "bias", "auto_mapping", "init_lora_weights", "use_rslora",
    "fan_in_fan_out",
}  # fmt: skip
_HARMLESS = {
    "task_type", "peft_version", "base_model_name_or_path", "revision", "inference_mode", "lora_dropout",
    "megatron_core", "qalora_group_size",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of a safetensors header: `start` and `end` are byte positions in the file."""

    kind: str
    shape: Shape
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CheckedAdapter:
    """An adapter folder that was found right. `modules`: layer's weight -> (A, B); `config` is PEFT's."""

    folder: Path
    sha256: str
    scale: float
    modules: Mapping[str, tuple[Tensor, Tensor]]
    config: Mapping[str, Any]


def check_adapter(
    folder: Path | str, layers: Mapping[str, Shape] | None = None, base: Path | None = None
) -> CheckedAdapter:
    """Check a folder before anything of it is loaded. Raises AppError `adapters.refused_<reason>`.

    `layers`: weight -> (out, in) of the base's layers that an adapter may change; without them the two matrices of a
    layer must only agree with each other. `base`: the base's weights file or folder; a card that lies in the adapter's
    folder and names another base by its hash is refused."""
    folder = Path(folder).expanduser()
    _check_files(folder)
    config = _read_config(folder / CONFIG)
    _check_card(folder / CARD, base)
    modules = _pair_up(read_header(folder / WEIGHTS), layers, config["r"])
    _check_numbers(folder / WEIGHTS, modules)
    root = math.sqrt(config["r"]) if config.get("use_rslora") else config["r"]
    return CheckedAdapter(folder, hash_file(folder / WEIGHTS), config["lora_alpha"] / root, modules, config)


def layers_of_file(base: Path) -> dict[str, Shape]:
    """Weight -> (out, in) of the matrices in a weights file that an adapter may change: all but the embeddings."""
    return {
        name: tensor.shape
        for name, tensor in read_header(base).items()
        if len(tensor.shape) == 2 and "embeddings" not in name
    }


def layers_of_model(model: Any) -> dict[str, Shape]:
    """The same of a model in memory. Layers in four bits know their sizes though their weight is packed; GPT-2's kin
    keep their weights the other way round."""
    found = {}
    for name, layer in model.named_modules():
        layer = getattr(layer, "base_layer", layer)  # another adapter may have wrapped it
        name = name.removeprefix("base_model.model.").removesuffix(".base_layer")
        if hasattr(layer, "in_features") and hasattr(layer, "out_features"):
            found[f"{name}.weight"] = (layer.out_features, layer.in_features)
        elif type(layer).__name__ == "Conv1D":
            found[f"{name}.weight"] = (layer.weight.shape[1], layer.weight.shape[0])
    return found


def refuse(reason: str, **details: Any) -> AppError:
    return AppError(f"adapters.refused_{reason}", **{k: str(value)[:120] for k, value in details.items()})


def hash_file(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def hash_base(base: Path) -> str:
    """The sha256 of a weights file; of a folder that of its only one, or one over those of all in their order."""
    files = sorted(base.glob("*.safetensors")) if base.is_dir() else [base]
    found = [hash_file(path) for path in files]
    return found[0] if len(found) == 1 else hashlib.sha256(b"".join(map(bytes.fromhex, found))).hexdigest()


# ---------------------------------------------------------------- names and texts


def _check_files(folder: Path) -> None:
    try:
        if folder.is_symlink() or not folder.is_dir():
            raise refuse("not_a_folder", detail=folder.name)
        entries = list(os.scandir(folder))
    except OSError as error:
        raise refuse("unreadable", detail=error.strerror) from None
    for entry in entries:
        found = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise refuse("not_a_plain_file", detail=entry.name)
        if entry.name not in FILES:
            raise refuse("unknown_file", detail=entry.name)
        if found.st_size > _most_bytes(entry.name):
            raise refuse("too_large", detail=entry.name)
    missing = {CONFIG, WEIGHTS} - {entry.name for entry in entries}
    if missing:
        raise refuse("missing_file", detail=", ".join(sorted(missing)))


def _most_bytes(name: str) -> int:
    if name == WEIGHTS:
        return _WEIGHTS_MOST
    return _LONG_TEXT_MOST if name in _LONG_TEXTS else _TEXT_MOST


def read_json(text: str | bytes) -> Any:
    """JSON that names no key twice: two readers could otherwise see two things. Raises ValueError."""

    def keep(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(entries)
        if len(found) != len(entries):
            raise ValueError("a key twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=keep)
    except RecursionError:
        raise ValueError("too deep") from None


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = read_json(path.read_bytes())
    except ValueError:
        raise refuse("config_unreadable") from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise refuse("not_lora")
    for name, value in config.items():
        if value and name not in _LOOKED_AT | _HARMLESS:
            raise refuse("config_option", detail=name)
    _check_options(config)
    return config


def _check_options(config: Mapping[str, Any]) -> None:
    if config.get("bias", "none") != "none":
        raise refuse("config_option", detail="bias")
    if config.get("init_lora_weights", True) not in (True, False, None, "gaussian"):  # others change the base's weights
        raise refuse("config_option", detail="init_lora_weights")
    if not _is_plain_mapping(config.get("auto_mapping")):
        raise refuse("config_option", detail="auto_mapping")
    if not all(config.get(name) in (None, True, False) for name in ("use_rslora", "fan_in_fan_out")):
        raise refuse("config_option", detail="use_rslora, fan_in_fan_out")
    targets = config.get("target_modules")
    if targets != "all-linear" and not (  # PEFT would run any other text as a regular expression
        isinstance(targets, list) and targets and all(isinstance(t, str) and _TARGET.fullmatch(t) for t in targets)
    ):
        raise refuse("target_names")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if type(rank) is not int or not 1 <= rank <= _RANK_MOST:
        raise refuse("rank", detail=rank)
    if type(alpha) not in (int, float) or not math.isfinite(alpha) or not 0 < alpha <= 4096:
        raise refuse("alpha", detail=alpha)


def _is_plain_mapping(mapping: Any) -> bool:
    """PEFT itself notes a class of transformers here where no task was named; it imports what is written."""
    if not mapping:
        return True
    if not isinstance(mapping, dict) or set(mapping) != {"base_model_class", "parent_library"}:
        return False
    library, name = str(mapping["parent_library"]), str(mapping["base_model_class"])
    return bool(library.startswith("transformers.models.") and _TARGET.fullmatch(library) and _CLASS.fullmatch(name))


def _check_card(path: Path, base: Path | None) -> None:
    """A card that comes along must be readable and, where it names a base, name this one."""
    if not path.exists():
        return
    try:
        named = read_json(path.read_bytes()).get("base_sha256", "")
    except (ValueError, AttributeError):
        raise refuse("card_unreadable") from None
    if base is not None and named and named != hash_base(base):
        raise refuse("other_base", detail=str(named)[:12])


# ---------------------------------------------------------------- weights


def read_header(path: Path) -> dict[str, Tensor]:
    """The entries of a safetensors file, held to its format: sizes fit, nothing overlaps, nothing lies outside."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        length = int.from_bytes(handle.read(8), "little")
        if size < 8 or length > min(_TEXT_MOST, size - 8):
            raise refuse("header", detail=path.name)
        text = handle.read(length)
    try:
        entries = read_json(text)
        entries.pop("__metadata__", None)
        found = {name: _to_tensor(entry, 8 + length) for name, entry in entries.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refuse("header", detail=path.name) from None
    at = 8 + length
    for tensor in sorted(found.values(), key=lambda tensor: tensor.start):
        if tensor.start != at or tensor.end < at:
            raise refuse("header", detail=path.name)
        at = tensor.end
    if at != size:
        raise refuse("header", detail=path.name)
    return found


def _to_tensor(entry: dict, offset: int) -> Tensor:
    shape = tuple(entry["shape"])
    start, end = entry["data_offsets"]
    if not all(type(n) is int and n >= 0 for n in (*shape, start, end)):
        raise ValueError("shape")
    return Tensor(str(entry["dtype"]), shape, offset + start, offset + end)


def _pair_up(
    tensors: Mapping[str, Tensor], layers: Mapping[str, Shape] | None, rank: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """Layer's weight -> its two matrices; every one known, complete, of the right type, shape and size."""
    sides: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = _TENSOR.fullmatch(name)
        if not match:
            raise refuse("tensor_name", detail=name)
        weight = f"{match[1]}.weight"
        if tensor.kind not in _BYTES:
            raise refuse("tensor_type", detail=f"{name}: {tensor.kind}")
        own = len(tensor.shape) == 2 and tensor.shape[0 if match[2] == "A" else 1] == rank
        if layers is not None and weight not in layers:
            raise refuse("not_in_base", detail=name)
        if own and layers is not None:
            out, into = layers[weight]
            own = tensor.shape == ((rank, into) if match[2] == "A" else (out, rank))
        if not own or tensor.end - tensor.start != math.prod(tensor.shape) * _BYTES[tensor.kind]:
            raise refuse("tensor_shape", detail=f"{name}: {tensor.shape}")
        sides.setdefault(weight, {})[match[2]] = tensor
    if not sides or any(len(pair) != 2 for pair in sides.values()):
        raise refuse("incomplete")
    return {weight: (pair["A"], pair["B"]) for weight, pair in sides.items()}


def _check_numbers(path: Path, modules: Mapping[str, tuple[Tensor, Tensor]]) -> None:
    """A matrix at a time, so that a large file needs little memory."""
    with path.open("rb") as handle:
        for weight, pair in modules.items():
            if not all(np.isfinite(read_tensor(handle, tensor)).all() for tensor in pair):
                raise refuse("not_finite", detail=weight)


def read_tensor(handle: BinaryIO, tensor: Tensor) -> np.ndarray:
    """A matrix of an open weights file as float32."""
    handle.seek(tensor.start)
    data = handle.read(tensor.end - tensor.start)
    if tensor.kind == "BF16":  # the upper half of a float32
        wide = np.frombuffer(data, "<u2").astype(np.uint32) << 16
        return wide.view(np.float32).reshape(tensor.shape)
    kind = "<f4" if tensor.kind == "F32" else "<f2"
    return np.frombuffer(data, kind).reshape(tensor.shape).astype(np.float32)
