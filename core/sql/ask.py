"""A question to its rows: link, understand, compose, rank, run the best few, rank again, say how it was read.

`ask` is the only way in. It runs nothing itself: statements go to the `run` that the caller hands in, which guards and
limits them. No chart is chosen and no language model is called here.
"""

from __future__ import annotations

import datetime
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import AppError
from core.i18n import detect_language, translate
from core.records import Catalog, ChartSpec, CheckedSql, QueryResult, Reading, SqlAnswer
from core.sql.business import read_business
from core.sql.business_plan import BusinessPlan
from core.sql.business_reading import read_business_plan
from core.sql.business_sql import write_business, write_pair_count, write_pairs
from core.sql.calendar import MONTHS
from core.sql.compare import result_key
from core.sql.compose import Candidate
from core.sql.dimensions import is_ordering
from core.sql.insight import describe, tell_correlation
from core.sql.lexicon import Lexicon, builtin_lexicon
from core.sql.link import MISTYPED, Links, cue_rows, is_content
from core.sql.plan import STAR, Query
from core.sql.properties import yes_value
from core.sql.propose import Parser, builtin_parser, compose_candidates, link_question
from core.sql.rank import RankContext, candidate_features, confidence_features, facts_of, result_features
from core.sql.reading import read_plan
from core.sql.render import render_query
from core.sql.schema import Schema, schema_of
from core.sql.spelling import Correction, find_corrections, suggest_names, vocabulary_of
from core.sql.statistics import with_interval
from core.sql.trust import chance, rule_signals
from core.sql.unread import is_known_word, uncovered
from core.sql.words import stem

log = logging.getLogger(__name__)
RUN_FIRST = 10
READINGS = 3
KEYS_UNASKED = 3.0
PAIRS_MAX = 5000
CORRECTED = 0.9  # of the confidence is left where a word was put right
IGNORED = 0.6  # and for each name that nothing stores
UNSPLIT = 0.4  # where a word of 'by word' split nothing
UNREAD = 0.85  # and for each word that found nothing
NEAREST = 4
_KEY_WORDS = {stem(word) for word in "id ids code number key identifier ssn isbn".split()}
Run = Callable[[list[str]], list[QueryResult]]
Check = Callable[[str, Catalog], CheckedSql]


@dataclass(frozen=True)
class Option:
    """One candidate that ran: its statement, what came back, how it is said, its final score."""

    sql: str
    result: QueryResult
    reading: str
    score: float


