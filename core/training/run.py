"""Trains an adapter from a job folder without the app, and lets the gate judge it.

    python -m core.training.run JOB.json|JOB.yaml [--out FOLDER]

The job: {"name", "data": file or files beside it, "config": {hyperparameters}, "split": {"dev_share", "test_share",
"seed"}, "folds": false where few held-out questions are not to become more by cross-validation, "licence", "given":
true where FOLDER holds an adapter already that is to be judged only, "langs": the languages that such a one reads where
these are not all, "start": the folder of an earlier adapter to go on from, "words": false where Spanish is to be read
as it is, "against": the encoder that it has to beat ('builtin', 'builtin+FOLDER'; else the one that comes with the
app), "track": "wandb", "wandb_offline" or "mlflow" where that is installed}; for an adapter of a language model also
{"kind": "chat", "base": its folder or id, "workspace": the one over whose tables held-out statements are run,
"against": the folder of the adapter to beat}.
An adapter of the encoder reads texts in the languages that it learned from; the others are read as without it.
What is done is written to standard output as JSON lines (`progress` 0..1, `message`, and its figures); the last line is
the card. A run that was cut off goes on where it was.
The adapter is left in FOLDER (default: the job's name, beside the job), its card written last. It ends with 0 where the
gate let it pass, 1 where not, 2 for an error.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import AppError
from core.models import adapter_files, adapters, export
from core.models.embedder import Embedder, load_adapted, load_embedder
from core.models.gloss import hash_list
from core.models.loading import find_folder
from core.records import AdapterCard
from core.settings import cache_folder
from core.training.card import hash_start, make_card
from core.training.chat_lora import config_of, train_chat
from core.training.child import run_command, write_line
from core.training.dataset import Dataset, find_langs, fold, join_folds, prepare
from core.training.examples import clean_and_split, hash_examples, read_examples
from core.training.job import Job, read_job
from core.training.loop import Report, StepReport, Trained
from core.training.pairs import read_pairs
from core.training.retriever import train_retriever
from core.training.trackers import Tracker, open_tracker

Tell = Callable[[dict[str, Any]], bool]
_TRACKED = ("loss", "held_out", "learning_rate", "gradient_norm", "pairs_per_s", "memory_mb")
_GATE_SHARE = 0.25  # of the whole time


class _Reading(NamedTuple):
    """What an adapter is given to read: Spanish through a list of words or none, texts of some languages or (empty) of
    all."""

    words: Path | None
    langs: tuple[str, ...]

    @property
    def words_sha256(self) -> str:
        return hash_list(self.words) if self.words else ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.training.run")
    parser.add_argument("job", type=Path)
    parser.add_argument("--out", type=Path, help="where the adapter goes (default: the job's name, beside it)")
    parser.add_argument("--child", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    return run_command(lambda: _run_tracked(options.job, options.out), options.child)


def _run_tracked(path: Path, place: Path | None) -> int:
    job = read_job(path)
    run, out = run_chat_job if job.base else run_job, place or path.parent / job.name
    tracker = open_tracker(job.track, job.name, dataclasses.asdict(job.config), out.parent)
    card = run(job, out, lambda values: _track(tracker, values) and write_line(values))
    tracker.finish({f"{name}/{side}": one[side] for name, one in card.scores.items() for side in ("base", "adapter")})
    write_line({"progress": 1.0, "card": dataclasses.asdict(card)})
    return 0 if card.passed else 1


def _track(tracker: Tracker, values: dict[str, Any]) -> bool:
    """Tell the tracker of a step."""
    if "step" in values:
        kept = {name: values[name] for name in _TRACKED if values[name] is not None}
        tracker.log(values["step"], kept)
    return True


def run_job(job: Job, out: Path, tell: Tell) -> AdapterCard:
    """Prepare, train, judge; the card. `tell` gets each line and returns False to stop."""
    from core.evaluation.cross import note_of
    from core.evaluation.gate import check_enough, decide, judge

    pairs = [pair for path in job.data for pair in read_pairs(path)]
    dataset = prepare(pairs, **job.split)
    folds = fold(dataset) if job.folds and not job.given else []
    if folds:
        dataset = join_folds(dataset, folds)
    check_enough(dataset.counts["test"])
    tell({"progress": 0.0, "message": "training.prepared", "counts": dataset.counts})
    used, read = _load_used(job.against), _Reading(_words_for(job), langs_for(job, dataset))
    held_out = _ask_in_folds(job, folds, used, read, out, tell) if folds else None
    report, step = _begin(out, tell, len(folds), len(folds) + 1)
    trained = None
    if job.given:
        adapters.check_retriever(out)
    else:
        key = _key(job, dataset.sha256) | {"words": read.words_sha256, "langs": read.langs}
        trained = _train_once(out, key, lambda: _train(job, dataset, read, out, report))
    adapters.give_words(out, read.words)
    adapted = (f"builtin+{out.resolve()}", load_adapted(out, cache_folder(), read.langs))
    shipped = _load_used("")[1] if adapters.setting_for(used[0]) not in ("none", "builtin") else None
    trained_on = len(dataset.train) if trained else None
    if held_out is not None:
        gate = decide(held_out, shipped or used[1], adapted[1], trained_on)
    else:
        gate = judge(used, adapted, dataset.test, trained_on, shipped=shipped, step=step)
    card = make_card(
        job,
        out,
        trained,
        gate,
        base="sentence-transformers/all-MiniLM-L6-v2",
        base_sha256=export.WEIGHTS_SHA256,
        data_sha256=dataset.sha256,
        data={"split_by": dataset.split_by, **dataset.counts},
        hyperparameters=dataclasses.asdict(job.config) if trained else {},
        against={"setting": adapters.setting_for(used[0]), "model": used[1].id},
        langs=read.langs,
    )
    adapters.write_card(out, card)
    for note in (_note_of(out), note_of(out)):
        note.unlink(missing_ok=True)
    return card


def _train(job: Job, data: Dataset, read: _Reading, out: Path, report: Report) -> Trained:
    return train_retriever(export.base_folder(), data.train, data.dev, job.config, out, report, job.start, *read)


def _ask_in_folds(
    job: Job, folds: list[Dataset], used: tuple[str, Embedder], read: _Reading, out: Path, tell: Tell
) -> Any:
    """What is in use and adapters trained on the other folds score on each fold."""
    from core.evaluation.cross import ask_in_folds

    def train(part: Dataset, place: Path, report: Report) -> None:
        _train(job, part, read, place, report)
        adapters.give_words(place, read.words)

    told = [[part.sha256 for part in folds], _key(job, ""), used[1].id, read.words_sha256, read.langs]
    key, load = json.dumps(told), functools.partial(load_adapted, langs=read.langs)
    return ask_in_folds(folds, used, train, lambda n, place: _begin(place, tell, n, len(folds) + 1), out, key, load)


def _words_for(job: Job) -> Path | None:
    """The list through which Spanish is read: that of the adapter that is gone on from, else the packaged one."""
    if job.start is not None:
        return adapters.words_of(job.start)
    return adapters.packaged_words() if job.words else None


def langs_for(job: Job, data: Dataset) -> tuple[str, ...]:
    """The languages that the adapter reads, none for all: those it learns from, and those of the one that is gone on
    from; for one that is judged only what the job says."""
    if job.given:
        return job.langs
    taught, before = find_langs(data.train), adapters.langs_of(job.start)
    if job.start is not None:
        return adapters.name_langs({*taught, *before}) if taught and before else ()
    return taught


def _load_used(name: str) -> tuple[str, Embedder]:
    """The encoder to beat, with its name; the one that comes with the app where none is named or it is gone."""
    shipped = adapters.shipped_name()
    try:
        return name or shipped, load_embedder(name or shipped, cache_folder())
    except AppError as error:
        if error.key not in ("adapters.missing", "adapters.not_passed"):
            raise
    return shipped, load_embedder(shipped, cache_folder())


def run_chat_job(job: Job, out: Path, tell: Tell) -> AdapterCard:
    """The same for an adapter of a language model."""
    from core.evaluation.gate_chat import judge_chat
    from core.evaluation.gate_sql import open_tables

    examples = [example for path in job.data for example in read_examples(path)]
    cleaned: Counter[str] = Counter()
    train, dev, test = clean_and_split(examples, cleaned, **job.split)
    counts = {**cleaned, "train": len(train), "dev": len(dev), "test": len(test)}
    tell({"progress": 0.0, "message": "training.prepared", "counts": counts})
    report, step = _begin(out, tell)
    base = find_folder(job.base)
    config, trained = job.config, None
    if job.given:
        config = config_of(adapter_files.check_adapter(out, None, base))
    else:
        key = _key(job, hash_examples([*train, *dev, *test])) | {"base": job.base}
        trained = _train_once(out, key, lambda: train_chat(base, train, dev, config, out, report, job.start))
    learned = len(train) if trained else None
    used = _used_chat(job)
    with open_tables(job.workspace) if job.workspace else nullcontext() as run_sql:
        gate = judge_chat(base, out, config, test, learned, step=step, run_sql=run_sql, used=used)
    card = make_card(
        job,
        out,
        trained,
        gate,
        base=job.base,
        base_sha256=adapter_files.hash_base(base),
        data_sha256=hash_examples([*train, *dev, *test]),
        data=counts,
        hyperparameters=dataclasses.asdict(config),
        against={"setting": used.name, "model": adapters.hash_weights(used)} if used else {},
    )
    adapters.write_card(out, card)
    _note_of(out).unlink(missing_ok=True)
    return card


def _used_chat(job: Job) -> Path | None:
    """The adapter to beat; None for the bare base, also where the one that was in use is gone."""
    folder = Path(job.against) if job.against else None
    try:
        return folder if folder is not None and adapters.is_usable(folder) else None
    except AppError:
        return None


def _key(job: Job, data: str) -> dict[str, Any]:
    """What must be the same for a training to be the same."""
    return {"data": data, "config": dataclasses.asdict(job.config), "start": hash_start(job)}


def _train_once(out: Path, key: dict[str, Any], train: Callable[[], Trained]) -> Trained:
    """Train, unless the very same was trained already and only the gate was cut off. A note beside the adapter tells;
    it goes when the card is written."""
    note, key = _note_of(out), json.loads(json.dumps(key))
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        if told["key"] == key and told["adapter_sha256"] == adapters.hash_weights(out):
            return Trained(**told["trained"])
    except (OSError, ValueError, KeyError, TypeError, AppError):
        note.unlink(missing_ok=True)
    trained = train()
    told = {"key": key, "adapter_sha256": adapters.hash_weights(out), "trained": dataclasses.asdict(trained)}
    work = note.with_suffix(".part")
    work.write_text(json.dumps(told), encoding="utf-8")
    work.replace(note)
    return trained


def _note_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.trained.json")


def _begin(out: Path, tell: Tell, part: int = 0, parts: int = 1) -> tuple[Report, Callable[[float], None]]:
    """Make the folder, without a card until the end; how steps and the gate's progress are told, where it is one of
    several parts of the work."""
    out.mkdir(parents=True, exist_ok=True)
    (out / adapter_files.CARD).unlink(missing_ok=True)
    crossed = part < parts - 1

    def so_far(share: float) -> float:
        return round((part + share) / parts, 4)

    def report(row: StepReport) -> bool:
        done = so_far((1 - _GATE_SHARE) * row.step / row.steps)
        message = "training.crossed" if crossed else "training.learned"
        return tell({"progress": done, "message": message, **dataclasses.asdict(row)})

    def step(share: float) -> None:
        message = "training.crossed" if crossed else "training.judged"
        tell({"progress": so_far(1 - _GATE_SHARE * (1 - share)), "message": message})

    return report, step


if __name__ == "__main__":
    sys.exit(main())
