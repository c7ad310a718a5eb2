"""Trains a retriever adapter: LoRA on a sentence encoder, from question-passage pairs, on the processor if need be.

The other passages of a batch are the wrong answers (in-batch negatives, Henderson et al. 2017, scale 20), beside
those that a pair names. Where memory runs out, a batch is learned from in halves, each with the wrong answers of its
own. General texts of the languages in `keep_langs`, some drawn anew for each step, are held near the base
model's vectors, so that it forgets little (`replay.general_texts`).
Spanish is read through the list of words that the adapter will be used with, as the app's embedder does it.
The steps, checks and checkpoints are `loop`'s. It judges nothing: whether an adapter may be used is
`core.evaluation.gate`'s.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models.gloss import open_gloss
from core.training.encoder import TrainableEncoder
from core.training.loop import Report, Run, Trained
from core.training.pairs import Pair, format_pairs
from core.training.replay import general_texts

_CHUNK_BATCHES = 8  # batches are cut from so many batches' worth of pairs, sorted by length
_CHECKED_MOST = 192  # held-out pairs looked at in a check
_KEPT = 16  # general texts in a step


@dataclass(frozen=True, slots=True)
class RetrieverConfig:
    """Hyperparameters. `check_every` and `patience` count steps and checks; `keep` weighs staying near the base.
    Without `early_stopping` the last weights are kept, else those that did best on the held-out pairs."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    targets: tuple[str, ...] = ("query", "key", "value", "dense")
    learning_rate: float = 1e-3
    batch: int = 32
    epochs: int = 1
    warmup_share: float = 0.1
    schedule: str = "linear"
    scale: float = 20.0
    keep: float = 4.0
    keep_langs: tuple[str, ...] = ("en", "es")
    max_tokens: int = 256
    check_every: int = 10
    patience: int = 4
    early_stopping: bool = True
    threads: int = 0
    seed: int = 0


def train_retriever(
    base: Path,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    config: RetrieverConfig,
    folder: Path,
    report: Report = lambda _: True,
    start: Path | None = None,
    words: Path | None = None,
) -> Trained:
    """Train on `pairs`; write PEFT's two files and `steps.jsonl` to `folder`. Continues a run that was cut off.

    `start` is an earlier adapter of the same rank to go on from; `words` is the list through which Spanish is read.
    `report` is called after each step and returns False to stop. Raises AppError: `training.too_few`,
    `training.cancelled`, `training.diverged`, `training.no_memory`, `training.other_run` (the folder holds another's),
    `training.other_start`."""
    if len(pairs) < 4:
        raise AppError("training.too_few", n=len(pairs), least=4)
    learned, checked = read_through(pairs, words, base), read_through(list(held_out)[:_CHECKED_MOST], words, base)
    general = _read_general(config.keep_langs, words, base) if config.keep else []
    return _Run(base, learned, checked, general, config, folder, start).go(report)


def read_through(pairs: Sequence[Pair], words: Path | None, base: Path) -> list[Pair]:
    """The pairs as the encoder is to see them: their Spanish word by word in English where there is a list."""
    if words is None:
        return list(pairs)
    gloss = open_gloss(words, base)
    return [
        replace(
            pair,
            question=gloss.read(pair.question, pair.lang),
            passage=gloss.read(pair.passage, pair.passage_lang),
            negatives=tuple(gloss.read(text, pair.passage_lang) for text in pair.negatives),
        )
        for pair in pairs
    ]


def _read_general(langs: Sequence[str], words: Path | None, base: Path) -> list[str]:
    gloss = open_gloss(words, base) if words else None
    return [gloss.read(text, lang) if gloss else text for lang in langs for text in general_texts(lang)]