def ask(
    question: str,
    catalog: Catalog,
    run: Run,
    *,
    lang: str | None = None,
    lexicon: Lexicon | None = None,
    check: Check | None = None,
    today: datetime.date | None = None,
) -> SqlAnswer:
    """The answer to a question about the catalog's tables; it never raises for a question it cannot answer.

    `run` takes statements and gives a result each, in order. `check` makes the `CheckedSql` of the chosen statement
    (default: the guard). `confidence` is the calibrated chance (0..1) that the rows are right; `alternatives` are up to
    two further readings whose rows differ. `error` is (message key, params) where nothing could be answered."""
    lang = lang or detect_language(question)
    lexicon = lexicon or builtin_lexicon()
    parser = builtin_parser()
    started = time.perf_counter()
    if not catalog.tables:
        return SqlAnswer(question, lang, None, None, error=("sql.ask.no_tables", {}))
    if not any(char.isalnum() for char in question):
        return SqlAnswer(question, lang, None, None, error=("sql.ask.nothing_linked", {"words": question.strip()}))
    schema = schema_of(catalog, lexicon)
    links, corrections = link_corrected(question, lang, schema, lexicon, parser)
    linked = time.perf_counter()
    unknown = unknown_words(links, schema, parser)
    rules = business_statements(links, schema, today or datetime.date.today())
    if not rules and not any_link(links):
        return SqlAnswer(question, lang, None, None, unknown=unknown, error=_nothing_linked(unknown, question, schema))
    candidates, context = compose_candidates(links, schema, parser.shapes)
    chosen = first_choice(candidates, context, schema, parser)
    composed = time.perf_counter()
    texts = [*(sql for _, sql in rules), *(text for _, text, _ in chosen)]
    results = run(texts) if texts else []
    executed = time.perf_counter()
    options, confidence = rank_results(chosen, results[len(rules) :], context, parser, lang)
    ruled = [(plan, Option(sql, result, read_business_plan(plan, schema, lang), 0.0))
             for (plan, sql), result in zip(rules, results, strict=False) if not result.error]  # fmt: skip
    if ruled:
        if not ruled[0][1].result.rows:  # of readings that leave as much unread, one that finds rows
            left = len(uncovered(ruled[0][0], links))
            ruled.sort(key=lambda pair: len(uncovered(pair[0], links)) > left or not pair[1].result.rows)
        options, confidence = arrange(ruled, options, confidence, links, schema, len(unknown))
    timings = {
        "link": 1000 * (linked - started),
        "compose": 1000 * (composed - linked),
        "execute": 1000 * (executed - composed),
        "total": 1000 * (time.perf_counter() - started),
    }
    if not options:
        return SqlAnswer(
            question, lang, None, None, unknown=unknown, error=("sql.ask.no_query_ran", {}), timings_ms=timings
        )
    if corrections:
        options = [replace(option, reading=_with_corrections(option.reading, corrections, lang)) for option in options]
        confidence *= CORRECTED
    answer = _answer(question, lang, catalog, options, confidence, unknown, timings, check)
    answer = _with_unsplit(_with_unused_names(answer, links), links, schema)
    related = next((plan for plan, sql in rules if answer.sql and answer.sql.text == sql), None)
    return replace(answer, insight=_tell_correlation(related, schema, run, lang)) if related else answer


def _answer(
    question: str, lang: str, catalog: Catalog, options: list[Option], confidence: float, unknown: tuple[str, ...],
    timings: dict[str, float], check: Check | None,
) -> SqlAnswer:  # fmt: skip
    options, checked = _first_admitted(options, catalog, check or _guard())
    if checked is None:
        return SqlAnswer(
            question, lang, None, None, unknown=unknown, error=("sql.ask.no_query_ran", {}), timings_ms=timings
        )
    best = options[0]
    others = tuple(Reading(option.reading, option.sql) for option in options[1:READINGS])
    return SqlAnswer(
        question, lang, checked, best.result, reading=best.reading, confidence=round(confidence, 4),
        alternatives=others, unknown=unknown, timings_ms=timings,
    )  # fmt: skip


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


def _with_corrections(reading: str, corrections: list[Correction], lang: str) -> str:
    said = [translate("sql.ask.read_as", lang, word=c.written, meant=c.meant) for c in corrections]
    return f"{reading} ({'; '.join(said)})"


def business_statements(links: Links, schema: Schema, today: datetime.date) -> list[tuple[BusinessPlan, str]]:
    """The readings of the business rules with their SQL, statements all different."""
    found: dict[str, BusinessPlan] = {}
    for plan in read_business(links, schema, today):
        sql = write_business(plan, schema)
        if sql:
            found.setdefault(sql, plan)
    return [(plan, sql) for sql, plan in found.items()]


def arrange(
    ruled: list[tuple[BusinessPlan, Option]],
    options: list[Option],
    confidence: float,
    links: Links,
    schema: Schema,
    unknown: int,
) -> tuple[list[Option], float]:
    """(both readers' options in one row with different rows, best first; the chance that the first is right)."""
    plan, first = ruled[0]
    keys = [result_key(option.result) for option in options]
    same = result_key(first.result)
    signals = rule_signals(
        plan, links, schema, empty=not first.result.rows, agrees=keys.index(same) if same in keys else -1,
        confidence=confidence, parsed=bool(options),
    )  # fmt: skip
    by_rule = chance("rule", signals)
    by_parser = chance("parser", signals) if options else 0.0
    rest = [option for _, option in ruled[1:]]
    if by_parser > by_rule and not (_is_beyond_parser(plan, schema) and not uncovered(plan, links)):
        order = [options[0], first, *options[1:2], *rest, *options[2:]]
    else:
        order = [first, *rest[:1], *options[:1], *rest[1:], *options[1:]]
    return _different(order), max(by_rule, by_parser) * UNREAD**unknown


