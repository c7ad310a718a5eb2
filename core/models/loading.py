"""Loads a causal model from a folder or the local Hugging Face cache: which device, which numbers, whether it fits.

Weights are safetensors, remote code is never run, and nothing is downloaded here.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from core.errors import AppError
from core.models.local_model import LocalModel
from core.models.suggested import suggest_model
from core.settings import Settings

_SPARE = 1.15  # memory beside the weights: keys and values, buffers
_FOUR_BITS = 0.35  # of the size in 16 bits


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a model goes, and in which numbers. `bytes_each` counts a weight; `four_bits` needs bitsandbytes."""

    device: str
    dtype: str
    bytes_each: float
    free_bytes: int
    four_bits: bool = False


def load_model(settings: Settings) -> LocalModel:
    """The model that the settings name. Raises AppError `models.*`: not downloaded, unsafe, no room, unknown kind."""
    name = settings.get("chat_model")
    if name == "auto":
        suggested = suggest_model("hub", psutil.virtual_memory().available / 1e9)
        if suggested is None:
            raise AppError("models.no_model_fits")
        name = suggested.hub
    folder = find_folder(name)
    stored, plan = weight_bytes(folder), plan_load(weight_bytes(folder))
    needed = stored * plan.bytes_each / 2 * _SPARE * (_FOUR_BITS if plan.four_bits else 1)
    if needed > plan.free_bytes:
        raise AppError("models.too_big", model=name, needed=_gb(needed), free=_gb(plan.free_bytes))
    model, tokenizer = _load(folder, name, plan)
    shown = folder.name if Path(name).expanduser().is_dir() else name
    drawn = {"temperature": settings.get("temperature"), "seed": settings.get("seed")}
    return LocalModel(shown, model, tokenizer, **drawn, folder=folder)


def find_folder(name: str) -> Path:
    """The folder with a model's files: the one named, or a download in the Hugging Face cache."""
    given = Path(name).expanduser()
    if given.is_dir():
        folder = given.resolve()
    else:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

        try:
            folder = Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, OSError, ValueError):
            raise AppError("models.not_downloaded", model=name) from None
    if not any(folder.glob("*.safetensors")) or not (folder / "config.json").is_file():
        raise AppError("models.no_safetensors", model=name)
    return folder


def weight_bytes(folder: Path) -> int:
    """Bytes that the weights would take in 16 bits each."""
    from safetensors import safe_open

    total = 0
    for path in folder.glob("*.safetensors"):
        with safe_open(path, framework="pt") as weights:
            kinds = {weights.get_slice(name).get_dtype() for name in list(weights.keys())[:3]}
        total += path.stat().st_size // (2 if kinds & {"F32", "FP32"} else 1)
    return total


def plan_load(size_16_bits: int) -> Plan:
    """The best place on this machine for weights of that size.

    On a CPU 16 bits are used only where it computes with them natively: elsewhere they are many times slower."""
    import torch

    if torch.cuda.is_available():
        free = torch.cuda.mem_get_info()[0]
        dtype = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        tight = size_16_bits * _SPARE > free and importlib.util.find_spec("bitsandbytes") is not None
        return Plan("cuda", dtype, 2, free, tight)
    free = psutil.virtual_memory().available
    if torch.backends.mps.is_available():
        return Plan("mps", "float16", 2, free)
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return Plan("cpu", "bfloat16" if native else "float32", 2 if native else 4, free)


def _load(folder: Path, name: str, plan: Plan) -> tuple[Any, Any]:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    options: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    weights: dict[str, Any] = {"use_safetensors": True, "dtype": getattr(torch, plan.dtype)}
    if plan.four_bits:
        weights["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=getattr(torch, plan.dtype)
        )
        weights["device_map"] = {"": 0}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        model = AutoModelForCausalLM.from_pretrained(folder, **options, **weights)
        if not plan.four_bits:
            model.to(plan.device)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise AppError("models.out_of_memory", model=name) from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        detail = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise AppError("models.cannot_load", model=name, detail=detail) from error
    return model.eval(), tokenizer


def _gb(size: float) -> float:
    return round(size / 1e9, 1)
