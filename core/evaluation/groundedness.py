"""A groundedness model against the rules, on statements whose truth is known: it may be used only where it is better.

The threshold is fitted on the development statements; both are then judged on held-out ones, true and changed, about
sources that the first part does not have. Statements about rows stay with the rules and are left out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.evaluation.claim_cases import ClaimCase, make_answer, read_claim_cases
from core.evaluation.falsify import falsify
from core.metrics import balanced_accuracy
from core.models.groundedness import Grounded, GroundednessCard, centre
from core.validation.check import check_answer
from core.validation.vocabulary import Spanish

STATEMENTS = Path(__file__).parent / "statements"
_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """One statement: whether it is true, whether the rules pass it, and the model's score."""

    true: bool
    rules: bool
    score: float


def compare_groundedness(
    name: str, weights: str, model: Grounded, *, spanish: Spanish | None = None, limit: int | None = None
) -> GroundednessCard:
    """The card of a model: its threshold, both balanced accuracies, the interval of the gain, and the decision."""
    fitted = try_statements(STATEMENTS / "development.jsonl", model, spanish, limit)
    held = try_statements(STATEMENTS / "held_out.jsonl", model, spanish, limit)
    threshold = fit_threshold(fitted)
    low, high = gain_interval(held, threshold)
    true = [trial.true for trial in held]
    rules = balanced_accuracy(true, [trial.rules for trial in held])
    own = balanced_accuracy(true, [trial.score >= threshold for trial in held])
    return GroundednessCard(name, weights, threshold, len(held), rules, own, low, high, low > 0)


def try_statements(path: Path, model: Grounded, spanish: Spanish | None, limit: int | None = None) -> list[Trial]:
    """Every statement of a file and every change of it, judged by the rules and by the model."""
    cases = [case for case in read_claim_cases(path) if case.citations][:limit]
    pairs = [(True, case) for case in cases] + [(False, changed.case) for changed in falsify(cases)]
    return [_try(case, true, model, spanish) for true, case in pairs]


def _try(case: ClaimCase, true: bool, model: Grounded, spanish: Spanish | None) -> Trial:
    pages = {(file, page.number): page for file, page in case.pages}
    files = dict(enumerate(sorted({cited.file for cited in case.citations}), start=1))
    numbers = {file: n for n, file in files.items()}
    answer = make_answer(case, lambda file, page: pages.get((file, page)), numbers)
    scores: list[float] = []

    def listen(asked: Sequence[tuple[str, str]]) -> list[float]:
        scores.extend(model(asked))
        return scores[-len(asked) :]

    read = lambda n, number: pages.get((files[n], number))  # noqa: E731
    ruled = check_answer(answer, read_page=read, spanish=spanish)
    check_answer(answer, read_page=read, spanish=spanish, grounded=listen)
    passed = all(check.verdict == "supported" for check in ruled.checks)
    return Trial(true, passed, min(scores, default=0.0))


def fit_threshold(trials: Sequence[Trial]) -> float:
    """The score that parts true statements from changed ones best; the lowest where several do."""
    true = [trial.true for trial in trials]
    options = sorted({trial.score for trial in trials})
    return max(options, key=lambda cut: balanced_accuracy(true, [t.score >= cut for t in trials]), default=0.5)


def gain_interval(trials: Sequence[Trial], threshold: float, seed: int = 7) -> tuple[float, float]:
    """The 95 % interval of how much better the model is than the rules: true and changed statements drawn apart."""
    chance = random.Random(seed)
    parts = [[trial for trial in trials if trial.true], [trial for trial in trials if not trial.true]]
    if not all(parts):
        return 0.0, 0.0
    gains = []
    for _ in range(_ROUNDS):
        shares = [sum(_gain(chance.choice(part), threshold) for _ in range(len(part))) / len(part) for part in parts]
        gains.append(sum(shares) / 2)
    gains.sort()
    return gains[int(0.025 * _ROUNDS)], gains[int(0.975 * _ROUNDS) - 1]


def _gain(trial: Trial, threshold: float) -> int:
    """+1 where only the model is right, -1 where only the rules are."""
    return ((centre(trial.score, threshold) >= 0.5) == trial.true) - (trial.rules == trial.true)