def _is_beyond_parser(plan: BusinessPlan, schema: Schema) -> bool:
    """'unpaid invoices', 'churn by plan', a correlation, ranges: what the learned parser never writes."""
    if plan.measure and (plan.measure.yes is not None or plan.measure.agg == "corr" or plan.window == "spread"):
        return True
    return any(yes_value(schema.columns[f.column]) is not None for f in plan.filters)


def _different(options: list[Option]) -> list[Option]:
    """The options without those whose rows an earlier one has."""
    kept: dict[int | None, Option] = {}
    for option in options:
        kept.setdefault(result_key(option.result), option)
    return list(kept.values())


def _with_unused_names(answer: SqlAnswer, links: Links) -> SqlAnswer:
    """Names in the question that nothing stores and that the statement leaves out found nothing either."""
    if answer.sql is None:
        return answer
    text = answer.sql.text.lower()
    names = [m.value for m in links.values if m.kind == "name" and not m.hits and m.value.lower() not in text]
    if not names:
        return answer
    unknown = tuple(dict.fromkeys((*answer.unknown, *names)))
    return replace(answer, unknown=unknown, confidence=round(answer.confidence * IGNORED ** len(names), 4))


def _with_unsplit(answer: SqlAnswer, links: Links, schema: Schema) -> SqlAnswer:
    """'sales by planet' where nothing is a planet: an answer that splits nothing must not look sure."""
    if answer.sql is None or re.search(r"\b(GROUP BY|ORDER BY|OVER)\b", answer.sql.text):
        return answer
    lost: list[str] = []
    for place, token in enumerate(links.tokens[:-1]):
        word = links.tokens[place + 1]
        value = any(m.hits and m.start <= place + 1 < m.end for m in links.values)
        named = any(m.start <= place < m.end for ms in links.columns.values() for m in ms if m.score >= 0.8)
        split = token.word in ("by", "per", "each") and token.kind in ("word", "cue")
        if split and not value and not named and is_content(word) and not is_ordering(links.tokens, place):
            lost.append(word.source)
    if not lost:
        return answer
    unknown = tuple(dict.fromkeys((*answer.unknown, *lost)))
    return replace(answer, unknown=unknown, confidence=round(answer.confidence * UNSPLIT, 4))


def _tell_correlation(plan: BusinessPlan, schema: Schema, run: Run, lang: str) -> tuple[str, ...]:
    """Sentences on the pairs behind a coefficient: how many, its interval, whether both only share a trend."""
    sql = write_pairs(plan, schema, PAIRS_MAX)
    if sql is None:
        return ()
    (pairs,) = run([sql])
    if pairs.error or len(pairs.columns) < 2:
        return ()
    if pairs.truncated:
        return _tell_long_correlation(plan, schema, run, lang)
    return describe(
        pairs, lang=lang, spec=ChartSpec("scatter", pairs.columns[-2], (pairs.columns[-1],), reason="pairs")
    )


def _tell_long_correlation(plan: BusinessPlan, schema: Schema, run: Run, lang: str) -> tuple[str, ...]:
    """The same of more pairs than a result may hold: the engine counts and correlates all of them."""
    (found,) = run([write_pair_count(plan, schema) or ""])
    if found.error or not found.rows or found.rows[0][0] is None:
        return ()
    r, n = found.rows[0]
    names = [schema.columns[number].key[1] for number in plan.measure.columns]
    return tell_correlation(*names, with_interval(int(n), float(r)), lang)


