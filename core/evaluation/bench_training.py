"""What training must hold: nothing is lost when it is killed, bad adapters are refused, and it is quick.

    python -m core.evaluation.bench_training crash [--rounds 10] [--kind retriever|chat|both]
    python -m core.evaluation.bench_training refusals --data PAIRS [--each 7] [--good 2]
    python -m core.evaluation.bench_training speed [--rounds 2] [--examples 96]

Each prints JSON, and ends with 1 where what it looks at does not hold. `crash` kills a training process (SIGKILL) at
random moments, lets another go on, and compares the loss of every step with that of a run nobody disturbed. `refusals`
trains adapters that must not pass (labels shuffled, thirty pairs ten times over, a rate of 1e-2), and good ones beside
them. `speed` takes turns with the plain Trainer (`core.training.plain_trainer`) on the same examples. The figures of
one run can be compared with each other, not with those of another machine.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core import samples
from core.evaluation.gate import GENERAL, judge
from core.models import export
from core.models.adapters import packaged_words
from core.models.embedder import Embedder, InLanguages
from core.training.chat_lora import ChatConfig, train_chat
from core.training.dataset import Dataset, find_langs, prepare
from core.training.examples import Example
from core.training.from_documents import make_pairs
from core.training.matrices import load_libraries
from core.training.pairs import Pair, read_pairs
from core.training.plain_trainer import train_plainly
from core.training.practice import Size, make_practice
from core.training.presets import PRESETS
from core.training.retriever import RetrieverConfig, train_retriever
from core.training.torch_embedder import TorchEmbedder

_SAME = 1e-5  # losses of a run that went on and of one that was not disturbed
_FASTER = 1.3
_AS_GOOD = 0.01
_OVERFITTED, _OVER_EPOCHS = 30, 10
_BAD_RATE = 1e-2
_UNGUARDED = {"early_stopping": False, "keep": 0.0}  # what protects a run from harm, switched off
_TOKENS = 48


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.bench_training")
    commands = parser.add_subparsers(dest="command", required=True)
    crash = commands.add_parser("crash", help="kill a training at random moments and let it go on")
    crash.add_argument("--rounds", type=int, default=10)
    crash.add_argument("--kind", choices=("retriever", "chat", "both"), default="both")
    crash.add_argument("--seed", type=int, default=0)
    bad = commands.add_parser("refusals", help="train adapters that the gate must refuse")
    bad.add_argument("--data", type=Path, required=True, help="question-passage pairs (.jsonl, .csv, .json, .xlsx)")
    bad.add_argument("--pairs", type=int, default=200, help="how many of them are used")
    bad.add_argument("--each", type=int, default=7)
    bad.add_argument("--good", type=int, default=2)
    quick = commands.add_parser("speed", help="examples/s of a chat adapter beside the plain Trainer")
    quick.add_argument("--rounds", type=int, default=2)
    quick.add_argument("--examples", type=int, default=96)
    options = parser.parse_args(arguments)
    report = {"crash": try_crashes, "refusals": try_refusals, "speed": compare_speed}[options.command](options)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0 if report["holds"] else 1


# ---------------------------------------------------------------- killed at any moment


def try_crashes(options: argparse.Namespace) -> dict[str, Any]:
    """Rounds by kind: when it was killed, at which step, and how far the losses of the run that went on lie apart."""
    load_libraries()
    kinds = ("retriever", "chat") if options.kind == "both" else (options.kind,)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="cotejo-crash-") as place:
        for kind in kinds:
            found[kind] = crash_rounds(make_run(kind, Path(place)), Path(place) / kind, options.rounds, options.seed)
    rounds = [one for rows in found.values() for one in rows]
    good = sum(one["apart"] <= _SAME and one["steps"] == one["of"] for one in rounds)
    return {"holds": good == len(rounds), "rounds": len(rounds), "went_on": good, "results": found}


Training = Callable[[Path], Any]


def make_run(kind: str, place: Path) -> Training:
    """A small training of this kind, as a function of the folder that it writes to."""
    if kind == "retriever":
        pairs = general_pairs()[:72]
        config = RetrieverConfig(rank=4, batch=6, epochs=1, max_tokens=32, check_every=2, patience=99, threads=1)
        return lambda folder: train_retriever(export.base_folder(), pairs[:60], pairs[60:], config, folder)
    base = place / "practice"
    _in_child(lambda: make_practice(sample_texts(), [], base, size=_SMALL))
    examples = sample_examples(72)
    config = ChatConfig(rank=4, batch=4, micro_batch=2, epochs=2, check_every=2, patience=99, threads=1, max_tokens=256)
    return lambda folder: train_chat(base, examples[:60], examples[60:], config, folder)


_SMALL = Size(vocabulary=600, hidden=64, layers=2, steps=40, batch=4, block=64)


def crash_rounds(training: Training, place: Path, rounds: int, seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    started = time.perf_counter()
    _in_child(lambda: training(place / "whole"))
    span = time.perf_counter() - started
    whole = read_losses(place / "whole")
    return [one_crash(training, place / str(n), draw.uniform(0, span), whole) for n in range(rounds)]


def one_crash(training: Training, folder: Path, moment_s: float, whole: dict[int, float]) -> dict[str, Any]:
    """Kill a run so long after its start (sooner where it had ended by then), go on, compare."""
    alive = False
    while not alive:
        process = _start(lambda: training(folder))
        process.join(moment_s)
        alive = process.is_alive()
        process.kill()
        process.join()
        if not alive:
            for path in sorted(folder.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            moment_s *= 0.7
    reached = len(read_losses(folder))
    _in_child(lambda: training(folder))
    losses = read_losses(folder)
    apart = max((abs(losses.get(step, math.inf) - loss) for step, loss in whole.items()), default=math.inf)
    return {"killed_after_s": round(moment_s, 2), "at": reached, "steps": len(losses), "of": len(whole), "apart": apart}


def read_losses(folder: Path) -> dict[int, float]:
    path = folder / "steps.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {row["step"]: row["loss"] for row in rows}


def _start(work: Callable[[], Any]) -> multiprocessing.Process:
    """In a process of its own, forked so that the libraries need not be imported again for every round."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    return process


