"""One training run, step by step: schedule, checks on held-out data, early stopping, checkpoints, going on after a cut.

What learns, what its loss is and how it is saved are the subclass's. The same seed gives the same adapter: what is
random is drawn anew from (seed, step), and a run that was cut off goes on from its last whole checkpoint with the same
losses.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from core.errors import AppError
from core.training.checkpoint import Checkpoint, drop_checkpoints, read_checkpoint, write_checkpoint

SCHEDULES = ("linear", "cosine", "constant")
_CLIP = 1.0
_BETTER = 1e-4


class Schedule(Protocol):
    """The hyperparameters that every kind of adapter has; a frozen dataclass."""

    learning_rate: float
    warmup_share: float
    schedule: str  # one of SCHEDULES
    check_every: int
    patience: int
    early_stopping: bool
    seed: int


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a run tells after each step. `held_out` is None but after a check; rates are per second; `memory_mb` is the
    most that the GPU held until then where there is one, else what the process holds."""

    step: int
    steps: int
    loss: float
    held_out: float | None
    learning_rate: float
    gradient_norm: float
    pairs_per_s: float
    memory_mb: float = 0.0


Report = Callable[[StepReport], bool]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run left in its folder: `best_step` is the step whose weights were kept, `strength` the share of what they
    had learned that counts."""

    steps: int
    best_step: int
    held_out_before: float
    held_out_best: float
    trainable: int
    weights: int
    seconds: float
    strength: float = 1.0


class Run(ABC):
    """The weights that learn, their optimizer, and where the run stands."""

    part_least = 1

    def __init__(
        self,
        config: Any,
        folder: Path,
        weights: dict[str, Any],
        batches: Sequence[list[int]],
        size: int,
        checked: bool,
        part: int,
    ) -> None:
        """`config` is a `Schedule`; `batches` are positions of examples, of which there are `size`; without `checked`
        there is no held-out data. So many examples as `part` go through the model at once."""
        import torch

        self._torch = torch
        self._config, self._folder, self._weights, self._size, self._checked = config, folder, weights, size, checked
        self._optimizer = torch.optim.AdamW(weights.values(), lr=config.learning_rate, weight_decay=0.01)
        self._batches = list(batches)
        self._part, self._halved = part, False
        self._step = self._best_step = self._checks_without = 0
        self._before = self._best = math.inf
        self._best_weights = self._copy_weights()

    @abstractmethod
    def backward(self, batch: list[int]) -> float:
        """The loss of a batch, taken in parts of `_part`; leaves its gradients with the weights."""

    @abstractmethod
    def measure(self) -> float:
        """The mean loss over the held-out data."""

    def find_strength(self) -> float:
        """Scale the best weights to the share of what they learned (0..1) that does best on the held-out data; 1 where
        a kind of adapter knows no other."""
        return 1.0

    @abstractmethod
    def save(self) -> None:
        """Write the adapter to the run's folder."""

    @abstractmethod
    def count_weights(self) -> tuple[int, int]:
        """(learning, all) weights."""

    def go(self, report: Report) -> Trained:
        """Train to the end. Raises AppError: `training.cancelled`, `training.diverged`, `training.other_run`."""
        started = time.perf_counter()
        self._resume()
        if self._step == 0 and self._checked:
            self._before = self._best = self.measure()
        steps = len(self._batches)
        while self._step < steps and not self._is_over():
            begun = time.perf_counter()
            loss, norm, rate = self._learn(self._batches[self._step])
            self._step += 1
            held_out = self._check() if self._step % self._config.check_every == 0 or self._step == steps else None
            speed = len(self._batches[self._step - 1]) / (time.perf_counter() - begun)
            row = StepReport(self._step, steps, loss, held_out, rate, norm, round(speed, 2), _memory_mb(self._torch))
            self._write_row(row)
            if held_out is not None:
                self._save_checkpoint()
            if not report(row):
                raise AppError("training.cancelled")
        if self._config.early_stopping:
            self._restore(self._best_weights)
        strength = self.find_strength() if self._config.early_stopping and self._checked else 1.0
        self.save()
        drop_checkpoints(self._folder)
        trainable, weights = self.count_weights()
        seconds = time.perf_counter() - started
        before, best, spent = self._before, self._best, round(seconds, 1)
        return Trained(self._step, self._best_step, before, best, trainable, weights, spent, strength)

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
        self._optimizer.zero_grad()
        loss = self._backward_or_halve(batch)
        norm = float(torch.nn.utils.clip_grad_norm_(self._weights.values(), _CLIP))
        if not math.isfinite(norm) or not math.isfinite(loss):
            raise AppError("training.diverged", step=self._step + 1, rate=config.learning_rate)
        self._optimizer.step()
        return loss, norm, rate

    def _backward_or_halve(self, batch: list[int]) -> float:
        """Once more in half as large parts where memory runs out; AppError `training.no_memory` where it does again."""
        try:
            return self.backward(batch)
        except (MemoryError, RuntimeError) as error:
            if not _is_memory(error):
                raise
            if self._halved or self._part // 2 < self.part_least:
                raise AppError("training.no_memory", n=self._part) from error
        self._part, self._halved = self._part // 2, True
        self._optimizer.zero_grad()
        self._torch.manual_seed(self._config.seed * 1_000_003 + self._step)
        if self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()
        return self._backward_or_halve(batch)

    def _schedule(self) -> float:
        """Linear warm-up, then as the schedule says: to a tenth, straight or along half a cosine, or no lower."""
        total = len(self._batches)
        warm = max(round(total * self._config.warmup_share), 1)
        if self._step < warm:
            return (self._step + 1) / warm
        done = (self._step - warm) / max(total - warm, 1)
        fallen = {"linear": done, "cosine": (1 - math.cos(math.pi * done)) / 2, "constant": 0.0}
        return 1 - 0.9 * fallen[self._config.schedule]

    def _check(self) -> float | None:
        """The held-out loss; remembers the best weights."""
        if not self._checked:
            self._best_step, self._best_weights = self._step, self._copy_weights()
            return None
        found = self.measure()
        if found < self._best - _BETTER:
            self._best, self._best_step, self._checks_without = found, self._step, 0
            self._best_weights = self._copy_weights()
        else:
            self._checks_without += 1
        return found

    # ------------------------------------------------------------ keeping

    def _copy_weights(self) -> dict[str, Any]:
        return {name: part.detach().clone() for name, part in self._weights.items()}

    def _restore(self, weights: dict[str, Any]) -> None:
        with self._torch.no_grad():
            for name, part in self._weights.items():
                part.copy_(weights[name])

    def facts(self) -> dict[str, Any]:
        """What a checkpoint must agree with to be continued."""
        config = json.loads(json.dumps(dataclasses.asdict(self._config)))
        return {"config": config, "pairs": self._size, "batches": len(self._batches)}

    def _save_checkpoint(self) -> None:
        tensors = {f"weight.{name}": part.detach() for name, part in self._weights.items()}
        tensors |= {f"best.{name}": part for name, part in self._best_weights.items()}
        for name, part in self._weights.items():
            state = self._optimizer.state[part]
            tensors |= {f"first.{name}": state["exp_avg"], f"second.{name}": state["exp_avg_sq"]}
        facts = self.facts() | {
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
        if any(facts.get(name) != value for name, value in self.facts().items()):
            raise AppError("training.other_run", folder=self._folder.name)
        self._restore({name: saved.tensors[f"weight.{name}"] for name in self._weights})
        for name, part in self._weights.items():
            self._best_weights[name] = saved.tensors[f"best.{name}"].to(part.device)
            self._optimizer.state[part] = {
                "step": self._torch.tensor(float(saved.step)),
                "exp_avg": saved.tensors[f"first.{name}"].to(part.device),
                "exp_avg_sq": saved.tensors[f"second.{name}"].to(part.device),
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


def _is_memory(error: BaseException) -> bool:
    """Whether memory ran out: torch says so by a class of its own on a GPU, in words on a processor."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower() or "can't allocate" in str(error)


def _memory_mb(torch: Any) -> float:
    if torch.cuda.is_available():
        return round(torch.cuda.max_memory_allocated() / 1e6, 1)
    return round(psutil.Process().memory_info().rss / 1e6, 1)
