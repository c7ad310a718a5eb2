"""Waiting for the worker: until what was wanted is there, or until the worker is gone."""

from types import SimpleNamespace

import pytest

from core.errors import AppError
from core.evaluation.fill import wait


def workspace(code):
    return SimpleNamespace(start_worker=lambda: None, worker=SimpleNamespace(poll=lambda: code, returncode=code))


def test_what_is_there_is_not_waited_for_and_what_comes_is():
    left = iter([False, False, True])
    wait(workspace(None), lambda: next(left))
    assert list(left) == []
    wait(workspace(9), lambda: True)


def test_a_dead_worker_is_named():
    with pytest.raises(AppError, match=r"library\.worker_died") as raised:
        wait(workspace(9), lambda: False)
    assert raised.value.params == {"code": 9}
