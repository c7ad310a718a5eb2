"""Trains a retriever adapter: LoRA on a sentence encoder, from question-passage pairs, on the processor if need be.

The other passages of a batch are the wrong answers (in-batch negatives, Henderson et al. 2017, scale 20), beside
mined ones. Texts of the languages in `keep_langs` are held near the base model's vectors, so that it forgets little.
The same seed gives the same adapter: what is random is drawn anew from (seed, step), and a run goes on from its last
whole checkpoint with the same losses. It judges nothing: whether an adapter may be used is `core.evaluation.gate`'s.
"""

from __future__ import annotations

import dataclasses
import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.training.checkpoint import Checkpoint, drop_checkpoints, read_checkpoint, write_checkpoint
from core.training.encoder import TrainableEncoder
from core.training.pairs import Pair

_CHUNK_BATCHES = 8  # batches are cut from so many batches' worth of pairs, sorted by length
_CLIP = 1.0
_CHECKED_MOST = 192  # held-out pairs looked at in a check
_BETTER = 1e-4


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
    scale: float = 20.0
    keep: float = 0.0
    keep_langs: tuple[str, ...] = ("en",)
    max_tokens: int = 256
    check_every: int = 10
    patience: int = 4
    early_stopping: bool = True
    threads: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a run tells after each step. `held_out` is None but after a check; rates are per second."""

    step: int
    steps: int
    loss: float
    held_out: float | None
    learning_rate: float
    gradient_norm: float
    pairs_per_s: float


Report = Callable[[StepReport], bool]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run left in its folder: `best_step` is the step whose weights were kept."""

    steps: int
    best_step: int
    held_out_before: float
    held_out_best: float
    trainable: int
    weights: int
    seconds: float


def train_retriever(
    base: Path,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    config: RetrieverConfig,
    folder: Path,
    report: Report = lambda _: True,
    start: Path | None = None,
) -> Trained:
    """Train on `pairs`; write PEFT's two files and `steps.jsonl` to `folder`. Continues a run that was cut off.

    `start` is an earlier adapter of the same rank to go on from. `report` is called after each step and returns False
    to stop. Raises AppError: `training.too_few`, `training.cancelled`, `training.diverged`, `training.other_run` (the
    folder holds another's), `training.other_start`."""
    if len(pairs) < 4:
        raise AppError("training.too_few", n=len(pairs), least=4)
    return _Run(base, list(pairs), list(held_out)[:_CHECKED_MOST], config, folder, start).go(report)


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