def _first_admitted(options: list[Option], catalog: Catalog, check: Check) -> tuple[list[Option], CheckedSql | None]:
    """(options from the first that the guard admits, that one checked); it should admit all that is composed."""
    for place, option in enumerate(options):
        try:
            return options[place:], check(option.sql, catalog)
        except AppError as error:
            log.warning("the guard refused a composed statement: %s: %s", error, option.sql)
    return [], None


def _guard() -> Check:
    from core.sql.guard import check_sql

    return check_sql


# ---------------------------------------------------------------- choosing


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
        if sql is not None and all(sql != other for _, other, _ in chosen):
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
    facts = [facts_of(result) for result in results]
    rows = np.concatenate([np.array([row for _, _, (row, _) in chosen]), result_features(facts, first)], axis=1)
    scores = parser.reranker.predict(rows)
    scores = np.where([bool(result.error) for result in results], -50.0, scores)
    scores = scores - KEYS_UNASKED * np.array([_shows_only_keys(c.plan, context) for c, _, _ in chosen], float)
    best = int(np.argmax(scores))
    raw = parser.confidence.predict(confidence_features(scores, facts, context, best))[0]
    options, seen = [], set()
    for place in np.argsort(-scores):
        key = result_key(results[place])
        if results[place].error or key in seen:
            continue
        seen.add(key)
        reading = read_plan(chosen[place][0].plan, lang)
        options.append(Option(chosen[place][1], results[place], reading, float(scores[place])))
    return options, float(1 / (1 + np.exp(-raw)))


def _shows_only_keys(plan: Query, context: RankContext) -> bool:
    """Whether all that is listed are keys although no word asks for one: nobody means numbers who says 'artist'."""
    if any(it.agg or it.col == STAR for it in plan.select) or _KEY_WORDS & context.words.keys():
        return False
    return all(context.schema.column_of[it.col].id_like for it in plan.select)


# ---------------------------------------------------------------- what found nothing


def any_link(links: Links) -> bool:
    """Whether any word names a table, a column or a stored value well enough to go on."""
    named = any(m.score >= 0.45 for ms in (*links.columns.values(), *links.tables.values()) for m in ms)
    return named or any(mention.hits for mention in links.values)


def unknown_words(links: Links, schema: Schema, parser: Parser) -> tuple[str, ...]:
    """Content words, as written, that name nothing here and say nothing about the kind of query."""
    return tuple(dict.fromkeys(links.tokens[place].source for place in unknown_places(links, schema, parser)))


def unknown_places(links: Links, schema: Schema, parser: Parser) -> list[int]:
    """The places of those words."""
    covered: set[int] = set()
    for mentions in (*links.columns.values(), *links.tables.values(), links.values):
        for mention in mentions:
            if getattr(mention, "score", 1.0) >= 0.3:
                covered.update(range(mention.start, mention.end))
    cues = cue_rows(links.tokens)
    found = []
    for place, token in enumerate(links.tokens):
        told = (
            place in covered
            or not is_content(token)
            or token.word in MONTHS
            or is_known_word(stem(token.word))
            or cues[place].any()
            or f"w:{stem(token.word)}" in parser.shapes.vocabulary
        )
        if not told:
            found.append(place)
    return found


def _nothing_linked(unknown: tuple[str, ...], question: str, schema: Schema) -> tuple[str, dict[str, Any]]:
    """What found nothing, and the names here that look most like it."""
    names = list(dict.fromkeys(name for word in unknown for name in suggest_names(word, schema)))[:NEAREST]
    params = {"words": ", ".join(unknown) or question}
    if not names:
        return "sql.ask.nothing_linked", params
    return "sql.ask.nothing_linked_nearest", {**params, "names": ", ".join(f"“{name}”" for name in names)}
