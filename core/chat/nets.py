"""The small networks of this package (`weights.json`) and how they are read: a linear part plus one hidden layer over
standardised features. They are learned by `core.chat.train`; nothing here learns.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

Nets = tuple[dict[str, np.ndarray], ...]  # nets of one purpose, whose outputs are averaged
WEIGHTS = Path(__file__).with_name("weights.json")


@functools.cache
def weights() -> dict:
    """{"ranker": {"nets": [net, ...]}, "decline": {"nets": [net, ...], "threshold": ...}, "decline_across": ...}; a net
    holds mean, scale, linear, hidden,
    hidden_bias, out, bias."""
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


@functools.cache
def net(name: str) -> Nets:
    """The learned nets of one purpose."""
    return to_nets(weights()[name]["nets"])


def to_nets(models: Sequence[dict]) -> Nets:
    return tuple({key: np.asarray(value) for key, value in one.items()} for one in models)


def run_net(rows: np.ndarray, model: dict) -> np.ndarray:
    """(n,) one output a row of (n, features)."""
    scaled = (rows - model["mean"]) / model["scale"]
    hidden = np.tanh(scaled @ model["hidden"] + model["hidden_bias"])
    return scaled @ model["linear"] + hidden @ model["out"] + model["bias"]


def mean_output(rows: np.ndarray, models: Nets) -> np.ndarray:
    return np.mean([run_net(rows, model) for model in models], axis=0)


def mean_chance(rows: np.ndarray, models: Nets) -> np.ndarray:
    """(n,) the mean of the nets' outputs as probabilities."""
    return np.mean([1 / (1 + np.exp(-np.clip(run_net(rows, model), -30, 30))) for model in models], axis=0)
