"""Fits the small networks of `nets`: a listwise ranker and a judge, by Adam in plain numpy.

It reads no documents and writes no files; `train` gathers what it learns from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.chat import rank

_HIDDEN = 8
_RANKER_EPOCHS, _RANKER_DECAY, _RANKER_NETS = 15, 2e-4, 3
_JUDGE_EPOCHS, _JUDGE_DECAY, _JUDGE_NETS = 40, 3e-3, 4
_BATCH = 256
_ENOUGH = {"ranker": 525, "judge": 1200}  # a set with more questions than this counts as much as one with this many


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the ranker learns from one question: its candidates' features (n, features), which of them are right (n)."""

    source: str
    rows: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class Judging:
    """What the judge learns from one question: its features, and whether the documents answer it."""

    source: str
    row: np.ndarray
    answerable: bool


def fit_ranker(examples: Sequence[Ranking]) -> list[dict]:
    """Listwise softmax over each question's candidates; the loss is -log of the right ones' share. Some nets of other
    seeds, whose scores are averaged."""
    usable = [e for e in examples if e.right.any()]
    most = max(len(e.rows) for e in usable)
    rows = np.zeros((len(usable), most, len(rank.FEATURES)), np.float32)
    right, real = np.zeros((len(usable), most), bool), np.zeros((len(usable), most), bool)
    for i, e in enumerate(usable):
        rows[i, : len(e.rows)], right[i, : len(e.rows)], real[i, : len(e.rows)] = e.rows, e.right, True
    mean, scale = _scale_of(rows[real])
    rows = (rows - mean) / scale
    weights = _set_weights(usable, "ranker")
    found = []
    for seed in range(_RANKER_NETS):
        random = np.random.default_rng(seed)
        parts = _new_net(len(mean), random)
        step = _Adam(parts, _RANKER_DECAY)
        for batch in _batches(random, len(usable), _RANKER_EPOCHS):
            slope_of = lambda scores, b=batch: _listwise(scores, right[b], real[b], weights[b])  # noqa: E731
            step(_gradient(parts, rows[batch], slope_of))
        found.append(_as_json(mean, scale, parts))
    return found


def fit_judge(examples: Sequence[Judging]) -> list[dict]:
    """Some nets of other seeds whose chances are averaged: alone each is a point of balanced accuracy worse."""
    rows = np.stack([e.row for e in examples])
    wanted = np.array([e.answerable for e in examples], float)
    weights = _set_weights(examples, "judge")
    mean, scale = _scale_of(rows)
    rows = (rows - mean) / scale
    found = []
    for seed in range(_JUDGE_NETS):
        random = np.random.default_rng(seed)
        parts = _new_net(len(mean), random)
        step = _Adam(parts, _JUDGE_DECAY)
        for batch in _batches(random, len(rows), _JUDGE_EPOCHS):
            slope_of = lambda scores, b=batch: _logistic(scores, wanted[b], weights[b])  # noqa: E731
            step(_gradient(parts, rows[batch], slope_of))
        found.append(_as_json(mean, scale, parts))
    return found


def _new_net(size: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "linear": np.zeros(size),
        "hidden": random.normal(0, 0.1, (size, _HIDDEN)),
        "hidden_bias": np.zeros(_HIDDEN),
        "out": random.normal(0, 0.1, _HIDDEN),
        "bias": np.zeros(()),
    }


def _batches(random: np.random.Generator, count: int, epochs: int):
    for _ in range(epochs):
        order = random.permutation(count)
        yield from (order[at : at + _BATCH] for at in range(0, count, _BATCH))


def _gradient(parts: dict[str, np.ndarray], rows: np.ndarray, slope_of) -> dict[str, np.ndarray]:
    """The loss's gradient; `rows` (..., features), `slope_of(scores)` its slope by each score."""
    hidden = np.tanh(rows @ parts["hidden"] + parts["hidden_bias"])
    slope = slope_of(rows @ parts["linear"] + hidden @ parts["out"] + parts["bias"])
    back = slope[..., None] * parts["out"] * (1 - hidden**2)
    axes = tuple(range(slope.ndim))
    return {
        "linear": np.tensordot(slope, rows, (axes, axes)),
        "out": np.tensordot(slope, hidden, (axes, axes)),
        "hidden": np.tensordot(rows, back, (axes, axes)),
        "hidden_bias": back.sum(axes),
        "bias": slope.sum(),
    }


def _listwise(scores: np.ndarray, right: np.ndarray, real: np.ndarray, weights: np.ndarray) -> np.ndarray:
    scores = np.where(real, scores, -1e9)
    return (_softmax(scores) - _softmax(np.where(right, scores, -1e9))) * weights[:, None] / len(scores)


def _logistic(scores: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return weights * (1 / (1 + np.exp(-scores)) - wanted) / len(scores)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


class _Adam:
    """Kingma & Ba 2015, rate .01, over named arrays that it replaces; `decay` pulls all but the bias to zero."""

    def __init__(self, parts: dict[str, np.ndarray], decay: float) -> None:
        self._parts, self._decay, self._count = parts, decay, 0
        self._first = {name: np.zeros_like(value) for name, value in parts.items()}
        self._second = {name: np.zeros_like(value) for name, value in parts.items()}

    def __call__(self, gradient: dict[str, np.ndarray]) -> None:
        self._count += 1
        for name, plain in gradient.items():
            value = plain + self._decay * (name != "bias") * self._parts[name]
            self._first[name] = 0.9 * self._first[name] + 0.1 * value
            self._second[name] = 0.999 * self._second[name] + 0.001 * value**2
            first = self._first[name] / (1 - 0.9**self._count)
            second = self._second[name] / (1 - 0.999**self._count)
            self._parts[name] = self._parts[name] - 0.01 * first / (np.sqrt(second) + 1e-8)


def _scale_of(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, scale = rows.mean(0), rows.std(0)
    return mean, np.where(scale < 1e-6, 1.0, scale)


def _as_json(mean: np.ndarray, scale: np.ndarray, parts: dict[str, np.ndarray]) -> dict:
    model = {"mean": mean, "scale": scale, **parts}
    return {name: np.round(np.asarray(value, float), 4).tolist() for name, value in model.items()}


def _set_weights(examples: Sequence[Ranking | Judging], purpose: str) -> np.ndarray:
    sizes: dict[str, int] = {}
    for e in examples:
        sizes[e.source] = sizes.get(e.source, 0) + 1
    return np.array([min(1.0, _ENOUGH[purpose] / sizes[e.source]) for e in examples])