def _in_child(work: Callable[[], Any]) -> None:
    process = _start(work)
    process.join()
    if process.exitcode:
        raise SystemExit(f"a training ended with {process.exitcode}")


# ---------------------------------------------------------------- what must not pass


def try_refusals(options: argparse.Namespace) -> dict[str, Any]:
    """How many bad adapters of each kind the gate refused, and how many good ones it let pass."""
    pairs = read_pairs(options.data)
    random.Random(0).shuffle(pairs)
    data = prepare(pairs[: options.pairs], test_share=0.3)
    base = TorchEmbedder(export.base_folder(), words=packaged_words())
    found: dict[str, list[dict[str, Any]]] = {}
    counts = {**dict.fromkeys(_BAD, options.each), "good": options.good}
    for seed, kind in ((seed, kind) for seed in range(max(counts.values())) for kind in counts if seed < counts[kind]):
        found.setdefault(kind, []).append(_judge_one(kind, seed, data, base))
        sys.stderr.write(f"{kind} {seed}: {found[kind][-1]['reasons'] or 'passed'} {found[kind][-1]['scores']}\n")
    bad = [one for kind in _BAD for one in found.get(kind, ())]
    refused = sum(bool(one["reasons"]) for one in bad)
    passed = sum(not one["reasons"] for one in found.get("good", ()))
    return {"holds": refused == len(bad), "bad": len(bad), "refused": refused, "good": options.good, "passed": passed,
            "train": len(data.train), "test": len(data.test), "results": found}  # fmt: skip


def _shuffled(data: Dataset, config: RetrieverConfig) -> tuple[list[Pair], RetrieverConfig]:
    """Every question with the passage of another."""
    passages = [pair.passage for pair in data.train]
    random.Random(config.seed).shuffle(passages)
    return [
        dataclasses.replace(pair, passage=text, key=f"{n}")
        for n, (pair, text) in enumerate(zip(data.train, passages, strict=True))
    ], dataclasses.replace(config, **_UNGUARDED)


def _overfitted(data: Dataset, config: RetrieverConfig) -> tuple[list[Pair], RetrieverConfig]:
    few = random.Random(config.seed).sample(list(data.train), min(_OVERFITTED, len(data.train)))
    return few, dataclasses.replace(config, epochs=_OVER_EPOCHS, batch=8, **_UNGUARDED)


def _forgetting(data: Dataset, config: RetrieverConfig) -> tuple[list[Pair], RetrieverConfig]:
    return list(data.train), dataclasses.replace(config, learning_rate=_BAD_RATE, **_UNGUARDED)


_BAD = {"shuffled": _shuffled, "overfitted": _overfitted, "forgetting": _forgetting}


def _judge_one(kind: str, seed: int, data: Dataset, base: TorchEmbedder) -> dict[str, Any]:
    config = dataclasses.replace(PRESETS["quick"].config, max_tokens=_TOKENS, batch=16, threads=1, seed=seed)
    train, config = _BAD[kind](data, config) if kind in _BAD else (list(data.train), config)
    with tempfile.TemporaryDirectory(prefix="cotejo-refusal-") as place:
        folder = Path(place) / "adapter"
        words, langs = packaged_words(), find_langs(train)
        trained = train_retriever(export.base_folder(), train, data.dev, config, folder, words=words, langs=langs)
        adapted: Embedder = TorchEmbedder(export.base_folder(), folder, words=words)
        adapted = InLanguages(adapted, base, langs) if langs else adapted
        gate = judge(("base", base), ("adapted", adapted), data.test, len(train))
    kept = ("dense_recall1", "dense_mrr", "general_recall1_en", "general_recall1_es")
    scores = {name: [gate.scores()[name]["base"], gate.scores()[name]["adapter"]] for name in kept}
    return {"seed": seed, "reasons": [key for key, _ in gate.reasons], "seconds": trained.seconds, "scores": scores}


