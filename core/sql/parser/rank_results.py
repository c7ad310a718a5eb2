"""What the rankers look at after candidates ran: their results, who agrees with whom, how far the winner leads.

Features before running are in `rank.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.records import QueryResult
from core.sql.parser.compare import plain_value, result_key
from core.sql.parser.compose import Candidate
from core.sql.parser.rank import winner_doubts
from core.sql.parser.rank_context import RankContext
from core.sql.parser.understand import ASPECTS

RESULT_SIGNS = [1, 1, 1, -1, 1, 1, -1, -1]  # of the first features that `result_features` adds


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a result the rankers look at; `key` is the same for results with the same rows, None where it failed."""

    key: int | None
    row: tuple[float, ...]


def facts_of(result: QueryResult, ordered: bool = False) -> Facts:
    """What came back; `ordered` where the question asks for an order, so that other orders are other answers."""
    single = len(result.rows) == 1 and len(result.columns) == 1
    cell = plain_value(result.rows[0][0]) if single else None
    sample = result.rows[:200]
    row = (
        float(bool(result.error)), float(not result.rows), math.log1p(len(result.rows)),
        float(single), float(single and cell is None), float(single and cell == 0), float(len(result.columns)),
        len(set(map(_row_key, sample))) / max(1, len(sample)),
        float(any(all(value is None for value in values) for values in result.rows[:50])),
    )  # fmt: skip
    return Facts(result_key(result, ordered), row)


def result_features(facts: list[Facts], scores: np.ndarray) -> np.ndarray:
    """One row a run candidate: what came back, and how much of the first ranker's mass agrees with it."""
    mass = np.exp(scores - np.logaddexp.reduce(scores))
    keys = [fact.key for fact in facts]
    together = {key: sum(m for m, k in zip(mass, keys, strict=True) if k == key) for key in keys}
    rank = {int(number): place for place, number in enumerate(np.argsort(-scores))}
    rows = [
        [
            float(scores[place]), float(scores[place] - scores.max()), float(mass[place]), float(rank[place]),
            float(together[fact.key]), float(together[fact.key] - max(together.values())), *fact.row,
            float(keys.count(fact.key)), float(len(facts)),
        ]
        for place, fact in enumerate(facts)
    ]  # fmt: skip
    return np.array(rows, np.float32)


def _row_key(row: tuple[Any, ...]) -> Any:
    return tuple(plain_value(value) for value in row)


def confidence_features(
    scores: np.ndarray, facts: list[Facts], context: RankContext, best: int, winner: Candidate
) -> np.ndarray:
    """One row that the confidence model reads: how far the winner leads other answers, how well all was linked, and
    what makes the winner itself doubtful."""
    mass = np.exp(scores - np.logaddexp.reduce(scores))
    keys = [fact.key for fact in facts]
    own = sum(m for m, k in zip(mass, keys, strict=True) if k == keys[best])
    others = [s for s, k in zip(scores, keys, strict=True) if k != keys[best]]
    lead = float(scores[best] - max(others)) if others else 10.0
    return np.array([[
        own, min(lead, 10.0), float(scores[best]), float(mass[best]), float(len(set(keys))),
        facts[best].row[1], max(context.links.scores["any"].values(), default=-8.0), context.best_table,
        *(context.best_probability[name] for name in ASPECTS), float(len(context.content)),
        float(len(context.links.values)), *winner_doubts(winner, context),
    ]], np.float32)  # fmt: skip
