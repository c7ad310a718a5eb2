"""Measures against values worked out by hand."""

import math

import pytest

from core import metrics


def test_recall_and_reciprocal_rank():
    assert metrics.recall_at(["a", "b"], {"b"}, 1) == 0.0
    assert metrics.recall_at(["a", "b"], {"b"}, 2) == 1.0
    assert metrics.reciprocal_rank(["a", "b"], {"b"}) == 0.5
    assert metrics.reciprocal_rank(["a"], {"b"}) == 0.0


def test_ndcg():
    grades = {"a": 3.0, "b": 1.0}
    assert metrics.ndcg_at(["a", "b"], grades, 10) == 1.0
    expected = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert metrics.ndcg_at(["b", "a"], grades, 10) == pytest.approx(expected)
    assert metrics.ndcg_at(["c"], grades, 10) == 0.0
    assert metrics.ndcg_at(["a"], {}, 10) == 0.0


def test_balanced_accuracy_counts_both_kinds_alike():
    assert metrics.balanced_accuracy([True] * 8 + [False] * 2, [True] * 10) == 0.5
    assert metrics.balanced_accuracy([True, False], [True, False]) == 1.0
    assert metrics.balanced_accuracy([True], [False]) == 0.0
    assert metrics.balanced_accuracy([], []) == 0.0


def test_percentile():
    assert metrics.percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert metrics.percentile([1.0], 0.95) == 1.0
    assert metrics.percentile([], 0.5) == 0.0