def draw_batches(pairs: Sequence[Pair], size: int, seed: int, epoch: int) -> list[list[int]]:
    """Positions by batch, in random order, texts of alike length together: less padding, harder negatives."""
    generator = random.Random(seed * 1000 + epoch)
    order = list(range(len(pairs)))
    generator.shuffle(order)
    batches: list[list[int]] = []
    for at in range(0, len(order), size * _CHUNK_BATCHES):
        chunk = sorted(order[at : at + size * _CHUNK_BATCHES], key=lambda i: len(pairs[i].passage))
        batches += [chunk[k : k + size] for k in range(0, len(chunk), size)]
    if len(batches) > 1:
        batches = [batch for batch in batches if len(batch) >= max(size // 2, 2)] or batches
    generator.shuffle(batches)
    return batches


class _Run(Run):
    """A run of the sentence encoder."""

    part_least = 2  # one pair alone has no wrong answer

    def __init__(
        self,
        base: Path,
        pairs: list[Pair],
        held_out: list[Pair],
        general: list[str],
        config: RetrieverConfig,
        folder: Path,
        start: Path | None,
    ) -> None:
        import torch

        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self._pairs, self._held_out, self._general = pairs, held_out, general
        self._encoder = TrainableEncoder(
            base,
            rank=config.rank,
            alpha=config.alpha,
            dropout=config.dropout,
            targets=config.targets,
            max_tokens=config.max_tokens,
        )
        if start is not None:
            self._encoder.load(start, base)
        epochs = [draw_batches(pairs, config.batch, config.seed, epoch) for epoch in range(config.epochs)]
        batches = [batch for epoch in epochs for batch in epoch]
        super().__init__(config, folder, self._encoder.weights, batches, len(pairs), bool(held_out), config.batch)

    def backward(self, batch: list[int]) -> float:
        self._encoder.model.train()
        total = 0.0
        for at in range(0, len(batch), self._part):
            part = [self._pairs[i] for i in batch[at : at + self._part]]
            total += self._learn_from(self._loss(part) * (len(part) / len(batch)))
        if self._general:
            total += self._learn_from(self._config.keep * self._drift())
        return total

    @staticmethod
    def _learn_from(loss: Any) -> float:
        """At once, so that what the gradients need is not kept for the next part."""
        loss.backward()
        return float(loss.detach())

    def measure(self) -> float:
        """In batches of the training's size."""
        size, total = self._config.batch, 0.0
        self._encoder.model.eval()
        with self._torch.no_grad():
            for at in range(0, len(self._held_out), size):
                part = self._held_out[at : at + size]
                total += float(self._loss(part)) * len(part)
        return total / len(self._held_out)

    def save(self) -> None:
        self._encoder.save(self._folder)

    def count_weights(self) -> tuple[int, int]:
        return self._encoder.count_weights()

    def facts(self) -> dict[str, Any]:
        """The texts too: read through another list of words they are others."""
        return super().facts() | {"texts": hashlib.sha256(format_pairs(self._pairs).encode()).hexdigest()}

    def _loss(self, pairs: list[Pair]):
        torch = self._torch
        questions = self._encoder.encode([pair.question for pair in pairs])
        passages = self._encoder.encode([pair.passage for pair in pairs])
        wrong = [text for pair in pairs for text in pair.negatives]
        others = torch.cat([passages, self._encoder.encode(wrong)]) if wrong else passages
        scores = self._config.scale * questions @ others.T
        same = torch.tensor([[a.key == b.key for b in pairs] for a in pairs]) & ~torch.eye(len(pairs), dtype=torch.bool)
        masked = torch.nn.functional.pad(same, (0, len(wrong)))
        right = torch.arange(len(pairs))
        loss = torch.nn.functional.cross_entropy(scores.masked_fill(masked, -1e4), right)
        back = scores[:, : len(pairs)].T.masked_fill(same, -1e4)
        return (loss + torch.nn.functional.cross_entropy(back, right)) / 2

    def _drift(self):
        """How far general texts, drawn for this step, have moved from the base's vectors: mean of 1 - cosine."""
        draw = random.Random(self._config.seed * 1_000_003 + self._step)
        texts = draw.sample(self._general, min(_KEPT, len(self._general)))
        self._encoder.model.eval()
        with self._torch.no_grad():
            base = self._encoder.encode(texts, adapted=False)
        self._encoder.model.train()
        return (1 - (self._encoder.encode(texts) * base).sum(1)).mean()
