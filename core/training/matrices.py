"""The LoRA matrices of a model that learns, taken over from an adapter's folder and written to one.

An encoder and a language model keep theirs alike: PEFT's two files, matrices in half precision. It trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models.adapter_files import WEIGHTS, check_adapter, layers_of_model


def learning_weights(model: Any) -> dict[str, Any]:
    """The weights that learn, by name."""
    return {name: part for name, part in model.named_parameters() if part.requires_grad}


def count_weights(model: Any) -> tuple[int, int]:
    """(learning, all) weights."""
    learning = sum(part.numel() for part in model.parameters() if part.requires_grad)
    return learning, sum(part.numel() for part in model.parameters())


def load_matrices(model: Any, adapter: Path, base: Path) -> None:
    """Take over the matrices of an adapter of `base` (its weights file or folder) into a model that PEFT has prepared.

    Raises AppError `adapters.refused_*`, or `training.other_start` where its rank or its layers are others."""
    check_adapter(adapter, layers_of_model(model), base)
    import torch
    from safetensors.torch import load_file

    weights = learning_weights(model)
    found = {name.replace(".weight", ".default.weight"): part for name, part in load_file(adapter / WEIGHTS).items()}
    if {name: part.shape for name, part in found.items()} != {name: part.shape for name, part in weights.items()}:
        raise AppError("training.other_start", adapter=adapter.name)
    with torch.no_grad():
        for name, part in found.items():
            weights[name].copy_(part)


def save_matrices(model: Any, folder: Path, base_name: str) -> None:
    """PEFT's own two files: plain PEFT, sentence-transformers and vLLM load the folder."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = model.peft_config["default"]
    config.inference_mode = True
    config.base_model_name_or_path = base_name
    config.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty form; the card says what there is to say
    # Without this PEFT would ask the hub whether the vocabulary was changed.
    found: Mapping[str, Any] = get_peft_model_state_dict(model, save_embedding_layers=False)
    tensors = {name: part.detach().half().cpu().contiguous() for name, part in found.items()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def load_libraries() -> None:
    """Import what training needs, so that processes forked from this one need not do it again."""
    import peft  # noqa: F401
    import torch  # noqa: F401
    import transformers  # noqa: F401
