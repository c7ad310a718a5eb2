"""A sentence encoder with LoRA matrices (Hu et al. 2021) that learns; its own weights stay as they are.

Mean pooling over the last states, unit vectors, as the app's embedder does it. It knows no data set and no schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from core.errors import AppError
from core.models.adapters import WEIGHTS, check_adapter


class TrainableEncoder:
    """Loads torch, transformers and peft when it is made. `max_tokens` cuts texts."""

    def __init__(
        self, folder: Path, *, rank: int, alpha: int, dropout: float, targets: Sequence[str], max_tokens: int
    ) -> None:
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModel, AutoTokenizer

        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._max_tokens = max_tokens
        model = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, attn_implementation="sdpa"
        )
        # The pooler's output is not used by mean pooling, so matrices there would never learn.
        found = [name for name, part in model.named_modules() if _is_target(name, part, targets, torch)]
        if not found:
            raise AppError("training.no_target", targets=", ".join(targets))
        config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=found)
        self.model = get_peft_model(model, config)
        self.targets = tuple(found)
        self.weights = {name: part for name, part in self.model.named_parameters() if part.requires_grad}

    def count_weights(self) -> tuple[int, int]:
        """(trainable, all) weights."""
        trainable = sum(part.numel() for part in self.weights.values())
        return trainable, sum(part.numel() for part in self.model.parameters())

    def encode(self, texts: Sequence[str], *, adapted: bool = True):
        """(n, dimension) unit vectors that carry gradients where the caller allows them."""
        torch = self._torch
        batch = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._max_tokens, return_tensors="pt"
        )
        with nullcontext() if adapted else self.model.disable_adapter():
            states = self.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        pooled = (states * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(pooled, dim=-1)

    def load(self, adapter: Path, base: Path) -> None:
        """Take over the matrices of an earlier adapter; AppError where it is not fit for this base and rank."""
        check_adapter(adapter, base / "model.safetensors")
        from safetensors.torch import load_file

        with self._torch.no_grad():
            for name, part in load_file(adapter / WEIGHTS).items():
                mine = self.weights.get(name.replace(".weight", ".default.weight"))
                if mine is None or mine.shape != part.shape:
                    raise AppError("training.other_start", adapter=adapter.name)
                mine.copy_(part)

    def save(self, folder: Path) -> None:
        """PEFT's own two files, matrices in half precision: plain PEFT loads the folder."""
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        config = self.model.peft_config["default"]
        config.inference_mode = True
        config.base_model_name_or_path = "sentence-transformers/all-MiniLM-L6-v2"
        config.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty form; the card says what there is to say
        # Without this PEFT would ask the hub whether the vocabulary was changed.
        found = get_peft_model_state_dict(self.model, save_embedding_layers=False)
        tensors = {name: part.half().contiguous() for name, part in found.items()}
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def _is_target(name: str, part, targets: Sequence[str], torch) -> bool:
    linear = isinstance(part, torch.nn.Linear)
    return linear and not name.startswith("pooler") and name.rsplit(".", 1)[-1] in targets
