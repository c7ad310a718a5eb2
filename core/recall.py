"""Where an answer's stages get what they need: worked out, or remembered by whoever asks the same again and again.

An answer names each stage and what was asked of it; `afresh`, which conversations use, works it out.
`core.evaluation.stages` remembers from run to run. What a language model writes, and the checks, are no stage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Recall(Protocol):
    def __call__(self, stage: str, asked: tuple[Any, ...], work: Callable[[], T]) -> T:
        """What `work` gives, or gave when the same was `asked` (plain values, as JSON has them) of this stage."""


def afresh(stage: str, asked: tuple[Any, ...], work: Callable[[], T]) -> T:
    return work()
