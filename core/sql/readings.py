"""Both readers' answers to a question: what the rules read and what the learned parser composes, run and ranked.

Nothing is chosen between the two here (`arrange.py`); statements go to the `run` that the caller hands in.
"""

from __future__ import annotations

import datetime
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.records import QueryResult
from core.sql.business.plan import BusinessPlan
from core.sql.business.reading import read_business_plan
from core.sql.business.render import write_business
from core.sql.business.rules import read_business
from core.sql.business.unread import uncovered
from core.sql.business.variants import vary_plan
from core.sql.data.schema import Schema
from core.sql.language.lexicon import Lexicon
from core.sql.linking.link import Links
from core.sql.linking.ordering import asked_order
from core.sql.linking.roles import lean_to_roles
from core.sql.linking.spelling import Correction, find_corrections, vocabulary_of
from core.sql.linking.value_mentions import MISTYPED
from core.sql.parser.compose import Candidate
from core.sql.parser.propose import Parser, compose_candidates, link_question
from core.sql.parser.rank import candidate_features
from core.sql.parser.rank_context import RankContext
from core.sql.parser.rank_results import confidence_features, facts_of, result_features
from core.sql.parser.reading import read_plan
from core.sql.parser.render import render_query
from core.sql.unlinked import unknown_places

RUN_FIRST = 10


Run = Callable[[list[str]], list[QueryResult]]


@dataclass(frozen=True)
class Option:
    """One candidate that ran: its statement, what came back, how it is said.

    `plan` is the rules' plan, None where the learned parser composed it; `rank` its place among its reader's readings;
    `varied` what a varied plan changed ('' where it is a reading of its own); `share` the parser's mass on its rows."""

    sql: str
    result: QueryResult
    reading: str
    plan: BusinessPlan | None = None
    rank: int = 0
    varied: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Readings:
    """What both readers found, each best first and without statements that failed; `confidence` is the parser's chance
    that its first is right, `ms` the milliseconds of composing and of running."""

    ruled: list[Option]
    parsed: list[Option]
    confidence: float
    ms: dict[str, float]


def find_readings(links: Links, schema: Schema, parser: Parser, run: Run, lang: str, today: datetime.date) -> Readings:
    """Compose with both readers, run all statements in one go, rank."""
    started = time.perf_counter()
    schema = lean_to_roles(links, schema)
    rules = _with_variants(business_statements(links, schema, today), links, schema)
    candidates, context = compose_candidates(links, schema, parser.shapes)
    chosen = first_choice(candidates, context, schema, parser)
    composed = time.perf_counter()
    texts = [*(sql for _, sql, _ in rules), *(text for _, text, _ in chosen)]
    results = run(texts) if texts else []
    executed = time.perf_counter()
    parsed, confidence = rank_results(chosen, results[len(rules) :], context, parser, lang)
    ruled = [
        Option(sql, result, read_business_plan(plan, schema, lang), plan, rank, varied)
        for rank, ((plan, sql, varied), result) in enumerate(zip(rules, results, strict=False))
        if not result.error
    ]
    if ruled and not ruled[0].result.rows and not ruled[0].plan.setop:  # what is left of a set may be nothing
        # of readings that leave as much unread, one that finds rows
        left = len(uncovered(ruled[0].plan, links))
        ruled.sort(key=lambda o: bool(o.varied) or len(uncovered(o.plan, links)) > left or not o.result.rows)
    return Readings(
        ruled, parsed, confidence, {"compose": 1000 * (composed - started), "execute": 1000 * (executed - composed)}
    )


