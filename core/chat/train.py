"""Learns `weights.json` (which sentence answers, and whether any does) from questions with known answers.

    python -m core.chat.train --set CASES.jsonl=WORKSPACE [--set ...] [--write]

A case has `question`, `lang`, `file`, `answers`, `answerable` and `article`; the questions of an article are trained
on or measured, never both: what is printed comes from articles not trained on. It only runs when asked.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.chat import decline, rank
from core.chat.extract import Pages, rank_sentences
from core.chat.question import understand
from core.chat.words import Vocabulary, fold
from core.documents.layout import page_from_json
from core.index.search import SearchIndex
from core.records import Page
from core.settings import load
from core.state.database import Database
from core.state.documents import read_page

SOURCE = "Learned from XQuAD and SQuAD-es, which build on SQuAD; CC BY-SA 4.0, see NOTICE."
_HIDDEN = 8
_EPOCHS = 15
_FOLDS = 4
_ENOUGH = 700  # a set with more questions than this counts as much as one with this many


@dataclass(frozen=True, slots=True)
class Example:
    """One question: candidates' features, which of them hold the answer, and what the decline judge sees."""

    source: str
    group: int
    rows: np.ndarray
    right: np.ndarray
    decline: np.ndarray
    answerable: bool


def collect(source: str, cases: Iterable[dict], index: SearchIndex, read: Callable[[int, int], Page]) -> list[Example]:
    """What the ranker and the judge see of each case."""
    found = []
    for case in cases:
        result = index.search(case["question"], lang=case["lang"])
        understood, vocabulary = understand(case["question"], case["lang"]), Vocabulary(index)
        ranked = rank_sentences(understood, result, vocabulary, Pages(read))
        if not ranked.evidence:
            continue
        right = np.array([_holds(item, case) for item in ranked.evidence])
        values = decline.measure(understood, ranked, result, vocabulary)
        judged = np.array([values[name] for name in decline.FEATURES])
        rows = np.stack([item.features for item in ranked.evidence])
        found.append(Example(source, int(case["article"]), rows, right, judged, bool(case["answerable"])))
    return found


def _holds(item, case: dict) -> bool:
    text = " ".join(fold(item.text).split())
    return item.hit.file == case["file"] and any(" ".join(fold(a).split()) in text for a in case["answers"])


# ---------------------------------------------------------------- the ranker


def fit_ranker(examples: Sequence[Example], seed: int = 0) -> dict[str, list]:
    """Listwise softmax over each question's candidates, by Adam; the loss is -log of the right ones' share."""
    usable = [e for e in examples if e.right.any()]
    most = max(len(e.rows) for e in usable)
    rows = np.zeros((len(usable), most, len(rank.FEATURES)), np.float32)
    right, real = np.zeros((len(usable), most), bool), np.zeros((len(usable), most), bool)
    for i, e in enumerate(usable):
        rows[i, : len(e.rows)], right[i, : len(e.rows)], real[i, : len(e.rows)] = e.rows, e.right, True
    mean, scale = rows[real].mean(0), rows[real].std(0)
    scale[scale < 1e-6] = 1.0
    rows = (rows - mean) / scale
    weights = _set_weights(usable)
    random = np.random.default_rng(seed)
    size = len(rank.FEATURES)
    parts = {
        "linear": np.zeros(size),
        "hidden": random.normal(0, 0.1, (size, _HIDDEN)),
        "hidden_bias": np.zeros(_HIDDEN),
        "out": random.normal(0, 0.1, _HIDDEN),
    }
    step = _Adam(parts)
    for _ in range(_EPOCHS):
        order = random.permutation(len(usable))
        for at in range(0, len(order), 256):
            batch = order[at : at + 256]
            step(_gradient(parts, rows[batch], right[batch], real[batch], weights[batch]))
    model = {"mean": mean, "scale": scale, **parts}
    return {name: np.round(np.asarray(value, float), 4).tolist() for name, value in model.items()}


def _gradient(parts, rows, right, real, weights) -> dict[str, np.ndarray]:
    hidden = np.tanh(rows @ parts["hidden"] + parts["hidden_bias"])
    scores = np.where(real, rows @ parts["linear"] + hidden @ parts["out"], -1e9)
    slope = (_softmax(scores) - _softmax(np.where(right, scores, -1e9))) * weights[:, None] / len(rows)
    back = slope[:, :, None] * parts["out"] * (1 - hidden**2)
    found = {
        "linear": np.einsum("nm,nmf->f", slope, rows),
        "out": np.einsum("nm,nmh->h", slope, hidden),
        "hidden": np.einsum("nmf,nmh->fh", rows, back),
        "hidden_bias": back.sum((0, 1)),
    }
    return {name: value + 2e-4 * parts[name] for name, value in found.items()}


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


