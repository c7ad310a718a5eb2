"""Training as a job of a workspace: queue it, read how it stands, put an adapter that passed on the shelf.

The work itself is `core.training.run` in a process of its own, started by the worker. It trains nothing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models import adapter_files, adapters
from core.models.loading import find_folder
from core.records import AdapterCard, JobStatus
from core.settings import Settings
from core.state import jobs
from core.state.database import Database
from core.training.chat_lora import ChatConfig
from core.training.earlier import keep_copy
from core.training.examples import Example, format_examples
from core.training.pairs import Pair, format_pairs
from core.training.retriever import RetrieverConfig
from core.training.trackers import NONE

TRAIN, PRACTISE, SEARCH, RETRIEVAL = "train", "practise", "search", "retrieval"
JOB = "job.json"
_PAIRS, _EXAMPLES = "pairs.jsonl", "examples.jsonl"


def queue_training(
    db: Database,
    settings: Settings,
    name: str,
    pairs: Sequence[Pair],
    config: RetrieverConfig,
    split: Mapping[str, Any] | None = None,
    corrections: Sequence[int] = (),
    track: str = NONE,
    start: Path | None = None,
) -> int:
    """Write the job's folder and queue it; the job's id. The adapter is laid over what is in use now and has to beat
    it. `corrections`: ids of those among the pairs, noted with the job. `start`: an earlier adapter to go on from.
    Raises `adapters.name`, `adapters.exists`, `adapters.refused_*`."""
    job = {"data": _PAIRS, "config": dataclasses.asdict(config), "split": dict(split or {}), "track": track}
    job |= _laid_over(settings)
    _begin(settings, name, format_pairs(pairs), job, start)
    noted = {"corrections": list(corrections)} if corrections else {}
    return jobs.enqueue(db, TRAIN, name, {"name": name, **noted})


def _laid_over(settings: Settings) -> dict[str, Any]:
    """What a job says of the encoder in use: whether Spanish is read through words there, and what is to be beaten.
    Who has taken the list of words out of use trains without it."""
    used = adapters.name_in_use(settings)
    return {"words": adapters.setting_for(used) != "none", "against": used}


def _used_with(settings: Settings, base: str) -> str:
    """The folder of the chat adapter in use, where it is of this base; else ''."""
    chosen = settings.get("chat_adapter") if settings.get("engine") == "transformers" else ""
    card = adapters.read_card(Path(chosen)) if chosen not in ("", "none") else None
    return str(Path(chosen).resolve()) if card is not None and card.base == base else ""


def queue_chat_training(
    db: Database,
    settings: Settings,
    name: str,
    examples: Sequence[Example],
    config: ChatConfig,
    base: str,
    split: Mapping[str, Any] | None = None,
    track: str = NONE,
    start: Path | None = None,
) -> int:
    """The same for an adapter of the language model `base` (a folder, or an id in the local cache)."""
    job = {"kind": "chat", "base": base, "data": _EXAMPLES, "config": dataclasses.asdict(config)}
    job |= {"split": dict(split or {}), "track": track, "workspace": str(settings.workspace.resolve())}
    job["against"] = _used_with(settings, base)
    _begin(settings, name, format_examples(examples), job, start)
    return jobs.enqueue(db, TRAIN, name, {"name": name})


def _begin(settings: Settings, name: str, data: str, job: Mapping[str, Any], start: Path | None) -> None:
    """Make the run's folder with its job; nothing is left where that fails."""
    folder = _new_folder(settings, name)
    try:
        named = {"start": keep_copy(start, folder)} if start is not None else {}
        _write_job(folder, name, data, {**job, **named})
    except (AppError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise


def queue_judging(db: Database, settings: Settings, name: str, source: Path, pairs: Sequence[Pair]) -> int:
    """Take in a copy of an adapter from outside and queue its gate on these pairs; the job's id. It goes on the shelf
    once it has passed. Raises AppError `adapters.*` for one that may not be loaded, before a weight is read."""
    job = {"data": _PAIRS, "langs": list(adapters.langs_of(source)), **_laid_over(settings)}
    return _take_in(db, settings, name, source, (format_pairs(pairs), job), adapters.check_retriever)


def queue_chat_judging(
    db: Database, settings: Settings, name: str, source: Path, examples: Sequence[Example], base: str
) -> int:
    """The same for an adapter of the language model `base`."""
    folder = find_folder(base)
    job = {"kind": "chat", "base": base, "data": _EXAMPLES, "workspace": str(settings.workspace.resolve())}
    job["against"] = _used_with(settings, base)
    return _take_in(
        db,
        settings,
        name,
        source,
        (format_examples(examples), job),
        lambda place: adapter_files.check_adapter(place, None, folder),
    )


def _take_in(
    db: Database,
    settings: Settings,
    name: str,
    source: Path,
    work: tuple[str, Mapping[str, Any]],
    check: Callable[[Path], Any],
) -> int:
    """`work`: the text to judge by, and what the job says of it."""
    check(source)
    folder = _new_folder(settings, name)
    made = folder / "adapter"
    try:
        made.mkdir()
        for file in (adapter_files.CONFIG, adapter_files.WEIGHTS):
            shutil.copyfile(source / file, made / file, follow_symlinks=False)
        check(made)  # what was copied, should the source have changed meanwhile
        _write_job(folder, name, work[0], {**work[1], "given": True, "split": {"dev_share": 0.0, "test_share": 1.0}})
    except (AppError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return jobs.enqueue(db, TRAIN, name, {"name": name})


def _new_folder(settings: Settings, name: str) -> Path:
    adapters.check_name(name)
    if is_taken(settings, name):
        raise AppError("adapters.exists", name=name)
    folder = run_folder(settings, name)
    folder.mkdir(parents=True)
    return folder


def _write_job(folder: Path, name: str, data: str, job: Mapping[str, Any]) -> None:
    (folder / job["data"]).write_text(data, encoding="utf-8")
    (folder / JOB).write_text(json.dumps({"name": name, **job}, indent=1), encoding="utf-8")


def queue_practice(db: Database) -> int:
    """Ask for a practice model made from the workspace's documents; the job's id."""
    return jobs.enqueue(db, PRACTISE, PRACTISE, {})


def queue_search(
    db: Database, settings: Settings, kind: str, material: Sequence[Any], config: Any, base: str, minutes: int
) -> int:
    """Look for good values in the background, in place of the last search for this kind; the job's id."""
    folder = search_folder(settings, kind)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if kind == "chat":
        job, text = {"kind": kind, "base": base, "data": _EXAMPLES}, format_examples(material)
    else:
        job, text = {"data": _PAIRS, **_laid_over(settings)}, format_pairs(material)
    _write_job(folder, kind, text, {**job, "config": dataclasses.asdict(config), "split": {"seed": 0}})
    return jobs.enqueue(db, SEARCH, kind, {"kind": kind, "minutes": minutes})


def queue_retrieval_search(db: Database, minutes: int) -> int:
    """Look for settings of the search that suit the workspace's documents; the job's id."""
    return jobs.enqueue(db, RETRIEVAL, RETRIEVAL, {"minutes": minutes})


def search_folder(settings: Settings, kind: str) -> Path:
    """Where the last search for this kind of adapter keeps its job and its trials."""
    return settings.workspace / "searches" / kind


def continue_training(db: Database, run: JobStatus) -> int:
    """Queue a run again that was paused, stopped or failed: it goes on from its last whole checkpoint."""
    return jobs.enqueue(db, TRAIN, run.key, run.payload)


def run_folder(settings: Settings, name: str) -> Path:
    """Where a run keeps its job, its pairs and, below `adapter`, what it makes."""
    return settings.workspace / "training" / name


def is_taken(settings: Settings, name: str) -> bool:
    """Whether a run or an adapter of the workspace is called so."""
    return run_folder(settings, name).exists() or (adapters.adapters_folder(settings.workspace) / name).exists()


def list_runs(db: Database) -> list[JobStatus]:
    """The workspace's trainings, newest first."""
    return jobs.list_jobs(db, TRAIN)


def kept_runs(db: Database, settings: Settings) -> list[JobStatus]:
    """The trainings whose folder is still there, newest first, each as its last job stands."""
    newest: dict[str, JobStatus] = {}
    for run in list_runs(db):
        newest.setdefault(run.key, run)
    return [run for name, run in newest.items() if run_folder(settings, name).is_dir()]


def read_steps(settings: Settings, name: str) -> list[dict[str, Any]]:
    """The steps that a run has done, for curves; a line cut short by a crash is left out."""
    path = run_folder(settings, name) / "adapter" / "steps.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def read_kind(settings: Settings, name: str) -> str:
    """What a run trains: 'retriever' or 'chat'."""
    try:
        job = json.loads((run_folder(settings, name) / JOB).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "retriever"
    return "chat" if job.get("kind") == "chat" else "retriever"


def read_verdict(settings: Settings, name: str) -> AdapterCard | None:
    """The card of a finished run, whether it passed or not."""
    return adapters.read_card(run_folder(settings, name) / "adapter")


def shelve(settings: Settings, name: str) -> bool:
    """Copy an adapter that passed to the workspace's adapters; False where it did not pass."""
    made = run_folder(settings, name) / "adapter"
    if not adapters.is_usable(made):
        return False
    target = adapters.adapters_folder(settings.workspace) / name
    work = target.with_name(f".{name}-{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    adapters.give_words(work, adapters.words_of(made))
    for file in (adapter_files.CONFIG, adapter_files.WEIGHTS, adapter_files.CARD):
        shutil.copyfile(made / file, work / file)
    os.replace(work, target)
    return True


def forget_run(settings: Settings, name: str) -> None:
    """Delete a run's folder: its pairs hold words of the user's documents."""
    adapters.check_name(name)
    shutil.rmtree(run_folder(settings, name), ignore_errors=True)
