"""Trains the parser's weights: `python -m core.sql.learning.train --archive spiderman.tar.gz --work DIR [--out DIR]
[--sample N] [--business DIR ...] [--trust FILE]`.

Linker, shape model, two rankers, the confidence model, and the trust in each reader (`trust.json`), cross-fitted by
database so that each part learns from scores made by models that never saw its database. 25 databases are drawn by name
and never read. `--business` names folders of business questions (`trust.py` tells their form; default: the
project's own in `data/cases`, of which `asked` was written to learn from). `--trust` keeps the models of a
`trust.json` that choose among the readings, so that only those that tell how sure the chosen one is are learned anew:
those that ship chose better than this run's (`weights/README.md`). About 40 minutes on two cores. Nothing here is used
while a question is answered.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.records import Catalog
from core.sql.arrange import choose_lead
from core.sql.data.schema import Schema
from core.sql.language.lexicon import builtin_lexicon
from core.sql.learning.linker import Example, fit_linker, lean_to_business, make_examples
from core.sql.learning.pairs import Runner, load_training, save_json
from core.sql.learning.rankers import (
    FOLDS,
    CrossFit,
    cross_fit,
    fit_confidence,
    fit_ranker,
    fit_reranker,
)
from core.sql.learning.shapes import fit_shapes
from core.sql.learning.trust import Judged, fit_trust, judge_pair, read_business, save_trust
from core.sql.linking.trees import Trees
from core.sql.trust import read_trust

log = logging.getLogger("train")
_CASES = Path(__file__).resolve().parents[3] / "data" / "cases"
BUSINESS = [_CASES / name for name in ("business", "everyday", "figures")]
BUSINESS += [_CASES / "asked" / name for name in ("one", "two", "three", "four", "five")]
TRUST_PAIRS = 700


def report(fitted: CrossFit, business: bool) -> None:
    """Logs cross-fitted execution accuracy, and how often a right candidate was there at all."""
    pairs = zip(fitted.judged, fitted.chosen, strict=True)
    found = [(hit, bool(j.right.any())) for j, (hit, _) in pairs if j.example.pair.business == business]
    right, there = np.mean(found or [(0, 0)], axis=0)
    text = "business %s: %d questions, right %.3f, a right one among the candidates %.3f"
    log.info(text, business, len(found), right, there)


def save_weights(out: Path, linker: dict[str, Trees], shapes: dict[str, Any], others: dict[str, Trees]) -> None:
    """Write what the parser reads: LightGBM text and JSON."""
    out.mkdir(parents=True, exist_ok=True)
    for role, trees in linker.items():
        (out / f"link_{role}.txt").write_text(trees.text, encoding="utf-8")
    for name, trees in others.items():
        (out / f"{name}.txt").write_text(trees.text, encoding="utf-8")
    save_json(out / "shapes.json", shapes)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--archive", type=Path, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    arguments.add_argument(
        "--sample", type=int, default=0, help="learn from so many questions only, to try the run out"
    )
    arguments.add_argument("--business", type=Path, nargs="*", default=BUSINESS)
    arguments.add_argument("--trust", type=Path, help="a trust.json whose models go on choosing")
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO)
    train(given.archive, given.work, given.out, given.sample, given.business, given.trust)


def train(
    archive: Path, work: Path, out: Path, sample: int = 0, business: Sequence[Path] = (), trust: Path | None = None
) -> None:
    """The whole run: read, cross-fit, report, fit on everything, write the weights to `out`."""
    work.mkdir(parents=True, exist_ok=True)
    pairs, catalogs, folds = load_training(archive, work, folds=FOLDS, sample=sample)
    runner = Runner(work)
    for folder in business:
        asked, own = read_business(folder, work / "business", runner)
        catalogs |= own
        folds |= {name: place % FOLDS for place, name in enumerate(sorted(own), len(folds))}
        pairs += [pair for pair in asked if pair.db in folds]
    lexicon = builtin_lexicon()
    schemas = {name: Schema(catalog, lexicon) for name, catalog in catalogs.items()}
    examples = make_examples(pairs, schemas, folds, lexicon)
    fitted = cross_fit(examples, schemas, runner)
    for own in (False, True):
        report(fitted, own)
    others = {
        "ranker": fit_ranker(fitted.judged),
        "reranker": fit_reranker(fitted.judged, fitted.rankers),
        "confidence": fit_confidence(fitted.chosen),
    }
    learned = lean_to_business(examples)
    save_weights(out, fit_linker(learned, schemas), fit_shapes(learned), others)
    read = judge_pairs(examples, catalogs, fitted, runner)
    save_trust(out / "trust.json", fit_trust(read, read_trust(trust) if trust else None))
    leads = [(j, choose_lead(j.readings, j.links, j.schema, j.unknown)[0]) for j in read]
    for own in (False, True):
        right = [j.is_right(lead) if lead else False for j, lead in leads if j.business == own]
        log.info("both readers, business %s: %d questions, right %.3f", own, len(right), np.mean(right or [0]))


def judge_pairs(
    examples: list[Example], catalogs: dict[str, Catalog], fitted: CrossFit, runner: Runner
) -> list[Judged]:
    """Every business question and at most TRUST_PAIRS others, drawn at random, read by parsers that did not see their
    databases."""
    plain = [e for e in examples if not e.pair.business]
    drawn = [e for e in examples if e.pair.business] + random.Random(7).sample(plain, min(TRUST_PAIRS, len(plain)))
    read = []
    for fold in range(FOLDS):
        parser = fitted.whole_parser(fold)
        asked = [e.pair for e in drawn if e.fold == fold]
        read += [judge_pair(pair, catalogs[pair.db], parser, runner) for pair in asked if runner.golds(pair)]
    return read


if __name__ == "__main__":
    main()
