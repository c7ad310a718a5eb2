"""Boosted trees kept as LightGBM text: load once, predict raw scores on one thread. Training is in `learning/train.py`.

LightGBM's C interface is called directly (https://lightgbm.readthedocs.io/en/latest/C-API.html): its Python package
imports scikit-learn, SciPy and pandas, two seconds of the first question's wait, to predict with none of them.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import weakref
from pathlib import Path

import numpy as np

_FLOAT64, _RAW_SCORE, _ROW_MAJOR = 1, 1, 1


class Trees:
    """A LightGBM model of one output, with its `text`; `predict` gives raw scores (log odds, a ranking score). Threads
    may share it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._handle, rounds, features = ctypes.c_void_p(), ctypes.c_int(), ctypes.c_int()
        _call("LGBM_BoosterLoadModelFromString", text.encode(), ctypes.byref(rounds), ctypes.byref(self._handle))
        weakref.finalize(self, _library().LGBM_BoosterFree, self._handle)
        _call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(features))
        self.features = features.value

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """`rows`: (n, features); gives (n,) scores. Raises ValueError where a row has another number of features."""
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise ValueError(f"rows of {self.features} features, not an array of {rows.shape}")
        scores, written = np.empty(len(rows), dtype=np.float64), ctypes.c_int64()
        if len(rows):
            _call(
                "LGBM_BoosterPredictForMat", self._handle, rows.ctypes.data_as(ctypes.c_void_p), _FLOAT64,
                ctypes.c_int32(len(rows)), ctypes.c_int32(self.features), _ROW_MAJOR, _RAW_SCORE, 0, -1,
                b"num_threads=1", ctypes.byref(written), scores.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )  # fmt: skip
        return scores


@functools.cache
def load_trees(path: Path) -> Trees:
    """The trees of one file of `core/sql/weights`."""
    return Trees(path.read_text(encoding="utf-8"))


@functools.cache
def _library() -> ctypes.CDLL:
    package = Path(importlib.util.find_spec("lightgbm").origin).parent
    library = ctypes.CDLL(str(next(package.glob("*/lib_lightgbm.*"))))
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library


def _call(name: str, *arguments: object) -> None:
    if getattr(_library(), name)(*arguments) != 0:
        raise ValueError(_library().LGBM_GetLastError().decode())
