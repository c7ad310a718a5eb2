"""Hyperparameters of a chat adapter as a person chooses them: presets, the field's ranges, known hazards.

The ranges are those of LoRA's and QLoRA's papers and of PEFT's comparisons: all linear layers, ten times the rate of
full training, an effective batch below 32. It trains nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.training.chat_lora import ChatConfig
from core.training.loop import SCHEDULES

# Layers by the names that models of today give them; GPT-2 and its kin name theirs otherwise and take 'all'.
TARGETS = {
    "all": ("all",),
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "mlp": ("gate_proj", "up_proj", "down_proj"),
    "gpt2": ("c_attn", "c_proj", "c_fc"),
}
SWITCHES = ("early_stopping", "rslora", "four_bits")


@dataclass(frozen=True, slots=True)
class ChatPreset:
    """`pairs_most`: how many examples are drawn where there are more."""

    config: ChatConfig
    pairs_most: int


PRACTICE = "practice"  # the preset that suits a practice model and nothing else: it is tiny and knows nothing to forget
PRESETS: dict[str, ChatPreset] = {
    PRACTICE: ChatPreset(
        ChatConfig(rank=8, alpha=64, learning_rate=5e-3, max_tokens=256, check_every=5, replay=0.1), 400
    ),
    "quick": ChatPreset(ChatConfig(rank=8, alpha=16, epochs=1, max_tokens=256, check_every=5), 400),
    "balanced": ChatPreset(ChatConfig(replay=0.1), 2000),
    "thorough": ChatPreset(ChatConfig(rank=32, alpha=64, epochs=3, learning_rate=1e-4, replay=0.2), 8000),
}

CHOICES: dict[str, tuple[Any, ...]] = {
    "learning_rate": (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
    "epochs": tuple(range(1, 11)),
    "batch": (4, 8, 16, 32),
    "micro_batch": (1, 2, 4, 8, 16),
    "rank": (4, 8, 16, 32, 64),
    "alpha": (16, 32, 64),
    "dropout": (0.0, 0.05, 0.1, 0.2, 0.3),
    "targets": tuple(TARGETS),
    "max_tokens": (128, 256, 512, 1024, 2048),
    "replay": (0.0, 0.05, 0.1, 0.2, 0.5),
    "warmup_share": (0.0, 0.05, 0.1, 0.2),
    "schedule": SCHEDULES,
    "check_every": (5, 10, 20, 50),
    "patience": (1, 2, 4, 8),
    "seed": (0, 1, 2, 3, 4, 5, 6, 7),
}


def to_config(values: dict[str, Any]) -> ChatConfig:
    """A configuration of chosen values, the layers by the name of their choice."""
    return ChatConfig(**{**values, "targets": TARGETS[values["targets"]]})


def to_values(config: ChatConfig) -> dict[str, Any]:
    """The choices that a configuration stands for."""
    held = dataclasses.asdict(config)
    layers = next((name for name, targets in TARGETS.items() if targets == config.targets), "all")
    return {name: held[name] for name in CHOICES} | {"targets": layers}


# Why: Biderman et al. 2024 ('LoRA learns less and forgets less'); Schulman 2025 ('LoRA without regret'); PEFT's table.
_HAZARDS: dict[str, tuple[str, Callable[[ChatConfig, int], bool]]] = {
    "rate_high": ("learning_rate", lambda c, n: c.learning_rate >= 2e-3),
    "rate_low": ("learning_rate", lambda c, n: c.learning_rate <= 2e-5),
    "epochs_many": ("epochs", lambda c, n: c.epochs > 3),
    "batch_large": ("batch", lambda c, n: c.batch >= 32),
    "rank_high": ("rank", lambda c, n: c.rank >= 32 and n < 500),
    "alpha_high": ("alpha", lambda c, n: c.alpha > 4 * c.rank),
    "rslora_high": ("rslora", lambda c, n: c.rslora and c.rank >= 64),
    "dropout_high": ("dropout", lambda c, n: c.dropout > 0.2),
    "layers_few": ("targets", lambda c, n: c.targets == TARGETS["attention"]),
    "no_stop": ("early_stopping", lambda c, n: not c.early_stopping and c.epochs > 1),
    "no_replay": ("replay", lambda c, n: c.replay == 0 and c.epochs > 1),
    "pairs_few": ("data", lambda c, n: n < 100),
}


def find_hazards(config: ChatConfig, examples: int) -> list[tuple[str, str]]:
    """(setting, name of the hazard) of everything known to hurt, `examples` being what is trained on."""
    return [(setting, name) for name, (setting, holds) in _HAZARDS.items() if holds(config, examples)]
