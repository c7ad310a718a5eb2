"""Looks for good hyperparameters by itself: trains again and again, tells bad ones early, scores on development data.

    python -m core.training.search JOB.json --out FOLDER [--minutes 10]

The job is one of `core.training.run`. Values are drawn by Optuna's tree-structured Parzen estimator (Bergstra et al.
2011) from the choices of the page; a trial whose held-out loss is worse than the median at the same step is ended. The
test part is never looked at: it stays the gate's. Each trial is a line of `trials.jsonl`; a search that was cut off
goes on with those. It leaves no adapter.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models import export
from core.models.adapters import packaged_words
from core.models.loading import find_folder
from core.training import presets, presets_chat
from core.training.chat_lora import train_chat
from core.training.child import run_command, write_line
from core.training.dataset import find_langs, prepare
from core.training.examples import clean_and_split, read_examples
from core.training.job import Job, read_job
from core.training.loop import Report, StepReport, Trained
from core.training.pairs import read_pairs
from core.training.retriever import train_retriever

TRIALS = "trials.jsonl"
_LEARNED_MOST = 600  # examples: what is good for them is good for more
_FIRST_TRIALS = 4  # drawn at random, and never ended early
# What is searched, of the choices of the page. Batch, scale and length stay: a loss could not be compared across them.
SPACES: dict[str, dict[str, Sequence[Any]]] = {
    "retriever": {
        "learning_rate": (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3),
        "rank": (4, 8, 16, 32),
        "alpha": (16, 32, 64),
        "dropout": (0.0, 0.05, 0.1),
        "targets": tuple(presets.TARGETS),
        "epochs": (1, 2, 3),
    },
    "chat": {
        "learning_rate": (5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3),
        "rank": (4, 8, 16, 32),
        "alpha": (16, 32, 64),
        "dropout": (0.0, 0.05, 0.1),
        "rslora": (False, True),
        "epochs": (1, 2, 3),
    },
}
Tell = Callable[[dict[str, Any]], bool]
Training = Callable[[Any, Path, Report], Trained]


@dataclass(frozen=True, slots=True)
class Trial:
    """Values that were tried and the lowest held-out loss they reached; `state`: 'done', 'pruned' (ended early, the
    loss is that of its last check) or 'failed' (it came apart)."""

    number: int
    values: dict[str, Any]
    loss: float | None
    state: str
    seconds: float


def search(kind: str, config: Any, training: Training, out: Path, minutes: float, tell: Tell, seed: int = 0) -> Trial:
    """Try values until the minutes are over; the best trial. `config` gives what is not searched, and is tried first.

    Raises AppError `training.search_nothing` where no trial came to its end."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_FIRST_TRIALS),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_FIRST_TRIALS, n_warmup_steps=1),
        direction="minimize",
    )
    done = read_trials(out)
    _take_up(study, kind, done)
    if not done:
        study.enqueue_trial(_start_values(kind, config), skip_if_exists=True)
    begun = time.perf_counter()
    until = begun + 60 * minutes - sum(one.seconds for one in done)
    while time.perf_counter() < until or not any(one.state == "done" for one in done):
        trial = study.ask()
        found = _try(kind, config, training, trial, out, until if done else None, len(done) + 1)
        states = optuna.trial.TrialState
        state = {"done": states.COMPLETE, "pruned": states.PRUNED, "failed": states.FAIL}[found.state]
        study.tell(trial, found.loss if found.state == "done" else None, state=state)
        done.append(found)
        _append(out, found)
        share = min(1.0, 1 - (until - time.perf_counter()) / (60 * minutes))
        told = {"progress": round(max(0.0, share), 3), "message": "training.searched", "trials": len(done)}
        if not tell(told) or (len(done) >= _FIRST_TRIALS and all(one.state == "failed" for one in done)):
            break
    best = best_trial(done)
    if best is None:
        raise AppError("training.search_nothing")
    return best


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    ended = [one for one in trials if one.state == "done" and one.loss is not None]
    return min(ended, key=lambda one: one.loss, default=None)


