"""Boosted trees kept as LightGBM text: load once, predict raw scores on one thread. Training is in `train.py`."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np


class Trees:
    """A LightGBM model; `predict` gives raw scores (log odds, or a ranking score)."""

    def __init__(self, text: str) -> None:
        import lightgbm

        self.booster = lightgbm.Booster(model_str=text)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.booster.predict(rows, raw_score=True, num_threads=1)


@functools.cache
def load_trees(path: Path) -> Trees:
    """The trees of one file of `core/sql/weights`."""
    return Trees(path.read_text(encoding="utf-8"))
