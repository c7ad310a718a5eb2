"""The plain way to train a chat adapter, to be compared with: transformers' own Trainer over a PEFT model.

It is what most tutorials do: batches padded to their longest example, in random order, logits of every token. The data,
the matrices, the rate, the batch and the epochs are those of the configuration. The app does not use it.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.training.causal import Tokens
from core.training.chat_lora import ChatConfig, load_chat
from core.training.examples import Example

_IGNORED = -100


def train_plainly(base: Path, examples: Sequence[Example], held_out: Sequence[Example], config: ChatConfig) -> float:
    """The held-out loss per token that counts, after all epochs."""
    import torch
    from transformers import DataCollatorForSeq2Seq, PrinterCallback, Trainer, TrainingArguments

    chat = load_chat(base, config)
    chat.tokenizer.padding_side = "right"
    rows = [_row(found) for one in examples if (found := chat.tokenize(one, config.max_tokens))]
    with tempfile.TemporaryDirectory(prefix="cotejo-plain-") as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=config.batch,
            num_train_epochs=config.epochs,
            max_grad_norm=1.0,
            seed=config.seed,
            use_cpu=chat.device == "cpu",
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            remove_unused_columns=False,
        )
        collate = DataCollatorForSeq2Seq(chat.tokenizer, label_pad_token_id=_IGNORED)
        both = _optimize(chat.weights, config, len(rows))
        trainer = Trainer(model=chat.model, args=arguments, train_dataset=rows, data_collator=collate, optimizers=both)
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    chat.model.eval()
    total = counted = 0.0
    with torch.no_grad():
        for one in held_out:
            tokens = chat.tokenize(one, config.max_tokens)
            if tokens is not None:
                loss, n = chat.loss([tokens])
                total, counted = total + float(loss), counted + n
    return total / counted


def _optimize(weights: dict[str, Any], config: ChatConfig, examples: int) -> tuple[Any, Any]:
    """The same optimizer and the same rate at every step as `loop` has, so that the losses can be compared."""
    import torch

    steps = math.ceil(examples / config.batch) * config.epochs
    warm = max(round(steps * config.warmup_share), 1)

    def share(step: int) -> float:
        return (step + 1) / warm if step < warm else 1 - 0.9 * (step - warm) / max(steps - warm, 1)

    optimizer = torch.optim.AdamW(weights.values(), lr=config.learning_rate, weight_decay=0.01)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def _row(tokens: Tokens) -> dict[str, Any]:
    labels = [_IGNORED] * tokens.start + list(tokens.ids[tokens.start :])
    return {"input_ids": list(tokens.ids), "attention_mask": [1] * len(tokens.ids), "labels": labels}
