"""Fits the router's logistic models (softmax, ridge penalty, full-batch gradient with momentum) from gathered values.

Deterministic: the same rows give the same weights. Gathering is `core.evaluation.routing`'s; nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_STEPS = 3000
_RATE = 0.3
_MOMENTUM = 0.9


def fit(values: Sequence[Sequence[float]], labels: Sequence[str], classes: Sequence[str], ridge: float) -> dict:
    """Weights as `model.probabilities` reads them; classes are weighted so that each counts by the root of its size."""
    x = np.asarray(values, np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-6] = 1.0
    x = (x - mean) / scale
    target = np.array([[float(label == name) for name in classes] for label in labels])
    weight = 1 / np.sqrt(np.maximum(1.0, target.sum(axis=0)))
    rows = (target @ weight)[:, None]
    rows /= rows.mean()
    w, b = np.zeros((len(classes), x.shape[1])), np.zeros(len(classes))
    speed_w, speed_b = np.zeros_like(w), np.zeros_like(b)
    for _ in range(_STEPS):
        scores = x @ w.T + b
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        error = rows * (shares - target) / len(x)
        speed_w = _MOMENTUM * speed_w - _RATE * (error.T @ x + ridge * w)
        speed_b = _MOMENTUM * speed_b - _RATE * error.sum(axis=0)
        w, b = w + speed_w, b + speed_b
    rounded = [[round(float(v), 5) for v in row] for row in w]
    return {
        "classes": list(classes),
        "rows": rounded,
        "bias": [round(float(v), 5) for v in b],
        "mean": [round(float(v), 6) for v in mean],
        "scale": [round(float(v), 6) for v in scale],
    }
