"""The FAISS table: ids from outside, never confused after deletions, filters before ranking."""

import numpy as np
import pytest

from core.index.vectors import VectorTable


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def rows():
    return unit(np.random.default_rng(0).standard_normal((50, 16)))


def test_delete_then_add_keeps_every_id_with_its_vector(rows):
    table = VectorTable(16)
    table.add(np.arange(100, 120), rows[:20])
    assert table.remove(np.array([100, 105, 119])) == 3
    table.add(np.arange(120, 150), rows[20:])
    for number in (101, 118, 120, 149):
        ids, cosines = table.search(rows[number - 100], 1)
        assert (ids[0], round(float(cosines[0]), 4)) == (number, 1.0)
    np.testing.assert_array_equal(table.rows_of(np.array([120, 101])), rows[[20, 1]])


def test_cosines_follow_the_order_of_ids_after_removal(rows):
    table = VectorTable(16)
    table.add(np.arange(50), rows)
    table.remove(np.arange(0, 50, 3))
    expected = rows[table.ids] @ rows[7]
    np.testing.assert_allclose(table.cosines(rows[7]), expected, rtol=1e-5)


def test_a_filter_excludes_before_ranking(rows):
    table = VectorTable(16)
    table.add(np.arange(50), rows)
    ids, _ = table.search(rows[0], 5, allowed=np.array([3, 4, 5]))
    assert sorted(ids) == [3, 4, 5]


def test_an_id_is_never_taken_twice(rows):
    table = VectorTable(16)
    table.add(np.array([1]), rows[:1])
    with pytest.raises(ValueError, match="new"):
        table.add(np.array([1]), rows[1:2])


def test_an_empty_table_finds_nothing(rows):
    assert len(VectorTable(16).search(rows[0], 3)[0]) == 0
    assert VectorTable(16).cosines(rows[0]).shape == (0,)
