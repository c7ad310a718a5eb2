"""The packaged encoder, bare or under an adapter, run by torch as it was trained: for those who judge many adapters.

Exporting each to ONNX would take longer than training it. Vectors are kept by their text, so that a base that is asked
again and again reads everything once. The app itself embeds with `core.models.embedder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.models.embedder import Kind
from core.models.gloss import hash_list, open_gloss

_BATCH = 16
_MAX_TOKENS = 256


class TorchEmbedder:
    """An `Embedder`. `adapter`: a folder with PEFT's two files, checked by the caller, or None for the base; `words`:
    the list through which Spanish is read."""

    def __init__(self, base: Path, adapter: Path | None = None, threads: int = 1, words: Path | None = None) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        model = AutoModel.from_pretrained(base, local_files_only=True, use_safetensors=True)
        if adapter is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter))
        self._model = model.eval()
        self._gloss = open_gloss(words, base) if words else None
        self._vectors: dict[str, np.ndarray] = {}
        read = f"+es{hash_list(words)[:8]}" if words else ""
        self.id = f"torch:{adapter.resolve() if adapter else base.name}{read}@float32"
        self.dimension = int(model.config.hidden_size)
        self.max_tokens = _MAX_TOKENS

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage", lang: str = "") -> np.ndarray:
        del kind
        if self._gloss is not None:
            texts = [self._gloss.read(text, lang) for text in texts]
        self._read([text for text in dict.fromkeys(texts) if text not in self._vectors])
        return np.stack([self._vectors[text] for text in texts])

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer(text)["input_ids"])

    def _read(self, texts: list[str]) -> None:
        """The vectors of new texts, those of alike length together."""
        texts.sort(key=len)
        for at in range(0, len(texts), _BATCH):
            part = texts[at : at + _BATCH]
            batch = self._tokenizer(part, padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
            with self._torch.no_grad():
                states = self._model(**batch).last_hidden_state.numpy()
            mask = batch["attention_mask"].numpy()
            for n, text in enumerate(part):
                self._vectors[text] = _unit(states[n, : int(mask[n].sum())].mean(0))


def _unit(rows: np.ndarray) -> Any:
    return (rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)).astype(np.float32)
