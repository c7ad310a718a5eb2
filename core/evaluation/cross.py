"""Cross-validation of a retriever adapter where few questions are held out: every fold is held out once, so that the
gate hears all of them. What is scored in a fold is kept in a note, and a run that was cut off goes on with the next.

It decides nothing, and leaves no adapter behind: the one to be used is trained on all folds, by the caller.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from core.evaluation.gate import Sides, ask_held_out, join
from core.models.embedder import Embedder, load_adapted
from core.training.dataset import Dataset
from core.training.loop import Report

Step = Callable[[float], None]
Begin = Callable[[int, Path], tuple[Report, Step]]


def ask_in_folds(
    folds: Sequence[Dataset],
    used: tuple[str, Embedder],
    train: Callable[[Dataset, Path, Report], None],
    begin: Begin,
    out: Path,
    key: str,
    load: Callable[[Path, Path], Embedder] = load_adapted,
) -> Sides:
    """The scores of what is in use, and of an adapter trained on the other folds, on the questions of each fold.

    `train` leaves an adapter in a folder; `begin` says how the progress of a fold in a folder is told; `key` is what
    must be the same for a note beside `out` to be gone on with; `load` opens an adapter, given a folder for what it
    makes."""
    note = note_of(out)
    done = _read(note, key)
    for n, part in enumerate(folds[len(done) :], len(done)):
        place = out.with_name(f"{out.name}.fold-{n}")
        report, step = begin(n, place)
        train(part, place, report)
        with tempfile.TemporaryDirectory(prefix="cotejo-fold-") as cache:
            adapted = (f"builtin+{place.resolve()}", load(place, Path(cache)))
            done.append(ask_held_out(used, adapted, part.test, step))
        _write(note, key, done)
        shutil.rmtree(place)
    return join(done)


def note_of(out: Path) -> Path:
    """Where the scores of the folds that are done are kept."""
    return out.with_name(f"{out.name}.folds.json")


def _read(note: Path, key: str) -> list[Sides]:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        return [(used, adapted) for used, adapted in told["sides"]] if told["key"] == key else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write(note: Path, key: str, done: Sequence[Sides]) -> None:
    work = note.with_suffix(".part")
    work.write_text(json.dumps({"key": key, "sides": done}), encoding="utf-8")
    work.replace(note)