def link_corrected(
    question: str, lang: str, schema: Schema, lexicon: Lexicon, parser: Parser
) -> tuple[Links, list[Correction]]:
    """The links of a question, read again with mistyped words put right where words found nothing."""
    links = link_question(question, lang, schema, lexicon, parser)
    places = {
        *unknown_places(links, schema, parser),
        *(p for m in links.values if m.kind == "name" for p in range(m.start, m.end)),
    }
    corrections = [
        Correction(question[links.tokens[m.start].start : links.tokens[m.end - 1].end], str(m.value))
        for m in links.values if m.kind == "text" and m.hits and m.hits[0][2] == MISTYPED
    ]  # fmt: skip
    if places:
        vocabulary = vocabulary_of(schema, lexicon)
        corrections += find_corrections(links.tokens, sorted(places), vocabulary, lexicon, schema, lang)
    if not corrections:
        return links, []
    for correction in corrections:
        question = re.sub(rf"\b{re.escape(correction.written)}\b", lambda _, c=correction: c.meant, question)
    return link_question(question, lang, schema, lexicon, parser), corrections


def business_statements(links: Links, schema: Schema, today: datetime.date) -> list[tuple[BusinessPlan, str]]:
    """The readings of the business rules with their SQL, statements all different."""
    found: dict[str, BusinessPlan] = {}
    for plan in read_business(links, schema, today):
        sql = write_business(plan, schema)
        if sql:
            found.setdefault(schema.spellings.merge(sql), plan)
    return [(plan, sql) for sql, plan in found.items()]


def _with_variants(
    rules: list[tuple[BusinessPlan, str]], links: Links, schema: Schema
) -> list[tuple[BusinessPlan, str, str]]:
    """The readings, then the first one varied, as (plan, statement, what was varied); statements all different."""
    out = [(plan, sql, "") for plan, sql in rules]
    known = {sql for _, sql in rules}
    for plan, varied in vary_plan(rules[0][0], links, schema) if rules else ():
        sql = write_business(plan, schema)
        if sql and (sql := schema.spellings.merge(sql)) not in known:
            out.append((plan, sql, varied))
            known.add(sql)
    return out


def first_choice(
    candidates: list[Candidate], context: RankContext, schema: Schema, parser: Parser
) -> list[tuple[Candidate, str, Any]]:
    """(candidate, SQL, (features, score)) of the best few by the first ranker, statements all different."""
    if not candidates:
        return []
    rows = np.array([candidate_features(c, place, context) for place, c in enumerate(candidates)], np.float32)
    scores = parser.ranker.predict(rows)
    chosen: list[tuple[Candidate, str, Any]] = []
    for place in np.argsort(-scores):
        sql = render_query(candidates[place].plan, schema.graph)
        sql = sql and schema.spellings.merge(sql)
        if sql and all(sql != other for _, other, _ in chosen):
            chosen.append((candidates[place], sql, (rows[place], float(scores[place]))))
        if len(chosen) == RUN_FIRST:
            break
    return chosen


def rank_results(
    chosen: list[tuple[Candidate, str, Any]],
    results: list[QueryResult],
    context: RankContext,
    parser: Parser,
    lang: str,
) -> tuple[list[Option], float]:
    """(options with different rows, best first; the chance that the best is right)."""
    if not chosen or all(result.error for result in results):
        return [], 0.0
    first = np.array([score for _, _, (_, score) in chosen])
    ordered = asked_order(context.links) is not None
    facts = [facts_of(result, ordered) for result in results]
    rows = np.concatenate([np.array([row for _, _, (row, _) in chosen]), result_features(facts, first)], axis=1)
    scores = parser.reranker.predict(rows)
    scores = np.where([bool(result.error) for result in results], -50.0, scores)
    best = int(np.argmax(scores))
    raw = parser.confidence.predict(confidence_features(scores, facts, context, best, chosen[best][0]))[0]
    mass = np.exp(scores - np.logaddexp.reduce(scores))
    shares: dict[int | None, float] = defaultdict(float)
    for fact, part in zip(facts, mass, strict=True):
        shares[fact.key] += float(part)
    options, seen = [], set()
    for place in np.argsort(-scores):
        key = facts[place].key
        if results[place].error or key in seen:
            continue
        seen.add(key)
        reading = read_plan(chosen[place][0].plan, lang)
        options.append(Option(chosen[place][1], results[place], reading, rank=len(options), share=shares[key]))
    return options, float(1 / (1 + np.exp(-raw)))
