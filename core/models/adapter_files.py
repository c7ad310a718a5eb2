"""Is a folder a PEFT adapter that may be loaded? Decided from its files before any loader sees them.

Only safetensors weights and JSON are read; whatever could carry code (pickles, remote classes, links that lead out) is
refused. It loads no model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import AppError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
_CODE = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".joblib", ".npy", ".ckpt", ".py", ".so"}
_CONFIG_MAX = 1_000_000
_REMOTE = ("auto_map", "custom_modules")


def check_adapter(folder: Path | str) -> dict[str, Any]:
    """The adapter's configuration. Raises AppError `models.adapter_*` with what is wrong."""
    folder = Path(folder).expanduser()
    if not (folder / CONFIG).is_file() or not (folder / WEIGHTS).is_file():
        raise _refuse(folder, "adapter_missing", wanted=f"{CONFIG}, {WEIGHTS}")
    for path in folder.rglob("*"):
        if path.is_symlink() or path.suffix.lower() in _CODE:
            raise _refuse(folder, "adapter_unsafe", file=path.name)
    config = _read_config(folder)
    if config.get("peft_type") != "LORA":
        raise _refuse(folder, "adapter_kind", kind=str(config.get("peft_type")))
    mapped = (config.get("auto_mapping") or {}).get("parent_library") or "transformers."  # what PEFT writes by itself
    if any(config.get(name) for name in _REMOTE) or not str(mapped).startswith("transformers."):
        raise _refuse(folder, "adapter_unsafe", file=CONFIG)
    for name in ("target_modules", "exclude_modules", "layers_pattern"):
        value = config.get(name)
        if isinstance(value, str) and value != "all-linear":  # PEFT would run it as a regular expression
            raise _refuse(folder, "adapter_unsafe", file=f"{CONFIG}: {name}")
    _check_weights(folder)
    return config


def check_fits(folder: Path | str, model: Any, name: str) -> None:
    """Raises `models.adapter_mismatch` where a matrix belongs to no layer of `model`, or has another size."""
    from safetensors import safe_open

    layers = dict(model.named_modules())
    with safe_open(Path(folder).expanduser() / WEIGHTS, framework="pt") as weights:
        for key in weights.keys():  # noqa: SIM118
            owner, _, side = key.removeprefix("base_model.model.").partition(".lora_")
            layer = layers.get(owner)
            layer = getattr(layer, "base_layer", layer)  # another adapter may have wrapped it
            shape = weights.get_slice(key).get_shape()
            size = shape[1] if side.startswith("A") else shape[0]
            sizes = () if layer is None else _sizes(layer)
            if not side.startswith("embedding") and size not in sizes:
                raise AppError("models.adapter_mismatch", folder=Path(folder).name, model=name)


def _sizes(layer: Any) -> tuple[int, ...]:
    """The layer's input and output; a layer in four bits knows them though its weight is packed."""
    own = (getattr(layer, "in_features", 0), getattr(layer, "out_features", 0))
    return (*own, *getattr(getattr(layer, "weight", None), "shape", ()))


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    try:
        if path.stat().st_size > _CONFIG_MAX:
            raise ValueError
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _refuse(folder, "adapter_unsafe", file=CONFIG) from None
    if not isinstance(config, dict):
        raise _refuse(folder, "adapter_unsafe", file=CONFIG)
    return config


def _check_weights(folder: Path) -> None:
    """Finite numbers, in matrices of LoRA's two kinds."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / WEIGHTS, framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118  a handle, not a dictionary
                tensor = weights.get_tensor(name)
                if ".lora_" not in name or not tensor.isfinite().all():
                    raise _refuse(folder, "adapter_weights", name=name[:80])
    except (SafetensorError, OSError, ValueError):
        raise _refuse(folder, "adapter_weights", name=WEIGHTS) from None


def _refuse(folder: Path, reason: str, **params: str) -> AppError:
    return AppError(f"models.{reason}", folder=folder.name, **params)
