"""Trains the parser's weights: `python -m core.sql.train --archive spiderman.tar.gz --work DIR [--out DIR]
[--sample N]`.

Linker, shape model, two rankers and the confidence model, cross-fitted by database so that each ranker learns from
scores made by models that never saw its database. 25 databases are drawn by name and never read. About 30 minutes on
two cores. Nothing here is used while a question is answered.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.sql.compare import same_answer
from core.sql.compose import Candidate
from core.sql.gold import read_gold
from core.sql.lexicon import Lexicon, builtin_lexicon
from core.sql.link import ROLES, Links, find_mentions, link_features, log_sigmoid, score_links, table_features
from core.sql.plan import Query, abstract, columns_of, scopes
from core.sql.propose import Parser, compose_candidates
from core.sql.rank import (
    RESULT_SIGNS,
    Facts,
    candidate_features,
    confidence_features,
    facts_of,
    feature_signs,
    result_features,
)
from core.sql.render import render_query
from core.sql.schema import Schema
from core.sql.training_pairs import Pair, Runner, load_training, save_json
from core.sql.trees import Trees
from core.sql.understand import ASPECTS, labels_of, make_model, order_select, shape_grams, shape_to_json

log = logging.getLogger("train")
FOLDS = 3
RUN_FIRST = 10
KEEP = 40
LINKER = {
    "num_leaves": 24,
    "learning_rate": 0.12,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "max_bin": 63,
}
RANKER = {
    **LINKER,
    "learning_rate": 0.07,
    "min_data_in_leaf": 60,
    "bagging_fraction": 0.8,
    "lambda_l2": 5.0,
    "max_bin": 127,
}


@dataclass
class Example:
    """A pair with its gold plan (None where plans cannot express it) and its mentions."""

    pair: Pair
    fold: int
    gold: Query | None
    links: Links


# ---------------------------------------------------------------- examples


def make_examples(
    pairs: list[Pair], schemas: dict[str, Schema], folds: dict[str, int], lexicon: Lexicon
) -> list[Example]:
    out = []
    for pair in pairs:
        schema = schemas[pair.db]
        gold = read_gold(pair.sql, schema.catalog, schema.graph)
        links = find_mentions(pair.question, "en", schema, lexicon)
        out.append(Example(pair, folds[pair.db], order_select(gold) if gold else None, links))
    return out


def gold_roles(gold: Query, schema: Schema) -> dict[int, set[str]]:
    """column -> the roles it plays in the gold plan."""
    roles: dict[int, set[str]] = defaultdict(set)
    for scope in scopes(gold):
        for role, key in columns_of(scope):
            roles[schema.column_of[key].number] |= {"where" if role == "having" else role, "any"}
    return roles


def linker_rows(example: Example, schema: Schema) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """(features, labels by role, weights): a column that a key ties to a gold column weighs nothing."""
    roles = gold_roles(example.gold, schema)
    features = link_features(example.links, schema)
    labels = {role: np.array([role in roles.get(n, ()) for n in example.links.candidates], float) for role in ROLES}
    gold_keys = [schema.columns[n].key for n in roles]
    weights = np.ones(len(example.links.candidates))
    for place, number in enumerate(example.links.candidates):
        if number not in roles and any(schema.graph.linked(schema.columns[number].key, key) for key in gold_keys):
            weights[place] = 0.0
    return features, labels, weights


# ---------------------------------------------------------------- linker


def fit_trees(
    rows: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray | None,
    rounds: int,
    params: dict,
    group: list[int] | None = None,
    signs: list[int] | None = None,
) -> Trees:
    """LightGBM trees: binary, or ranking within `group`s; `signs` fix the direction of a feature's effect."""
    import lightgbm

    objective: dict[str, Any] = (
        {"objective": "lambdarank", "lambdarank_truncation_level": 6, "label_gain": [0, 1]}
        if group
        else {"objective": "binary"}
    )
    settings = {**params, **objective, "verbosity": -1, "num_threads": 1, "seed": 7, "force_col_wise": True}
    if signs:
        settings["monotone_constraints"] = signs
    data = lightgbm.Dataset(rows, labels, weight=weights, group=group)
    return Trees(lightgbm.train(settings, data, rounds).model_to_string())