# ---------------------------------------------------------------- how quick


def compare_speed(options: argparse.Namespace) -> dict[str, Any]:
    """Both ways in turn on the same examples, each in a process of its own: examples a second by the clock and by the
    processor's time, and the held-out loss."""
    load_libraries()
    rows: dict[str, list[dict[str, float]]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory(prefix="cotejo-speed-") as place:
        base = Path(place) / "base"
        _in_child(lambda: make_practice(sample_texts(), [], base, size=_WIDE))
        examples = sample_examples(options.examples + 24)
        train, held_out = examples[: options.examples], examples[options.examples :]
        config = ChatConfig(batch=8, micro_batch=8, epochs=2, dropout=0.0, check_every=10**6, threads=1,
                            early_stopping=False, max_tokens=768)  # fmt: skip
        ways = {
            "plain": lambda: train_plainly(base, train, held_out, config),
            "ours": lambda: _train_ours(base, train, held_out, config),
        }
        for _ in range(options.rounds):
            for name, way in ways.items():
                rows[name].append(_timed_child(way, Path(place) / "told.json", 2 * len(train)))
    best = {name: max(found, key=lambda one: one["per_cpu_s"]) for name, found in rows.items()}
    ratios = {name: round(best["ours"][name] / best["plain"][name], 2) for name in ("per_s", "per_cpu_s")}
    apart = abs(best["ours"]["loss"] / best["plain"]["loss"] - 1)
    holds = ratios["per_cpu_s"] >= _FASTER and apart <= _AS_GOOD
    return {"holds": holds, "times_faster": ratios, "loss_apart": round(apart, 4), "rounds": rows}


_WIDE = Size(vocabulary=8000, hidden=256, layers=6, heads=4, steps=60, batch=4, block=128)  # a share of a 0.6B's kind


def _train_ours(base: Path, train: Sequence[Example], held_out: Sequence[Example], config: ChatConfig) -> float:
    with tempfile.TemporaryDirectory(prefix="cotejo-ours-") as place:
        return train_chat(base, train, held_out, config, Path(place) / "adapter").held_out_best


def _timed_child(way: Callable[[], float], told: Path, seen: int) -> dict[str, float]:
    """Its loss, and how many examples it learned from a second."""

    def work() -> None:
        started, used = time.perf_counter(), _cpu_s()
        loss = way()
        told.write_text(json.dumps([loss, time.perf_counter() - started, _cpu_s() - used]))

    _in_child(work)
    loss, seconds, cpu = json.loads(told.read_text())
    return {"loss": round(loss, 4), "per_s": round(seen / seconds, 2), "per_cpu_s": round(seen / cpu, 2)}


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# ---------------------------------------------------------------- material that comes with the app


def general_pairs() -> list[Pair]:
    rows = [json.loads(line) for line in GENERAL.read_text(encoding="utf-8").splitlines()]
    return [
        Pair(row[f"question_{lang}"], row[f"passage_{lang}"], str(row["id"]), str(row["id"]), lang, lang)
        for row in rows
        for lang in ("es", "en")
    ]


def sample_texts() -> list[str]:
    """The sample's documents that are text already, by paragraph."""
    files = [path for path in samples.files() if path.suffix in (".md", ".txt")]
    texts = [text for path in files for text in path.read_text(encoding="utf-8").split("\n\n")]
    return [text.strip() for text in texts if text.strip()]


def sample_examples(count: int) -> list[Example]:
    """A passage and a question about it, answered by a part of it: what a chat adapter is for. Lengths vary widely."""
    texts = sample_texts()
    draw = random.Random(0)
    found = []
    while len(found) < count:
        chosen = draw.sample(texts, min(len(texts), draw.choice((1, 1, 2, 3, 6, 12))))
        asked = draw.choice(chosen)
        pairs = list(make_pairs(asked, "", "en", document=str(len(found)), key="k"))
        question = pairs[0].question if pairs else " ".join(asked.split()[:8])
        prompt = "\n\n".join([*chosen, question])
        found.append(Example((("user", prompt),), " ".join(asked.split()[:40]), str(len(found))))
    return found


if __name__ == "__main__":
    sys.exit(main())
