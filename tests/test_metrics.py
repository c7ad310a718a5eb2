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


def test_token_f1():
    assert metrics.token_f1("The cat sat.", "the cat") == pytest.approx(2 * 2 / (3 + 2))
    assert metrics.token_f1("a a b", "a b b") == pytest.approx(4 / 6)
    assert metrics.token_f1("", "") == 1.0
    assert metrics.token_f1("x", "") == 0.0


@pytest.mark.parametrize(
    ("answer", "reference", "share"),
    [
        ("It was 1.234,50 euros", "1,234.5", 1.0),
        ("12.4 M and 7", "12,4 M, 8", 0.5),
        ("1.234", "1234", 1.0),
        ("0.125", "125", 0.0),
        ("none", "no figure", 1.0),
        ("about 1.5", "1.50", 1.0),
        ("12,345,678", "12345678", 1.0),
    ],
)
def test_exact_figures(answer, reference, share):
    assert metrics.exact_figures(answer, reference) == share


def test_chrf_against_the_definition():
    """chrF2 with character n-grams up to six: of 'abc' against 'abd' worked out by hand."""
    orders = [(2 / 3, 2 / 3), (1 / 2, 1 / 2), (0.0, 0.0)]  # orders that neither text has do not count
    precision, recall = (sum(pair[i] for pair in orders) / 3 for i in (0, 1))
    expected = 5 * precision * recall / (4 * precision + recall)
    assert metrics.chrf("abc", "abd") == pytest.approx(expected)
    assert metrics.chrf("same", "same") == pytest.approx(1.0)


def test_bleu_against_the_definition():
    answer, reference = "the cat sat on the mat today", "the cat sat on the mat"
    precisions = (6 / 7, 5 / 6, 4 / 5, 3 / 4)
    expected = math.exp(sum(math.log(p) for p in precisions) / 4)  # longer than the reference: no brevity penalty
    assert metrics.bleu([answer], [reference]) == pytest.approx(expected)
    assert metrics.bleu([], []) == 0.0


def test_mean_precision():
    assert metrics.mean_precision(["a", "b"], {"b"}) == 0.5
    assert metrics.mean_precision([], {"b"}) == 0.0