def read_trials(folder: Path) -> list[Trial]:
    """In their order; a line cut short by a crash is left out."""
    path = folder / TRIALS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Trial(**json.loads(line)) for line in lines if line.endswith("}")]


def _append(folder: Path, trial: Trial) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TRIALS).open("a", encoding="utf-8") as target:
        target.write(json.dumps(asdict(trial)) + "\n")


def _start_values(kind: str, config: Any) -> dict[str, Any]:
    """The values the user has chosen, each moved to the nearest one that is searched."""
    module = {"retriever": presets, "chat": presets_chat}[kind]
    chosen = module.to_values(config) | {name: getattr(config, name) for name in module.SWITCHES}
    found = {}
    for name, choices in SPACES[kind].items():
        value = chosen[name]
        near = value if value in choices or isinstance(value, str) else min(choices, key=lambda c: abs(c - value))
        found[name] = near if near in choices else choices[0]
    return found


def _take_up(study: Any, kind: str, done: Sequence[Trial]) -> None:
    """Tell the study what was tried before it was cut off."""
    import optuna

    kinds = {name: optuna.distributions.CategoricalDistribution(tuple(c)) for name, c in SPACES[kind].items()}
    for one in done:
        if one.state == "done":
            study.add_trial(optuna.trial.create_trial(params=one.values, distributions=kinds, value=one.loss))


def _try(kind: str, config: Any, training: Training, trial: Any, out: Path, until: float | None, number: int) -> Trial:
    """One training with values of the study; ended early where the study says so, or where the time is over."""
    values = {name: trial.suggest_categorical(name, tuple(choices)) for name, choices in SPACES[kind].items()}
    folder = out / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    seen: list[float] = []

    def report(row: StepReport) -> bool:
        if row.held_out is not None:
            seen.append(row.held_out)
            trial.report(row.held_out, len(seen))
            if trial.should_prune():
                return False
        return until is None or time.perf_counter() < until

    begun = time.perf_counter()
    loss, state = None, "done"
    try:
        loss = training(_laid_over(kind, config, values), folder, report).held_out_best
    except AppError as error:
        if error.key not in ("training.cancelled", "training.diverged"):
            raise
        loss = min(seen, default=None)
        state = "pruned" if error.key == "training.cancelled" else "failed"
    shutil.rmtree(folder, ignore_errors=True)
    return Trial(number, values, loss, state, round(time.perf_counter() - begun, 1))


def _laid_over(kind: str, config: Any, values: dict[str, Any]) -> Any:
    named = presets.TARGETS[values["targets"]] if kind == "retriever" else config.targets
    return dataclasses.replace(config, **{**values, "targets": named}, early_stopping=True)


# ---------------------------------------------------------------- from a job


def training_of(job: Job) -> tuple[str, Training]:
    """The kind of a job, and how one trial of it is trained."""
    if job.base:
        examples = [example for path in job.data for example in read_examples(path)]
        train, dev, _ = clean_and_split(examples, **job.split)
        base = find_folder(job.base)
        return "chat", lambda config, folder, report: train_chat(
            base, train[:_LEARNED_MOST], dev, config, folder, report
        )
    data = prepare((pair for path in job.data for pair in read_pairs(path)), **job.split)
    start = export.base_folder()
    words, langs = packaged_words() if job.words else None, find_langs(data.train)
    return "retriever", lambda config, folder, report: train_retriever(
        start, data.train[:_LEARNED_MOST], data.dev, config, folder, report, words=words, langs=langs
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.training.search")
    parser.add_argument("job", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--child", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    return run_command(lambda: _search_for(options), options.child)


def _search_for(options: argparse.Namespace) -> int:
    job = read_job(options.job)
    kind, training = training_of(job)
    best = search(kind, job.config, training, options.out, options.minutes, write_line)
    write_line({"progress": 1.0, "message": "training.searched", "best": asdict(best)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
