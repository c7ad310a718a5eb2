"""Boosted trees give what LightGBM's own package gives, without what it imports."""

import subprocess
import sys

import lightgbm
import numpy as np
import pytest

from core.sql.linking import trees
from core.sql.parser import propose

WEIGHTS = sorted(propose.WEIGHTS.glob("*.txt"))


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_scores_are_those_of_the_package(path):
    ours, theirs = trees.load_trees(path), lightgbm.Booster(model_file=str(path))
    rows = np.random.default_rng(7).normal(scale=3, size=(40, ours.features))
    rows[::5, ::3] = np.nan
    for given in (rows, rows.astype(np.float32), rows[:, ::-1], rows[:0]):
        expected = theirs.predict(given, raw_score=True) if len(given) else np.empty(0)
        assert np.array_equal(ours.predict(given), expected)


def test_what_does_not_fit_is_refused():
    ranker = trees.load_trees(WEIGHTS[0])
    with pytest.raises(ValueError, match="features"):
        ranker.predict(np.zeros((2, ranker.features + 1)))
    with pytest.raises(ValueError):
        trees.Trees("no model")


def test_a_score_needs_no_scikit_learn():
    program = (
        "import sys, numpy; from core.sql.linking import trees; from pathlib import Path;"
        f"model = trees.load_trees(Path({str(WEIGHTS[0])!r})); model.predict(numpy.zeros((1, model.features)));"
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
