"""Which language model this machine can carry. It looks at no server and downloads nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True, slots=True)
class Suggested:
    """A model to start with. Gigabytes (1e9 bytes): to download from the hub or by Ollama, and needed in memory to run
    in float32, in bfloat16, in Ollama's four bits."""

    hub: str
    ollama: str
    hub_gb: float
    ollama_gb: float
    float32_gb: float
    bfloat16_gb: float
    ollama_memory_gb: float


# Smallest first; all Apache-2.0. Sizes of the files as published; memory adds about a gigabyte for context and buffers.
SUGGESTED = (
    Suggested("Qwen/Qwen3-0.6B", "qwen3:0.6b", 1.5, 0.5, 3.4, 2.2, 1.6),
    Suggested("Qwen/Qwen3-1.7B", "qwen3:1.7b", 4.1, 1.4, 8.0, 4.6, 2.8),
    Suggested("Qwen/Qwen3-4B-Instruct-2507", "qwen3:4b-instruct", 8.1, 2.5, 17.5, 9.5, 4.5),
    Suggested("Qwen/Qwen3-8B", "qwen3:8b", 16.4, 5.2, 34.5, 18.5, 7.5),
)


def suggest_model(
    where: Literal["hub", "ollama"], memory_free_gb: float, gpu_memory_gb: float = 0.0
) -> Suggested | None:
    """The largest suggested model that fits, the smallest where only that does, None where none does.

    Without a GPU nothing above 4 billion weights is suggested, and in this process (`hub`) nothing above 1.7 billion:
    they would fit many machines, and answer too slowly on all of them."""
    on_gpu = gpu_memory_gb > 0
    fitting = []
    for model in SUGGESTED:
        if where == "ollama":
            needed = model.ollama_memory_gb
        else:
            needed = model.bfloat16_gb if on_gpu else model.float32_gb
        if needed <= (max(gpu_memory_gb, memory_free_gb if where == "ollama" else 0.0) if on_gpu else memory_free_gb):
            fitting.append(model)
    if on_gpu:
        return fitting[-1] if fitting else None
    most = 3 if where == "ollama" else 2
    fitting = [model for model in fitting if model in SUGGESTED[:most]]
    return fitting[-1] if fitting else None


def gpu_memory_gb() -> float:
    """Free memory of the largest GPU, 0 without one. Imports torch where there is a driver, which takes seconds."""
    if not _DRIVER.exists() and shutil.which("nvidia-smi") is None:
        return 0.0
    import torch

    if not torch.cuda.is_available():
        return 0.0
    return max(torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count())) / 1e9
