"""Trains a chat adapter: LoRA on a causal language model, from conversations of which only the completion counts.

Batches are of alike length and go through the model in smaller parts whose gradients add up; where memory runs out,
the parts are halved, once. The steps, checks and checkpoints are `loop`'s. It judges nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import AppError
from core.models.adapter_files import CheckedAdapter
from core.training.causal import Tokens, TrainableChat
from core.training.earlier import shape_of
from core.training.examples import Example
from core.training.loop import Report, Run, Trained
from core.training.replay import REPLAY, add_replay, count_replay

_CHUNK_BATCHES = 8  # batches are cut from so many batches' worth of examples, sorted by length
_LEAST = 4


@dataclass(frozen=True, slots=True)
class ChatConfig:
    """Hyperparameters. A step learns from `batch` examples, `micro_batch` at a time. `targets` are names of layers, or
    'all' linear ones. `rslora` divides by the root of the rank. Longer examples than `max_tokens` are left out.
    `replay`: for each example so many written by the base itself. `four_bits`: the base's weights in four bits, which
    needs a CUDA device."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    rslora: bool = False
    targets: tuple[str, ...] = ("all",)
    learning_rate: float = 2e-4
    batch: int = 8
    micro_batch: int = 4
    epochs: int = 2
    warmup_share: float = 0.05
    schedule: str = "linear"
    max_tokens: int = 1024
    check_every: int = 10
    patience: int = 4
    early_stopping: bool = True
    replay: float = 0.0
    four_bits: bool = False
    threads: int = 0
    seed: int = 0


def train_chat(
    base: Path,
    examples: Sequence[Example],
    held_out: Sequence[Example],
    config: ChatConfig,
    folder: Path,
    report: Report = lambda _: True,
    start: Path | None = None,
) -> Trained:
    """Train on `examples`; write PEFT's two files and `steps.jsonl` to `folder`. Continues a run that was cut off.

    `base` is a folder with a causal model in safetensors. `report` is called after each step and returns False to
    stop. `start` is an earlier adapter of the same shape to go on from. Raises AppError: `training.too_few` (of those
    that are short enough), `training.no_such_layer`, `training.no_memory`, `training.no_four_bits`,
    `training.cancelled`, `training.diverged`, `training.other_run`, `training.other_start`."""
    chat = load_chat(base, config)
    if start is not None:
        chat.load(start)
    replayed = count_replay(config.replay, len(examples))
    if replayed:
        examples = [*examples, *add_replay(chat, replayed, folder, config.seed)]
    short = [found for one in examples if (found := chat.tokenize(one, config.max_tokens))]
    checked = [found for one in held_out if (found := chat.tokenize(one, config.max_tokens))]
    if len(short) < _LEAST:
        raise AppError("training.too_few", n=len(short), least=_LEAST)
    trained = _Run(chat, short, checked, config, folder).go(report)
    (folder / REPLAY).unlink(missing_ok=True)  # what is left is an adapter and nothing else
    return trained


def load_chat(base: Path, config: ChatConfig) -> TrainableChat:
    """The model with fresh matrices, which change nothing yet; the same seed makes the same ones."""
    import torch

    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    return TrainableChat(
        base,
        rank=config.rank,
        alpha=config.alpha,
        dropout=config.dropout,
        rslora=config.rslora,
        targets=config.targets,
        four_bits=config.four_bits,
    )


def config_of(adapter: CheckedAdapter) -> ChatConfig:
    """What an adapter that was trained elsewhere is made of, as far as judging it needs."""
    return ChatConfig(**shape_of(adapter))


def group_by_length(lengths: Sequence[int], size: int, seed: int, epoch: int) -> list[list[int]]:
    """Every position once, in batches of alike length, the batches in random order: little padding."""
    generator = random.Random(seed * 1000 + epoch)
    order = list(range(len(lengths)))
    generator.shuffle(order)
    batches: list[list[int]] = []
    for at in range(0, len(order), size * _CHUNK_BATCHES):
        chunk = sorted(order[at : at + size * _CHUNK_BATCHES], key=lambda i: (lengths[i], i))
        batches += [chunk[k : k + size] for k in range(0, len(chunk), size)]
    generator.shuffle(batches)
    return batches


class _Run(Run):
    """A run of the language model."""

    def __init__(
        self, chat: TrainableChat, examples: list[Tokens], held_out: list[Tokens], config: ChatConfig, folder: Path
    ) -> None:
        lengths = [len(one.ids) for one in examples]
        epochs = [group_by_length(lengths, config.batch, config.seed, epoch) for epoch in range(config.epochs)]
        batches = [batch for epoch in epochs for batch in epoch]
        self._chat, self._examples, self._held_out = chat, examples, held_out
        super().__init__(config, folder, chat.weights, batches, len(examples), bool(held_out), config.micro_batch)

    def backward(self, batch: list[int]) -> float:
        """The mean over all tokens that count: the same whatever the size of the parts."""
        examples = [self._examples[i] for i in batch]
        self._chat.model.train()
        counted = sum(len(one.ids) - one.start for one in examples)
        total = 0.0
        for part in _parts(examples, self._part):
            loss, _ = self._chat.loss(part)
            (loss / counted).backward()
            total += float(loss.detach())
        return total / counted

    def measure(self) -> float:
        """Per token, in parts of the training's size, the longest together."""
        self._chat.model.eval()
        total = counted = 0.0
        with self._torch.no_grad():
            for part in _parts(sorted(self._held_out, key=lambda one: len(one.ids)), self._part):
                loss, n = self._chat.loss(part)
                total, counted = total + float(loss), counted + n
        return total / counted

    def save(self) -> None:
        self._chat.save(self._folder)

    def count_weights(self) -> tuple[int, int]:
        return self._chat.count_weights()


def _parts(examples: Sequence[Tokens], size: int) -> Iterator[Sequence[Tokens]]:
    return (examples[at : at + size] for at in range(0, len(examples), size))
