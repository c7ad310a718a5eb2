"""Learns to choose among candidates before and after they ran, and how sure a choice is; cross-fitted by database.

A part of `python -m core.sql.learning.train`; nothing here is used while a question is answered.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.sql.data.schema import Schema
from core.sql.learning.linker import RANKER, Example, fit_linker, fit_trees, lean_to_business
from core.sql.learning.pairs import Runner
from core.sql.learning.shapes import fit_shapes
from core.sql.linking.link_features import score_links
from core.sql.linking.ordering import asked_order
from core.sql.linking.roles import lean_to_roles
from core.sql.linking.trees import Trees
from core.sql.parser.compare import same_answer
from core.sql.parser.compose import Candidate
from core.sql.parser.propose import Parser, compose_candidates
from core.sql.parser.rank import candidate_features, feature_signs
from core.sql.parser.rank_results import RESULT_SIGNS, Facts, confidence_features, facts_of, result_features
from core.sql.parser.render import render_query
from core.sql.parser.understand import make_model

log = logging.getLogger("train")
FOLDS = 3


RUN_FIRST = 10


KEEP = 40


@dataclass
class JudgedCandidates:
    """A question's candidates that ran: features, what came back, and whether it is the gold answer."""

    example: Example
    candidates: list[Candidate]
    features: np.ndarray
    facts: list[Facts]
    right: np.ndarray
    context: Any


def judge_candidates(
    example: Example, schema: Schema, parser: Parser, runner: Runner, keep: int
) -> JudgedCandidates | None:
    """Compose for one example, run, and compare each candidate's rows with the gold's; None where the gold fails."""
    golds = runner.golds(example.pair)
    if not golds:
        return None
    links = score_links(example.links, schema, parser.linker)
    schema = lean_to_roles(links, schema)
    candidates, context = compose_candidates(links, schema, parser.shapes)
    known: dict[str, tuple[Facts, bool]] = {}
    asked = asked_order(links) is not None
    kept: list[Candidate] = []
    outcomes: list[tuple[Facts, bool]] = []
    for candidate in candidates[:keep]:
        sql = render_query(candidate.plan, schema.graph)
        if sql is None:
            continue
        if sql not in known:
            result = runner.run(example.pair.db, [sql])[0]
            right = any(same_answer(gold, result, ordered) for gold, ordered in golds)
            known[sql] = facts_of(result, asked), right
        kept.append(candidate)
        outcomes.append(known[sql])
    rows = [candidate_features(c, place, context) for place, c in enumerate(kept)]
    right = np.array([truth for _, truth in outcomes], bool)
    return JudgedCandidates(example, kept, np.array(rows, np.float32), [facts for facts, _ in outcomes], right, context)


def _lean_to_business(judged: list[JudgedCandidates]) -> list[JudgedCandidates]:
    return [j for j in judged for _ in range(1 + j.example.pair.business)]


def fit_ranker(judged: list[JudgedCandidates], rounds: int = 150) -> Trees:
    """Trees that put the right candidates of a question first."""
    useful = [j for j in _lean_to_business(judged) if 0 < j.right.sum() < len(j.right)]
    rows = np.concatenate([j.features for j in useful])
    labels = np.concatenate([j.right for j in useful]).astype(int)
    signs = feature_signs(rows.shape[1])
    return fit_trees(rows, labels, None, rounds, RANKER, [len(j.right) for j in useful], signs)


def second_rows(judged: JudgedCandidates, ranker: Trees) -> tuple[np.ndarray, np.ndarray, list[Facts]]:
    """(features, places, facts) of the candidates that the first ranker would run."""
    scores = ranker.predict(judged.features)
    first = np.argsort(-scores)[:RUN_FIRST]
    facts = [judged.facts[place] for place in first]
    return np.concatenate([judged.features[first], result_features(facts, scores[first])], axis=1), first, facts


def fit_reranker(judged: list[JudgedCandidates], rankers: dict[int, Trees], rounds: int = 120) -> Trees:
    """The second ranker, on first scores made by a ranker that did not see the question's fold."""
    rows, labels, group = [], [], []
    for j in _lean_to_business(judged):
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


def choose(judged: JudgedCandidates, ranker: Trees, reranker: Trees) -> tuple[bool, np.ndarray]:
    """(whether the winner is right, its row for the confidence model)."""
    features, places, facts = second_rows(judged, ranker)
    scores = reranker.predict(features)
    scores = np.where([fact.key is None for fact in facts], -50.0, scores)
    best = int(np.argmax(scores))
    winner = judged.candidates[places[best]]
    return bool(judged.right[places[best]]), confidence_features(scores, facts, judged.context, best, winner)[0]


def fit_confidence(chosen: list[tuple[bool, np.ndarray]]) -> Trees:
    """The chance that a winner is right, from winners chosen by rankers that did not see their databases."""
    params = {**RANKER, "num_leaves": 8, "min_data_in_leaf": 80}
    rows = np.array([row for _, row in chosen], np.float32)
    return fit_trees(rows, np.array([float(right) for right, _ in chosen]), None, 120, params)


@dataclass
class CrossFit:
    """Judged questions, the linker and shape model of each fold (as a parser without rankers), and the rankers by fold:
    every score was made by models that did not see the question's database."""

    judged: list[JudgedCandidates]
    parsers: dict[int, Parser]
    rankers: dict[int, Trees]
    rerankers: dict[int, Trees]
    chosen: list[tuple[bool, np.ndarray]] = field(default_factory=list)

    def whole_parser(self, fold: int) -> Parser:
        """All parts for the questions of a fold; its confidence is learned from the winners of the others."""
        others = [c for c, j in zip(self.chosen, self.judged, strict=True) if j.example.fold != fold]
        return replace(
            self.parsers[fold],
            ranker=self.rankers[fold], reranker=self.rerankers[fold], confidence=fit_confidence(others),
        )  # fmt: skip


def cross_fit(examples: list[Example], schemas: dict[str, Schema], runner: Runner) -> CrossFit:
    """Fit all parts on the other folds' databases, fold by fold."""
    judged: list[JudgedCandidates] = []
    parsers: dict[int, Parser] = {}
    for fold in range(FOLDS):
        seen = lean_to_business([example for example in examples if example.fold != fold])
        parser = parsers[fold] = Parser(fit_linker(seen, schemas), make_model(fit_shapes(seen)))
        for example in examples:
            if example.fold == fold:
                found = judge_candidates(example, schemas[example.pair.db], parser, runner, KEEP)
                if found is not None and found.candidates:
                    judged.append(found)
        log.info("fold %d judged", fold)
    rankers = {fold: fit_ranker([j for j in judged if j.example.fold != fold]) for fold in range(FOLDS)}
    rerankers = {fold: fit_reranker([j for j in judged if j.example.fold != fold], rankers) for fold in range(FOLDS)}
    chosen = [choose(j, rankers[j.example.fold], rerankers[j.example.fold]) for j in judged]
    return CrossFit(judged, parsers, rankers, rerankers, chosen)
