"""Learns the linker: which role a column plays in a query, which tables it needs, from pairs of question and statement.

A part of `python -m core.sql.learning.train`; nothing here is used while a question is answered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.sql.data.schema import Schema
from core.sql.language.lexicon import Lexicon
from core.sql.learning.gold import read_gold
from core.sql.learning.pairs import Pair
from core.sql.linking.link import ROLES, Links
from core.sql.linking.link_features import link_features, log_sigmoid, table_features
from core.sql.linking.mentions import find_mentions
from core.sql.linking.trees import Trees
from core.sql.parser.plan import Query, columns_of, scopes
from core.sql.parser.understand import order_select

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


def make_examples(
    pairs: list[Pair], schemas: dict[str, Schema], folds: dict[str, int], lexicon: Lexicon
) -> list[Example]:
    """What the linker learns from: the roles that gold statements give to each question's columns."""
    out = []
    for pair in pairs:
        schema = schemas[pair.db]
        texts = (pair.sql, *pair.others)
        gold = next(filter(None, (read_gold(sql, schema.catalog, schema.graph) for sql in texts)), None)
        links = find_mentions(pair.question, pair.lang, schema, lexicon)
        out.append(Example(pair, folds[pair.db], order_select(gold) if gold else None, links))
    return out


def lean_to_business(examples: list[Example]) -> list[Example]:
    """The examples, those of business questions twice: they are few, and what the parser is for."""
    return [e for e in examples for _ in range(1 + e.pair.business)]


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
