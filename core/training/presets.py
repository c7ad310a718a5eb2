"""Hyperparameters of a retriever adapter as a person chooses them: three presets, the field's ranges, known hazards.

The ranges are those of the published recipes (LoRA, Hu et al. 2021; sentence-transformers). It trains nothing.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.training.loop import SCHEDULES
from core.training.pairs import Pair
from core.training.retriever import RetrieverConfig

SWITCHES = ("early_stopping",)
LAYERS = ("query", "key", "value", "dense")
TARGETS = {"all": LAYERS, "attention": ("query", "key", "value"), "classic": ("query", "value")}


@dataclass(frozen=True, slots=True)
class Preset:
    """`pairs_most`: how many pairs are drawn where there are more."""

    config: RetrieverConfig
    pairs_most: int


PRESETS: dict[str, Preset] = {
    "quick": Preset(RetrieverConfig(rank=8, alpha=16, max_tokens=128, check_every=5), 600),
    "balanced": Preset(RetrieverConfig(rank=16, max_tokens=192), 2000),
    "thorough": Preset(RetrieverConfig(rank=32, alpha=64, epochs=3, learning_rate=5e-4), 8000),
}

# What may be chosen, in the order of the page. Pairs of numbers are a range, longer tuples are choices.
CHOICES: dict[str, tuple[Any, ...]] = {
    "learning_rate": (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
    "epochs": tuple(range(1, 11)),
    "batch": (4, 8, 16, 32),
    "rank": (4, 8, 16, 32, 64),
    "alpha": (16, 32, 64),
    "dropout": (0.0, 0.05, 0.1, 0.2, 0.3),
    "targets": tuple(TARGETS),
    "max_tokens": (64, 128, 192, 256),
    "warmup_share": (0.0, 0.05, 0.1, 0.2),
    "schedule": SCHEDULES,
    "scale": (5.0, 10.0, 20.0, 50.0),
    "keep": (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
    "negatives": (0, 1, 2, 4),
    "check_every": (5, 10, 20),
    "patience": (1, 2, 4, 8),
    "seed": (0, 1, 2, 3, 4, 5, 6, 7),
}


def to_config(values: dict[str, Any]) -> RetrieverConfig:
    """A configuration of chosen values, the layers by the name of their choice."""
    return RetrieverConfig(**{**values, "targets": TARGETS[values["targets"]]})


def to_values(config: RetrieverConfig) -> dict[str, Any]:
    """The choices that a configuration stands for."""
    held = dataclasses.asdict(config)
    layers = next(name for name, targets in TARGETS.items() if targets == config.targets)
    return {name: held[name] for name in CHOICES} | {"targets": layers}


def draw_pairs(pairs: Sequence[Pair], most: int, seed: int = 0) -> list[Pair]:
    """At most so many pairs, drawn evenly, in their order; the same seed draws the same."""
    if len(pairs) <= most:
        return list(pairs)
    return [pairs[n] for n in sorted(random.Random(seed).sample(range(len(pairs)), most))]


# A hazard: when it holds for (configuration, training pairs), and the setting that it is about. Why: measured here with
# this encoder or published (Biderman et al. 2024, 'LoRA learns less and forgets less').
_HAZARDS: dict[str, tuple[str, Callable[[RetrieverConfig, int], bool]]] = {
    "rate_high": ("learning_rate", lambda c, n: c.learning_rate >= 5e-3),
    "rate_low": ("learning_rate", lambda c, n: c.learning_rate <= 5e-5),
    "epochs_many": ("epochs", lambda c, n: c.epochs > 3 and n < 1000),
    "epochs_useless": ("epochs", lambda c, n: c.epochs > 4 and n >= 1000),
    "batch_small": ("batch", lambda c, n: c.batch < 8),
    "rank_high": ("rank", lambda c, n: c.rank >= 32 and n < 500),
    "alpha_high": ("alpha", lambda c, n: c.alpha > 4 * c.rank),
    "dropout_high": ("dropout", lambda c, n: c.dropout > 0.2),
    "layers_few": ("targets", lambda c, n: set(c.targets) < set(LAYERS)),
    "no_stop": ("early_stopping", lambda c, n: not c.early_stopping and c.epochs > 1),
    "pairs_few": ("data", lambda c, n: n < 100),
}


def find_hazards(config: RetrieverConfig, pairs: int) -> list[tuple[str, str]]:
    """(setting, name of the hazard) of everything known to hurt, `pairs` being what is trained on."""
    return [(setting, name) for name, (setting, holds) in _HAZARDS.items() if holds(config, pairs)]