class _Adam:
    """Kingma & Ba 2015, rate .01, over named arrays that it changes in place."""

    def __init__(self, parts: dict[str, np.ndarray]) -> None:
        self._parts, self._count = parts, 0
        self._first = {name: np.zeros_like(value) for name, value in parts.items()}
        self._second = {name: np.zeros_like(value) for name, value in parts.items()}

    def __call__(self, gradient: dict[str, np.ndarray]) -> None:
        self._count += 1
        for name, value in gradient.items():
            self._first[name] = 0.9 * self._first[name] + 0.1 * value
            self._second[name] = 0.999 * self._second[name] + 0.001 * value**2
            first = self._first[name] / (1 - 0.9**self._count)
            second = self._second[name] / (1 - 0.999**self._count)
            self._parts[name] -= 0.01 * first / (np.sqrt(second) + 1e-8)


# ---------------------------------------------------------------- the judge


def fit_decline(examples: Sequence[Example]) -> dict:
    """Logistic regression by Newton's method with a ridge of 1."""
    rows = np.stack([e.decline for e in examples])
    wanted = np.array([e.answerable for e in examples], float)
    weights = _set_weights(examples)
    mean, scale = rows.mean(0), rows.std(0)
    scale[scale < 1e-6] = 1.0
    table = np.c_[(rows - mean) / scale, np.ones(len(rows))]
    ridge = np.diag([1.0] * len(mean) + [0.0])
    found = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ found))
        slope = table.T @ (weights * (wanted - chance)) - ridge @ found
        curve = (table.T * (weights * chance * (1 - chance))) @ table + ridge
        found += np.linalg.solve(curve, slope)
    parts = {"mean": mean, "scale": scale, "linear": found[:-1]}
    return {name: np.round(value, 4).tolist() for name, value in parts.items()} | {"bias": round(float(found[-1]), 4)}


def chances(model: dict, examples: Sequence[Example]) -> np.ndarray:
    rows = (np.stack([e.decline for e in examples]) - model["mean"]) / np.array(model["scale"])
    return 1 / (1 + np.exp(-(rows @ np.array(model["linear"]) + model["bias"])))


def _set_weights(examples: Sequence[Example]) -> np.ndarray:
    sizes: dict[str, int] = {}
    for e in examples:
        sizes[e.source] = sizes.get(e.source, 0) + 1
    return np.array([min(1.0, _ENOUGH / sizes[e.source]) for e in examples])


# ---------------------------------------------------------------- measuring


def measure(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """By set: answer in the first sentence and in the first three, balanced accuracy of declining; articles unseen."""
    first: dict[str, list[tuple[bool, bool]]] = {}
    judged: dict[str, list[tuple[float, bool]]] = {}
    for fold_number in range(_FOLDS):
        seen = [e for e in examples if e.group % _FOLDS != fold_number]
        unseen = [e for e in examples if e.group % _FOLDS == fold_number]
        ranker, judge = fit_ranker(seen), fit_decline(seen)
        for e, chance in zip(unseen, chances(judge, unseen), strict=True):
            judged.setdefault(e.source, []).append((chance, e.answerable))
            if e.answerable:
                order = np.argsort(-rank.score(e.rows, ranker), kind="stable")
                first.setdefault(e.source, []).append((bool(e.right[order[0]]), bool(e.right[order[:3]].any())))
    report: dict[str, dict[str, float]] = {}
    for source, pairs in first.items():
        report[source] = {"first": np.mean([a for a, _ in pairs]), "three": np.mean([b for _, b in pairs])}
    for source, pairs in judged.items():
        for threshold in (0.3, 0.4, 0.5, 0.6):
            report.setdefault(source, {})[f"declines@{threshold}"] = _balanced(pairs, threshold)
    return report


def _balanced(pairs: Sequence[tuple[float, bool]], threshold: float) -> float:
    yes = [chance >= threshold for chance, answerable in pairs if answerable]
    no = [chance < threshold for chance, answerable in pairs if not answerable]
    return float(np.mean([np.mean(side) for side in (yes, no) if side]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Learn which sentence answers, and whether any does.")
    parser.add_argument("--set", action="append", required=True, metavar="CASES.jsonl=WORKSPACE")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--write", action="store_true", help="replace weights.json")
    options = parser.parse_args(arguments)
    examples: list[Example] = []
    for pair in options.set:
        cases, _, workspace = pair.partition("=")
        examples += _examples(Path(cases), Path(workspace))
    for source, values in measure(examples).items():
        sys.stdout.write(f"{source}: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items()) + "\n")
    if options.write:
        model = {
            "source": SOURCE,
            "ranker": fit_ranker(examples),
            "decline": fit_decline(examples) | {"threshold": options.threshold},
        }
        rank.WEIGHTS.write_text(json.dumps(model) + "\n", encoding="utf-8")
    return 0


def _examples(cases: Path, workspace: Path) -> list[Example]:
    settings = load(workspace)
    database = Database(workspace / "state.sqlite")
    index = SearchIndex(database, settings)

    def read(document_id: int, number: int) -> Page:
        stored = read_page(database, document_id, number)
        return page_from_json(stored.layout, stored.text)

    lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    return collect(f"{cases.parent.name}/{cases.stem}", lines, index, read)


if __name__ == "__main__":
    sys.exit(main())
