"""Learns `weights.json` (which sentence answers, and whether any does) from questions with known answers.

    python -m core.chat.train --set CASES.jsonl=WORKSPACE [--rank ...] [--judge ...] [--threshold T] [--write [NAME]]

A case has `question`, `lang`, `file`, `answers`, `answerable` and `article`; the questions of an article are trained
on or measured, never both: what is printed comes from articles not trained on. Articles of several sets that are the
same must carry the same number. A set named `keyword:CASES.jsonl=WORKSPACE` is searched without the embedder. `--rank`
and `--judge` name sets that only the ranker or only the judge learns from. Questions whose passages are in another
language teach the judge `decline_across`; a ranker of their own gained nothing and is only reported. It only runs when
asked.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.chat import decline, nets, rank
from core.chat.extract import Ranked, rank_sentences
from core.chat.fit import Judging, Ranking, fit_judge, fit_ranker
from core.chat.gather import Pages
from core.chat.question import Understood, understand
from core.chat.words import Vocabulary, fold
from core.documents.layout import page_from_json
from core.errors import AppError
from core.index.search import SearchIndex
from core.records import Page, SearchResult
from core.settings import load
from core.state.database import Database
from core.state.documents import read_page

SOURCE = "Learned from XQuAD and SQuAD-es, which build on SQuAD; CC BY-SA 4.0, see NOTICE."
FOLDS = 4
_ACROSS_LEAST = 100  # questions
_THRESHOLDS = (0.35, 0.4, 0.45, 0.5, 0.55)
_KEYWORD = "keyword:"


@dataclass(frozen=True, slots=True)
class Asked:
    """A case and what search found for it, with what is needed to read it again; `purpose` says who learns from it."""

    purpose: Literal["both", "rank", "judge"]
    source: str
    group: int
    case: dict
    result: SearchResult
    index: SearchIndex
    read: Callable[[int, int], Page]

    def rank(self, ranker: nets.Nets) -> tuple[Understood, Ranked, Vocabulary]:
        understood, vocabulary = understand(self.case["question"], self.case["lang"]), Vocabulary(self.index)
        return (
            understood,
            rank_sentences(understood, self.result, vocabulary, Pages(self.read), ranker=ranker),
            vocabulary,
        )

    @property
    def across(self) -> bool:
        """Whether what was found first is in another language than the question."""
        return bool(self.result.hits) and self.result.hits[0].lang != self.case["lang"]

    @property
    def part(self) -> int:
        return self.group % FOLDS


def collect_ranking(asked: Asked) -> Ranking | None:
    _, ranked, _ = asked.rank(_untrained())
    right = np.array([holds_answer(item.hit.file, item.text, asked.case) for item in ranked.evidence])
    if not right.any():
        return None
    return Ranking(asked.source, np.stack([item.features for item in ranked.evidence]), right)


def collect_judging(asked: Asked, ranker: nets.Nets) -> Judging | None:
    """What the judge sees when the best sentence is chosen by `ranker`, which must not have seen the article."""
    understood, ranked, vocabulary = asked.rank(ranker)
    if not ranked.evidence:
        return None
    values = decline.measure(understood, ranked, asked.result, vocabulary)
    row = np.array([values.get(name, 0.0) for name in decline.FEATURES])
    return Judging(asked.source, row, bool(asked.case["answerable"]))


def _untrained() -> nets.Nets:
    """A ranker that knows nothing: what a candidate's features are does not depend on its place."""
    size = len(rank.FEATURES)
    net = {"mean": np.zeros(size), "scale": np.ones(size), "linear": np.zeros(size), "hidden": np.zeros((size, 1))}
    return (net | {"hidden_bias": np.zeros(1), "out": np.zeros(1), "bias": np.zeros(())},)


def holds_answer(file: str, text: str, case: dict) -> bool:
    """Whether a sentence of a file answers the case: case, accents and white space aside."""
    text = " ".join(fold(text).split())
    told = [" ".join(fold(answer).split()) for answer in case["answers"]]
    return case["answerable"] and file == case["file"] and any(answer and answer in text for answer in told)


def learn(cases: Sequence[Asked]) -> tuple[dict, dict[str, dict[str, float]]]:
    """The weights learned from all cases, and the report of what was learned without the article that is measured.

    The judge learns from rankings by rankers that had not seen the article, as it will be in use."""
    weights: dict[str, dict] = {}
    report: dict[str, dict[str, float]] = {}
    for across in (False, True):
        mine = [asked for asked in cases if asked.across == across]
        if across and len(mine) < _ACROSS_LEAST:
            continue  # a few whose language was misread: no net is learned from them
        found, measured = _learn_side(mine)
        weights |= {f"{name}_across" if across else name: {"nets": models} for name, models in found.items()}
        weights.pop("ranker_across", None)
        report |= {f"{source}, across" if across else source: figures for source, figures in measured.items()}
    return weights, report


