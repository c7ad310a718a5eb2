"""A sentence encoder with LoRA matrices (Hu et al. 2021) that learns; its own weights stay as they are.

Mean pooling over the last states, unit vectors, as the app's embedder does it. It knows no data set and no schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from core.errors import AppError
from core.training.matrices import count_weights, learning_weights, load_matrices, save_matrices


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
        self.weights = learning_weights(self.model)

    def count_weights(self) -> tuple[int, int]:
        """(trainable, all) weights."""
        return count_weights(self.model)

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
        load_matrices(self.model, adapter, base / "model.safetensors")

    def save(self, folder: Path) -> None:
        """PEFT's own two files, matrices in half precision: plain PEFT loads the folder."""
        save_matrices(self.model, folder, "sentence-transformers/all-MiniLM-L6-v2")


def _is_target(name: str, part, targets: Sequence[str], torch) -> bool:
    linear = isinstance(part, torch.nn.Linear)
    return linear and not name.startswith("pooler") and (name in targets or name.rsplit(".", 1)[-1] in targets)
