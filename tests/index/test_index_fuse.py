"""The fusion's parts, against values worked out by hand."""

import numpy as np

from core.index.fuse import expect, group_best, standardise


def test_standardise():
    one = np.zeros(3, int)
    np.testing.assert_allclose(standardise(np.array([1.0, 2.0, 3.0]), one), [-1.2247, 0, 1.2247], atol=1e-4)
    np.testing.assert_array_equal(standardise(np.array([2.0, 2.0, 2.0]), one), [0, 0, 0])
    assert len(standardise(np.empty(0), np.empty(0, int))) == 0


def test_each_language_has_its_own_scale():
    chance = np.random.default_rng(0)
    scores = np.concatenate([chance.normal(5, 1, 400), chance.normal(1, 0.2, 400)])
    groups = np.repeat([0, 1], 400)
    z = standardise(scores, groups)
    for group in (0, 1):
        assert abs(z[groups == group].mean()) < 0.15
        assert abs(z[groups == group].std() - 1) < 0.2


def test_a_lone_passage_is_put_on_the_scale_of_all():
    scores = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    z = standardise(scores, np.array([0, 0, 0, 0, 1]))
    assert z[4] == z.max() > 0.5


def test_unknown_values_lie_on_the_line_through_the_known():
    known = np.array([True, True, True, False])
    found = expect(known, np.array([1.0, 2.0, 3.0, 5.0]), np.array([2.0, 4.0, 6.0, np.nan]))
    np.testing.assert_allclose(found, [2, 4, 6, 10])


def test_where_nothing_varies_the_mean_is_expected():
    known = np.array([True, True, False])
    np.testing.assert_allclose(expect(known, np.ones(3), np.array([1.0, 3.0, np.nan])), [1, 3, 2])


def test_group_best():
    best = group_best(np.array([0.5, -1.0, 0.7, -2.0], np.float32), np.array([0, 2, 0, 2]), 3)
    np.testing.assert_allclose(best, [0.7, np.nan, -1.0])