class _Run:
    """One run: the model, its optimizer, and where it stands."""

    def __init__(
        self,
        base: Path,
        pairs: list[Pair],
        held_out: list[Pair],
        config: RetrieverConfig,
        folder: Path,
        start: Path | None,
    ) -> None:
        import torch

        self._torch = torch
        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self._pairs, self._held_out, self._config, self._folder = pairs, held_out, config, folder
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
        self._weights = self._encoder.weights
        self._optimizer = torch.optim.AdamW(self._weights.values(), lr=config.learning_rate, weight_decay=0.01)
        epochs = [draw_batches(pairs, config.batch, config.seed, epoch) for epoch in range(config.epochs)]
        self._batches = [batch for epoch in epochs for batch in epoch]
        self._step = self._best_step = self._checks_without = 0
        self._before = self._best = math.inf
        self._best_weights = self._copy_weights()

    def go(self, report: Report) -> Trained:
        started = time.perf_counter()
        self._resume()
        if self._step == 0 and self._held_out:
            self._before = self._best = self._measure()
        steps = len(self._batches)
        while self._step < steps and not self._is_over():
            begun = time.perf_counter()
            loss, norm, rate = self._learn(self._batches[self._step])
            self._step += 1
            held_out = self._check() if self._step % self._config.check_every == 0 or self._step == steps else None
            speed = len(self._batches[self._step - 1]) / (time.perf_counter() - begun)
            row = StepReport(self._step, steps, loss, held_out, rate, norm, round(speed, 2))
            self._write_row(row)
            if held_out is not None:
                self._save_checkpoint()
            if not report(row):
                raise AppError("training.cancelled")
        if self._config.early_stopping:
            self._restore(self._best_weights)
        self._encoder.save(self._folder)
        drop_checkpoints(self._folder)
        trainable, weights = self._encoder.count_weights()
        seconds = time.perf_counter() - started
        return Trained(self._step, self._best_step, self._before, self._best, trainable, weights, round(seconds, 1))

    def _is_over(self) -> bool:
        return self._config.early_stopping and self._checks_without >= self._config.patience

    # ------------------------------------------------------------ a step

    def _learn(self, batch: list[int]) -> tuple[float, float, float]:
        """(loss, gradient norm, learning rate) of one step."""
        torch, config = self._torch, self._config
        rate = config.learning_rate * self._schedule()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(config.seed * 1_000_003 + self._step)
        self._encoder.model.train()
        self._optimizer.zero_grad()
        loss = self._loss([self._pairs[i] for i in batch], config.keep)
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self._weights.values(), _CLIP))
        if not math.isfinite(norm) or not math.isfinite(float(loss.detach())):
            raise AppError("training.diverged", step=self._step + 1, rate=config.learning_rate)
        self._optimizer.step()
        return float(loss.detach()), norm, rate

    def _schedule(self) -> float:
        """Linear warm-up, then linear decay to a tenth."""
        total = len(self._batches)
        warm = max(round(total * self._config.warmup_share), 1)
        if self._step < warm:
            return (self._step + 1) / warm
        return 1 - 0.9 * (self._step - warm) / max(total - warm, 1)

    def _loss(self, pairs: list[Pair], keep: float):
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
        loss = (loss + torch.nn.functional.cross_entropy(back, right)) / 2
        return loss + keep * self._drift(pairs, questions, passages) if keep else loss

    def _drift(self, pairs: list[Pair], questions, passages):
        """How far the texts of the kept languages have moved from the base's vectors: mean of 1 - cosine."""
        torch, langs = self._torch, self._config.keep_langs
        texts = [p.question for p in pairs if p.lang in langs] + [p.passage for p in pairs if p.passage_lang in langs]
        if not texts:
            return 0.0
        rows = [questions[i] for i, p in enumerate(pairs) if p.lang in langs]
        rows += [passages[i] for i, p in enumerate(pairs) if p.passage_lang in langs]
        self._encoder.model.eval()
        with torch.no_grad():
            base = self._encoder.encode(texts, adapted=False)
        self._encoder.model.train()
        return (1 - (torch.stack(rows) * base).sum(1)).mean()

    # ------------------------------------------------------------ checks

    def _check(self) -> float | None:
        """The held-out loss; remembers the best weights."""
        if not self._held_out:
            self._best_step, self._best_weights = self._step, self._copy_weights()
            return None
        found = self._measure()
        if found < self._best - _BETTER:
            self._best, self._best_step, self._checks_without = found, self._step, 0
            self._best_weights = self._copy_weights()
        else:
            self._checks_without += 1
        return found

    def _measure(self) -> float:
        """Mean loss over the held-out pairs, in batches of the training's size."""
        size, total = self._config.batch, 0.0
        self._encoder.model.eval()
        with self._torch.no_grad():
            for at in range(0, len(self._held_out), size):
                part = self._held_out[at : at + size]
                total += float(self._loss(part, 0.0)) * len(part)
        return total / len(self._held_out)

    # ------------------------------------------------------------ keeping

    def _copy_weights(self) -> dict[str, Any]:
        return {name: part.detach().clone() for name, part in self._weights.items()}

    def _restore(self, weights: dict[str, Any]) -> None:
        with self._torch.no_grad():
            for name, part in self._weights.items():
                part.copy_(weights[name])

    def _facts(self) -> dict[str, Any]:
        """What a checkpoint must agree with to be continued."""
        config = json.loads(json.dumps(dataclasses.asdict(self._config)))
        return {"config": config, "pairs": len(self._pairs), "batches": len(self._batches)}

    def _save_checkpoint(self) -> None:
        tensors = {f"weight.{name}": part.detach() for name, part in self._weights.items()}
        tensors |= {f"best.{name}": part for name, part in self._best_weights.items()}
        for name, part in self._weights.items():
            state = self._optimizer.state[part]
            tensors |= {f"first.{name}": state["exp_avg"], f"second.{name}": state["exp_avg_sq"]}
        facts = self._facts() | {
            "best": self._best if math.isfinite(self._best) else None,
            "before": self._before if math.isfinite(self._before) else None,
            "best_step": self._best_step,
            "checks_without": self._checks_without,
        }
        write_checkpoint(self._folder, Checkpoint(self._step, tensors, facts))

    def _resume(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        saved = read_checkpoint(self._folder)
        if saved is None:
            (self._folder / "steps.jsonl").unlink(missing_ok=True)
            return
        facts = saved.facts
        if any(facts[name] != value for name, value in self._facts().items()):
            raise AppError("training.other_run", folder=self._folder.name)
        self._restore({name: saved.tensors[f"weight.{name}"] for name in self._weights})
        self._best_weights = {name: saved.tensors[f"best.{name}"] for name in self._weights}
        for name, part in self._weights.items():
            self._optimizer.state[part] = {
                "step": self._torch.tensor(float(saved.step)),
                "exp_avg": saved.tensors[f"first.{name}"],
                "exp_avg_sq": saved.tensors[f"second.{name}"],
            }
        self._step, self._best_step = saved.step, facts["best_step"]
        self._checks_without = facts["checks_without"]
        self._best = math.inf if facts["best"] is None else facts["best"]
        self._before = math.inf if facts["before"] is None else facts["before"]
        self._cut_rows()

    def _write_row(self, row: StepReport) -> None:
        with (self._folder / "steps.jsonl").open("a", encoding="utf-8") as target:
            target.write(json.dumps(dataclasses.asdict(row)) + "\n")

    def _cut_rows(self) -> None:
        """Forget the steps after the checkpoint: they are done again."""
        path = self._folder / "steps.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= self._step]
        path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