def _learn_side(cases: Sequence[Asked]) -> tuple[dict[str, list[dict]], dict[str, dict[str, float]]]:
    """Ranker and judge, each where there are questions for it; without any for a ranker the judge learns from the
    one in use."""
    rankings = [(a.part, found) for a in cases if a.purpose != "judge" and (found := collect_ranking(a))]
    rankers = [fit_without(rankings, n, fit_ranker) if rankings else nets.net("ranker") for n in range(FOLDS)]
    judged = [asked for asked in cases if asked.purpose != "rank"]
    judgings = [(asked.part, found) for asked in judged if (found := collect_judging(asked, rankers[asked.part]))]
    judges = [fit_without(judgings, n, fit_judge) for n in range(FOLDS)] if judgings else []
    found = {"ranker": (fit_ranker, rankings), "decline": (fit_judge, judgings)}
    models = {name: fit([one for _, one in examples]) for name, (fit, examples) in found.items() if examples}
    return models, _report(rankings, rankers, judgings, judges)


def fit_without(examples: Sequence[tuple[int, Any]], out: int, fit: Callable[[list], list[dict]]) -> nets.Nets:
    """Nets fitted on the other folds; on all where there is only one article."""
    others = [found for number, found in examples if number != out]
    return nets.to_nets(fit(others or [found for _, found in examples]))


def _report(rankings, rankers, judgings, judges) -> dict[str, dict[str, float]]:
    """By set: answer in the first sentence and in the first three (of the questions whose answer is among the
    candidates), then by threshold the share of the answerable answered, and balanced accuracy."""
    first: dict[str, list[tuple[bool, bool]]] = {}
    judged: dict[str, list[tuple[float, bool]]] = {}
    for number, found in rankings:
        order = np.argsort(-nets.mean_output(found.rows, rankers[number]), kind="stable")
        first.setdefault(found.source, []).append((bool(found.right[order[0]]), bool(found.right[order[:3]].any())))
    for number, found in judgings:
        chance = float(nets.mean_chance(found.row[None], judges[number])[0])
        judged.setdefault(found.source, []).append((chance, found.answerable))
    report: dict[str, dict[str, float]] = {}
    for source, pairs in first.items():
        report[source] = {"first": np.mean([a for a, _ in pairs]), "three": np.mean([b for _, b in pairs])}
    for source, pairs in judged.items():
        for threshold in _THRESHOLDS:
            yes, no = _sides(pairs, threshold)
            report.setdefault(source, {})[f"answers@{threshold}"] = yes
            report[source][f"balanced@{threshold}"] = float(np.nanmean([yes, no]))
    return report


def _sides(pairs: Sequence[tuple[float, bool]], threshold: float) -> tuple[float, float]:
    """The shares of the answerable that are answered, and of the others that are declined; NaN where there is none."""
    yes = [chance >= threshold for chance, answerable in pairs if answerable]
    no = [chance < threshold for chance, answerable in pairs if not answerable]
    return tuple(float(np.mean(side)) if side else float("nan") for side in (yes, no))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Learn which sentence answers, and whether any does.")
    for name, learner in (("--set", "both"), ("--rank", "the ranker alone"), ("--judge", "the judge alone")):
        shape = "[keyword:]CASES.jsonl=WORKSPACE"
        parser.add_argument(name, action="append", default=[], metavar=shape, help=f"questions for {learner}")
    parser.add_argument("--threshold", type=float, default=0.36)
    parser.add_argument("--write", nargs="*", metavar="NAME", help="replace these nets in weights.json, or all learned")
    options = parser.parse_args(arguments)
    cases: list[Asked] = []
    for purpose, pairs in (("both", options.set), ("rank", options.rank), ("judge", options.judge)):
        for pair in pairs:
            cases += search_cases(purpose, pair)
            sys.stderr.write(f"{len(cases)} questions searched\n")
    if not cases:
        parser.error("no questions: name at least one --set")
    weights, report = learn(cases)
    for source, values in report.items():
        sys.stdout.write(f"{source}: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items()) + "\n")
    if options.write is not None:
        _write({name: found for name, found in weights.items() if not options.write or name in options.write}, options)
    return 0


def _write(weights: dict[str, dict], options: argparse.Namespace) -> None:
    """Put what was learned beside what `weights.json` holds already."""
    if "decline" in weights:
        weights["decline"]["threshold"] = options.threshold
    known = json.loads(nets.WEIGHTS.read_text(encoding="utf-8")) if nets.WEIGHTS.exists() else {}
    nets.WEIGHTS.write_text(json.dumps({**known, "source": SOURCE, **weights}) + "\n", encoding="utf-8")


def search_cases(purpose: Literal["both", "rank", "judge"], pair: str) -> list[Asked]:
    """The cases of '[keyword:]CASES.jsonl=WORKSPACE', searched."""
    keyword_only = pair.startswith(_KEYWORD)
    cases, workspace = map(Path, pair.removeprefix(_KEYWORD).split("=", 1))
    source = f"{cases.stem} on {workspace.name}{', keyword only' if keyword_only else ''}"
    database = Database(workspace / "state.sqlite")
    index = SearchIndex(database, load(workspace), embedder=_no_model if keyword_only else None)

    @functools.lru_cache(maxsize=4096)
    def read(document_id: int, number: int) -> Page:
        stored = read_page(database, document_id, number)
        return page_from_json(stored.layout, stored.text)

    found = []
    for line in cases.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        result = index.search(case["question"], lang=case["lang"])
        found.append(Asked(purpose, source, int(case["article"]), case, result, index, read))
    return found


def _no_model(name: str):
    raise AppError("models.embedder_unavailable", name=name, detail="")


if __name__ == "__main__":
    sys.exit(main())