def fit_linker(examples: list[Example], schemas: dict[str, Schema], rounds: int = 80) -> dict[str, Trees]:
    """Trees for each role, then (on their scores) for tables."""
    usable = [e for e in examples if e.gold]
    parts = [linker_rows(e, schemas[e.pair.db]) for e in usable]
    rows = np.concatenate([part[0] for part in parts])
    weights = np.concatenate([part[2] for part in parts])
    labels = {role: np.concatenate([part[1][role] for part in parts]) for role in ROLES}
    keep = _thin_negatives(rows, labels["any"], weights)
    trees = {role: fit_trees(rows[keep], labels[role][keep], weights[keep], rounds, LINKER) for role in ROLES}
    table_rows, table_labels = [], []
    for example, part in zip(usable, parts, strict=True):
        schema = schemas[example.pair.db]
        scores = dict(zip(example.links.candidates, log_sigmoid(trees["any"].predict(part[0])), strict=True))
        numbers, features = table_features(example.links, schema, scores)
        used = {name for scope in scopes(example.gold) for name in _scope_tables(scope)}
        table_rows.append(features)
        table_labels += [float(schema.tables[n].table.name in used) for n in numbers]
    trees["table"] = fit_trees(np.concatenate(table_rows), np.array(table_labels), None, rounds, LINKER)
    return trees


