"""Scores of an earlier run in a file, and whether a later run fell below them by more than chance explains.

Every kind of run keeps its scores alike: case -> metric -> a number from 0 to 1. It scores nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from core.errors import AppError
from core.evaluation.compare import compare

Scores = dict[str, dict[str, float]]


class Notes:
    """Collects the scores of a run's cases as they are made; a case may be noted in parts."""

    def __init__(self) -> None:
        self.scores: Scores = {}

    def __call__(self, case: str, scores: Mapping[str, float]) -> None:
        self.scores.setdefault(str(case), {}).update({name: float(value) for name, value in scores.items()})


def write_scores(path: Path, kind: str, scores: Scores) -> None:
    path.write_text(json.dumps({"kind": kind, "scores": scores}, indent=1, ensure_ascii=False), encoding="utf-8")


def read_scores(path: Path, kind: str) -> Scores:
    """The scores of a file written for runs of this kind. AppError `evaluation.baseline` where it is none."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["kind"] != kind:
            raise ValueError(f"kind: {held['kind']}")
        return {str(case): {name: float(value) for name, value in one.items()} for case, one in held["scores"].items()}
    except OSError as error:
        raise AppError("evaluation.baseline", path=path.name, kind=kind, detail=error.strerror or "") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AppError("evaluation.baseline", path=path.name, kind=kind, detail=str(error)) from None


def fallen(before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Why a run is worse than an earlier one: a sentence for each metric that fell by more than chance explains.

    Only cases that both runs have count; AppError `evaluation.baseline_apart` where they share none."""
    if not set(before) & set(after):
        raise AppError("evaluation.baseline_apart")
    names = sorted({name for scores in before.values() for name in scores})
    said = []
    for name in names:
        a, b = ({case: scores[name] for case, scores in run.items() if name in scores} for run in (before, after))
        found = compare(a, b)
        if found.winner == "a":
            lost = ", ".join(found.worse[:10])
            said.append(
                f"{name}: {found.mean_a:.3f} -> {found.mean_b:.3f} over {found.cases} cases, "
                f"{found.level:.0%} interval {found.low:+.3f} to {found.high:+.3f}; worse: {lost}"
            )
    return said
