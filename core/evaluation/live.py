"""A live A/B comparison: which variant a conversation gets, and whether the votes so far settle it.

The test may be looked at after every answer: it is an e-process, so its chance of ever naming a winner where there is
none is at most `alpha`, however often it is read. It records nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_PRIOR = 0.5  # pseudo-votes of each kind before the first (Jeffreys)


@dataclass(frozen=True, slots=True)
class LiveVerdict:
    """`evidence` against 'no difference' (an e-value: 20 settles it at .05); `low`, `high` bound the difference B - A
    of the shares of good votes at every moment at once (asymptotically)."""

    votes_a: int
    votes_b: int
    share_a: float
    share_b: float
    evidence: float
    low: float
    high: float
    winner: Literal["a", "b"] | None


def assign(experiment: str, unit: str, share_b: float = 0.5) -> Literal["a", "b"]:
    """The variant of a unit (a conversation, a person): the same one each time, `share_b` of all units get B."""
    digest = hashlib.sha256(f"{experiment}\0{unit}".encode()).digest()
    return "b" if int.from_bytes(digest[:8]) / 2**64 < share_b else "a"


def settle(votes: Iterable[tuple[str, bool]], *, alpha: float = 0.05, minimum: int = 20) -> LiveVerdict:
    """Judge votes in the order in which they came, each (variant 'a' or 'b', good?).

    The e-process of Turner, Ly & Grünwald (2021, 'Generic E-variables for exact sequential k-sample tests that allow
    for optional stopping'), on blocks of the i-th vote of each side, with the shares learnt from the blocks before. No
    winner is named before each side has `minimum` votes. Once evidence reached 1/alpha it stays settled."""
    given: dict[str, list[bool]] = {"a": [], "b": []}
    for variant, good in votes:
        given[variant].append(good)
    log_evidence, highest, winner = 0.0, 0.0, None
    good_a = good_b = 0
    for blocks, (vote_a, vote_b) in enumerate(zip(given["a"], given["b"], strict=False)):
        guess_a = (good_a + _PRIOR) / (blocks + 2 * _PRIOR)
        guess_b = (good_b + _PRIOR) / (blocks + 2 * _PRIOR)
        same = (guess_a + guess_b) / 2
        log_evidence += math.log(_chance(guess_a, vote_a) / _chance(same, vote_a))
        log_evidence += math.log(_chance(guess_b, vote_b) / _chance(same, vote_b))
        good_a, good_b = good_a + vote_a, good_b + vote_b
        if blocks + 1 >= minimum and log_evidence > highest:
            highest = log_evidence
            if winner is None and highest >= math.log(1 / alpha):
                winner = "b" if good_b > good_a else "a"
    share_a, share_b = _share(given["a"]), _share(given["b"])
    low, high = _bounds(given["a"], given["b"], alpha)
    evidence = math.exp(min(max(highest, log_evidence), 700.0))
    return LiveVerdict(len(given["a"]), len(given["b"]), share_a, share_b, evidence, low, high, winner)


def _chance(share: float, good: bool) -> float:
    return share if good else 1 - share


def _share(votes: list[bool]) -> float:
    return sum(votes) / len(votes) if votes else 0.0


def _bounds(a: list[bool], b: list[bool], alpha: float) -> tuple[float, float]:
    """A confidence sequence for the difference of shares: Robbins' normal mixture (Waudby-Smith et al. 2024,
    'Time-uniform central limit theory and asymptotic confidence sequences')."""
    if not a or not b:
        return -1.0, 1.0
    share_a, share_b = _share(a), _share(b)
    spread = max(share_a * (1 - share_a), 0.25 / len(a)) / len(a) + max(share_b * (1 - share_b), 0.25 / len(b)) / len(b)
    n = min(len(a), len(b))
    tuned = 2 * math.log(1 / alpha) / 100  # narrowest near a hundred votes a side
    reach = math.sqrt(2 * (n * tuned + 1) / (n * tuned) * math.log(math.sqrt(n * tuned + 1) / alpha))
    half = reach * math.sqrt(spread)
    return max(-1.0, share_b - share_a - half), min(1.0, share_b - share_a + half)