def _thin_negatives(rows: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Rows to learn from: of columns that nothing mentions and nobody wants one in five, five times as heavy."""
    silent = (rows[:, 0] == 0) & (wanted == 0)
    chosen = ~silent | (np.random.default_rng(7).random(len(rows)) < 0.2)
    weights[silent] *= 5.0
    return np.nonzero(chosen & (weights > 0))[0]


def _scope_tables(scope: Query) -> set[str]:
    return {key[0] for _, key in columns_of(scope)} | set(scope.tables)


# ---------------------------------------------------------------- shapes


def _fit_aspect(matrix: Any, labels: list[int], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(weights, bias), one row a class; a clause that is the same everywhere has nothing to learn."""
    from sklearn.linear_model import LogisticRegression

    if classes == 1:
        return np.zeros((1, matrix.shape[1])), np.zeros(1)
    model = LogisticRegression(C=12.0, max_iter=25, tol=1e-3)
    model.fit(matrix, labels)
    weights, bias = model.coef_, model.intercept_
    if classes == 2:
        weights, bias = np.vstack([-weights[0] / 2, weights[0] / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return weights, bias


def fit_shapes(examples: list[Example], grams_min: int = 7) -> dict[str, Any]:
    """The shape model in its JSON form."""
    from scipy.sparse import csr_matrix

    usable = [e for e in examples if e.gold]
    shapes = [abstract(e.gold) for e in usable]
    grams = [shape_grams(e.links) for e in usable]
    seen = Counter(gram for row in grams for gram in row)
    vocabulary = sorted(gram for gram, count in seen.items() if count >= grams_min)
    number = {gram: place for place, gram in enumerate(vocabulary)}
    rows = [[number[g] for g in row if g in number] for row in grams]
    data = np.concatenate([np.full(len(row), 1 / max(len(row), 1) ** 0.5) for row in rows])
    matrix = csr_matrix(
        (data, np.concatenate(rows).astype(int), np.cumsum([0, *map(len, rows)])), (len(rows), len(vocabulary))
    )
    labels = [labels_of(shape) for shape in shapes]
    raw: dict[str, Any] = {"vocabulary": vocabulary, "classes": {}, "weights": {}, "bias": {}, "shares": {}}
    for name in ASPECTS:
        counts = Counter(label[name] for label in labels)
        classes = sorted(label for label, count in counts.items() if count >= 5) or [counts.most_common(1)[0][0]]
        keep = [place for place, label in enumerate(labels) if label[name] in classes]
        weights, bias = _fit_aspect(matrix[keep], [classes.index(labels[place][name]) for place in keep], len(classes))
        raw["classes"][name] = classes
        raw["weights"][name] = np.round(weights.T * 100).astype(int).tolist()
        raw["bias"][name] = np.round(bias, 3).tolist()
        raw["shares"][name] = [counts[label] / len(labels) for label in classes]
    known = Counter(shapes)
    spread = defaultdict(set)
    for example, shape in zip(usable, shapes, strict=True):
        spread[shape].add(example.pair.db)
    raw["shapes"] = [{"shape": shape_to_json(s), "count": c + 2 * (len(spread[s]) - 1)} for s, c in known.most_common()]
    raw["total"] = sum(item["count"] for item in raw["shapes"])
    return raw


# ---------------------------------------------------------------- candidates with their truth


@dataclass
class Judged:
    """A question's candidates that ran: features, what came back, and whether it is the gold answer."""

    example: Example
    candidates: list[Candidate]
    features: np.ndarray
    facts: list[Facts]
    right: np.ndarray
    context: Any


def judge_candidates(example: Example, schema: Schema, parser: Parser, runner: Runner, keep: int) -> Judged | None:
    """Compose for one example, run, and compare each candidate's rows with the gold's; None where the gold fails."""
    gold = runner.run(example.pair.db, [example.pair.sql])[0]
    if gold.error:
        return None
    links = score_links(example.links, schema, parser.linker)
    candidates, context = compose_candidates(links, schema, parser.shapes)
    known: dict[str, tuple[Facts, bool]] = {}
    ordered = "ORDER BY" in example.pair.sql.upper()
    kept: list[Candidate] = []
    outcomes: list[tuple[Facts, bool]] = []
    for candidate in candidates[:keep]:
        sql = render_query(candidate.plan, schema.graph)
        if sql is None:
            continue
        if sql not in known:
            result = runner.run(example.pair.db, [sql])[0]
            known[sql] = facts_of(result), same_answer(gold, result, ordered)
        kept.append(candidate)
        outcomes.append(known[sql])
    rows = [candidate_features(c, place, context) for place, c in enumerate(kept)]
    right = np.array([truth for _, truth in outcomes], bool)
    return Judged(example, kept, np.array(rows, np.float32), [facts for facts, _ in outcomes], right, context)


# ---------------------------------------------------------------- rankers


def fit_ranker(judged: list[Judged], rounds: int = 150) -> Trees:
    useful = [j for j in judged if 0 < j.right.sum() < len(j.right)]
    rows = np.concatenate([j.features for j in useful])
    labels = np.concatenate([j.right for j in useful]).astype(int)
    signs = feature_signs(rows.shape[1])
    return fit_trees(rows, labels, None, rounds, RANKER, [len(j.right) for j in useful], signs)


def second_rows(judged: Judged, ranker: Trees) -> tuple[np.ndarray, np.ndarray, list[Facts]]:
    """(features, places, facts) of the candidates that the first ranker would run."""
    scores = ranker.predict(judged.features)
    first = np.argsort(-scores)[:RUN_FIRST]
    facts = [judged.facts[place] for place in first]
    return np.concatenate([judged.features[first], result_features(facts, scores[first])], axis=1), first, facts


def fit_reranker(judged: list[Judged], rankers: dict[int, Trees], rounds: int = 120) -> Trees:
    """The second ranker, on first scores made by a ranker that did not see the question's fold."""
    rows, labels, group = [], [], []
    for j in judged:
        features, places, _ = second_rows(j, rankers[j.example.fold])
        truth = j.right[places]
        if 0 < truth.sum() < len(truth):
            rows.append(features)
            labels.append(truth)
            group.append(len(truth))
    width = judged[0].features.shape[1]
    extra = rows[0].shape[1] - width
    signs = feature_signs(width) + (RESULT_SIGNS + [0] * extra)[:extra]
    return fit_trees(np.concatenate(rows), np.concatenate(labels).astype(int), None, rounds, RANKER, group, signs)


def choose(judged: Judged, ranker: Trees, reranker: Trees) -> tuple[bool, np.ndarray]:
    """(whether the winner is right, its row for the confidence model)."""
    features, places, facts = second_rows(judged, ranker)
    scores = reranker.predict(features)
    scores = np.where([fact.key is None for fact in facts], -50.0, scores)
    best = int(np.argmax(scores))
    return bool(judged.right[places[best]]), confidence_features(scores, facts, judged.context, best)[0]


def fit_confidence(chosen: list[tuple[bool, np.ndarray]]) -> Trees:
    """The chance that a winner is right, from winners chosen by rankers that did not see their databases."""
    params = {**RANKER, "num_leaves": 8, "min_data_in_leaf": 80}
    rows = np.array([row for _, row in chosen], np.float32)
    return fit_trees(rows, np.array([float(right) for right, _ in chosen]), None, 120, params)


# ---------------------------------------------------------------- the whole run


def cross_fit(
    examples: list[Example], schemas: dict[str, Schema], runner: Runner
) -> tuple[list[Judged], dict[int, Trees], dict[int, Trees]]:
    """(judged questions, first and second rankers by fold): every score made by models that did not see its fold."""
    judged: list[Judged] = []
    for fold in range(FOLDS):
        seen = [example for example in examples if example.fold != fold]
        parser = Parser(fit_linker(seen, schemas), make_model(fit_shapes(seen)))
        for example in examples:
            if example.fold == fold:
                found = judge_candidates(example, schemas[example.pair.db], parser, runner, KEEP)
                if found is not None and found.candidates:
                    judged.append(found)
        log.info("fold %d judged", fold)
    rankers = {fold: fit_ranker([j for j in judged if j.example.fold != fold]) for fold in range(FOLDS)}
    rerankers = {fold: fit_reranker([j for j in judged if j.example.fold != fold], rankers) for fold in range(FOLDS)}
    return judged, rankers, rerankers


def report(judged: list[Judged], chosen: list[tuple[bool, np.ndarray]]) -> None:
    """Logs cross-fitted execution accuracy, and how often a right candidate was there at all."""
    right = sum(hit for hit, _ in chosen) / len(chosen)
    there = sum(bool(j.right.any()) for j in judged) / len(judged)
    log.info("%d questions: right %.3f, a right one among the candidates %.3f", len(judged), right, there)


def save_weights(out: Path, linker: dict[str, Trees], shapes: dict[str, Any], others: dict[str, Trees]) -> None:
    """Write what the parser reads: LightGBM text and JSON."""
    out.mkdir(parents=True, exist_ok=True)
    for role, trees in linker.items():
        (out / f"link_{role}.txt").write_text(trees.booster.model_to_string(), encoding="utf-8")
    for name, trees in others.items():
        (out / f"{name}.txt").write_text(trees.booster.model_to_string(), encoding="utf-8")
    save_json(out / "shapes.json", shapes)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--archive", type=Path, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--out", type=Path, default=Path(__file__).parent / "weights")
    arguments.add_argument(
        "--sample", type=int, default=0, help="learn from so many questions only, to try the run out"
    )
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO)
    train(given.archive, given.work, given.out, given.sample)


def train(archive: Path, work: Path, out: Path, sample: int = 0) -> None:
    """The whole run: read, cross-fit, report, fit on everything, write the weights to `out`."""
    work.mkdir(parents=True, exist_ok=True)
    pairs, catalogs, folds = load_training(archive, work, folds=FOLDS, sample=sample)
    lexicon = builtin_lexicon()
    schemas = {name: Schema(catalog, lexicon) for name, catalog in catalogs.items()}
    examples = make_examples(pairs, schemas, folds, lexicon)
    runner = Runner(work)
    judged, rankers, rerankers = cross_fit(examples, schemas, runner)
    chosen = [choose(j, rankers[j.example.fold], rerankers[j.example.fold]) for j in judged]
    report(judged, chosen)
    others = {
        "ranker": fit_ranker(judged),
        "reranker": fit_reranker(judged, rankers),
        "confidence": fit_confidence(chosen),
    }
    save_weights(out, fit_linker(examples, schemas), fit_shapes(examples), others)


if __name__ == "__main__":
    main()
