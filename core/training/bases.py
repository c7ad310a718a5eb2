"""Language models on this machine that a chat adapter can be trained for: the practice model and downloads.

It reads folders' lists and configurations; no weights, and nothing from a hub.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import AppError
from core.models.loading import find_folder
from core.settings import Settings
from core.training.practice import NAME as PRACTICE
from core.training.practice import is_practice

_CONFIG_MOST = 2**20


@dataclass(frozen=True, slots=True)
class Base:
    """`name` is what `find_folder` takes: a Hugging Face id or a folder."""

    name: str
    folder: Path
    practice: bool = False


def practice_folder(settings: Settings) -> Path:
    """Where a workspace keeps its practice model."""
    return settings.workspace / "models" / PRACTICE


def find_bases(settings: Settings) -> list[Base]:
    """The practice model where there is one, then what the Hugging Face cache of this machine holds."""
    practice = practice_folder(settings)
    found = [Base(str(practice), practice, True)] if is_practice(practice) else []
    return found + [base for name in _cached_ids() if (base := _usable(name)) is not None]


def find_base(name: str) -> Base:
    """The base of that id or folder. Raises AppError `models.not_downloaded`, `models.no_safetensors`, or
    `training.no_causal` where it is no model that writes text."""
    folder = find_folder(name)
    if not _is_causal(folder):
        raise AppError("training.no_causal", name=Path(name).name)
    return Base(name, folder, is_practice(folder))


def _cached_ids() -> list[str]:
    """The ids of the models in the cache, by the names of its folders."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folders = sorted(Path(HF_HUB_CACHE).glob("models--*"))
    return [folder.name.removeprefix("models--").replace("--", "/", 1) for folder in folders]


def _usable(name: str) -> Base | None:
    try:
        return find_base(name)
    except AppError:
        return None


def _is_causal(folder: Path) -> bool:
    path = folder / "config.json"
    try:
        if path.stat().st_size > _CONFIG_MOST:
            return False
        kinds = json.loads(path.read_text(encoding="utf-8")).get("architectures") or []
    except (OSError, ValueError, AttributeError):
        return False
    return any(str(kind).endswith(("ForCausalLM", "LMHeadModel")) for kind in kinds)
